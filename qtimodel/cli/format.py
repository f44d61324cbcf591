"""`qtimodel format`: the canonical layout, in place.

Strategy: the reader and the writer keep everything, so formatting is reading and writing; a file is touched only if its bytes change. Meant for
hooks, so text files that are not QTI 3 are left alone, and the exit code says whether there was anything to change.
"""

from __future__ import annotations

import click

from .. import xml
from ..errors import DocumentError, Issue, QtiError
from ..files import write
from ..kinds import may_be_other, other_tree
from ..nodes import QTI, Element, Markup
from ..spec import spec_of
from ..validation.sniff import looks_like_qti
from ..xml.encodings import EBCDIC
from .layout import arrange
from .sources import STANDARD_INPUT, FileName, Source, sources
from .terminal import PROBLEMS, complain, issues_of, not_kept

__all__ = ["format"]


@click.command("format", short_help="Lay XML files out anew, in place.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FileName())
@click.option("--check", is_flag=True, help="Change nothing, only say what would change.")
def format(files: tuple[str, ...], check: bool) -> None:
    """Write XML files of QTI 3 anew in the canonical layout, in place, and change nothing else: values, comments and unknown parts stay.

    Tests, items and stimuli have one layout: elements of QTI that hold elements only are indented, two spaces a level. White space in what may hold
    text, such as prompts, choices and all HTML, stays as it is.

    FILE is a file, a pattern or a folder (the *.xml documents of QTI below it). A file is replaced in one step, and only if its bytes change; it
    keeps mode, owner, group, extended attributes and links, or a warning says what it could not keep. Files that are not QTI 3 are left alone;
    what cannot be read is reported and left alone. Exit codes: 0 nothing to change, 1 something was changed (with --check: would be) or cannot be
    read, 2 wrong usage.

    \b
    Examples:
      qtimodel format test.xml items/*.xml
      qtimodel format --check test.xml
    """
    if STANDARD_INPUT in files:
        raise click.UsageError("files are changed in place, which standard input cannot be: use `qtimodel convert -`")
    quiet = True
    for source in sources(files, (".xml",)):
        if isinstance(source, Issue):
            complain(source)
            quiet = False
            continue
        try:
            changed, messages = _format(source, check)
        except (OSError, QtiError) as error:
            changed, messages = True, list(issues_of(error, source.name))
        for message in messages:
            complain(message)
        quiet = quiet and not changed
    if not quiet:
        raise SystemExit(PROBLEMS)


def _format(source: Source, check: bool) -> tuple[bool, list[Issue]]:
    """Whether a file is not in the canonical layout, and what to say; now it is, unless it is only to be checked. Raises `OSError` and `DocumentError`."""
    before = source.data()
    if not before.lstrip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff").startswith((b"<", EBCDIC)):
        return False, []
    if not looks_like_qti(before):
        return False, _not_qti(before, source.name) if may_be_other(before) else []
    tree = xml.loads(before, recover=True, name=source.name).tree
    if _namespace(tree) != QTI:
        return False, _not_qti(before, source.name)
    arrange(tree)
    after = xml.dumps(tree).encode() + b"\n"
    if after == before:
        return False, []
    lost = write(after, source.path, keep=True) if not check else []
    message = "would be laid out anew" if check else "laid out anew"
    return True, [Issue(code="format", message=message, source=source.name), *not_kept(lost, source.name)]


def _not_qti(data: bytes, name: str) -> list[Issue]:
    """What to say of a document that is not QTI 3, and left alone."""
    try:
        message = other_tree(xml.loads(data, recover=True).tree)
    except DocumentError:
        return []
    return [] if message is None else [Issue(code="version", severity="warning", message=message, source=name)]


def _namespace(tree: Element | Markup) -> str | None:
    return tree.namespace if isinstance(tree, Markup) else spec_of(type(tree)).namespace
