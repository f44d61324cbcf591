"""Problems to issues: exact line, column and path of each.

Strategy: nobody needs positions of a document without problems, so reading keeps only the byte of an event. When there is
something to report, one more parse finds line, column and path of all of them together, in time linear in the document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import attrs

from ..errors import DocumentError, Issue
from .reader import Problem
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


def locate_text(problems: Sequence[Problem], data: bytes, encoding: str | None, name: str | None) -> list[Issue]:
    """The issues of problems whose places are byte offsets into `data`, in document order."""
    wanted: dict[int, list[int]] = {}
    texts: list[int] = []  # about text: found by its end, the last one first
    for number, problem in enumerate(problems):
        if problem.code == "text":
            texts.append(number)
        else:
            wanted.setdefault(problem.place, []).append(number)
    texts.reverse()
    found: list[Issue | None] = [None] * len(problems)
    parser = new_parser(encoding)
    parser.buffer_text = False
    last = max(problem.place for problem in problems)
    stack = [_Frame(None, "")]
    text_at: tuple[int, int] | None = None  # where text began that is more than white space

    def report(number: int, frame: _Frame, line: int, column: int) -> None:
        problem = problems[number]
        path = f"{frame.path()}/@{problem.attribute}" if problem.attribute else frame.path()
        found[number] = Issue(code=problem.code, message=problem.message, path=path or "/", line=line, column=column, source=name)

    def event(frame: _Frame, *, end: bool) -> None:
        """Report what was noted at this event: about text before it, its attributes, or the element itself."""
        nonlocal text_at
        here = parser.CurrentByteIndex
        while texts and problems[texts[-1]].place <= here:
            report(texts.pop(), stack[-1], *(text_at or (frame.line, frame.column)))
        for number in wanted.get(here, ()):
            problem = problems[number]
            if problem.at_end == end:
                line, column = _attribute_place(data, frame, problem.attribute) if problem.attribute else (frame.line, frame.column)
                report(number, frame, line, column)
        text_at = None
        if here > last:
            raise _Done

    def start(tag: str, _: object) -> None:
        parent = stack[-1]
        parent.children[tag] += 1
        step = f"{tag}[{parent.children[tag]}]" if len(stack) > 1 else tag
        frame = _Frame(parent, step, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, parser.CurrentByteIndex)
        event(frame, end=False)
        stack.append(frame)

    def end(_: str) -> None:
        event(stack[-1], end=True)
        stack.pop()

    def other(*_: object) -> None:
        event(stack[-1], end=False)

    def text(piece: str) -> None:
        nonlocal text_at
        if text_at is None and not piece.isspace():
            before = piece[: len(piece) - len(piece.lstrip())]
            text_at = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1 + len(before)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.CommentHandler = parser.ProcessingInstructionHandler = other
    with suppress(_Done, DocumentError):  # reading may have stopped before the place where the document is not well-formed
        parse(parser, data, name)
    issues = [issue or Issue(code=problem.code, message=problem.message, source=name) for issue, problem in zip(found, problems, strict=True)]
    return sorted(issues, key=lambda issue: (issue.line or 0, issue.column or 0))


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
        path = problem.place.getroottree().getpath(problem.place) if problem.place is not None else None
        line = getattr(problem.place, "sourceline", None)
        issues.append(_at(problem, path, line, name))
    return issues


def _at(problem: Problem, path: Any, line: int | None, name: str | None) -> Issue:
    path = f"{path}/@{problem.attribute}" if problem.attribute and path else path
    return Issue(code=problem.code, message=problem.message, path=path, line=line, source=name)
