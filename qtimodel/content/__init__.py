"""Content JSON: the JSON of a QTI document in which attributes stand under `_attributes`.

    obj = content.unstructure(tree)     # Python objects, as json.loads gives them
    tree = content.structure(obj)       # any dialect
    text = content.dumps(tree)
    tree = content.loads(text)

The dialect `api` loses nothing: for every document `d`, `content.structure(content.unstructure(xml.loads(d))) == xml.loads(d)`. The other
dialects are what widespread tools make of XML; `content.losses` says what each of them cannot carry.

Strategy: `codec` makes objects of a tree and `text` the same as text, quickly; `feed` tells JSON to the reader of XML, quickly, and `careful`
does it for every dialect, with paths for what is wrong. `dialects` writes what the tools of others write.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar, overload

from ..collector import paused
from ..errors import DocumentError, Issue, ModelError
from ..files import Source, Target, read, source_name, write
from ..nodes import Element, Markup
from ..xml import Limits, Recovered
from ..xml.reader import Careless, Reader, TooMuch
from .feed import feed
from .text import dumps as text_of

__all__ = ["dump", "dumps", "load", "loads", "structure", "unstructure"]

_T = TypeVar("_T", bound=Element)
_DEFAULT = Limits()


def unstructure(tree: Element | Markup, dialect: str = "api", *, strict: bool = False) -> dict[str, Any]:
    """The objects of a tree."""
    with paused():
        result: dict[str, Any] = json.loads(text_of(tree))
    return result


def structure(obj: Any, cls: type[Any] | None = None, *, dialect: str | None = None, recover: bool = False, strict: bool = False) -> Any:
    """The tree of objects."""
    with paused():
        reader = Reader(_DEFAULT)
        try:
            feed(obj, reader)
            return reader.close()
        finally:
            reader.release()
