"""One document, one answer: fast path and careful path, cold and warm, objects and text, strict and not; and what is accepted can be written.

Strategy: documents of every dialect are drawn and, most of them, made wrong in up to three places. Whatever reading makes of one, a tree or a list
of problems, is compared over all entries. Caches are emptied before the first reading, and filled by the later ones.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_content_errors import mutate, places
from test_content_sequences import Built

from qtimodel import AssessmentItemRef, AssessmentSection, AssessmentTest, DocumentError, Element, Markup, ModelError, content, xml
from qtimodel.content import feed, names, plain
from qtimodel.content.dialects import DIALECTS
from qtimodel.content.reading import read_carefully
from qtimodel.content.rules import READABLE
from qtimodel.nodes import QTI
from qtimodel.testing import markup, trees
from qtimodel.validation import validate
from qtimodel.xml import shapes, tables

Answer: TypeAlias = "tuple[Any, list[tuple[str, str, str | None]]]"  # a tree or `None`; code, message and path of what there is to say
LIMITS = xml.Limits()


def empty_caches() -> None:
    names.known_names.clear()
    feed._shapes.clear()
    plain._plains.clear()
    tables._shared = tables.Tables()


def answer(value: Any, **options: Any) -> Answer:
    """The tree and the warnings, or the problems."""
    read: Any = content.loads if isinstance(value, str) else content.structure
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = read(value, **options)
        except DocumentError as error:
            return None, [(issue.code, issue.message, issue.path) for issue in error.issues]
    return tree, [("guess", str(warning.message), None) for warning in caught]


def recovered(value: Any, **options: Any) -> Answer:
    """The tree and everything that there is to say."""
    read: Any = content.loads if isinstance(value, str) else content.structure
    try:
        tree, issues = read(value, recover=True, **options)
    except DocumentError as error:
        tree, issues = None, error.issues
    return tree, [(issue.code, issue.message, issue.path) for issue in issues]


def children(tree: Any) -> dict[str, Any]:
    """As xml2js has it with `explicitChildren`."""
    (top,) = Built(xml.dumps(tree)).children
    return {top["#name"]: top}


def with_prefix(prefix: str, text: str = "#text") -> Callable[[Any], Any]:
    """As tools have it that differ from xmltodict in two keys only."""

    def shown(tree: Any) -> Any:
        return renamed(content.unstructure(tree, "xmltodict"))

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {text if key == "#text" else prefix + key[1:] if key[:1] == "@" else key: renamed(one) for key, one in value.items()}

    return shown


# Dialects that are read and not written.
SHOWN: dict[str, Callable[[Any], Any]] = {
    "xml-js-full": lambda tree: {"elements": Built(xml.dumps(tree)).full},
    "fast-xml-parser-ordered": lambda tree: Built(xml.dumps(tree)).ordered,
    "xml2js-children": children,
    "fast-xml-parser": with_prefix("@_"),
    "underscore": with_prefix("_"),
    "dashed": with_prefix("-"),
    "built": content.unstructure,
}


def test_every_dialect_that_is_read_is_drawn() -> None:
    assert READABLE.keys() <= {"api", *DIALECTS, *SHOWN}


@st.composite
def documents(draw: st.DrawFn) -> tuple[Any, str | None]:
    """A document, right or wrong, and the dialect that is named when it is read."""
    tree: Element | Markup = draw(st.one_of(trees(AssessmentTest, valid=True), trees(AssessmentSection, valid=False), markup()))
    dialect = draw(st.sampled_from(["api", "api", *DIALECTS, *SHOWN]))
    try:
        value = SHOWN[dialect](tree) if dialect in SHOWN else json.loads(json.dumps(content.unstructure(tree, dialect)))
    except ModelError:
        dialect = "api"
        value = json.loads(json.dumps(content.unstructure(tree)))

    class Drawn:  # `mutate` draws from an object of `st.data()`
        @staticmethod
        def draw(strategy: Any) -> Any:
            return draw(strategy)

    for _ in range(draw(st.integers(0, 3))):
        if places(value):
            mutate(value, Drawn())  # type: ignore[arg-type]
    return value, draw(st.sampled_from([None, None, dialect if dialect in READABLE else None, "api"]))


@settings(max_examples=settings().max_examples * 8)
@given(document=documents())
def test_one_answer(document: tuple[Any, str | None]) -> None:
    value, dialect = document
    empty_caches()
    first = answer(value, dialect=dialect)
    everything = recovered(value, dialect=dialect)
    careful, fatal, problems, guesses = read_carefully(value, None, dialect, False, LIMITS)
    if first[0] is not None:  # the careful path, which says everything with its place, comes to the same
        assert (careful, fatal, problems) == (first[0], [], [])
        assert bool(guesses) == bool(first[1])
    else:
        assert careful is None or fatal or problems
        assert sorted(message for _, message, _ in first[1]) == sorted(problem.message for problem in (*fatal, *problems))
    for _ in range(shapes.HOT + 2):  # until everything is compiled
        again = answer(value, dialect=dialect)
    assert again == first
    assert recovered(value, dialect=dialect) == everything
    text = json.dumps(value)
    told = answer(text, dialect=dialect)
    assert (told[0], sorted(message.split(": ", 1)[-1] if code == "guess" else message for code, message, _ in told[1])) == (
        first[0],
        sorted(message.split(": ", 1)[-1] if code == "guess" else message for code, message, _ in first[1]),
    ) or first[0] is not None
    assert told[0] == first[0]
    strict = answer(value, dialect=dialect, strict=True)
    assert answer(text, dialect=dialect, strict=True)[0] == strict[0]
    if strict[0] is not None:  # nothing was guessed
        assert strict == first
        assert strict[1] == []


@settings(max_examples=settings().max_examples * 8)
@given(document=documents())
def test_validation_says_the_same(document: tuple[Any, str | None]) -> None:
    """What is no content JSON at all, and what is a guess."""
    value, _ = document
    if not isinstance(value, dict) or "identifier" in value or "content" in value:
        value = {"p": value}
    _, fatal, _, guesses = read_carefully(value, None, None, False, LIMITS)
    issues = validate(json.dumps(value))
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:  # a number that JSON does not have: the text is refused before anything else
        assert issues
        return
    said = {issue.message for issue in issues}
    assert {problem.message for problem in fatal if problem.code in ("json", "markup", "dialect", "doctype")} <= said
    if not fatal:
        tree = recovered(value)[0]
        if tree is not None:
            assert {guess.message for guess in guesses} <= said


@pytest.mark.filterwarnings("ignore::qtimodel.QtiWarning")
@settings(max_examples=settings().max_examples * 8)
@given(document=documents())
def test_what_is_accepted_can_be_written_and_read(document: tuple[Any, str | None]) -> None:
    value, dialect = document
    kept = copy.deepcopy(value)
    for options in ({}, {"strict": True}, {"recover": True}):
        try:
            result: Any = content.structure(value, dialect=dialect, **options)  # type: ignore[call-overload]
        except DocumentError:
            continue
        tree = result.tree if "recover" in options else result
        recover: Any = bool(options.get("recover"))
        back: Any = xml.loads(xml.dumps(tree), recover=recover)
        assert (back.tree if recover else back) == tree
        text = content.dumps(tree)
        for again in (content.loads(text, dialect="api", recover=recover), content.structure(json.loads(text), dialect="api", recover=recover)):
            assert (again.tree if recover else again) == tree
        for foreign in DIALECTS:
            with suppress(ModelError):  # names that a tool cannot take
                assert isinstance(content.loads(content.dumps(tree, foreign), recover=True, dialect=foreign).tree, (Element, Markup))
    assert repr(value) == repr(kept)


# -- first and later -------------------------------------------------------------------------------------------------------------------

WRONG_NAMES = ["c d", "", "1a", "a:b:c", ":a", "a:", ".a", "a\u00a0b", "a\n", "\u00d7", "a&b", "<a"]


def answers(value: Any) -> set[str]:
    """What is said, the first and the hundredth time."""
    empty_caches()
    found = set()
    for _ in range(3 * shapes.HOT):
        tree, said = answer(value)
        found.add("accepted" if tree is not None else said[0][1])
    return found


@pytest.mark.parametrize("name", WRONG_NAMES)
@pytest.mark.parametrize("place", ["typed", "root", "markup", "child", "markup child"])
def test_wrong_names_are_refused_always(name: str, place: str) -> None:
    ref = {"_attributes": {"identifier": "i", "href": "x"}}
    paragraph: dict[str, Any] = {"_attributes": {"class": "c"}}
    value = {
        "qti-assessment-section": {
            "_attributes": {"xmlns": QTI, "identifier": "s", "title": "t", "visible": "true"},
            "qti-rubric-block": [{"_attributes": {"use": "instructions", "view": "author"}, "qti-content-body": {"p": [paragraph, {"b": ["x", "y"]}]}}],
            "qti-assessment-item-ref": [ref] * 3,
        }
    }
    root: Any = value["qti-assessment-section"]
    match place:
        case "typed":
            ref["_attributes"][name] = "1"
        case "root":
            root["_attributes"][name] = "1"
        case "markup":
            paragraph["_attributes"][name] = "1"
        case "child":
            root[name] = "x"
        case _:
            paragraph[name] = "x"
    (said,) = answers(value)
    assert (said == "accepted") == (name == ":a" and "child" in place)  # our own writer has a colon before names that are keys
    tree: Any = content.structure(json.loads(json.dumps(value).replace(json.dumps(name) + ":", '"ok":')), recover=True).tree
    assert isinstance(tree, AssessmentSection)


def test_right_names_are_accepted_always() -> None:
    refs = [{"_attributes": {"identifier": f"i{number}", "href": "x", "\u00e9": "1", "data-x.y": "2"}} for number in range(3 * shapes.HOT)]
    value = {"qti-assessment-section": {"_attributes": {"xmlns": QTI, "identifier": "s", "title": "t", "visible": "true"}, "qti-assessment-item-ref": refs}}
    assert answers(value) == {"accepted"}
    tree: Any = content.structure(value)
    assert all(isinstance(ref, AssessmentItemRef) and ref.extras.attributes == {"\u00e9": "1", "data-x.y": "2"} for ref in tree.section_parts)


@pytest.mark.parametrize("dialect", READABLE)
def test_nothing_but_a_document_error(dialect: str) -> None:
    """Whatever is read in whatever dialect."""
    values: list[Any] = [
        None,
        [],
        {},
        1,
        {"p": []},
        {"p": [[]]},
        {"p": {"$$": 1}},
        [{"p": [1]}],
        [{"p": []}, {"q": []}],
        {"elements": [{"type": "element"}]},
    ]
    values += [
        {"elements": []},
        {"elements": [{"type": "element", "name": "p", "elements": [{"type": "text"}]}]},
        [{"p": [{":@": {}}]}],
        {"p": {"#name": 1, "$$": [1]}},
    ]
    values += [
        {"p": {"$$": [{"#name": "b"}, {"#name": "__text__", "_": "x"}], "c": "x"}},
        {"elements": [{"type": "instruction", "name": "a b", "instruction": "c"}]},
    ]
    for value in values:
        for options in ({}, {"strict": True}, {"recover": True}):
            if "recover" in options:
                _, said = recovered(value, dialect=dialect)
            else:
                _, said = answer(value, dialect=dialect, **options)
            assert all(code == "guess" or path for code, _, path in said)
