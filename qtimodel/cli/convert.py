"""`qtimodel convert`: read documents in one format, write them in another.

Strategy: a format is a row of `FORMATS`. Every document is converted whole in memory and then written in one step, so a problem
leaves no trace of the document that has it, and none on the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

import click

from .. import xml
from ..errors import Issue, QtiError
from ..files import write
from ..nodes import Element, Markup
from ..xml import Recovered
from .jobs import Job, plan
from .terminal import PROBLEMS, complain, display_name, issues_of, literal, read_source, send

__all__ = ["FORMATS", "Format", "convert"]

Indent: TypeAlias = int | str | None
_MANY = 20  # files: from here on, a person at a terminal wants to see how far we are


class Format(NamedTuple):
    """How a format is read (raises `DocumentError`) and written (raises `ModelError`), and how its files are called."""

    suffix: str
    read: Callable[[bytes, str], Recovered]
    write: Callable[[Element | Markup, Indent], bytes]


def _read_xml(data: bytes, name: str) -> Recovered:
    return xml.loads(data, recover=True, name=name)


def _write_xml(tree: Element | Markup, indent: Indent) -> bytes:
    return xml.dumps(tree, indent=indent).encode() + b"\n"


FORMATS = {"xml": Format(".xml", _read_xml, _write_xml)}


def _indent(ctx: click.Context, param: click.Parameter, value: str) -> Indent:
    """The value of `--indent`."""
    named: dict[str, Indent] = {"tab": "\t", "none": None, **{str(number): number for number in range(17)}}
    if value not in named:
        raise click.BadParameter(f"expected a number of spaces from 0 to 16, `tab` or `none`, not `{literal(value)}`")
    return named[value]


@click.command(short_help="Read documents and write them anew.")
@click.argument("sources", metavar="SRC...", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", metavar="FILE|DIR", type=click.Path(), help="Where to write; several sources need a folder, made if missing.")
@click.option("--indent", metavar="N|tab|none", default="2", callback=_indent, show_default=True, help="Spaces for each level; none: no white space added.")
@click.option("--recover", is_flag=True, help="Write documents with wrong or missing values too, these parts as they are.")
def convert(sources: tuple[str, ...], output: str | None, indent: Indent, recover: bool) -> None:
    """Read documents and write them anew, laid out and otherwise unchanged.

    SRC is a file, a folder (all *.xml files below it, which keep their places) or - for standard input. One source goes to standard
    output unless -o says where. A document with problems is reported and not written; the others are.

    \b
    Examples:
      qtimodel convert test.xml
      qtimodel convert test.xml -o tidy.xml --indent tab
      qtimodel convert package/ extra.xml -o out/
      cat test.xml | qtimodel convert - --indent none > small.xml
    """
    source_format = target_format = FORMATS["xml"]
    jobs, troubles = plan(sources, output, source_format.suffix)
    for issue in troubles:
        complain(issue)
    failed = 0
    with _progress(len(jobs)) as (step, tell):
        for job in jobs:
            issues, written = _run(job, source_format, target_format, indent, recover)
            for issue in issues:
                tell(issue)
            failed += not written
            troubles += issues
            step()
    if failed and len(jobs) > 1:
        complain(f"{failed} of {len(jobs)} documents not written")
    if troubles:
        raise SystemExit(PROBLEMS)


def _run(job: Job, source_format: Format, target_format: Format, indent: Indent, recover: bool) -> tuple[list[Issue], bool]:
    """Do one job. The problems, and whether the result was written."""
    name = display_name(job.source)
    try:
        tree, issues = source_format.read(read_source(job.source), name)
        if issues and not recover:
            return issues, False
        data = target_format.write(tree, indent)
    except (OSError, QtiError) as error:
        return list(issues_of(error, name)), False
    try:
        _write(data, job.target)
    except BrokenPipeError:
        raise
    except OSError as error:
        return [*issues, *issues_of(error, job.target or "standard output")], False
    return issues, True


def _write(data: bytes, target: str | None) -> None:
    if target is None:
        send(data)
    else:
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        write(data, target)


@contextmanager
def _progress(total: int) -> Iterator[tuple[Callable[[], None], Callable[[Issue], None]]]:
    """What to call after each document, and how to report a problem meanwhile."""
    if total < _MANY or sys.stderr is None or not sys.stderr.isatty():
        yield (lambda: None), complain
        return
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        task = progress.add_task("Converting", total=total)

        def tell(issue: Issue) -> None:
            console.print(Text(literal(str(issue))), soft_wrap=True)

        yield (lambda: progress.advance(task)), tell
