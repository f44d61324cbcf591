"""`qtimodel show`: what is in a document, as a tree that people read.

Strategy: `outline` says what there is to see, this module draws it. Documents with wrong values are shown too, as far as they can be read,
after their problems.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..errors import Issue, QtiError
from ..nodes import Element, Markup
from .folders import is_pattern
from .formats import read
from .outline import Row, outline
from .sources import FileName, sources
from .terminal import PROBLEMS, complain, console_for, draw, issues_of, literal

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

__all__ = ["show"]

_UNBROKEN = 1_000_000  # columns: in files and pipes, a row is one line
_NARROWEST = 24  # columns of text: deeper trees go beyond the edge of a terminal, which wraps them
_KIND, _NAME, _TITLE, _RULE, _FACT, _FILE = "bold", "bold cyan", "green", "yellow", "", "underline"


@click.command(short_help="Show what is in a document, as a tree.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FileName())
@click.option("--depth", metavar="N", type=click.IntRange(min=0), help="Show N levels below the root.")
@click.option("--no-color", is_flag=True, help="Plain text, also on a terminal.")
def show(files: tuple[str, ...], depth: int | None, no_color: bool) -> None:
    """Show what is in a document, as a tree.

    Tests, sections and other test-level documents are shown in words: parts, sections, items, rules as formulas. Other documents,
    such as items, are shown as their elements. FILE is XML, content JSON or API JSON, a pattern, a folder (the documents of QTI below it), or - for
    standard input.

    \b
    Examples:
      qtimodel show test.xml
      qtimodel show --depth 2 part1.xml part2.xml
    """
    console = console_for(color=not no_color, pipe_width=_UNBROKEN)
    width, problems, drawn = console.width, False, False
    several = len(files) > 1 or os.path.isdir(files[0]) or is_pattern(files[0])
    for source in sources(files):
        if isinstance(source, Issue):
            complain(source)
            problems = True
            continue
        name = source.name
        try:
            found = read(source.data(), name)
            document, issues = found.tree, found.issues
        except (OSError, QtiError) as error:
            document, issues = None, list(issues_of(error, name))
        for issue in issues:
            complain(issue)
        problems = problems or any(issue.severity == "error" for issue in issues)
        if document is not None:
            tree, levels = _tree(document, depth)
            console.width = max(width, 4 * levels + _NARROWEST)
            heading = [*([""] if drawn else []), _text((literal(name), _FILE))] if several else []
            draw(console, *heading, tree)
            drawn = True
    if problems:
        raise SystemExit(PROBLEMS)


def _tree(document: Element | Markup, depth: int | None) -> tuple[Tree, int]:
    """The outline, drawn to that depth, and how many levels it has. Rows below that depth are not even made."""
    from rich.tree import Tree

    root = outline(document)
    tree = Tree(_label(root, cut=depth == 0), guide_style="dim")
    waiting = [(tree, root, 1)]
    levels = 1
    while waiting:
        branch, row, level = waiting.pop()
        levels = max(level, levels)
        if depth is None or level <= depth:
            waiting += [(branch.add(_label(below, cut=level == depth)), below, level + 1) for below in row.below()]
    return tree, levels


def _label(row: Row, *, cut: bool) -> Text:
    """One row, without control characters. `cut`: an ellipsis stands for the rows below it."""
    title = None if row.title is None else f"“{row.title}”"
    more = "…" if cut and row.below() else ""
    pieces = [(row.kind, _KIND), (row.name, _NAME), (title, _TITLE), (row.rule, _RULE), (" · ".join(row.facts), _FACT), (more, _FACT)]
    return _text(*((literal(text), style) for text, style in pieces if text))


def _text(*pieces: tuple[str, str]) -> Text:
    from rich.text import Text

    return Text("  ", overflow="fold").join(Text(text, style=style, overflow="fold") for text, style in pieces)
