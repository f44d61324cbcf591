"""What operations look for in a test, and how they put it in order.

Strategy: the API goes by identifiers, part by part. Where one is not there, or where several elements have it, the answer says so; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar

import attrs

from ...brief import brief
from ...content.taken import shown
from ...editing.ways import is_remark
from ...errors import ApiError
from ...model import AssessmentItemRef, AssessmentSection, AssessmentTest, TestPart
from ...nodes import Element
from .requests import INVALID

__all__ = ["alone", "is_mode", "listed_in", "matches", "one_of", "page_of", "part_of", "refs_of", "reordered", "section_of"]

_E = TypeVar("_E", bound=Element)
JSON = dict[str, Any]


def part_of(test: AssessmentTest, identifier: str) -> TestPart:
    """A part of a test. Raises `ApiError`."""
    return one_of(test.test_parts, identifier, "Test part", f"part of `{test.identifier}`")


def section_of(part: TestPart, identifier: str) -> tuple[int, AssessmentSection]:
    """A section of a part, at any depth, with its position among its siblings. Raises `ApiError`."""
    sections = _sections(part.assessment_sections)
    found = one_of((one for _, one in sections), identifier, "Section", f"section of `{part.identifier}`")
    return next((position, one) for position, one in sections if one is found)


def _sections(siblings: Iterable[object]) -> list[tuple[int, AssessmentSection]]:
    """The sections among siblings, and in them, with their positions."""
    found: list[tuple[int, AssessmentSection]] = []
    waiting = [enumerate(siblings, 1)]  # no recursion: sections may be as deep as documents
    while waiting:
        for position, child in waiting[-1]:
            if isinstance(child, AssessmentSection):
                found.append((position, child))
                waiting.append(enumerate(child.section_parts, 1))
                break
        else:
            waiting.pop()
    return found


def one_of(nodes: Iterable[_E], identifier: str, what: str, place: str) -> _E:
    """The one of that identifier. Raises `ApiError`; also if there are several, because taking one of them would be a guess."""
    found = [node for node in nodes if node.identifier == identifier]  # type: ignore[attr-defined]
    name = (identifier if isinstance(identifier, str) else brief(identifier))[:200]
    if not found:
        raise ApiError(404, f"{what} not found", f"no {place} is called `{name}`")
    if len(found) > 1:
        raise ApiError(400, INVALID[type(found[0])], f"{len(found)} elements are called `{name}`: rename all but one of them")
    return found[0]


def alone(node: _E) -> _E:
    """An element as a document of its own: without the unknown elements before it, which are its parent's."""
    extras = node._extras
    if extras is None or all(map(is_remark, extras.before)):
        return node
    return attrs.evolve(node, extras=attrs.evolve(extras, before=[*filter(is_remark, extras.before)]))


def refs_of(section: AssessmentSection) -> list[AssessmentItemRef]:
    """The references to items in a section."""
    return [child for child in section.section_parts if isinstance(child, AssessmentItemRef)]


def reordered(siblings: list[Any], listed: list[tuple[Any, int | None]]) -> list[Any]:
    """Siblings in the order that a list of some of them says."""
    chosen = {id(ref) for ref, _ in listed}
    if all(sequence is None for _, sequence in listed):
        waiting = iter(listed)
        return [next(waiting)[0] if id(one) in chosen else one for one in siblings]
    others = iter([one for one in siblings if id(one) not in chosen])
    result: list[Any] = []
    for ref, sequence in sorted(listed, key=lambda pair: pair[1] or 0):
        result += islice(others, max((sequence or 1) - 1 - len(result), 0))  # of two that want one place, the one listed first gets it
        result.append(ref)
    return [*result, *others]


def listed_in(items: list[tuple[str, int | None]], refs: list[AssessmentItemRef], section_identifier: str, error: str) -> list[tuple[Any, int | None]]:
    """The references of a section that a body lists, with the positions that it gives them. Raises `ApiError`."""
    known: dict[Any, list[AssessmentItemRef]] = {}
    for ref in refs:
        known.setdefault(ref.identifier, []).append(ref)
    listed = []
    for index, (identifier, sequence) in enumerate(items):
        found = known.get(identifier, [])
        if not found:
            reason = f"`{identifier:.200}` is no reference of `{section_identifier}` (at $['items'][{index}]['identifier'])"
            raise ApiError(400, error, reason)
        listed.append((one_of(found, identifier, "Assessment item", f"reference of `{section_identifier}`"), sequence))
    return listed


def is_mode(mode: Any, wanted: str | None) -> bool:
    """Whether a mode is the wanted one, if one is wanted. One that could not be read is none. Raises `ApiError`."""
    if wanted is not None and not isinstance(wanted, str):
        raise ApiError(400, "Invalid filter", f"a mode is {shown(wanted)}; expected a text")
    return wanted is None or getattr(mode, "value", None) == wanted


def matches(node: TestPart | AssessmentSection, query: str | None) -> bool:
    """Whether identifier or title contain a text. Raises `ApiError`."""
    if query is not None and not isinstance(query, str):
        raise ApiError(400, "Invalid filter", f"`query` is {shown(query)}; expected a text")
    return query is None or any(query.casefold() in text.casefold() for text in (node.identifier, node.title) if isinstance(text, str))


def page_of(items: list[JSON], page: int, limit: int | None) -> JSON:
    """One page of items, as the API has it."""
    for name, value in ({"page": page} | ({"limit": limit} if limit is not None else {})).items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ApiError(400, "Invalid page", f"`{name}` is {shown(value)}; expected a whole number of at least 1")
    size = limit or len(items) or 1
    return {"items": items[(page - 1) * size : page * size], "total": len(items), "page": page, "pages": max(1, -(-len(items) // size))}
