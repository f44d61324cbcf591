"""Where the program `qtimodel` starts: Ctrl-C ends it without a traceback, also while the library is being imported.

This is outside of the package, because whatever is inside is run after the package has been imported.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations: importing these costs more than all else here
import os

__all__ = ["main", "prepare"]


def main() -> None:
    """Run the command line."""
    prepare()
    from qtimodel.cli import main as program

    program(prog_name="qtimodel")


def prepare() -> None:
    """Let Ctrl-C end the process at once, until the command line has its own ways. Nothing has been written yet."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, end)


def end(number: int, frame: object) -> None:
    """The handler of Ctrl-C while the program starts."""
    try:
        os.write(2, b"interrupted\n")
    finally:
        os._exit(128 + number)
