"""The JSON Schema of both forms: it accepts what we write, refuses what strict reading refuses, and holds what the API's documents say.

Strategy: `jsonschema` validates. Trees are drawn from the declarations, wrong bodies are valid ones with one thing changed; strict reading, which
shares no code with the schema, is the witness. Where the two differ, a table says why they must.
"""

from __future__ import annotations

import copy
import json
import math
import random
import re
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from shared import shared_path
from test_api import FLAT, response_schema, section_schema
from test_corpus import documents
from test_laws import every_class

from qtimodel import (
    ApiError,
    AssessmentSection,
    AssessmentTest,
    BaseType,
    BranchRule,
    DocumentError,
    Element,
    OutcomeDeclaration,
    QtiWarning,
    TestPart,
    Weight,
    api,
    content,
    schema,
    walk,
    xml,
)
from qtimodel.api import AssessmentTestRecord
from qtimodel.api.elements import structure_element, unstructure_element
from qtimodel.api.record import DERIVED, RECORD
from qtimodel.nodes import QTI
from qtimodel.schema.error_bodies import ERROR_BODIES
from qtimodel.schema.parts import Definitions, text_schema
from qtimodel.spec import Kind, element_classes, spec_of
from qtimodel.testing import trees
from qtimodel.testing.values import lexical_forms, values_of

FULL = settings().max_examples > 100
FEW = settings(max_examples=max(4, settings().max_examples // 4))
VIEWS: list[Any] = ["response", "create"]
every_view = pytest.mark.parametrize("view", VIEWS)
Path = tuple[str | int, ...]


def _validator(cls: Any, form: Any = "api", view: Any = "response") -> Any:
    made = schema.json_schema(cls, form=form, view=view)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


validator: Any = cache(_validator)


def check(checked_by: Any, value: Any, *, without: Callable[[Any], bool] = lambda _: False) -> None:
    """That JSON text of a value is valid, apart from errors that are known."""
    wrong = [error for error in checked_by.iter_errors(json.loads(json.dumps(value))) if not without(error)]
    assert not wrong, "\n".join(f"{error.json_path}: {error.message}" for error in wrong)


def of_the_api(tree: Any) -> Any:
    """A tree that the API can hold: outcomes have a base type, and numbers that JSON has."""
    for declaration in walk(tree, OutcomeDeclaration):
        declaration.base_type = declaration.base_type or BaseType.FLOAT
        for field in spec_of(OutcomeDeclaration).attributes:
            value = getattr(declaration, field.name)
            if isinstance(value, float) and not math.isfinite(value):
                setattr(declaration, field.name, None)
    return tree


def a_record(tree: AssessmentTest) -> AssessmentTestRecord:
    now = datetime.now(UTC)
    return AssessmentTestRecord(
        test=tree, created_at=now, updated_at=now, version=0, metadata={"a": [1]}, time_limit=1.5, max_attempts=2, tools_enabled={"ruler": True}
    )


# -- what we write is valid ----------------------------------------------------------------------------------------------------------------


@every_class
@FEW
@given(data=st.data())
def test_content_of_every_tree_is_valid(cls: type[Element], data: st.DataObject) -> None:
    check(validator(cls, "content"), content.unstructure(data.draw(trees(cls, valid=data.draw(st.booleans())))))


@every_class
@FEW
@given(data=st.data())
def test_api_json_of_every_element_is_valid(cls: type[Element], data: st.DataObject) -> None:
    check(validator(cls), unstructure_element(of_the_api(data.draw(trees(cls, valid=data.draw(st.booleans()))))))


@every_view
@given(data=st.data())
def test_every_record_is_valid(view: Any, data: st.DataObject) -> None:
    tree = of_the_api(data.draw(trees(AssessmentTest, valid=data.draw(st.booleans()))))
    check(validator(AssessmentTestRecord, view=view), api.unstructure(a_record(tree), view=view))


def test_what_the_api_cannot_hold_is_not_valid() -> None:
    """We write it all the same; strict reading and the API's own schema refuse it too."""
    declaration: Any = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    wrong = declaration | {"normalMaximum": "INF"}
    assert not validator(OutcomeDeclaration).is_valid(wrong)
    structure_element(wrong, OutcomeDeclaration)
    check(validator(OutcomeDeclaration), declaration)


def test_the_corpus_is_valid() -> None:
    checked: Counter[str] = Counter()
    for number, (path, data) in enumerate(documents(well_formed="yes")):
        if number % 8 and not FULL and b"<qti-assessment-test" not in data:
            continue
        tree, issues = xml.loads(data, recover=True)
        if issues or not isinstance(tree, Element):
            continue
        try:
            check(validator(type(tree), "content"), content.unstructure(tree))
            for view in VIEWS if isinstance(tree, AssessmentTest) else ():
                tree = of_the_api(tree)
                check(validator(AssessmentTestRecord, view=view), api.unstructure(a_record(tree), view=view))
        except AssertionError as error:
            error.add_note(f"in {path}")
            raise
        checked[type(tree).__name__] += 1
    assert checked["AssessmentTest"] == 47


PAYLOADS: list[tuple[type[Any], Any, tuple[str, ...]]] = [
    (AssessmentTestRecord, "response", ("responses", "get_assessment_test.2025-02-17.test-001.json")),
    (AssessmentTestRecord, "create", ("guide", "create_or_put_test.req.json")),
    (AssessmentTestRecord, "create", ("requests", "test_creation_guide.req.json")),
    (AssessmentTestRecord, "create", ("requests", "powerpath100_guide.req.json")),
    *((TestPart, "create", ("guide", name)) for name in ("create_test_part.req.json", "update_test_part.req.json", "get_test_part.res.json")),
    *((AssessmentSection, "create", ("guide", name)) for name in ("create_section.req.json", "get_section.res.json")),
]


@pytest.mark.parametrize(("cls", "view", "parts"), PAYLOADS, ids=[row[2][-1] for row in PAYLOADS])
def test_payloads_are_valid_where_strict_reading_takes_them(cls: type[Any], view: Any, parts: tuple[str, ...]) -> None:
    body = json.loads(shared_path("payloads", *parts).read_text(encoding="utf-8"))
    errors = list(validator(cls, view=view).iter_errors(body))
    if view == "response":  # its `content` is of another dialect, which the API's own schema refuses as well
        assert {error.absolute_path[0] for error in errors} == {error.absolute_path[0] for error in response_schema().iter_errors(body)} == {"content"}
        return
    try:
        if cls is AssessmentTestRecord:
            api.structure(body, strict=True)
    except DocumentError:
        assert errors
    else:
        assert not errors


# -- what is wrong is refused --------------------------------------------------------------------------------------------------------------

# Strict reading refuses more. A row matches `code: path: message` of an issue.
BEYOND_A_SCHEMA = [
    (r"^disagreement: ", "the flat form and rawXml must say the same"),
    (r"\['rawXml'\]: ", "a schema does not read XML"),
    (r"\b_order\b", "which children there are, `_order` must list"),
    (r"^namespace: |`_name` is |is declared as nothing", "prefixes must be declared, and `_name` must use them"),
    (r"expected a date and time", "`format` is no more than a note to many validators"),
    (r"cannot be a (comment|processing instruction)|is no name of ", "names, comments and instructions must be such as XML has"),
    (r"expected (a whole number of at most|a number of at least)", "how large a number in a text is, no pattern says"),
    (r"may stand only once", "that one of 64 is there, the schema says; that there is no other, would cost as much again"),
    (r"\['(qti-content-body|p|div|span|ul|qti-html-content)'\]", "elements of QTI within markup are markup to the schema"),
    (r"include'\]", "and so are elements of other namespaces"),
]

# Strict reading takes more: in the flat form ...
WIDER_IN_FLAT = {
    "null": "null is what is not there",
    **dict.fromkeys(("text", "one"), "a list of texts may be one text"),
    "removed": "a response without rawXml is a request",
}
# ... and in content JSON, which may come from the tools of others.
WIDER_IN_CONTENT = {
    "null": "null at a key of the flat form is what is not there",
    **dict.fromkeys(("number", "number within"), "numbers are read as texts"),
    **dict.fromkeys(("one", "array", "text", "object"), "one child may stand with or without an array, a list with or without white space"),
    "removed": "lists that are always written may be missing, and so may the data of an instruction",
    "padded": "white space among elements is no content",
}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


def wrong_values(value: Any) -> Iterator[tuple[str, Any]]:
    """What may be put in the place of a value, and what kind of change that is. `...`: it is taken away."""
    yield from (("removed", ...), ("null", None))
    if isinstance(value, bool):
        yield from (("as text", str(value).lower()), ("number", 1))
    elif isinstance(value, (int, float)):
        yield from (("as text", str(value)), ("negative", -abs(value) - 1), ("boolean", True), ("object", {}))
    elif isinstance(value, str):
        yield from (("wrong text", "no such!"), ("empty", ""), ("padded", f" {value}\n"), ("number", 5), ("object", {}), ("array", [value]))
    elif isinstance(value, list):
        yield from (("object", {}), ("text", "x"), ("one", value[0] if value else {}), ("number within", [*value, 3]), ("object within", [*value, {}]))
    elif isinstance(value, dict):
        yield from (("array", [value]), ("text", "x"), ("number", 3), ("empty", {}))
        yield from (("number within", {**value, "zz": 1}), ("object within", {**value, "zz": {}}))


def value_at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def changed(body: Any, path: Path, new: Any) -> Any:
    """A copy of a body with another value at a place."""
    mutant = copy.deepcopy(body)
    holder = value_at(mutant, path[:-1])
    if new is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return mutant


FLAT_KEYS = {spec_of(cls).name for cls in FLAT}


def is_content(path: Path) -> bool:
    return any(isinstance(step, str) and step not in FLAT_KEYS and (step.startswith(("qti-", ":")) or step in ("_prolog", "_epilog")) for step in path)


def refusal(form: Any, body: Any) -> list[str]:
    """What reading has against a body: of the API, strict reading."""
    try:
        if form == "content":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", QtiWarning)  # an order that is guessed is no problem
                content.structure(body, AssessmentTest, dialect="api")
        else:
            api.structure(body, strict=True)
    except DocumentError as error:
        return [f"{issue.code}: {issue.path}: {issue.message}" for issue in error.issues]
    return []


@pytest.mark.parametrize("form", ["response", "create", "content"])
@settings(FEW, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # making a failure smaller takes longer than finding its cause
@given(tree=trees(AssessmentTest), seed=st.integers(0, 2**32))
def test_schema_and_strict_reading_agree(form: Any, tree: AssessmentTest, seed: int) -> None:
    """In the default profile on some thousand wrong bodies, in the full one on many thousand."""
    for node in list(walk(tree, Element)):  # prefixes and comments are outside of what a schema can judge
        node._form = None
        node.extras.before.clear()
        node.extras.trailing.clear()
    record = a_record(of_the_api(tree))
    judge = validator(AssessmentTest, "content") if form == "content" else validator(AssessmentTestRecord, view=form)
    body = json.loads(json.dumps(content.unstructure(tree) if form == "content" else api.unstructure(record, view=form)))
    check(judge, body)
    there = [path for path in places(body) if path[0] != "content"]  # that is derived: `structure` looks at it for a warning only
    differences = []
    for path in random.Random(seed).sample(there, k=min(20, len(there))):
        for kind, new in wrong_values(value_at(body, path)):
            mutant = changed(body, path, new)
            problems, valid = refusal(form, mutant), judge.is_valid(mutant)
            if problems and valid:
                known = all(any(re.search(row, problem) for row, _ in BEYOND_A_SCHEMA) for problem in problems)
            elif not problems and not valid:
                known = kind in (WIDER_IN_CONTENT if form == "content" or is_content(path) else WIDER_IN_FLAT)
            else:
                known = True
            if not known:
                differences.append(f"{kind} at {path}: {'the schema takes it' if valid else 'only the schema refuses it'} {problems}")
    assert not differences, "\n".join(differences)


REFUSED: list[tuple[str, Any, Any]] = [
    ("no title", "title", ...),
    ("no visible", "visible", ...),
    ("a boolean as text", "visible", "true"),
    ("null", "visible", None),
    ("a title that is a number", "title", 5),
    ("no identifier", "identifier", "1 a"),
    ("sequence as text", "sequence", "1"),
    ("sequence from 0", "sequence", 0),
    ("half a sequence", "sequence", 1.5),
    ("references that are no array", "qti-assessment-item-ref", {"identifier": "a"}),
    ("a reference without identifier", "qti-assessment-item-ref", [{"href": "a.xml"}]),
    ("an attribute below that is a number", "qti-selection", {"_attributes": {"select": 1}}),
    ("a wrong attribute below", "qti-selection", {"_attributes": {"select": "some"}}),
    ("a missing attribute below", "qti-selection", {}),
    ("a missing child below", "qti-pre-condition", [{}]),
    ("a wrong enumeration below", "qti-rubric-block", [{"_attributes": {"view": "candidate reader"}, "qti-content-body": "x"}]),
    ("no body below", "qti-rubric-block", [{"_attributes": {"view": "candidate"}}]),
    ("an order that is an object", "_order", {}),
    ("an order with a number", "_order", [3]),
    ("text among elements", "qti-time-limits", {"_": "soon"}),
    ("an attribute that is a number", "_attributes", {"data-x": 1}),
]


@pytest.mark.parametrize(("what", "key", "value"), REFUSED, ids=[row[0] for row in REFUSED])
def test_wrong_sections_are_refused(what: str, key: str, value: Any) -> None:
    section: Any = {"identifier": "s1", "title": "S", "visible": True, "sequence": 1, "_id": 7, "anything": None}
    check(validator(AssessmentSection), section)
    assert not validator(AssessmentSection).is_valid(changed(section | {key: None}, (key,), value)), what


# -- texts ---------------------------------------------------------------------------------------------------------------------------------

FIELDS = [(spec_of(cls).name, field) for cls in element_classes() for field in spec_of(cls).attributes]
FIELD_OF = {str(field.scalar and field.scalar.name): field for _, field in FIELDS}
FIELD_OF_NUMBERS = {"non-negative double": FIELD_OF["double"]} | dict.fromkeys(("positive integer", "non-negative integer"), FIELD_OF["large integer"])
SCALARS = list({(str(field.scalar and field.scalar.name), field.is_list): (name, field) for name, field in FIELDS}.values())


def is_read(field: Any, text: str) -> bool:
    """Whether a text can be read. How large a number is, no pattern says."""
    try:
        field.parse(text)
    except ValueError:
        return field.scalar.name in ("positive integer", "non-negative integer", "non-negative double") and is_read(FIELD_OF_NUMBERS[field.scalar.name], text)
    return True


@pytest.mark.parametrize(("element", "field"), SCALARS, ids=[f"{field.scalar and field.scalar.name}{' list' * field.is_list}" for _, field in SCALARS])
@given(data=st.data())
def test_patterns_match_what_is_read(element: str, field: Any, data: st.DataObject) -> None:
    definitions = Definitions("#/$defs/")
    judge = Draft202012Validator({**text_schema(definitions, field), "$defs": definitions.made()})
    value = data.draw(values_of(element, field).any)
    for text in (field.write(value), *lexical_forms(field, value)):
        check(judge, text)
    text = data.draw(st.text(st.sampled_from(' \t\n019ae-+.,:/%_"\\\u00e9\U0001f600'), max_size=6) | st.sampled_from(["", "true", "INF", "+INF", "NaN", "1e5"]))
    assert judge.is_valid(text) == is_read(field, text)


# -- the API's own documents ---------------------------------------------------------------------------------------------------------------


def openapi(name: str) -> Any:
    return pytest.importorskip("yaml").safe_load(shared_path("spec", "openapi", name).read_text(encoding="utf-8"))


# What differs, and why.
NARROWER = {
    "__v.type": "a version counts: strict reading refuses 1.5",
}
NOT_REQUIRED = {
    **{
        f"content.qti-assessment-test._attributes: {name}": "documents of practice lack it, and what is not in a document is not in its content"
        for name in ("xmlns:xsi", "xsi:schemaLocation", "tool-name", "tool-version")
    },
    "content: qti-assessment-test": "the root may have a prefix",
    "content.qti-assessment-test.qti-outcome-declaration[]._attributes: base-type": "variables of cardinality `record` have none",
    "qti-outcome-declaration[]: baseType": "as in content",
}
SAID = ("type", "enum", "default", "exclusiveMinimum", "format")


def differences(theirs: Any, ours: Any, resolve: Callable[[Any], Any], place: str = "") -> Iterator[str]:
    """Where a schema of theirs says something that ours does not say."""
    ours = resolve(ours)
    if "anyOf" in ours and "type" not in ours and "type" in theirs:
        ours = {**ours, **next(branch for branch in map(resolve, ours["anyOf"]) if branch.get("type") == theirs["type"])}
    for keyword in SAID:
        said, own = theirs.get(keyword), ours.get(keyword)
        if keyword in theirs and (sorted(said) != sorted(own or ()) if isinstance(said, list) else said != own):
            yield f"{place}.{keyword}"
    for name in theirs.get("required", ()):
        if name not in ours.get("required", ()):
            yield f"{place}: {name}"
    for name, inner in theirs.get("properties", {}).items():
        if name not in ours.get("properties", {}):
            # attributes of other namespaces are texts, as all attributes are
            if not (place.endswith("_attributes") and ours["additionalProperties"] == inner == {"type": "string"}):
                yield f"{place}.{name}"
        else:
            yield from differences(inner, ours["properties"][name], resolve, f"{place}.{name}".lstrip("."))
    if "items" in theirs:
        yield from differences(theirs["items"], ours["items"], resolve, f"{place}[]")
    if theirs.get("additionalProperties"):
        yield from differences(theirs["additionalProperties"], ours.get("additionalProperties", {}) or {}, resolve, f"{place}{{}}")


def resolver(root: Any) -> Callable[[Any], Any]:
    """What a schema says, with all that it refers to."""

    def resolve(part: Any) -> Any:
        if not isinstance(part, dict) or "$ref" not in part:
            return part if isinstance(part, dict) else {}
        target = root
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        target, own = resolve(target), {key: value for key, value in part.items() if key != "$ref"}
        merged = {**target, **own, "properties": dict(target.get("properties", {})), "required": [*target.get("required", ()), *own.get("required", ())]}
        for name, inner in own.get("properties", {}).items():
            if inner is False:
                continue
            outer = merged["properties"].get(name, {})
            properties = {**outer.get("properties", {}), **inner.get("properties", {})}
            required = [*outer.get("required", ()), *inner.get("required", ())]
            merged["properties"][name] = {**outer, **inner, "properties": properties, "required": required}
        return merged

    return resolve


def without_descriptions(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: without_descriptions(value) for key, value in part.items() if not (key == "description" and isinstance(value, str))}
    return [without_descriptions(item) for item in part] if isinstance(part, list) else part


def test_the_section_of_the_api_is_a_part_of_ours() -> None:
    theirs = without_descriptions(openapi("create-section.yaml")["components"]["schemas"]["Section"])
    made = {"components": schema.openapi_components()}
    assert list(differences(theirs, made["components"]["schemas"]["Section"], resolver(made))) == []


def test_the_response_of_the_api_is_a_part_of_ours() -> None:
    get = openapi("get-assessment-test.yaml")["paths"]["/assessment-tests/{identifier}"]["get"]
    theirs = without_descriptions(get["responses"]["200"]["content"]["application/json"]["schema"])
    made = {"components": schema.openapi_components()}
    found = set(differences(theirs, made["components"]["schemas"]["AssessmentTest"], resolver(made)))
    assert found == NARROWER.keys() | NOT_REQUIRED.keys()


def test_errors_are_those_of_the_api() -> None:
    schemas = schema.openapi_components()["schemas"]
    found = 0
    for name in ("create-section.yaml", "get-assessment-test.yaml"):
        for methods in openapi(name)["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        theirs = without_descriptions(answer["content"]["application/json"]["schema"])
                        ours = schemas[HTTPStatus(int(status)).phrase.replace(" ", "")]
                        assert set(ours["required"]) == set(theirs["required"])
                        assert without_descriptions(ours["properties"]).items() >= theirs["properties"].items()
                        found += 1
    assert found == 6
    assert {HTTPStatus(status).phrase.replace(" ", "") for status in ERROR_BODIES} <= schemas.keys()


@given(tree=trees(AssessmentTest))
def test_what_ours_accepts_theirs_accepts(tree: AssessmentTest) -> None:
    """What theirs demands beyond ours, `NOT_REQUIRED` says."""
    of_the_api(tree)
    body = api.unstructure(a_record(tree))
    check(validator(AssessmentTestRecord), body)
    optional = {re.escape(f"'{place.rpartition(': ')[2]}'") for place in NOT_REQUIRED}
    check(response_schema(), body, without=lambda error: error.absolute_path[0] == "content" and bool(re.match("|".join(optional), error.message)))
    for section in walk(tree, AssessmentSection):
        value = unstructure_element(section)
        check(validator(AssessmentSection), value)
        check(section_schema(), value)


# -- the schemas themselves ----------------------------------------------------------------------------------------------------------------


def parts(value: Any) -> Iterator[Any]:
    yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(item)


MADE: list[tuple[str, Callable[[], Any]]] = [
    ("components", schema.openapi_components),
    ("record", lambda: schema.json_schema(AssessmentTestRecord)),
    ("test", lambda: schema.json_schema(AssessmentTest, form="content")),
    ("section", lambda: schema.json_schema(AssessmentSection)),
]


@pytest.mark.parametrize("make", [row[1] for row in MADE], ids=[row[0] for row in MADE])
def test_schemas_are_plain_new_and_whole(make: Callable[[], Any]) -> None:
    made = make()
    text = json.dumps(made)
    assert json.loads(text) == made
    mutable = [id(part) for part in parts(made) if isinstance(part, (dict, list))]
    assert len(mutable) == len(set(mutable)), "a change in one place would change another"
    for part in parts(made):
        if isinstance(part, dict):
            part["changed"] = True
    assert json.dumps(make()) == text
    defined = make()["schemas"] if "schemas" in make() else make()["$defs"]
    referred = set(re.findall(r'"\$ref": "#/(?:components/schemas|\$defs)/([^"]*)"', text))
    assert referred <= defined.keys()
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in defined)
    for definition in defined.values():
        Draft202012Validator.check_schema(definition)


def test_components_have_the_names_of_the_api() -> None:
    schemas = schema.openapi_components()["schemas"]
    named = ["AssessmentTest", "AssessmentTestRequest", "TestPart", "Section", "SectionRef", "ItemRef", "OutcomeDeclaration", "NotFound", "qti-branch-rule"]
    assert schemas.keys() >= set(named)
    assert "rawXml" in schemas["AssessmentTest"]["required"]
    assert not {"rawXml", "content", "createdAt", "__v", "isValidXml"} & schemas["AssessmentTestRequest"]["properties"].keys()
    assert schemas["AssessmentTestRequest"]["properties"]["toolName"] == {"type": "string"}
    assert "toolName" not in schemas["AssessmentTest"]["properties"]


def test_every_key_of_a_record_has_a_schema() -> None:
    properties = schema.json_schema(AssessmentTestRecord)["properties"]
    assert properties.keys() >= {*DERIVED, *(key.name for key in RECORD)}
    written = list(api.unstructure(a_record(AssessmentTest(identifier="t", title="T"))))
    assert [key for key in properties if key in written] == written


def test_every_definition_is_described() -> None:
    for cls in element_classes():
        made = schema.json_schema(cls, form="content")
        assert made["$defs"][spec_of(cls).name]["description"].endswith(".")
        assert made["title"] == cls.__name__


def test_the_namespace_of_a_root_counts() -> None:
    attributes = {"identifier": "W", "value": "2"}
    judge = validator(Weight, "content")
    check(judge, {"qti-weight": {"_attributes": {"xmlns": QTI, **attributes}}})
    check(judge, {"q:qti-weight": {"_attributes": {"xmlns:q": QTI, **attributes}}, "_epilog": [["!", "x"]]})
    wrong: list[Any] = [{"qti-weight": {"_attributes": attributes}}, {"qti-weight": {"_attributes": {"xmlns": "urn:x", **attributes}}}, {}, {"_prolog": []}]
    assert not any(map(judge.is_valid, wrong))
    assert not judge.is_valid({"qti-weight": {"_attributes": {"xmlns": QTI, **attributes}}, "qti-value": ""})


def test_numbers_beside_the_attributes_are_numbers() -> None:
    declared = {"_attributes": {"xmlns": QTI, "identifier": "SCORE", "cardinality": "single"}}
    judge = validator(OutcomeDeclaration, "content")
    for beside in ({}, {"normal-maximum": 0, "normal-minimum": -1.5}, {"normal-maximum": "an unknown element", "_order": [["normal-maximum"]]}):
        check(judge, {"qti-outcome-declaration": {**declared, **beside}})
    assert not judge.is_valid({"qti-outcome-declaration": {**declared, "normal-maximum": -1}})


def test_a_child_that_is_needed_may_have_a_prefix() -> None:
    judge = validator(BranchRule)
    rule = {"_attributes": {"xmlns": QTI, "xmlns:q": QTI, "target": "EXIT_TEST"}}
    check(judge, {"qti-branch-rule": {**rule, "q:qti-null": ""}})
    assert not judge.is_valid({"qti-branch-rule": rule})


def test_only_texts_hold_text_alone() -> None:
    for cls in element_classes():
        spec = spec_of(cls)
        definition = schema.json_schema(cls, form="content")["$defs"][spec.name]
        assert definition["properties"]["_"] == ({"type": "string"} if spec.body is not None else False)
        closed = definition.get("additionalProperties") is False
        assert closed == (spec.body is not None and spec.body.kind is Kind.TEXT)


def test_wrong_questions_are_errors() -> None:
    for arguments, error in (({"form": "xml"}, "form"), ({"view": "all"}, "view"), ({"form": "content"}, "AssessmentTest")):
        with pytest.raises(ValueError, match=error):
            schema.json_schema(AssessmentTestRecord, **arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="@element"):
        schema.json_schema(int)


def test_schemas_need_no_lxml() -> None:
    code = "import sys; from qtimodel import schema, AssessmentTest; schema.json_schema(AssessmentTest); print('lxml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("status", [400, 404, 409, 501])
@pytest.mark.parametrize("reason", [None, "because"])
def test_refusals_have_the_bodies_that_the_table_says(status: int, reason: str | None) -> None:
    body = ERROR_BODIES[status]
    answered = ApiError(status, "No", reason).body
    assert {*body.needed} <= answered.keys() <= {*body.needed, *body.optional}
