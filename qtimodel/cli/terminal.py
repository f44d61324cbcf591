"""What the commands share: writing to standard output and error, and drawing with rich.

Strategy: documents and file names are not to be trusted and terminals cannot show everything, so all text passes through here. Control
characters become visible, what the terminal's encoding lacks is written in ASCII, and rich draws into a string, so that there is one way out.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs
import click

from ..errors import DocumentError, Issue, QtiError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "NO_READER",
    "PROBLEMS",
    "SIGNALLED",
    "abandon",
    "complain",
    "console_for",
    "draw",
    "flush",
    "issues_of",
    "line_of",
    "literal",
    "not_kept",
    "read_standard_input",
    "send",
    "send_json",
]

PROBLEMS = 1
SIGNALLED = 128  # and the number of the signal, as shells have it
NO_READER = SIGNALLED + 13

_TRAILING = re.compile("(?<! ) +$", re.MULTILINE)  # tables fill their lines
# Control characters, what turns the direction of text or ends a line, half characters of file names that are no UTF-8.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
_PLAIN = str.maketrans({"→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "−": "-", "…": "...", "·": "-", "“": '"', "”": '"'})  # noqa: RUF001


def literal(text: str) -> str:
    """Text that does nothing but stand there: what would act on a terminal is written as an escape.

    >>> literal("a\\x1b[31mb\\n")
    'a\\\\x1b[31mb\\\\n'
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def read_standard_input() -> bytes:
    """All bytes of standard input. Raises `OSError`."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdin.buffer.read()


def issues_of(error: OSError | QtiError, name: str) -> Iterable[Issue]:
    """What an error says about a source, one issue a problem."""
    if isinstance(error, DocumentError):
        return error.issues
    message = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return [Issue(code="file" if isinstance(error, OSError) else "model", message=message, source=name)]


def not_kept(lost: list[str], name: str) -> list[Issue]:
    """What to say when a file was replaced by one that lacks something of it."""
    return [Issue(code="file", severity="warning", message=f"{what} could not be kept: the system does not allow it", source=name) for what in lost]


def line_of(message: Issue | str) -> str:
    """A message as one line; a warning says that it is one."""
    if isinstance(message, Issue) and message.severity == "warning":
        message = attrs.evolve(message, message=f"warning: {message.message}")
    return literal(str(message))


def complain(message: Issue | str) -> None:
    """One line on standard error. If that is full or gone, the exit code has to do."""
    try:
        click.echo(_encodable(line_of(message) + "\n", sys.stderr), nl=False, err=True)
    except BrokenPipeError:
        raise
    except OSError:
        abandon()


def send(output: bytes | str) -> None:
    """Write to standard output: bytes as they are, text as far as the terminal can show it. Raises `OSError`."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    left = memoryview(output if isinstance(output, bytes) else _encodable(output, sys.stdout))
    try:
        while left:  # with PYTHONUNBUFFERED, a full disk or a reader that goes shows as a short count first
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
    except OSError:
        abandon()  # what failed once must not fail again when Python flushes at its end
        raise


def send_json(value: object) -> None:
    """Write JSON to standard output, in UTF-8 whatever the terminal has. Names of files that are not UTF-8 have escapes. Raises `OSError`."""
    import json

    send(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n")


def flush() -> None:
    """Write what waits to be written to standard output. Raises `OSError`."""
    if sys.stdout is not None:
        sys.stdout.flush()


def abandon() -> None:
    """Let what is still to be written go nowhere."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, AttributeError):
            with suppress(OSError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _encodable(text: str, stream: object) -> bytes:
    """Text in the encoding of a stream. What it does not have is written in ASCII."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if not encoding.lower().startswith("utf"):
        text = text.translate(_PLAIN)
    return text.encode(encoding, "backslashreplace")


def console_for(*, color: bool, pipe_width: int) -> Console:
    """A console of rich that knows the terminal and interprets nothing in text. `pipe_width`: its width where there is no terminal."""
    from rich.console import Console

    console = Console(color_system="auto" if color else None, highlight=False, markup=False, emoji=False, legacy_windows=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = pipe_width
    return console


def draw(console: Console, *drawings: object) -> None:
    """Draw, and send the result to standard output."""
    with console.capture() as captured:
        for drawing in drawings:
            console.print(drawing)
    send(_TRAILING.sub("", captured.get()))
