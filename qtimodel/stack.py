"""More stack than Python gives one thread, for functions that go down a tree by recursion.

Documents may be deeper than a caller's stack allows. A function with `@on_deep_stack` is called as it is; if the stack ends,
it is called again in another thread, and the recursive functions below hand over to further threads before a stack ends:

    if stack.deep and stack.is_long():
        return stack.elsewhere(write, node, out)

The result does not depend on who calls: the same functions do the work, and a limit of depth is a limit of the document.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["deep", "elsewhere", "is_deep", "is_long", "on_deep_stack"]

LONG = 300  # frames; Python's limit is 1,000, and calls of C count too
MOST = 60  # threads one below the other, so that what contains itself comes to an end

deep = 0
"""How many calls need deep stacks at present. Functions ask `is_long` only if there are any."""

_lock = threading.Lock()
_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Depth(threading.local):
    threads = 0  # 0: not below `on_deep_stack`


_depth = _Depth()


def on_deep_stack(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Decorate an entry. It may be called twice, so it must not have changed anything when it ends with `RecursionError`.

    Raises `RecursionError` if the deep stack ends too, which means that something contains itself.
    """

    @wraps(function)
    def call(*args: _P.args, **options: _P.kwargs) -> _T:
        global deep
        if _depth.threads:
            return function(*args, **options)
        try:
            return function(*args, **options)
        except RecursionError:
            pass
        with _lock:
            deep += 1
        try:
            return elsewhere(function, *args, **options)
        finally:
            with _lock:
                deep -= 1

    return call


def is_deep() -> bool:
    """Whether this call has a deep stack, so that a `RecursionError` is final."""
    return _depth.threads > 0


def is_long() -> bool:
    """Whether the stack of this thread is so long that the next level belongs on another one."""
    if not _depth.threads:
        return False
    try:
        sys._getframe(LONG)
    except ValueError:
        return False
    return True


def elsewhere(function: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
    """The result of a function that runs in a thread of its own while this one waits."""
    results: list[_T] = []
    errors: list[BaseException] = []
    level = _depth.threads + 1
    if level > MOST:
        raise RecursionError("deeper than any document may be")

    def run() -> None:
        _depth.threads = level
        try:
            results.append(function(*args, **options))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors.pop()
    return results.pop()
