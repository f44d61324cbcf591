"""What `convert` is to do, decided before anything is written: which source goes where.

Strategy: whatever can be seen to go wrong from the names alone is wrong usage and stops the command while nothing has happened yet. What
only reading and writing can show is the trouble of one job.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import attrs
import click

from ..errors import Issue
from .formats import SUFFIXES
from .terminal import issues_of, literal

__all__ = ["Job", "plan"]


@attrs.frozen
class Job:
    """One document: read `source` (`-`: standard input), write `target` (`None`: standard output)."""

    source: str
    target: str | None


def plan(sources: tuple[str, ...], output: str | None, suffixes: tuple[str, ...], suffix: str) -> tuple[list[Job], list[Issue]]:
    """The jobs, and what went wrong while looking for them. Folders give their files that end with one of `suffixes`; results end with `suffix`.

    Raises `click.UsageError`.
    """
    output = None if output == "-" else output
    several = len(sources) > 1 or os.path.isdir(sources[0])
    if not several and (output is None or not _means_folder(output)):
        parent = os.path.dirname(output or "") or "."
        if not os.path.isdir(parent):
            raise click.UsageError(f"the folder {literal(parent)} does not exist")
        return [Job(sources[0], output)], []
    if output is None:
        raise click.UsageError("a folder or several sources need -o DIR")
    if os.path.lexists(output) and not os.path.isdir(output):
        raise click.UsageError(f"a folder or several sources need a folder to go to, and {literal(output)} is none")
    if "-" in sources:
        raise click.UsageError("standard input has no file name: convert it alone, with -o FILE or to standard output")
    troubles: list[Issue] = []
    jobs = [Job(source, os.path.join(output, _renamed(name, suffix))) for source, name in _named(sources, output, suffixes, troubles)]
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


def _named(sources: tuple[str, ...], output: str, suffixes: tuple[str, ...], troubles: list[Issue]) -> Iterator[tuple[str, str]]:
    """Pairs of a source file and its name below the output folder."""
    for source in sources:
        if not os.path.isdir(source):
            yield source, os.path.basename(source)
            continue
        found = False
        for path in _files_below(source, output, suffixes, troubles):
            found = True
            yield path, os.path.relpath(path, source)
        if not found:
            troubles.append(Issue(code="file", message=f"no {' or '.join(f'*{suffix}' for suffix in suffixes)} files below this folder", source=source))


def _files_below(folder: str, output: str, suffixes: tuple[str, ...], troubles: list[Issue]) -> Iterator[str]:
    """The files in order of their names. The output folder, where it lies inside, holds results and not sources."""

    def failed(error: OSError) -> None:
        troubles.extend(issues_of(error, os.fspath(error.filename)))

    results = os.path.realpath(output)
    for parent, folders, names in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if os.path.realpath(os.path.join(parent, name)) != results)
        for name in sorted(names):
            path = os.path.join(parent, name)
            if name.lower().endswith(suffixes) and os.path.isfile(path):  # not a pipe, which would make us wait
                yield path


def _check(jobs: list[Job]) -> None:
    """No result may replace another one, nor a source that is still to be read. Raises `click.UsageError`."""
    made_from: dict[str, str] = {}
    sources = {os.path.realpath(job.source): job.source for job in jobs}
    for job in jobs:
        target = os.path.normcase(job.target or "")
        if target in made_from:
            raise click.UsageError(f"{literal(made_from[target])} and {literal(job.source)} would both become {literal(target)}")
        made_from[target] = job.source
        replaced = sources.get(os.path.realpath(target))
        if replaced is not None and os.path.realpath(job.source) != os.path.realpath(target):
            raise click.UsageError(f"the result of {literal(job.source)} would replace the source {literal(replaced)}")
