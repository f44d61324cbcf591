"""Where events come from: text through expat, or a tree of lxml. Both call the same five handlers.

Strategy: expat is in the standard library, knows exact positions, and calls back with names as written, so prefixes and
the order of attributes survive. A document type declaration is refused where it begins: that is where entity bombs, external
entities and network access live. Text comes in UTF-8 (`encodings` decides and decodes), so positions are always in UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import attrs

from ..arguments import check_kind
from ..errors import DocumentError, Issue
from ..nodes import XML
from .name_characters import is_name

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Handlers", "Limits", "feed_lxml", "feed_text", "line_and_column", "new_parser", "parse"]


@attrs.frozen(kw_only=True)
class Limits:
    """What a document may ask of us. The defaults are far beyond real documents and far below what hurts.

    `depth`: nested elements, as in libxml2. `attributes`: of one element. `problems`: how many are collected. `size`: bytes or characters of
    a text, and of any one string in Python objects.

    Writers keep `depth`, `attributes` and `size`, so that what is written can be read again. `problems` are counted by readers
    only: a tree with more wrong values than that is read again with a higher number. Services keep no such test.
    """

    depth: int = 256
    attributes: int = 1_000
    problems: int = 10_000
    size: int = 256_000_000


DEFAULT = Limits()


def check_limits(limits: object) -> None:
    """Refuse what are no limits. Raises `TypeError`."""
    check_kind("limits", limits, Limits, "a `Limits`")
    for name in ("depth", "attributes", "problems", "size") if limits is not DEFAULT else ():
        check_kind(f"limits.{name}", getattr(limits, name), int, "a whole number")


class Handlers:
    """What a reader of events offers. `attributes` is flat: name, text, name, text."""

    start: Callable[[str, list[str]], None]
    end: Callable[[str], None]
    text: Callable[[str], None]
    comment: Callable[[str], None]
    instruction: Callable[[str, str], None]
    place: Callable[[], Any]  # set by the source: where the current event is
    listen: Callable[[Callable[[str], None]], None]  # set by the source: exchanges the handler of text


class _Doctype(Exception):
    """There is a document type declaration."""


def new_parser() -> expat.XMLParserType:
    """A parser of UTF-8, whatever the document declares, that refuses document type declarations."""
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise _Doctype

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, data: bytes, name: str | None, *, wrapped: bool = False) -> None:
    """Run the parser over all of the data. Raises `DocumentError` if it is not well-formed, or has a document type declaration.

    `wrapped`: the root was put around text that has none, and is not to be spoken of.
    """
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
        from .diagnosis import syntax_message

        code, message = "syntax", syntax_message(error, data, parser.ErrorByteIndex, wrapped=wrapped)
    else:
        return
    raise DocumentError([Issue(code=code, message=message, line=line, column=column, source=name)])


def line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column of a byte, both from 1; the column counts characters."""
    before = data[:offset].decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def feed_text(data: bytes, name: str | None, handlers: Handlers, *, wrapped: bool = False) -> None:
    """Parse bytes and call the handlers; `place()` is the byte where the current event begins."""
    parser = new_parser()
    parser.StartElementHandler = handlers.start
    parser.EndElementHandler = handlers.end
    parser.CharacterDataHandler = handlers.text
    parser.CommentHandler = handlers.comment
    parser.ProcessingInstructionHandler = handlers.instruction
    handlers.place = lambda: parser.CurrentByteIndex
    handlers.listen = lambda handler: setattr(parser, "CharacterDataHandler", handler)
    try:
        parse(parser, data, name, wrapped=wrapped)
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
    name = _raw_name(element)
    for known in (name, *attributes[::2]):
        if not known.isascii() and not all(map(is_name, known.split(":"))):
            message = f"`{known}` has characters that only some parsers know in names: use letters of XML 1.0, fourth edition"
            raise DocumentError([Issue(code="name", message=message, line=_line_of(element))])
    handlers.start(name, attributes)
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


def _line_of(element: _Element) -> int | None:
    line: Any = element.sourceline
    return line if isinstance(line, int) else None
