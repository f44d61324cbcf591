"""Arguments of a wrong type: one kind of answer from every public function. `TypeError` says what was expected and what was given; a tree that
is none is a `ModelError`, a document that is none a `DocumentError`. Nothing else, and nothing from inside a library.
"""

from __future__ import annotations

import inspect
import io
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

import qtimodel
from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    Comment,
    Markup,
    NavigationMode,
    QtiError,
    SubmissionMode,
    TestPart,
    Weight,
    api,
    content,
    editing,
    effective,
    schema,
    testing,
    validate,
    validation,
    walk,
    xml,
)
from qtimodel.nodes import QTI
from qtimodel.walking import path_to

WEIGHT: Any = Weight(identifier="W", value=1)
XML_TEXT = xml.dumps(WEIGHT)
JSON_TEXT = content.dumps(WEIGHT)
SECTION: Any = AssessmentSection(identifier="s", title="S", visible=True, section_parts=[AssessmentItemRef(identifier="i", href="h")])
MODES: Any = {"navigation_mode": NavigationMode.LINEAR, "submission_mode": SubmissionMode.INDIVIDUAL}
TEST = AssessmentTest(identifier="t", title="T", test_parts=[TestPart(identifier="p", assessment_sections=[SECTION], **MODES)])
RECORD = api.AssessmentTestRecord(test=TEST)
BODY = api.unstructure(RECORD)

# What each function is called with, by parameter; and which values, of those below, a parameter takes.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "xml.loads": (xml.loads, {"source": XML_TEXT, "cls": Weight, "recover": False, "limits": xml.Limits(), "name": "n"}),
    "xml.load": (xml.load, {"source": io.BytesIO, "cls": Weight, "recover": False, "limits": xml.Limits()}),
    "xml.dumps": (xml.dumps, {"tree": WEIGHT, "indent": 2, "limits": xml.Limits()}),
    "xml.dump": (xml.dump, {"tree": WEIGHT, "target": io.BytesIO, "indent": 2, "limits": xml.Limits()}),
    "xml.structure": (xml.structure, {"element": etree.fromstring(XML_TEXT.encode()), "cls": Weight, "recover": False, "limits": xml.Limits(), "name": "n"}),
    "xml.unstructure": (xml.unstructure, {"tree": WEIGHT, "limits": xml.Limits()}),
    "xml.patch": (xml.patch, {"raw": XML_TEXT, "before": WEIGHT, "after": WEIGHT, "limits": xml.Limits()}),
    "xml.changes": (xml.changes, {"raw": XML_TEXT, "before": WEIGHT, "after": WEIGHT, "limits": xml.Limits()}),
    "content.loads": (
        content.loads,
        {"source": JSON_TEXT, "cls": Weight, "dialect": "api", "strict": False, "recover": False, "limits": xml.Limits(), "name": "n"},
    ),
    "content.load": (content.load, {"source": io.BytesIO, "cls": Weight, "dialect": "api", "strict": False, "recover": False, "limits": xml.Limits()}),
    "content.structure": (
        content.structure,
        {"obj": content.unstructure(WEIGHT), "cls": Weight, "dialect": "api", "strict": False, "recover": False, "limits": xml.Limits(), "name": "n"},
    ),
    "content.dumps": (content.dumps, {"tree": WEIGHT, "dialect": "api", "strict": False, "indent": 2, "limits": xml.Limits()}),
    "content.dump": (content.dump, {"tree": WEIGHT, "target": io.BytesIO, "dialect": "api", "strict": False, "indent": 2, "limits": xml.Limits()}),
    "content.unstructure": (content.unstructure, {"tree": WEIGHT, "dialect": "xml2js", "strict": False, "limits": xml.Limits()}),
    "content.losses": (content.losses, {"tree": WEIGHT, "dialect": "xml2js"}),
    "api.loads": (api.loads, {"source": api.dumps(RECORD), "strict": False, "prefer": None, "name": "n"}),
    "api.load": (api.load, {"source": io.BytesIO, "strict": False, "prefer": None}),
    "api.structure": (api.structure, {"body": BODY, "strict": False, "prefer": None, "name": "n"}),
    "api.dumps": (api.dumps, {"record": RECORD, "view": "response", "indent": 2}),
    "api.dump": (api.dump, {"record": RECORD, "target": io.BytesIO, "view": "response", "indent": 2}),
    "api.unstructure": (api.unstructure, {"record": RECORD, "view": "response"}),
    "api.losses": (api.losses, {"record": RECORD}),
    "api.to_xml": (api.to_xml, {"record": RECORD}),
    "editing.find": (editing.find, {"tree": SECTION, "where": "i", "cls": AssessmentItemRef}),
    "editing.path_of": (editing.path_of, {"tree": SECTION, "where": "i"}),
    "editing.insert": (editing.insert, {"tree": SECTION, "child": AssessmentItemRef(identifier="n", href="h"), "into": "s", "position": 1}),
    "editing.insert before": (editing.insert, {"tree": SECTION, "child": AssessmentItemRef(identifier="n", href="h"), "before": "i"}),
    "editing.insert after": (editing.insert, {"tree": SECTION, "child": AssessmentItemRef(identifier="n", href="h"), "after": "i"}),
    "editing.replace": (editing.replace, {"tree": SECTION, "where": "i", "replacement": AssessmentItemRef(identifier="n", href="h")}),
    "editing.remove": (editing.remove, {"tree": SECTION, "where": "i"}),
    "editing.move": (editing.move, {"tree": SECTION, "where": "i", "into": "s", "position": 1}),
    "editing.update": (editing.update, {"tree": SECTION, "where": "i"}),
    "validation.is_valid": (validation.is_valid, {"source": XML_TEXT, "schema": None, "engine": "libxml2", "limits": xml.Limits()}),
    "validate": (validate, {"source": XML_TEXT, "schema": None, "engine": "libxml2", "limits": xml.Limits(), "name": "n"}),
    "schema.json_schema": (schema.json_schema, {"cls": AssessmentTest, "form": "api", "view": "response"}),
    "testing.canonical": (testing.canonical, {"xml": XML_TEXT}),
    "testing.assert_same_xml": (testing.assert_same_xml, {"expected": XML_TEXT, "actual": XML_TEXT}),
    "testing.minimal": (testing.minimal, {"cls": Weight}),
    "testing.trees": (testing.trees, {"cls": Weight, "size": 3}),
    "effective": (effective, {"node": WEIGHT, "name": "identifier"}),
    "walk": (lambda tree, classes: list(walk(tree, classes)), {"tree": WEIGHT, "classes": Weight}),
    "path_to": (path_to, {"tree": WEIGHT, "node": WEIGHT}),
}
SERVED = f"""<qti-assessment-test xmlns="{QTI}" identifier="t1" title="T"><qti-outcome-declaration identifier="S" cardinality="single" base-type="float"/>
<qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual"><qti-assessment-section identifier="s1" title="S" visible="true">
<qti-assessment-item-ref identifier="i1" href="i.xml"/></qti-assessment-section></qti-test-part></qti-assessment-test>"""
LOOP: list[Any] = []
LOOP.append(LOOP)
WRONG: dict[str, Any] = {
    "None": None,
    "3": 3,
    "1.5": 1.5,
    "b''": b"",
    "b'x'": b"x",
    "''": "",
    "'x'": "x",
    "[]": [],
    "{}": {},
    "object()": object(),
    "a set": {1},
    "a path": pathlib.Path("no-such-folder/x"),
    "a bytearray": bytearray(b"<a/>"),
    "a memoryview": memoryview(b"<a/>"),
    "a text file": io.StringIO("<a/>"),
    "a class": Weight,
    "another class": int,
    "a function": len,
    "a comment": Comment("x"),
    "another node": Markup(name="a"),
    "an error": ValueError("x"),
    "a number that is too long": 10**5000,
    "a list in itself": LOOP,
    "lxml's comment": etree.Comment("x"),
    "half a character": "\ud800",
    "a name with a zero": "a\0b",
}
FLAGS = {"recover", "strict"}  # what is true counts, as everywhere in Python
CASES = [(name, parameter) for name, (_, arguments) in CALLS.items() for parameter in arguments if parameter not in FLAGS]


@pytest.mark.filterwarnings("ignore::qtimodel.QtiWarning")
@pytest.mark.parametrize(("name", "parameter"), CASES, ids=[f"{name}-{parameter}" for name, parameter in CASES])
def test_arguments_of_a_wrong_type(name: str, parameter: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a text that is taken for a path must not hit a file
    function, arguments = CALLS[name]
    for wrong, value in WRONG.items():
        given = {key: argument() if argument is io.BytesIO else argument for key, argument in arguments.items()} | {parameter: value}
        problem = outcome(lambda given=given: function(**given))  # type: ignore[misc]
        assert problem is None, (wrong, problem)


def outcome(call: Callable[[], Any]) -> str | None:
    """What is wrong with how a call ended."""
    try:
        call()
    except (QtiError, OSError, AssertionError):
        return None
    except (TypeError, ValueError, AttributeError) as error:
        return None if "expected" in str(error) and "string argument" not in str(error) else repr(error)[:200]
    return None


def test_the_right_arguments_are_right() -> None:
    sources = {"xml.load": XML_TEXT, "content.load": JSON_TEXT, "api.load": api.dumps(RECORD)}
    for name, (function, arguments) in CALLS.items():
        given = {key: io.BytesIO(sources.get(name, "").encode()) if argument is io.BytesIO else argument for key, argument in arguments.items()}
        function(**given)


def test_every_public_function_is_in_the_table() -> None:
    modules = {"xml": xml, "content": content, "api": api, "editing": editing, "validation": validation, "schema": schema, "testing": testing}
    known = {name.removeprefix("validation.") for name in CALLS} | set(CALLS)
    elsewhere = {"make_converter", "decoded", "xml_bytes", "validate_xml", "openapi_components", "schema_path", "documents", "markup", "spellings"}
    for module_name, module in modules.items():
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function) and name not in elsewhere:
                assert f"{module_name}.{name}" in known or name in known, f"{module_name}.{name}"
    assert {name for name in qtimodel.__all__ if inspect.isfunction(getattr(qtimodel, name))} <= known


FREE = {"profile"}  # not an argument of ours, or one that the table has under another key


def test_every_argument_is_in_the_table() -> None:
    tried: dict[Any, set[str]] = {}
    for function, arguments in CALLS.values():
        tried.setdefault(function, set(FLAGS | FREE | {"text", "valid"})).update(arguments)
    tried[editing.move] |= {"before", "after"}  # as `insert`
    for function, names in tried.items():
        parameters = inspect.signature(function).parameters.values()
        assert {one.name for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)} <= names, function


# -- operations --------------------------------------------------------------------------------------------------------------

OPERATIONS = {name: function for name, function in inspect.getmembers(api.AssessmentTests, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize("name", OPERATIONS)
def test_arguments_of_operations(name: str) -> None:
    """What is wrong is a refusal of the API, or a `TypeError` that says what was expected; and nothing changes."""
    parameters = [one for one in inspect.signature(OPERATIONS[name]).parameters.values() if one.name != "self"]
    known = {"test_identifier": "t1", "identifier": "t1", "test_part_identifier": "p1", "section_identifier": "s1", "item_identifier": "i1"}
    needed = {one.name: known.get(one.name, {"identifier": "n"}) for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD}
    for parameter in (one.name for one in parameters if one.kind is not one.VAR_KEYWORD):
        for wrong, value in WRONG.items():
            service = api.AssessmentTests()
            service.create(SERVED)
            before = service.get("t1")
            problem = outcome(lambda service=service, value=value: getattr(service, name)(**{**needed, parameter: value}))  # type: ignore[misc] # noqa: B023
            assert problem is None, (parameter, wrong, problem)
            if value is not None and parameter not in FLAGS:
                assert service.get("t1") == before, (parameter, wrong)
