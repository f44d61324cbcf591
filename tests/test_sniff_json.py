"""What is QTI among JSON of every kind: by structure, also where it is broken, and in linear time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wrong_rows import section

from qtimodel import AssessmentTest, api, content, xml
from qtimodel.api.body import XML_IN_JSON
from qtimodel.nodes import QTI
from qtimodel.testing import trees
from qtimodel.validation import sniff_json
from qtimodel.validation.sniff import looks_like_qti

TREE = xml.loads(section('<qti-assessment-item-ref identifier="i" href="i.xml"/>'))
WRITTEN = ["api", "xml2js", "xml2js-inline", "xml2js-default", "xml-js", "xmltodict"]
OLD = "http://www.imsglobal.org/xsd/imsqti_v2p1"

QTI_JSON: list[Any] = [
    {"qti-assessment-item": {}},
    {"qti-assessment-stimulus": ""},
    {"qti:qti-assessment-test": {"identifier": "t"}},
    {"?xml": {"@version": "1.0"}, "qti-assessment-test": {"@identifier": "t"}},
    {"_declaration": {"_attributes": {"version": "1.0"}}, "qti-weight": {"_attributes": {"identifier": "W"}}},
    {"qti-assessment-test": {"@title": "T"}, "name": "x", "version": 2},
    {"qti-assessment-test": {"attributes": {"title": "T"}}, "name": "x"},
    {"section": {"@xmlns": QTI, "@title": "T"}},
    {"sektion": {"$": {"xmlns": QTI}}},
    {"q:sektion": {"_attributes": {"xmlns:q": QTI}}},
    {"declaration": {}, "elements": [{"type": "comment", "comment": "x"}, {"type": "element", "name": "qti-assessment-item"}]},
    [{"?xml": [{"#text": ""}], ":@": {"@_version": "1.0"}}, {"qti-weight": [], ":@": {"@_identifier": "W"}}],
    {"assessmentItem": {"@xmlns": OLD}},
    {"assessmentTest": {"title": "T"}},
    {"questestinterop": {"item": {"$": {"ident": "1"}}}},
    {"identifier": "t", "qti-test-part": []},
    {"qti-test-part": []},
    {"identifier": "s", "title": "S", "qti-assessment-item-ref": [{"identifier": "i"}]},
    {"id": 7, "rawXml": "<qti-assessment-item/>"},
    {"xml": section("<qti-ordering/>"), "metadata": {}},
    {"content": {"qti-assessment-item": {"_attributes": {"identifier": "i"}}}},
]
OTHER_JSON: list[Any] = [
    {},
    [],
    "qti-assessment-test",
    {"name": "x", "dependencies": {"qti-player": "^2"}, "keywords": ["qti-assessment-test"]},
    {"qti-player": {"version": "2"}},
    {"qti-assessment-test": "Test"},
    {"qti-assessment-test": "Test", "qti-assessment-item": "Aufgabe"},
    {"de": {"qti-test-part": "Teil", "qti-assessment-item": {"one": "Aufgabe"}}},
    {"$schema": "x", "properties": {"qti-assessment-test": {"type": "object"}, "identifier": {"type": "string"}}},
    {"properties": {"xmlns": {"const": QTI}}},
    {"type": "object", "required": ["qti-assessment-test"], "identifier": "x"},
    {"identifier": {"type": "string"}, "qti-test-part": {"type": "array"}},
    {"qti-assessment-test": {"type": "object"}, "qti-assessment-item": {"type": "object"}},
    {"components": {"examples": {"one": {"value": {"qti-assessment-item": {"_attributes": {"xmlns": QTI}}}}}}},
    {"rules": [{"id": "qti-1", "pattern": "<qti-assessment-item>"}], "xml": "<project/>", "content": {"a": {"qti-b": 1}}},
    {"elements": [{"type": "button", "name": "qti-assessment-item"}, {"type": "element", "name": "div"}]},
    [{"qti-assessment-test": "Test"}, 1, None, ["qti-"]],
    {"text": '{"qti-assessment-item": {}}'},
    {"url": "http://www.imsglobal.org/xsd/imsqti_v2p1", "version": "imsqtiasi_v3p0"},
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("values", "expected"), [(QTI_JSON, True), (OTHER_JSON, False)])
def test_structure_decides(values: list[Any], expected: bool, encoding: str) -> None:
    for value in values:
        for indent in (None, 2):
            assert looks_like_qti(json.dumps(value, indent=indent).encode(encoding)) is expected, value


@pytest.mark.parametrize("dialect", WRITTEN)
def test_every_dialect(dialect: str) -> None:
    text = content.dumps(TREE, dialect)
    assert looks_like_qti(text.encode())
    assert looks_like_qti(text.replace("/", "\\/").encode())  # as PHP writes it
    assert not looks_like_qti(json.dumps({"examples": {"section": json.loads(text)}}).encode())


@given(trees(AssessmentTest), st.sampled_from(WRITTEN), st.data())
def test_documents_that_are_cut_off(tree: AssessmentTest, dialect: str, data: st.DataObject) -> None:
    """They are to be reported: wherever they end, once the root has begun."""
    for text in (content.dumps(tree, dialect), api.dumps(api.AssessmentTestRecord(test=tree), view="create")):
        assert looks_like_qti(text.encode())
        begun = text.index('"qti-test-part"' if text.startswith('{"identifier"') else "qti-assessment-test") + len('"qti-test-part":[')
        end = data.draw(st.integers(min(begun, len(text)), len(text)))
        assert looks_like_qti(text[:end].encode()), text[:end]


@pytest.mark.parametrize(
    "text",
    [
        '{"qti-assessment-item": {"_attributes": {"identifier": "i"},}}',
        '{"_declaration":{"_attributes":{"version":"1.0"}},"qti-assessment-te',
        '{"?xml": {"@version": "1.0"}, "qti-',
        '{"q:qti-assessment-te',
        '{"qti-assessment-item": {"_attributes": {"identifier": "i"}}',
        '{"qti-assessment-item": {"_attributes": {"identifier": "i"}}}}',
        "{'qti-assessment-item': {'_attributes': {'identifier': 'i'}}}",
        '{"qti-assessment-item: {"_attributes": {"identifier": "i"}}}',
        '{qti-assessment-item: {"_attributes": {"identifier": "i"}}}',
        '{"qti-assessment-item" {"_attributes" {"identifier" "i"}}}',
        '{/* note */ "qti-assessment-item": {"_attributes": {"identifier": "i"}}}',
        '{"qti-assessment-item": NaN}',
        '{"qti-assessment-it',
        '{"identifier": "t", "qti-test-part": [{"identifier": tr',
        '{"id": 1, "rawXml": "<?xml version=\\"1.0\\"?>\\n<qti-assessment-item ident',
        '[{"qti-assessment-test": [], ":@": {"@_identifier": "t"}}',
        '{"qti-assessment-test": ' + '{"a":' * 100_000,
    ],
)
def test_what_is_broken_is_still_qti(text: str) -> None:
    assert looks_like_qti(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '{ // settings\n "qti-player": "2", "dependencies": {"qti-assessment-test": {}} }',
        '{"name": "x", "dependencies": {"qti-player": ',
        '{"de": {"qti-assessment-test": "Te',
        '{"properties": {"qti-assessment-test": {"type": "obj',
        "[1, 2, 'qti-assessment-test'",
        '{"a": "\\u0000" "qti-',
        '{"qti-assessment-test-player: {"version": "2"}}',
        "{" * 1000 + '"qti-assessment-test"',
    ],
)
def test_what_is_broken_and_other(text: str) -> None:
    assert not looks_like_qti(text.encode())


@pytest.mark.parametrize("piece", ["{", "[", '"', '"qti-', '\\"', '{"qti-assessment-test":', "[{", "}", ",", ":", "<", "'", "\\u", '{"content":'])
def test_time_is_linear(piece: str) -> None:
    began = time.process_time()
    for start in ("{", '{"qti-', "["):
        looks_like_qti((start + piece * (300_000 // len(piece)) + '"qti-').encode())
    assert time.process_time() - began < 5


@given(st.text(alphabet='{}[]:,"\\ qti-xml<>/\n\u00e9\ud83d', max_size=60).map(lambda text: '{"qti-' + text))
def test_no_text_is_an_error(text: str) -> None:
    looks_like_qti(text.encode(errors="surrogatepass"))


def test_the_keys_of_the_api_are_known() -> None:
    assert sniff_json._XML == XML_IN_JSON
