"""Where events come from: text through expat, or a tree of lxml. Both call the same five handlers.

Strategy: expat is in the standard library, knows exact positions, and calls back with names as written, so prefixes and
the order of attributes survive. A document type declaration is refused where it begins: that is where entity bombs, external
entities and network access live. Everything but UTF-8 goes through Python's codecs first, so positions are always in UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import attrs

from ..errors import DocumentError, Issue
from ..nodes import XML

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Handlers", "Limits", "encoding_of", "feed_lxml", "feed_text", "line_and_column", "new_parser", "parse", "to_utf8"]


@attrs.frozen(kw_only=True)
class Limits:
    """What a document may ask of us. The defaults are far beyond real documents and far below what hurts.

    `depth`: nested elements, as in libxml2. `attributes`: of one element. `problems`: how many are collected. `size`: bytes or characters of
    a text, and of any one string in Python objects.
    """

    depth: int = 256
    attributes: int = 1_000
    problems: int = 10_000
    size: int = 256_000_000


DEFAULT = Limits()


class Handlers:
    """What a reader of events offers. `attributes` is flat: name, text, name, text."""

    start: Callable[[str, list[str]], None]
    end: Callable[[str], None]
    text: Callable[[str], None]
    comment: Callable[[str], None]
    instruction: Callable[[str, str], None]
    place: Callable[[], Any]  # set by the source: where the current event is
    listen: Callable[[Callable[[str], None]], None]  # set by the source: exchanges the handler of text


_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._\-]*)["']""")
_NATIVE = {"utf-8", "ascii"}
_NO_CHARACTER_SETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}  # codecs of Python, some of them slow
_EBCDIC = "<?xm".encode("cp037")
_MARKS = (  # the longer marks first: that of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
)


def encoding_of(source: bytes, name: str | None) -> str:
    """The encoding of a document, as Python calls it: by its mark, its declaration, or UTF-8. Raises `DocumentError` for one that is not known."""
    for mark, encoding in _MARKS:
        if source.startswith(mark):
            return encoding
    # A declaration in EBCDIC has other bytes; nearly all of its code pages agree on the characters that it needs.
    head = source[:256].decode("cp037").encode("ascii", "replace") if source.startswith(_EBCDIC) else source
    declared = _DECLARED.match(head, 0, 1024)
    if declared is None:
        return "utf-8"
    with suppress(LookupError):
        encoding = codecs.lookup(declared[1].decode()).name
        if encoding not in _NO_CHARACTER_SETS:
            return encoding
    raise _wrong_encoding(f"the encoding `{declared[1].decode()}` is not known; save the document as UTF-8", name)


def to_utf8(source: str | bytes, name: str | None) -> tuple[bytes, str | None]:
    """The document in UTF-8, and the encoding that overrides its declaration, if any. Raises `DocumentError`."""
    try:
        if isinstance(source, str):
            return source.removeprefix("\ufeff").encode(), "utf-8"
        encoding = encoding_of(source, name)
        return (source, None) if encoding in _NATIVE else (source.decode(encoding).removeprefix("\ufeff").encode(), "utf-8")
    except LookupError:  # a codec that is none of characters
        raise _wrong_encoding(f"the encoding `{encoding}` is not known; save the document as UTF-8", name) from None
    except UnicodeError as error:
        raise _wrong_encoding(f"the document is not what its encoding says: {error}; save it as UTF-8", name) from None


def _wrong_encoding(message: str, name: str | None) -> DocumentError:
    return DocumentError([Issue(code="encoding", message=message, line=1, column=1, source=name)])


class _Doctype(Exception):
    """There is a document type declaration."""


def new_parser(encoding: str | None) -> expat.XMLParserType:
    """A parser that refuses document type declarations."""
    parser = expat.ParserCreate(encoding)
    parser.ordered_attributes = True
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise _Doctype

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, data: bytes, name: str | None) -> None:
    """Run the parser over all of the data. Raises `DocumentError` if it is not well-formed, or has a document type declaration."""
    try:
        parser.Parse(data, True)
    except _Doctype:
        line, column = line_and_column(data, data.rfind(b"<!DOCTYPE", 0, parser.CurrentByteIndex + 9))
        code, message = (
            "doctype",
            "document type declarations are not allowed: they can hold entity bombs and reach into files and the network; remove `<!DOCTYPE ...>`",
        )
    except expat.ExpatError as error:
        line, column = error.lineno, error.offset + 1
        hint = {
            expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "; XML knows only &amp; &lt; &gt; &quot; &apos; and numbers such as &#160;",
            expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "; the document is empty, or ends before its last end tag",
        }.get(error.code, "")
        code, message = "syntax", f"not well-formed XML: {expat.ErrorString(error.code)}{hint}"
    else:
        return
    raise DocumentError([Issue(code=code, message=message, line=line, column=column, source=name)])


def line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column of a byte, both from 1; the column counts characters."""
    before = data[:offset].decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def feed_text(data: bytes, encoding: str | None, name: str | None, handlers: Handlers) -> None:
    """Parse bytes and call the handlers; `place()` is the byte where the current event begins."""
    parser = new_parser(encoding)
    parser.StartElementHandler = handlers.start
    parser.EndElementHandler = handlers.end
    parser.CharacterDataHandler = handlers.text
    parser.CommentHandler = handlers.comment
    parser.ProcessingInstructionHandler = handlers.instruction
    handlers.place = lambda: parser.CurrentByteIndex
    handlers.listen = lambda handler: setattr(parser, "CharacterDataHandler", handler)
    try:
        parse(parser, data, name)
    finally:
        del handlers.place, handlers.listen  # parser and handlers refer to each other: let both go now, not at the next collection


def feed_lxml(element: _Element, handlers: Handlers) -> None:
    """Walk an lxml element and call the handlers; `place()` is the element that the current event belongs to.

    Comments and processing instructions around a root are part of the document; around any other element they are not.
    """
    current = element
    handlers.place = lambda: current
    handlers.listen = lambda handler: setattr(handlers, "text", handler)
    is_root = element.getparent() is None
    if is_root:
        for sibling in reversed(list(element.itersiblings(preceding=True))):
            _feed_other(sibling, handlers)
    # A stack of iterators, not recursion: a tree made by a program may be deeper than Python's own limit.
    stack = [(element, iter(element))]
    _feed_start(element, None, handlers)
    while stack:
        current, children = stack[-1]
        child = next(children, None)
        if child is None:
            handlers.end(_raw_name(current))
            stack.pop()
            if stack and current.tail:
                handlers.text(current.tail)
        elif _is_element(child):
            current = child
            stack.append((child, iter(child)))
            _feed_start(child, stack[-2][0], handlers)
        else:
            _feed_other(child, handlers)
            if child.tail:
                handlers.text(child.tail)
    if is_root:
        for sibling in element.itersiblings():
            _feed_other(sibling, handlers)


def _is_element(node: Any) -> bool:
    """Comments and the like have a function for a tag."""
    return isinstance(node.tag, str)


def _raw_name(element: _Element) -> str:
    local = str(element.tag).rpartition("}")[2]
    return f"{element.prefix}:{local}" if element.prefix else local


def _feed_start(element: _Element, parent: _Element | None, handlers: Handlers) -> None:
    outer = parent.nsmap if parent is not None else {}
    inner = element.nsmap
    attributes: list[str] = []
    for prefix, uri in inner.items():
        if outer.get(prefix) != uri and prefix != "xml":
            attributes += (f"xmlns:{prefix}" if prefix else "xmlns", uri)
    if outer.get(None) and not element.prefix and "{" not in str(element.tag) and element.nsmap.get(None) != outer[None]:
        attributes += ("xmlns", "")
    by_uri = {uri: prefix for prefix, uri in inner.items() if prefix}
    ambiguous = len(set(inner.values())) < len(inner)
    for number, (key, value) in enumerate(element.attrib.items(), 1):
        namespace, _, local = str(key).rpartition("}")
        if namespace and ambiguous:  # lxml hides which of two prefixes was written, XPath does not
            name = str(element.xpath(f"name(@*[{number}])"))
        else:
            name = f"{'xml' if namespace[1:] == XML else by_uri[namespace[1:]]}:{local}" if namespace else local
        attributes += (name, str(value))
    handlers.start(_raw_name(element), attributes)
    if element.text:
        handlers.text(element.text)


def _feed_other(node: Any, handlers: Handlers) -> None:
    from lxml import etree

    if node.tag is etree.Comment:
        handlers.comment(node.text or "")
    elif node.tag is etree.ProcessingInstruction:
        handlers.instruction(node.target, node.text or "")
    else:
        message = f"the unresolved entity reference `{node.text}` cannot be read; parse with resolve_entities=True or remove it"
        raise DocumentError([Issue(code="entity", message=message, line=node.sourceline)])
