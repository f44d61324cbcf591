"""The record that the API keeps of a test: the tree, what only the service knows, and what is derived from the tree.

Strategy: `RECORD` says of each field which key it has in JSON, where it stands and how its value is read, so that reading, writing and `losses`
go through that table and name none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import attrs

from .. import content, xml
from ..brief import Shown, brief
from ..content.taken import shown
from ..deep import Tree
from ..errors import Issue, Loss, ModelError
from ..model import AssessmentTest
from ..nodes import Element
from ..spec import Flat
from ..walking import walk

__all__ = ["CONTENT", "DERIVED", "FIRST", "RAW_XML", "RECORD", "VALID", "AssessmentTestRecord", "Given", "Key", "losses", "record_of"]

RAW_XML, CONTENT, VALID = "rawXml", "content", "isValidXml"
DERIVED = (RAW_XML, CONTENT, VALID)


@attrs.frozen
class Key:
    """How a field of the record stands in JSON. `read` raises `ValueError` that says what was expected.

    `place`: before the lists of the tree, behind it, or behind what is derived. `sent`: requests have it too.
    `needed`: the API's schema demands it of responses.
    """

    name: str
    field: str
    read: Callable[[Any], Any]
    place: str = "behind"
    sent: bool = True
    needed: bool = False
    write: Callable[[Any], Any] = lambda value: value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a text")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or (isinstance(value, float) and not isfinite(value)):
        raise ValueError("expected a number")
    return value


def _version(value: Any) -> int:
    number = _number(value)
    if number < 0 or number != int(number):
        raise ValueError("expected a whole number of at least 0")
    return int(number)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ValueError("expected an object")
    return value


def _switches(value: Any) -> dict[str, bool]:
    if not isinstance(value, dict) or not all(isinstance(key, str) and isinstance(switch, bool) for key, switch in value.items()):
        raise ValueError("expected an object of `true` and `false`")
    return value


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
        known = moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):  # in UTC, it may be before the year 1 or after 9999
        known = None
    if known is None:
        raise ValueError("expected a date and time in UTC, such as `2025-02-17T23:31:58.789Z`")
    return known


def _utc(moment: datetime | None) -> datetime | None:
    """In UTC, and as exact as the text form. Raises `ValueError` for a time that could be anywhere."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: write datetime(..., tzinfo=UTC)")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _moment_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@attrs.frozen
class Given:
    """XML that came with a record: its text, and the tree that it means if that is known."""

    text: str
    tree: AssessmentTest | None = None


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class AssessmentTestRecord(Shown, Tree):
    """A test as the API keeps it: the tree, and what has no place in a tree.

    `time_limit` is in seconds, `max_attempts` counts; both, `tools_enabled` and `metadata` are kept beside the XML, not in it. `created_at` and
    `updated_at` are in UTC, exact to the millisecond. `version` is for optimistic concurrency. `other` holds every other key of the API's JSON
    (`_id`); what the API knows of parts, sections and so on is in their `extras.record`. `issues` says what was supplied or decided when
    the record was read; it does not count in comparisons.

    `raw_xml`, `content` and `is_valid_xml` derive from the tree. Nodes are mutable: change `test`, and all forms change with it.
    Source: fact sheet "API JSON", section 1.

    A test needs a part, so this one is not valid:

    >>> from qtimodel import AssessmentTest
    >>> record = AssessmentTestRecord(test=AssessmentTest(identifier="t1", title="T"), max_attempts=3)
    >>> record.qti_version, record.is_valid_xml, record.content["qti-assessment-test"]["qti-test-part"]
    ('3.0', False, [])
    """

    test: AssessmentTest
    qti_version: str = "3.0"
    time_limit: float | None = None
    max_attempts: float | None = None
    tools_enabled: dict[str, bool] | None = None
    metadata: dict[str, Any] | None = None
    created_at: datetime | None = attrs.field(default=None, converter=_utc)
    updated_at: datetime | None = attrs.field(default=None, converter=_utc)
    version: int | None = None
    other: dict[str, Any] = attrs.field(factory=dict)
    issues: list[Issue] = attrs.field(factory=list, eq=False)
    _given: Given | None = attrs.field(default=None, eq=False)
    _api_defaults: bool = attrs.field(default=False, eq=False)

    def _shown(self) -> list[tuple[str, Any]]:
        return [(field.name, getattr(self, field.name)) for field in attrs.fields(type(self)) if field.eq]

    @property
    def raw_xml(self) -> str:
        """The XML that was given, changed where the tree was changed since, and nowhere else; without any, the XML of the tree. Raises `ModelError`."""
        given = self._given
        if given is None:
            return xml.dumps(self.test)
        tree = given.tree if given.tree is not None else xml.loads(given.text, recover=True).tree
        return xml.patch_trusted(given.text, tree, self.test)

    @property
    def content(self) -> dict[str, Any]:
        """The content JSON of the tree, dialect `api`. Raises `ModelError`."""
        return content.unstructure(self.test)

    @property
    def is_valid_xml(self) -> bool:
        """Whether `raw_xml` is valid by the bundled schema of QTI 3.0.1. Raises `ModelError`."""
        from ..validation import is_valid  # brings lxml, which not every program with records needs

        return is_valid(self.raw_xml, text=True)


RECORD = (
    Key("qtiVersion", "qti_version", _text, place="head", needed=True),
    Key("timeLimit", "time_limit", _number),
    Key("maxAttempts", "max_attempts", _number),
    Key("toolsEnabled", "tools_enabled", _switches),
    Key("metadata", "metadata", _object),
    Key("createdAt", "created_at", _moment, place="end", sent=False, needed=True, write=_moment_text),
    Key("updatedAt", "updated_at", _moment, place="end", sent=False, needed=True, write=_moment_text),
    Key("__v", "version", _version, place="end", sent=False),
)
FIRST = Flat.OTHER


def read_key(key: Key, value: Any) -> Any:
    """The value of a field. Raises `ValueError` that says what was found and what was expected."""
    try:
        return key.read(value)
    except ValueError as error:
        raise ValueError(f"`{key.name}` is {shown(value)}; {error}") from None


def record_of(record: object) -> AssessmentTestRecord:
    """A record, or that of a test which is given alone. Raises `ModelError`."""
    if isinstance(record, AssessmentTest):
        return AssessmentTestRecord(test=record)
    if not isinstance(record, AssessmentTestRecord):
        raise ModelError(f"expected an AssessmentTestRecord or an AssessmentTest, found {brief(record, 80)}")
    if not isinstance(record.test, AssessmentTest):
        raise ModelError(f"expected `test` to be an AssessmentTest, found {brief(record.test, 80)}")
    return record


def losses(record: AssessmentTestRecord | AssessmentTest) -> list[Loss]:
    """What the record has and its XML has no place for: fields of the record, and keys of the API in the tree.

    >>> from qtimodel import AssessmentTest
    >>> [str(loss) for loss in losses(AssessmentTestRecord(test=AssessmentTest(identifier="t1", title="T"), max_attempts=3, other={"_id": "67b3"}))]
    ['/qti-assessment-test: record: `_id` has no place in XML', '/qti-assessment-test: record: `maxAttempts` has no place in XML']
    """
    record = record_of(record)
    defaults = {field.name: field.default for field in attrs.fields(AssessmentTestRecord)}
    names = [*record.other, *(key.name for key in RECORD if getattr(record, key.field) not in (None, defaults[key.field]))]
    root, nodes = "", []
    for path, node in walk(record.test, Element, paths=True):
        root = root or path
        nodes += [(path, name) for name in (node._extras.record if node._extras is not None else ())]
    return [Loss(path, "record", f"`{name}` has no place in XML") for path, name in [*((root, name) for name in names), *nodes]]
