"""Where things stand in XML text: start tags with their attributes, and the parts of an element's content.

Strategy: in well-formed XML, `<` begins a tag, a comment, CDATA or a processing instruction, and nothing else. So a child can be skipped by looking
only for tags of its own name, which regular expressions do several times faster than any parser calls back; only what is asked for is looked at.
Everything here relies on a parser having accepted the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

from .reader import is_blank

__all__ = ["AttributeSpan", "Part", "StartTag", "document_parts", "is_layout", "parts_of", "plain", "prolog_end", "start_tag"]

_SPACE = " \t\r\n"
_TAG = re.compile(rf"""<([^{_SPACE}/>]++)((?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(rf"""[{_SPACE}]+([^{_SPACE}=]+)[{_SPACE}]*=[{_SPACE}]*(?:"([^"]*)"|'([^']*)')""")
_PROLOG = re.compile(rf"\ufeff?(?:<\?xml[{_SPACE}][^>]*>)?")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(\w+));")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


@attrs.frozen
class AttributeSpan:
    """An attribute: its name as written, and where it and its value stand. `start` is before the white space in front of it."""

    name: str
    start: int
    value_start: int
    value_end: int

    @property
    def end(self) -> int:
        """Behind the closing quote."""
        return self.value_end + 1


@attrs.frozen
class StartTag:
    """A start tag: `<name attributes>`, or `<name attributes/>` if it is `empty`. `inner_end` is behind its last attribute."""

    name: str
    start: int
    attributes: tuple[AttributeSpan, ...]
    inner_end: int
    end: int
    empty: bool


@attrs.frozen
class Part:
    """A part of content: a run of text (with references and CDATA), a comment, an instruction, or an element, whose `name` is as written."""

    kind: str
    start: int
    end: int
    name: str = ""


def start_tag(text: str, at: int) -> StartTag:
    """The start tag at a place.

    >>> tag = start_tag("<a b = 'c' />", 0)
    >>> tag.name, tag.attributes[0].name, tag.inner_end, tag.empty
    ('a', 'b', 10, True)
    """
    tag = _TAG.match(text, at)
    assert tag is not None
    attributes = []
    end = tag.end(1)
    while found := _ATTRIBUTE.match(text, end, tag.end()):
        group = 2 if found[2] is not None else 3
        attributes.append(AttributeSpan(found[1], end, found.start(group), found.end(group)))
        end = found.end()
    return StartTag(tag[1], at, tuple(attributes), end, tag.end(), tag[2].endswith("/"))


def parts_of(text: str, tag: StartTag) -> tuple[list[Part], int]:
    """The parts of an element's content, and where its end tag begins.

    >>> text = "<a>x<b/><!--c--></a>"
    >>> [text[part.start : part.end] for part in parts_of(text, start_tag(text, 0))[0]]
    ['x', '<b/>', '<!--c-->']
    """
    return ([], tag.end) if tag.empty else _parts(text, tag.end)


def document_parts(text: str) -> list[Part]:
    """The root, and what stands around it."""
    return _parts(text, prolog_end(text))[0]


def prolog_end(text: str) -> int:
    """Behind the byte order mark and the XML declaration, where there are any."""
    found = _PROLOG.match(text)
    return found.end() if found else 0


def _parts(text: str, at: int) -> tuple[list[Part], int]:
    parts: list[Part] = []
    begin = at  # of the run of text that `at` is in
    while True:
        at = text.find("<", at)
        at = len(text) if at < 0 else at
        if text.startswith("<![CDATA[", at):
            at = text.index("]]>", at) + 3
            continue
        if begin < at:
            parts.append(Part("text", begin, at))
        if at == len(text) or text.startswith("</", at):
            return parts, at
        if text.startswith("<!--", at):
            part = Part("comment", at, text.index("-->", at + 4) + 3)
        elif text.startswith("<?", at):
            part = Part("instruction", at, text.index("?>", at) + 2)
        else:
            part = _element(text, at)
        parts.append(part)
        at = begin = part.end


def _element(text: str, at: int) -> Part:
    """The element at a place."""
    tag = _TAG.match(text, at)
    assert tag is not None
    if tag[2].endswith("/"):
        return Part("element", at, tag.end(), tag[1])
    at_end = text.index("<", tag.end())
    depth = 0 if text.startswith("</", at_end) else 1  # most elements have no other in them
    while depth:
        found = _find_relevant(tag[1], text, at_end)
        assert found is not None
        if found[1] is None:
            at_end = text.index({"!-": "-->", "![": "]]>"}.get(text[found.start() + 1 : found.start() + 3], "?>"), found.end())
        elif found[1]:
            depth -= 1
            at_end = found.end()
        else:
            nested = _TAG.match(text, found.start())
            assert nested is not None
            depth += not nested[2].endswith("/")
            at_end = nested.end()
    return Part("element", at, text.index(">", at_end) + 1, tag[1])


def _find_relevant(name: str, text: str, at: int) -> re.Match[str] | None:
    """What must be looked at next when an element of that name is skipped. Expressions of long names are not made, as `re` would keep them."""
    if len(name) <= _LONG:
        return _relevant(name).search(text, at)
    for found in _ANY_TAG.finditer(text, at):
        if found[1] is None or (text.startswith(name, found.end()) and text[found.end() + len(name)] in f"{_SPACE}/>"):
            return found
    return None


_LONG = 100
_ANY_TAG = re.compile(r"<(?:!--|!\[CDATA\[|\?|(/?)(?![!?/]))")


@lru_cache(512)
def _relevant(name: str) -> re.Pattern[str]:
    """What must be looked at when an element of that name is skipped: tags of the same name, and what may hide some."""
    return re.compile(rf"<(?:!--|!\[CDATA\[|\?|(/?){re.escape(name)}(?=[{_SPACE}/>]))")


def plain(text: str) -> str:
    """What a run of text or the value of an attribute means, up to line ends.

    >>> plain("a&amp;&#98;<![CDATA[&]]>")
    'a&b&'
    """
    if "<" in text:
        pieces = _CDATA.split(text)
        return "".join(piece if number % 2 else plain(piece) for number, piece in enumerate(pieces))
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    if found[3] is not None:
        return _NAMED[found[3]]
    return chr(int(found[1], 16) if found[1] is not None else int(found[2]))


def is_layout(run: str) -> bool:
    """Whether a run of text is only white space, however it is written."""
    return is_blank(run) or (("&" in run or "<" in run) and not plain(run).strip(_SPACE))
