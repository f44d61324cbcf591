"""Turn generated source into functions, with the source where tracebacks and debuggers find it."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

__all__ = ["compile_function"]


def compile_function(source: str, name: str, title: str, scope: dict[str, Any]) -> Callable[..., Any]:
    """Compile `source`, which defines `name`, with the names of `scope`."""
    filename = f"<qtimodel {title} {hash(source) & 0xFFFFFFFF:08x}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function
