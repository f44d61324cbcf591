"""API JSON: the flat, camelCase JSON of a test, as the Timeback QTI API sends and takes it.

    record = api.structure(body)                          # a request, or a response with its rawXml
    record.test                                           # the tree
    body = api.unstructure(record)                        # as a response
    body = api.unstructure(record, view="create")         # as a request that can be sent back
    tests = api.AssessmentTests(api.FolderStore("tests")) # the API's operations, offline

Nothing of a tree is lost: for every test, `api.structure(api.unstructure(AssessmentTestRecord(test=test))).test == test`, in both views.

Strategy: `flat` and `unflat` turn content JSON objects into flat ones and back, from the declarations; `elements` puts trees at their ends.
`record` is what the API knows beside the tree, `body` reads it, `writing` writes it, `agree` compares the two forms that a response has, `converter` is
for users of cattrs. `operations` are the API's, on records in a store: `stored` is what is kept of one, `stores` are two places where.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args

from .. import json_text
from ..arguments import check_choice
from ..collector import paused
from ..errors import Loss
from ..files import Source, Target, read, source_name, write
from ..model import AssessmentTest
from .body import Prefer, read_body
from .converter import make_converter
from .record import AssessmentTestRecord, losses, record_of
from .server import to_xml
from .transport import decoded, xml_bytes
from .writing import View, write_body

if TYPE_CHECKING:
    from .operations import AssessmentTests
    from .operations.verdict import validate_xml
    from .stores import FolderStore, MemoryStore

__all__ = [
    "AssessmentTestRecord",
    "AssessmentTests",
    "FolderStore",
    "Loss",
    "MemoryStore",
    "View",
    "decoded",
    "dump",
    "dumps",
    "load",
    "loads",
    "losses",
    "make_converter",
    "structure",
    "to_xml",
    "unstructure",
    "validate_xml",
    "xml_bytes",
]

_LATER = {"AssessmentTests": ".operations", "FolderStore": ".stores", "MemoryStore": ".stores", "validate_xml": ".operations.verdict"}


def __getattr__(name: str) -> Any:
    """Operations and stores are imported when they are first asked for: who only converts does not pay for them."""
    if name in _LATER:
        return getattr(import_module(_LATER[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# -- writing ---------------------------------------------------------------------------------------------------------------


def unstructure(record: AssessmentTestRecord | AssessmentTest, *, view: View = "response") -> dict[str, Any]:
    """The JSON of a record, as Python objects. A test alone is written as a record of nothing else.

    `response` is what the API answers, with `rawXml`, `content` and `isValidXml` made from the tree. `create` is a body that can be sent: without
    these and without what the service makes itself (`_id` everywhere, `__v`, `createdAt`, `updatedAt`), with `toolName` and `toolVersion`.
    `stored` is what a store keeps: the XML, and what cannot be derived from it.

    Raises `ModelError` with the path of a value that its class does not allow.
    Source: fact sheet "API JSON", sections 1 and 2.

    >>> from qtimodel import AssessmentItemRef, AssessmentSection, AssessmentTest, NavigationMode, SubmissionMode, TestPart, api
    >>> section = AssessmentSection(identifier="s1", title="S", visible=True, section_parts=[AssessmentItemRef(identifier="i1", href="i1.xml")])
    >>> modes = {"navigation_mode": NavigationMode.LINEAR, "submission_mode": SubmissionMode.INDIVIDUAL}
    >>> test = AssessmentTest(identifier="t1", title="T", test_parts=[TestPart(identifier="p1", assessment_sections=[section], **modes)])
    >>> body = api.unstructure(api.AssessmentTestRecord(test=test))
    >>> list(body)
    ['identifier', 'title', 'qtiVersion', 'qti-test-part', 'qti-outcome-declaration', 'rawXml', 'content', 'isValidXml']
    >>> body["qti-test-part"][0]["qti-assessment-section"][0]["qti-assessment-item-ref"]
    [{'identifier': 'i1', 'href': 'i1.xml', 'sequence': 1}]
    """
    check_choice("view", view, get_args(View))
    record = record_of(record)
    with paused():
        return write_body(record, view)


def dumps(record: AssessmentTestRecord | AssessmentTest, *, view: View = "response", indent: int | str | None = None) -> str:
    """JSON text of a record. As `unstructure`."""
    return json_text.dumps(unstructure(record, view=view), indent=indent)


def dump(record: AssessmentTestRecord | AssessmentTest, target: Target, *, view: View = "response", indent: int | str | None = None) -> None:
    """Write JSON as UTF-8 to a path (replaced in one step, or not at all) or binary file. As `dumps`; raises `OSError` too."""
    write(dumps(record, view=view, indent=indent).encode(), target)


# -- reading ---------------------------------------------------------------------------------------------------------------


def structure(body: object, *, strict: bool = False, prefer: Prefer = None, name: str | None = None, recover: bool = False) -> AssessmentTestRecord:
    """The record of a body: a request, which has the flat form alone, or a response.

    A response's `rawXml` is the field to trust: it becomes the tree, and the flat form, of which servers write a part only, must agree with it as
    far as it goes. If they disagree, `DocumentError` lists where; `prefer="rawXml"` or `prefer="flat"` decides, and the disagreements become
    warnings in `issues` of the record. `content` is derived: what it says differently is a warning, nothing more. Without `rawXml`, what only
    `content` says is taken from it, if it does not contradict the flat form; otherwise it would be lost, which is an error.
    XML alone, under `rawXml` or `xml`, is the whole test, and fields of the record may be beside it.

    Reading is lenient: numbers as texts, no `visible`, `cardinality`, `sequence` or `href`, keys of others anywhere; what was supplied is noted in
    `issues`. `strict=True` holds the body to the API's schema. With `recover=True`, values that are wrong stay in the tree as they are, and
    their problems in `issues` have the severity `error`. `name` names the source in messages.

    Raises `DocumentError` with every problem and its JSON path.
    Source: fact sheet "API JSON", sections 1 and 2; the API's OpenAPI documents.

    >>> from qtimodel import api
    >>> part = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": []}
    >>> record = api.structure({"identifier": "t1", "title": "T", "qti-test-part": [part], "metadata": {"grade": "5"}})
    >>> record.test.test_parts[0].navigation_mode, record.metadata
    (<NavigationMode.LINEAR: 'linear'>, {'grade': '5'})
    >>> api.structure({"identifier": "t1", "qti-test-part": [part | {"navigationMode": "liner"}]})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    qtimodel.errors.DocumentError: `navigationMode` is the text `liner`; expected `linear` or `nonlinear`; did you mean `linear`? (at $...[0]['navigationMode'])
    `title` is missing; expected text: add it (at $['title'])
    """
    return read_body(body, strict, prefer, name, None, recover=recover)


def loads(source: str | bytes, *, strict: bool = False, prefer: Prefer = None, name: str | None = None, recover: bool = False) -> AssessmentTestRecord:
    """Read JSON text, as `structure` reads objects; problems have line and column too. Equal keys, NaN and the like are refused.

    >>> from qtimodel import api
    >>> api.loads('{"identifier": "t1", "title": "T", "qti-test-part": {}}', name="t.json")
    Traceback (most recent call last):
    qtimodel.errors.DocumentError: t.json:1:36: `qti-test-part` is an empty object; expected an array (at $['qti-test-part'])
    """
    return read_body(json_text.loads(source, name=name), strict, prefer, name, source, recover=recover)


def load(source: Source, *, strict: bool = False, prefer: Prefer = None, recover: bool = False) -> AssessmentTestRecord:
    """Read a path or binary file, as `loads` does. Raises `OSError` too."""
    return loads(read(source), strict=strict, prefer=prefer, name=source_name(source), recover=recover)
