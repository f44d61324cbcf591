"""Keys of API JSON: other spellings are refused, what only the API knows must be JSON, and what is read can be written and read again."""

from __future__ import annotations

import json
from collections import OrderedDict
from copy import deepcopy
from typing import Any, Literal

import pytest

from qtimodel import AssessmentSection, AssessmentTest, DocumentError, ModelError, NavigationMode, SubmissionMode, TestPart, api, xml
from qtimodel.json_values import LEVELS, WITHIN, json_copy

JSON = dict[str, Any]
VIEWS: tuple[Literal["response", "stored"], ...] = ("response", "stored")
QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"


def a_body(**more: Any) -> JSON:
    ref = {"identifier": "i1", "href": "i1.xml"}
    section = {"identifier": "s1", "title": "Shapes", "visible": True, "qti-assessment-item-ref": [ref]}
    part = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [section]}
    outcome = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    return {"identifier": "t1", "title": "Geometry", "qti-test-part": [part], "qti-outcome-declaration": [outcome], **more}


PLACES: dict[str, tuple[str | int, ...]] = {
    "test": (),
    "part": ("qti-test-part", 0),
    "section": ("qti-test-part", 0, "qti-assessment-section", 0),
    "ref": ("qti-test-part", 0, "qti-assessment-section", 0, "qti-assessment-item-ref", 0),
    "outcome": ("qti-outcome-declaration", 0),
}


def at(body: Any, place: str) -> JSON:
    for step in PLACES[place]:
        body = body[step]
    found: JSON = body
    return found


def a_test() -> AssessmentTest:
    section = AssessmentSection(identifier="s1", title="Shapes", visible=True)
    part = TestPart(identifier="p1", navigation_mode=NavigationMode.LINEAR, submission_mode=SubmissionMode.INDIVIDUAL, assessment_sections=[section])
    return AssessmentTest(identifier="t1", title="Geometry", test_parts=[part])


# -- other spellings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("place", "key", "known"),
    [
        ("test", "tool-name", "toolName"),
        ("test", "TOOL_VERSION", "toolVersion"),
        ("test", "time-limit", "timeLimit"),
        ("test", "rawxml", "rawXml"),
        ("test", "Meta_Data", "metadata"),
        ("test", "qtiOutcomeProcessing", "qti-outcome-processing"),
        ("test", "q:qti-time-limits", "qti-time-limits"),
        ("part", "navigation-Mode", "navigationMode"),
        ("part", "qti_rubric_block", "qti-rubric-block"),
        ("section", "keep-together", "keepTogether"),
        ("section", "keeptogether", "keepTogether"),
        ("section", "@title", "title"),
        ("section", "Sequence", "sequence"),
        ("section", "Class", "class"),
        ("ref", "HREF", "href"),
        ("outcome", "normal-maximum", "normalMaximum"),
        ("outcome", "base_type", "baseType"),
        ("outcome", "default-value", "defaultValue"),
    ],
)
def test_another_spelling_is_refused(place: str, key: str, known: str, strict: bool) -> None:
    body = a_body()
    at(body, place)[key] = "1"
    with pytest.raises(DocumentError, match=f"`{key}` is no key of .*; did you mean `{known}`") as caught:
        api.structure(body, strict=strict)
    assert [issue.path for issue in caught.value.issues if issue.code == "unknown"] == ["$" + "".join(f"[{step!r}]" for step in (*PLACES[place], key))]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("key", ["_id", "__v2", "note", "x-origin", "order", "name", "attributes", "id", "ключ"])
def test_what_no_attribute_is_called_stays_in_the_record(place: str, key: str) -> None:
    body = a_body()
    at(body, place)[key] = {"any": ["thing", 1, None]}
    record = api.structure(body, strict=True)
    for view in VIEWS:
        again = api.loads(api.dumps(record, view=view))
        assert at(api.unstructure(again), place)[key] == {"any": ["thing", 1, None]}


@pytest.mark.parametrize("key", ["xml:lang", "xmlns:v", "xsi:schemaLocation"])
def test_attributes_of_xml_have_their_place(key: str) -> None:
    with pytest.raises(DocumentError, match="write it in `_attributes`"):
        api.structure(a_body(**{key: "x"}))


def test_only_the_misspelt_key_is_named() -> None:
    body = a_body()
    at(body, "section")["Title"] = at(body, "section").pop("title")
    with pytest.raises(DocumentError) as caught:
        api.structure(body, strict=True)
    assert len(caught.value.issues) == 1


# -- values that only the API knows ------------------------------------------------------------------------------------------


def nested(levels: int, kind: str = "object") -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if kind == "object" else [value]
    return value


WRONG: list[tuple[str, Any, str]] = [
    ("half a character", "\ud800", ""),
    ("half a character in a key", {"a\udfff": 1}, ""),
    ("not a number", float("nan"), ""),
    ("infinite", [float("-inf")], "[0]"),
    ("no JSON", object(), ""),
    ("a tuple", {"a": (1, 2)}, "['a']"),
    ("bytes", b"x", ""),
    ("a number as key", {"a": {1: 2}}, "['a']"),
    ("a huge number", 10**700, ""),
    ("deep objects", nested(700), "['a']" * WITHIN),
    ("deep arrays", nested(100_000, "array"), "[0]" * WITHIN),
    ("another kind of dict", {"a": OrderedDict(a=1)}, "['a']"),
]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("place", [*PLACES, "metadata"])
@pytest.mark.parametrize(("what", "value", "below"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_not_json_is_refused_with_its_path(what: str, value: Any, below: str, place: str, strict: bool) -> None:
    body = a_body()
    if place == "metadata":
        body["metadata"] = {"note": value}
        path = f"$['metadata']['note']{below}"
    else:
        at(body, place)["note"] = value
        path = "$" + "".join(f"[{step!r}]" for step in (*PLACES[place], "note")) + below
    with pytest.raises(DocumentError) as caught:
        api.structure(body, strict=strict)
    (issue,) = caught.value.issues
    assert issue.path is not None
    assert issue.path[:40] == path[:40]
    if "deep" not in what:  # long paths are shortened
        assert issue.path == path


@pytest.mark.parametrize("kind", ["object", "array"])
def test_what_is_accepted_at_the_limit_can_be_stored(kind: str) -> None:
    body = a_body(metadata=nested(WITHIN), note=nested(WITHIN, kind))
    at(body, "ref")["note"] = nested(WITHIN, kind)
    service = api.AssessmentTests()
    service.create(body)
    assert service.get("t1")["note"] == nested(WITHIN, kind)
    with pytest.raises(DocumentError, match="at most"):
        api.structure(a_body(note=nested(WITHIN + 1, kind)))


def test_the_record_shares_nothing_with_the_body() -> None:
    body = a_body(metadata={"grades": [5]}, note=[1])
    record = api.structure(body)
    body["metadata"]["grades"].append(6)
    body["note"].append(2)
    assert (record.metadata, record.other["note"]) == ({"grades": [5]}, [1])


def test_what_a_program_puts_into_a_record_is_checked_when_it_is_written() -> None:
    record = api.AssessmentTestRecord(test=a_test(), metadata={"deep": nested(500)})
    with pytest.raises(ModelError, match="levels"):
        api.dumps(record)
    record = api.AssessmentTestRecord(test=a_test())
    record.test.test_parts[0].extras.record["note"] = {1: 2}
    with pytest.raises(ModelError, match="keys that are texts"):
        api.unstructure(record)


def test_copies_do_not_recurse() -> None:
    holds_itself: list[Any] = []
    holds_itself += [holds_itself, holds_itself]
    for value in (holds_itself, nested(100_000, "array"), nested(LEVELS + 1)):
        with pytest.raises(ModelError, match="levels"):
            json_copy(value)
    assert json_copy(nested(LEVELS)) == nested(LEVELS)
    assert json_copy([{}, [], "", 0, 0.5, True, None]) == [{}, [], "", 0, 0.5, True, None]


# -- what was kept -----------------------------------------------------------------------------------------------------------

KEPT_WRONG: list[tuple[str, Any]] = [
    ("_order", "x"),
    ("_order", []),
    ("_prolog", "x"),
    ("_epilog", 5),
    ("_attributes", "x"),
    ("_attributes", {}),
    ("_name", 1),
    ("toolName", "x"),
    ("class", ["a"]),
    ("qti-outcome-processing", {}),
    ("qti-test-part", []),
    ("q:qti-time-limits", {}),
    (":qti-time-limits", {}),
    ("content", {}),
    ("note", object()),
    ("note", nested(300)),
    ("metadata", nested(300)),
]


@pytest.mark.parametrize(("key", "value"), KEPT_WRONG, ids=[f"{key}-{number}" for number, (key, _) in enumerate(KEPT_WRONG)])
def test_a_kept_body_has_no_keys_of_the_flat_form(key: str, value: Any) -> None:
    kept = api.unstructure(api.AssessmentTestRecord(test=a_test()), view="stored")
    with pytest.raises(DocumentError) as caught:
        api.structure({**kept, key: value})
    assert (caught.value.issues[0].path or "").startswith(f"$[{key!r}]")


@pytest.mark.parametrize(("key", "value"), [("_order", "x"), ("_attributes", {}), ("title", "x"), ("qti-selection", {}), ("note", {1: 2}), (1, 2)])
def test_nor_have_its_records(key: Any, value: Any) -> None:
    place = "/qti-test-part[1]/qti-assessment-section[1]"
    kept = api.unstructure(api.AssessmentTestRecord(test=a_test()), view="stored")
    kept["qtimodel"]["records"] = {place: {"_id": "7"}}
    assert api.unstructure(api.structure(kept))["qti-test-part"][0]["qti-assessment-section"][0]["_id"] == "7"
    kept["qtimodel"]["records"][place][key] = value
    with pytest.raises(DocumentError) as caught:
        api.structure(kept)
    assert (caught.value.issues[0].path or "").startswith(f"$['qtimodel']['records']['{place}']['{key}']")


# -- tests alone, records, prefixes --------------------------------------------------------------------------------------------


def test_a_test_alone_is_written_as_a_record_of_nothing_else(tmp_path: Any) -> None:
    record = api.AssessmentTestRecord(test=a_test())
    assert api.dumps(a_test()) == api.dumps(record)
    assert api.unstructure(a_test(), view="create") == api.unstructure(record, view="create")
    api.dump(a_test(), tmp_path / "t.json")
    assert api.load(tmp_path / "t.json") == record


def test_so_do_losses_and_xml() -> None:
    record = api.AssessmentTestRecord(test=a_test())
    assert (api.losses(a_test()), api.to_xml(a_test())) == (api.losses(record), api.to_xml(record))
    wrongs: list[Any] = [None, a_test().test_parts[0], {}]
    for wrong in wrongs:
        for act in (api.losses, api.to_xml):
            with pytest.raises(ModelError, match="expected an AssessmentTestRecord"):
                act(wrong)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2025-02-17", "2025-02-17T23:31:58", "", 5])
def test_moments_that_are_not_in_utc(moment: Any) -> None:
    for key in ("createdAt", "updatedAt"):
        with pytest.raises(DocumentError, match=f"`{key}` is .*; expected a date and time in UTC"):
            api.structure(a_body(**{key: moment}))
    assert api.unstructure(api.structure(a_body(createdAt="2025-02-17T23:31:58.7899+01:00")))["createdAt"] == "2025-02-17T22:31:58.789Z"


@pytest.mark.parametrize("wrong", [a_test().test_parts[0], None, "x", [a_test()] * 50, {"identifier": "t1"}])
def test_what_is_no_record_is_named_in_a_few_words(wrong: Any) -> None:
    with pytest.raises(ModelError, match="expected an AssessmentTestRecord or an AssessmentTest, found") as caught:
        api.dumps(wrong)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("cardinality", ["record", "single", "multiple", "ordered"])
@pytest.mark.parametrize("prefix", ["", "q:"])
def test_an_outcome_without_base_type_is_taken_back(cardinality: str, prefix: str) -> None:
    declared = f"xmlns{':q' * bool(prefix)}"
    text = (
        f'<{prefix}qti-assessment-test {declared}="{QTI}" identifier="t1" title="T"><{prefix}qti-outcome-declaration identifier="STATS" '
        f'cardinality="{cardinality}"/><{prefix}qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">'
        f'<{prefix}qti-assessment-section identifier="s1" title="A" visible="1"/></{prefix}qti-test-part></{prefix}qti-assessment-test>'
    )
    service = api.AssessmentTests()
    service.create(text)
    body = service.get("t1")
    assert service.replace("t1", body)["rawXml"] == text
    service.replace("t1", api.unstructure(api.structure(body), view="create"))
    assert service.get("t1", format="xml") == text


@pytest.mark.parametrize("prefix", ["", "q:"])
@pytest.mark.parametrize("values", [["0"], ["1", "2"]])
def test_default_values_are_plain_under_any_prefix(prefix: str, values: list[str]) -> None:
    value = "".join(f"<{prefix}qti-value>{one}</{prefix}qti-value>" for one in values)
    declared = f"xmlns{':q' * bool(prefix)}"
    text = (
        f'<{prefix}qti-assessment-test {declared}="{QTI}" identifier="t1" title="T"><{prefix}qti-outcome-declaration identifier="SCORE" '
        f'cardinality="multiple" base-type="float"><{prefix}qti-default-value>{value}</{prefix}qti-default-value></{prefix}qti-outcome-declaration>'
        f'<{prefix}qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">'
        f'<{prefix}qti-assessment-section identifier="s1" title="A" visible="true"/></{prefix}qti-test-part></{prefix}qti-assessment-test>'
    )
    test = xml.loads(text)
    assert isinstance(test, AssessmentTest)
    body = json.loads(api.dumps(test))
    assert body["qti-outcome-declaration"][0]["defaultValue"] == {"value": values[0] if len(values) == 1 else values}
    flat = {key: deepcopy(part) for key, part in body.items() if key not in ("rawXml", "content")}
    assert api.structure(flat).test.outcome_declarations == test.outcome_declarations
    assert f"<{prefix}qti-default-value>" in api.structure(flat).raw_xml


@pytest.mark.parametrize("key", ["_Attributes", "_ORDER", "_Name", "_Prolog"])
@pytest.mark.parametrize("strict", [False, True])
def test_other_spellings_of_the_keys_of_the_flat_form_itself(key: str, strict: bool) -> None:
    part: dict[str, Any] = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [], key: {"class": "a"}}
    body = {"identifier": "t1", "title": "T", "qti-test-part": [part], "qti-outcome-declaration": []}
    with pytest.raises(DocumentError, match=f"did you mean `{key.lower()}`"):
        api.structure(body, strict=strict)
    part["_attribute"], part["order"] = part.pop(key), 3  # these are of others
    assert api.structure(body).test.test_parts[0].extras.record == {"_attribute": {"class": "a"}, "order": 3}
