"""`qtimodel convert`: read documents in one format, write them in another.

Strategy: what a format is and does stands in `formats`, which source goes where in `jobs`. Every document is converted whole in memory and then
written in one step, so a problem leaves no trace of the document that has it, and none on the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import attrs
import click

from ..errors import Issue, QtiError
from ..files import write
from .formats import DIALECTS, FORMATS, WRITABLE, Indent, Options, read, suffixes_of
from .jobs import Job, plan
from .sources import FileName
from .terminal import PROBLEMS, complain, issues_of, line_of, literal, not_kept, send

__all__ = ["convert"]

_MANY = 20  # files: from here on, a person at a terminal wants to see how far we are


@attrs.frozen
class _Task:
    """What is to be done with every document."""

    source_format: str | None
    target_format: str
    options: Options
    strict: bool
    recover: bool


def _indent(ctx: click.Context, param: click.Parameter, value: str) -> Indent:
    """The value of `--indent`."""
    named: dict[str, Indent] = {"tab": "\t", "none": None, **{str(number): number for number in range(17)}}
    if value not in named:
        raise click.BadParameter(f"expected a number of spaces from 0 to 16, `tab` or `none`, not `{literal(value)}`")
    return named[value]


@click.command(short_help="Read documents and write them anew, in any format.")
@click.argument("sources", metavar="SRC...", nargs=-1, required=True, type=FileName())
@click.option("--to", "target_format", type=click.Choice([*FORMATS]), help="The format to write.  [default: xml]")
@click.option("--from", "source_format", type=click.Choice([*FORMATS]), help="The format to read.  [default: the content says it]")
@click.option("--dialect", type=click.Choice(DIALECTS), help="The dialect of content JSON: with --to content, the one to write; otherwise, the one to read.")
@click.option("--prefer", type=click.Choice(["rawXml", "flat"]), help="Which form of API JSON to believe where its two disagree.")
@click.option("--view", type=click.Choice(["response", "create"]), help="The API JSON to write: what the API answers, or a body to send.  [default: response]")
@click.option("-o", "--output", metavar="FILE|DIR", type=FileName(), help="Where to write; several sources need a folder, made if missing.")
@click.option("--indent", metavar="N|tab|none", default="2", callback=_indent, show_default=True, help="Spaces for each level; none: no white space added.")
@click.option("--strict", is_flag=True, help="Do not write documents of which anything would be lost or guessed.")
@click.option("--recover", is_flag=True, help="Write documents with wrong or missing values too, these parts as they are.")
def convert(sources: tuple[str, ...], output: str | None, **said: Any) -> None:
    """Read documents and write them anew, laid out and otherwise unchanged: as XML, content JSON or API JSON.

    SRC is a file, a pattern, a folder (the documents of QTI below it, which keep their places) or - for standard input. One source goes to
    standard output unless -o says where. A document with problems is reported and not written; the others are. What the new format
    cannot carry is reported too, as FILE: PATH: KIND: DETAIL.

    \b
    Examples:
      qtimodel convert test.xml
      qtimodel convert test.xml -o tidy.xml --indent tab
      qtimodel convert test.xml --to api -o test.json
      qtimodel convert test.xml --to api --view create | curl ...
      qtimodel convert test.json -o test.xml
      qtimodel convert package/ extra.xml --to content --dialect xml2js -o out/
      cat test.xml | qtimodel convert - --indent none > small.xml
    """
    task = _task(output, **said)
    jobs, troubles = plan(sources, output, suffixes_of(task.source_format), FORMATS[task.target_format].suffix)
    for issue in troubles:
        complain(issue)
    unwritten, faulty = 0, bool(troubles)
    with _progress(len(jobs)) as (step, tell):
        for job in jobs:
            messages, written = _run(job, task)
            for message in messages:
                tell(message)
            unwritten += not written
            faulty = faulty or not written or any(isinstance(message, Issue) and message.severity == "error" for message in messages)
            step()
    if unwritten and len(jobs) > 1:
        complain(f"{unwritten} of {len(jobs)} documents not written")
    if faulty:
        raise SystemExit(PROBLEMS)


def _task(
    output: str | None,
    *,
    target_format: str | None,
    source_format: str | None,
    dialect: str | None,
    prefer: Literal["rawXml", "flat"] | None,
    view: Literal["response", "create"] | None,
    indent: Indent,
    strict: bool,
    recover: bool,
) -> _Task:
    """What the options mean together. Raises `click.UsageError`."""
    target = target_format or "xml"
    if target_format is None and output is not None and output.lower().endswith(".json"):
        raise click.UsageError("both JSON formats have files *.json: say --to content or --to api")
    if strict and recover:
        raise click.UsageError("--strict refuses what --recover lets pass: choose one")
    if dialect is not None and target != "content" and source_format in ("xml", "api"):
        raise click.UsageError("--dialect is for content JSON, which is neither read nor written here")
    if dialect is not None and target == "content" and dialect not in WRITABLE:
        raise click.UsageError(f"the dialect {dialect} can be read, but not written; choose one of {', '.join(WRITABLE)}")
    if view is not None and target != "api":
        raise click.UsageError("--view is for API JSON: add --to api")
    if prefer is not None and source_format in ("xml", "content"):
        raise click.UsageError("--prefer is for API JSON, which is not read here")
    dialects = (None, dialect or "api") if target == "content" else (dialect, "api")
    options = Options(source_dialect=dialects[0], target_dialect=dialects[1], prefer=prefer, view=view or "response", indent=indent)
    return _Task(source_format, target, options, strict, recover)


def _run(job: Job, task: _Task) -> tuple[list[Issue | str], bool]:
    """Do one job. What is to be said, and whether the result was written."""
    name = job.source.name
    messages: list[Issue | str] = []
    target = FORMATS[task.target_format]
    try:
        document = read(job.source.data(), name, task.source_format, task.options)
        messages += document.issues
        if not task.recover and any(issue.severity == "error" for issue in document.issues):
            return messages, False
        losses = target.losses(document, task.options)
        messages += [f"{name}: {loss}" for loss in losses]
        if task.strict and messages:
            return messages, False
        data = target.write(document, task.options)
    except (OSError, QtiError) as error:
        return [*messages, *issues_of(error, name)], False
    try:
        lost = _write(data, job.target)
    except BrokenPipeError:
        raise
    except OSError as error:
        return [*messages, *issues_of(error, job.target or "standard output")], False
    return [*messages, *not_kept(lost, job.target or "")], True


def _write(data: bytes, target: str | None) -> list[str]:
    """Write, and say what of a file that was there could not be kept."""
    if target is None:
        send(data)
        return []
    os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
    return write(data, target, keep=True)


@contextmanager
def _progress(total: int) -> Iterator[tuple[Callable[[], None], Callable[[Issue | str], None]]]:
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

        def tell(message: Issue | str) -> None:
            console.print(Text(line_of(message)), soft_wrap=True)

        yield (lambda: progress.advance(task)), tell
