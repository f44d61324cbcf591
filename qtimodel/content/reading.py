"""Objects to a tree: the quick way if it will do, otherwise the careful one, and what the latter found as issues."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from .. import json_text, stack
from ..arguments import check_class
from ..brief import brief
from ..collector import paused
from ..errors import DocumentError, Issue, QtiWarning
from ..nodes import Element, Markup
from ..stack import on_deep_stack
from ..xml import Limits, Recovered, wrong_root
from ..xml.reader import Careless, Problem, Reader, TooMuch
from ..xml.source import check_limits
from .careful import Careful
from .feed import feed
from .rules import READABLE
from .taken import Place

__all__ = ["known_dialect", "read_carefully", "read_document", "read_quickly"]


def known_dialect(dialect: str, dialects: Iterable[str]) -> str:
    """The dialect. Raises `ValueError` if there is none of that name."""
    known = ["api", *dialects]
    if not isinstance(dialect, str) or dialect not in known:
        raise ValueError(f"the dialect {brief(dialect)} is not known; expected one of {', '.join(dict.fromkeys(known))}")
    return dialect


def read_document(
    obj: object, cls: type[Any] | None, dialect: str | None, strict: bool, recover: bool, limits: Limits, name: str | None, text: str | bytes | None
) -> Any:
    """What `structure` and `loads` give; `text` is what `obj` was read from. Raises `DocumentError`."""
    check_class("cls", cls, (Element, Markup))
    check_limits(limits)
    known_dialect("api" if dialect is None else dialect, READABLE)
    with paused():
        if not strict and dialect in (None, "api"):
            tree = read_quickly(obj, limits, known=dialect is not None)
            if tree is not None and (cls is None or isinstance(tree, cls)):
                return Recovered(tree, []) if recover else tree
        tree, fatal, problems, guesses = read_carefully(obj, cls, dialect, strict, limits)
    issues = _issues([*fatal, *problems, *guesses], name, text, {id(guess) for guess in guesses} if not strict else set())
    if tree is None or fatal or ((problems or (strict and guesses)) and not recover):
        raise DocumentError(issue for issue in issues if issue.severity == "error")
    if recover:
        return Recovered(tree, issues)
    if issues:
        more = f" (and {len(issues) - 1} more places)" if len(issues) > 1 else ""
        warnings.warn(f"{issues[0]}{more}", QtiWarning, stacklevel=3)
    return tree


def read_quickly(obj: object, limits: Limits, *, known: bool = True) -> Element | Markup | None:
    """The tree of clean JSON of the dialect `api`; `None`: it has to be looked at more carefully. `known`: nobody has to guess the dialect."""
    reader = Reader(limits)
    try:
        feed(obj, reader, known=known)
        tree = reader.close()
        return None if reader.problems else tree
    except (Careless, TooMuch):
        return None
    finally:
        reader.release()


@on_deep_stack
def read_carefully(
    obj: object, cls: type[Any] | None, dialect: str | None, strict: bool, limits: Limits
) -> tuple[Element | Markup | None, list[Problem], list[Problem], list[Problem]]:
    """The tree, what cannot be content JSON, what the tree cannot hold, and what was guessed."""
    reader = Reader(limits, careful=True)
    teller = Careful(reader, dialect, strict=strict)
    problems, tree = reader.problems, None
    try:
        teller.document(obj)
        if reader.root is not None:
            tree = reader.close()
            if cls is not None and not isinstance(tree, cls):
                teller.problems.append(Problem("root", wrong_root(tree, cls), reader.root_place))
    except TooMuch as stop:
        teller.problems += stop.args
    except RecursionError:
        if not stack.is_deep():
            raise
        teller.problems.append(Problem("depth", "the document is deeper than Python can follow from here", teller.place()))
    finally:
        reader.release()
    return tree, teller.problems, problems, teller.guesses


def _issues(problems: list[Problem], name: str | None, text: str | bytes | None, warned: set[int]) -> list[Issue]:
    """Issues with their JSON paths and, where there is text, lines and columns; in document order."""
    paths = []
    problems = sorted(problems, key=lambda problem: problem.place.number)
    for problem in problems:
        place = problem.place
        assert isinstance(place, Place)
        paths.append(place.attributes.get(problem.attribute, ()) if problem.attribute is not None else ())
        paths[-1] = (*place.path, *paths[-1])
    found = json_text.locate(text, paths) if text is not None and paths else {}
    issues = []
    for problem, path in zip(problems, paths, strict=True):
        line, column = found.get(path, (None, None))
        severity = "warning" if id(problem) in warned else "error"
        issues.append(Issue(code=problem.code, message=problem.message, severity=severity, path=json_text.show(path), line=line, column=column, source=name))
    return sorted(issues, key=lambda issue: (issue.line or 0, issue.column or 0))
