"""Keeping Python's cyclic garbage collector out of the way while a tree is built.

Building makes containers only, so every collection in between walks a growing tree and finds nothing: a third of the time of
reading. So the collector pauses, and afterwards what was built is handed to its oldest generation as it is, without the walk that
would otherwise follow at once. Several threads may read at the same time: the first one in stops the collector, the last one out
starts it again. A program that had stopped it itself keeps it stopped, and objects that it froze stay frozen.
"""

from __future__ import annotations

import gc
import threading

__all__ = ["paused"]

MANY = 2_000  # below this, one young collection is cheaper than it is worth to think about

_lock = threading.Lock()
_readers = 0
_was_enabled = False


class paused:  # noqa: N801 - used as a function; a generator would cost a small document a microsecond
    """No automatic garbage collection inside. Reference counting goes on as ever."""

    __slots__ = ()

    def __enter__(self) -> None:
        global _readers, _was_enabled
        with _lock:
            if _readers == 0:
                _was_enabled = gc.isenabled()
                gc.disable()
            _readers += 1

    def __exit__(self, *_: object) -> None:
        global _readers
        with _lock:
            _readers -= 1
            if _readers == 0 and _was_enabled:
                if gc.get_count()[0] > MANY and not gc.get_freeze_count():
                    gc.freeze()  # everything into the permanent generation ...
                    gc.unfreeze()  # ... and from there into the oldest: two moves of a list, no walk
                gc.enable()
