"""The formats that the commands read and write, and how one is recognised.

Strategy: a format is a row of `FORMATS`: everything that the commands do with it. What a document is, its content says and not its name: XML
begins with `<`; a JSON object is a record of the API if it has the flat keys of one, otherwise content JSON. A row imports what only it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import attrs

from .. import json_text, xml
from ..errors import DocumentError, Issue, Loss, ModelError
from ..kinds import other_tree
from ..model import AssessmentTest
from ..nodes import Element, Markup
from ..xml import wrong_root
from .sources import SUFFIXES

if TYPE_CHECKING:
    from ..api import AssessmentTestRecord

__all__ = ["DIALECTS", "FORMATS", "WRITABLE", "Document", "Format", "Indent", "Options", "read", "recognised", "suffixes_of"]

Indent: TypeAlias = int | str | None
WRITABLE = ("api", "xml2js", "xml2js-inline", "xml2js-default", "xml-js", "xmltodict")  # here too, so that nothing is imported for it
DIALECTS = (*WRITABLE, "built", "xml2js-children", "xml-js-full", "fast-xml-parser", "fast-xml-parser-ordered")

_BEFORE = b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"  # white space, byte order marks and the empty halves of wide characters
_EBCDIC = "<?xm".encode("cp037")


@attrs.frozen
class Options:
    """What people may say about formats. Each row takes what is its own: `source_dialect` and `prefer` when reading, the others when writing."""

    source_dialect: str | None = None
    prefer: Literal["rawXml", "flat"] | None = None
    target_dialect: str = "api"
    view: Literal["response", "create"] = "response"
    indent: Indent = 2


@attrs.frozen
class Document:
    """What was read: a tree, and what there is to say. `record`: that of the API whose test the tree is."""

    tree: Element | Markup
    issues: list[Issue]
    record: AssessmentTestRecord | None = None


class Format(NamedTuple):
    """How files are called; how a document is read (`DocumentError`) and written (`ModelError`), and what is lost then."""

    suffix: str
    read: Callable[[bytes, str, Options], Document]
    write: Callable[[Document, Options], bytes]
    losses: Callable[[Document, Options], list[Loss]]


_DEFAULT = Options()


def read(data: bytes, name: str, source_format: str | None = None, options: Options = _DEFAULT) -> Document:
    """The document in these bytes, wrong values included; that it is not QTI 3 is a warning. Raises `DocumentError`."""
    document = FORMATS[source_format or recognised(data, name)].read(data, name, options)
    if (message := other_tree(document.tree)) is not None:
        document.issues.append(Issue(code="version", severity="warning", message=message, source=name))
    return document


def suffixes_of(source_format: str | None) -> tuple[str, ...]:
    """How files end that may be in a format, or in any."""
    return SUFFIXES if source_format is None else (FORMATS[source_format].suffix,)


def recognised(data: bytes, name: str) -> str:
    """The format that bytes are in. Raises `DocumentError` if they are in none.

    >>> recognised(b" <p/>", "p"), recognised(b'{"p": "x"}', "p"), recognised(b'{"identifier": "t", "qti-test-part": []}', "t")
    ('xml', 'content', 'api')
    """
    first = data.lstrip(_BEFORE)[:1]
    if first == b"<" or data.startswith(_EBCDIC):
        return "xml"
    if first == b"[":  # some tools make arrays; what is none of these is refused by its reader
        return "content"
    if first != b"{":
        found = "the document is neither XML, which begins with `<`, nor a JSON object, which begins with `{`"
        raise _refusal(found if first else "the document is empty; expected XML or a JSON object", name)
    from ..api.body import is_record

    return "api" if is_record(json_text.loads(data, name=name)) else "content"


def _refusal(message: str, name: str) -> DocumentError:
    return DocumentError([Issue(code="format", message=message, line=1, column=1, source=name)])


# -- the rows --------------------------------------------------------------------------------------------------------------


def _refuse_dialect(options: Options, found: str, name: str) -> None:
    """Whoever says a dialect and means none of the source has probably forgotten --to."""
    if options.source_dialect is not None:
        raise _refusal(f"a dialect is one of content JSON, and this is {found}: leave --dialect out, or add --to content to write it", name)


def _read_xml(data: bytes, name: str, options: Options) -> Document:
    _refuse_dialect(options, "XML", name)
    return Document(*xml.loads(data, recover=True, name=name))


def _write_xml(document: Document, options: Options) -> bytes:
    return xml.dumps(document.tree, indent=options.indent).encode() + b"\n"


def _losses_of_record(document: Document, options: Options) -> list[Loss]:
    """What only a record has a place for."""
    if document.record is None:
        return []
    from .. import api

    return api.losses(document.record)


def _read_content(data: bytes, name: str, options: Options) -> Document:
    from .. import content

    return Document(*content.loads(data, dialect=options.source_dialect, recover=True, name=name))


def _write_content(document: Document, options: Options) -> bytes:
    from .. import content

    return content.dumps(document.tree, options.target_dialect, indent=options.indent).encode() + b"\n"


def _losses_in_content(document: Document, options: Options) -> list[Loss]:
    from .. import content

    return [*_losses_of_record(document, options), *content.losses(document.tree, options.target_dialect)]


def _read_api(data: bytes, name: str, options: Options) -> Document:
    from .. import api
    from ..api.body import XML_IN_JSON
    from ..api.stored import OURS

    _refuse_dialect(options, "API JSON", name)
    body = json_text.loads(data, name=name)
    if isinstance(body, dict) and "qti-test-part" not in body and OURS not in body:
        held = next((key for key in XML_IN_JSON if isinstance(body.get(key), str)), None)
        if held is None or not _is_of_test(body[held]):
            how = f": take the XML out of its `{held}`, such as with `jq -r .{held}`, and convert that" if held else ""
            raise _refusal(f"this JSON is not of a test, as it has no `qti-test-part`, and nothing else can be read from API JSON yet{how}", name)
    record = api.loads(data, prefer=options.prefer, name=name, recover=True)
    return Document(record.test, record.issues, record)


def _is_of_test(text: str) -> bool:
    """Whether XML in a body is that of a test."""
    try:
        return isinstance(xml.loads(text, recover=True).tree, AssessmentTest)
    except DocumentError:
        return False


def _write_api(document: Document, options: Options) -> bytes:
    from .. import api

    record = document.record
    if record is None:
        if not isinstance(document.tree, AssessmentTest):
            raise ModelError(f"API JSON is of whole tests: {wrong_root(document.tree, AssessmentTest)}")
        record = api.AssessmentTestRecord(test=document.tree)
    return api.dumps(record, view=options.view, indent=options.indent).encode() + b"\n"


def _no_losses(document: Document, options: Options) -> list[Loss]:
    return []


FORMATS: dict[str, Format] = {
    "xml": Format(".xml", _read_xml, _write_xml, _losses_of_record),
    "content": Format(".json", _read_content, _write_content, _losses_in_content),
    "api": Format(".json", _read_api, _write_api, _no_losses),
}
