"""The compiled way between nodes and flat JSON gives what the thorough one gives, or leaves it to that one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qtimodel import AssessmentTest, DocumentError, api, walk, xml
from qtimodel.api import AssessmentTestRecord, View, elements, unflat
from qtimodel.api.quick import node_of, shown
from qtimodel.nodes import Node
from qtimodel.spec import element_classes, spec_of
from qtimodel.testing import minimal, trees

FLAT = [cls for cls in element_classes() if spec_of(cls).flat is not None and cls is not AssessmentTest]
VIEWS: tuple[View, ...] = ("response", "create")
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    -1,
    1.5,
    1e400,
    float("nan"),
    "",
    "x",
    "1x",
    "a b",
    " a",
    "a\x00",
    "true",
    "linear",
    [],
    ["a", 1],
    {},
    {"a": None},
]


@contextmanager
def thoroughly() -> Iterator[None]:
    """Without the compiled way."""
    with mock.patch.object(elements, "shown", return_value=None), mock.patch.object(unflat, "node_of", return_value=None):
        yield


def plain(tree: Any) -> Any:
    """The tree without what is never plain."""
    for node in walk(tree, Node):
        node._extras = node._form = None
    return tree


def outcome(body: Any) -> Any:
    try:
        record = api.structure(body)
    except DocumentError as error:
        return [str(issue) for issue in error.issues]
    return record, [str(issue) for issue in record.issues], xml.dumps(record.test)


def check_reading(body: Any) -> None:
    quick = outcome(copy.deepcopy(body))
    with thoroughly():
        assert outcome(body) == quick


@given(data=st.data())
def test_both_ways_agree(data: st.DataObject) -> None:
    tree = data.draw(trees(AssessmentTest, valid=data.draw(st.booleans())))
    record = AssessmentTestRecord(test=plain(tree) if data.draw(st.booleans()) else tree)
    for view in VIEWS:
        body = api.unstructure(record, view=view)
        with thoroughly():
            assert json.dumps(api.unstructure(record, view=view)) == json.dumps(body)
        check_reading(body)


@pytest.mark.parametrize("cls", FLAT, ids=[cls.__name__ for cls in FLAT])
def test_the_compiled_way_is_taken_where_all_is_plain(cls: type[Any]) -> None:
    """Otherwise the other tests would compare the thorough way with itself."""
    tree = minimal(cls)
    flat = shown(tree, api_defaults=False, marks=True)
    assert flat is not None
    identifiers: list[str] = []
    assert node_of(flat, spec_of(cls), identifiers.append, 9, lambda key: None) == tree
    assert identifiers


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All members and items of a body."""
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, step)
        yield from places(inner, (*path, step))


@given(data=st.data())
def test_both_ways_agree_about_bodies_that_are_wrong(data: st.DataObject) -> None:
    body = api.unstructure(AssessmentTestRecord(test=plain(data.draw(trees(AssessmentTest)))), view="create")
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(list(places(body))))
        holder: Any = body
        for step in way:
            holder = holder[step]
        kind = data.draw(st.sampled_from(["replace", "remove", "rename", "add"]))
        if kind == "replace" or not isinstance(holder, dict):
            holder[last] = data.draw(st.sampled_from(VALUES))
        elif kind == "add":
            holder[data.draw(st.sampled_from(["sequence", "_attributes", "_order", "_name", "class", "fixed", "other"]))] = data.draw(st.sampled_from(VALUES))
        else:
            value = holder.pop(last)
            if kind == "rename":
                holder[data.draw(st.sampled_from(["sequence", "_id", f"{last}x", "title"]))] = value
    check_reading(body)
