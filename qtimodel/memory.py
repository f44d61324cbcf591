"""What the process remembers of documents: few entries and short ones, whatever the documents are.

Strategy: a memory that documents fill has one rule. What is long is not kept: a name of a megabyte would stay for as long as the process.
When a memory is full it is emptied, so that hostile documents cannot keep the names of honest ones out for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any, TypeVar

__all__ = ["LONGEST", "Memory", "is_short", "remembered"]

LONGEST = 4_096  # characters of what is kept under one key
_K = TypeVar("_K")
_V = TypeVar("_V")
_R = TypeVar("_R")


def is_short(texts: Iterable[str], more: int = 0) -> bool:
    """Whether texts are short enough to be kept, with so many characters more.

    >>> is_short(["a", "b"]), is_short(["a"], 10_000)
    (True, False)
    """
    return more + sum(map(len, texts)) <= LONGEST


class Memory(dict[_K, _V]):
    """A dict that `keep` fills, with at most `most` entries.

    >>> memory = Memory(2)
    >>> for name in ("a", "b", "c", "d" * 10_000):
    ...     _ = memory.keep(name, True, [name])
    >>> memory
    {'c': True}
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: _K, value: _V, texts: Iterable[str], more: int = 0) -> _V:
        """The value, kept under the key if `texts`, which are what is in both, are short."""
        if is_short(texts, more):
            if len(self) >= self.most:
                self.clear()
            self[key] = value
        return value


def remembered(most: int) -> Callable[[Callable[..., _R]], Callable[..., _R]]:
    """An `lru_cache` of a function whose first argument is a text: for long texts the function is called."""

    def decorate(function: Callable[..., _R]) -> Callable[..., _R]:
        cached = lru_cache(most)(function)

        @wraps(function)
        def short_or_not(text: str, *others: Any) -> _R:
            return cached(text, *others) if len(text) <= LONGEST else function(text, *others)

        return short_or_not

    return decorate
