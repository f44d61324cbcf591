"""Sources: whatever people have a document in, as one lxml tree and a way back to places in the source.

Strategy: lxml reads text, with everything turned off that reaches beyond the document; where there may be a document type declaration, expat
looks first, and refuses it. What lxml cannot read goes to `xml.loads`, which has the last word, and tells its problems.
Trees have paths and, from lxml, lines at best.
"""

from __future__ import annotations

import errno
import os
import re
from threading import local
from typing import Any, TypeAlias

import attrs
from lxml import etree

from .. import xml
from ..binary import binary
from ..errors import DocumentError, Issue, ModelError, SourceError
from ..files import read, source_name
from ..nodes import Element, Markup
from ..xml.encodings import to_utf8
from ..xml.source import Limits, new_parser, parse
from .grammar import Node
from .places import NodePlaces, Places, TextPlaces, TreePlaces

__all__ = ["Document", "Source", "opened", "parsed", "xml_document"]

Source: TypeAlias = Any  # a path, bytes, text, a binary file, an lxml element or tree, a typed tree, objects of content JSON
_DOCUMENT = ("<", "{", "[", "")  # how documents begin, those of white space too; any other `str` is a path
_BLANK = re.compile("[\ufeff \t\r\n]*+")
_BLANK_BYTES = re.compile(rb"[\x00 \t\r\n\xef\xbb\xbf\xfe\xff]*+")  # with the marks and empty halves of wide characters
_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ, errno.ELOOP, errno.EISDIR)
_NEITHER = "expected a document, which begins with `<` (XML), `{` or `[` (JSON); found other text: give the document itself"
_SHOWN = 60  # characters of what is no path
_local = local()
_LONG_TAG = re.compile(rb"<[^<]{4000}")  # an element with 1,000 attributes is at least that long


@attrs.frozen(eq=False)
class Document:
    """A document that can be read. `problems` were found on the way; `issues` makes issues of findings."""

    root: Node
    places: Places
    problems: list[Issue] = attrs.field(factory=list)


def opened(source: Source, name: str | None, limits: Limits, *, text: bool = False) -> list[Document]:
    """The documents in a source: one, or those in a JSON record. `text`: it is the document itself, and no file is opened.

    Raises `DocumentError`, and for a path `SourceError` if it leads nowhere, `OSError` if it cannot be read.
    """
    if text:
        if not isinstance(source, (str, bytes)):
            raise TypeError(f"expected the text of a document as str or bytes, found {type(source).__name__}")
        return _documents(source, name, limits)
    if hasattr(source, "getroottree") or hasattr(source, "getroot"):
        root = source.getroot() if hasattr(source, "getroot") else source
        if root is None:
            raise DocumentError([Issue(code="syntax", message="the tree has no root: put an element into it", source=name)])
        _check_tree(root, name)
        return [Document(root, TreePlaces(name))]
    if isinstance(source, (Element, Markup)):
        return [_node(source, name, limits)]
    if isinstance(source, (dict, list)):
        from .json_source import documents_of

        return documents_of(source, None, name, limits)
    if isinstance(source, bytes) or (isinstance(source, str) and _start(source) in _DOCUMENT):
        return _documents(source, name, limits)
    return _documents(_read(source), name if name is not None else source_name(source), limits)


def _documents(data: str | bytes, name: str | None, limits: Limits) -> list[Document]:
    """The documents in text. Raises `DocumentError`."""
    start = _start(data)
    if start in ("{", "["):
        from .json_source import documents_in

        return documents_in(data, name, limits)
    if start not in _DOCUMENT:
        _refuse_other(data, name)
    return [xml_document(data, name, limits)]


def _refuse_other(data: str | bytes, name: str | None) -> None:
    """Refuse what is neither XML nor JSON: binary files, and text that has no tag at all. Raises `DocumentError`."""
    if isinstance(data, bytes):
        message = binary(data)
        if message is None and data.isascii() and b"<" not in data:
            message = _NEITHER
    else:
        message = None if "<" in data else _NEITHER
    if message is not None:
        raise DocumentError([Issue(code="format", message=message, line=1, column=1, source=name)])


def _read(source: Any) -> bytes:
    """The bytes of a path or binary file. Raises `SourceError` and `OSError`."""
    try:
        return read(source)
    except OSError as error:
        if not isinstance(source, (str, os.PathLike)) or error.errno not in _NOWHERE:
            raise
        given = os.fsdecode(source)
        shown = ascii(given if len(given) <= _SHOWN else f"{given[:_SHOWN]}...")
        reason = f"{shown} is not the path of a file: {error.strerror}"
        expected = "expected a path, or the text of a document, which begins with `<` (XML), `{` or `[` (JSON); say text=True for text that is never a path"
        raise SourceError(f"{reason}; {expected}", given) from None


def _start(source: str | bytes) -> str:
    """The first character that is no white space; in bytes, an ASCII one."""
    if isinstance(source, str):
        return source[_BLANK.match(source).end() :][:1]  # type: ignore[union-attr]  # it matches always
    return source[_BLANK_BYTES.match(source).end() :][:1].decode("ascii", "replace")  # type: ignore[union-attr]


def xml_document(source: str | bytes, name: str | None, limits: Limits) -> Document:
    """The document in XML text, which is never taken for a path. Raises `DocumentError`."""
    if len(source) > limits.size:
        xml.loads(source, limits=limits, name=name)  # refuses it
    data = to_utf8(source, name)
    root = None
    if _harmless(data):
        root = parsed(data)
    if root is None or _beyond(root, data, limits):
        xml.loads(source, recover=True, limits=limits, name=name)  # says what is wrong, if it finds anything
        root = parsed(data, anyhow=True) if root is None else root
    if root is None:
        raise DocumentError([Issue(code="syntax", message="not well-formed XML: libxml2 cannot read what other parsers can", line=1, column=1, source=name)])
    return Document(root, TextPlaces(data, name))


def _harmless(data: bytes) -> bool:
    """Whether lxml may see a document: expat looks first at document type declarations, and at names, about whose letters the two disagree."""
    if b"<!DOCTYPE" not in data and data.isascii():
        return True
    try:
        parse(new_parser(), data, None)
    except DocumentError:
        return False
    return True


def parsed(data: bytes, *, anyhow: bool = False) -> Node | None:
    """The lxml tree of UTF-8; `None`: there is none. `anyhow`: it is known to be well-formed, whatever libxml2 has against it (depth, odd URIs)."""
    parser = _parsers().get(anyhow)
    if parser is None:
        options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "collect_ids": False}
        parser = _parsers()[anyhow] = etree.XMLParser(encoding="utf-8", huge_tree=anyhow, recover=anyhow, **options)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _parsers() -> dict[bool, etree.XMLParser]:
    """The parsers of this thread: threads that shared them would wait for each other."""
    try:
        found: dict[bool, etree.XMLParser] = _local.parsers
    except AttributeError:
        found = _local.parsers = {}
    return found


def _beyond(root: Node, data: bytes, limits: Limits) -> bool:
    """Whether a tree may be beyond the limits for depth and attributes."""
    if limits.depth < 256 and root.xpath(f"boolean({'/*' * (limits.depth + 1)})"):
        return True
    if limits.attributes >= 1000 and _LONG_TAG.search(data) is None:
        return False
    return bool(root.xpath(f"boolean(//*[@*[{limits.attributes + 1}]])"))


def _check_tree(root: Node, name: str | None) -> None:
    if not isinstance(root.tag, str):
        raise TypeError("expected an element, found a comment or processing instruction")
    if next(root.iter(etree.Entity), None) is not None:
        message = "there is an unresolved entity reference, which nobody can check: parse with resolve_entities=True or remove it"
        raise DocumentError([Issue(code="entity", message=message, source=name)])


def _node(tree: Element | Markup, name: str | None, limits: Limits) -> Document:
    try:
        data = xml.dumps(tree, indent=None, limits=limits).encode()
    except ModelError as error:
        raise DocumentError([Issue(code="model", message=error.message, path=error.path, source=name)]) from None
    root = parsed(data, anyhow=True)
    assert root is not None
    return Document(root, NodePlaces(TextPlaces(data, name)))
