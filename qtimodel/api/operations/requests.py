"""What is sent to an operation, and what an operation refuses.

Strategy: bodies are read by the readers of their format, which find every problem with its place; here these become the answer that the API gives.
What a client could not see, and so could not send back, is taken over from what was there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import attrs

from ... import __version__, json_text, xml
from ...content.taken import shown
from ...errors import ApiError, DocumentError, Issue
from ...json_text import Path, show
from ...model import AssessmentItemRef, AssessmentSection, AssessmentTest, TestPart
from ...nodes import Element
from ...spec import Flat, spec_of
from ...stack import on_deep_stack
from ...xml.encodings import to_utf8
from ..body import read_body
from ..elements import structure_element
from ..keys import letters, sequence_of, table_of
from ..record import FIRST, AssessmentTestRecord
from ..stored import places

__all__ = ["INVALID", "object_of", "order_in", "read_element", "read_ref", "read_test", "refused", "take_over", "with_tool"]

_E = TypeVar("_E", bound=Element)

INVALID: dict[type[Element], str] = {
    AssessmentTest: "Invalid assessment test data",
    TestPart: "Invalid test part data",
    AssessmentSection: "Invalid section data",
    AssessmentItemRef: "Invalid assessment item data",
}
_INVALID_FIELD = {"['navigationMode']": "Invalid navigation mode", "['submissionMode']": "Invalid submission mode"}
_ITEM, _ITEM_PATH = "itemIdentifier", "$['itemIdentifier']"
_ORDER = ("identifier", Flat.SEQUENCE)
_TOOL = "qtimodel", __version__
_BEFORE = b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"  # what may stand before the first character of XML


def refused(error: str, issues: Iterable[Issue]) -> ApiError:
    """The answer to a body with problems."""
    issues = tuple(issues)
    field = next((text for end, text in _INVALID_FIELD.items() if all((issue.path or "").endswith(end) for issue in issues)), None)
    return ApiError(400, field or error, str(DocumentError(issues)), issues=issues)


def object_of(body: Any, error: str) -> dict[str, Any]:
    """A body that must be a JSON object. Raises `ApiError`."""
    start = body[:1000].encode(errors="replace") if isinstance(body, str) else body[:1000] if isinstance(body, bytes) else b""
    if start.lstrip(_BEFORE)[:1] == b"<":
        raise ApiError(501, "XML format not supported")
    if not isinstance(body, dict):
        raise ApiError(400, error, f"the body is {shown(body)}; expected an object (at $)")
    return body


def sequence_in(body: dict[str, Any], error: str, path: Path = ()) -> int | None:
    """The position that a body asks for. Raises `ApiError`."""
    given = body.get(Flat.SEQUENCE)
    sequence = None if given is None else sequence_of(given, strict=True)
    if given is not None and sequence is None:
        place = show((*path, Flat.SEQUENCE))
        raise ApiError(400, error, f"`{Flat.SEQUENCE}` is {shown(given)}; expected a whole number of at least 1 (at {place})")
    return sequence


def read_element(body: Any, cls: type[_E], *, strict: bool) -> tuple[_E, int | None]:
    """The part, section or reference of a body, and the position that it asks for. Raises `ApiError`."""
    error = INVALID[cls]
    given = object_of(body, error)
    try:
        numbered = table_of(spec_of(cls)).numbered
        return structure_element(given, cls, strict=strict), sequence_in(given, error) if numbered else None
    except DocumentError as problem:
        raise refused(error, problem.issues) from problem


def read_ref(body: Any, *, strict: bool) -> tuple[AssessmentItemRef, int | None]:
    """A reference of a body; its identifier may have the key `itemIdentifier`, too. Raises `ApiError`."""
    given = object_of(body, INVALID[AssessmentItemRef])
    if _ITEM not in given or "identifier" in given:
        return read_element(given, AssessmentItemRef, strict=strict)
    try:
        return read_element({"identifier" if key == _ITEM else key: value for key, value in given.items()}, AssessmentItemRef, strict=strict)
    except ApiError as error:
        issues = [attrs.evolve(issue, path=_ITEM_PATH) if issue.path == "$['identifier']" else issue for issue in error.issues]
        raise (refused(error.error, issues) if issues else error) from None


def order_in(body: dict[str, Any], error: str) -> list[tuple[str, int | None]]:
    """Identifiers and positions of a body. Raises `ApiError`."""
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise ApiError(400, error, f"`items` is {shown(items)}; expected an array of at least one object with `identifier` (at $['items'])")
    order: list[tuple[str, int | None]] = []
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        path = "items", index
        if not isinstance(item, dict):
            raise ApiError(400, error, f"an item is {shown(item)}; expected an object with `identifier` (at {show(path)})")
        for key in item:
            known = next((name for name in _ORDER if isinstance(key, str) and key != name and letters(key) == letters(name)), None)
            if known is not None:
                raise ApiError(400, error, f"`{key:.80}` is no key of an item; did you mean `{known}`? (at {show((*path, key))})")
        identifier = item.get("identifier")
        if not isinstance(identifier, str):
            raise ApiError(400, error, f"`identifier` is {shown(identifier)}; expected a text (at {show((*path, 'identifier'))})")
        if first.setdefault(identifier, index) != index:
            twice = f"`{identifier:.200}` is listed twice, first as item {first[identifier]}: list each one once"
            raise ApiError(400, error, f"{twice} (at {show((*path, 'identifier'))})")
        order.append((identifier, sequence_in(item, error, path)))
        if (order[0][1] is None) is not (order[-1][1] is None):
            message = f"some of the items have a `{Flat.SEQUENCE}`, others have none: give it to all of them, or to none"
            raise ApiError(400, error, f"{message} (at {show((*path, Flat.SEQUENCE))})")
    return order


def read_test(body: Any, *, strict: bool) -> tuple[AssessmentTestRecord, str | None, bool]:
    """The record of a body, its XML if it came with some, and whether it was nothing but XML. Raises `ApiError`."""
    try:
        if isinstance(body, (str, bytes)):
            text = _text_of(body)
            if text.lstrip("\ufeff \t\r\n").startswith("{"):
                text = text.removeprefix("\ufeff")
            if not text.lstrip().startswith("{"):
                return AssessmentTestRecord(test=xml.loads(text, AssessmentTest)), text, True
            record = read_body(json_text.loads(text), strict, None, None, text)
        else:
            record = read_body(object_of(body, INVALID[AssessmentTest]), strict, None, None, None)
    except DocumentError as problem:
        raise refused(INVALID[AssessmentTest], problem.issues) from problem
    return record, record._given.text if record._given is not None else None, False


def _text_of(body: str | bytes) -> str:
    """A document as text, whatever encoding it came in. Raises `DocumentError`."""
    try:
        return body if isinstance(body, str) else to_utf8(body, None).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the document is not what its encoding says: {error}; send it as UTF-8"
        raise DocumentError([Issue(code="encoding", message=message, line=1, column=1)]) from None


def with_tool(test: AssessmentTest) -> AssessmentTest:
    """A test that we made says so, because the API's schema wants to know; if its body said half of it, the other half is empty."""
    known = test.tool_name, test.tool_version
    name, version = _TOOL if known == (None, None) else (text or "" for text in known)
    return attrs.evolve(test, tool_name=name, tool_version=version)


@on_deep_stack
def take_over(old: Element, new: Element, *, flat: bool, api_defaults: bool, everything: bool) -> None:
    """Give `new`, which was read from a body and replaces `old`, what the body could not say of the elements that were there before.

    That is what the API knows of each: its `_id`, or `everything`, if the body was XML. Of a `flat` body also: attributes that responses do not
    have, and that an attribute is not written, which responses show by its default.
    """
    counts = Counter(map(_name, _all(old)))
    known = {_name(node): node for node in _all(old) if counts[_name(node)] == 1}
    for node in _all(new):
        was = old if node is new else known.get(_name(node))
        if was is None:
            continue
        if flat:
            _take_over_attributes(was, node, api_defaults)
        for key, value in was._extras.record.items() if was._extras is not None else ():
            if everything or key == FIRST:
                node.extras.record.setdefault(key, value)


def _take_over_attributes(was: Element, node: Element, api_defaults: bool) -> None:
    table = table_of(spec_of(type(node)))
    for key in table.flat.requests:
        name = table.attributes[key].name
        if getattr(node, name) is None:
            setattr(node, name, getattr(was, name))
    for key, default in table.flat.shown.items():
        field = table.attributes[key]
        if not field.required and getattr(was, field.name) is None and getattr(node, field.name) == (default if api_defaults else field.default):
            setattr(node, field.name, None)


def _all(node: Element) -> Iterator[Element]:
    yield node
    for _, one in places(node):
        yield one


def _name(node: Element) -> tuple[type[Element], Any]:
    return type(node), getattr(node, "identifier", None)
