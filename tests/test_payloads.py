"""Every payload that was really sent or received, or that the API's documentation shows, is read.

The payloads are shared material (see `shared.py`): they are read from there and nothing of them is copied here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shared import shared_path

from qtimodel import AssessmentItemRef, AssessmentSection, AssessmentTest, DocumentError, Markup, TestPart, api, content, walk, xml
from qtimodel.api.elements import structure_element, unstructure_element
from qtimodel.testing import assert_same_xml

TEST_001 = ("responses", "get_assessment_test.2025-02-17.test-001.json")
ITEM_2 = ("responses", "get_assessment_item.2025-02-20.item-2.json")
STIMULUS = ("responses", "get_stimulus.2025-02-19.Stimulus12.json")
VIEWS: list[Any] = ["response", "create"]
REQUEST = ("guide", "create_or_put_test.req.json")


def payload(*parts: str) -> Path:
    return shared_path("payloads", *parts)


def load(*parts: str) -> Any:
    return json.loads(payload(*parts).read_text(encoding="utf-8"))


# -- the real test -------------------------------------------------------------------------------------------------------------------------


def test_the_real_response_is_read_and_written_again() -> None:
    body = load(*TEST_001)
    record = api.structure(body)
    assert record.issues == []
    assert record.is_valid_xml
    assert record.other == {"_id": body["_id"]}
    assert [section.extras.record for section in walk(record.test, AssessmentSection)] == [{"_id": "67b3c6ee390c4e1c184d0c4d"}]
    written = api.unstructure(record)
    assert list(written) == list(body)
    assert written["content"] == content.unstructure(xml.loads(body["rawXml"]))
    # All but `content`, which that server writes in another dialect, is the same text.
    assert json.dumps(written | {"content": body["content"]}) == json.dumps(body)


def test_the_request_gives_the_xml_of_the_response() -> None:
    response = load(*TEST_001)
    record = api.structure(load(*REQUEST))
    assert api.to_xml(record, profile="server") == response["rawXml"]
    assert 'required="true"' in api.to_xml(record)
    assert record.issues == []


def test_the_request_gives_the_content_of_the_response() -> None:
    response = load(*TEST_001)
    tree = xml.loads(api.to_xml(api.structure(load(*REQUEST)), profile="server"))
    made = content.unstructure(tree, "xml2js-inline")
    assert json.dumps(made) == json.dumps(response["content"])


def test_the_response_can_be_sent_back() -> None:
    record = api.structure(load(*TEST_001))
    body = api.unstructure(record, view="create")
    assert not {"_id", "__v", "createdAt", "updatedAt", "rawXml", "content", "isValidXml"} & body.keys()
    assert "_id" not in json.dumps(body)
    sent = api.structure(body)
    assert sent.test == record.test
    assert api.to_xml(sent, profile="server") == record.raw_xml


# -- items and stimuli ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [ITEM_2, STIMULUS], ids=["item", "stimulus"])
def test_items_and_stimuli_are_read_both_ways(parts: tuple[str, str]) -> None:
    body = load(*parts)
    by_xml = xml.loads(body["rawXml"])
    assert isinstance(by_xml, Markup)
    assert_same_xml(body["rawXml"], xml.dumps(by_xml))
    recovered = content.structure(body["content"], recover=True)
    assert isinstance(recovered.tree, Markup)
    assert recovered.tree.name == by_xml.name
    assert recovered.tree.attributes["identifier"] == by_xml.attributes["identifier"] == body["identifier"]


# -- requests ------------------------------------------------------------------------------------------------------------------------------

CREATE = [REQUEST, ("requests", "test_creation_guide.req.json"), ("requests", "powerpath100_guide.req.json")]


@pytest.mark.parametrize("parts", CREATE, ids=[parts[-1] for parts in CREATE])
def test_bodies_that_create_tests(parts: tuple[str, str]) -> None:
    body = load(*parts)
    record = api.structure(body)
    test = record.test
    assert (test.identifier, test.title) == (body["identifier"], body["title"])
    assert record.metadata == body.get("metadata")
    assert (test.tool_name, test.tool_version) == (body.get("toolName"), body.get("toolVersion"))
    # What was sent is all there, except where it was not known yet.
    again = api.unstructure(record, view="create")
    assert contains(again, body)
    assert api.structure(again) == record
    refs = [ref for part in body["qti-test-part"] for section in part["qti-assessment-section"] for ref in section.get("qti-assessment-item-ref", [])]
    missing = [ref for ref in refs if "href" not in ref]
    assert len(record.issues) == len(missing)
    assert record.is_valid_xml == (not missing)
    assert [ref.identifier for ref in walk(test, AssessmentItemRef)] == [ref["identifier"] for ref in refs]


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


PARTS = ["create_test_part.req.json", "update_test_part.req.json", "get_test_part.res.json"]


@pytest.mark.parametrize("name", PARTS)
def test_parts(name: str) -> None:
    body = load("guide", name)
    part = structure_element(body, TestPart)
    assert contains(unstructure_element(part), {key: value for key, value in body.items() if key != "qti-assessment-section"})
    assert [section.identifier for section in part.assessment_sections] == [section["identifier"] for section in body["qti-assessment-section"]]
    assert structure_element(unstructure_element(part), TestPart) == part


def test_found_parts() -> None:
    for body in load("guide", "search_test_parts.res.json")["items"]:
        assert structure_element(body, TestPart).identifier == body["identifier"]


@pytest.mark.parametrize("name", ["create_section.req.json", "get_section.res.json"])
def test_sections(name: str) -> None:
    body = load("guide", name)
    section = structure_element(body, AssessmentSection)
    assert (section.identifier, section.title, section.visible) == (body["identifier"], body["title"], True)
    assert section.extras.record == ({"_id": body["_id"]} if "_id" in body else {})
    assert structure_element(unstructure_element(section), AssessmentSection) == section


def test_xml_of_the_guide() -> None:
    """Two sections with one identifier, and elements that QTI does not know: both are read, for they are a validator's business."""
    for parts, sections in (
        (("guide", "create_test.req.xml"), 2),
        (("guide", "update_test.req.xml"), 2),
        (("guide", "get_test_as_xml.res.xml"), 5),
        (("requests", "createAssessmentTest.req.example_xml.xml"), 2),
    ):
        data = payload(*parts).read_bytes()
        tree = xml.loads(data, AssessmentTest)
        record = api.AssessmentTestRecord(test=tree)
        for view in VIEWS:
            read = api.loads(api.dumps(record, view=view))
            assert read.test == tree
            assert_same_xml(data, xml.dumps(read.test))
        assert len(list(walk(tree, AssessmentSection))) == sections
    unknown = api.unstructure(api.AssessmentTestRecord(test=xml.loads(payload("guide", "update_test.req.xml").read_bytes(), AssessmentTest)))
    item = unknown[":metadata"]["item"]
    assert (item["key"], item["value"]) == ("aa", "11")
    assert "metadata" not in unknown


def test_the_problems_of_the_flawed_xml_are_named() -> None:
    def record(name: str) -> Any:
        tree = xml.loads(payload("guide", name).read_bytes(), AssessmentTest)
        return api.loads(api.dumps(api.AssessmentTestRecord(test=tree), view="create"))

    repeated = record("get_test_as_xml.res.xml")
    assert [(issue.severity, issue.path, issue.message) for issue in repeated.issues] == [
        (
            "warning",
            "$['qti-test-part'][0]['qti-assessment-section'][4]['identifier']",
            "`section-2` is also the identifier of $['qti-test-part'][0]['qti-assessment-section'][1]; the API cannot tell them apart: rename one",
        )
    ]
    with pytest.raises(DocumentError) as caught:
        content.structure(content.unstructure(record("update_test.req.xml").test), strict=True)
    assert [(issue.code, issue.path) for issue in caught.value.issues] == [("unknown", "$['qti-assessment-test']['metadata']")]


def test_every_file_of_the_responses_is_covered() -> None:
    covered = {parts[-1] for parts in (TEST_001, ITEM_2, STIMULUS)}
    assert {path.name for path in payload("responses").iterdir()} == covered
