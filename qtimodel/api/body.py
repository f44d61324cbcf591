"""A body of the API to a record.

Strategy: the body is divided: fields of the record, what is derived, and the flat form, which is read by `unflat`. Each part notes its own
problems; which of them are errors depends on the part that was preferred. Only when there are none a record is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import attrs

from ..arguments import check_choice
from ..collector import paused
from ..content.taken import shown
from ..errors import DocumentError
from ..json_text import Path, show
from ..json_values import WITHIN, NotJson, copied
from ..model import AssessmentTest
from ..spec import Spec, spec_of
from ..stack import is_deep, on_deep_stack
from .agree import Agreement
from .derived import check_content, richer_content
from .elements import issues_of, raise_errors, read_flat
from .keys import table_of, text_of
from .record import CONTENT, DERIVED, RAW_XML, RECORD, VALID, AssessmentTestRecord, Given, read_key
from .stored import OURS, SHOWN, Kept, given_xml, kept_record, kept_tree, kept_verdict, stored_facts
from .unflat import Problem, Unflat

__all__ = ["SPEC", "XML_IN_JSON", "Prefer", "is_record", "open_kept", "put_back", "read_body"]

Prefer: TypeAlias = Literal["rawXml", "flat"] | None

SPEC = spec_of(AssessmentTest)
XML_IN_JSON = (RAW_XML, "xml")  # where the API puts documents of any kind
_IDENTIFIER = "identifier"  # what the API goes by
_FORMAT = "format", "xml"  # what says that the body holds XML, and nothing more
_OWN = {*DERIVED, *(key.name for key in RECORD)}
_SIMILAR = (*DERIVED, *(key.name for key in RECORD if not key.name.startswith("_")))  # what another spelling of is refused
_TYPES = {RAW_XML: (str, "a text"), CONTENT: (dict, "an object"), VALID: (bool, "`true` or `false`")}


def is_record(body: Any) -> bool:
    """Whether JSON is of the API, of a test or of anything else. In content JSON, what stands under the name of an element is an object.

    >>> is_record({"identifier": "t", "qti-test-part": []}), is_record({"qti-test-part": {}}), is_record({"xml": "<p/>"})
    (True, False, True)
    """
    return isinstance(body, dict) and any(not isinstance(body.get(key, {}), dict) for key in (_IDENTIFIER, *SPEC.lists, *XML_IN_JSON))


@on_deep_stack
def read_body(body: Any, strict: bool, prefer: Prefer, name: str | None, text: str | bytes | None, *, recover: bool = False) -> AssessmentTestRecord:
    """The record of a body, with `recover` also if there are wrong values in it; `text` is what it was read from. Raises `DocumentError`."""
    check_choice("value of `prefer`", prefer, ("rawXml", "flat", None))
    try:
        with paused():
            return _read(body, strict, prefer, name, text, recover)
    except RecursionError:
        if not is_deep():
            raise  # there is more stack elsewhere
        deep = Problem((), "json", "the body is deeper than Python can follow from here; nest less")
        raise DocumentError(issues_of([deep], body, text, name)) from None


def _read(body: Any, strict: bool, prefer: Prefer, name: str | None, text: str | bytes | None, recover: bool) -> AssessmentTestRecord:
    if isinstance(body, dict) and OURS in body:
        record, kept = _read_kept(body, strict, name, text)
        return attrs.evolve(record, given=Given(kept.text))  # the tree is the caller's now, and may be changed
    if (held := _xml_alone(body)) is not None:
        return _read_xml(body, held, strict, name, text)
    fields, problems = _fields(body, strict)
    flat = {key: value for key, value in body.items() if key not in _OWN} if isinstance(body, dict) else body
    reading = read_flat(flat, SPEC, strict=strict, others=_SIMILAR, recover=recover)
    tree, given, api_defaults = reading.tree, None, not reading.shows_specification
    raw_xml = body.get(RAW_XML) if isinstance(body, dict) else None
    agreement = Agreement()
    unreadable: list[Problem] = []
    if isinstance(raw_xml, str):
        given, unreadable = given_xml(raw_xml, strict)
        if given is not None and given.tree is not None and tree is not None:
            agreement.compare(flat, tree, given.tree)
    problems += _repeated(flat, SPEC, (), {}) if tree is not None else []
    problems += _decided(reading.problems, prefer == "rawXml" and given is not None)
    problems += _decided(unreadable, prefer == "flat")
    problems += _decided(agreement.problems, prefer is not None)
    errors = any(problem.severity == "error" and not problem.recovered for problem in problems)
    held = body.get(CONTENT) if isinstance(body, dict) and tree is not None and not errors else None
    supply = given is not None and prefer != "flat" and not errors
    if given is not None and supply:
        api_defaults = agreement.settle()
        tree, given = given.tree, Given(given.text, tree if tree == given.tree else None)
    elif held is not None and given is None and prefer != "flat":
        richer, agreement, found = richer_content(held, flat, tree, strict=strict)
        problems += _decided(found, prefer is not None)
        if richer is not None:
            supply, api_defaults, tree = True, agreement.settle(), richer
        held = None
    if held is not None:
        problems += check_content(held, tree)
    if supply:
        agreement.supply()
    issues = issues_of(problems, body, text, name)
    raise_errors(issues, problems if recover else ())
    tree.extras.record.clear()
    return AssessmentTestRecord(test=tree, other=reading.record, given=given, api_defaults=api_defaults, issues=issues, **fields)


@on_deep_stack
def open_kept(body: Any, name: str | None = None) -> Kept:
    """The record that a store holds: as it was kept, or a response or request of the API. Raises `DocumentError`."""
    with paused():
        if not isinstance(body, dict) or OURS not in body:
            return Kept.of(read_body(body, False, "rawXml", name, None))
        record, given = _read_kept(body, False, name, None)
        return Kept.of(record, given.text, kept_verdict(body))


def _xml_alone(body: Any) -> str | None:
    """The key of XML that is the whole test: there is no flat form beside it."""
    if not isinstance(body, dict) or any(name in body for name in SPEC.lists):
        return None
    return next((key for key in XML_IN_JSON if isinstance(body.get(key), str)), None)


def _read_xml(body: dict[Any, Any], held: str, strict: bool, name: str | None, text: str | bytes | None) -> AssessmentTestRecord:
    """The record of XML, and of fields beside it. Raises `DocumentError`."""
    fields, problems = _fields({key: value for key, value in body.items() if key != held}, strict)
    given, found = given_xml(body[held], strict, held)
    problems += found
    table, unflat = table_of(SPEC), Unflat(strict, others=_SIMILAR)
    other: dict[str, Any] = {}
    for key, value in body.items():
        if key in _OWN or key == held or (key, value) == _FORMAT:
            continue
        field = table.attributes.get(key)
        if not isinstance(key, str):
            problems.append(Problem((str(key),), "json", f"the key {key!r:.80} is no text"))
        elif field is not None and given is not None and given.tree is not None:
            is_ = getattr(given.tree, field.name)
            try:
                same = value is None or field.parse(text_of(field, value, strict=strict)) == is_
            except ValueError:
                same = False
            if not same:
                problems.append(Problem((key,), "disagreement", f"`{key}` is {shown(value)}, `{held}` says something else: make them the same"))
        elif field is None and table.is_reserved(key):
            problems.append(Problem((key,), "disagreement", f"`{key}` is a part of the flat form, and `{held}` is the whole test: remove one of the two"))
        elif field is None:
            unflat.keep(key, value, table, (), other)
    issues = issues_of([*problems, *unflat.problems], body, text, name)
    raise_errors(issues)
    assert given is not None
    assert given.tree is not None
    return AssessmentTestRecord(test=given.tree, other=other, given=Given(given.text), issues=issues, **fields)


def put_back(body: dict[str, Any], kept: Kept, response: dict[str, Any]) -> AssessmentTestRecord | None:
    """The record of a body that says of the tree exactly what `response`, the one of `kept`, does; `None`: it says something else.

    So a test that has wrong values can be put back, with other fields of its record too. Raises `DocumentError`.
    """
    keys = {key for key in (*body, *response) if key == RAW_XML or (isinstance(key, str) and table_of(SPEC).is_reserved(key))}
    if RAW_XML not in body or any(body.get(key) != response.get(key) for key in keys):
        return None
    rest = {key: value for key, value in body.items() if key not in keys and key not in DERIVED}
    return read_body({**rest, RAW_XML: kept.raw_xml, OURS: stored_facts(kept.record)}, False, None, None, None)


def _read_kept(body: dict[str, Any], strict: bool, name: str | None, text: str | bytes | None) -> tuple[AssessmentTestRecord, Given]:
    """The record of what was kept, and its XML with the tree. Raises `DocumentError`."""
    fields, problems = _fields(body, strict)
    given, api_defaults, found = kept_tree(body, strict=strict)
    other, more = kept_record({key: value for key, value in body.items() if key not in (*_OWN, OURS, *SHOWN, *SPEC.lists)}, SPEC, ())
    issues = issues_of([*problems, *found, *more], body, text, name)
    raise_errors(issues)
    assert given is not None
    assert given.tree is not None
    return AssessmentTestRecord(test=given.tree, other=other, api_defaults=api_defaults, issues=issues, **fields), given


def _repeated(obj: dict[str, Any], spec: Spec, path: Path, first: dict[tuple[Spec, str], Path]) -> list[Problem]:
    """Identifiers that stand twice where the API goes by them: of what holds flat elements itself, which is parts and sections."""
    problems: list[Problem] = []
    for name, (_, inner) in table_of(spec).names.items():
        if inner.flat is None or not any(spec_of(target).flat for field in inner.children for target in field.targets):
            continue
        for index, item in enumerate(obj.get(name) or ()):
            place = (*path, name, index)
            known = inner, str(item.get(_IDENTIFIER))
            if first.setdefault(known, place) != place:
                message = f"`{known[1]}` is also the identifier of {show(first[known])}; the API cannot tell them apart: rename one"
                problems.append(Problem((*place, _IDENTIFIER), "repeated", message, "warning"))
            problems += _repeated(item, inner, place, first)
    return problems


def _decided(problems: Iterable[Problem], against: bool) -> list[Problem]:
    """The problems; only warnings, if the caller decided against the part that has them."""
    return [attrs.evolve(problem, severity="warning") if against else problem for problem in problems]


def _fields(body: Any, strict: bool) -> tuple[dict[str, Any], list[Problem]]:
    """The fields of the record."""
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    if not isinstance(body, dict):
        return fields, problems
    for key in RECORD:
        if body.get(key.name) is not None:
            try:
                value = read_key(key, body[key.name])
                fields[key.field] = copied(value, (), WITHIN) if value is body[key.name] else value
            except NotJson as error:
                problems.append(Problem((key.name, *error.path), "value", f"`{key.name}` must be JSON: {error.message}"))
            except ValueError as error:
                problems.append(Problem((key.name,), "value", str(error)))
    for name, (expected, words) in _TYPES.items():
        value = body.get(name)
        if value is not None and not isinstance(value, expected) and (strict or name == RAW_XML):
            problems.append(Problem((name,), "value", f"`{name}` is {shown(value)}; expected {words}"))
    if strict and body.get(RAW_XML) is not None:
        needed = [*DERIVED, *(key.name for key in RECORD if key.needed)]
        problems += [Problem((name,), "missing", f"`{name}` is missing; a response must have it: add it") for name in needed if body.get(name) is None]
    return fields, problems
