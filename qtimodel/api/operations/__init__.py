"""The operations of the API on tests in a store of one's own.

Strategy: every operation that changes a test is one function from tree to tree, run by `changing`. Editing is `qtimodel.editing`, and `xml.patch` carries
it into the XML, of which nothing else changes. `requests` reads what was sent, `finding` looks up what is meant, `opened` remembers what was read;
`verdict` is the one operation without a store.
"""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import attrs

from ... import editing
from ...arguments import check_choice
from ...content.taken import shown
from ...errors import ApiError
from ...model import AssessmentItemRef, AssessmentSection, AssessmentTest, TestPart
from ...nodes import Element
from ..elements import unstructure_element
from ..flat import Show
from ..record import FIRST, AssessmentTestRecord
from ..stored import Kept, kept_xml
from ..writing import response_of
from .changing import Changes, named, no_test, refusing
from .finding import alone, is_mode, listed_in, matches, one_of, page_of, part_of, refs_of, reordered, section_of
from .requests import INVALID, object_of, order_in, read_element, read_ref, read_test, take_over, with_tool

__all__ = ["AssessmentTests"]

_E = TypeVar("_E", bound=Element)
JSON = dict[str, Any]


class AssessmentTests(Changes):
    """The tests of a store, and what the API does with them. Bodies are plain dicts, in and out; a test may also come as XML, as text or bytes.

    `store` maps identifiers to JSON objects: a `MemoryStore` (the default), a `FolderStore`, or any mapping of yours (`shelve`, a wrapper of a
    database). What it gets is `api.unstructure(record, view="stored")`; responses of the API that somebody put there are understood, too. A store
    with a method `locked(identifier)`, a context manager, is locked by it while a test changes; for any other, all threads must share one
    `AssessmentTests`. `clock` gives the time, `new_id` the `_id` of a new test. `strict=False` takes numbers as texts and the like, as
    `api.structure` does; otherwise bodies are held to the API's schema.

    Every operation raises `ApiError` with `.status` and `.body` as the API has them, and changes nothing then: 400 for a body that is wrong, 404 for
    what is not there, 409 for an identifier that is taken or a version that is not `expected_version`, 501 for XML where only JSON is supported.
    After a change `rawXml`, `content`, `isValidXml` and `updatedAt` are those of the new tree, and `__v` is one more. Of XML that was given
    nothing else changes, not a byte. Safe in any number of threads. What somebody else has damaged in the store is a `StoreError`;
    it can be deleted.

    What is written is read first, within the limits of the reader, and what it gives is the answer: that of the next `get`, which can be put back.
    The trees of a few tests that were read last are remembered, of at most 40 million characters of XML.

    Source: fact sheet "API JSON", section 4; the API's OpenAPI documents.

    >>> from qtimodel import api
    >>> tests = api.AssessmentTests()
    >>> part = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": []}
    >>> created = tests.create({"identifier": "t1", "title": "T", "qti-test-part": [part], "qti-outcome-declaration": []})
    >>> section = tests.create_section("t1", "p1", {"identifier": "s1", "title": "Sums", "visible": True})
    >>> section["sequence"], tests.get("t1")["__v"]
    (1, 1)
    >>> tests.create_section("t1", "p9", {"identifier": "s2", "title": "More", "visible": True})
    Traceback (most recent call last):
    qtimodel.errors.ApiError: 404 Test part not found: no part of `t1` is called `p9`
    """

    def __init__(
        self,
        store: MutableMapping[str, JSON] | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: os.urandom(12).hex(),
        strict: bool = True,
    ) -> None:
        super().__init__(store, clock, strict)
        self._new_id = new_id

    # -- tests -------------------------------------------------------------------------------------------------------------

    def create(self, body: JSON | str | bytes) -> JSON:
        """`createAssessmentTest`: keep a new test. A test from JSON gets our name and version as its tool, if it names none."""
        record, raw_xml, _ = read_test(body, strict=self._strict)
        if raw_xml is None:
            record.test = with_tool(record.test)
        others = {key: value for key, value in record.other.items() if key != FIRST}
        now = self._clock()
        record = attrs.evolve(record, other={FIRST: self._new_id(), **others}, version=0, created_at=now, updated_at=now)
        identifier = named(record.test)
        with self._locked(identifier), refusing(AssessmentTest):
            if identifier in self.store:
                raise ApiError(409, "Assessment test already exists", f"`{identifier}` is taken: {self._instead(identifier)}")
            return self._keep(identifier, Kept.of(record, raw_xml), response_of)

    def get(self, identifier: str, *, format: Literal["json", "xml"] = "json") -> Any:
        """`getAssessmentTest`: the record as a dict, or the XML as text."""
        check_choice("format", format, ("json", "xml"))
        if format == "xml" and (given := kept_xml(self._stored(identifier))) is not None:
            return given
        kept = self._open(identifier)
        return kept.raw_xml if format == "xml" else response_of(kept)

    def replace(self, identifier: str, body: JSON | str | bytes, *, expected_version: int | None = None) -> JSON:
        """`updateAssessmentTest`: another tree for a test, and, from JSON, other fields of its record. A `__v` in the body is expected, too.

        XML replaces the tree alone. Elements that were there before keep their `_id`.
        """
        try:
            record, raw_xml, only_xml = read_test(body, strict=self._strict)
        except ApiError as error:
            return self._put_back(identifier, body, expected_version, error)
        if (called := named(record.test)) != identifier:
            reason = f"`identifier` is {shown(called)}; expected {shown(identifier)}, which is replaced (at $['identifier'])"
            raise ApiError(400, INVALID[AssessmentTest], reason)

        def change(kept: Kept) -> AssessmentTestRecord:
            defaults = kept.record._api_defaults
            take_over(kept.test, record.test, flat=raw_xml is None, api_defaults=defaults, everything=only_xml)
            if only_xml:
                return attrs.evolve(kept.record, test=record.test, api_defaults=False)
            known = {FIRST: kept.record.other[FIRST]} if FIRST in kept.record.other else {}
            defaults = defaults if raw_xml is None else record._api_defaults
            return attrs.evolve(record, other={**record.other, **known}, created_at=kept.record.created_at, api_defaults=defaults)

        version = record.version if expected_version is None else expected_version
        return self._change(identifier, change, AssessmentTest, version, response_of, raw_xml)

    def delete(self, identifier: str, *, expected_version: int | None = None) -> None:
        """`deleteAssessmentTest`. It is not read, unless a version is expected: so what is damaged in the store can be deleted, too."""
        with self._locked(identifier):
            if expected_version is not None:
                self._expect(self._open(identifier), expected_version)
            try:
                del self.store[identifier]
            except KeyError:
                raise no_test(identifier) from None

    # -- test parts --------------------------------------------------------------------------------------------------------

    def create_test_part(self, test_identifier: str, body: JSON, *, expected_version: int | None = None) -> JSON:
        """`createTestPart`: a new part at the end of a test."""
        part, _ = read_element(body, TestPart, strict=self._strict)

        def edit(test: AssessmentTest) -> AssessmentTest:
            if any(one.identifier == part.identifier for one in test.test_parts):
                raise ApiError(409, "Test part already exists", f"`{part.identifier}` is taken: choose another identifier, or update that part")
            return editing.insert(test, part, into=test)

        return self._edit(test_identifier, edit, TestPart, expected_version, lambda kept: self._part_of(kept, part.identifier))

    def get_test_part(self, test_identifier: str, test_part_identifier: str) -> JSON:
        """`getTestPart`."""
        return self._part_of(self._open(test_identifier), test_part_identifier)

    def update_test_part(self, test_identifier: str, test_part_identifier: str, body: JSON, *, expected_version: int | None = None) -> JSON:
        """`updateTestPart`: another part in its place. Elements that were there before keep their `_id`."""

        def old(kept: Kept) -> JSON:
            return self._part_of(kept, test_part_identifier)

        try:
            part, _ = read_element(body, TestPart, strict=self._strict)
        except ApiError as error:
            return self._unchanged(test_identifier, body, old, TestPart, expected_version, error)

        def edit(kept: Kept) -> AssessmentTest:
            return self._replaced(kept, part_of(kept.test, test_part_identifier), part, None)

        return self._edit_kept(test_identifier, edit, TestPart, expected_version, lambda kept: self._part_of(kept, part.identifier))

    def delete_test_part(self, test_identifier: str, test_part_identifier: str, *, expected_version: int | None = None) -> JSON:
        """`deleteTestPart`: a part with all its sections. The last one of a test stays: 400."""

        def edit(test: AssessmentTest) -> AssessmentTest:
            return editing.remove(test, part_of(test, test_part_identifier))

        return self._edit(test_identifier, edit, TestPart, expected_version, lambda _: {"message": "Test part deleted successfully"})

    def search_test_parts(
        self,
        test_identifier: str,
        query: str | None = None,
        *,
        navigation_mode: str | None = None,
        submission_mode: str | None = None,
        page: int = 1,
        limit: int | None = None,
    ) -> JSON:
        """`searchTestParts`: the parts of a test in their order, a `page` of `limit` at a time; `query` is text in identifier or title."""
        kept = self._open(test_identifier)
        wanted = [
            part
            for part in kept.test.test_parts
            if is_mode(part.navigation_mode, navigation_mode) and is_mode(part.submission_mode, submission_mode) and matches(part, query)
        ]
        return page_of([self._shown(kept, part, None) for part in wanted], page, limit)

    # -- sections ----------------------------------------------------------------------------------------------------------

    def create_section(self, test_identifier: str, test_part_identifier: str, body: JSON, *, expected_version: int | None = None) -> JSON:
        """`createSection`: a new section at the end of a part, or where `sequence` says."""
        section, position = read_element(body, AssessmentSection, strict=self._strict)

        def edit(test: AssessmentTest) -> AssessmentTest:
            return editing.insert(test, section, into=part_of(test, test_part_identifier), position=position)

        def answer(kept: Kept) -> JSON:
            return self._section_of(kept, test_part_identifier, section.identifier)

        return self._edit(test_identifier, edit, AssessmentSection, expected_version, answer)

    def get_section(self, test_identifier: str, test_part_identifier: str, section_identifier: str) -> JSON:
        """`getSection`: a section of a part, also one inside another."""
        return self._section_of(self._open(test_identifier), test_part_identifier, section_identifier)

    def update_section(
        self, test_identifier: str, test_part_identifier: str, section_identifier: str, body: JSON, *, expected_version: int | None = None
    ) -> JSON:
        """`updateSection`: another section in its place, or where `sequence` says. Elements that were there before keep their `_id`."""

        def old(kept: Kept) -> JSON:
            return self._section_of(kept, test_part_identifier, section_identifier)

        try:
            section, position = read_element(body, AssessmentSection, strict=self._strict)
        except ApiError as error:
            return self._unchanged(test_identifier, body, old, AssessmentSection, expected_version, error)

        def edit(kept: Kept) -> AssessmentTest:
            _, old = section_of(part_of(kept.test, test_part_identifier), section_identifier)
            return self._replaced(kept, old, section, position)

        def answer(kept: Kept) -> JSON:
            return self._section_of(kept, test_part_identifier, section.identifier)

        return self._edit_kept(test_identifier, edit, AssessmentSection, expected_version, answer)

    def delete_section(self, test_identifier: str, test_part_identifier: str, section_identifier: str, *, expected_version: int | None = None) -> JSON:
        """`deleteSection`: a section with its references. The last one of a part stays: 400."""

        def edit(test: AssessmentTest) -> AssessmentTest:
            return editing.remove(test, section_of(part_of(test, test_part_identifier), section_identifier)[1])

        return self._edit(test_identifier, edit, AssessmentSection, expected_version, lambda _: {"message": "Section deleted successfully"})

    def search_sections(self, test_identifier: str, test_part_identifier: str, query: str | None = None, *, page: int = 1, limit: int | None = None) -> JSON:
        """`searchSections`: the sections of a part in their order, a `page` of `limit` at a time; `query` is text in identifier or title."""
        kept = self._open(test_identifier)
        part = part_of(kept.test, test_part_identifier)
        children = enumerate(part.assessment_sections, 1)
        wanted = [(position, one) for position, one in children if isinstance(one, AssessmentSection) and matches(one, query)]
        return page_of([self._shown(kept, section, position) for position, section in wanted], page, limit)

    # -- references to items -----------------------------------------------------------------------------------------------

    def add_assessment_item(
        self, test_identifier: str, test_part_identifier: str, section_identifier: str, body: JSON, *, expected_version: int | None = None
    ) -> JSON:
        """`addAssessmentItem`: a reference to an item at the end of a section, or where `sequence` says; the section.

        The body is a reference (`identifier`, `href`, ...) or, as the API's guide has it, `{"itemIdentifier": ...}`.
        """
        ref, position = read_ref(body, strict=self._strict)

        def edit(test: AssessmentTest) -> AssessmentTest:
            return editing.insert(test, ref, into=section_of(part_of(test, test_part_identifier), section_identifier)[1], position=position)

        return self._edit(test_identifier, edit, AssessmentItemRef, expected_version, self._section(test_part_identifier, section_identifier))

    def remove_assessment_item(
        self, test_identifier: str, test_part_identifier: str, section_identifier: str, item_identifier: str, *, expected_version: int | None = None
    ) -> JSON:
        """`removeAssessmentItem`: the section without the reference."""

        def edit(test: AssessmentTest) -> AssessmentTest:
            _, section = section_of(part_of(test, test_part_identifier), section_identifier)
            return editing.remove(test, one_of(refs_of(section), item_identifier, "Assessment item", f"reference of `{section_identifier}`"))

        return self._edit(test_identifier, edit, AssessmentItemRef, expected_version, self._section(test_part_identifier, section_identifier))

    def update_assessment_item_order(
        self, test_identifier: str, test_part_identifier: str, section_identifier: str, body: JSON, *, expected_version: int | None = None
    ) -> JSON:
        """`updateAssessmentItemOrder`: the section, its references in the order of `{"items": [{"identifier": ..., "sequence": ...}, ...]}`.

        Each one that is listed goes where its `sequence` says, the others fill the places left. Without `sequence`, those listed change places
        among themselves.
        """
        error = INVALID[AssessmentItemRef]
        items = order_in(object_of(body, error), error)

        def edit(test: AssessmentTest) -> AssessmentTest:
            _, section = section_of(part_of(test, test_part_identifier), section_identifier)
            listed = listed_in(items, refs_of(section), section_identifier, error)
            return editing.update(test, section, section_parts=reordered(section.section_parts, listed))

        return self._edit(test_identifier, edit, AssessmentItemRef, expected_version, self._section(test_part_identifier, section_identifier))

    # -- how it is done ----------------------------------------------------------------------------------------------------

    def _replaced(self, kept: Kept, old: _E, new: _E, position: int | None) -> AssessmentTest:
        """The test with another element in the place of one, or elsewhere among its siblings."""
        take_over(old, new, flat=True, api_defaults=kept.record._api_defaults, everything=False)
        place = editing.path_of(kept.test, old)  # its identifier may be that of others, too
        test = editing.replace(kept.test, old, new)
        return test if position is None else editing.move(test, place, position=position)

    def _shown(self, kept: Kept, node: Element, position: int | None) -> JSON:
        """The flat form of an element as responses have it."""
        return unstructure_element(alone(node), Show(api_defaults=kept.record._api_defaults, marks=False, requests=False), position)

    def _part_of(self, kept: Kept, test_part_identifier: str) -> JSON:
        return self._shown(kept, part_of(kept.test, test_part_identifier), None)

    def _section(self, test_part_identifier: str, section_identifier: str) -> Callable[[Kept], JSON]:
        return lambda kept: self._section_of(kept, test_part_identifier, section_identifier)

    def _section_of(self, kept: Kept, test_part_identifier: str, section_identifier: str) -> JSON:
        position, section = section_of(part_of(kept.test, test_part_identifier), section_identifier)
        return self._shown(kept, section, position)
