"""The command line: `qtimodel validate`, `format`, `convert`, `losses`, `show` and `explain`.

Strategy: one module per command. A command says what was wrong on standard error, one line a problem, goes on with the next document
and ends with a code: 0 done, 1 problems in documents or files, 2 wrong usage. What can end a command from outside (Ctrl-C, other signals, a
reader that has gone, a full disk) is caught here, once, for all of them. A command is imported when it is called, rich only where something is drawn.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # without its enumerations, which cost more than the rest of this module
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from threading import current_thread, main_thread
from typing import Any

import click

from .. import __version__
from .terminal import NO_READER, PROBLEMS, SIGNALLED, abandon, complain, flush

__all__ = ["main"]


class _Ended(BaseException):
    """A signal asks the program to end. Whatever is being written is cleaned up on the way."""


class _NoReader(BaseException):
    """Whoever read our output has gone."""


@contextmanager
def _ended_by_us() -> Iterator[None]:
    """Keep from click what it would answer in its own way."""
    try:
        yield
    except KeyboardInterrupt:
        raise _Ended(signal.SIGINT) from None
    except BrokenPipeError:
        raise _NoReader from None


class _Program(click.Group):
    """The commands, which are modules, and the ways in which they end from outside."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["validate", "format", "convert", "losses", "show", "explain"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = getattr(import_module(f".{cmd_name}", __name__), cmd_name)
        _started()
        return command

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _ended_by_us():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _ended_by_us():
            return super().invoke(ctx)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run the program, and end it with its code, also while it reads its options or shows its help."""
        run: Callable[..., Any] = partial(super().main, *args, **extra)
        if not standalone_mode:
            return run(standalone_mode=False)
        with _signals():
            code = _code(partial(run, standalone_mode=False))
        sys.exit(code)


def _code(run: Callable[[], Any]) -> int:
    """The exit code of the program."""
    try:
        code = run()
        flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else PROBLEMS
    except (_Ended, KeyboardInterrupt, click.Abort) as end:  # click makes an `Abort` of Ctrl-C outside of what we see
        number = int(end.args[0]) if isinstance(end, _Ended) else signal.SIGINT
        if number == signal.SIGINT:
            complain("interrupted")
        return SIGNALLED + number
    except (_NoReader, BrokenPipeError):  # `| head` has seen enough
        abandon()
        return NO_READER
    except click.ClickException as error:
        try:
            error.show()
        except OSError:
            abandon()
        return error.exit_code
    except OSError as error:  # of files, each command takes care
        abandon()
        complain(f"standard output: {error.strerror}")
        return PROBLEMS
    return code if isinstance(code, int) else 0


def _started() -> None:
    """From here on Ctrl-C is an exception, as something may have been written that must be cleaned up."""
    if getattr(signal.getsignal(signal.SIGINT), "__module__", None) == "qtimodel_start" and current_thread() is main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _signals() -> Iterator[None]:
    """Make signals that end a program end it in order, so that no temporary files stay. Signals that are ignored, as by nohup, stay so."""
    before: dict[int, Any] = {}
    if current_thread() is main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough, and nothing may disturb the cleaning up
    raise _Ended(number)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="qtimodel", message="%(prog)s %(version)s")
def main() -> None:
    """Validate, read, write, convert and look at QTI 3 documents.

    \b
    Examples:
      qtimodel validate test.xml
      qtimodel convert test.xml -o tidy.xml
      qtimodel convert test.xml --to api -o test.json
      qtimodel losses test.xml --dialect xml2js
      qtimodel show test.xml
      qtimodel explain qti-assessment-section

    Exit codes: 0 done, 1 problems in documents or files, 2 wrong usage.
    """
