"""The laws of API JSON and of operations, on inputs of which most are wrong: accepted is readable, answered and can be put back; refused changes nothing.

Run with `--hypothesis-profile=full` for hundreds of bodies and thousands of operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qtimodel import ApiError, AssessmentTest, DocumentError, ModelError, api, content, json_text, xml
from qtimodel.api import quick
from qtimodel.content.dialects import DIALECTS
from qtimodel.testing import documents, trees

JSON = dict[str, Any]
VIEWS: tuple[Literal["response", "create", "stored"], ...] = ("response", "create", "stored")
FULL = settings().max_examples > 100
TURNS = 6


def nested(levels: int, kind: str) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if kind == "object" else [value]
    return value


KEYS = st.sampled_from(
    "identifier title href visible required fixed keepTogether keep-together sequence _id _order _attributes _prolog _epilog _name _ : :a "
    "qti-test-part qti-assessment-section qti-assessment-item-ref qti-outcome-declaration qti-selection qti-rubric-block qti-outcome-processing "
    "q:qti-selection navigationMode cardinality baseType base-type normalMaximum defaultValue class category toolName content rawXml xml isValidXml "
    "metadata timeLimit toolsEnabled qtimodel __v createdAt note xmlns xml:lang itemIdentifier items".split()
) | st.text(max_size=4)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 5)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["1a", "a b", "true", "linear", "single", " t1 ", "t1", "s1", "\ud800", "\x00", "a\r\nb", "<", 10**400, 0.5, -0.0, 1e300, "9" * 50, ..., (1,)]
    )
)
ODD = st.recursive(
    SCALARS | st.builds(nested, st.sampled_from([3, 189, 190, 191, 300, 1200]), st.sampled_from(["object", "array"])),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(KEYS, parts, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """All that something can be done to: what holds it, and where."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        for key, item in list(holder.items()) if isinstance(holder, dict) else enumerate(holder):
            yield holder, key
            if isinstance(item, (dict, list)):
                waiting.append(item)


def ruin(draw: st.DrawFn, body: Any, times: int) -> None:
    """Change a body in some places."""
    for _ in range(times):
        known = list(places(body))
        if not known:
            return
        holder, key = draw(st.sampled_from(known))
        what = draw(st.sampled_from(["set", "add", "remove", "rename", "copy", "swap"]))
        if what == "set":
            holder[key] = draw(ODD)
        elif what == "remove":
            del holder[key]
        elif what == "swap":
            other, there = draw(st.sampled_from(known))
            other[there] = _copy(holder[key])
        elif isinstance(holder, list):
            holder.insert(key, _copy(holder[key]) if what == "copy" else draw(ODD))
        elif what == "rename":
            holder[draw(KEYS)] = holder.pop(key)
        else:
            holder[draw(KEYS)] = draw(ODD)


@st.composite
def bodies(draw: st.DrawFn) -> JSON:
    """A body of a whole test, more or less wrong."""
    tree = draw(trees(AssessmentTest, valid=draw(st.booleans()), size=10))
    record = api.AssessmentTestRecord(test=tree, metadata=draw(st.none() | st.just({"a": [1]})))
    body = api.unstructure(record, view=draw(st.sampled_from(VIEWS)))
    for key in draw(st.sets(st.sampled_from(["rawXml", "content", "isValidXml", "qti-outcome-declaration"]))):
        body.pop(key, None)
    if draw(st.booleans()):
        body["content"] = record.content
        with suppress(ModelError):  # not every dialect has every name
            body["content"] = content.unstructure(tree, draw(st.sampled_from(["api", *sorted(DIALECTS)])))
    ruin(draw, body, draw(st.integers(0, 3)))
    return body


# -- bodies ------------------------------------------------------------------------------------------------------------------


def read(body: Any, **how: Any) -> Any:
    """What comes of reading: the record with all that it holds, or the problems."""
    try:
        record = api.structure(body, **how)
    except DocumentError as problem:
        error = problem
    else:
        return record
    assert all(issue.path is not None and issue.path.startswith("$") and issue.message for issue in error.issues)
    return sorted(f"{issue.path} {issue.message}" for issue in error.issues)


@given(body=bodies(), strict=st.booleans(), prefer=st.sampled_from([None, None, "rawXml", "flat"]), recover=st.booleans())
def test_what_is_read_can_be_written_and_read_again(body: JSON, strict: bool, prefer: Any, recover: bool) -> None:
    before = _copy(body)
    how = {"strict": strict, "prefer": prefer, "recover": recover}
    record = read(body, **how)
    assert repr(_copy(body)) == repr(before)
    quick._shapes.cache_clear()  # a body means the same the first time, and when all is compiled
    again = [read(body, **how) for _ in range(3)]
    if isinstance(record, list):
        assert again == [record] * 3
        return
    for other in again:
        assert other == record
        assert other.issues == record.issues
        assert other.raw_xml == record.raw_xml
    for view in VIEWS:
        text = api.dumps(record, view=view)
        assert api.unstructure(record, view=view) == json.loads(text)
        if all(issue.severity != "error" for issue in record.issues) and not record.issues:
            back = api.loads(text)
            assert back.test == record.test
            assert (back.metadata, back.qti_version, back.time_limit) == (record.metadata, record.qti_version, record.time_limit)
            assert back.other == {key: value for key, value in record.other.items() if view != "create" or key != "_id"}
    xml.loads(record.raw_xml, recover=True)


def _copy(value: Any) -> Any:
    try:
        return deepcopy(value)
    except RecursionError:
        return None


# -- operations --------------------------------------------------------------------------------------------------------------


@st.composite
def parts(draw: st.DrawFn, kind: str, service: api.AssessmentTests) -> Any:
    """A body for an operation: what is there, or something new, more or less wrong."""
    ref: JSON = {"identifier": draw(st.sampled_from(["i1", "i2", "i3"])), "href": "i.xml"}
    section: JSON = {"identifier": draw(st.sampled_from(["s1", "s2", "s3"])), "title": "S", "visible": draw(st.booleans())}
    part: JSON = {"identifier": draw(st.sampled_from(["p1", "p2"])), "navigationMode": "linear", "submissionMode": "individual"}
    if draw(st.booleans()):
        section["qti-assessment-item-ref"] = [ref]
    part["qti-assessment-section"] = [section]
    order = {"items": [{"identifier": name, "sequence": number} for number, name in enumerate(draw(st.lists(st.sampled_from(["i1", "i2"]), max_size=2)), 1)]}
    body: Any = {"ref": ref, "section": section, "part": part, "order": order}[kind]
    if draw(st.integers(0, 3)) == 0:
        body["sequence"] = draw(st.integers(0, 3))
    if draw(st.integers(0, 2)) == 0:
        ruin(draw, body, draw(st.integers(1, 2)))
    return body


def stored(store: Any) -> Any:
    return {key: store[key] for key in store}


@pytest.mark.parametrize("kind", ["memory", "folder", "dict"])
@given(data=st.data())
def test_operations(kind: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        store: Any = api.MemoryStore() if kind == "memory" else {} if kind == "dict" else api.FolderStore(folder)
        service = api.AssessmentTests(store, strict=data.draw(st.booleans()))
        tree = data.draw(trees(AssessmentTest, size=12))
        tree.identifier = "t1"
        source: Any = data.draw(st.sampled_from(["json", "xml", "document", "wrong"]))
        if source == "wrong":
            source = data.draw(bodies())
        elif source == "json":
            source = api.unstructure(tree, view="create")
        else:
            source = xml.dumps(tree) if source == "xml" else data.draw(documents(AssessmentTest))
        check(service, "t1", lambda: service.create(source), lambda answer: service.get(answer["identifier"]))
        for _ in range(TURNS):
            for test in list(store):
                operate(data, service, test)
        if kind == "folder":
            for test in store:
                assert api.AssessmentTests(api.FolderStore(Path(folder) / ".." / Path(folder).name)).get(test) == service.get(test)


def operate(data: st.DataObject, service: api.AssessmentTests, test: str) -> None:
    """One operation on one test, right or wrong."""
    got = service.get(test)
    known_parts = [part["identifier"] for part in got["qti-test-part"]] + ["p1", "p2", 5]
    part = data.draw(st.sampled_from(known_parts))
    known = [section["identifier"] for one in got["qti-test-part"] if one["identifier"] == part for section in one["qti-assessment-section"]]
    section = data.draw(st.sampled_from([*known, "s1", "s2", None]))
    version = data.draw(st.sampled_from([None, None, None, got["__v"], 99, "x"]))
    what = data.draw(st.sampled_from(["replace", "back", "part", "section", "item", "order", "remove", "update part", "update section"]))
    if what == "replace":
        body = deepcopy(got) if data.draw(st.booleans()) else data.draw(bodies())
        for key in data.draw(st.sets(st.sampled_from(["rawXml", "content", "__v"]))):
            body.pop(key, None)
        ruin(data.draw, body, data.draw(st.integers(0, 2)))  # type: ignore[arg-type]
        check(service, test, lambda: service.replace(test, body, expected_version=version), lambda _: service.get(test))
    elif what == "back":
        answer = service.replace(test, got)
        assert answer == service.get(test)
        assert answer["rawXml"] == got["rawXml"]
    elif what == "part":
        body = data.draw(parts("part", service))
        check(
            service,
            test,
            lambda: service.create_test_part(test, body, expected_version=version),
            lambda answer: service.get_test_part(test, answer["identifier"]),
        )
    elif what == "section":
        body = data.draw(parts("section", service))
        check(
            service,
            test,
            lambda: service.create_section(test, part, body, expected_version=version),
            lambda answer: service.get_section(test, part, answer["identifier"]),
        )
    elif what == "item":
        body = data.draw(parts("ref", service))
        check(
            service,
            test,
            lambda: service.add_assessment_item(test, part, section, body, expected_version=version),
            lambda _: service.get_section(test, part, section),
        )
    elif what == "order":
        body = data.draw(parts("order", service))
        check(service, test, lambda: service.update_assessment_item_order(test, part, section, body), lambda _: service.get_section(test, part, section))
    elif what == "remove":
        item = data.draw(st.sampled_from(["i1", "i2", None]))
        check(service, test, lambda: service.remove_assessment_item(test, part, section, item), lambda _: service.get_section(test, part, section))  # type: ignore[arg-type]
        check(service, test, lambda: service.delete_section(test, part, section) if data.draw(st.booleans()) else service.delete_test_part(test, part), None)
    elif what == "update part":
        body = data.draw(parts("part", service))
        check(service, test, lambda: service.update_test_part(test, part, body), lambda answer: service.get_test_part(test, answer["identifier"]))
        unchanged(service, test, lambda: service.get_test_part(test, part), lambda one: service.update_test_part(test, part, one))
    else:
        body = data.draw(parts("section", service))
        check(service, test, lambda: service.update_section(test, part, section, body), lambda answer: service.get_section(test, part, answer["identifier"]))
        unchanged(service, test, lambda: service.get_section(test, part, section), lambda one: service.update_section(test, part, section, one))


def check(service: api.AssessmentTests, test: str, act: Callable[[], Any], get: Callable[[Any], Any] | None) -> None:
    """Accepted: the answer is that of the next `get`, all can be read, and put back. Refused: nothing has changed."""
    before = stored(service.store)
    refused = None
    try:
        answer = act()
    except ApiError as error:
        refused = error
    if refused is not None:
        assert refused.status in (400, 404, 409)
        assert all(isinstance(text, str) for text in refused.body.values())
        assert stored(service.store) == before
        return
    assert json_text.loads(json_text.dumps(answer)) == answer
    if get is not None:
        assert get(answer) == answer
    for one in service.store:
        got = service.get(one)
        assert json_text.loads(json_text.dumps(got)) == got
        assert api.structure(got).raw_xml == got["rawXml"] or not service._strict
        again = service.replace(one, got)
        assert again["rawXml"] == got["rawXml"]
        assert {key: value for key, value in again.items() if key not in ("__v", "updatedAt")} == {
            key: value for key, value in got.items() if key not in ("__v", "updatedAt")
        }


def unchanged(service: api.AssessmentTests, test: str, get: Callable[[], Any], put: Callable[[Any], Any]) -> None:
    """An element that was answered can be put back, and its test stays as it is."""
    try:
        one = get()
    except ApiError:
        return
    before = service.get(test)["rawXml"]
    assert put(one) == one
    assert service.get(test)["rawXml"] == before
