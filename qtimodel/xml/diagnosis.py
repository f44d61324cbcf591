"""What is wrong in text that is not well-formed: the character, attribute or tag, and what to write instead.

Strategy: expat says where, and little more. This module goes through the same text once more, tag by tag, until it comes to the
mistake, in time linear in the text. It speaks only if that is where expat stopped; otherwise libxml2 is asked what it says. Only
documents that are refused come here.
"""

from __future__ import annotations

import html.entities
import re
from typing import NoReturn
from xml.parsers import expat

from ..datatypes import text_problem
from .name_characters import is_name

__all__ = ["explain", "syntax_message"]

_SPACE = "[ \t\r\n]"
_NAME = re.compile(r"[^ \t\r\n<>/=\"'&?!]+")
_TAG = re.compile(
    rf"""<([^ \t\r\n<>/=\"'&?!]++)"""
    rf"""((?:{_SPACE}++[^ \t\r\n<>/=\"'&?!]++{_SPACE}*+=(?:{_SPACE}*+"[^"<]*+"|{_SPACE}*+'[^'<]*+'))*+){_SPACE}*+(/?)>"""
)
_END_TAG = re.compile(rf"</([^ \t\r\n<>/=\"'&?!]++){_SPACE}*+>")
_ATTRIBUTE = re.compile(rf"""{_SPACE}++([^ \t\r\n<>/=\"'&?!]++){_SPACE}*+=""")
_VALUE = re.compile(r""""[^"]*+"|'[^']*+'""")
_REFERENCE = re.compile(r"&(?:#(?:([0-9]++)|x([0-9a-fA-F]++))|([^ \t\r\n<>/=\"'&;#]++));")
_TEXT_END = re.compile(r"[<&]|\]\]>")
_AHEAD = 1_000_000  # bytes behind the place that are enough to see what is there
_KNOWN = ("amp", "lt", "gt", "quot", "apos")


_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")  # HTML does not close these


class _Found(Exception):
    """The mistake: `args` are where it begins and ends in the text, and what it is."""


def explain(data: bytes, offset: int, line: int, *, wrapped: bool = False) -> str | None:
    """What is wrong at a byte, in a line, or `None`. `wrapped`: the root is not the user's."""
    text = data[: max(offset, 0) + _AHEAD].decode("utf-8", "surrogateescape")
    at = max(offset, 0) if data.isascii() else len(data[:offset].decode("utf-8", "surrogateescape"))
    try:
        _Scan(text, at, wrapped).document()
    except _Found as found:
        begin, end, message = found.args
        if begin <= at <= end:
            return str(message)
    return _of_libxml2(data, line)


def _of_libxml2(data: bytes, line: int) -> str | None:
    """The first error of libxml2, in its words, if it is in the same line."""
    from lxml import etree

    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        errors = [error for error in parser.error_log if error.domain_name == "PARSER"]
        if errors and errors[0].line == line and "huge" not in errors[0].message:
            return " ".join(errors[0].message.split())
    return None


class _Scan:
    """One pass over the text. `at` is where the parser stopped: of what is good before it, only tags are looked at."""

    def __init__(self, text: str, at: int, wrapped: bool) -> None:
        self.text, self.at, self.wrapped = text, at, wrapped
        self.open: list[tuple[str, int]] = []
        self.roots = 0

    def stop(self, begin: int, end: int, message: str) -> NoReturn:
        raise _Found(begin, end, message)

    def line(self, at: int) -> int:
        return len(re.findall(r"\r\n|\r|\n", self.text[:at])) + 1

    def document(self) -> None:
        """Go through the text until there is a mistake."""
        text, at = self.text, 0
        if text.startswith("<?xml") and text[5:6] in (" ", "\t", "\r", "\n", "?", ""):
            at = self.declaration()
        while at < len(text):
            if text[at] != "<":
                at = self.content(at)
            elif text.startswith("<!--", at):
                at = self.comment(at)
            elif text.startswith("<![CDATA[", at):
                at = self.cdata(at)
            elif text.startswith("<?", at):
                at = self.instruction(at)
            elif text.startswith("</", at):
                at = self.end_tag(at)
            elif text.startswith("<!DOCTYPE", at):
                end = text.find(">", at)
                message = "document type declarations are not allowed, nor would this be one: remove `<!DOCTYPE ...>`"
                self.stop(at, len(text) if end < 0 else end + 1, message)
            elif text.startswith("<!", at):
                shown = _shown(text[at : at + 12])
                self.stop(at, at + 12, f"`{shown}` begins neither a comment (`<!--`) nor CDATA (`<![CDATA[`); a `<` in text is written `&lt;`")
            else:
                at = self.start_tag(at)
        if self.open:
            names = self.open[1:] if self.wrapped and len(self.open) > 1 else self.open
            name, begin = names[-1]
            self.stop(self.last_begin(), len(text), f"`{_shown(name)}` (line {self.line(begin)}) is never closed; {_closing(name)}")
        if not self.roots:
            found = "is empty" if not text.strip() else "has no element"
            self.stop(0, len(text), f"the document {found}; expected a root element such as `<qti-assessment-test ...>`")

    def last_begin(self) -> int:
        """Where white space at the end of the text begins: parsers count differently there."""
        return len(self.text.rstrip(" \t\r\n"))

    def declaration(self) -> int:
        end = self.text.find("?>")
        if end < 0:
            self.stop(0, len(self.text), "the XML declaration is not closed; write `?>` at its end")
        good = re.compile(
            rf"""<\?xml{_SPACE}+version{_SPACE}*={_SPACE}*(["'])1\.[0-9]+\1(?:{_SPACE}+encoding{_SPACE}*={_SPACE}*(["'])[A-Za-z][A-Za-z0-9._\-]*\2)?"""
            rf"""(?:{_SPACE}+standalone{_SPACE}*={_SPACE}*(["'])(?:yes|no)\3)?{_SPACE}*\?>"""
        )
        if good.match(self.text) is None:
            self.stop(0, end + 2, f'`{_shown(self.text[: end + 2])}` is no XML declaration; write `<?xml version="1.0" encoding="UTF-8"?>`')
        return end + 2

    def content(self, begin: int) -> int:
        """Text until the next tag."""
        text = self.text
        end = _TEXT_END.search(text, begin)
        stop = end.start() if end else len(text)
        self.characters(begin, stop, "text")
        if not self.open and (outside := text[begin:stop].strip(" \t\r\n")):
            if begin == 0 and outside[0] in "{[":  # what follows is a document, and not to be removed
                self.stop(begin, stop, f"this begins with `{outside[0]}`, as JSON does; expected XML, which begins with `<`: read it as JSON")
            if "<" not in text:
                self.stop(begin, stop, f"found the text `{_shown(outside)}` and no element; expected XML, which begins with `<`")
            where = "before" if not self.roots else "behind"
            self.stop(begin, stop, f"there is text {where} the root: `{_shown(outside)}`; remove it")
        if end is None or end[0] == "<":
            return stop
        if end[0] == "]]>":
            self.stop(stop, stop + 3, "`]]>` must not be in text; write `]]&gt;`")
        if not self.open:
            self.stop(stop, stop + 1, f"there is a reference {'behind' if self.roots else 'before'} the root; remove it")
        return self.reference(stop)

    def reference(self, at: int) -> int:
        """A reference, in text or in a value."""
        text = self.text
        found = _REFERENCE.match(text, at)
        if found is None:
            begun = re.compile(r"&(?:#[0-9a-zA-Z]*|[^ \t\r\n<>/=\"'&;#]*);?").match(text, at)
            assert begun is not None
            end = begun.end()
            if begun[0] in ("&", "&;"):
                self.stop(at, end + 1, "`&` begins a reference; a bare `&` is written `&amp;`")
            if begun[0].startswith("&#"):
                self.stop(at, end + 1, f"`{_shown(begun[0])}` is no reference; write a number as in `&#160;` or `&#xA0;`, and a bare `&` as `&amp;`")
            self.stop(at, end + 1, f"`{_shown(begun[0])}` begins a reference that no `;` closes; a bare `&` is written `&amp;`")
        decimal, hexadecimal, name = found.groups()
        if name is not None and name not in _KNOWN:
            code = html.entities.name2codepoint.get(name)
            remedy = f"write `&#{code};`" if code else "write the character or its number, as in `&#160;`; a bare `&` is written `&amp;`"
            self.stop(at, found.end(), f"`{_shown(found[0])}` is not known in XML, only &amp; &lt; &gt; &quot; &apos; and numbers are; {remedy}")
        if name is None:
            digits, base = (decimal, 10) if decimal else (hexadecimal, 16)
            number = int(digits, base) if len(digits) < 10 else 0x110000
            if number > 0x10FFFF or 0xD800 <= number < 0xE000 or text_problem(chr(number)):
                self.stop(at, found.end(), f"`{_shown(found[0])}` is the number of a character that XML cannot hold; remove it")
        return found.end()

    def characters(self, begin: int, end: int, where: str) -> None:
        """Characters that XML does not have, and bytes that are not UTF-8; looked for only near the place where the parser stopped."""
        if end < self.at - 4 or begin > self.at + 4:
            return
        piece = self.text[max(begin, self.at - 4) : min(end, self.at + 4)]
        if problem := text_problem(piece):
            place = next(n for n, character in enumerate(piece) if text_problem(character)) + max(begin, self.at - 4)
            character = self.text[place]
            if "\udc80" <= character <= "\udcff":
                run = re.compile("[\udc80-\udcff]+").match(self.text, place)
                found = " ".join(f"{ord(byte) - 0xDC00:02x}" for byte in run[0][:4]) if run else ""
                self.stop(place - 4, place + 4, f"the bytes `{found}` in {where} are not UTF-8; save the document as UTF-8, or declare its encoding")
            self.stop(place, place, f"{where} has {problem}; remove it")

    def comment(self, at: int) -> int:
        text = self.text
        self.characters(at, text.find("-->", at) if text.find("-->", at) >= 0 else len(text), "a comment")
        end = text.find("--", at + 4)
        if end < 0:
            self.stop(at, len(text), f"the comment that begins in line {self.line(at)} is not closed; write `-->` at its end")
        if text[end + 2 : end + 3] != ">":
            self.stop(at, end + 3, "`--` must not be in a comment; write `- -`, or close the comment with `-->` before it")
        return end + 3

    def cdata(self, at: int) -> int:
        if not self.open:
            self.stop(at, at + 9, f"CDATA must not be {'behind' if self.roots else 'before'} the root; remove it")
        end = self.text.find("]]>", at)
        self.characters(at, end if end >= 0 else len(self.text), "CDATA")
        if end < 0:
            self.stop(at, len(self.text), f"the CDATA that begins in line {self.line(at)} is not closed; write `]]>` at its end")
        return end + 3

    def instruction(self, at: int) -> int:
        text = self.text
        name = _NAME.match(text, at + 2)
        if name is None:
            self.stop(at, at + 3, "`<?` begins a processing instruction, and a name must follow; a `<` in text is written `&lt;`")
        target = name[0]
        if target.lower() == "xml":
            if target != "xml":
                self.stop(at, name.end(), f"`<?{target}` is written `<?xml`, and is only allowed at the very beginning of the document")
            first = "the document" if not self.wrapped else "a document"
            self.stop(
                at,
                name.end() + 2,
                f"`<?xml` must be the very beginning of {first}: remove the {_before(text[:at])} before it"
                if not self.roots and not self.open
                else f"`<?xml` is only allowed at the very beginning of {first}: remove it here",
            )
        if not is_name(target) and not all(map(is_name, target.split(":"))):
            self.stop(at, name.end(), f"`{_shown(target)}` is no name of a processing instruction; expected letters and digits, and a letter first")
        end = text.find("?>", name.end())
        self.characters(at, end if end >= 0 else len(text), "a processing instruction")
        if end < 0:
            self.stop(at, len(text), f"the processing instruction `<?{target}` in line {self.line(at)} is not closed; write `?>` at its end")
        if end > name.end() and text[name.end()] not in " \t\r\n":
            self.stop(at, name.end() + 1, f"`<?{_shown(target)}` must be followed by a space or by `?>`")
        return end + 2

    def end_tag(self, at: int) -> int:
        text = self.text
        name = _NAME.match(text, at + 2)
        if name is None:
            self.stop(at, at + 3, "`</` begins an end tag, and the name of the element must follow; a `<` in text is written `&lt;`")
        closed, end = name[0], _END_TAG.match(text, at)
        if end is None:
            self.stop(
                at,
                name.end() + 1 + len(text[name.end() :]) - len(text[name.end() :].lstrip(" \t\r\n")),
                f"the tag `</{_shown(closed)}` (line {self.line(at)}) lacks its `>`",
            )
        if not self.open or (self.wrapped and len(self.open) == 1 and end.end() < len(text)):
            last = len(text) if self.wrapped else end.end()
            self.stop(at, last, f"`</{_shown(closed)}>` closes an element that is not open; remove it, or write its start tag")
        opened, begin = self.open[-1]
        if opened != closed:
            inside = f"`{_shown(opened)}` (line {self.line(begin)}) is open, and"
            if self.wrapped and end.end() == len(text):
                self.stop(at, end.end(), f"`{_shown(opened)}` (line {self.line(begin)}) is never closed; {_closing(opened)}")
            self.stop(at, end.end(), f"{inside} `</{_shown(closed)}>` closes another element; {_closing(opened, 'before it')}")
        self.open.pop()
        return end.end()

    def start_tag(self, at: int) -> int:
        text = self.text
        good = _TAG.match(text, at)
        if good is None or at <= self.at <= good.end():
            try:
                name, empty, end = self.tag_in_detail(at)
            except _Found as found:
                raise _Found(at, *found.args[1:]) from None  # expat has the place of the tag for some, that of the attribute for others
        else:
            name, empty, end = good[1], bool(good[3]), good.end()
        if not self.open and self.roots:
            self.stop(at, end, f"`{_shown(name)}` is a second root; expected one element that holds all others")
        self.roots += 1
        if not empty:
            self.open.append((name, at))
        return end

    def tag_in_detail(self, at: int) -> tuple[str, bool, int]:
        """A start tag with a mistake in it, or near the place where the parser stopped."""
        text = self.text
        name = _NAME.match(text, at + 1)
        if name is None or not _begins_name(name[0]):
            self.stop(at, at + 2, "`<` begins a tag, and the name of an element must follow; a `<` in text is written `&lt;`")
        tag = name[0]
        self.characters(at, name.end(), "the name of an element")
        if not all(map(is_name, tag.split(":"))) and tag.strip(":"):
            self.stop(at, name.end() + 1, f"`{_shown(tag)}` is no name of an element{_why(tag)}")
        place = name.end()
        names: set[str] = set()
        while True:
            end = re.compile(rf"{_SPACE}*(/?>)").match(text, place)
            if end is not None:
                return tag, len(end[1]) > 1, end.end()
            rest = re.compile(rf"{_SPACE}*").match(text, place)
            assert rest is not None
            here = rest.end()
            if here == len(text) or text[here] == "<":
                self.stop(at, here + 1, f"the tag `<{_shown(tag)}` (line {self.line(at)}) lacks its `>`")
            if text[here] == "/":
                self.stop(at, here + 2, f"the `/` in the tag `<{_shown(tag)}` must be followed by `>`; values are written in quotes")
            word = _NAME.match(text, here)
            if word is None:
                shown = _shown(text[here])
                self.stop(at, here + 1, f'`{shown}` must not be in the tag `<{_shown(tag)}`; expected an attribute such as `title="..."`, or `>`')
            attribute = word[0]
            if not all(map(is_name, attribute.split(":"))) and attribute.strip(":"):
                self.characters(here, word.end(), f"the tag `<{_shown(tag)}`")
                self.stop(here, word.end() + 1, f"`{_shown(attribute)}` in the tag `<{_shown(tag)}` is no name of an attribute{_why(attribute)}")
            if here == place:
                self.stop(at, word.end(), f"there must be a space before the attribute `{_shown(attribute)}` in the tag `<{_shown(tag)}`")
            found = _ATTRIBUTE.match(text, place)
            if found is None:
                stop = re.compile(rf"{_SPACE}*").match(text, word.end())
                self.stop(here, (stop.end() if stop else word.end()) + 1, f'the attribute `{_shown(attribute)}` has no value; write {_shown(attribute)}="..."')
            if attribute in names:
                self.stop(at, word.end() + 1, f"the attribute `{_shown(attribute)}` is there twice in the tag `<{_shown(tag)}`; remove one")
            names.add(attribute)
            place = self.value(found.end(), attribute, at, tag)

    def value(self, at: int, attribute: str, begin: int, tag: str) -> int:
        """The value of an attribute, from behind its `=`."""
        text = self.text
        while text[at : at + 1] in tuple(" \t\r\n"):
            at += 1
        name = _shown(attribute)
        if text[at : at + 1] not in ('"', "'"):
            self.stop(begin, at + 1, f'the value of the attribute `{name}` has no quotes; write {name}="..."')
        value = _VALUE.match(text, at)
        end = value.end() - 1 if value is not None else len(text)
        odd = text.find("<", at, end)
        self.characters(at, odd if odd >= 0 else end, f"the value of the attribute `{name}`")
        reference = text.find("&", at, odd if odd >= 0 else end)
        while reference >= 0:
            reference = text.find("&", self.reference(reference), odd if odd >= 0 else end)
        if odd >= 0:
            self.stop(begin, odd + 1, f"there is a `<` in the value of the attribute `{name}`; write `&lt;`, or close the quote before it")
        if value is None:
            self.stop(begin, len(text), f"the value of the attribute `{name}` of `<{_shown(tag)}` (line {self.line(begin)}) lacks its closing quote")
        return value.end()


def _begins_name(text: str) -> bool:
    """Whether this was meant for a name."""
    return not text[0].isascii() or text[0].isalpha() or text[0] in "_:"


def _why(name: str) -> str:
    """What a name has that none may have."""
    first = name.lstrip(":")[:1]
    if first and not is_name(first) and is_name("a" + first):
        return f": it must not begin with `{first}`"
    odd = next((character for character in name if character != ":" and not is_name("a" + character)), None)
    return f": it has `{_shown(odd)}` in it" if odd else ""


def _closing(name: str, where: str = "where it ends") -> str:
    """How to close an element."""
    if name in _VOID:
        return f"write `<{name}/>`, for XML closes every element"
    return f"write `</{_shown(name)}>` {where}"


def _before(text: str) -> str:
    """What is before the XML declaration."""
    if not text.strip(" \t\r\n"):
        return "line break" if set(text) <= {"\r", "\n"} else "white space"
    return "text" if "<" not in text else "comments and instructions"


def _shown(text: str) -> str:
    """Text in a message: short, and with nothing that a terminal obeys."""
    short = text if len(text) <= 60 else text[:59] + "…"
    return short if short.isprintable() else "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short)


def syntax_message(error: expat.ExpatError, data: bytes, offset: int, *, wrapped: bool) -> str:
    """The message for a document that expat refuses."""
    return f"not well-formed XML: {explain(data, offset, error.lineno, wrapped=wrapped) or expat.ErrorString(error.code)}"
