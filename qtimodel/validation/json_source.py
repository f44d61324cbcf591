"""JSON as a source: content JSON of any dialect, and records of the API.

Strategy: the teller of content JSON, which the reader listens to as well, is listened to here by a recorder that writes XML and notes the place
in the JSON of every element. What is wrong in the XML is then told with these places. Flat forms become content JSON first, and the moves
are led back. A record that has its XML in a text is judged by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from .. import json_text
from ..content.careful import Careful
from ..content.taken import Place
from ..errors import DocumentError, Issue
from ..json_text import Path
from ..xml.reader import Problem, TooMuch
from ..xml.source import Handlers, Limits
from .findings import Finding
from .grammar import Node
from .messages import attribute_of, say
from .places import Places, numbered
from .sources import Document, parsed, xml_document

__all__ = ["documents_in", "documents_of"]

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def documents_in(source: str | bytes, name: str | None, limits: Limits) -> list[Document]:
    """The documents in JSON text. Raises `DocumentError`."""
    return documents_of(json_text.loads(source, name=name, size=limits.size), source, name, limits)


def documents_of(body: Any, text: str | bytes | None, name: str | None, limits: Limits) -> list[Document]:
    """The documents in JSON, `text` is what it was read from. Raises `DocumentError`."""
    from ..api.body import XML_IN_JSON, is_record

    places = JsonPlaces(text, name)
    held = [key for key in XML_IN_JSON if isinstance(body, dict) and isinstance(body.get(key), str)]
    if held:
        key = held[0]
        try:
            document = xml_document(body[key], None, limits)
        except DocumentError as error:
            raise DocumentError(InnerPlaces(places, key).led_back(error.issues)) from None
        return [attrs.evolve(document, places=InnerPlaces(places, key, document.places))]
    if is_record(body):
        return [_flat(body, places, limits)]
    return [_content(body, None, places, limits, {})]


# -- places ----------------------------------------------------------------------------------------------------------------


@attrs.define
class JsonPlaces:
    """Places in JSON: `known` has that of every element, in document order; `moves` leads paths back to where people wrote them."""

    text: str | bytes | None
    name: str | None
    known: list[Place] = attrs.field(factory=list)
    moves: dict[Path, Path] = attrs.field(factory=dict)

    def issues(self, root: Node, findings: Sequence[Finding]) -> list[Issue]:
        """As `Places` says."""
        told = []
        for number, finding in numbered(root, findings):
            place, attribute = self.known[number], attribute_of(finding)
            path = (*place.path, *(place.attributes.get(attribute, ()) if attribute is not None else ()))
            told.append((self.led_back(path), *say(finding), "error"))
        return self.made(told)

    def of(self, problems: Iterable[Problem], severity: str = "error") -> list[Issue]:
        """The issues of problems of content JSON."""
        told = []
        for problem in problems:
            place = problem.place
            path = place.path if isinstance(place, Place) else ()
            told.append((self.led_back(path), problem.code, problem.message, severity))
        return self.made(told)

    def made(self, told: list[tuple[Path, str, str, str]]) -> list[Issue]:
        """Issues of paths, codes, messages and severities, in the order of the text."""
        found = json_text.locate(self.text, [path for path, *_ in told]) if self.text is not None and told else {}
        issues = []
        for path, code, message, severity in told:
            line, column = found.get(path, (None, None))
            issues.append(Issue(code=code, message=message, severity=severity, path=json_text.show(path), line=line, column=column, source=self.name))
        return sorted(issues, key=lambda issue: (issue.line or 0, issue.column or 0))

    def led_back(self, path: Path) -> Path:
        """A path in what people wrote."""
        known = len(path)
        while known and path[:known] not in self.moves:
            known -= 1
        return (*self.moves.get(path[:known], ()), *path[known:])


@attrs.frozen
class InnerPlaces:
    """Places in XML that stands in a text of JSON: the place of the text, and in words the place in it."""

    outer: JsonPlaces
    key: str
    inner: Places | None = None

    def issues(self, root: Node, findings: Sequence[Finding]) -> list[Issue]:
        """As `Places` says."""
        assert self.inner is not None
        return self.led_back(self.inner.issues(root, findings))

    def led_back(self, issues: Iterable[Issue]) -> list[Issue]:
        """Issues of the XML as issues of the JSON."""
        told: list[tuple[Path, str, str, str]] = []
        for issue in issues:
            place = f", {issue.line}:{issue.column}" if issue.line is not None else ""
            told.append(((self.key,), issue.code, f"in `{self.key}`{place}: {issue.message}", issue.severity))
        return self.outer.made(told)


# -- content JSON ----------------------------------------------------------------------------------------------------------


class _Recorder(Handlers):
    """Writes XML of events and notes the place of every element."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.out, self.places = limits, list[str](), list[Place]()
        self.open = list[str]()
        self.start, self.end, self.text = self._start, self._end, self._text
        self.comment = lambda data: self.out.append(f"<!--{data}-->")
        self.instruction = lambda target, data: self.out.append(f"<?{target} {data}?>")
        self.listen = lambda handler: None

    def _start(self, name: str, attributes: list[str]) -> None:
        self.places.append(self.place())
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        self.out.append(f"<{name}{''.join(f' {key}={chr(34)}{value.translate(_ESCAPES)}{chr(34)}' for key, value in pairs)}>")

    def _end(self, name: str) -> None:
        self.out.append(f"</{name}>")

    def _text(self, data: str) -> None:
        self.out.append(data.translate(_TEXT_ESCAPES))


def _content(body: Any, dialect: str | None, places: JsonPlaces, limits: Limits, moves: dict[Path, Path]) -> Document:
    """The document in content JSON."""
    recorder = _Recorder(limits)
    teller = Careful(recorder, dialect)  # type: ignore[arg-type]  # it needs of a reader what handlers have, and its limits
    fatal: list[Problem] = []
    try:
        teller.document(body)
    except TooMuch as stop:
        fatal = list(stop.args)
    except RecursionError:
        fatal = [Problem("depth", "the document is deeper than Python can follow from here: nest less", teller.place())]
    places = attrs.evolve(places, known=recorder.places, moves=moves)
    problems = places.of([*teller.problems, *fatal])
    root = parsed("".join(recorder.out).encode()) if recorder.places and not fatal else None
    if root is None:
        if not problems:
            _refuse(body, dialect, places, limits)
        raise DocumentError(problems)
    return Document(root, places, [*problems, *places.of(teller.guesses, "warning")])


def _refuse(body: Any, dialect: str | None, places: JsonPlaces, limits: Limits) -> None:
    """What XML cannot be made of, the reader refuses, and knows why. Raises `DocumentError`."""
    from .. import content

    if places.text is not None and not places.moves:
        content.loads(places.text, dialect=dialect, recover=True, limits=limits, name=places.name)
    content.structure(body, dialect=dialect, recover=True, limits=limits, name=places.name)
    raise DocumentError(places.made([((), "json", "no XML can be made of this content JSON", "error")]))


# -- flat JSON -------------------------------------------------------------------------------------------------------------


def _flat(body: dict[str, Any], places: JsonPlaces, limits: Limits) -> Document:
    """The document in the flat form of a test."""
    from ..api.body import SPEC
    from ..api.unflat import TooMuch as TooManyProblems
    from ..api.unflat import Unflat

    unflat = Unflat()
    try:
        document = unflat.document(body, SPEC)
    except TooManyProblems:
        document = {}
    problems = places.made([(problem.path, problem.code, problem.message, problem.severity) for problem in unflat.problems])
    if not document or any(issue.severity == "error" for issue in problems):
        raise DocumentError(problems)
    found = _content(document, "api", places, limits, dict(unflat.moves))
    return attrs.evolve(found, problems=[*problems, *found.problems])
