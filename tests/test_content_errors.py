"""Wrong content JSON ends in a `DocumentError` that says what was found, what was expected, and where; a wrong tree in a `ModelError`.

Strategy: a table of wrong documents, each with its problems in document order. A row is read as Python objects, once with `recover=True`,
and as text, where the place that is told must be that of the key or value at the path. Then what no table thinks of: content JSON of random
trees, mutated, must give a tree that is as good as any other, or an error whose paths lead somewhere.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import threading
import time
from collections import UserDict
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    Comment,
    DocumentError,
    Element,
    ItemSessionControl,
    Markup,
    ModelError,
    ProcessingInstruction,
    QtiError,
    Weight,
    content,
    xml,
)
from qtimodel.content.dialects import DIALECTS
from qtimodel.content.reading import read_carefully, read_quickly
from qtimodel.content.rules import READABLE
from qtimodel.errors import Issue
from qtimodel.nodes import QTI, Invalid
from qtimodel.testing import markup, trees

TEST_JSON: dict[str, Any] = {
    "qti-assessment-test": {
        "_attributes": {"xmlns": QTI, "identifier": "t", "title": "T"},
        "qti-outcome-declaration": [],
        "qti-test-part": [
            {
                "_attributes": {"identifier": "p", "navigation-mode": "linear", "submission-mode": "individual"},
                "qti-assessment-section": [{"_attributes": {"identifier": "s", "title": "S", "visible": "true"}}],
            }
        ],
    }
}
TEST, PART = "['qti-assessment-test']", "['qti-assessment-test']['qti-test-part'][0]"
SECTION = f"{PART}['qti-assessment-section'][0]"


def steps(path: str) -> list[str | int]:
    """The keys and indices of a JSON path."""
    return [int(number) if number else key.replace("\\'", "'") for key, number in re.findall(r"\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]", path)]


def with_value(path: str, value: Any) -> dict[str, Any]:
    """The little test with another value at a path; without it if the value is `...`."""
    made = copy.deepcopy(TEST_JSON)
    *way, last = steps(path)
    place: Any = made
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


def markup_with(value: Any) -> dict[str, Any]:
    return {"p": value}


class OddInt(int):
    """As some libraries have it."""


class OddText(str):
    """As some libraries have it."""

    __slots__ = ()


ROOT = "expected an object with one key, the name of the root"
ENTRY = 'expected a text, ["name"], ["!", comment] or ["?", target, data]'
VALUE = "expected an object or text"

# Name: the document, and its problems: code, path, and what the message has.
ROWS: dict[str, tuple[Any, list[tuple[str, str, str]]]] = {
    # the document
    "null": (None, [("json", "$", f"a document is null; {ROOT}")]),
    "a number": (5, [("json", "$", "a document is the number 5")]),
    "a text": ("<p/>", [("json", "$", "a document is the text `<p/>`")]),
    "true": (True, [("json", "$", "a document is true")]),
    "an array": ([TEST_JSON], [("json", "$", "a document is an array of 1")]),
    "an empty array": ([], [("json", "$", "a document is an empty array")]),
    "an empty object": ({}, [("json", "$", f"a document has one root, found 0: none; {ROOT}")]),
    "two roots": ({"a": "", "b": ""}, [("json", "$", "a document has one root, found 2: `a`, `b`")]),
    "seven roots": (dict.fromkeys("abcdefg", ""), [("json", "$", "found 7: `a`, `b`, `c`, `d`, `e`; expected")]),
    "only a prolog": ({"_prolog": []}, [("json", "$", "a document has one root, found 0")]),
    "the inside of an element": (TEST_JSON["qti-assessment-test"], [("json", "$", "a document has one root, found 3")]),
    "the attributes of an element": ({"_attributes": {"a": "1"}}, [("json", "$['_attributes']", "`_attributes` is a part of an element, not a root")]),
    "the text of an element": ({"_": "x"}, [("json", "$['_']", "`_` is a part of an element")]),
    "the order of an element": ({"_order": []}, [("json", "$['_order']", "`_order` is a part of an element")]),
    "a root that is an array": ({"p": ["x"]}, [("json", "$['p']", f"`p` is an array of 1; {VALUE}")]),
    "a root that is an empty array": ({"p": []}, [("json", "$['p']", "`p` is an empty array")]),
    "a root without a name": ({"": "x"}, [("json", "$['']", "`` is no name of an element")]),
    "a root with a space": ({"a b": "x"}, [("json", "$['a b']", "`a b` is no name of an element")]),
    "a root with two colons": ({"a:b:c": "x"}, [("json", "$['a:b:c']", "`a:b:c` is no name of an element")]),
    "a root with an undeclared prefix": ({"x:p": "a"}, [("namespace", "$['x:p']", "the prefix `x` of `x:p` is not declared")]),
    "a prolog that is no array": ({"_prolog": "x", "p": ""}, [("json", "$['_prolog']", "`_prolog` is the text `x`; expected an array")]),
    "text in a prolog": ({"_prolog": ["x"], "p": ""}, [("json", "$['_prolog'][0]", "the text `x` cannot stand around a root")]),
    "an element in an epilog": ({"p": "", "_epilog": [["p"]]}, [("json", "$['_epilog'][0]", "an array of 1 cannot stand around a root")]),
    "an object as prolog": ({"_prolog": {}, "p": ""}, [("json", "$['_prolog']", "`_prolog` is an empty object; expected an array")]),
    "a text as epilog": ({"p": "", "_epilog": ""}, [("json", "$['_epilog']", "`_epilog` is the text ``; expected an array")]),
    "null as epilog": ({"p": "", "_epilog": None}, [("json", "$['_epilog']", "`_epilog` is null; expected an array")]),
    "a wrong comment in an epilog": ({"p": "", "_epilog": [["!", "a"], ["!", "a--b"]]}, [("json", "$['_epilog'][1]", "`a--b` cannot be a comment")]),
    # elements
    "null for an element": (with_value(SECTION, None), [("json", f"${SECTION}", f"`qti-assessment-section` is null; {VALUE}")]),
    "an array in an array": (with_value(SECTION, [[]]), [("json", f"${SECTION}", "`qti-assessment-section` is an array of 1")]),
    "null for children": (with_value(f"{PART}['qti-assessment-section']", None), [("json", f"${PART}['qti-assessment-section']", "is null")]),
    "a text for an element that takes none": (
        with_value(SECTION, "x"),
        [
            ("missing-attribute", f"${SECTION}", "`identifier`"),
            ("missing-attribute", f"${SECTION}", "`title`"),
            ("missing-attribute", f"${SECTION}", "`visible`"),
            ("text", f"${SECTION}", "the text `x` must not stand in `qti-assessment-section`"),
        ],
    ),
    "a number for an element that takes no text": (
        with_value(f"{SECTION}['qti-ordering']", 5),
        [("text", f"${SECTION}['qti-ordering']", "the text `5` must not stand in `qti-ordering`")],
    ),
    "a child without a name": (markup_with({"": "x"}), [("json", "$['p']['']", "`` is no name of an element")]),
    "a child with a number for a name": (markup_with({"1": "x"}), [("json", "$['p']['1']", "`1` is no name of an element")]),
    "a child with an apostrophe": (markup_with({"it's": "x"}), [("json", "$['p']['it\\'s']", "`it's` is no name of an element")]),
    "a child with an undeclared prefix": (markup_with({"x:b": "a"}), [("namespace", "$['p']['x:b']", "the prefix `x` of `x:b` is not declared")]),
    "a known element in a wrong place": (
        with_value(f"{SECTION}['qti-null']", ""),
        [("child", f"${SECTION}['qti-null']", "`qti-null` must not stand in `qti-assessment-section`")],
    ),
    "two of what may stand once": (
        with_value(f"{SECTION}['qti-ordering']", [{}, {}]),
        [("repeated", f"${SECTION}['qti-ordering'][1]", "`qti-ordering` may stand only once")],
    ),
    "a missing child": (
        {"qti-pre-condition": {"_attributes": {"xmlns": QTI}}},
        [("missing-child", "$['qti-pre-condition']", "`qti-pre-condition` needs one of `qti-null`")],
    ),
    # attributes
    "a missing attribute": (
        with_value(f"{SECTION}['_attributes']['identifier']", ...),
        [("missing-attribute", f"${SECTION}", "`qti-assessment-section` needs the attribute `identifier`")],
    ),
    "missing attributes": (
        with_value(f"{PART}['_attributes']", ...),
        [("missing-attribute", f"${PART}", f"`{name}`") for name in ("identifier", "navigation-mode", "submission-mode")],
    ),
    "attributes that are an array": (
        markup_with({"_attributes": []}),
        [("json", "$['p']['_attributes']", "`_attributes` of `p` is an empty array; expected an object of texts")],
    ),
    "attributes that are a text": (markup_with({"_attributes": "a"}), [("json", "$['p']['_attributes']", "is the text `a`")]),
    "attributes that are null": (markup_with({"_attributes": None}), [("json", "$['p']['_attributes']", "is null")]),
    "an attribute that is null": (markup_with({"_attributes": {"a": None}}), [("json", "$['p']['_attributes']['a']", "`a` is null; expected text")]),
    "an attribute that is an object": (markup_with({"_attributes": {"a": {}}}), [("json", "$['p']['_attributes']['a']", "`a` is an empty object")]),
    "an attribute that is an array": (markup_with({"_attributes": {"a": ["b"]}}), [("json", "$['p']['_attributes']['a']", "`a` is an array of 1")]),
    "an attribute without a name": (markup_with({"_attributes": {"": "b"}}), [("json", "$['p']['_attributes']['']", "`` is no name of an attribute")]),
    "an attribute with a space": (markup_with({"_attributes": {"a b": "c"}}), [("json", "$['p']['_attributes']['a b']", "`a b` is no name")]),
    "an attribute with an undeclared prefix": (markup_with({"_attributes": {"x:a": "c"}}), [("namespace", "$['p']", "the prefix `x` of `x:a`")]),
    "one attribute under two prefixes": (
        markup_with({"_attributes": {"xmlns:x": "u", "xmlns:y": "u", "x:a": "1", "y:a": "2"}}),
        [("namespace", "$['p']", "`y:a` is the same attribute as another one of `p`")],
    ),
    "the prefix xml for something else": (markup_with({"_attributes": {"xmlns:xml": "u"}}), [("namespace", "$['p']", "`xmlns:xml` cannot be declared as `u`")]),
    "a prefix for nothing": (markup_with({"_attributes": {"xmlns:x": ""}}), [("namespace", "$['p']", "`xmlns:x` is declared as nothing")]),
    "an unknown word of an enumeration": (
        with_value(f"{PART}['_attributes']['navigation-mode']", "zigzag"),
        [("value", f"${PART}['_attributes']['navigation-mode']", "`navigation-mode` of `qti-test-part` is `zigzag`; expected `linear` or `nonlinear`")],
    ),
    "an empty identifier": (
        with_value(f"{SECTION}['_attributes']['identifier']", ""),
        [("value", f"${SECTION}['_attributes']['identifier']", "is ``; expected an identifier")],
    ),
    "a number for an identifier": (with_value(f"{SECTION}['_attributes']['identifier']", 5), [("value", f"${SECTION}['_attributes']['identifier']", "is `5`")]),
    "a word for a boolean": (
        with_value(f"{SECTION}['_attributes']['visible']", "yes"),
        [("value", f"${SECTION}['_attributes']['visible']", "expected `true` or `false`")],
    ),
    "a number for a boolean": (with_value(f"{SECTION}['_attributes']['visible']", 2), [("value", f"${SECTION}['_attributes']['visible']", "is `2`")]),
    "a fraction for a whole number": (
        with_value(f"{SECTION}['qti-selection']", {"_attributes": {"select": 1.5}}),
        [("value", f"${SECTION}['qti-selection']['_attributes']['select']", "`select` of `qti-selection` is `1.5`")],
    ),
    "a boolean for a number": (
        with_value(f"{SECTION}['qti-selection']", {"_attributes": {"select": True}}),
        [("value", f"${SECTION}['qti-selection']['_attributes']['select']", "is `true`")],
    ),
    # numbers beside the attributes
    "a word beside the attributes": (
        with_value(f"{TEST}['qti-outcome-declaration']", [{"_attributes": {"identifier": "S", "cardinality": "single"}, "normal-maximum": "ten"}]),
        [("value", f"${TEST}['qti-outcome-declaration'][0]['normal-maximum']", "`normal-maximum` of `qti-outcome-declaration` is `ten`")],
    ),
    "null beside the attributes": (
        with_value(f"{TEST}['qti-outcome-declaration']", [{"_attributes": {"identifier": "S", "cardinality": "single"}, "normal-maximum": None}]),
        [("json", f"${TEST}['qti-outcome-declaration'][0]['normal-maximum']", "`normal-maximum` is null; expected text")],
    ),
    "two numbers beside the attributes": (
        with_value(f"{TEST}['qti-outcome-declaration']", [{"_attributes": {"identifier": "S", "cardinality": "single"}, "normal-minimum": [1, 2]}]),
        [("json", f"${TEST}['qti-outcome-declaration'][0]['normal-minimum']", "`normal-minimum` is an array of 2")],
    ),
    # texts
    "a text that is null": (markup_with({"_": None}), [("json", "$['p']['_']", "`_` is null; expected text")]),
    "a text that is an array": (markup_with({"_": ["a", "b"]}), [("json", "$['p']['_'][0]", "`_` is an array of 2")]),
    "a text that is an object": (markup_with({"_": {}}), [("json", "$['p']['_']", "`_` is an empty object")]),
    "a control character": (markup_with("a\u0001"), [("json", "$['p']", "the text of `p` has the character U+0001, which XML cannot hold")]),
    "a null character in `_`": (markup_with({"_attributes": {"a": "b"}, "_": "\0"}), [("json", "$['p']['_']", "U+0000")]),
    "a control character in an attribute": (markup_with({"_attributes": {"a": "\u001f"}}), [("json", "$['p']['_attributes']['a']", "U+001F")]),
    "a control character in an entry": (markup_with({"b": "", "_order": [["b"], "\u0008"]}), [("json", "$['p']['_order'][1]", "U+0008")]),
    "a character that is none": (markup_with("\ufffe"), [("json", "$['p']", "U+FFFE")]),
    "text where none belongs": (
        with_value(f"{SECTION}['_']", "stray"),
        [("text", f"${SECTION}", "the text `stray` must not stand in `qti-assessment-section`")],
    ),
    # `_order`
    "an order that is null": (markup_with({"_order": None}), [("json", "$['p']['_order']", "`_order` is null; expected an array")]),
    "an order that is an object": (markup_with({"_order": {}}), [("json", "$['p']['_order']", "`_order` is an empty object")]),
    "an order that is a text": (markup_with({"_order": "b"}), [("json", "$['p']['_order']", "`_order` is the text `b`")]),
    "an order that is a number": (markup_with({"_order": 5}), [("json", "$['p']['_order']", "`_order` is the number 5")]),
    "an entry that is a number": (markup_with({"_order": [5]}), [("json", "$['p']['_order'][0]", f"an entry of `_order` is the number 5; {ENTRY}")]),
    "an entry that is null": (markup_with({"_order": [None]}), [("json", "$['p']['_order'][0]", "is null")]),
    "an entry that is an object": (markup_with({"_order": [{}]}), [("json", "$['p']['_order'][0]", "is an empty object")]),
    "an entry that is an empty array": (markup_with({"_order": [[]]}), [("json", "$['p']['_order'][0]", "is an empty array")]),
    "an entry of two names": (
        markup_with({"b": "", "c": "", "_order": [["b"], ["c", "c"]]}),
        [("json", "$['p']['_order'][1]", "is an array of 2"), ("json", "$['p']['c']", "does not list this `c`")],
    ),
    "an entry of a number": (markup_with({"_order": [[1]]}), [("json", "$['p']['_order'][0]", "is an array of 1")]),
    "a comment of two texts": (markup_with({"_order": [["!", "a", "b"]]}), [("json", "$['p']['_order'][0]", "is an array of 3")]),
    "a child that is not there": (markup_with({"_order": [["b"]]}), [("json", "$['p']['_order'][0]", "`_order` lists `b` once more than there are children")]),
    "a child that is listed twice": (markup_with({"b": "x", "_order": [["b"], ["b"]]}), [("json", "$['p']['_order'][1]", "lists `b` once more")]),
    "a child that is not listed": (
        markup_with({"b": ["x", "y"], "_order": [["b"]]}),
        [("json", "$['p']['b'][1]", 'does not list this `b`: add ["b"] where it stands')],
    ),
    "children that are not listed": (
        markup_with({"b": "x", "c": "y", "_order": []}),
        [("json", "$['p']['b']", "this `b`"), ("json", "$['p']['c']", "this `c`")],
    ),
    "an attribute that is listed": (
        markup_with({"_attributes": {"a": "b"}, "_order": [["_attributes"]]}),
        [("json", "$['p']['_order'][0]", "lists `_attributes` once more")],
    ),
    "an order against that of the model": (
        with_value(
            SECTION,
            {
                **TEST_JSON["qti-assessment-test"]["qti-test-part"][0]["qti-assessment-section"][0],
                "qti-ordering": {},
                "qti-selection": {"_attributes": {"select": "1"}},
                "_order": [["qti-ordering"], ["qti-selection"]],
            },
        ),
        [("order", f"${SECTION}['qti-selection']", "`qti-selection` must come before `qti-ordering`")],
    ),
    "a comment with two dashes": (markup_with({"_order": [["!", "a--b"]]}), [("json", "$['p']['_order'][0]", "`a--b` cannot be a comment")]),
    "a comment that ends with a dash": (markup_with({"_order": [["!", "a-"]]}), [("json", "$['p']['_order'][0]", "cannot be a comment")]),
    "a comment with a carriage return": (markup_with({"_order": [["!", "a\r"]]}), [("json", "$['p']['_order'][0]", "cannot be a comment")]),
    "a control character in a comment": (markup_with({"_order": [["!", "\u0002"]]}), [("json", "$['p']['_order'][0]", "cannot be a comment")]),
    "a declaration as an instruction": (
        markup_with({"_order": [["?", "XML", "version='1.0'"]]}),
        [("json", "$['p']['_order'][0]", "cannot be a processing instruction")],
    ),
    "an instruction without a target": (markup_with({"_order": [["?", "", "a"]]}), [("json", "$['p']['_order'][0]", "cannot be a processing instruction")]),
    "an instruction that ends early": (markup_with({"_order": [["?", "a", "b?>c"]]}), [("json", "$['p']['_order'][0]", "cannot be a processing instruction")]),
    # several, in document order, whatever kind they are
    "everything at once": (
        {
            "qti-assessment-test": {
                "_attributes": {"xmlns": QTI, "identifier": "1", "title": "\u0001"},
                "qti-outcome-declaration": [{"_attributes": {"identifier": "S", "cardinality": "many"}, "normal-maximum": -1}],
                "qti-test-part": [
                    {"_attributes": {"identifier": "p", "navigation-mode": "linear", "submission-mode": None}, "qti-assessment-section": 5},
                    None,
                ],
            }
        },
        [
            ("json", f"${TEST}['_attributes']['title']", "U+0001"),
            ("value", f"${TEST}['_attributes']['identifier']", "is `1`"),
            ("missing-attribute", f"${TEST}", "`title`"),
            ("value", f"${TEST}['qti-outcome-declaration'][0]['_attributes']['cardinality']", "is `many`"),
            ("value", f"${TEST}['qti-outcome-declaration'][0]['normal-maximum']", "is `-1`"),
            ("json", f"${PART}['_attributes']['submission-mode']", "is null"),
            ("missing-attribute", f"${PART}", "`submission-mode`"),
            ("missing-attribute", f"${PART}['qti-assessment-section']", "`identifier`"),
            ("missing-attribute", f"${PART}['qti-assessment-section']", "`title`"),
            ("missing-attribute", f"${PART}['qti-assessment-section']", "`visible`"),
            ("text", f"${PART}['qti-assessment-section']", "the text `5`"),
            ("json", f"${TEST}['qti-test-part'][1]", "is null"),
        ],
    ),
}

# What JSON cannot say, but Python can.
OBJECTS: dict[str, tuple[Any, list[tuple[str, str, str]]]] = {
    "NaN": (markup_with(float("nan")), [("json", "$['p']", "`p` is the number nan")]),
    "infinity": (markup_with({"_": float("inf")}), [("json", "$['p']['_']", "`_` is the number inf")]),
    "NaN in an attribute": (markup_with({"_attributes": {"a": float("nan")}}), [("json", "$['p']['_attributes']['a']", "`a` is the number nan")]),
    "bytes": (markup_with(b"x"), [("json", "$['p']", "`p` is b'x', which JSON does not have")]),
    "bytes in an attribute": (markup_with({"_attributes": {"a": b"x"}}), [("json", "$['p']['_attributes']['a']", "is b'x', which JSON does not have")]),
    "a tuple of children": (markup_with({"b": ("x", "y")}), [("json", "$['p']['b']", "`b` is ('x', 'y'), which JSON does not have")]),
    "a tuple as an entry": (
        markup_with({"b": "x", "_order": [("b",)]}),
        [("json", "$['p']['_order'][0]", "is ('b',), which"), ("json", "$['p']['b']", "does not list")],
    ),
    "a set": (markup_with({1}), [("json", "$['p']", "`p` is {1}, which JSON does not have")]),
    "a complex number": (markup_with(1j), [("json", "$['p']", "`p` is 1j, which JSON does not have")]),
    "a class": (markup_with(int), [("json", "$['p']", "`p` is <class 'int'>, which JSON does not have")]),
    "another mapping": (UserDict(p="x"), [("json", "$", "a document is {'p': 'x'}, which JSON does not have")]),
    "a key that is a number": (markup_with({5: "x"}), [("json", "$['p']", "the key 5 is no string")]),
    "a key that is nothing": (markup_with({None: "x"}), [("json", "$['p']", "the key None is no string")]),
    "a root that is a number": ({5: "x"}, [("json", "$[5]", "`5` is no name of an element")]),
    "an attribute that is a number": (markup_with({"_attributes": {5: "x"}}), [("json", "$['p']['_attributes'][5]", "`5` is no name of an attribute")]),
    "half of a surrogate pair": (markup_with("\ud800"), [("json", "$['p']", "U+D800")]),
    "a huge number": (markup_with(10**5000), [("json", "$['p']", "`p` is a huge number")]),
    "a huge number in an attribute": (markup_with({"_attributes": {"a": -(10**5000)}}), [("json", "$['p']['_attributes']['a']", "`a` is a huge number")]),
    "Ellipsis": (markup_with(...), [("json", "$['p']", "`p` is Ellipsis, which JSON does not have")]),
}


def check(caught: pytest.ExceptionInfo[DocumentError], expected: list[tuple[str, str, str]]) -> None:
    issues = caught.value.issues
    assert [(issue.code, issue.path) for issue in issues] == [(code, path) for code, path, _ in expected], str(caught.value)
    for issue, (_, _, message) in zip(issues, expected, strict=True):
        assert message in issue.message
        assert issue.severity == "error"


@pytest.mark.parametrize("name", [*ROWS, *OBJECTS])
def test_wrong_objects(name: str) -> None:
    value, expected = (ROWS | OBJECTS)[name]
    with pytest.raises(DocumentError) as caught:
        content.structure(value, name="bad.json")
    check(caught, expected)
    assert {(issue.source, issue.line, issue.column) for issue in caught.value.issues} == {("bad.json", None, None)}
    assert len(str(caught.value)) < 5_000


@pytest.mark.parametrize("name", ROWS)
def test_wrong_texts(name: str) -> None:
    """Line and column are those of the key or the element of an array that the path ends with."""
    value, expected = ROWS[name]
    text = json.dumps(value, indent=1)
    with pytest.raises(DocumentError) as caught:
        content.loads(text.encode(), name="bad.json")
    issues = caught.value.issues
    assert sorted((issue.code, issue.path or "") for issue in issues) == sorted((code, path) for code, path, _ in expected)
    assert all(any(message in issue.message for code, path, message in expected if (code, path) == (issue.code, issue.path)) for issue in issues)
    lines = text.split("\n")
    for issue in issues:
        assert issue.line is not None
        assert issue.column is not None
        found = lines[issue.line - 1][issue.column - 1 :]
        last = [None, *steps(issue.path or "")][-1]
        assert found.startswith(f"{json.dumps(last)}:") if isinstance(last, str) else found[:1] not in ("", " ")
        assert issue.source == "bad.json"
    places = [(issue.line or 0, issue.column or 0) for issue in issues]
    assert places == sorted(places)


@pytest.mark.parametrize("name", [*ROWS, *OBJECTS])
def test_recovering(name: str) -> None:
    """What is content JSON at all gives a tree that can be written again; the rest is an error all the same."""
    value, expected = (ROWS | OBJECTS)[name]
    if {code for code, _, _ in expected} & {"json", "namespace"}:
        with pytest.raises(DocumentError) as caught:
            content.structure(value, recover=True)
        check(caught, expected)
        return
    tree, issues = content.structure(value, recover=True)
    assert [(issue.code, issue.path) for issue in issues] == [(code, path) for code, path, _ in expected]
    assert content.structure(content.unstructure(tree), recover=True).tree == tree
    assert xml.loads(xml.dumps(tree), recover=True).tree == tree


def test_there_are_enough_rows() -> None:
    assert len(ROWS) + len(OBJECTS) > 100


def test_places_by_hand() -> None:
    text = """{"qti-assessment-section": {
  "_attributes": {
    "xmlns": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "identifier": "s",
    "title": "S", "visible": "yes"},
  "qti-assessment-item-ref": [
    {"_attributes": {"identifier": "i1", "href": "a.xml"}},
    {"_attributes": {"identifier": "2", "href": "a.xml"}}]}}"""
    with pytest.raises(DocumentError) as caught:
        content.loads(text, name="bad.json")
    assert str(caught.value).splitlines() == [
        "bad.json:5:19: `visible` of `qti-assessment-section` is `yes`; expected `true` or `false` (at $['qti-assessment-section']['_attributes']['visible'])",
        "bad.json:8:22: `identifier` of `qti-assessment-item-ref` is `2`; expected an identifier (a letter or `_`, then letters, digits, `.`, `-`, `_`)"
        " (at $['qti-assessment-section']['qti-assessment-item-ref'][1]['_attributes']['identifier'])",
    ]


# -- texts that are no JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the document is empty"),
        ("{", 1, 2, "the end of the document"),
        ('{"p": "a"', 1, 10, "the end of the document"),
        ('{"p": "a",}', 1, 10, "a value behind every comma"),
        ("{'p': 'a'}", 1, 2, "double quotes"),
        ('{"p": "a"} x', 1, 12, "the end of the document, which holds one value"),
        ('{"p": "a",\n "p": "b"}', 2, 2, "the key `p` is here again, first at 1:2"),
        ('{"p": {"_attributes": {"a": "1", "b": "2", "a": "3"}}}', 1, 44, "the key `a` is here again"),
        ('{"p": NaN}', 1, 7, "found `NaN`, which is no JSON"),
        ('{"p": [1, -Infinity]}', 1, 11, "found `-Infinity`"),
        ('{"p": 1e999}', 1, 7, "a number below 1.8e308"),
        ('{"p": "\\ud800"}', 1, 7, "half of a surrogate pair"),
        (f'{{"p": {"9" * 5000}}}', 1, 7, "found an integer of 5,000 digits"),
        ("<p/>", 1, 1, "found `<`; expected a value: this begins as XML does, so read it as XML"),
        ("\n <p/>", 2, 2, "so read it as XML"),
    ],
)
def test_no_json(text: str, line: int, column: int, message: str) -> None:
    for source in (text, text.encode()):
        with pytest.raises(DocumentError) as caught:
            content.loads(source, name="bad.json")
        issue = caught.value.issues[0]
        assert (issue.code, issue.line, issue.column, issue.source) == ("json", line, column, "bad.json")
        assert message in issue.message


def test_no_unicode() -> None:
    with pytest.raises(DocumentError, match="which are not UTF-8"):
        content.loads(b'{"p": "\xff"}')


@pytest.mark.filterwarnings("ignore:.*does not say how its text was written:qtimodel.QtiWarning")
@pytest.mark.parametrize("digits", [1, 20, 999, 3000])
def test_long_integers_are_read(digits: int) -> None:
    number = int("9" * digits)
    assert content.structure({"p": number}) == Markup(name="p", namespace=None, content=["9" * digits])


@pytest.mark.filterwarnings("ignore:.*does not say how its text was written:qtimodel.QtiWarning")
@pytest.mark.parametrize("value", [7, OddInt(7), OddText("7")])
def test_subclasses_of_what_json_has(value: object) -> None:
    section = {"qti-assessment-section": {"_attributes": {"xmlns": QTI, "identifier": "s", "title": value, "visible": True}}}
    assert content.structure(section) == AssessmentSection(identifier="s", title="7", visible=True)
    assert content.structure({"p": value}) == Markup(name="p", namespace=None, content=["7"])


# -- what is too much ------------------------------------------------------------------------------------------------------------------


def nested(depth: int) -> dict[str, Any]:
    """So many elements of markup in one another."""
    value: dict[str, Any] = {"a": ""}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def chain(depth: int) -> dict[str, Any]:
    """So many conjunctions in one another."""
    inner: dict[str, Any] = {}
    for _ in range(depth - 1):
        inner = {"qti-and": [inner]}
    return {"qti-and": {"_attributes": {"xmlns": QTI}} | inner}


@pytest.mark.parametrize("make", [nested, chain])
@pytest.mark.parametrize("depth", [255, 256])
def test_as_deep_as_is_allowed(make: Callable[[int], dict[str, Any]], depth: int) -> None:
    tree = content.structure(make(depth))
    text = content.dumps(tree)
    assert content.loads(text) == tree
    assert xml.loads(xml.dumps(tree)) == tree
    carefully, *wrong = read_carefully(make(depth), None, "api", False, xml.Limits())
    assert carefully == tree
    assert wrong == [[], [], []]
    assert read_quickly(make(depth), xml.Limits()) == tree


@pytest.mark.parametrize("dialect", [None, *(name for name, rules in READABLE.items() if rules.order in (None, "xml2js"))])
@pytest.mark.parametrize("make", [nested, chain])
@pytest.mark.parametrize("depth", [257, 100_000])
def test_deeper(make: Callable[[int], dict[str, Any]], depth: int, dialect: str | None) -> None:
    with pytest.raises(DocumentError, match="more than 256 nested elements") as caught:
        content.structure(make(depth), dialect=dialect)
    (issue,) = caught.value.issues
    assert issue.code == "depth"
    assert "…" in (issue.path or "")  # not the whole way


@pytest.mark.parametrize("depth", [257, 900, 100_000])
def test_deeper_texts(depth: int) -> None:
    with pytest.raises(DocumentError) as caught:
        content.loads('{"a":' * depth + '""' + "}" * depth)
    (issue,) = caught.value.issues
    assert ("1,000 levels" if depth > 1000 else "more than 256 nested elements") in issue.message
    assert (issue.line, issue.column) == (1, 4996 if depth > 1000 else 256 * 5 + 2)


def test_depth_can_be_raised() -> None:
    limits = xml.Limits(depth=300)
    tree = content.structure(nested(300), limits=limits)
    assert content.structure(content.unstructure(tree, limits=limits), limits=limits) == tree
    with pytest.raises(DocumentError, match="more than 10 nested elements"):
        content.structure(nested(11), limits=xml.Limits(depth=10))
    with pytest.raises(DocumentError):
        content.structure(nested(50_000), limits=xml.Limits(depth=100_000))


def cyclic() -> dict[str, Any]:
    objects: dict[str, Any] = {"in itself": {}, "in its children": {"a": {"b": []}}, "in its attributes": {"a": {}}, "in its order": {"a": {"_order": []}}}
    objects["in itself"]["a"] = objects["in itself"]
    objects["in its children"]["a"]["b"].append(objects["in its children"]["a"])
    objects["in its attributes"]["a"]["_attributes"] = objects["in its attributes"]["a"]
    objects["in its order"]["a"]["_order"].append(objects["in its order"]["a"]["_order"])
    return objects


@pytest.mark.parametrize("dialect", [None, *READABLE])
@pytest.mark.parametrize("name", cyclic())
def test_objects_that_hold_themselves(name: str, dialect: str | None) -> None:
    with pytest.raises(DocumentError) as caught:
        content.structure(cyclic()[name], dialect=dialect)
    assert all(issue.path for issue in caught.value.issues)


def test_more_problems_than_anybody_reads() -> None:
    refs = [{"_attributes": {"identifier": "i", "href": "a", "required": "perhaps"}}] * 20_000
    section = {"qti-assessment-section": {"_attributes": {"xmlns": QTI, "identifier": "s", "title": "S", "visible": "true"}, "qti-assessment-item-ref": refs}}
    for value, limit in ((section, 10_000), ({"p": {"b": [None] * 20_000, "_attributes": {}}}, 10_000), (section, 3)):
        with pytest.raises(DocumentError) as caught:
            content.structure(value, limits=xml.Limits(problems=limit))
        assert limit <= len(caught.value.issues) <= limit + 1
        assert f"more than {limit} problems" in caught.value.issues[-1].message
        assert "more problems" in str(caught.value) or limit == 3


def test_more_attributes_than_anybody_writes() -> None:
    with pytest.raises(DocumentError, match="more than 1000 attributes on one element"):
        content.structure({"p": {"_attributes": {f"a{number}": "" for number in range(1001)}}})


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"p": "x" * 11}, "$['p']"),
        ({"p": {"_attributes": {"a": "x" * 11}}}, "$['p']['_attributes']['a']"),
        ({"p": {"b": "", "_order": [["b"], "x" * 11]}}, "$['p']['_order'][1]"),
        ({"p": {"_attributes": {"a": ""}, "_": "x" * 11}}, "$['p']['_']"),
    ],
)
def test_long_texts(value: Any, path: str) -> None:
    assert content.structure(value)
    with pytest.raises(DocumentError, match="has 11 characters; if that is meant") as caught:
        content.structure(value, limits=xml.Limits(size=10))
    assert [issue.path for issue in caught.value.issues] == [path]
    with pytest.raises(DocumentError, match=r"expected at most 10"):
        content.loads(json.dumps(value), limits=xml.Limits(size=10))


def test_long_texts_of_plain_nodes() -> None:
    """The compiled readers do not let through what the others refuse."""
    ref = {"_attributes": {"identifier": "i", "href": "x" * 1_100_000}}
    section = {
        "qti-assessment-section": {"_attributes": {"xmlns": QTI, "identifier": "s", "title": "S", "visible": "true"}, "qti-assessment-item-ref": [ref] * 40}
    }
    with pytest.raises(DocumentError, match="has 1,100,000 characters") as caught:
        content.structure(section, limits=xml.Limits(size=1_050_000))
    assert len(caught.value.issues) == 80  # it is missing too
    assert content.structure(section, limits=xml.Limits(size=1_100_000))


# -- classes, dialects, arguments ------------------------------------------------------------------------------------------------------


def test_another_class_than_was_asked_for() -> None:
    assert isinstance(content.structure(TEST_JSON, Element), AssessmentTest)
    wrong: list[tuple[Any, str]] = [(Weight, "`qti-weight` in namespace"), (Markup, "an element of Markup")]
    for cls, expected in wrong:
        with pytest.raises(DocumentError) as caught:
            content.structure(TEST_JSON, cls)
        (issue,) = caught.value.issues
        assert (issue.code, issue.path) == ("root", f"${TEST}")
        assert issue.message.startswith(f"the root is `qti-assessment-test`; expected {expected}")
    with pytest.raises(DocumentError) as caught:
        content.loads('{"p":""}', AssessmentTest)
    assert [(issue.code, issue.line, issue.column) for issue in caught.value.issues] == [("root", 1, 2)]


@pytest.mark.parametrize("dialect", ["yaml", "", "API", "parker"])
def test_unknown_dialects(dialect: str) -> None:
    tree = Weight(identifier="W", value=2)
    calls: list[Callable[[], object]] = [
        lambda: content.structure(TEST_JSON, dialect=dialect or "x"),
        lambda: content.loads("{}", dialect=dialect or "x"),
        lambda: content.unstructure(tree, dialect),
        lambda: content.dumps(tree, dialect),
        lambda: content.losses(tree, dialect),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"the dialect '.*' is not known; expected one of api, ") as caught:
            call()
        assert not isinstance(caught.value, QtiError)


def test_nobody_writes_the_dialect_built() -> None:
    with pytest.raises(ValueError, match="the dialect 'built' is not known"):
        content.unstructure(Weight(identifier="W", value=2), "built")


def test_what_is_no_text_is_a_type_error() -> None:
    for source in (None, 5, {"p": ""}, bytearray(b"{}")):
        with pytest.raises(TypeError, match="expected str or bytes"):
            content.loads(source)  # type: ignore[call-overload]


# Trees that a program built wrongly: the tree, and path and message.
TREES: list[tuple[Any, str]] = [
    (None, "expected an element or markup, found None"),
    ("p", "expected an element or markup, found 'p'"),
    ({"p": ""}, "expected an element or markup"),
    (Weight(identifier="W", value="x"), "/qti-weight/@value: expected a number, found 'x'"),  # type: ignore[arg-type]
    (Weight(identifier=None, value=1), "/qti-weight/@identifier: this attribute is required"),  # type: ignore[arg-type]
    (Markup(name="a b"), "`a b` is no name of an element"),
    (Markup(name="p", content=["\0"]), "/p: the text has the character U+0000"),
    (Markup(name="p", content=["\ud800"]), "/p: the text has the character U+D800"),
    (Markup(name="p", attributes={"a": "\1"}), "/p/@a: the text has the character U+0001"),
    (Markup(name="p", attributes={"a": 5}), "/p/@a: expected a str, found 5"),  # type: ignore[dict-item]
    (Markup(name="p", attributes={"a b": ""}), "is no name of an attribute"),
    (Markup(name="p", content=[5]), "/p: expected text, an element, markup"),  # type: ignore[list-item]
    (Markup(name="p", content="x"), "/p: expected a list of content"),  # type: ignore[arg-type]
    (Markup(name="p", content=[Comment("a--b")]), "/p/comment()[1]: 'a--b' has `--`"),
    (Markup(name="p", content=[Comment(5)]), "/p/comment()[1]: 5 has"),  # type: ignore[arg-type]
    (Markup(name="p", content=[Comment("\0")]), "/p/comment()[1]: the text has the character U+0000"),
    (Markup(name="p", content=[ProcessingInstruction("xml", "a")]), "`xml` is no target of a processing instruction"),
    (Markup(name="p", content=[ProcessingInstruction("a", "?>")]), "/p/processing-instruction()[1]: '?>' has `?>`"),
    (
        AssessmentSection(identifier="s", title="S", visible=True, section_parts=[Weight(identifier="W", value=1)]),  # type: ignore[list-item]
        "/qti-assessment-section/@section_parts: expected",
    ),
    (AssessmentSection(identifier="s", title="S", visible=True, section_parts=None), "expected a list, found None"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("dialect", ["api", *DIALECTS])
@pytest.mark.parametrize(("tree", "message"), TREES, ids=[message for _, message in TREES])
def test_wrong_trees(tree: Any, message: str, dialect: str) -> None:
    calls: list[Callable[[], object]] = [lambda: content.unstructure(tree, dialect), lambda: content.dumps(tree, dialect)]
    for call in calls:
        with pytest.raises(ModelError) as caught:
            call()
        assert message in str(caught.value)
    if dialect != "api":
        with pytest.raises(ModelError) as caught:
            content.losses(tree, dialect)
        assert message in str(caught.value)


def test_trees_that_hold_themselves() -> None:
    tree = Markup(name="p")
    tree.content.append(tree)
    for dialect in ("api", *DIALECTS):
        with pytest.raises(ModelError, match=r"more than 256 nested elements|the tree is too deep, or a node contains itself"):
            content.dumps(tree, dialect)


def test_a_wrong_tree_leaves_the_old_file(tmp_path: Any) -> None:
    (tmp_path / "a.json").write_text("old")
    with pytest.raises(ModelError):
        content.dump(Markup(name="p", content=["\0"]), tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


# -- strict, and recovering ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "issue"),
    [
        (f"{PART}['_attributes']['navigation-mod']", "linear", "`qti-test-part` has no attribute `navigation-mod`; did you mean `navigation-mode`?"),
        (f"{TEST}['_attributes']['zzz']", "1", "`qti-assessment-test` has no attribute `zzz`"),
        (f"{SECTION}['qti-orderin']", {}, "`qti-orderin` must not stand in `qti-assessment-section`; did you mean `qti-ordering`?"),
        (f"{TEST}['x']", "", "`x` must not stand in `qti-assessment-test`"),
        (f"{TEST}['isValid']", True, "`isValid` must not stand in `qti-assessment-test`"),
    ],
)
def test_nothing_is_unknown_when_strict(path: str, value: Any, issue: str) -> None:
    document = with_value(path, value)
    tree = content.structure(document)
    assert content.structure(content.unstructure(tree)) == tree  # otherwise it survives
    assert str(steps(path)[-1]) in content.dumps(tree)
    with pytest.raises(DocumentError) as caught:
        content.structure(document, strict=True)
    assert [(found.code, found.path, found.message) for found in caught.value.issues] == [("unknown", f"${path}", issue)]


def test_strict_takes_what_is_known_everywhere() -> None:
    document = copy.deepcopy(TEST_JSON)
    document["qti-assessment-test"]["_attributes"] |= {"xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:schemaLocation": "a b", "xml:lang": "en"}
    assert content.structure(document, strict=True) == content.structure(document)


def test_strict_and_recovering() -> None:
    """Being strict makes problems; what the tree can hold stays in the tree."""
    value = {"qti-item-session-control": {"_attributes": {"xmlns": QTI, "max-attempts": "two"}}}
    tree, issues = content.structure(value, strict=True, recover=True)
    assert tree == ItemSessionControl(max_attempts=Invalid("two"))  # type: ignore[arg-type]
    assert [issue.code for issue in issues] == ["value"]


def test_what_was_recovered_can_be_repaired() -> None:
    tree, issues = content.structure(with_value(f"{SECTION}['_attributes']['visible']", "yes"), recover=True)
    assert isinstance(tree, AssessmentTest)
    section = tree.test_parts[0].assessment_sections[0]
    assert isinstance(section, AssessmentSection)
    assert repr(section.visible) == "Invalid(text='yes')"
    section.visible = True
    assert content.unstructure(tree) == TEST_JSON
    assert [issue.path for issue in issues] == [f"${SECTION}['_attributes']['visible']"]


# -- mutations -------------------------------------------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.floats() | st.text(max_size=3) | st.sampled_from(["true", "qti-null", "xmlns", "<b>x</b>", "&"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["_", "_attributes", "_order", "p", "a b", "$", "@x", "xmlns", ""]), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = ["_", "_attributes", "_order", "_prolog", "_text", "$", "#text", "@a", "p", "xmlns", "x:y", ":p", "", "normal-maximum", "qti-null", "constructor"]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container and key in a value."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        container = waiting.pop()
        if isinstance(container, (dict, list)):
            keys = list(container) if isinstance(container, dict) else list(range(len(container)))
            found += [(container, key) for key in keys]
            waiting += [container[key] for key in keys]
    return found


def mutate(value: Any, data: st.DataObject) -> None:
    """Change something somewhere."""
    container, key = data.draw(st.sampled_from(places(value)))
    match data.draw(st.sampled_from(["replace", "rename", "delete", "twice", "wrap", "unwrap"])):
        case "replace":
            container[key] = data.draw(JSON_VALUES)
        case "rename" if isinstance(container, dict):
            container[data.draw(st.sampled_from(NAMES))] = container.pop(key)
        case "delete":
            del container[key]
        case "twice":
            if isinstance(container, dict):
                container[data.draw(st.sampled_from(NAMES))] = copy.deepcopy(container[key])
            else:
                container.append(copy.deepcopy(container[key]))
        case "wrap":
            container[key] = data.draw(st.sampled_from([[container[key]], {"p": container[key]}, {"_": container[key]}]))
        case "unwrap" if isinstance(container[key], (dict, list)) and container[key]:
            inner = container[key]
            container[key] = next(iter(inner.values())) if isinstance(inner, dict) else inner[0]
        case _:
            container[key] = None


def leads_somewhere(path: str, value: Any) -> bool:
    """Whether a path leads to a value, or to something missing in one."""
    if "…" in path:
        return True
    way = steps(path)
    for number, step in enumerate(way):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return number == len(way) - 1
    return True


@pytest.mark.filterwarnings("ignore::qtimodel.QtiWarning")
@settings(max_examples=settings().max_examples * 20)
@given(data=st.data())
def test_mutations(data: st.DataObject) -> None:
    tree: Element | Markup = data.draw(trees(AssessmentTest, valid=data.draw(st.booleans()))) if data.draw(st.booleans()) else data.draw(markup())
    dialect = data.draw(st.sampled_from(["api", "api", *DIALECTS]))
    try:
        value = json.loads(json.dumps(content.unstructure(tree, dialect)))
    except ModelError:
        with pytest.raises(ModelError, match="the tool of this dialect cannot take the name"):
            content.unstructure(tree, dialect)
        dialect = "api"  # which can take every name
        value = json.loads(json.dumps(content.unstructure(tree, dialect)))
    for _ in range(data.draw(st.integers(1, 3))):
        if places(value):
            mutate(value, data)
    began = time.monotonic()
    check_mutation(value, data.draw(st.sampled_from([None, dialect])))
    assert time.monotonic() - began < 20


def check_mutation(value: Any, dialect: str | None) -> None:
    kept = copy.deepcopy(value)
    read: Callable[..., Any] = content.structure
    for recover in (False, True):
        tree: Any = None
        issues: Sequence[Issue] = ()
        try:
            result = read(value, dialect=dialect, recover=recover)
            tree, issues = result if recover else (result, ())
        except DocumentError as error:
            issues = error.issues
        assert all(leads_somewhere(issue.path or "", kept) for issue in issues)
        if tree is None:
            assert [issue for issue in issues if issue.severity == "error"]
            continue
        assert content.structure(content.unstructure(tree), recover=True).tree == tree
        assert xml.loads(xml.dumps(tree), recover=True).tree == tree
    assert repr(value) == repr(kept)  # nothing is changed on the way


# -- threads ---------------------------------------------------------------------------------------------------------------------------


def test_threads() -> None:
    """Each thread gets its own documents, whatever the others do, also while writers and readers are being compiled."""

    def made(number: int) -> AssessmentSection:
        random = Random(number)
        refs = [AssessmentItemRef(identifier=f"i{index}", href=f"{number}-{index}.xml", required=random.choice([None, True])) for index in range(60)]
        return AssessmentSection(identifier="s", title=f"<{number}>", visible=True, section_parts=[*refs])

    alone = [[content.dumps(made(number), dialect) for dialect in ("api", *DIALECTS)] for number in range(8)]
    failures: list[object] = []

    def work(number: int) -> None:
        try:
            for _ in range(10):
                tree = made(number)
                texts = [content.dumps(tree, dialect) for dialect in ("api", *DIALECTS)]
                if texts != alone[number] or any(content.loads(text) != tree for text in texts):
                    failures.append(number)
                broken = content.unstructure(tree)
                broken["qti-assessment-section"]["qti-assessment-item-ref"][number]["_attributes"]["identifier"] = f"{number}"
                with pytest.raises(DocumentError, match=f"is `{number}`; expected an identifier") as caught:
                    content.structure(broken)
                if f"[{number}]" not in str(caught.value):
                    failures.append(caught.value)
        except BaseException as error:  # an assertion in a thread would pass unseen
            failures.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert failures == []
