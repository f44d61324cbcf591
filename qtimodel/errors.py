"""The one family of errors, and `Issue`, the record of one problem at one place.

Strategy: who has to act decides the class. `DocumentError`: somebody sent a wrong document. `ModelError`: the program that
calls us built a wrong tree. Everything that is known about a problem stands in its issues; the text of an error is made
from them, so that a log line, an editor and a program read the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from errno import ENOENT
from typing import Any

import attrs

__all__ = ["ApiError", "DocumentError", "Issue", "Loss", "LossyConversionError", "ModelError", "QtiError", "QtiWarning", "SourceError", "StoreError"]


@attrs.frozen(kw_only=True)
class Issue:
    """One problem: what is wrong, where it is, and what to do.

    `line` and `column` count from 1 and point at the start tag or attribute; they are `None` where the source has no lines.
    `path` is an XPath-like address in the tree.

    >>> print(Issue(code="value", message="`visible` is `yes`", path="/qti-assessment-section", line=3, column=7, source="t.xml"))
    t.xml:3:7: `visible` is `yes` (at /qti-assessment-section)
    """

    code: str
    message: str
    severity: str = "error"
    path: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None

    def __str__(self) -> str:
        place = [str(part) for part in (self.source, self.line, self.column) if part is not None]
        prefix = ":".join(place) + ": " if place else ""
        return f"{prefix}{self.message}" + (f" (at {self.path})" if self.path else "")


def _restored(cls: type[BaseException], args: tuple[Any, ...], facts: dict[str, Any]) -> BaseException:
    """An error as it was, without calling its `__init__`, whose parameters are not always what `args` holds."""
    error = cls.__new__(cls, *args)
    error.args = args
    vars(error).update(facts)
    return error


class QtiError(Exception):
    """Base of every error that this library raises on purpose. It can be pickled and copied, so it arrives from worker processes as it was raised."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, vars(self))


class DocumentError(QtiError, ValueError):
    """A document cannot be read as what it claims to be. `issues` lists every problem found, in document order."""

    SHOWN = 20  # a broken file of 100,000 problems must not make a message of 10 MB

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues: tuple[Issue, ...] = tuple(issues)
        super().__init__(self.issues)

    def __str__(self) -> str:
        lines = [str(issue) for issue in self.issues[: self.SHOWN]]
        if len(self.issues) > self.SHOWN:
            lines.append(f"... and {len(self.issues) - self.SHOWN} more problems")
        return "\n".join(lines)


class SourceError(QtiError, FileNotFoundError):
    """A `str` or path leads to no file, and is no document either. `filename` is what was given."""

    def __init__(self, message: str, filename: str | None = None) -> None:
        super().__init__(ENOENT, message, filename)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.strerror, self.filename), vars(self)

    def __str__(self) -> str:
        return str(self.strerror)


class ModelError(QtiError, ValueError):
    """A tree holds a value that its class does not allow. `path` leads from the root of the tree to it.

    >>> print(ModelError("expected a str, found 3", path="/qti-weight/@identifier"))
    /qti-weight/@identifier: expected a str, found 3
    """

    def __init__(self, message: str, *, path: str | None = None) -> None:
        self.message, self.path = message, path
        super().__init__(message, path)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@attrs.frozen
class Loss:
    """Something that a format cannot carry. `path` leads to the node, `kind` is one of a short list, `detail` says it for people.

    >>> print(Loss("/qti-assessment-test/comment()[1]", "comment", "` draft `"))
    /qti-assessment-test/comment()[1]: comment: ` draft `
    """

    path: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}: {self.detail}"


class LossyConversionError(QtiError, ValueError):
    """A format cannot carry all of a tree, and `strict=True` forbids to leave anything out. `losses` lists what would be lost."""

    SHOWN = 20

    def __init__(self, losses: Iterable[Loss]) -> None:
        self.losses: tuple[Loss, ...] = tuple(losses)
        super().__init__(self.losses)

    def __str__(self) -> str:
        lines = [str(loss) for loss in self.losses[: self.SHOWN]]
        if len(self.losses) > self.SHOWN:
            lines.append(f"... and {len(self.losses) - self.SHOWN} more losses")
        return "\n".join(lines)


class ApiError(QtiError):
    """An operation of the API that is refused. `status` and `body` are what a service answers; `issues` are the problems of the body sent, if it was that.

    >>> print(ApiError(404, "Section not found", "`s9` is in none of the sections of `p1`"))
    404 Section not found: `s9` is in none of the sections of `p1`
    """

    def __init__(self, status: int, error: str, reason: str | None = None, *, issues: Iterable[Issue] = ()) -> None:
        # What was sent may hold halves of surrogate pairs, which no answer can.
        reason = reason.encode(errors="backslashreplace").decode() if reason is not None else None
        self.status, self.error, self.reason, self.issues = status, error, reason, tuple(issues)
        super().__init__(status, error, reason)

    @property
    def body(self) -> dict[str, str]:
        """The JSON of the answer. The API says nothing more of what is not there, or not supported."""
        return {"error": self.error} | ({"details": self.reason} if self.reason and self.status in (400, 409) else {})

    def __str__(self) -> str:
        return f"{self.status} {self.error}" + (f": {self.reason}" if self.reason else "")


class StoreError(QtiError):
    """The place where tests are kept cannot be used: a file in it is damaged, or others hold its lock for too long."""


class QtiWarning(UserWarning):
    """Something was read in the likeliest way, because the document does not say it. Read with `recover=True` to get all of them as issues."""
