"""Elements to their flat form and back: what stands between trees and the two directions of the flat form.

Strategy: content JSON makes trees and shows them; what only the API knows of a node (`extras.record`) is carried past it, as a list in
document order. Problems of content JSON are led back to the flat form before anybody sees them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import attrs

from .. import content
from ..content import codec
from ..content.feed import declarations_of
from ..content.names import ATTRIBUTES, Keys
from ..content.reading import read_carefully, read_quickly
from ..content.taken import Place
from ..datatypes import all_identifiers
from ..errors import DocumentError, Issue
from ..json_text import Path, locate
from ..json_text import show as shown_path
from ..json_values import WITHIN, json_copy
from ..nodes import Element, Form
from ..spec import Spec, spec_of
from ..stack import on_deep_stack
from ..xml import Limits
from ..xml.infoset import NEW_ROOT
from .flat import Show, Shown, flat_nodes, to_flat
from .keys import NAME
from .quick import shown
from .unflat import Problem, TooMuch, Unflat

__all__ = ["Reading", "issues_of", "raise_errors", "read_flat", "show_flat", "structure_element", "unstructure_element"]

_E = TypeVar("_E", bound=Element)
_LIMITS = Limits()
_ALL = Show()
_CHECKED = {"value", "missing-attribute"}  # problems of attributes, which `unflat` has looked at


@attrs.define
class Reading:
    """What reading a flat form gave: no tree if there are errors among the problems."""

    tree: Any
    problems: list[Problem]
    record: dict[str, Any]
    shows_specification: bool


@on_deep_stack
def show_flat(node: Element, spec: Spec, show: Show, without: Iterable[str] = (), position: int | None = None) -> dict[str, Any]:
    """The flat form of a node; `without` are keys of the API to leave out, `position` is that among its siblings. Raises `ModelError`."""
    quick: set[int] = set()  # nodes that are shown already

    def child(node: Any, keys: Keys) -> tuple[str, Any]:
        """A child of a flat element."""
        spec = spec_of(type(node)) if isinstance(node, Element) else None
        if spec is None or spec.flat is None or keys.spec is None or (spec.namespace, spec.name) not in keys.spec.child_by_name:
            return codec.element(node, keys)
        flat = shown(node, api_defaults=show.api_defaults, marks=show.marks) if keys.scope.plain else None
        if flat is None:
            return codec.element(node, keys, child)
        quick.add(id(node))
        return spec.name, Shown(flat)

    document = codec.document(node, child)
    # What is given away shares nothing with the tree.
    records = [_copied(node._extras.record) if node._extras is not None and node._extras.record else {} for node in flat_nodes(node, quick)]
    if without:
        records = [{key: value for key, value in record.items() if key not in without} for record in records]
    return to_flat(document, spec, show, iter(records), position)


def _copied(record: dict[str, Any]) -> dict[str, Any]:
    """What the API knows of a node. Raises `ModelError`."""
    return {key: json_copy(value, (key,), WITHIN) for key, value in record.items()}


@on_deep_stack
def read_flat(obj: Any, spec: Spec, *, strict: bool, others: tuple[str, ...] = (), recover: bool = False) -> Reading:
    """The tree of a flat form, with `recover` also if values are wrong; `others` are keys that may be beside it, and were read already."""
    if not strict and (reading := _read_plain(obj, spec, others)) is not None:
        return reading
    unflat = Unflat(strict, recover, others=others)
    try:
        document = unflat.document(obj, spec)
    except TooMuch:
        unflat.problems.append(Problem((), "problems", f"more than {len(unflat.problems):,} problems; the rest is not listed"))
        document = {}
    tree = None
    if document:
        errors = any(problem.severity == "error" for problem in unflat.problems)
        tree = read_quickly(document, _LIMITS) if not errors else None
        if tree is None:
            tree, found = _checked(document, unflat)
            unflat.problems += found
    if any(problem.severity == "error" and not problem.recovered for problem in unflat.problems):
        tree = None
    return _with_records(tree, unflat)


def _read_plain(obj: Any, spec: Spec, others: tuple[str, ...]) -> Reading | None:
    """The tree of a flat form without problems; `None`: it has to be looked at more carefully."""
    unflat = Unflat(quick=True, others=others)
    try:
        document = unflat.document(obj, spec)
    except TooMuch:
        return None
    if not document or any(problem.severity == "error" for problem in unflat.problems) or not all_identifiers(unflat.identifiers):
        return None
    tree = read_quickly(document, _LIMITS)
    return None if tree is None else _with_records(tree, unflat)


def _with_records(tree: Any, unflat: Unflat) -> Reading:
    """The tree with what only the API knows of its nodes."""
    known = [record for record in unflat.records if isinstance(record, dict)]
    if tree is not None and any(known):
        quick = {id(node) for node in unflat.records if isinstance(node, Element)}
        for node, record in zip(flat_nodes(tree, quick), known, strict=True):
            if record:  # most have none
                node.extras.record.update(record)
    return Reading(tree, unflat.problems, known[0] if known else {}, unflat.shows_specification)


def unstructure_element(node: Element, show: Show = _ALL, position: int | None = None) -> dict[str, Any]:
    """The JSON of an element that stands alone: its flat form, or else its content JSON. Raises `ModelError`."""
    spec = spec_of(type(node))
    if spec.flat is None:
        return content.unstructure(node)
    flat = show_flat(node, spec, show, (), position)
    others = flat.get(ATTRIBUTES)
    if others and not (node._form and node._form.fixed) and declarations_of(others) == [("xmlns", spec.namespace)]:  # that is no news
        others.pop("xmlns", None)
        if not others:
            del flat[ATTRIBUTES]
    return flat


def structure_element(obj: Any, cls: type[_E], *, strict: bool = False) -> _E:
    """The element of such JSON; `strict` holds it to the API's schema. Raises `DocumentError`."""
    spec = spec_of(cls)
    if spec.flat is None:
        return content.structure(obj, cls)
    reading = read_flat(obj, spec, strict=strict)
    raise_errors(issues_of(reading.problems, obj, None, None))
    form, given = reading.tree._form, obj.get(ATTRIBUTES) or {}
    if form is not None and form.fixed and "xmlns" not in given:  # it came without, and gets its place in some document
        supplied = NEW_ROOT.fixed if not declarations_of(given) else {"xmlns": spec.namespace}
        fixed = {name: text for name, text in form.fixed.items() if name not in (supplied or {})}
        reading.tree._form = Form((), form.prefix, fixed or None, form.lexical) if fixed or form.lexical or form.prefix else None
    tree: _E = reading.tree
    return tree


def _checked(document: dict[str, Any], unflat: Unflat) -> tuple[Any, list[Problem]]:
    """The tree, and the problems of what is not flat."""
    tree, fatal, problems, guesses = read_carefully(document, None, "api", False, _LIMITS)
    places = dict(unflat.moves)
    found = []
    for problem in (*fatal, *problems, *guesses):
        place = problem.place
        assert isinstance(place, Place)
        path = (*place.path, *(place.attributes.get(problem.attribute, ()) if problem.attribute is not None else ()))
        known = len(path)
        while known and path[:known] not in places:
            known -= 1
        if problem.code in _CHECKED and place.path in unflat.elements:
            continue
        if problem.code == "namespace" and place.path in unflat.elements and any(known.path == (*places[place.path], NAME) for known in unflat.problems):
            continue
        severity = "warning" if any(problem is guess for guess in guesses) else "error"
        recovered = unflat.recover and any(problem is one for one in problems)
        found.append(Problem((*places.get(path[:known], ()), *path[known:]), problem.code, problem.message, severity, recovered))
    return tree, found


def issues_of(problems: Iterable[Problem], body: Any, text: str | bytes | None, name: str | None) -> list[Issue]:
    """Problems as issues, in the order of the body."""
    known = sorted(dict.fromkeys(problems), key=lambda problem: _place_in(body, problem.path))
    found = locate(text, [problem.path for problem in known]) if text is not None and known else {}
    issues = []
    for problem in known:
        line, column = found.get(problem.path, (None, None))
        issues.append(
            Issue(code=problem.code, message=problem.message, severity=problem.severity, path=shown_path(problem.path), line=line, column=column, source=name)
        )
    return issues


def raise_errors(issues: list[Issue], problems: Iterable[Problem] = ()) -> None:
    """Raise `DocumentError` if there are errors among issues; not for `problems` that are all recovered from."""
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors and not (problems and all(problem.recovered or problem.severity != "error" for problem in problems)):
        raise DocumentError(errors)


def _place_in(value: Any, path: Path) -> tuple[int, ...]:
    """Where a path leads in a value, as something to sort by; what is missing comes last."""
    place = []
    for step in path:
        if isinstance(value, dict) and step in value:
            place.append(list(value).index(step))
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            place.append(step)
            value = value[step]
        else:
            place.append(len(value) if isinstance(value, (dict, list)) else 0)
            break
    return tuple(place)
