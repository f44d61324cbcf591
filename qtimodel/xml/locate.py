"""Problems to issues: exact line, column and path of each.

Strategy: nobody needs positions of a document without problems, so reading keeps only the byte of an event. When there is
something to report, one more parse finds line, column and path of all of them together, in time linear in the document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import attrs

from ..errors import DocumentError, Issue
from .reader import Problem, is_blank
from .source import new_parser, parse

__all__ = ["locate_lxml", "locate_text"]

_ATTRIBUTE = re.compile(rb"""[ \t\r\n]([^\s=<>"'/]+)[ \t\r\n]*=[ \t\r\n]*(?:"[^"]*"|'[^']*')""")


class _Done(Exception):
    """Everything is found; what follows may be hostile."""


@attrs.define(eq=False)
class _Frame:
    """An open element: where its tag begins, its step in the path, and how many children of each name it had."""

    parent: _Frame | None
    step: str
    line: int = 1
    column: int = 1
    offset: int = 0
    children: Counter[str] = attrs.field(factory=Counter)

    def path(self) -> str:
        """The path of the element."""
        steps: list[str] = []
        frame = self
        while frame.parent is not None:
            steps.append(f"/{frame.step}")
            frame = frame.parent
        return "".join(reversed(steps))


def locate_text(problems: Sequence[Problem], data: bytes, name: str | None) -> list[Issue]:
    """The issues of problems whose places are byte offsets into `data`, in document order."""
    locator = _Locator(problems, data, name)
    with suppress(_Done, DocumentError):  # reading may have stopped before the place where the document is not well-formed
        parse(locator.parser, data, name)
    del locator.parser  # it refers back to the locator, which would keep the document alive
    return locator.issues()


class _Locator:
    """The second parse: it follows the path, and reports a problem when it comes to its byte."""

    def __init__(self, problems: Sequence[Problem], data: bytes, name: str | None) -> None:
        self.problems, self.data, self.name = problems, data, name
        self.found: list[Issue | None] = [None] * len(problems)
        self.last = max(problem.place for problem in problems)
        # Problems with text are noted behind it, at the next event; all others exactly at their event.
        self.texts = [number for number, problem in enumerate(problems) if problem.code == "text"][::-1]
        self.wanted: dict[int, list[int]] = {}
        for number, problem in enumerate(problems):
            if problem.code != "text":
                self.wanted.setdefault(problem.place, []).append(number)
        self.text_at: tuple[int, int] | None = None  # where text began that is more than white space
        self.stack = [_Frame(None, "")]
        self.parser = parser = new_parser()
        parser.buffer_text = False
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = self.start, self.end, self.text
        parser.CommentHandler = parser.ProcessingInstructionHandler = self.other

    def issues(self) -> list[Issue]:
        """What was found, in document order."""
        pairs = zip(self.found, self.problems, strict=True)
        issues = [issue or Issue(code=problem.code, message=problem.message, source=self.name) for issue, problem in pairs]
        return sorted(issues, key=lambda issue: (issue.line or 0, issue.column or 0))

    def start(self, tag: str, _: object) -> None:
        parent = self.stack[-1]
        parent.children[tag] += 1
        step = f"{tag}[{parent.children[tag]}]" if len(self.stack) > 1 else tag
        frame = _Frame(parent, step, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, self.parser.CurrentByteIndex)
        self.event(frame, 0)
        self.stack.append(frame)

    def end(self, _: str) -> None:
        self.event(self.stack[-1], len(self.stack) - 1)
        self.stack.pop()

    def other(self, *_: object) -> None:
        frame = self.stack[-1]
        if self.parser.CurrentByteIndex in self.wanted:  # the problem is here, in the element that is open
            frame = attrs.evolve(frame, line=self.parser.CurrentLineNumber, column=self.parser.CurrentColumnNumber + 1)
        self.event(frame, 0)

    def text(self, piece: str) -> None:
        if self.text_at is None and not is_blank(piece):
            blank = len(piece) - len(piece.lstrip())
            self.text_at = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1 + blank

    def event(self, frame: _Frame, ends: int) -> None:
        """Report what was noted here: about the text before it, about its attributes, or the element itself. `ends` is as in `Problem`."""
        here = self.parser.CurrentByteIndex
        while self.texts and self.problems[self.texts[-1]].place <= here:
            self.report(self.texts.pop(), self.stack[-1], *(self.text_at or (frame.line, frame.column)))
        for number in self.wanted.get(here, ()):
            problem = self.problems[number]
            if problem.ends == ends:
                line, column = _attribute_place(self.data, frame, problem.attribute) if problem.attribute else (frame.line, frame.column)
                self.report(number, frame, line, column)
        self.text_at = None
        if here > self.last:
            raise _Done

    def report(self, number: int, frame: _Frame, line: int, column: int) -> None:
        problem = self.problems[number]
        path = f"{frame.path()}/@{problem.attribute}" if problem.attribute else frame.path()
        self.found[number] = Issue(code=problem.code, message=problem.message, path=path or "/", line=line, column=column, source=self.name)


def _attribute_place(data: bytes, frame: _Frame, attribute: str) -> tuple[int, int]:
    """Line and column of an attribute in the start tag of a frame."""
    at = data.index(b"<", frame.offset)
    wanted = attribute.encode()
    while (match := _ATTRIBUTE.search(data, at)) is not None:
        if match[1] == wanted:
            before = data[frame.offset : match.start(1)].decode().replace("\r\n", "\n").replace("\r", "\n")
            lines = before.split("\n")
            return (frame.line, frame.column + len(before)) if len(lines) == 1 else (frame.line + len(lines) - 1, len(lines[-1]) + 1)
        at = match.end()
    return frame.line, frame.column


def locate_lxml(problems: Sequence[Problem], name: str | None) -> list[Issue]:
    """The issues of problems whose places are lxml elements. lxml knows lines only as far as its own parser set them."""
    issues = []
    for problem in problems:
        path = problem.place.getroottree().getpath(problem.place)
        path = f"{path}/@{problem.attribute}" if problem.attribute else path
        issues.append(Issue(code=problem.code, message=problem.message, path=path, line=problem.place.sourceline, source=name))
    return issues
