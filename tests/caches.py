"""What the process remembers of documents, and how to forget it: the first answer is compared with later ones."""

from __future__ import annotations

from functools import _lru_cache_wrapper
from typing import Any

from qtimodel import datatypes
from qtimodel.api import quick
from qtimodel.content import feed, names, plain
from qtimodel.content import text as content_text
from qtimodel.memory import Memory
from qtimodel.xml import infoset, shapes, tables, tags, writer

__all__ = ["WARM", "forget"]

WARM = max(shapes.HOT, tags.HOT) + 2  # times that something is done until all of it is compiled

_MODULES = (quick, feed, names, plain, content_text, infoset, writer)


def forget() -> None:
    """Nothing was ever read, written or compiled."""
    tables._shared = tables.Tables()
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, Memory):
                value.clear()
            elif isinstance(value, _lru_cache_wrapper):
                value.cache_clear()
    for writers in (writer.writers, content_text.writers):
        writers.clear()
    plain._plains.clear()
    for scalar in vars(datatypes).values():
        remembered: Any = getattr(scalar, "remembered", None)
        if remembered is not None and not isinstance(scalar, type):
            remembered.cache_clear()
