"""The tests that were opened last: who changes a test reads it again to see that it can be read, and most often changes it once more.

Strategy: what was read is known by all that the store had, to the character, so that a change by anybody else is seen. Trees that were opened are
never changed in place, and answers share nothing with them.
"""

from __future__ import annotations

import marshal
import os
import threading
from collections import OrderedDict
from typing import Any, TypeAlias

from ..body import open_kept
from ..record import RAW_XML
from ..stored import Kept, kept_xml

__all__ = ["Opened"]

MOST = 8  # tests
CHARACTERS = 40_000_000  # characters of all of them: two very large tests, or eight of any usual size

_Key: TypeAlias = tuple[str, bytes]


class Opened:
    """Opens what a store holds, and remembers a few of the results."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, Kept] = OrderedDict()
        self._locks: dict[int, threading.Lock] = {}  # by process, as a forked one must not wait for threads that it does not have

    def open(self, stored: Any, identifier: str | None = None) -> Kept:
        """As `open_kept`. Raises `DocumentError`."""
        key = _key(stored)
        if key is None:
            return open_kept(stored, identifier)
        with self._locks.setdefault(os.getpid(), threading.Lock()):
            if (kept := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return kept
        kept = open_kept(stored, identifier)
        with self._locks.setdefault(os.getpid(), threading.Lock()):
            self._known[key] = kept
            self._known.move_to_end(key)
            size = sum(len(xml) + len(rest) for xml, rest in self._known)
            while self._known and (len(self._known) > MOST or size > CHARACTERS):
                (xml, rest), _ = self._known.popitem(last=False)
                size -= len(xml) + len(rest)
        return kept


def _key(stored: Any) -> _Key | None:
    """All that was stored, exactly; `None`: it is nothing that we have written.

    Not as JSON text, where a tuple is an array and 1 as a key is "1": whether these are refused must not depend on what was read before. Version 0 does
    not depend on which texts are shared.
    """
    xml = kept_xml(stored)
    if xml is None:
        return None
    try:
        return xml, marshal.dumps({key: value for key, value in stored.items() if key != RAW_XML}, 0)
    except (TypeError, ValueError, RecursionError):  # somebody else has written it; what is wrong is found when it is read
        return None
