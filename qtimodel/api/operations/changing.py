"""How a test in a store is changed: all of it, or nothing.

Strategy: under the store's lock, on the version that was expected, with one assignment to the store at the end; and what is to be kept is read first, so that
nothing is accepted that cannot be read, and the answer is what the next `get` gives.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import attrs

from ... import xml
from ...brief import brief
from ...content.taken import shown
from ...errors import ApiError, DocumentError, ModelError, StoreError
from ...model import AssessmentTest
from ...nodes import Element
from ..body import put_back
from ..record import FIRST, AssessmentTestRecord
from ..stored import Kept
from ..stores import MemoryStore, json_object
from ..writing import response_of, stored_of
from .opened import Opened
from .requests import INVALID

__all__ = ["Changes", "named", "no_test", "refusing"]

JSON = dict[str, Any]
INVALID_STATUS, CONFLICT = 400, 409


class Changes:
    """A store, and what is done with one test in it."""

    def __init__(self, store: MutableMapping[str, JSON] | None, clock: Callable[[], datetime], strict: bool) -> None:
        self.store: MutableMapping[str, JSON] = MemoryStore() if store is None else store
        self._clock, self._strict = clock, strict
        self._locks: dict[int, threading.RLock] = {}  # by process, as a forked one must not wait for threads that it does not have
        self._opened = Opened()

    def _locked(self, identifier: str) -> AbstractContextManager[Any]:
        """Nobody else changes this test inside."""
        if not isinstance(identifier, str):
            raise no_test(identifier)
        locked = getattr(self.store, "locked", None)
        return locked(identifier) if locked is not None else self._locks.setdefault(os.getpid(), threading.RLock())

    def _stored(self, identifier: str) -> JSON:
        """What the store has for a test."""
        if not isinstance(identifier, str):
            raise no_test(identifier)
        try:
            return self.store[identifier]
        except KeyError:
            raise no_test(identifier) from None

    def _open(self, identifier: str) -> Kept:
        """The test as it is kept."""
        kept = self._stored(identifier)
        try:
            return self._opened.open(kept, identifier)
        except (DocumentError, RecursionError) as problem:
            raise StoreError(f"what the store holds is no test: {problem}") from problem

    def _instead(self, identifier: str) -> str:
        """What to do where an identifier is taken."""
        try:
            self._open(identifier)
        except (StoreError, ModelError):
            return "what the store holds there cannot be read; delete it first, or choose another identifier"
        return "choose another identifier, or replace that test"

    def _keep(self, identifier: str, kept: Kept, answer: Callable[[Kept], JSON]) -> JSON:
        """Put a test into the store, and answer what reading it again gives: so what cannot be read again, within the same limits, is refused.

        A store shares nothing with anybody, and holds JSON only: our own stores see to that themselves.
        """
        stored = json_object(stored_of(kept))
        result = answer(self._opened.open(stored))
        self.store[identifier] = stored
        return result

    def _expect(self, kept: Kept, version: int | None) -> None:
        """Refuse to change another version."""
        known = kept.record.version or 0
        if version is not None and version != known:
            raise ApiError(409, "Version conflict", f"version {brief(version)} was to be changed, but the test has version {known} now: get it, and try again")

    def _change(
        self,
        identifier: str,
        change: Callable[[Kept], AssessmentTestRecord],
        what: type[Element],
        version: int | None,
        answer: Callable[[Kept], JSON],
        raw_xml: str | None = None,
    ) -> JSON:
        """Change a test: all of it, or nothing. What the data model, the limits or the store forbid is refused as wrong data of `what`."""
        with self._locked(identifier), refusing(what):
            kept = self._open(identifier)
            self._expect(kept, version)
            record = change(kept)
            record = attrs.evolve(record, version=(kept.record.version or 0) + 1, updated_at=self._clock(), given=None)
            changed = Kept.of(record, xml.patch_trusted(kept.raw_xml, kept.test, record.test) if raw_xml is None else raw_xml)
            return self._keep(identifier, changed, answer)

    def _edit_kept(
        self, identifier: str, edit: Callable[[Kept], AssessmentTest], what: type[Element], version: int | None, answer: Callable[[Kept], JSON]
    ) -> JSON:
        return self._change(identifier, lambda kept: attrs.evolve(kept.record, test=edit(kept)), what, version, answer)

    def _edit(
        self,
        identifier: str,
        edit: Callable[[AssessmentTest], AssessmentTest],
        what: type[Element],
        version: int | None,
        answer: Callable[[Kept], JSON],
    ) -> JSON:
        return self._edit_kept(identifier, lambda kept: edit(kept.test), what, version, answer)

    def _put_back(self, identifier: str, body: Any, version: int | None, error: ApiError) -> JSON:
        """A body that was refused, but says of the tree what `get` answers: a test with wrong values in it can be put back. Raises the error otherwise."""

        def change(kept: Kept) -> AssessmentTestRecord:
            record = put_back(body, kept, response_of(kept))
            if record is None:
                raise error
            self._expect(kept, record.version)
            known = {FIRST: kept.record.other[FIRST]} if FIRST in kept.record.other else {}
            return attrs.evolve(record, other={**record.other, **known}, created_at=kept.record.created_at)

        return self._again(identifier, change, AssessmentTest, version, response_of, body, error)

    def _unchanged(self, identifier: str, body: Any, old: Callable[[Kept], JSON], what: type[Element], version: int | None, error: ApiError) -> JSON:
        """The same for the body of an element that is what was answered before."""

        def change(kept: Kept) -> AssessmentTestRecord:
            if body != old(kept):
                raise error
            return kept.record

        return self._again(identifier, change, what, version, old, body, error)

    def _again(
        self,
        identifier: str,
        change: Callable[[Kept], AssessmentTestRecord],
        what: type[Element],
        version: int | None,
        answer: Callable[[Kept], JSON],
        body: Any,
        error: ApiError,
    ) -> JSON:
        if error.status != INVALID_STATUS or not isinstance(body, dict):
            raise error
        try:
            return self._change(identifier, change, what, version, answer)
        except ApiError as other:
            raise (other if other.status == CONFLICT else error) from None


@contextmanager
def refusing(what: type[Element]) -> Iterator[None]:
    """What the data model or the store forbids is wrong data, of a part or section or whatever was sent."""
    try:
        yield
    except ModelError as problem:
        raise ApiError(400, INVALID[what], str(problem)) from problem
    except DocumentError as problem:
        raise ApiError(400, INVALID[what], f"the test could not be read any more: {problem}") from problem
    except RecursionError as problem:
        raise ApiError(400, INVALID[what], "the test would be deeper than Python can follow from here; nest less") from problem


def no_test(identifier: object) -> ApiError:
    """The answer where there is no test of that identifier."""
    if not isinstance(identifier, str):
        return ApiError(404, "Assessment test not found", f"expected the identifier of a test, a text; found {brief(identifier)}")
    return ApiError(404, "Assessment test not found", f"there is no test `{identifier:.200}`")


def named(test: AssessmentTest) -> str:
    """The identifier, which becomes the key of the store. Raises `ApiError`: it may be a value that could not be read."""
    identifier: Any = test.identifier
    if isinstance(identifier, str):
        return identifier
    reason = f"`identifier` is {shown(identifier.text)}; expected an identifier (at $['identifier'])"
    raise ApiError(400, INVALID[AssessmentTest], reason)
