"""The three forms of one test in a body: derived ones that agree as far as they go are honest, richer ones are taken or refused; wrong values, recovered."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from click.testing import CliRunner

from qtimodel import ApiError, AssessmentTest, DocumentError, api, content, xml
from qtimodel.api.agree import agrees
from qtimodel.cli import main
from qtimodel.content.dialects import DIALECTS

JSON = dict[str, Any]
QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
TEXT = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a draft -->
<qti-assessment-test xmlns="{QTI}" identifier="t1" title="Maps &amp; plans" tool-name="a" tool-version="1">
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float">
    <qti-default-value><qti-value> 0 </qti-value></qti-default-value>
  </qti-outcome-declaration>
  <qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">
    <!-- first --><?page break?>
    <qti-assessment-section identifier="s1" title="Rivers" visible="1">
      <qti-selection select="1"/>
      <qti-rubric-block use="instructions" view="candidate"><qti-content-body><p> Look <b>at</b> the
map. </p></qti-content-body></qti-rubric-block>
      <qti-assessment-item-ref identifier="i1" href="i1.xml"/>
      <qti-assessment-section identifier="s2" title="Inner" visible="true"/>
      <qti-assessment-item-ref identifier="i2" href="i2.xml" category="a b"/>
    </qti-assessment-section>
  </qti-test-part>
  <qti-outcome-processing><qti-exit-test/></qti-outcome-processing>
</qti-assessment-test>
"""


def the_test() -> AssessmentTest:
    tree = xml.loads(TEXT)
    assert isinstance(tree, AssessmentTest)
    return tree


def response(text: str = TEXT) -> JSON:
    tree = xml.loads(text)
    assert isinstance(tree, AssessmentTest)
    body = api.unstructure(tree)
    return body | {"rawXml": text}


def said(body: JSON) -> list[str]:
    return [f"{issue.severity} {issue.code}" for issue in api.structure(body).issues]


# -- content beside XML ----------------------------------------------------------------------------------------------------------


CHANGED = [(dialect, change) for dialect in ("api", *DIALECTS) for change in ("", "CRLF", "comment")]
CHANGED += [(dialect, "trimmed") for dialect in ("xml2js-default", "xml-js")]  # the others say of no text what is around it


@pytest.mark.parametrize(("dialect", "change"), CHANGED)
def test_content_of_any_dialect_is_honest(dialect: str, change: str) -> None:
    text = {"": TEXT, "CRLF": TEXT.replace("\n", "\r\n"), "comment": TEXT.replace("<p>", "<!-- why --><p>")}.get(change, TEXT)
    body = response(text)
    body["content"] = content.unstructure(the_test(), dialect)
    if change == "comment" and dialect == "api":
        body["content"] = json.loads(json.dumps(content.unstructure(xml.loads(text))))
    if change == "trimmed":
        body["content"] = json.loads(json.dumps(body["content"]).replace(" Look ", "Look").replace(" 0 ", "0"))
        assert body["content"] != json.loads(json.dumps(content.unstructure(the_test(), dialect)))
    assert said(body) == []


STALE: list[tuple[str, str]] = [
    ("Maps &amp; plans", "Old"),
    ('identifier="i2"', 'identifier="i3"'),
    ('<qti-selection select="1"/>', ""),
    ('select="1"', 'select="2"'),
    ("<b>at</b>", "<i>at</i>"),
    ("the\nmap", "a\nmap"),
    ('category="a b"', 'category="b a"'),
    ('category="a b"', ""),
    (' <qti-assessment-section identifier="s2" title="Inner" visible="true"/>', ""),
    ("<qti-exit-test/>", "<qti-exit-test/><qti-exit-test/>"),
    ('visible="1"', 'visible="false"'),
    ("<qti-value> 0 </qti-value>", "<qti-value>1</qti-value>"),
]


@pytest.mark.parametrize("dialect", ["api", *DIALECTS])
@pytest.mark.parametrize(("old", "new"), STALE)
def test_content_that_says_something_else_is_a_warning(dialect: str, old: str, new: str) -> None:
    body = response()
    changed = TEXT.replace(old, new)
    assert changed != TEXT
    body["content"] = content.unstructure(xml.loads(changed), dialect)
    assert said(body) == ["warning content"]
    assert api.structure(body).raw_xml == TEXT


def test_what_trees_agree_in() -> None:
    tree = the_test()
    assert agrees(tree, the_test())
    assert agrees(tree, xml.loads(TEXT.replace("<!-- first -->", "").replace("\n      ", " ")))
    assert agrees(
        tree, xml.loads(TEXT.replace("<qti-assess", "<q:qti-assess").replace("</qti-assess", "</q:qti-assess").replace("xmlns=", f'xmlns="{QTI}" xmlns:q='))
    )
    for old, new in STALE:
        assert not agrees(tree, xml.loads(TEXT.replace(old, new)))


# -- content without XML -----------------------------------------------------------------------------------------------------------

MORE = ["qti-outcome-processing", "qti-selection", "qti-rubric-block", "_attributes", "_prolog", "_order"]


def flat_only(body: Any) -> Any:
    """What servers write: the keys of structure, and nothing else."""
    if isinstance(body, list):
        return [flat_only(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {key: flat_only(value) for key, value in body.items() if key not in (*MORE, "rawXml", "isValidXml")}


def poor(dialect: str = "api") -> JSON:
    body: JSON = flat_only({key: value for key, value in response().items() if key != "content"})
    (section,) = body["qti-test-part"][0]["qti-assessment-section"]
    section["_id"] = "67"
    return body | {"content": content.unstructure(the_test(), dialect)}


@pytest.mark.parametrize("strict", [False, True])
def test_what_only_content_says_is_taken_from_it(strict: bool) -> None:
    body = poor()
    record = api.structure(body, strict=strict)
    assert agrees(record.test, the_test())
    for part in ("qti-exit-test", 'select="1"', "<b>at</b>"):
        assert part in record.raw_xml
    assert record.test.test_parts[0].assessment_sections[0].extras.record == {"_id": "67"}
    created = api.AssessmentTests(strict=strict).create(body)
    assert "<qti-exit-test/>" in created["rawXml"]
    assert created["qti-test-part"][0]["qti-assessment-section"][0]["_id"] == "67"
    preferred = api.structure(body, prefer="flat")
    assert "qti-exit-test" not in preferred.raw_xml


def test_a_dialect_that_does_not_say_the_order_is_a_guess() -> None:
    body = poor("xml2js")
    record = api.structure(body)
    assert "qti-exit-test" in record.raw_xml
    assert {issue.severity for issue in record.issues} == {"warning"}
    assert any("from `content`" in issue.message or "in `content`" in issue.message for issue in record.issues)
    with pytest.raises(DocumentError, match="in `content`"):
        api.structure(body, strict=True)


@pytest.mark.parametrize("strict", [False, True])
def test_what_would_be_lost_is_refused_with_its_paths(strict: bool) -> None:
    body = poor()
    body["title"] = "New"
    with pytest.raises(DocumentError) as caught:
        api.structure(body, strict=strict)
    paths = {issue.path for issue in caught.value.issues}
    section = "$['qti-test-part'][0]['qti-assessment-section'][0]"
    assert paths >= {"$['qti-outcome-processing']", f"{section}['qti-selection']", f"{section}['qti-rubric-block']", "$['title']"}
    service = api.AssessmentTests(strict=strict)
    with pytest.raises(ApiError) as refused:
        service.create(body)
    assert refused.value.status == 400
    assert "qti-outcome-processing" in refused.value.body["details"]
    record = api.structure(body, strict=strict, prefer="flat")
    assert record.test.title == "New"


def test_content_with_more_children_would_be_lost() -> None:
    body = poor()
    body["qti-test-part"][0]["qti-assessment-section"][0]["qti-assessment-item-ref"].pop()
    with pytest.raises(DocumentError) as caught:
        api.structure(body)
    ref = "$['qti-test-part'][0]['qti-assessment-section'][0]['qti-assessment-item-ref'][1]"
    assert ref in {issue.path for issue in caught.value.issues}


@pytest.mark.parametrize("strict", [False, True])
def test_stale_content_that_says_no_more_is_a_warning(strict: bool) -> None:
    body = flat_only(response())
    del body["content"]
    body["content"] = api.structure(body).content
    body["title"] = "New"
    record = api.structure(body, strict=strict)
    assert [(issue.code, issue.severity) for issue in record.issues] == [("content", "warning")]
    assert record.test.title == "New"


def test_content_that_cannot_be_read() -> None:
    body = flat_only(response()) | {"content": {"a": 1, "b": 2}}
    assert [(issue.code, issue.severity) for issue in api.structure(body).issues] == [("content", "warning")]
    with pytest.raises(DocumentError, match="cannot be read"):
        api.structure(body, strict=True)


# -- wrong values, recovered -----------------------------------------------------------------------------------------------------------


def wrong_body() -> JSON:
    ref = {"identifier": "1a", "href": "i 1.xml", "required": "perhaps"}
    section = {"identifier": "s1", "title": "A", "visible": 5, "qti-assessment-item-ref": [ref], "qti-selection": {"_attributes": {"select": "many"}}}
    part = {"identifier": "p1", "navigationMode": "sideways", "submissionMode": "individual", "qti-assessment-section": [section]}
    return {"identifier": "t1", "title": "T", "qti-test-part": [part], "qti-outcome-declaration": [{"identifier": "S", "cardinality": "some"}]}


def test_wrong_values_stay_as_they_are() -> None:
    body = wrong_body()
    with pytest.raises(DocumentError) as caught:
        api.structure(body)
    record = api.structure(body, recover=True)
    assert [issue for issue in record.issues if issue.severity == "error"] == list(caught.value.issues)
    for text in ('identifier="1a"', 'visible="5"', 'navigation-mode="sideways"', 'select="many"', 'required="perhaps"', 'cardinality="some"'):
        assert text in record.raw_xml
    assert api.loads(json.dumps(body), recover=True).test == record.test
    with_xml = {**body, "rawXml": record.raw_xml}
    assert api.structure(with_xml, recover=True).raw_xml == record.raw_xml


@pytest.mark.parametrize(
    "wrong",
    [
        {"qti-test-part": "x"},
        {"tool-name": "x"},
        {"note": float("nan")},
        {"title": "\x00"},
        {"title": {}},
        {"_order": 5},
        {"metadata": 5},
        {"rawXml": "<x"},
    ],
)
def test_what_is_no_value_cannot_be_recovered(wrong: JSON) -> None:
    with pytest.raises(DocumentError):
        api.structure(wrong_body() | wrong, recover=True)


@pytest.mark.parametrize("with_xml", [False, True])
def test_recovering_on_the_command_line(with_xml: bool, tmp_path: Any) -> None:
    body = wrong_body()
    if with_xml:
        body["rawXml"] = api.structure(body, recover=True).raw_xml
    (tmp_path / "t.json").write_text(json.dumps(body))
    refused = CliRunner().invoke(main, ["convert", str(tmp_path / "t.json")])
    assert (refused.exit_code, refused.stdout) == (1, "")
    recovered = CliRunner().invoke(main, ["convert", "--recover", str(tmp_path / "t.json")])
    assert recovered.exit_code == 1
    assert 'identifier="1a"' in recovered.stdout
    assert "expected an identifier" in recovered.stderr


def test_bodies_are_not_changed_by_reading() -> None:
    for body in (poor(), poor("xml2js"), wrong_body(), response()):
        before = deepcopy(body)
        api.structure(body, recover=True)
        assert body == before


@pytest.mark.parametrize("key", ["xml", "rawXml"])
def test_a_test_in_a_body_is_converted(key: str, tmp_path: Any) -> None:
    (tmp_path / "t.json").write_text(json.dumps({"format": "xml", key: TEXT}))
    result = CliRunner().invoke(main, ["convert", str(tmp_path / "t.json")])
    assert (result.exit_code, result.stderr) == (0, "")
    assert xml.loads(result.stdout) == the_test()


# -- what only the flat form says ------------------------------------------------------------------------------------------


def without_marks(tree: AssessmentTest) -> str:
    """The XML, without what the flat form shows by default."""
    return xml.dumps(tree).replace(' required="false"', "").replace(' fixed="false"', "")


def whole(text: str = TEXT) -> JSON:
    """A flat form that says everything."""
    return api.unstructure(api.structure({"rawXml": text}), view="create")


@pytest.mark.parametrize("dialect", ["api", *DIALECTS])
@pytest.mark.parametrize("title", ["", "Part"])
def test_what_the_flat_form_says_is_not_lost_to_poorer_content(dialect: str, title: str) -> None:
    """Order, comments and the parts of mixed text: content in a dialect that has none of them may say something else besides."""
    body, tree = whole(), the_test()
    tree.test_parts[0].title = title or None
    body["content"] = content.unstructure(tree, dialect)
    record = api.structure(body)
    assert without_marks(record.test) == without_marks(tree)
    if not title:
        assert record.issues == []
        assert without_marks(api.structure(body, strict=True).test) == without_marks(tree)


def test_comments_and_order_that_only_content_says_are_taken() -> None:
    body = whole()
    for key in ("_prolog", "_order"):
        body.pop(key, None)
    (part,) = body["qti-test-part"]
    part.pop("_order")
    (section,) = part["qti-assessment-section"]
    section.pop("_order", None)
    for child in (*section["qti-assessment-item-ref"], *section["qti-assessment-section"]):
        del child["sequence"]
    body["content"] = content.unstructure(the_test())
    assert without_marks(api.structure(body, strict=True).test) == without_marks(the_test())


def test_an_order_that_the_forms_do_not_share_is_a_disagreement() -> None:
    body = response()
    (section,) = body["qti-test-part"][0]["qti-assessment-section"]
    numbered = [section["qti-assessment-section"][0], section["qti-assessment-item-ref"][1]]
    assert [child["sequence"] for child in numbered] == [2, 3]
    section.pop("_order", None)
    numbered[0]["sequence"], numbered[1]["sequence"] = 3, 2
    del body["content"]
    with pytest.raises(DocumentError, match="is child 2") as caught:
        api.structure(body)
    (issue,) = caught.value.issues
    assert issue.path == "$['qti-test-part'][0]['qti-assessment-section'][0]['qti-assessment-item-ref']"
    order = [re.findall(r'identifier="([is][12])"', record.raw_xml) for record in (api.structure(body, prefer="rawXml"), api.structure(body, prefer="flat"))]
    assert order == [["s1", "i1", "s2", "i2"], ["s1", "i1", "i2", "s2"]]
    for child in numbered:
        child["sequence"] = 1  # equal ones, or none, say no order among unlike children
    assert api.structure(body).raw_xml == TEXT


def test_numbers_for_texts_are_honest() -> None:
    """fast-xml-parser makes numbers of texts that look like some."""
    text = TEXT.replace(" 0 ", "1.50").replace("<b>at</b>", "<b>2.0</b>")
    body = response(text)
    parsed = json.dumps(content.unstructure(xml.loads(text), "xmltodict"))
    for old, new in (('"@', '"@_'), ("null", '""'), ('"1.50"', "1.5"), ('"2.0"', "2")):
        parsed = parsed.replace(old, new)
    body["content"] = json.loads(parsed)
    assert '"qti-value": 1.5' in json.dumps(body["content"])
    assert said(body) == []
    body["content"] = json.loads(json.dumps(body["content"]).replace("1.5", "1.6"))
    assert said(body) == ["warning content"]
    flat = whole(text) | {"content": json.loads(json.dumps(body["content"]).replace("1.6", "1.5"))}
    assert "<qti-value>1.50</qti-value>" in api.structure(flat).raw_xml
