"""Places: the issue of every finding, with path, line and column in the source that people have.

Strategy: lxml knows elements but not their columns, and their lines only up to 65,535. So one pass of expat looks up the bytes of the
elements that have findings, by their number in document order, and `xml.locate`, which the reader uses too, makes issues of bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import attrs

from ..errors import Issue
from ..xml.locate import locate_text
from ..xml.reader import Problem, is_blank
from ..xml.source import new_parser
from .findings import Finding, raw_name
from .grammar import Node
from .messages import attribute_of, say

__all__ = ["NodePlaces", "Places", "TextPlaces", "TreePlaces", "line_of", "numbered"]


class Places(Protocol):
    """Makes issues of findings, in document order."""

    def issues(self, root: Node, findings: Sequence[Finding]) -> list[Issue]:
        """The issues; `root` is that of the document."""


def numbered(root: Node, findings: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """Findings with the numbers of their elements in document order, in this order."""
    wanted = {finding.element for finding in findings}
    numbers = {element: number for number, element in enumerate(root.iter("{*}*")) if element in wanted}
    return sorted(((numbers.get(finding.element, 0), finding) for finding in findings), key=lambda pair: pair[0])


class _Enough(Exception):
    """Everything is found."""


@attrs.frozen
class TextPlaces:
    """Places in XML text."""

    data: bytes
    name: str | None

    def issues(self, root: Node, findings: Sequence[Finding]) -> list[Issue]:
        """As `Places` says."""
        known = numbered(root, findings)
        if not known:
            return []
        starts, texts = self._offsets({number for number, _ in known}, {number for number, finding in known if finding.kind == "text"})
        problems = []
        for number, finding in known:
            code, message = say(finding)
            place = texts.get(number, starts.get(number, 0)) if finding.kind == "text" else starts.get(number, 0)
            problems.append(Problem(code, message, place, attribute_of(finding)))
        problems.sort(key=lambda problem: int(problem.place))
        return locate_text(problems, self.data, self.name)

    def _offsets(self, wanted: set[int], with_text: set[int]) -> tuple[dict[int, int], dict[int, int]]:
        """The bytes where elements begin, and of some those of the event behind their first text."""
        starts: dict[int, int] = {}
        texts: dict[int, int] = {}
        open_elements: list[int] = []
        last, number, waiting = max(wanted), -1, False
        parser = new_parser()

        def event() -> None:
            nonlocal waiting
            if waiting:
                texts.setdefault(open_elements[-1], parser.CurrentByteIndex)
                waiting = False

        def start(*_: object) -> None:
            nonlocal number
            event()
            number += 1
            if number in wanted:
                starts[number] = parser.CurrentByteIndex
            open_elements.append(number)
            if number >= last and not with_text:
                raise _Enough

        def end(_: str) -> None:
            event()
            open_elements.pop()

        def text(data: str) -> None:
            nonlocal waiting
            if not waiting and open_elements and open_elements[-1] in with_text and open_elements[-1] not in texts:
                waiting = not is_blank(data)

        def other(*_: object) -> None:
            event()

        parser.StartElementHandler = start
        if with_text:
            parser.EndElementHandler, parser.CharacterDataHandler = end, text
            parser.CommentHandler = parser.ProcessingInstructionHandler = other
        with suppress(_Enough):
            parser.Parse(self.data, True)
        return starts, texts


@attrs.frozen
class TreePlaces:
    """Places in a tree of lxml: paths, and lines where it was parsed from text."""

    name: str | None

    def issues(self, root: Node, findings: Sequence[Finding]) -> list[Issue]:
        """As `Places` says."""
        issues = []
        numbers: dict[Node, int] = {}
        for _, finding in numbered(root, findings):
            code, message = say(finding)
            attribute = attribute_of(finding)
            path = _path(finding.element, numbers) + (f"/@{attribute}" if attribute else "")
            issues.append(Issue(code=code, message=message, path=path, line=line_of(finding.element), source=self.name))
        return issues


@attrs.frozen
class NodePlaces:
    """Places in a typed tree: the paths of its XML."""

    text: TextPlaces

    def issues(self, root: Node, findings: Sequence[Finding]) -> list[Issue]:
        """As `Places` says."""
        return [attrs.evolve(issue, line=None, column=None) for issue in self.text.issues(root, findings)]


def line_of(element: Node) -> int | None:
    """The line where lxml has an element."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def _path(element: Node, numbers: dict[Node, int]) -> str:
    """The path of an element, as the reader writes it. `numbers` remembers those of all siblings together: there may be many."""
    steps = []
    current: Node | None = element
    while current is not None:
        parent = current.getparent()
        if parent is not None and current not in numbers:
            counts: Counter[str] = Counter()
            for child in parent.iterchildren("{*}*"):
                counts[raw_name(child)] += 1
                numbers[child] = counts[raw_name(child)]
        steps.append(f"/{raw_name(current)}" + (f"[{numbers[current]}]" if parent is not None else ""))
        current = parent
    return "".join(reversed(steps))
