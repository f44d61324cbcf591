"""Records, and what only the API knows of nodes: compared, copied, pickled and shown at any depth, from any stack."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from qtimodel import AssessmentTest, Markup, NavigationMode, SubmissionMode, TestPart, api

_T = TypeVar("_T")


def nested(levels: int, inside: object = 1) -> Any:
    """Dictionaries and lists in each other."""
    value: Any = inside
    for level in range(levels):
        value = {"k": [value]} if level % 2 else {"k": value}
    return value


def used(frames: int, do: Callable[[], _T]) -> _T:
    """The result of a function at the end of a long stack."""
    return do() if frames == 0 else used(frames - 1, do)


def record(metadata: object) -> api.AssessmentTestRecord:
    part = TestPart(identifier="p", navigation_mode=NavigationMode.LINEAR, submission_mode=SubmissionMode.INDIVIDUAL)
    part.extras.record["seen"] = metadata
    return api.AssessmentTestRecord(test=AssessmentTest(identifier="t", title="T", test_parts=[part]), metadata=metadata, other={"_id": metadata})  # type: ignore[arg-type]


@pytest.mark.parametrize("levels", [3, 60, 125, 3000])
@pytest.mark.parametrize("frames", [0, 700, 850])
def test_deep_records(levels: int, frames: int) -> None:
    one, same, other = record(nested(levels)), record(nested(levels)), record(nested(levels, 2))

    def everything() -> None:
        assert one == same
        assert one != other
        for twin in (copy.deepcopy(one), copy.copy(one), *(pickle.loads(pickle.dumps([one, same], protocol))[0] for protocol in (0, 2, 5))):
            assert twin == one
            assert twin != other
            assert len(repr(twin)) <= 10_000
        seen = pickle.loads(pickle.dumps(one)).test.test_parts[0].extras.record["seen"]
        while isinstance(seen, dict):
            seen = seen["k"][0] if isinstance(seen["k"], list) else seen["k"]
        assert seen == 1

    used(frames, everything)


def test_what_is_shared_stays_shared_and_what_holds_itself_ends() -> None:
    shared = {"deep": nested(40)}
    twin = pickle.loads(pickle.dumps(record({"a": shared, "b": [shared], "c": {"node": Markup(name="p", content=[Markup(name="q")])}})))
    assert twin.metadata["a"] is twin.metadata["b"][0]
    assert twin.metadata["c"]["node"] == Markup(name="p", content=[Markup(name="q")])
    loop: dict[str, Any] = {}
    loop["a"] = [loop]
    holding = record(loop)
    for made in (pickle.loads(pickle.dumps(holding)), copy.deepcopy(holding)):
        metadata: Any = made.metadata
        assert metadata["a"][0] is metadata
        assert repr(made).endswith("...")
