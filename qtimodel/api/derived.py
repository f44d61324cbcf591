"""What the `content` of a body says against a tree: it derives from the same test, in a dialect that may not hold all of it.

Strategy: dialects of content JSON lose comments, the order of unlike siblings and of text among elements, and white space; so two trees are compared by
what all of them keep. Where there is no XML, content may hold more than the flat form, and then the test is taken from it; what its dialect does not say
(order, comments, mixed text, how a number was written) still comes from the flat form.
"""

from __future__ import annotations

from typing import Any

import attrs

from .. import content
from ..content.names import ORDER
from ..errors import DocumentError, Issue
from ..json_text import Path
from ..model import AssessmentTest
from ..nodes import Element, Markup
from ..spec import Spec, spec_of
from ..walking import children
from .agree import Agreement, agrees
from .record import CONTENT
from .unflat import Problem

__all__ = ["check_content", "richer_content"]

PROBLEMS = 100  # of what would be lost; more help nobody


def check_content(given: Any, tree: AssessmentTest) -> list[Problem]:
    """What content says that the test does not. It is derived, so it decides nothing."""
    known = content.unstructure(tree)
    if _same(given, known):
        return []
    try:
        found, issues = content.structure(given, recover=True)
    except DocumentError as error:
        return [_unread(error)]
    if found == tree or (agrees(found, tree, numbers=_has_numbers(issues)) and not _has_order(given)):
        return []
    return [Problem((CONTENT,), "content", f"`{CONTENT}` is not the content of the test; it is derived, so nothing was taken from it", "warning")]


def richer_content(given: Any, obj: dict[str, Any], flat: AssessmentTest, *, strict: bool) -> tuple[AssessmentTest | None, Agreement, list[Problem]]:
    """The test that content holds, if it says more than the flat form `obj`, which was read as `flat`, and nothing else; and what is wrong.

    What would be lost, because content says more and something else too, is an error. With `strict`, so is a guess.
    """
    agreement = Agreement(CONTENT)
    guess = "error" if strict else "warning"
    try:
        found, issues = content.structure(given, recover=True)
    except DocumentError as error:
        return None, agreement, [attrs.evolve(_unread(error), severity=guess)]
    if not isinstance(found, AssessmentTest):
        message = f"`{CONTENT}` is not the content of the test; it is derived, so nothing was taken from it"
        return None, agreement, [Problem((CONTENT,), "content", message, "warning")]
    exact = not issues and _has_order(given)
    if found == flat or (agrees(found, flat, numbers=_has_numbers(issues)) and not exact):
        return None, agreement, []
    more = _more(flat, found, ())
    agreement.ordered, agreement.numbers = not issues, _has_numbers(issues)
    agreement.compare(obj, flat, found)
    if not agreement.problems and not more and not exact:
        return None, agreement, []
    if not agreement.problems:
        return found, agreement, [_guessed(issue, guess) for issue in issues]
    if not more:
        message = f"`{CONTENT}` is not the content of the test, and the flat form says all that it does; nothing was taken from it"
        return None, agreement, [Problem((CONTENT,), "content", message, "warning")]
    lost = "is in `content` and not in the flat form, and cannot be taken from there, as the two disagree elsewhere: add it here, or remove `content`"
    problems = [Problem(path, "content", f"`{path[-1]}` {lost}") for path in more[:PROBLEMS]]
    return None, agreement, [*problems, *agreement.problems[:PROBLEMS]]


def _unread(error: DocumentError) -> Problem:
    return Problem((CONTENT,), "content", f"`{CONTENT}` cannot be read, and nothing was taken from it: {error.issues[0]}", "warning")


def _guessed(issue: Issue, severity: str) -> Problem:
    return Problem((CONTENT,), issue.code, f"in `{CONTENT}`, which says more than the flat form, {issue}", severity)


def _has_numbers(issues: list[Issue]) -> bool:
    """Whether a tool made numbers of texts: then `1.50` was read as `1.5`."""
    return any(issue.code == "number" for issue in issues)


def _same(given: Any, known: Any) -> bool:
    try:
        return bool(given == known)
    except RecursionError:
        return False


def _has_order(given: Any) -> bool:
    """Whether JSON says the order of children: then its dialect loses nothing."""
    waiting = [given]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if ORDER in value:
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False


def _more(flat: Element, other: Element, path: Path) -> list[Path]:
    """The paths of what another tree has and that of the flat form lacks."""
    spec, found = spec_of(type(flat)), []
    for field in spec.attributes:
        key = field.flat_name
        default = spec.flat.shown.get(key) if spec.flat is not None else None
        if getattr(flat, field.name) is None and default is None and getattr(other, field.name) is not None:
            found.append((*path, key))
    for name, (_, child) in ((name, known) for (_, name), known in spec.child_by_name.items()):
        ours, theirs = _of(flat, child), _of(other, child)
        if len(theirs) > len(ours):
            found.append((*path, name, *([len(ours)] if ours else [])))
        for index, (one, two) in enumerate(zip(ours, theirs, strict=False)):
            if child is not None and child.flat is not None:
                found += _more(one, two, (*path, name, index))
    if len(_markup(other)) > len(_markup(flat)):
        found.append((*path, _markup(other)[len(_markup(flat))].name))
    extras = other._extras.attributes if other._extras is not None else {}
    ours_extra = flat._extras.attributes if flat._extras is not None else {}
    found += [(*path, name) for name in extras if name not in ours_extra]
    return found


def _of(node: Element, spec: Spec | None) -> list[Any]:
    return [child for child in children(node) if spec is not None and child.__class__ is spec.cls]


def _markup(node: Element) -> list[Markup]:
    return [child for child in children(node) if isinstance(child, Markup)]
