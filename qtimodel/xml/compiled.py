"""Generated functions: with their source where tracebacks and debuggers find it, and in tables that make them when they are needed."""

from __future__ import annotations

import linecache
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from ..nodes import Element
from ..spec import Field
from .infoset import Wrong, expected_children

__all__ = ["FieldWriters", "Writers", "compile_function"]

_SOURCES = 2_000_000  # characters kept for tracebacks: documents with ever new shapes must not fill the memory
_sources: deque[tuple[str, int]] = deque()
_kept = 0
_lock = Lock()


def compile_function(source: str, name: str, title: str, scope: dict[str, Any]) -> Callable[..., Any]:
    """Compile `source`, which defines `name`, with the names of `scope`."""
    filename = f"<qtimodel {title} {hash(source) & 0xFFFFFFFF:08x}>"
    _keep_source(filename, source)
    exec(compile(source, filename, "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function


def _keep_source(filename: str, source: str) -> None:
    global _kept
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    with _lock:
        _sources.append((filename, len(source)))
        _kept += len(source)
        while _kept > _SOURCES:
            old, size = _sources.popleft()
            _kept -= size
            linecache.cache.pop(old, None)


class Writers(dict[type, Callable[..., None]]):
    """How to write each class. `make`, which is set later, gives the writer of a class that is met for the first time."""

    make: Callable[[type[Element]], Callable[..., None]]

    def __missing__(self, cls: type) -> Callable[..., None]:
        if not issubclass(cls, Element):
            raise Wrong(None, None, f"expected an element, found {cls.__name__}")
        writer = self[cls] = self.make(cls)
        return writer


class FieldWriters(dict[type, Callable[..., None]]):
    """The writers of the classes that a field may hold. For others it raises `Wrong`; the compiled function adds its node."""

    def __init__(self, field: Field, writers: Writers) -> None:
        super().__init__()
        self.field, self.writers = field, writers

    def __missing__(self, cls: type) -> Callable[..., None]:
        if not self.field.takes[cls]:
            raise Wrong(None, self.field.name, f"expected {expected_children(self.field)}, found {cls.__name__}")
        writer = self.writers[cls]
        if writer.__name__ == "write_compiled":  # others are still counting
            self[cls] = writer
        return writer
