"""What `convert` is to do, decided before anything is written: which source goes where.

Strategy: `sources` says which documents are meant. Whatever can be seen to go wrong from the names alone is wrong usage and stops the command
while nothing has happened yet. What only reading and writing can show is the trouble of one job.
"""

from __future__ import annotations

import os

import attrs
import click

from ..errors import Issue
from .folders import is_pattern, real_path
from .sources import STANDARD_INPUT, SUFFIXES, Source, sources
from .terminal import literal

__all__ = ["Job", "plan"]


@attrs.frozen
class Job:
    """One document: read `source`, write `target` (`None`: standard output)."""

    source: Source
    target: str | None


def plan(names: tuple[str, ...], output: str | None, suffixes: tuple[str, ...], suffix: str) -> tuple[list[Job], list[Issue]]:
    """The jobs, and what is wrong with names. Of folders, files that end with one of `suffixes` are meant; results end with `suffix`.

    Raises `click.UsageError`.
    """
    output = None if output == STANDARD_INPUT else output
    if output == "":
        raise click.UsageError("the name after -o is empty; expected a file, a folder, or `-` for standard output")
    if output is not None and "\0" in output:
        raise click.UsageError(f"no file can be called {literal(output)}")
    several = len(names) > 1 or os.path.isdir(names[0]) or is_pattern(names[0])
    if not several and (output is None or not _means_folder(output)):
        parent = os.path.dirname(output or "") or "."
        if not os.path.isdir(parent):
            raise click.UsageError(f"the folder {literal(parent)} does not exist")
        return [Job(Source(names[0], os.path.basename(names[0]), named=True), output)], []
    if output is None:
        raise click.UsageError("a folder or several sources need -o DIR")
    if os.path.lexists(output) and not os.path.isdir(output):
        raise click.UsageError(f"a folder or several sources need a folder to go to, and {literal(output)} is none")
    if STANDARD_INPUT in names:
        raise click.UsageError("standard input has no file name: convert it alone, with -o FILE or to standard output")
    troubles: list[Issue] = []
    jobs: list[Job] = []
    for found in sources(names, suffixes, output=output, once=False):
        if isinstance(found, Issue):
            troubles.append(found)
        else:  # what it holds is read again when its turn comes: all of them might not fit into memory
            jobs.append(Job(found._replace(known=None), os.path.join(output, _renamed(found.below, suffix))))
    _check(jobs)
    return jobs, troubles


def _means_folder(output: str) -> bool:
    return os.path.isdir(output) or output.endswith((os.sep, os.altsep or os.sep))


def _renamed(name: str, suffix: str) -> str:
    """The name of a result: the suffix of another format gives way to the right one.

    >>> [_renamed(name, ".json") for name in ("a.xml", "b.JSON", "c", "v1.2")]
    ['a.json', 'b.JSON', 'c.json', 'v1.2.json']
    """
    stem, found = os.path.splitext(name)
    if found.lower() == suffix:
        return name
    return (stem if found.lower() in SUFFIXES else name) + suffix


def _check(jobs: list[Job]) -> None:
    """No result may replace another one, nor a source that is still to be read. Raises `click.UsageError`."""
    made_from: dict[str, str] = {}
    real = {real_path(job.source.path): job.source.path for job in jobs}
    for job in jobs:
        source, target = job.source.path, os.path.normcase(job.target or "")
        if target in made_from:
            both = f"{literal(made_from[target])} and {literal(source)} would both become {literal(target)}"
            raise click.UsageError(f"{both}: name the folder above them, in which documents keep their places, or convert them apart")
        made_from[target] = source
        replaced = real.get(real_path(target))
        if replaced is not None and real_path(source) != real_path(target):
            raise click.UsageError(f"the result of {literal(source)} would replace the source {literal(replaced)}")
