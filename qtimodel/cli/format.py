"""`qtimodel format`: the canonical layout, in place.

Strategy: the reader and the writer keep everything, so formatting is reading and writing; a file is touched only if its bytes change. Meant for
hooks, so files that are not QTI 3 are left alone, and the exit code says whether there was anything to change.
"""

from __future__ import annotations

import os

import click

from .. import xml
from ..errors import Issue, QtiError
from ..files import read, write
from ..nodes import QTI, Element, Markup
from ..spec import spec_of
from ..validation.sniff import looks_like_qti
from .terminal import PROBLEMS, complain, issues_of

__all__ = ["format"]


@click.command("format", short_help="Lay XML files out anew, in place.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--check", is_flag=True, help="Change nothing, only say what would change.")
def format(files: tuple[str, ...], check: bool) -> None:
    """Write XML files of QTI 3 anew in the canonical layout, in place, and change nothing else: values, comments and unknown parts stay.

    A file is replaced in one step, and only if its bytes change. Files that are not QTI 3 are left alone; what cannot be read is reported
    and left alone. Exit codes: 0 nothing to change, 1 something was changed (with --check: would be) or cannot be read, 2 wrong usage.

    \b
    Examples:
      qtimodel format test.xml items/*.xml
      qtimodel format --check test.xml
    """
    quiet = True
    for file in files:
        try:
            changed = _format(file, check)
        except (OSError, QtiError) as error:
            for issue in issues_of(error, file):
                complain(issue)
            quiet = False
            continue
        if changed:
            complain(Issue(code="format", message="would be laid out anew" if check else "laid out anew", source=file))
            quiet = False
    if not quiet:
        raise SystemExit(PROBLEMS)


def _format(file: str, check: bool) -> bool:
    """Whether a file is not in the canonical layout; now it is, unless it is only to be checked. Raises `OSError` and `DocumentError`."""
    before = read(file)
    if not looks_like_qti(before) or not before.lstrip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff").startswith(b"<"):
        return False
    tree = xml.loads(before, recover=True, name=os.fspath(file)).tree
    if _namespace(tree) != QTI:
        return False
    after = xml.dumps(tree).encode() + b"\n"
    if after == before:
        return False
    if not check:
        write(after, file)
    return True


def _namespace(tree: Element | Markup) -> str | None:
    return tree.namespace if isinstance(tree, Markup) else spec_of(type(tree)).namespace
