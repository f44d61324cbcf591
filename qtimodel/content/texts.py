"""Text of content JSON: whether it is text or HTML source, and whose line ends it has.

Strategy: text is text, unless the dialect is known to hold HTML source, or the model has no text in this place. Everything else that a string
could mean as well is a guess.
"""

from __future__ import annotations

import re
from typing import Any

from ..datatypes import text_problem
from ..errors import DocumentError
from ..spec import Kind, Spec
from ..xml.reader import Problem, Reader
from ..xml.source import Handlers, feed_text
from .html import ELEMENTS_ONLY
from .names import Keys
from .recognise import Recognised, has_markup
from .rules import READABLE
from .sequences import Sequences

__all__ = ["Texts"]


class Texts(Sequences):
    """Sends text to a reader. `dialect` `None`: the document says it, and `recognised` is what it said."""

    def __init__(self, reader: Reader, dialect: str | None) -> None:
        super().__init__(READABLE[dialect or "api"], reader.limits)
        self.reader = reader
        self.recognise = dialect is None
        self.recognised = Recognised(self.rules)
        self.doubtful: list[Problem] = []  # guesses, if something is not as our own writer writes it

    def text(self, text: str, raw: str, keys: Keys) -> None:
        """Send text, or what a fragment of markup is made of."""
        if len(text) > self.limits.size:
            return self.problem(f"the text has {len(text):,} characters; if that is meant, read with limits=Limits(size=...)")
        if problem := text_problem(text):
            return self.problem(f"the text has {problem}: remove it")
        if "\r" in text:
            self.check_line_ends("the text")
        if has_markup(text) and (keys.spec is None or not keys.ordered) and not _is_text_only(keys.spec):
            if self.rules.html:
                return self.fragment(text)
            if self.recognise and not self.is_own:
                if raw.rpartition(":")[2] in ELEMENTS_ONLY and _TAG(text):
                    return self.source(text, raw)
                facts = self.recognised.facts
                if facts is not None and self.rules.name == "api" and (facts.lone or facts.typed) and _TAG(text):
                    self.guess(
                        f"this string was read as text; if it is HTML source, read with dialect='built' (--dialect built); it begins `{text[:60]}`",
                        code="markup",
                    )
        if text:
            self.reader.text(text)
        return None

    def check_line_ends(self, what: str, *below: str | int) -> None:
        """A carriage return is one that XML had as `&#13;`, or the line end of a file that a tool did not read as XML is to be read."""
        if self.recognise and not self.rules.nothing and not self.is_own:
            message = f"{what} has a carriage return, which XML has only as `&#13;`; tools that keep the line ends of files make it of a line break"
            self.guess(f"{message}; it was kept: write `\\n`, or read with dialect='api' (--dialect api)", *below, code="carriage-return")

    def check_line_break(self, name: str, *below: str | int) -> None:
        """XML has a line break or tab in an attribute only as `&#10;` or `&#9;`; tools that read no XML keep those of the file."""
        if self.rules.prefixes[:1] != ("@",) and not self.is_own:  # xmltodict reads XML
            message = f"`{name}` has a line break or tab, which XML has only as `&#10;` or `&#9;`; tools that keep those of files mean a space"
            # our own writer keeps them, too
            self.guess(f"{message}; it was kept: write a space", *below, code="line-break", into=self.doubtful if self.rules.own else None)

    @property
    def is_own(self) -> bool:
        """Whether the document has keys that only our own writer has, so that nothing about its text is a guess."""
        facts = self.recognised.facts
        return facts is not None and facts.own and self.rules.name == "api"

    def source(self, text: str, raw: str) -> None:
        """Send markup in a string where text is not allowed."""
        found = len(self.problems)
        self.fragment(text)
        if len(self.problems) == found:
            self.guess(f"text is not allowed in `{raw}`: the string was read as HTML; if it is text, read with dialect='api' (--dialect api)", code="markup")

    def fragment(self, text: str) -> None:
        """Send the markup in a string."""
        events: list[tuple[Any, ...]] = []
        handlers = Handlers()
        handlers.start = lambda *event: events.append(("start", *event))
        handlers.end = lambda *event: events.append(("end", *event))
        handlers.text = lambda *event: events.append(("text", *event))
        handlers.comment = lambda *event: events.append(("comment", *event))
        handlers.instruction = lambda *event: events.append(("instruction", *event))
        try:
            feed_text(f"<fragment>{text}</fragment>".encode(), None, handlers, wrapped=True)
        except DocumentError as error:
            message = "; ".join(f"{issue.message}" for issue in error.issues)
            help_ = "write XML (`<br/>`, `&#160;`), or read with dialect='api' (--dialect api) if it is text"
            return self.problem(f"the markup in this string cannot be read: {message}; it begins `{text[:60]}`; {help_}", code="markup")
        for kind, *arguments in events[1:-1]:
            getattr(self.reader, kind)(*arguments)
        return None


_TAG = re.compile(r"<[A-Za-z/!]|&[#A-Za-z][A-Za-z0-9]*;").search


def _is_text_only(spec: Spec | None) -> bool:
    return spec is not None and spec.body is not None and spec.body.kind is Kind.TEXT
