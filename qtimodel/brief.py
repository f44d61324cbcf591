"""The text of a value for debuggers, logs and messages: linear in what it shows, bounded, and never an error of its own.

Strategy: a stack of what remains to be written instead of recursion, so that neither depth nor size matters; writing ends where
the text is long enough. Long lists are shortened, so that the end of a value is seen too.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

__all__ = ["Shown", "brief", "represent"]

MOST = 50  # items of a list
LONGEST = 10_000  # characters of a `repr`
SHORT = 200  # characters in a message


class Shown:
    """Base of what names its own parts for `represent`."""

    __slots__ = ()

    def _shown(self) -> list[tuple[str, Any]]:
        """Names and values of the parts that differ from their defaults."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return represent(self, LONGEST)


def brief(value: object, longest: int = SHORT) -> str:
    """`repr` for a message.

    >>> brief("a"), brief(["a" * 50] * 100, 40)
    ("'a'", "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...")
    """
    return represent(value, longest)


def represent(value: object, longest: int) -> str:
    """`repr`, cut at so many characters. A node or list that contains itself ends there too."""
    written: list[str] = []
    length = 0
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if item.__class__ is not _Text:
            pieces = _pieces(item, longest)
            if len(pieces) > 1:
                waiting += reversed(pieces)
                continue
            item = pieces[0]
        written.append(item)
        length += len(item)
        if length > longest:
            return "".join(written)[: max(longest - 3, 0)] + "..."
    return "".join(written)


class _Text(str):
    """Text that is written as it is."""

    __slots__ = ()


def _pieces(value: Any, longest: int) -> list[Any]:
    """The text of a value, or its texts and parts."""
    cls = value.__class__
    if isinstance(value, Shown) and cls.__repr__ is Shown.__repr__:
        parts = [(f"{name}=", part) for name, part in value._shown()]
        return _joined(f"{cls.__name__}(", parts, 0, ")")
    if cls is list or (cls is tuple and len(value) > 1):
        begin, end = "[]" if cls is list else "()"
        return _joined(begin, [("", item) for item in value[:MOST]], len(value) - MOST, end)
    if cls is dict:
        keyed = [(f"{represent(key, longest)}: ", item) for key, item in islice(value.items(), MOST)]
        return _joined("{", keyed, len(value) - MOST, "}")
    if cls in (str, bytes, bytearray):
        value = value[: longest + 1]  # the quote at the end is cut, too
    try:
        return [_Text(repr(value))]
    except Exception:  # a number with too many digits, an object without attributes, a structure too deep
        return [_Text(f"<{cls.__name__}>")]


def _joined(begin: str, parts: list[tuple[str, Any]], more: int, end: str) -> list[Any]:
    pieces: list[Any] = [_Text(begin)]
    for number, (name, part) in enumerate(parts):
        pieces += [_Text(f", {name}" if number else name), part]
    return [*pieces, _Text(f", ... {more} more{end}" if more > 0 else end)]
