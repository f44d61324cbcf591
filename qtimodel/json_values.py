"""JSON as Python objects: which values are JSON, and how deep they may be. One rule for stores, records, bodies and requests.

Strategy: values are copied without recursion, so that a value of any depth gets the same answer, however deep the stack of the caller is. What JSON
text would make into something else, such as a tuple, is refused too: what is written must be what is read.
"""

from __future__ import annotations

from math import isfinite
from reprlib import repr as short_repr
from typing import Any

from .errors import ModelError
from .json_text import Path, show

__all__ = ["LEVELS", "WITHIN", "NotJson", "copied", "is_whole", "json_copy"]

LEVELS = 200  # of a value that is stored: Python can always follow so far, and the caller may have a deep stack already
WITHIN = 190  # of one value in it, so that what a body may hold can always be stored
BITS = 2_000  # of an integer: 603 digits, which every Python reads, however it is configured


class NotJson(ValueError):
    """A value that is not JSON: the path to it, and what was expected."""

    def __init__(self, path: Path, message: str) -> None:
        self.path, self.message = path, message
        super().__init__(path, message)


def json_copy(value: Any, path: Path = (), levels: int = LEVELS) -> Any:
    """A deep copy of a JSON value, of at most `levels` of objects and arrays. Raises `ModelError` with the path of what is not JSON.

    >>> json_copy({"grades": [5, 6.5, None]})
    {'grades': [5, 6.5, None]}
    >>> json_copy({"grades": (5, 6)})
    Traceback (most recent call last):
    qtimodel.errors.ModelError: $['grades']: expected JSON, found (5, 6) of type tuple
    """
    try:
        return copied(value, path, levels)
    except NotJson as error:
        raise ModelError(error.message, path=show(error.path)) from None


def copied(value: Any, path: Path = (), levels: int = LEVELS) -> Any:
    """As `json_copy`, for callers who report problems themselves. Raises `NotJson`."""
    kind = type(value)
    if kind is not dict and kind is not list:
        return _leaf(value, path)
    result: Any = {} if kind is dict else []
    waiting: list[tuple[Any, Any, Path]] = [(value, result, path)]
    deepest = len(path) + levels
    while waiting:
        source, copy, place = waiting.pop()
        if len(place) >= deepest:
            raise NotJson(place, f"expected at most {levels} levels of objects and arrays; nest less")
        if type(source) is list:
            steps: Any = enumerate(source)
            copy += source
        else:
            steps = source.items()
        for step, part in steps:
            if copy.__class__ is dict and (type(step) is not str or not is_whole(step)):
                message = f"expected keys that are texts of whole characters, found {short_repr(step):.40}"
                raise NotJson(place, message)
            kind = type(part)
            if kind is dict or kind is list:
                below: Any = {} if kind is dict else []
                copy[step] = below
                waiting.append((part, below, (*place, step)))
            else:
                copy[step] = _leaf(part, place, step)
    return result


def is_whole(text: str) -> bool:
    """Whether a text has no halves of surrogate pairs, which cannot be written."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _leaf(value: Any, path: Path, *step: str | int) -> Any:
    """A value that is neither an object nor an array."""
    kind = type(value)
    if (
        value is None
        or kind is bool
        or (kind is str and is_whole(value))
        or (kind is int and value.bit_length() <= BITS)
        or (kind is float and isfinite(value))
    ):
        return value
    if kind is str:
        message = "found half of a surrogate pair; expected whole characters"
    elif kind is int:
        bits = value.bit_length()
        message = f"found an integer of {bits:,} bits; expected at most {BITS:,}; write it as a string"
    else:
        message = f"expected JSON, found {short_repr(value):.40} of type {kind.__name__}"
    raise NotJson((*path, *step), message)
