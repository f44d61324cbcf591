"""API JSON: what `qtimodel.api` promises, for trees that nobody thought of, for real tests, and for bodies that are wrong.

The schemas are those of the API's OpenAPI documents (see `shared.py`), so nothing of ours judges what validates.
"""

from __future__ import annotations

import copy
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import shared_path
from test_corpus import documents

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentSectionRef,
    AssessmentTest,
    DocumentError,
    Include,
    Invalid,
    ModelError,
    NavigationMode,
    OutcomeDeclaration,
    PreCondition,
    SubmissionMode,
    TestPart,
    Weight,
    api,
    content,
    walk,
    xml,
)
from qtimodel.api import AssessmentTestRecord
from qtimodel.api.elements import structure_element, unstructure_element
from qtimodel.nodes import QTI, Comment, Element, Form
from qtimodel.spec import Flat, element_classes, spec_of
from qtimodel.testing import assert_same_xml, minimal, trees

VIEWS: list[Any] = ["response", "create"]
every_view = pytest.mark.parametrize("view", [*VIEWS, "stored"])
FLAT = [cls for cls in element_classes() if spec_of(cls).flat is not None]
HEAD = f'<qti-assessment-test xmlns="{QTI}" identifier="t1" title="T"'


def through(record: AssessmentTestRecord, view: Any) -> AssessmentTestRecord:
    """A record to text and back."""
    return api.loads(json.dumps(api.unstructure(record, view=view)))


def read(document: str) -> AssessmentTestRecord:
    return AssessmentTestRecord(test=xml.loads(document, AssessmentTest))


def flat_nodes(tree: Element) -> list[Any]:
    """Flat elements in places of flat elements, by other means than the engine's: all the way up there is nothing else."""
    return [node for node in walk(tree, Element) if type(node) in FLAT]


# -- laws ------------------------------------------------------------------------------------------------------------------------------


def check_laws(tree: AssessmentTest, view: Any) -> None:
    record = AssessmentTestRecord(test=tree)
    body = api.unstructure(record, view=view)
    before = copy.deepcopy(body)
    read = api.structure(body)
    assert body == before, "reading changed the body"
    assert read.test == tree
    assert read == record
    assert [issue for issue in read.issues if issue.code != "repeated"] == []
    assert_same_xml(xml.dumps(tree), xml.dumps(read.test))
    text = api.dumps(record, view=view)
    assert json.loads(text) == body
    again = api.loads(text)
    assert again.test == tree
    assert api.unstructure(again, view=view) == body


@every_view
@given(data=st.data())
def test_every_test_comes_back(view: Any, data: st.DataObject) -> None:
    check_laws(data.draw(trees(AssessmentTest, valid=data.draw(st.booleans()))), view)


@pytest.mark.parametrize("cls", FLAT, ids=[cls.__name__ for cls in FLAT])
@given(data=st.data())
def test_every_flat_element_comes_back(cls: type[Any], data: st.DataObject) -> None:
    """Elements that stand alone, as bodies of operations do."""
    tree = data.draw(trees(cls, valid=data.draw(st.booleans())))
    read = structure_element(json.loads(json.dumps(unstructure_element(tree))), cls)
    assert read == tree
    assert type(read) is cls


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
)


@given(data=st.data())
def test_what_only_the_api_knows_comes_back(data: st.DataObject) -> None:
    tree = data.draw(trees(AssessmentTest, valid=False))
    moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))
    record = AssessmentTestRecord(
        test=tree,
        time_limit=data.draw(st.none() | st.integers(0, 9) | st.floats(0, 1e6)),
        max_attempts=data.draw(st.none() | st.integers(0, 9)),
        tools_enabled=data.draw(st.none() | st.dictionaries(st.text(max_size=4), st.booleans(), max_size=2)),
        metadata=data.draw(st.none() | st.dictionaries(st.text(max_size=4), JSON, max_size=2)),
        created_at=data.draw(moments),
        updated_at=data.draw(st.none() | moments),
        version=data.draw(st.none() | st.integers(0, 9)),
        other=data.draw(st.dictionaries(st.sampled_from(["_id", "x", "qti-unknown", "sequence", "a:b", "_"]), JSON, max_size=2)),
    )
    marked = 0
    for node in flat_nodes(tree):
        if node is not tree and node not in list(walk(tree, Comment)):
            node.extras.record["_id"] = marked = marked + 1
            node.extras.record |= data.draw(st.dictionaries(st.sampled_from(["x", "createdAt", "qti-unknown", "a:b"]), JSON, max_size=2))
    expected = {node.extras.record["_id"]: node.extras.record for node in flat_nodes(tree) if node is not tree}
    kept = []
    for view in ("response", "stored"):
        again = through(record, view)
        assert again == record
        # A flat element in a wrong place is content JSON there, and its record has no place.
        placed = [node.extras.record for node in flat_nodes(again.test) if node is not again.test and node.extras.record]
        assert [record["_id"] for record in placed] == sorted(record["_id"] for record in placed)
        assert all(expected[record["_id"]] == record for record in placed)
        kept.append(placed)
    assert kept[0] == kept[1]
    sent = through(record, "create")
    assert sent.test == tree
    assert "_id" not in json.dumps(api.unstructure(sent, view="create")).replace("_id-", "")
    assert (sent.created_at, sent.updated_at, sent.version) == (None, None, None)
    assert (sent.metadata, sent.time_limit) == (record.metadata, record.time_limit)


@every_view
def test_every_test_of_the_corpus_comes_back(view: Any) -> None:
    checked = Counter[bool]()
    for path, data in documents(well_formed="yes", root="qti-assessment-test"):
        tree, issues = xml.loads(data, recover=True)
        if not isinstance(tree, AssessmentTest):
            continue
        record = AssessmentTestRecord(test=tree)
        try:
            if issues and view != "stored":  # values that cannot be read are no less wrong in JSON, but its XML may be taken as it is
                with pytest.raises(DocumentError) as caught:
                    through(record, view)
                assert [issue.code for issue in caught.value.issues] == [issue.code for issue in issues]
                assert api.structure(api.unstructure(record), prefer="rawXml").test == tree
            else:
                again = through(record, view)
                assert again.test == tree
                assert_same_xml(data, xml.dumps(again.test))
        except AssertionError as error:
            error.add_note(f"in {path}")
            raise
        checked[not issues] += 1
    assert checked == {True: 47, False: 4}


# -- schemas ---------------------------------------------------------------------------------------------------------------------------


@cache
def schema(document: str, *path: str) -> Any:
    """A part of an OpenAPI document as a validator."""
    yaml, jsonschema = pytest.importorskip("yaml"), pytest.importorskip("jsonschema")
    found = yaml.safe_load(shared_path("spec", "openapi", document).read_text(encoding="utf-8"))
    for step in path:
        found = found[step]
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())


def response_schema() -> Any:
    path = ("paths", "/assessment-tests/{identifier}", "get", "responses", "200", "content", "application/json", "schema")
    return schema("get-assessment-test.yaml", *path)


def section_schema() -> Any:
    return schema("create-section.yaml", "components", "schemas", "Section")


@given(tree=trees(AssessmentTest))
def test_what_the_api_can_hold_validates(tree: AssessmentTest) -> None:
    """The schema asks more of `content` than a tree must have: names of the tool, a schema location, and no prefixes."""
    for node in [tree, *walk(tree, Element)]:
        if isinstance(node, (AssessmentTest, TestPart, AssessmentSection, AssessmentItemRef, OutcomeDeclaration)):
            node._form = None
            node.extras.before.clear()
            node.extras.trailing.clear()
    for declaration in tree.outcome_declarations:
        declaration.base_type = declaration.base_type or next(iter(spec_of(OutcomeDeclaration).attribute_by_name["base-type"].scalar.values))  # type: ignore[union-attr]
        for name in ("normal_maximum", "normal_minimum"):
            if (value := getattr(declaration, name)) is not None and not math.isfinite(value):
                setattr(declaration, name, None)
    tree.tool_name, tree.tool_version = tree.tool_name or "tool", tree.tool_version or "1"
    now = datetime.now(UTC)
    body = json.loads(api.dumps(AssessmentTestRecord(test=tree, created_at=now, updated_at=now, version=0, metadata={"a": 1})))
    response_schema().validate(body)
    api.structure(body, strict=True)
    for section in walk(tree, AssessmentSection):
        section_schema().validate(json.loads(json.dumps(unstructure_element(section))))
    for view in VIEWS:
        for part in api.unstructure(AssessmentTestRecord(test=tree), view=view)["qti-test-part"]:
            for section_body in part["qti-assessment-section"]:
                section_schema().validate(section_body)
                assert section_body["sequence"] > 0


# -- the forms of a test ---------------------------------------------------------------------------------------------------------------


def a_test(*sections: Any) -> AssessmentTest:
    part = TestPart(identifier="p1", navigation_mode=NavigationMode.LINEAR, submission_mode=SubmissionMode.INDIVIDUAL, assessment_sections=list(sections))
    return AssessmentTest(identifier="t1", title="T", test_parts=[part])


def a_section(identifier: str = "s1", **fields: Any) -> AssessmentSection:
    return AssessmentSection(identifier=identifier, title="S", visible=True, **fields)


def a_body(*sections: Any, **more: Any) -> dict[str, Any]:
    part = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": list(sections)}
    return {"identifier": "t1", "title": "T", "qti-test-part": [part], "qti-outcome-declaration": [], **more}


def section_of(body: dict[str, Any]) -> Any:
    return body["qti-test-part"][0]["qti-assessment-section"][0]


SECTION = {"identifier": "s1", "title": "S", "visible": True}


def test_keys_stand_in_the_order_of_the_api() -> None:
    ref = AssessmentItemRef(identifier="i1", href="i1.xml", required=False, category=["a", "b"], weights=[Weight(identifier="W", value=2)])
    section = a_section(keep_together=False, section_parts=[ref])
    for node, number in ((ref, 1), (section, 2)):
        node.extras.record["_id"] = number
    body = api.unstructure(
        AssessmentTestRecord(test=a_test(section), max_attempts=2, other={"_id": 0}, created_at=datetime(2025, 2, 17, 23, 31, 58, 789_999, tzinfo=UTC))
    )
    assert " ".join(body) == "_id identifier title qtiVersion qti-test-part qti-outcome-declaration maxAttempts rawXml content createdAt isValidXml"
    assert body["createdAt"] == "2025-02-17T23:31:58.789Z"
    assert " ".join(body["qti-test-part"][0]) == "identifier qti-assessment-section submissionMode navigationMode"
    assert list(section_of(body).items())[:-1] == [
        *(("identifier", "s1"), ("title", "S"), ("visible", True), ("required", False), ("fixed", False), ("sequence", 1), ("_id", 2)),
        ("qti-assessment-item-ref", [{
            "identifier": "i1", "href": "i1.xml", "sequence": 1, "_id": 1, "required": False, "category": ["a", "b"],
            "qti-weight": [{"_attributes": {"identifier": "W", "value": "2"}}],
        }]),
    ]  # fmt: skip
    assert list(section_of(body).items())[-1] == ("keepTogether", False)


def test_requests_name_the_tool_and_responses_do_not() -> None:
    test = a_test()
    test.tool_name, test.tool_version = "x", "1"
    record = AssessmentTestRecord(test=test, other={"_id": 1, "kept": 2}, version=3)
    sent, answered = api.unstructure(record, view="create"), api.unstructure(record)
    assert (sent["toolName"], sent["toolVersion"]) == ("x", "1")
    assert not {"toolName", "toolVersion"} & answered.keys()
    assert not {"_id", "__v", "rawXml", "content", "isValidXml", "createdAt"} & sent.keys()
    assert sent["kept"] == 2
    assert api.structure(answered).test == api.structure(sent).test == test


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("visible", True, 'visible="true"'),
        ("visible", "1", 'visible="1"'),
        ("keepTogether", "false", 'keep-together="false"'),
        ("class", ["a", "b"], 'class="a b"'),
        ("class", " a b", 'class=" a b"'),
    ],
)
def test_values_may_be_texts(key: str, value: Any, written: str) -> None:
    record = api.structure(a_body(SECTION | {key: value}))
    assert f" {written}" in record.raw_xml
    assert through(record, "create").raw_xml == record.raw_xml


@pytest.mark.parametrize(
    ("value", "texts"),
    [("0", ["0"]), (0, ["0"]), (1.5, ["1.5"]), (True, ["true"]), (["a", 2], ["a", "2"]), ("", [""]), ("<&", ["<&"])],
)
def test_plain_default_values_have_a_short_form(value: Any, texts: list[str]) -> None:
    declaration = {"identifier": "SCORE", "cardinality": "single", "baseType": "float", "defaultValue": {"value": value}, "normalMaximum": 10}
    record = api.structure(a_body(**{"qti-outcome-declaration": [declaration]}))
    (read,) = record.test.outcome_declarations
    assert read.default_value is not None
    assert [item.value for item in read.default_value.values] == texts
    assert read.normal_maximum == 10
    shown = api.unstructure(record)["qti-outcome-declaration"][0]
    assert shown["normalMaximum"] == 10
    if value != "":
        assert shown["defaultValue"] == {"value": texts[0] if len(texts) == 1 else texts}
    # Whatever else such an element holds makes it content JSON.
    read.default_value.interpretation = "x"
    shown = api.unstructure(record)["qti-outcome-declaration"][0]
    assert "defaultValue" not in shown
    assert shown["qti-default-value"]["_attributes"] == {"interpretation": "x"}
    assert through(record, "create").test == record.test


def test_exact_texts_count_while_they_mean_the_value() -> None:
    record = read(f'{HEAD}><qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">'
                  '<qti-assessment-section identifier="s" title="S" visible="1" keep-together="0"/></qti-test-part></qti-assessment-test>')  # fmt: skip
    body = api.unstructure(record, view="create")
    section = section_of(body)
    assert section["_attributes"] == {"visible": "1", "keep-together": "0", "required": None, "fixed": None}
    assert (section["visible"], section["keepTogether"], section["required"], section["fixed"]) == (True, False, False, False)
    section["keepTogether"] = True
    section["fixed"] = True
    written = api.structure(body).raw_xml
    assert 'visible="1" ' in written
    assert 'keep-together="true"' in written
    assert 'fixed="true"' in written
    assert " required=" not in written


def test_unknown_things_come_back() -> None:
    record = read(
        f'<!-- a -->{HEAD} xmlns:v="urn:v" data-x="1"><?pi d?><v:metadata/><identifier/><metadata><item/></metadata>'
        '<qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual" v:a="2">'
        '<qti-assessment-section identifier="s" title="S" visible="true"><_order/></qti-assessment-section></qti-test-part></qti-assessment-test><!-- z -->'
    )
    for view in VIEWS:
        body = api.unstructure(record, view=view)
        assert body[":identifier"] == ""
        assert body[":metadata"] == {"item": ""}
        assert body["_attributes"]["data-x"] == "1"
        assert (body["_prolog"], body["_epilog"]) == ([["!", " a "]], [["!", " z "]])
        assert through(record, view).test == record.test
    assert api.structure(api.unstructure(record, view="create")).metadata is None


def test_prefixes_do_not_change_the_keys() -> None:
    plain = a_test(a_section(section_parts=[AssessmentItemRef(identifier="i1", href="i1.xml")], pre_conditions=[minimal(PreCondition)]))
    document = xml.dumps(plain).replace("<qti-", "<q:qti-").replace("</qti-", "</q:qti-").replace(' xmlns="', ' xmlns:q="')
    record = read(document)
    assert record.test == plain
    body = api.unstructure(record, view="create")
    expected = api.unstructure(AssessmentTestRecord(test=plain), view="create")
    del body["_attributes"], section_of(body)["qti-pre-condition"], section_of(expected)["qti-pre-condition"]
    assert body == expected
    again = through(record, "create")
    assert_same_xml(document, xml.dumps(again.test))
    again.test.test_parts[0].assessment_sections[0]._form = None
    strange = xml.dumps(record.test).replace("<q:qti-assessment-item-ref ", f'<z:qti-assessment-item-ref xmlns:z="{QTI}" ')
    body = api.unstructure(read(strange), view="create")
    assert section_of(body)["qti-assessment-item-ref"][0]["_name"] == "z:qti-assessment-item-ref"
    assert_same_xml(strange, xml.dumps(api.structure(body).test))


# -- sequence --------------------------------------------------------------------------------------------------------------------------


def order(*siblings: tuple[str, str, Any], **more: Any) -> list[str]:
    """The order in which siblings are read, which are given as kind, identifier and sequence."""
    section: dict[str, Any] = {**SECTION, **more}
    for kind, identifier, sequence in siblings:
        entry: dict[str, Any] = {"identifier": identifier, "href": "x.xml"} if kind.endswith("ref") else {**SECTION, "identifier": identifier}
        if sequence is not None:
            entry["sequence"] = sequence
        section.setdefault(kind, []).append(entry)
    read = api.structure(a_body(section)).test.test_parts[0].assessment_sections[0]
    assert isinstance(read, AssessmentSection)
    return [part.identifier for part in read.section_parts if not isinstance(part, Include)]


REF, SUB, SUBREF = "qti-assessment-item-ref", "qti-assessment-section", "qti-assessment-section-ref"


@pytest.mark.parametrize(
    ("siblings", "expected"),
    [
        ([(REF, "a", 1), (REF, "b", 2)], "ab"),
        ([(REF, "a", 2), (REF, "b", 1)], "ba"),
        ([(SUB, "b", 2), (REF, "a", 1), (REF, "c", 3)], "abc"),
        ([(REF, "a", "10"), (REF, "b", "9")], "ba"),
        ([(REF, "a", 7), (SUB, "b", 100), (REF, "c", 50)], "acb"),  # gaps
        ([(REF, "a", 1), (REF, "b", 1), (SUB, "c", 1)], "abc"),  # equal: as listed, sections after refs
        ([(SUB, "c", None), (REF, "a", None), (SUBREF, "d", None), (REF, "b", None)], "abcd"),
        ([(SUB, "b", 1), (REF, "c", None), (SUB, "a", None)], "bca"),  # without one: behind those that have one
        ([(REF, "a", 1), (REF, "b", None), (REF, "c", 2)], "acb"),
        ([(REF, "a", 2.0), (SUB, "b", 1)], "ba"),
    ],
)
def test_siblings_are_sorted_by_sequence(siblings: list[Any], expected: str) -> None:
    assert "".join(order(*siblings)) == expected


def test_sequence_carries_the_order_across_lists() -> None:
    parts: list[Any] = [AssessmentItemRef(identifier="a", href="a.xml"), a_section("b"), AssessmentSectionRef(identifier="c", href="c.xml")]
    parts += [AssessmentItemRef(identifier="d", href="d.xml"), a_section("e")]
    record = AssessmentTestRecord(test=a_test(a_section(section_parts=parts)))
    section = section_of(api.unstructure(record, view="create"))
    assert {entry["identifier"]: entry["sequence"] for kind in (REF, SUB, SUBREF) for entry in section[kind]} == dict(zip("abcde", range(1, 6), strict=True))
    assert "_order" not in section
    assert through(record, "create").test == record.test


def test_an_include_among_them_needs_the_order() -> None:
    parts: list[Any] = [Include(href="x.xml"), AssessmentItemRef(identifier="a", href="a.xml")]
    record = AssessmentTestRecord(test=a_test(a_section(section_parts=parts)))
    section = section_of(api.unstructure(record, view="create"))
    assert section[REF][0]["sequence"] == 2
    assert len(section["_order"]) == 2
    assert through(record, "create").test == record.test


def test_order_rules_over_the_lists() -> None:
    assert order((REF, "a", None), (REF, "b", None), (SUB, "c", None), _order=[[REF], ["!", "x"], [SUB], [REF]]) == ["a", "c", "b"]
    assert order((REF, "a", 1), (REF, "b", 3), (SUB, "c", 2), _order=[[REF], [SUB], [REF]]) == ["a", "c", "b"]


# -- required and fixed ------------------------------------------------------------------------------------------------------------------


def shown(record: AssessmentTestRecord, view: Any = "response") -> tuple[Any, Any]:
    section = section_of(api.unstructure(record, view=view))
    return section["required"], section["fixed"]


def test_absent_in_xml_is_shown_as_xml_means_it() -> None:
    record = AssessmentTestRecord(test=a_test(a_section()))
    for view in VIEWS:
        assert shown(record, view) == (False, False)
        assert shown(through(record, view)) == (False, False)
        assert " required" not in through(record, view).raw_xml


def test_absent_in_json_is_shown_as_the_api_means_it() -> None:
    record = api.structure(a_body(SECTION))
    assert " required" not in record.raw_xml
    for view in VIEWS:
        assert shown(record, view) == (True, False)
        assert shown(through(record, view)) == (True, False)
        assert " required" not in through(record, view).raw_xml


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("fixed", [True, False])
def test_what_is_given_is_written(required: bool, fixed: bool) -> None:
    record = api.structure(a_body(SECTION | {"required": required, "fixed": fixed}))
    assert f'required="{str(required).lower()}" fixed="{str(fixed).lower()}"' in record.raw_xml
    for view in VIEWS:
        assert shown(record, view) == (required, fixed)
        assert through(record, view).raw_xml == record.raw_xml
    assert "required" not in api.to_xml(record, profile="server")
    assert "fixed" not in api.to_xml(record, profile="server")


@pytest.mark.parametrize(
    ("given", "written", "later"),
    [
        ({"required": True, "fixed": False}, "", (True, False)),  # the API's defaults
        ({"required": False, "fixed": False}, "", (False, False)),  # those of the specification
        ({"required": True, "fixed": True}, ' fixed="true"', (True, True)),
        ({"required": False, "fixed": True}, ' fixed="true"', (False, True)),
        ({}, "", (False, False)),
    ],
)
def test_what_the_server_drops_in_xml_is_taken_from_the_flat_form(given: dict[str, bool], written: str, later: tuple[bool, bool]) -> None:
    raw_xml = xml.dumps(a_test(a_section()))
    record = api.structure(a_body(SECTION | given, rawXml=raw_xml))
    assert f'visible="true"{written}/>' in record.raw_xml
    assert (record.raw_xml == raw_xml) == (not written)
    assert shown(record) == later
    assert shown(through(record, "response")) == later
    assert record.issues == []


def test_one_default_of_the_api_tells_what_the_others_mean() -> None:
    raw_xml = xml.dumps(a_test(a_section("s1"), a_section("s2")))
    body = a_body(SECTION | {"required": True}, SECTION | {"identifier": "s2", "required": False}, rawXml=raw_xml)
    first, second = api.structure(body).test.test_parts[0].assessment_sections
    assert isinstance(first, AssessmentSection)
    assert isinstance(second, AssessmentSection)
    assert (first.required, second.required) == (None, False)


# -- two forms in one body -----------------------------------------------------------------------------------------------------------------


def test_xml_that_was_given_stays_where_the_tree_does() -> None:
    raw_xml = xml.dumps(a_test(a_section()), indent="\t").replace("?>", " ?>").replace("'", '"') + "\n\n"
    record = api.structure(a_body(SECTION, rawXml=raw_xml))
    assert record.raw_xml == raw_xml == api.to_xml(record)
    assert api.unstructure(record)["rawXml"] == raw_xml
    record.test.title = "New"
    assert record.raw_xml == raw_xml.replace('title="T"', 'title="New"', 1)
    assert api.unstructure(record, view="stored")["rawXml"] == record.raw_xml
    record.test.title = "T"
    assert record.raw_xml == raw_xml


def test_what_the_flat_form_lacks_comes_from_the_xml() -> None:
    tree = a_test(a_section(section_parts=[AssessmentItemRef(identifier="i1", href="i1.xml", weights=[Weight(identifier="W", value=2)])], keep_together=False))
    body = a_body(SECTION | {REF: [{"identifier": "i1", "href": "i1.xml", "_id": 7}], "_id": 8}, rawXml=xml.dumps(tree))
    record = api.structure(body)
    assert record.test == tree
    assert [node.extras.record for node in walk(record.test, AssessmentSection, AssessmentItemRef)] == [{"_id": 8}, {"_id": 7}]


def disagreements() -> Iterator[tuple[str, Callable[[dict[str, Any]], None], str]]:
    def changed(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
        return lambda body: section_of(body).__setitem__(key, value)

    section = "$['qti-test-part'][0]['qti-assessment-section'][0]"
    yield "title", changed("title", "Other"), f"{section}['title']"
    yield "keepTogether", changed("keepTogether", False), f"{section}['keepTogether']"
    yield "one ref less", lambda body: section_of(body)[REF].pop(), f"{section}['{REF}']"
    yield "another order", lambda body: section_of(body)[REF].reverse(), f"{section}['{REF}'][0]['identifier']"
    yield (
        "weight",
        lambda body: section_of(body)[REF][0].update({"qti-weight": [{"_attributes": {"identifier": "W", "value": "3"}}]}),
        f"{section}['{REF}'][0]['qti-weight']",
    )
    yield "test", lambda body: body.update(identifier="t2"), "$['identifier']"


@pytest.mark.parametrize(("what", "change", "path"), list(disagreements()), ids=[row[0] for row in disagreements()])
def test_forms_that_disagree_are_refused_unless_one_is_preferred(what: str, change: Callable[[dict[str, Any]], None], path: str) -> None:
    refs: list[Any] = [AssessmentItemRef(identifier=name, href="x.xml", weights=[Weight(identifier="W", value=2)]) for name in "ab"]
    tree = a_test(a_section(section_parts=refs))
    body = a_body(SECTION | {REF: [{"identifier": "a", "href": "x.xml"}, {"identifier": "b", "href": "x.xml"}]}, rawXml=xml.dumps(tree))
    assert api.structure(body).test == tree
    change(body)
    with pytest.raises(DocumentError) as caught:
        api.structure(body)
    assert caught.value.issues[0].path == path
    assert "prefer=" in caught.value.issues[0].message
    by_xml, by_flat = api.structure(body, prefer="rawXml"), api.structure(body, prefer="flat")
    assert by_xml.test == tree
    assert by_flat.test == api.structure({key: value for key, value in body.items() if key != "rawXml"}).test
    assert by_flat.test != tree
    for record in (by_xml, by_flat):
        assert {issue.severity for issue in record.issues} == {"warning"}
        assert path in [issue.path for issue in record.issues]


def test_an_unreadable_form_is_an_error_unless_the_other_is_preferred() -> None:
    good = xml.dumps(a_test(a_section()))
    for body, prefer, path in (
        (a_body(SECTION, rawXml="<qti-assessment-test"), "flat", "$['rawXml']"),
        (a_body(SECTION, rawXml="<p/>"), "flat", "$['rawXml']"),
        (a_body(SECTION | {"visible": "maybe"}, rawXml=good), "rawXml", "$['qti-test-part'][0]['qti-assessment-section'][0]['visible']"),
    ):
        with pytest.raises(DocumentError) as caught:
            api.structure(body)
        assert [issue.path for issue in caught.value.issues] == [path]
        record = api.structure(body, prefer=prefer)  # type: ignore[arg-type]
        assert record.test == a_test(a_section())
        assert [(issue.path, issue.severity) for issue in record.issues] == [(path, "warning")]


def test_xml_that_the_classes_cannot_hold_is_not_valid() -> None:
    raw_xml = xml.dumps(a_test(a_section(section_parts=[AssessmentItemRef(identifier="i1", href="i1.xml")]))).replace(' href="i1.xml"', "")
    record = api.structure(a_body(SECTION | {REF: [{"identifier": "i1"}]}, rawXml=raw_xml))
    assert record.raw_xml == raw_xml
    assert not record.is_valid_xml
    assert api.unstructure(record)["isValidXml"] is False
    assert {issue.path for issue in record.issues} >= {"$['rawXml']"}
    with pytest.raises(DocumentError):
        api.structure(a_body(SECTION | {REF: [{"identifier": "i1"}]}, rawXml=raw_xml), strict=True)


@pytest.mark.parametrize(
    ("wrong", "warned"),
    [
        (lambda body: None, False),
        (lambda body: body["content"]["qti-assessment-test"]["_attributes"].update(title="Other"), True),
        (lambda body: body.update(content={"a": 1, "b": 2}), True),
        (lambda body: body.update(content=content.unstructure(xml.loads(body["rawXml"]), "xml-js")), False),
        (lambda body: body.update(content=3), True),
    ],
)
def test_content_is_derived_and_decides_nothing(wrong: Callable[[Any], None], warned: bool) -> None:
    body = api.unstructure(AssessmentTestRecord(test=a_test(a_section())))
    wrong(body)
    record = api.structure(body)
    assert record.test == a_test(a_section())
    assert [(issue.path, issue.severity) for issue in record.issues] == [("$['content']", "warning")] * warned


# -- what is wrong ---------------------------------------------------------------------------------------------------------------------------

PART = "$['qti-test-part'][0]"
OUTCOME = "$['qti-outcome-declaration'][0]"
FIRST = f"{PART}['qti-assessment-section'][0]"


def with_part(**changes: Any) -> dict[str, Any]:
    body = a_body(SECTION)
    body["qti-test-part"][0].update(changes)
    return body


def with_section(**changes: Any) -> dict[str, Any]:
    return a_body({key: value for key, value in (SECTION | changes).items() if value is not ...})


def with_outcome(**changes: Any) -> dict[str, Any]:
    declaration = {"identifier": "SCORE", "cardinality": "single", "baseType": "float", **changes}
    return a_body(**{"qti-outcome-declaration": [{key: value for key, value in declaration.items() if value is not ...}]})


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in a_body(SECTION).items() if name != key}


BAD: list[tuple[str, Any, list[str]]] = [
    ("body is an array", [], ["$: the body is an empty array; expected an object"]),
    ("body is null", None, ["$: the body is null; expected an object"]),
    ("no identifier", without("identifier"), ["$['identifier']: `identifier` is missing; expected an identifier"]),
    ("no title", without("title"), ["$['title']: `title` is missing; expected text"]),
    ("two missing", a_body(SECTION, identifier=None, title=None), ["$['identifier']: `identifier` is missing", "$['title']: `title` is missing"]),
    ("title is a number", a_body(title=3), ["$['title']: `title` is the number 3; expected text"]),
    ("title is an array", a_body(title=["T"]), ["$['title']: `title` is an array of 1; expected text"]),
    ("title cannot be XML", a_body(title="a\x00"), ["$['title']: "]),
    ("identifier has a space", a_body(identifier="a b"), ["$['identifier']: `identifier` is the text `a b`; expected an identifier"]),
    ("parts are an object", a_body(**{"qti-test-part": {}}), ["$['qti-test-part']: `qti-test-part` is an empty object; expected an array"]),
    ("a part is a text", a_body(**{"qti-test-part": ["p"]}), ["$['qti-test-part'][0]: a `qti-test-part` is the text `p`; expected an object"]),
    ("a part is an array", a_body(**{"qti-test-part": [[]]}), ["$['qti-test-part'][0]: a `qti-test-part` is an empty array; expected an object"]),
    (
        "navigation mode",
        with_part(navigationMode="liner"),
        [f"{PART}['navigationMode']: `navigationMode` is the text `liner`; expected `linear` or `nonlinear`; did you mean `linear`?"],
    ),
    ("navigation mode is a boolean", with_part(navigationMode=True), [f"{PART}['navigationMode']: `navigationMode` is true; expected `linear` or `nonlinear`"]),
    (
        "misspelt key",
        with_part(navigationMode=None, navigation_mode="linear"),
        [f"{PART}['navigation_mode']: `navigation_mode` is no key of `qti-test-part`; did you mean `navigationMode`?"],
    ),
    ("visible", with_section(visible="yes"), [f"{FIRST}['visible']: `visible` is the text `yes`; expected `true` or `false`"]),
    ("visible is a number", with_section(visible=1), [f"{FIRST}['visible']: `visible` is the number 1; expected `true` or `false`"]),
    ("visible is an object", with_section(visible={}), [f"{FIRST}['visible']: `visible` is an empty object; expected `true` or `false`"]),
    ("class", with_section(**{"class": ["a b"]}), [f"{FIRST}['class']: `class` is an array of 1; expected an array of texts"]),
    ("class has a number", with_section(**{"class": [1]}), [f"{FIRST}['class']: `class` is an array of 1; expected an array of texts"]),
    *(
        (f"sequence {value!r}", with_section(sequence=value), [f"{FIRST}['sequence']: `sequence` is {text}; expected a whole number of at least 1"])
        for value, text in (
            (0, "the number 0"),
            (-1, "the number -1"),
            (1.5, "the number 1.5"),
            (True, "true"),
            ("x", "the text `x`"),
            ("-1", "the text `-1`"),
            ([], "an empty array"),
            (math.nan, "the number nan"),
            (math.inf, "the number inf"),
        )
    ),
    ("refs are an object", with_section(**{REF: {"identifier": "i1"}}), [f"{FIRST}['{REF}']: `{REF}` is an object; expected an array"]),
    ("ref without identifier", with_section(**{REF: [{"href": "a.xml"}]}), [f"{FIRST}['{REF}'][0]['identifier']: `identifier` is missing"]),
    ("a ref is null", with_section(**{REF: [None]}), [f"{FIRST}['{REF}'][0]: a `{REF}` is null; expected an object"]),
    ("cardinality", with_outcome(cardinality="many"), [f"{OUTCOME}['cardinality']: `cardinality` is the text `many`; expected one of `single`"]),
    ("base type", with_outcome(baseType="number"), [f"{OUTCOME}['baseType']: `baseType` is the text `number`; expected one of `boolean`"]),
    ("normal maximum is a boolean", with_outcome(normalMaximum=True), [f"{OUTCOME}['normalMaximum']: `normalMaximum` is true; expected a number"]),
    (
        "normal maximum is negative",
        with_outcome(normalMaximum=-1),
        [f"{OUTCOME}['normalMaximum']: `normalMaximum` is the number -1; expected a number of at least 0"],
    ),
    ("normal maximum is NaN", with_outcome(normalMaximum=math.nan), [f"{OUTCOME}['normalMaximum']: `normalMaximum` is the number nan"]),
    ("normal maximum is huge", with_outcome(normalMaximum=10**400), [f"{OUTCOME}['normalMaximum']: `normalMaximum` is a huge number"]),
    (
        "default value is a text",
        with_outcome(defaultValue="0"),
        [f"{OUTCOME}['defaultValue']: `defaultValue` is the text `0`; expected an object with one key, `value`"],
    ),
    ("default value holds an object", with_outcome(defaultValue={"value": {}}), [f"{OUTCOME}['defaultValue']['value']: `value` is an empty object"]),
    ("default value is NaN", with_outcome(defaultValue={"value": [1, math.nan]}), [f"{OUTCOME}['defaultValue']['value'][1]: `value` is the number nan"]),
    ("attributes are an array", with_section(_attributes=[]), [f"{FIRST}['_attributes']: `_attributes` is an empty array; expected an object of texts"]),
    ("an attribute is a number", with_section(_attributes={"data-x": 1}), [f"{FIRST}['_attributes']['data-x']: `data-x` is the number 1; expected a text"]),
    ("no name of an attribute", with_section(_attributes={"a b": "1"}), [f"{FIRST}['_attributes']['a b']: `a b` is no name of an attribute"]),
    ("an exact text is wrong", with_section(_attributes={"keep-together": "maybe"}), [f"{FIRST}['_attributes']['keep-together']: "]),
    ("prefix", with_section(_attributes={"v:a": "1"}), [f"{FIRST}: the prefix `v` of `v:a` is not declared"]),
    (
        "name",
        with_section(_name="q:qti-assessment-section"),
        [f"{FIRST}['_name']: `_name` is the text `q:qti-assessment-section`; expected `qti-assessment-section`"],
    ),
    ("order is an object", with_section(_order={}), [f"{FIRST}['_order']: `_order` is an empty object; expected an array"]),
    ("order lists too much", with_section(_order=[[REF]]), [f"{FIRST}['_order'][0]: `_order` lists `{REF}` once more"]),
    (
        "order lists too little",
        with_section(**{REF: [{"identifier": "a", "href": "a.xml"}], "_order": []}),
        [f"{FIRST}['{REF}'][0]: `_order` does not list this `{REF}`"],
    ),
    ("order has a number", with_section(_order=[3]), [f"{FIRST}['_order'][0]: an entry of `_order` is the number 3"]),
    (
        "order and sequence",
        with_section(**{REF: [{"identifier": "a", "href": "a.xml", "sequence": 2}], SUB: [SECTION | {"sequence": 1}], "_order": [[REF], [SUB]]}),
        [f"{FIRST}['{SUB}'][0]['sequence']: `sequence` is 1, but `_order` has it behind one whose `sequence` is 2"],
    ),
    (
        "content JSON below",
        with_section(**{"qti-selection": {"_attributes": {"select": "x"}}}),
        [f"{FIRST}['qti-selection']['_attributes']['select']: `select` of `qti-selection` is `x`; expected a whole number"],
    ),
    ("missing below", with_section(**{"qti-pre-condition": [{}]}), [f"{FIRST}['qti-pre-condition'][0]: `qti-pre-condition` needs "]),
    (
        "twice below",
        with_section(**{"qti-selection": [{"_attributes": {"select": "1"}}] * 2}),
        [f"{FIRST}['qti-selection'][1]: `qti-selection` may stand only once"],
    ),
    ("null below", with_section(**{"qti-pre-condition": [None]}), [f"{FIRST}['qti-pre-condition'][0]: "]),
    ("raw XML", a_body(rawXml=3), ["$['rawXml']: `rawXml` is the number 3; expected a text"]),
    ("time limit", a_body(timeLimit="60"), ["$['timeLimit']: `timeLimit` is the text `60`; expected a number"]),
    ("attempts are a boolean", a_body(maxAttempts=True), ["$['maxAttempts']: `maxAttempts` is true; expected a number"]),
    ("attempts are NaN", a_body(maxAttempts=math.nan), ["$['maxAttempts']: `maxAttempts` is the number nan"]),
    ("metadata", a_body(metadata=[]), ["$['metadata']: `metadata` is an empty array; expected an object"]),
    ("tools", a_body(toolsEnabled={"ruler": "yes"}), ["$['toolsEnabled']: `toolsEnabled` is an object; expected an object of `true` and `false`"]),
    ("version", a_body(__v=-1), ["$['__v']: `__v` is the number -1; expected a whole number of at least 0"]),
    ("created", a_body(createdAt="yesterday"), ["$['createdAt']: `createdAt` is the text `yesterday`; expected a date and time in UTC"]),
    ("created nowhere", a_body(createdAt="2025-02-17T23:31:58"), ["$['createdAt']: "]),
    (
        "everything at once",
        {
            "identifier": 1,
            "qti-test-part": [
                {"identifier": "p", "navigationMode": "x", "qti-assessment-section": [{"visible": 0, "qti-ordering": {"_attributes": {"shuffle": "y"}}}]}
            ],
            "__v": "x",
        },
        [
            "$['identifier']: ",
            f"{PART}['navigationMode']: ",
            f"{FIRST}['visible']: ",
            f"{FIRST}['qti-ordering']['_attributes']['shuffle']: ",
            f"{FIRST}['identifier']: ",
            f"{FIRST}['title']: ",
            f"{PART}['submissionMode']: ",
            "$['__v']: ",
            "$['title']: ",
        ],
    ),
]


@pytest.mark.parametrize(("what", "body", "expected"), BAD, ids=[row[0] for row in BAD])
def test_what_is_wrong_is_named_with_its_path(what: str, body: Any, expected: list[str]) -> None:
    before = copy.deepcopy(body)
    with pytest.raises(DocumentError) as caught:
        api.structure(body, name="b.json")
    found = [f"{issue.path}: {issue.message}" for issue in caught.value.issues]
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start), line
    assert {issue.source for issue in caught.value.issues} == {"b.json"}
    assert repr(body) == repr(before)


def test_problems_in_text_have_lines() -> None:
    text = json.dumps(with_part(navigationMode="liner"), indent=1)
    with pytest.raises(DocumentError) as caught:
        api.loads(text, name="b.json")
    (issue,) = caught.value.issues
    assert text.splitlines()[(issue.line or 0) - 1][(issue.column or 0) - 1 :].startswith('"navigationMode"')


@given(data=st.data())
def test_any_value_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    """Nothing but `DocumentError` comes out, and no half of a record."""
    tree = data.draw(trees(AssessmentTest, valid=False, size=8))
    body = api.unstructure(AssessmentTestRecord(test=tree, metadata={"a": 1}), view=data.draw(st.sampled_from([*VIEWS, "stored"])))
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            places.append((value, key))
            if isinstance(item, (dict, list)):
                waiting.append(item)
    odd = JSON | st.floats() | st.sampled_from([[], {}, [[]], "", "true", -1, 10**400, {"_attributes": {}}, {"_order": [["x"]]}, object(), {1: 2}])
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(odd)
    for prefer in (None, "rawXml", "flat"):
        for strict in (False, True):
            try:
                record = api.structure(body, prefer=prefer, strict=strict)
            except DocumentError as error:
                refused = error.issues
            else:
                refused = ()
                assert isinstance(record.test, AssessmentTest)
            assert all(issue.path is not None and issue.path.startswith("$") and issue.message for issue in refused)


def test_too_deep_is_refused() -> None:
    section: dict[str, Any] = dict(SECTION)
    for _ in range(100_000):
        section = {**SECTION, SUB: [section]}
    try:
        with pytest.raises(DocumentError, match="deep"):
            api.structure(a_body(section))
    finally:
        while section.get(SUB):  # the interpreter must not recurse when it lets go
            section = section[SUB].pop()


def test_too_many_problems_are_cut_off() -> None:
    with pytest.raises(DocumentError) as caught:
        api.structure(a_body(*({} for _ in range(20_000))))
    assert len(caught.value.issues) <= 10_001
    assert "more than 10,000 problems" in "".join(issue.message for issue in caught.value.issues)


def test_what_was_supplied_is_noted() -> None:
    body = a_body({"identifier": "s1", "title": "S", REF: [{"identifier": "i1"}]}, **{"qti-outcome-declaration": [{"identifier": "SCORE"}]})
    record = api.structure(body)
    assert [(issue.path, issue.severity) for issue in record.issues] == [
        (f"{FIRST}['{REF}'][0]['href']", "warning"),
        (f"{FIRST}['visible']", "warning"),
        ("$['qti-outcome-declaration'][0]['cardinality']", "warning"),
    ]
    (ref,) = walk(record.test, AssessmentItemRef)
    assert getattr(ref, "href") == Invalid(None)  # noqa: B009 - its type does not say so
    assert 'visible="true"' in record.raw_xml
    assert "href" not in api.unstructure(record)["qti-test-part"][0]["qti-assessment-section"][0][REF][0]
    assert through(record, "create").test == record.test


STRICT: list[tuple[str, Any, list[str]]] = [
    ("no visible", with_section(visible=...), [f"{FIRST}['visible']: `visible` is missing"]),
    ("a boolean as text", with_section(visible="true"), [f"{FIRST}['visible']: `visible` is the text `true`"]),
    ("a number as text", with_outcome(normalMaximum="1"), [f"{OUTCOME}['normalMaximum']: "]),
    ("sequence as text", with_section(sequence="1"), [f"{FIRST}['sequence']: `sequence` is the text `1`"]),
    ("no cardinality", with_outcome(cardinality=...), [f"{OUTCOME}['cardinality']: `cardinality` is missing"]),
    ("no sections", with_part(**{SUB: None}), [f"{PART}['{SUB}']: `{SUB}` is missing; expected an array"]),
    ("no declarations", without("qti-outcome-declaration"), ["$['qti-outcome-declaration']: `qti-outcome-declaration` is missing; expected an array"]),
]


@pytest.mark.parametrize(("what", "body", "expected"), STRICT, ids=[row[0] for row in STRICT])
def test_strict_holds_a_body_to_the_schema(what: str, body: Any, expected: list[str]) -> None:
    api.structure(body)
    api.structure(a_body(SECTION | {REF: [{"identifier": "i1"}], "anything": 1}), strict=True)
    with pytest.raises(DocumentError) as caught:
        api.structure(body, strict=True)
    found = [f"{issue.path}: {issue.message}" for issue in caught.value.issues]
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start), line
    # The schema of responses, as far as it speaks of what stands in requests, refuses the same.
    given = json.loads(json.dumps(body))
    of_responses = ("'rawXml'", "'content'", "'createdAt'", "'updatedAt'", "'isValidXml'", "'qtiVersion'")
    wrong = [error for error in response_schema().iter_errors(given) if not error.message.startswith(of_responses)]
    assert wrong


def test_strict_wants_all_of_a_response() -> None:
    now = datetime.now(UTC)
    body = api.unstructure(AssessmentTestRecord(test=a_test(a_section()), created_at=now, updated_at=now))
    assert api.structure(body, strict=True).test == a_test(a_section())
    for key in ("content", "isValidXml", "createdAt", "updatedAt", "qtiVersion"):
        with pytest.raises(DocumentError, match=f"`{key}` is missing"):
            api.structure({name: value for name, value in body.items() if name != key}, strict=True)


# -- records -----------------------------------------------------------------------------------------------------------------------------------


def test_times_are_in_utc_and_exact_to_the_millisecond() -> None:
    moment = datetime(2025, 2, 18, 1, 31, 58, 789_456, tzinfo=timezone(timedelta(hours=2)))
    record = AssessmentTestRecord(test=a_test(), created_at=moment)
    assert record.created_at == datetime(2025, 2, 17, 23, 31, 58, 789_000, tzinfo=UTC)
    assert api.unstructure(record)["createdAt"] == "2025-02-17T23:31:58.789Z"
    assert through(record, "response") == record
    with pytest.raises(ValueError, match="time zone"):
        AssessmentTestRecord(test=a_test(), created_at=datetime(2025, 1, 1))


def test_a_wrong_record_is_a_model_error() -> None:
    for record in (
        AssessmentTestRecord(test=minimal(TestPart)),  # type: ignore[arg-type]
        AssessmentTestRecord(test=a_test(a_section(keep_together="no"))),
        AssessmentTestRecord(test=a_test(), other={"title": "x"}),
        AssessmentTestRecord(test=a_test(), other={"__v": 1}),
        "record",
    ):
        with pytest.raises(ModelError):
            api.unstructure(record)  # type: ignore[arg-type]
    section = a_section()
    section.extras.record["sequence"] = 3
    with pytest.raises(ModelError, match="sequence"):
        api.unstructure(AssessmentTestRecord(test=a_test(section)))
    for wrong in ({"view": "all"}, {"view": None}):
        with pytest.raises(ValueError, match="view"):
            api.unstructure(AssessmentTestRecord(test=a_test()), **wrong)
    with pytest.raises(ValueError, match="prefer"):
        api.structure(a_body(), prefer="xml")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="profile"):
        api.to_xml(AssessmentTestRecord(test=a_test()), profile="x")  # type: ignore[arg-type]


def test_losses_are_what_has_no_place_in_xml() -> None:
    section = a_section(section_parts=[AssessmentItemRef(identifier="i1", href="i1.xml")])
    record = AssessmentTestRecord(test=a_test(section))
    assert api.losses(record) == []
    section.section_parts[0].extras.record["_id"] = 1
    record.time_limit, record.other["x"] = 60, None
    assert [(loss.path.rpartition("/")[2], loss.detail) for loss in api.losses(record)] == [
        ("qti-assessment-test", "`x` has no place in XML"),
        ("qti-assessment-test", "`timeLimit` has no place in XML"),
        ("qti-assessment-item-ref[1]", "`_id` has no place in XML"),
    ]
    kept = AssessmentTestRecord(test=xml.loads(record.raw_xml, AssessmentTest))
    assert kept.test == record.test
    assert api.losses(kept) == []


def test_files(tmp_path: Path) -> None:
    record = AssessmentTestRecord(test=a_test(a_section()), metadata={"ü": 1})
    path = tmp_path / "t.json"
    api.dump(record, path, view="create", indent=2)
    assert path.read_text(encoding="utf-8").splitlines()[1] == '  "identifier": "t1",'
    assert api.load(path) == record
    path.write_text('{"identifier": "t1"}', encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        api.load(path)
    assert {issue.source for issue in caught.value.issues} == {str(path)}


@attrs.define
class Catalogue:
    owner: str
    tests: dict[str, AssessmentTestRecord]
    sections: list[AssessmentSection]
    weight: Weight | None = None


def test_cattrs_converts_classes_of_users() -> None:
    pytest.importorskip("cattrs")
    section = a_section(section_parts=[AssessmentItemRef(identifier="i1", href="i1.xml")])
    section.extras.record["_id"] = 5
    section._form = Form(("identifier",), None, None, {"visible": "1"})
    catalogue = Catalogue("Ada", {"a": AssessmentTestRecord(test=a_test(a_section()), version=3)}, [section], Weight(identifier="W", value=1))
    converter = api.make_converter()
    made = json.loads(json.dumps(converter.unstructure(catalogue)))
    assert made["sections"][0]["_id"] == 5
    assert made["tests"]["a"]["__v"] == 3
    read = converter.structure(made, Catalogue)
    assert read == catalogue
    assert read.sections[0].extras.record == {"_id": 5}
    assert 'visible="1"' in xml.dumps(read.sections[0])
    # In a test, the section is written as if it had been made there.
    assert xml.dumps(a_test(read.sections[0])).count("xmlns=") == 1


def test_flat_forms_are_declared_for_these() -> None:
    assert [cls.__name__ for cls in FLAT] == [
        "OutcomeDeclaration", "AssessmentItemRef", "AssessmentSectionRef", "AssessmentSection", "TestPart", "AssessmentTest",
    ]  # fmt: skip
    for cls in FLAT:
        spec = spec_of(cls)
        assert spec.flat is not None
        flat_names = {field.flat_name for field in spec.attributes}
        children = {name for _, name in spec.child_by_name}
        assert set(spec.flat.keys) <= flat_names | children | {Flat.OTHER, Flat.SEQUENCE}
        assert set(spec.flat.needed) <= set(spec.flat.keys)
        assert {*spec.flat.shown, *spec.flat.requests} <= flat_names


@pytest.mark.parametrize("strict", [False, True])
def test_numbers_beyond_all_floats(strict: bool) -> None:
    """JSON has them, and no part of Python may fail over them."""
    record = api.structure(a_body(SECTION, timeLimit=10**400), strict=strict)
    assert api.structure(api.unstructure(record, view="create")).time_limit == 10**400
    outcome = {"identifier": "o", "cardinality": "single", "baseType": "float", "normalMaximum": 10**400}
    with pytest.raises(DocumentError, match="`normalMaximum` is a huge number"):
        api.structure(a_body(SECTION, **{"qti-outcome-declaration": [outcome]}), strict=strict)


def test_a_test_without_title_is_kept_too() -> None:
    tree = xml.loads(f'<qti-assessment-test xmlns="{QTI}" identifier="t1"/>', recover=True).tree
    assert isinstance(tree, AssessmentTest)
    again = through(AssessmentTestRecord(test=tree), "stored")
    assert again.test == tree
    assert [issue.code for issue in again.issues] == ["missing-attribute"]
