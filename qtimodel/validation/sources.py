"""Sources: whatever people have a document in, as one lxml tree and a way back to places in the source.

Strategy: lxml reads text, with everything turned off that reaches beyond the document; where there may be a document type declaration, expat
looks first, and refuses it. What lxml cannot read goes to `xml.loads`, which has the last word, and tells its problems.
Trees have paths and, from lxml, lines at best.
"""

from __future__ import annotations

import re
from threading import local
from typing import Any, TypeAlias

import attrs
from lxml import etree

from .. import xml
from ..errors import DocumentError, Issue, ModelError
from ..files import read, source_name
from ..nodes import Element, Markup
from ..xml.encodings import to_utf8
from ..xml.source import Limits, new_parser, parse
from .grammar import Node
from .places import NodePlaces, Places, TextPlaces, TreePlaces

__all__ = ["Document", "Source", "opened", "parsed", "xml_document"]

Source: TypeAlias = Any  # a path, bytes, text, a binary file, an lxml element or tree, a typed tree, objects of content JSON
_BEFORE = b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"
_local = local()
_LONG_TAG = re.compile(rb"<[^<]{4000}")  # an element with 1,000 attributes is at least that long


@attrs.frozen(eq=False)
class Document:
    """A document that can be read. `problems` were found on the way; `issues` makes issues of findings."""

    root: Node
    places: Places
    problems: list[Issue] = attrs.field(factory=list)


def opened(source: Source, name: str | None, limits: Limits) -> list[Document]:
    """The documents in a source: one, or those in a JSON record. Raises `DocumentError`, and `OSError` for a path."""
    if hasattr(source, "getroottree") or hasattr(source, "getroot"):
        root = source.getroot() if hasattr(source, "getroot") else source
        if root is None:
            raise DocumentError([Issue(code="syntax", message="the tree has no root: put an element into it", source=name)])
        _check_tree(root, name)
        return [Document(root, TreePlaces(name))]
    if isinstance(source, (Element, Markup)):
        return [_node(source, name, limits)]
    if isinstance(source, dict):
        from .json_source import documents_of

        return documents_of(source, None, name, limits)
    data: str | bytes
    if isinstance(source, bytes) or (isinstance(source, str) and _is_text(source)):
        data = source
    else:
        data = read(source)
        name = name if name is not None else source_name(source)
    if _start(data) in (b"{", b"["):
        from .json_source import documents_in

        return documents_in(data, name, limits)
    return [xml_document(data, name, limits)]


def _is_text(source: str) -> bool:
    """Whether a `str` is a document; if not, it is a path."""
    return _start(source) in (b"<", b"{", b"[", b"") or "<" in source[:1000] or "\n" in source[:1000]


def _start(source: str | bytes) -> bytes:
    """The first character that is no white space."""
    if isinstance(source, str):
        return source[:1000].lstrip("\ufeff \t\r\n")[:1].encode(errors="replace")
    return source[:1000].lstrip(_BEFORE)[:1]


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
