"""Records to JSON: the views of a body.

Strategy: a body is put together from the record's own keys, the flat form and what is derived, in the order of the API's own. Which key stands where,
the table of the record says.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from ..collector import paused
from ..errors import ModelError
from ..json_values import WITHIN, json_copy
from .body import SPEC
from .elements import show_flat
from .flat import Show
from .record import CONTENT, DERIVED, FIRST, RAW_XML, RECORD, VALID, AssessmentTestRecord
from .stored import OURS, SHOWN, Kept, stored_facts

__all__ = ["View", "response_of", "stored_of", "write_body"]

View: TypeAlias = Literal["response", "create", "stored"]


def write_body(record: AssessmentTestRecord, view: View) -> dict[str, Any]:
    """The JSON of a record. Raises `ModelError`."""
    if view == "create":
        return _body(record, view, _flat(record, view))
    return response_of(Kept.of(record)) if view == "response" else stored_of(Kept.of(record))


def response_of(kept: Kept) -> dict[str, Any]:
    """What the API answers. Raises `ModelError`."""
    record = kept.record
    with paused():
        return _body(record, "response", _flat(record, "response"), {RAW_XML: kept.raw_xml, CONTENT: record.content}, {VALID: kept.valid})


def stored_of(kept: Kept) -> dict[str, Any]:
    """What a store keeps. Identifier and title are there for people who look into it. Raises `ModelError`."""
    record, test = kept.record, kept.test
    shown = {name: value for name in SHOWN if isinstance(value := getattr(test, name), str)}  # others could not be read
    return _body(record, "stored", shown, {RAW_XML: kept.raw_xml}, {VALID: kept.valid, OURS: stored_facts(record)})


def _flat(record: AssessmentTestRecord, view: View) -> dict[str, Any]:
    """The flat form of the tree."""
    create = view == "create"
    return show_flat(record.test, SPEC, Show(api_defaults=record._api_defaults, marks=create, requests=create), (FIRST,) if create else ())


def _body(
    record: AssessmentTestRecord, view: View, shown: dict[str, Any], xml: dict[str, Any] | None = None, end: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A body from its parts: what the tree shows, its XML, and what comes last."""
    fields = [(key, getattr(record, key.field)) for key in RECORD if view != "create" or key.sent]
    known = {
        place: {key.name: json_copy(key.write(value), (key.name,), WITHIN) for key, value in fields if key.place == place and value is not None}
        for place in ("head", "behind", "end")
    }
    body = {key: json_copy(value, (key,), WITHIN) for key, value in record.other.items() if view != "create" or key != FIRST}
    if clash := next((key for key in body if key in shown or key in (*DERIVED, OURS) or any(key == known.name for known in RECORD)), None):
        raise ModelError(f"`{clash}` in `other` is a key of the record itself: set the field")
    first = next((position for position, key in enumerate(shown) if key in SPEC.lists), len(shown))
    return body | dict(list(shown.items())[:first]) | known["head"] | shown | known["behind"] | (xml or {}) | known["end"] | (end or {})
