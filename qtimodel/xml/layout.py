"""How the text of a document is laid out, and where something new belongs in it.

Strategy: a new child stands as its neighbours do: behind a line break and the same indentation, or where they have none, in the same line. Where
there are no neighbours, the parent and the step from level to level decide.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import attrs

from .names import Scope
from .spans import Part, StartTag

__all__ = ["Layout", "Level"]

_BREAK = re.compile(r"\r\n|\n|\r")


class Level(NamedTuple):
    """An element, or the document, as the text has it. The document has a tag without a name, and no parent."""

    parent: Level | None
    tag: StartTag
    parts: list[Part]  # without white space that is only layout
    end: int  # where the end tag begins
    scope: Scope
    mixed: bool
    bare: bool  # no white space belongs in it
    line: str  # the line break and the indentation that it stands behind, or ""

    @property
    def depth(self) -> int:
        """How many elements are open in it, itself included."""
        level, count = self, 0
        while level.parent is not None:
            level, count = level.parent, count + 1
        return count


@attrs.frozen
class Layout:
    """The layout of a text. `line_break` is its first line break, or `""`."""

    text: str
    line_break: str

    @classmethod
    def of(cls, text: str) -> Layout:
        """The layout of a text."""
        found = _BREAK.search(text)
        return cls(text, found[0] if found else "")

    def line_of(self, at: int) -> str:
        """The line break and the indentation in front of a place, or `""` if something else stands there."""
        begin = at
        while begin and self.text[begin - 1] in " \t":
            begin -= 1
        if begin == 0 or self.text[begin - 1] not in "\r\n":
            return ""
        begin -= 2 if self.text.startswith("\r\n", begin - 2) and begin > 1 else 1
        return self.text[begin:at]

    def in_front(self, level: Level, place: int, step: str) -> tuple[str, str]:
        """What to put in front of a new part at a place: all of it, and the line break with indentation that the part then stands behind, or `""`."""
        parts = level.parts
        if not parts:
            top = level.parent is not None and level.parent.parent is None
            line = "" if level.bare else level.line or self.line_break * top
            return (line + step,) * 2 if line else ("", "")
        for n in (place - 1, place, 1, len(parts) - 1, 0):
            if 0 <= n < len(parts) and (line := self.line_of(parts[n].start)):
                return line, line
        if level.parent is None:
            return self.line_break, self.line_break
        place = min(place, len(parts) - 1)
        between = self.text[parts[place - 1].end if place else level.tag.end : parts[place].start]
        return between if not between.strip(" \t") else "", ""

    def step(self, level: Level) -> str:
        """How much further in the children of an element stand."""
        while level.parent is not None:
            own = level.line.lstrip("\r\n")
            lines = [self.line_of(part.start) for part in level.parts[:2]] if level.line or level.parent.parent is None else []
            for line in filter(None, lines):
                if line.lstrip("\r\n").startswith(own):
                    return line.lstrip("\r\n")[len(own) :]
            level = level.parent
        return "  "

    def lines(self, xml: str, line: str) -> str:
        """What the writer wrote, with the line breaks of the line where it stands, or of the document."""
        found = _BREAK.search(line)
        return xml.replace("\n", found[0] if found else self.line_break or "\n")
