"""The command line: `qtimodel validate`, `format`, `convert`, `losses`, `show` and `explain`.

Strategy: one module per command. A command says what was wrong on standard error, one line a problem, goes on with the next document
and ends with a code: 0 done, 1 problems in documents or files, 2 wrong usage. What can end a command from outside, Ctrl-C and a reader
that has gone, is caught here, once, for all of them. A command is imported when it is called, rich only where something is drawn.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from .. import __version__
from .terminal import INTERRUPTED, NO_READER, PROBLEMS, abandon, complain

__all__ = ["main"]


class _Program(click.Group):
    """The commands, which are modules, and the ways in which they end from outside."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["validate", "format", "convert", "losses", "show", "explain"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = getattr(import_module(f".{cmd_name}", __name__), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("interrupted")
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:  # `| head` has seen enough
            abandon()
            ctx.exit(NO_READER)
        except OSError as error:  # of files, each command takes care
            complain(f"standard output: {error.strerror}")
            ctx.exit(PROBLEMS)


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
