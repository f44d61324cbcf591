"""What an operation answers is what the next `get` answers and can be put back; what it accepts can be read; what it refuses is a 400, and changes nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qtimodel import ApiError, AssessmentItemRef, StoreError, api
from qtimodel.api.operations import finding
from qtimodel.api.operations.opened import Opened

JSON = dict[str, Any]
QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PART: JSON = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual"}
SECTION: JSON = {"identifier": "s1", "title": "Shapes", "visible": True}


def a_body(*sections: JSON, **more: Any) -> JSON:
    part = {**PART, "qti-assessment-section": list(sections) or [{**SECTION, "qti-assessment-item-ref": [{"identifier": "i1", "href": "i1.xml"}]}]}
    return {"identifier": "t1", "title": "Geometry", "qti-test-part": [part], "qti-outcome-declaration": [], **more}


def a_document(inside: str = "", *, prefix: str = "", visible: str = "1", mode: str = "linear") -> str:
    q = f"{prefix}:" if prefix else ""
    return (
        f'<{q}qti-assessment-test xmlns{":" * bool(prefix)}{prefix}="{QTI}" identifier="t1" title="Geometry">'
        f'<{q}qti-test-part identifier=\'p1\' navigation-mode="{mode}" submission-mode="individual">'
        f'<{q}qti-assessment-section visible="{visible}" identifier="s1"  title="A &#x42;">{inside}</{q}qti-assessment-section>'
        f"</{q}qti-test-part></{q}qti-assessment-test>"
    )


@pytest.fixture(params=["memory", "folder", "dict"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> api.AssessmentTests:
    stores: dict[str, Callable[[], Any]] = {"memory": api.MemoryStore, "folder": lambda: api.FolderStore(tmp_path / "s"), "dict": dict}
    return api.AssessmentTests(stores[request.param]())


def refused(act: Callable[[], object], status: int = 400) -> ApiError:
    with pytest.raises(ApiError) as caught:
        act()
    assert caught.value.status == status, str(caught.value)
    return caught.value


# -- answers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "q"])
@pytest.mark.parametrize("visible", ["1", "true", "0"])
def test_the_answer_is_what_get_answers(service: api.AssessmentTests, prefix: str, visible: str) -> None:
    assert service.create(a_document(prefix=prefix, visible=visible)) == service.get("t1")
    shown = visible != "0"
    section = {**SECTION, "visible": shown, "title": "A B"}
    assert service.replace("t1", a_body(section, title="Other")) == service.get("t1")
    assert service.update_section("t1", "p1", "s1", {**section, "title": "C"}) == service.get_section("t1", "p1", "s1")
    assert service.create_section("t1", "p1", {**SECTION, "identifier": "s2", "sequence": 1}) == service.get_section("t1", "p1", "s2")
    assert service.add_assessment_item("t1", "p1", "s1", {"identifier": "i1", "href": "a b.xml"}) == service.get_section("t1", "p1", "s1")
    assert service.add_assessment_item("t1", "p1", "s1", {"itemIdentifier": "i2", "href": "i2.xml"}) == service.get_section("t1", "p1", "s1")
    order = {"items": [{"identifier": "i2"}, {"identifier": "i1"}]}
    assert service.update_assessment_item_order("t1", "p1", "s1", order) == service.get_section("t1", "p1", "s1")
    assert service.remove_assessment_item("t1", "p1", "s1", "i1") == service.get_section("t1", "p1", "s1")
    assert service.update_test_part("t1", "p1", {**PART, "navigationMode": "nonlinear", "qti-assessment-section": [section]}) == service.get_test_part(
        "t1", "p1"
    )
    assert service.create_test_part("t1", {**PART, "identifier": "p2", "qti-assessment-section": []}) == service.get_test_part("t1", "p2")


def test_answers_share_nothing_with_what_is_kept(service: api.AssessmentTests) -> None:
    service.create(a_body(metadata={"grades": [5]}, note={"a": [1]}))
    before = json.dumps(service.get("t1"))
    waiting: list[Any] = [service.get("t1"), service.create_section("t1", "p1", {**SECTION, "identifier": "s2", "note": [1]})]
    service.delete_section("t1", "p1", "s2")
    while waiting:
        value = waiting.pop()
        if isinstance(value, (dict, list)):
            waiting += value.values() if isinstance(value, dict) else value
            value.clear()
    after = service.get("t1")
    times = ("updatedAt", "__v")
    assert {key: value for key, value in after.items() if key not in times} == {key: value for key, value in json.loads(before).items() if key not in times}


def test_a_change_by_others_is_seen(tmp_path: Path) -> None:
    services = [api.AssessmentTests(api.FolderStore(tmp_path)) for _ in range(2)]
    services[0].create(a_body(metadata={"n": 1}))
    for number in range(2, 6):
        body = services[number % 2].get("t1")
        services[number % 2].replace("t1", body | {"metadata": {"n": number}})
        assert [service.get("t1")["metadata"] for service in services] == [{"n": number}] * 2
    services[0].replace("t1", services[0].get("t1") | {"metadata": {"n": True}})  # equal to 1, and another value
    services[1].replace("t1", services[1].get("t1") | {"metadata": {"n": 1}})
    assert services[0].get("t1")["metadata"]["n"] is not True


@pytest.mark.parametrize(("key", "odd"), [("metadata", {1: 2}), ("more", (1,)), ("more", [{True: 1}])])
def test_what_is_no_json_is_found_whatever_was_read_before(key: str, odd: Any) -> None:
    """As JSON text, the odd value would look like the one that is remembered."""
    store: dict[str, JSON] = {}
    service = api.AssessmentTests(store)
    service.create(a_body(metadata={"1": 2}, more=[{"true": 1}] if isinstance(odd, list) else [1]))
    service.get("t1")
    store["t1"] = {**store["t1"], key: odd}
    for one in (service, api.AssessmentTests(store)):
        with pytest.raises(StoreError):
            one.get("t1")


def test_few_trees_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    service = api.AssessmentTests()
    for number in range(20):
        service.create(a_body(identifier=f"t{number}"))
    assert len(service._opened._known) == 8
    monkeypatch.setattr("qtimodel.api.operations.opened.CHARACTERS", 100)
    assert service.get("t1")["identifier"] == "t1"
    assert not service._opened._known
    assert Opened().open(service.store["t1"], "t1").test == service._opened.open(service.store["t1"], "t1").test


# -- putting back ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "q"])
@pytest.mark.parametrize("kept_wrong", [True, False])
def test_what_was_answered_can_be_put_back(prefix: str, kept_wrong: bool) -> None:
    """Also where values could not be read: a service that is not ours may have kept them."""
    q = f"{prefix}:" if prefix else ""
    inside = f'<{q}qti-assessment-item-ref identifier="1a"/><{q}qti-assessment-item-ref identifier="i 2" href="x"/>' if kept_wrong else ""
    text = a_document(inside, prefix=prefix, mode="sideways" if kept_wrong else "linear", visible="perhaps" if kept_wrong else "1")
    service = api.AssessmentTests({"t1": {"rawXml": text, "qtimodel": {}, "_id": "7", "isValidXml": False}})
    for strict in (True, False):
        service._strict = strict
        got = service.get("t1")
        again = service.replace("t1", got | {"metadata": {"strict": strict}})
        assert (again["rawXml"], again["metadata"], again["_id"]) == (text, {"strict": strict}, "7")
        assert service.update_test_part("t1", "p1", service.get_test_part("t1", "p1")) == service.get_test_part("t1", "p1")
        assert service.update_section("t1", "p1", "s1", service.get_section("t1", "p1", "s1")) == service.get_section("t1", "p1", "s1")
        assert service.get("t1", format="xml") == text
        assert again["__v"] < service.get("t1")["__v"]
        assert refused(lambda again=again: service.replace("t1", again), 409).error == "Version conflict"  # type: ignore[misc]
    if kept_wrong:
        got = service.get("t1")
        got["qti-test-part"][0]["title"] = "New"
        refused(lambda: service.replace("t1", got))
        refused(lambda: service.update_section("t1", "p1", "s1", service.get_section("t1", "p1", "s1") | {"title": 5}))
        refused(lambda: service.replace("t9", got))


def test_a_reference_without_href_can_be_put_back(service: api.AssessmentTests) -> None:
    service.create(a_body({**SECTION, "qti-assessment-item-ref": [{"identifier": "i1"}]}))
    before = service.get("t1", format="xml")
    assert service.replace("t1", service.get("t1"))["rawXml"] == before
    service.update_section("t1", "p1", "s1", service.get_section("t1", "p1", "s1"))
    assert service.get("t1", format="xml") == before


# -- limits ------------------------------------------------------------------------------------------------------------------


def nest(levels: int, name: str) -> JSON:
    section = {**SECTION, "identifier": f"{name}{levels}"}
    for number in range(levels - 1, 0, -1):
        section = {**SECTION, "identifier": f"{name}{number}", "qti-assessment-section": [section]}
    return section


LIMITS: dict[str, Callable[[api.AssessmentTests], object]] = {
    "create": lambda service: service.create(a_body(nest(255, "m"), identifier="t2")),
    "replace": lambda service: service.replace("t1", a_body(nest(255, "m"))),
    "create_test_part": lambda service: service.create_test_part("t1", {**PART, "identifier": "p2", "qti-assessment-section": [nest(255, "m")]}),
    "update_test_part": lambda service: service.update_test_part("t1", "p1", {**PART, "qti-assessment-section": [nest(255, "m")]}),
    "create_section": lambda service: service.create_section("t1", "p1", nest(255, "m")),
    "update_section": lambda service: service.update_section("t1", "p1", "n253", {**nest(3, "m"), "identifier": "n253"}),
    "add_assessment_item": lambda service: service.add_assessment_item("t1", "p1", "n254", {"identifier": "i", "href": "i.xml"}),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_could_not_be_read_again_is_refused(name: str, tmp_path: Path) -> None:
    store = api.FolderStore(tmp_path)
    service = api.AssessmentTests(store)
    service.create(a_body(nest(254, "n")))
    before = dict(store.items())
    refused(lambda: LIMITS[name](service))
    assert dict(store.items()) == before
    assert api.AssessmentTests(api.FolderStore(tmp_path)).get("t1") == service.get("t1")


@pytest.mark.parametrize("number", [980, 990, 1_000, 1_002, 1_100])
def test_attributes_count_with_namespaces(number: int) -> None:
    service = api.AssessmentTests()
    names = {f"xmlns:n{index}": f"urn:n{index}" for index in range(number // 2)} | {f"data-n{index}": "" for index in range(number // 2)}
    body = a_body(_attributes={"xmlns": QTI, **names})
    if number <= 990:
        service.create(body)
        assert service.replace("t1", service.get("t1"))["__v"] == 1
    else:
        refused(lambda: service.create(body))
        assert not service.store


def test_problems_count_too() -> None:
    """A service that takes wrong values keeps only as many as can be read again."""
    service = api.AssessmentTests(strict=False)
    refs = "".join(f'<qti-assessment-item-ref identifier="i{number}"/>' for number in range(9_999))
    service.create({"rawXml": a_document(refs)})
    service.add_assessment_item("t1", "p1", "s1", {"identifier": "n1"})
    before = service.get("t1")
    error = refused(lambda: service.add_assessment_item("t1", "p1", "s1", {"identifier": "n2"}))
    assert "could not be read any more" in error.body["details"]
    assert service.get("t1") == before


@pytest.mark.parametrize("levels", [189, 200, 300, 500, 700, 980, 20_000])
@pytest.mark.parametrize("key", ["metadata", "note", "toolsEnabled"])
@pytest.mark.parametrize("as_text", [True, False])
def test_depth(levels: int, key: str, as_text: bool) -> None:
    deep: Any = True
    for _ in range(levels):
        deep = {"a": deep}
    service = api.AssessmentTests()
    body: Any = a_body(**{key: deep})
    if as_text:
        body = json.dumps(a_body(**{key: "@"})).replace('"@"', '{"a":' * levels + "1" + "}" * levels)
    if levels < 190 and key != "toolsEnabled":
        assert service.replace("t1", service.get(service.create(body)["identifier"]))
    else:
        refused(lambda: service.create(body))
        assert not service.store
        service.create(a_body())
        refused(lambda: service.replace("t1", body))
        if not as_text and levels > 190:
            refused(lambda: service.update_section("t1", "p1", "s1", SECTION | {"note": deep, "qti-assessment-item-ref": []}))
            refused(lambda: service.add_assessment_item("t1", "p1", "s1", {"identifier": "i9", "href": "x", "note": deep}))


# -- what is damaged -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b'{"a": ', b"\x00\xff\x00", b"[]", b"{}", b'{"rawXml": "<x", "qtimodel": {}}', b"[" * 100_000])
def test_what_is_damaged_can_be_deleted(damage: bytes, tmp_path: Path) -> None:
    service = api.AssessmentTests(api.FolderStore(tmp_path))
    for act in (service.delete, lambda _: service.store.clear()):
        service.create(a_body())
        (tmp_path / "t1.json").write_bytes(damage)
        assert "delete it first" in str(refused(lambda: service.create(a_body()), 409))
        with pytest.raises(StoreError):
            service.get("t1")
        with pytest.raises(StoreError):
            service.delete("t1", expected_version=0)
        act("t1")
        assert not os.path.exists(tmp_path / "t1.json")
        refused(lambda: service.get("t1"), 404)
    assert service.create(a_body())["__v"] == 0
    refused(lambda: service.delete("t2"), 404)


# -- bodies with the XML inside --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["xml", "rawXml"])
@pytest.mark.parametrize("strict", [True, False])
def test_xml_in_a_body_is_the_test(key: str, strict: bool) -> None:
    service = api.AssessmentTests(strict=strict)
    body = {"format": "xml", key: a_document(), "metadata": {"grade": "5"}, "note": 1, "identifier": "t1"}
    created = service.create(body)
    assert (created["rawXml"], created["metadata"], created["note"], "format" in created) == (a_document(), {"grade": "5"}, 1, False)
    replaced = service.replace("t1", {key: a_document(visible="0"), "timeLimit": 9})
    assert (replaced["rawXml"], replaced["timeLimit"], "metadata" in replaced) == (a_document(visible="0"), 9, False)


@pytest.mark.parametrize("key", ["xml", "rawXml"])
@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"identifier": "t2"}, "$['identifier']"),
        ({"title": 5}, "$['title']"),
        ({"qti-outcome-processing": {}}, "$['qti-outcome-processing']"),
        ({"_order": []}, "$['_order']"),
        ({"time_limit": 5}, "$['time_limit']"),
        ({"metadata": []}, "$['metadata']"),
        ({"note": float("nan")}, "$['note']"),
        ({"": "<x"}, None),
        ({"": '<qti-assessment-item identifier="i"/>'}, None),
        ({"": ""}, None),
    ],
)
def test_what_is_wrong_beside_xml_in_a_body(key: str, more: JSON, path: str | None) -> None:
    body = {key: more[""]} if path is None else {key: a_document(), **more}
    error = refused(lambda: api.AssessmentTests().create(body))
    assert [issue.path for issue in error.issues] == [path or f"$['{key}']"]


# -- what is no text, no number, no body -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [None, 5, 1.5, True, [], {}, b"t1", object(), ["t1"], {"a": 1}, "", "t9", "\ud800", "x" * 5000])
def test_odd_identifiers_are_not_there(service: api.AssessmentTests, wrong: Any) -> None:
    service.create(a_body())
    refused(lambda: service.get(wrong), 404)
    refused(lambda: service.get(wrong, format="xml"), 404)
    refused(lambda: service.delete(wrong), 404)
    refused(lambda: service.get_section("t1", wrong, "s1"), 404)
    refused(lambda: service.get_section("t1", "p1", wrong), 404)
    refused(lambda: service.create_section(wrong, "p1", SECTION), 404)
    refused(lambda: service.delete_section("t1", "p1", wrong), 404)
    refused(lambda: service.remove_assessment_item("t1", "p1", "s1", wrong), 404)
    refused(lambda: service.update_test_part("t1", wrong, {**PART, "qti-assessment-section": [SECTION]}), 404)


@pytest.mark.parametrize("wrong", [None, 5, True, [], "", "{", "[]", "5", b"", b"\xff", "<", "x", bytearray(b"{}"), object(), {1: 2}, {}, ()])
def test_odd_bodies_are_refused(service: api.AssessmentTests, wrong: Any) -> None:
    service.create(a_body())
    before = service.get("t1")
    acts: list[Callable[[], object]] = [
        lambda: service.create(wrong),
        lambda: service.replace("t1", wrong),
        lambda: service.create_test_part("t1", wrong),
        lambda: service.update_test_part("t1", "p1", wrong),
        lambda: service.create_section("t1", "p1", wrong),
        lambda: service.update_section("t1", "p1", "s1", wrong),
        lambda: service.add_assessment_item("t1", "p1", "s1", wrong),
        lambda: service.update_assessment_item_order("t1", "p1", "s1", wrong),
    ]
    for act in acts:
        with pytest.raises(ApiError) as caught:
            act()
        assert caught.value.status in ((400, 501) if wrong == "<" else (400,))
    assert service.get("t1") == before


def test_every_refusal_can_be_written(service: api.AssessmentTests) -> None:
    """Also if what was sent holds halves of characters."""
    service.create(a_body())
    for act in (
        lambda: service.create(a_body(title="\udc00", identifier="\ud800")),
        lambda: service.create(a_body(**{"\ud800": 1})),
        lambda: service.replace("t1", a_body(identifier="\ud800")),
        lambda: service.create_section("t1", "p1", {**SECTION, "identifier": "\ud800"}),
        lambda: service.update_assessment_item_order("t1", "p1", "s1", {"items": [{"identifier": "\ud800"}]}),
    ):
        json.dumps(refused(act).body, ensure_ascii=False).encode()


def test_text_may_begin_with_a_mark(service: api.AssessmentTests) -> None:
    for number, text in enumerate((json.dumps(a_body()), "  " + json.dumps(a_body()), a_document())):
        service.create("\ufeff" + text.replace('"t1"', f'"t{number}"'))
        service.create(("\ufeff" + text.replace('"t1"', f'"b{number}"')).encode())


@pytest.mark.parametrize("wrong", [5, True, [], {}, {"a": {"b": 1}}, b"x"])
def test_odd_filters_are_refused(service: api.AssessmentTests, wrong: Any) -> None:
    service.create(a_body())
    refused(lambda: service.search_test_parts("t1", wrong))
    refused(lambda: service.search_test_parts("t1", navigation_mode=wrong))
    refused(lambda: service.search_test_parts("t1", submission_mode=wrong))
    refused(lambda: service.search_sections("t1", "p1", wrong))
    if wrong != 5:
        refused(lambda: service.search_sections("t1", "p1", page=wrong))
        refused(lambda: service.search_sections("t1", "p1", limit=wrong))


def test_a_mode_that_could_not_be_read_is_no_mode() -> None:
    service = api.AssessmentTests({"t1": {"rawXml": a_document(mode="sideways"), "qtimodel": {}}})
    assert service.search_test_parts("t1")["total"] == 1
    assert service.search_test_parts("t1", navigation_mode="linear")["total"] == 0
    assert service.search_test_parts("t1", submission_mode="individual")["total"] == 1


@pytest.mark.parametrize("identifier", ["a b", "1a", ""])
def test_the_key_of_a_store_is_an_identifier(identifier: str) -> None:
    store: JSON = {}
    service = api.AssessmentTests(store, strict=False)
    text = a_document().replace('"t1"', f'"{identifier}"')
    for body in ({"qtimodel": {}, "rawXml": text}, {"rawXml": text}, {"xml": text}):
        assert "identifier" in str(refused(lambda body=body: service.create(body)))  # type: ignore[misc]
    assert not store
    service.create(a_body())
    refused(lambda: service.replace("t1", {"qtimodel": {}, "rawXml": text}))


# -- order -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "path"),
    [
        (None, "$['items']"),
        ([], "$['items']"),
        ([5], "$['items'][0]"),
        ([{"identifier": "i1"}, {}], "$['items'][1]['identifier']"),
        ([{"identifier": "i1"}, {"identifier": ["i2"]}], "$['items'][1]['identifier']"),
        ([{"identifier": "i1"}, {"identifier": "i1"}], "$['items'][1]['identifier']"),
        ([{"identifier": "i1", "sequence": 1}, {"identifier": "i2", "sequence": 0}], "$['items'][1]['sequence']"),
        ([{"identifier": "i1", "sequence": "1"}], "$['items'][0]['sequence']"),
        ([{"identifier": "i1", "sequence": 1}, {"identifier": "i2"}], "$['items'][1]['sequence']"),
        ([{"identifier": "i2"}, {"identifier": "i9"}], "$['items'][1]['identifier']"),
        ([{"identifier": "i2", "Sequence": 1}], "$['items'][0]['Sequence']"),
        ([{"Identifier": "i2"}], "$['items'][0]['Identifier']"),
    ],
)
def test_paths_of_a_wrong_order(items: Any, path: str) -> None:
    service = api.AssessmentTests()
    service.create(a_document('<qti-assessment-item-ref identifier="i1" href="1"/><qti-assessment-item-ref identifier="i2" href="2"/>'))
    error = refused(lambda: service.update_assessment_item_order("t1", "p1", "s1", {"items": items}))
    assert f"(at {path})" in error.body["details"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"identifier": "1a", "href": "x"}, "$['identifier']"),
        ({"itemIdentifier": "1a", "href": "x"}, "$['itemIdentifier']"),
        ({"itemIdentifier": "i5", "href": "x", "sequence": 0}, "$['sequence']"),
        ({"identifier": "i5", "href": "x", "required": "perhaps"}, "$['required']"),
    ],
)
def test_paths_of_a_wrong_reference(body: JSON, path: str) -> None:
    service = api.AssessmentTests()
    service.create(a_body())
    assert f"(at {path})" in refused(lambda: service.add_assessment_item("t1", "p1", "s1", body)).body["details"]


def test_order_takes_linear_time() -> None:
    refs = [AssessmentItemRef(identifier=f"i{number}", href="x") for number in range(30_000)]
    items: list[tuple[str, int | None]] = [(ref.identifier, number) for number, ref in enumerate(reversed(refs), 1)]
    began = time.monotonic()
    assert finding.reordered(refs, finding.listed_in(items, refs, "s1", "error")) == refs[::-1]
    assert time.monotonic() - began < 5  # a minute, if each one was looked for among all


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([("c", 1)], "cabd"),
        ([("a", 9)], "bcda"),
        ([("a", 3), ("b", 3)], "cdab"),
        ([("b", 1), ("a", 1)], "bacd"),
        ([("d", None), ("a", None)], "dbca"),
        ([("a", 2), ("d", 4), ("b", 100)], "cadb"),
    ],
)
def test_orders(listed: list[tuple[str, int | None]], expected: str) -> None:
    refs = {name: AssessmentItemRef(identifier=name, href="x") for name in "abcd"}
    found = finding.reordered(list(refs.values()), finding.listed_in(listed, list(refs.values()), "s1", "error"))
    assert "".join(ref.identifier for ref in found) == expected


# -- deep tests, deep stacks --------------------------------------------------------------------------------------------------------


def below(frames: int, act: Callable[[], Any]) -> Any:
    return act() if not frames else below(frames - 1, act)


@pytest.mark.parametrize("frames", [0, 300, 600, 800])
def test_a_test_of_any_depth_is_served_from_any_stack(frames: int) -> None:
    service = api.AssessmentTests()
    body = a_body(nest(250, "n"))
    got = below(frames, lambda: service.create(body))
    assert below(frames, lambda: service.replace("t1", got))["rawXml"] == got["rawXml"]
    section = below(frames, lambda: service.get_section("t1", "p1", "n250"))
    assert below(frames, lambda: service.update_section("t1", "p1", "n250", section)) == section
    below(frames, lambda: service.add_assessment_item("t1", "p1", "n250", {"identifier": "i", "href": "i.xml"}))
    below(frames, lambda: service.delete_section("t1", "p1", "n250"))
    record = below(frames, lambda: api.structure(got))
    assert below(frames, lambda: api.structure(api.unstructure(record, view="create"))).test == record.test


@pytest.mark.parametrize("wrong", [object(), float("nan"), {"a": (1,)}, {1: 2}, "\ud800"])
def test_an_entity_that_is_not_json(wrong: Any) -> None:
    error = refused(lambda: api.validate_xml({"schema": "test", "xml": "<a/>", "entityId": wrong}))
    assert "(at $['entityId']" in error.body["details"]
    assert api.validate_xml({"schema": "test", "xml": "<a/>", "entityId": {"a": [1]}})["entityId"] == {"a": [1]}


# -- unknown elements ------------------------------------------------------------------------------------------------------

NOTE = '<n:note xmlns:n="urn:notes">keep</n:note>'


def noted(*, prefix: str, comment: str) -> str:
    """A test with an unknown element, and perhaps a comment, before a part, a section and a reference."""
    q = f"{prefix}:" if prefix else ""
    text = a_document(f'<{q}qti-assessment-item-ref identifier="i1" href="i1.xml"/>', prefix=prefix)
    for name in ("test-part", "assessment-section", "assessment-item-ref"):
        text = text.replace(f"<{q}qti-{name} ", f"{comment}{NOTE}<{q}qti-{name} ", 1)
    section = f'<{q}qti-assessment-section identifier="s2" title="Last" visible="true"/>'
    return text.replace(f"</{q}qti-test-part>", f"{section}</{q}qti-test-part>")


@pytest.mark.parametrize("prefix", ["", "q"])
@pytest.mark.parametrize("comment", ["", "<!-- c -->"])
def test_unknown_elements_are_those_of_the_parent(prefix: str, comment: str) -> None:
    service = api.AssessmentTests()
    service.create(noted(prefix=prefix, comment=comment))
    xml = service.get("t1", format="xml")
    section, part = service.get_section("t1", "p1", "s1"), service.get_test_part("t1", "p1")
    assert service.search_sections("t1", "p1")["items"][0] == section
    assert service.search_test_parts("t1")["items"] == [part]
    assert service.update_section("t1", "p1", "s1", section) == section
    assert service.update_test_part("t1", "p1", part) == part
    assert service.get("t1", format="xml") == xml
    renamed = service.update_section("t1", "p1", "s1", {**section, "title": "Other"})
    assert renamed == service.get_section("t1", "p1", "s1")
    assert service.get("t1", format="xml") == xml.replace("A &#x42;", "Other")


def test_deleting_leaves_unknown_elements() -> None:
    service = api.AssessmentTests()
    service.create(noted(prefix="", comment="<!-- c -->"))
    service.remove_assessment_item("t1", "p1", "s1", "i1")
    section = service.get("t1", format="xml").partition("<qti-assessment-section")[2].partition("</qti-assessment-section>")[0]
    assert section.endswith(f">{NOTE}")
    service.delete_section("t1", "p1", "s1")
    after = service.get("t1", format="xml").partition("<qti-test-part")[2]
    assert f'{NOTE}<qti-assessment-section identifier="s2"' in after
    assert after.count("<!-- c -->") == 0


def test_what_replaces_a_section_leaves_unknown_elements() -> None:
    service = api.AssessmentTests()
    service.create(noted(prefix="", comment="<!-- c -->"))
    service.update_section("t1", "p1", "s1", {**SECTION, "_prolog": [["!", " d "]]})
    assert f"{NOTE}<!-- d --><qti-assessment-section" in service.get("t1", format="xml")


def test_parts_may_have_a_key_called_sequence() -> None:
    """Parts have no `sequence`, so it is the API's own: it does not say in which order they stand."""
    section = {**SECTION, "qti-assessment-item-ref": [{"identifier": "i1", "href": "i1.xml"}]}
    last = {**SECTION, "identifier": "s2", "note": "mine"}
    parts = [{**PART, "qti-assessment-section": [section, last]}, {**PART, "identifier": "p2", "sequence": 1, "qti-assessment-section": []}]
    service = api.AssessmentTests()
    created = service.create({"identifier": "t1", "title": "T", "qti-test-part": parts, "qti-outcome-declaration": []})
    assert service.replace("t1", created)["qti-test-part"] == created["qti-test-part"]
    created["qti-test-part"][0]["qti-assessment-section"][1]["title"] = "Other"
    assert "the flat form says" in str(refused(lambda: service.replace("t1", created)))
