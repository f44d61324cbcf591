"""Checks of arguments, for the functions that users call: what was given, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable

from .brief import brief

__all__ = ["check_choice", "check_class", "check_indent", "check_kind", "check_text"]

MOST = 1_000  # spaces a level


def check_kind(name: str, value: object, kinds: type | tuple[type, ...], expected: str) -> None:
    """Refuse what is of no such class. Raises `TypeError`."""
    if not isinstance(value, kinds):
        raise TypeError(f"`{name}` is {brief(value)}; expected {expected}")


def check_text(name: str, value: object) -> None:
    """Refuse what is no document. Raises `TypeError`."""
    check_kind(name, value, (str, bytes), "the text of a document, str or bytes; to read a file, use `load`")


def check_class(name: str, value: object, base: type | tuple[type, ...]) -> None:
    """Refuse what is neither `None` nor a class of nodes. Raises `TypeError`."""
    if value is not None and not (isinstance(value, type) and issubclass(value, base)):
        raise TypeError(f"`{name}` is {brief(value)}; expected a class of elements, `Markup`, or None")


def check_indent(value: object) -> None:
    """Refuse what is no indentation. Raises `TypeError` and `ValueError`."""
    if isinstance(value, str):
        if value.strip(" \t"):
            raise ValueError(f"`indent` is {brief(value)}; expected a number of spaces, or a string of spaces and tabs")
    elif value is not None:
        check_kind("indent", value, int, "a number of spaces, a string of spaces and tabs, or None")
        if not 0 <= value <= MOST:  # type: ignore[operator]
            raise ValueError(f"`indent` is {brief(value)}; expected at least 0 and at most {MOST:,} spaces")


def check_choice(name: str, value: object, choices: Iterable[object]) -> None:
    """Refuse what is none of some values. Raises `ValueError`."""
    known = list(choices)
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in known):
        raise ValueError(f"the {name} {brief(value)} is not known; expected one of {', '.join(map(repr, known))}")
