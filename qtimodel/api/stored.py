"""What is kept of a record: everything that cannot be derived.

Strategy: the XML says the whole tree, so flat form and content JSON are not kept, and can never disagree with it. What the API knows of nodes and
XML has no place for stands beside the XML, under the path of the node. A response of the API is a kept record, too: it only says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import attrs

from .. import xml
from ..content.taken import shown
from ..errors import DocumentError
from ..json_text import Path
from ..json_values import WITHIN, NotJson, copied
from ..model import AssessmentTest
from ..nodes import Element
from ..spec import Spec, spec_of
from ..stack import on_deep_stack
from .keys import table_of
from .record import CONTENT, RAW_XML, VALID, AssessmentTestRecord, Given
from .unflat import Problem

__all__ = ["OURS", "SHOWN", "Kept", "given_xml", "kept_record", "kept_tree", "kept_verdict", "kept_xml", "places", "stored_facts"]

OURS = "qtimodel"  # the key that marks what is kept, and holds what only we know
SHOWN = ("identifier", "title")  # what is kept beside the XML for people
_DEFAULTS, _RECORDS = "apiDefaults", "records"
_DERIVED = (CONTENT, *spec_of(AssessmentTest).lists)  # what would say the tree a second time


@attrs.frozen
class Kept:
    """A record that was opened, with its XML and the verdict on it. Its tree is never changed in place."""

    record: AssessmentTestRecord
    raw_xml: str
    valid: bool

    @property
    def test(self) -> AssessmentTest:
        """The tree."""
        return self.record.test

    @classmethod
    def of(cls, record: AssessmentTestRecord, raw_xml: str | None = None, valid: bool | None = None) -> Kept:
        """The record, with what is not known yet. Raises `ModelError`."""
        from ..validation import is_valid  # brings lxml

        raw_xml = record.raw_xml if raw_xml is None else raw_xml
        return cls(record, raw_xml, is_valid(raw_xml, text=True) if valid is None else valid)


@on_deep_stack
def stored_facts(record: AssessmentTestRecord) -> dict[str, Any]:
    """What only we know of a record, and what the API knows of its nodes."""
    records = {path: known for path, node in places(record.test) if (known := _known(node))} if _any_known(record.test) else {}
    return ({_DEFAULTS: True} if record._api_defaults else {}) | ({_RECORDS: records} if records else {})


def kept_tree(body: dict[str, Any], *, strict: bool) -> tuple[Given | None, bool, list[Problem]]:
    """The XML of what was kept with its tree, whether attributes that are not written are shown by the API's defaults, and problems."""
    text, facts = body.get(RAW_XML), body[OURS]
    if not isinstance(text, str):
        return None, False, [Problem((RAW_XML,), "missing", f"`{RAW_XML}` is {shown(text)}; expected the XML of the test")]
    given, problems = given_xml(text, strict)
    if not isinstance(facts, dict) or not isinstance(facts.get(_RECORDS, {}), dict) or not isinstance(facts.get(_DEFAULTS, False), bool):
        problems.append(Problem((OURS,), "value", f"`{OURS}` is not what was written there: keep it as it is"))
    elif given is not None and given.tree is not None:
        problems += _give_records(given.tree, facts.get(_RECORDS, {}))
        problems += [
            Problem((key,), "value", f"`{key}` derives from `{RAW_XML}` where `{OURS}` stands: remove one of the two") for key in _DERIVED if key in body
        ]
        for name in SHOWN:
            says, is_ = body.get(name), getattr(given.tree, name)
            if says is not None and says != is_:
                problems.append(Problem((name,), "disagreement", f"`{name}` is {shown(says)}, `{RAW_XML}` says {shown(is_)}: make them the same"))
        return given, facts.get(_DEFAULTS, False), problems
    return None, False, problems


def _give_records(tree: AssessmentTest, records: dict[str, Any]) -> list[Problem]:
    """Put what the API knows of nodes where it belongs; what belongs nowhere is a problem."""
    problems = []
    nodes = dict(places(tree)) if records else {}
    for path, known in records.items():
        if path not in nodes or not isinstance(known, dict):
            problems.append(Problem((OURS, _RECORDS, path), "value", f"there is no `{path}` in `{RAW_XML}`: remove this, or mend the path"))
        else:
            record, wrong = kept_record(known, spec_of(type(nodes[path])), (OURS, _RECORDS, path))
            nodes[path].extras.record.update(record)
            problems += wrong
    return problems


def kept_record(known: dict[Any, Any], spec: Spec, path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """What only the API knows of a node, as it was kept, and what cannot be: keys of the flat form itself, and what is not JSON."""
    table, record, problems = table_of(spec), {}, []
    for key, value in known.items():
        if not isinstance(key, str):
            problems.append(Problem((*path, str(key)), "value", f"the key {key!r:.80} is no text"))
            continue
        if table.is_reserved(key):
            problems.append(Problem((*path, key), "value", f"`{key:.80}` is a key of the flat form, which derives from `{RAW_XML}`: remove it"))
            continue
        try:
            record[str(copied(key))] = copied(value, (), WITHIN)
        except NotJson as error:
            problems.append(Problem((*path, key, *error.path), "value", f"what only the API knows must be JSON: {error.message}"))
    return record, problems


def given_xml(text: str, strict: bool, key: str = RAW_XML) -> tuple[Given | None, list[Problem]]:
    """The XML of a record. What its tree cannot hold makes it invalid, not unreadable."""
    try:
        tree, issues = xml.loads(text, recover=True)
    except DocumentError as error:
        return None, [Problem((key,), issue.code, f"`{key}` cannot be read: {issue}") for issue in error.issues]
    if not isinstance(tree, AssessmentTest):
        return None, [Problem((key,), "root", f"`{key}` {xml.wrong_root(tree, AssessmentTest)}")]
    severity = "error" if strict else "warning"
    return Given(text, tree), [Problem((key,), issue.code, f"in `{key}`, {issue}", severity) for issue in issues]


def kept_xml(body: Any) -> str | None:
    """The XML that was kept, as it is; `None`: it has to be made."""
    text = body.get(RAW_XML) if isinstance(body, dict) and OURS in body else None
    return text if isinstance(text, str) else None


def kept_verdict(body: dict[str, Any]) -> bool | None:
    """The verdict on the XML, if it was kept."""
    verdict = body.get(VALID)
    return verdict if isinstance(verdict, bool) else None


def _known(node: Element) -> dict[str, Any]:
    return node._extras.record if node._extras is not None else {}


def _any_known(node: Element) -> bool:
    """Whether the API knows anything of the elements in a node: most often not, and then nobody needs their paths."""
    for name in _lists_of_flat(spec_of(type(node))):
        for child in getattr(node, name):
            if isinstance(child, Element) and (_known(child) or _any_known(child)):
                return True
    return False


@cache
def _lists_of_flat(spec: Spec) -> tuple[str, ...]:
    """The fields of an element that may hold elements with a flat form."""
    return tuple(field.name for field in spec.children if any(spec_of(target).flat for target in field.targets))


def places(node: Element, path: str = "") -> Iterator[tuple[str, Element]]:
    """The flat elements below a node, with their paths from it."""
    counts: dict[type, int] = {}
    for name in _lists_of_flat(spec_of(type(node))):
        for child in getattr(node, name):
            cls = child.__class__
            if issubclass(cls, Element) and spec_of(cls).flat is not None:
                counts[cls] = counts.get(cls, 0) + 1
                place = f"{path}/{spec_of(cls).name}[{counts[cls]}]"
                yield place, child
                yield from places(child, place)
