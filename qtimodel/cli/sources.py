"""Which documents are meant: files, folders, patterns and standard input, the same for every command.

Strategy: a file that is named is always meant. Of a folder or pattern, the files that are QTI by their content are, and hidden folders are not
entered; one that has none is a problem, as a mistyped name must not look like a clean folder. A file that cannot be read is a problem of that
file. So commands receive documents and problems, and decide nothing about files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

import click

from ..binary import binary
from ..errors import DocumentError, Issue
from ..files import read
from .folders import is_pattern, matches, real_path, walk
from .terminal import issues_of, read_standard_input

__all__ = ["STANDARD_INPUT", "SUFFIXES", "FileName", "Source", "sources"]

STANDARD_INPUT = "-"
SUFFIXES = (".xml", ".json")


class FileName(click.Path):
    """An argument that is the name of a file, whatever it looks like. What is wrong with the file is a problem of that file, not wrong usage."""

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it is."""
        return os.fsdecode(value)


class Source(NamedTuple):
    """A document that is meant.

    `path` is its file (`-`: standard input), `below` its place in the folder where it was found, `named` whether it was named itself. `name` is for
    messages.
    """

    path: str
    below: str
    named: bool
    known: bytes | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return "<stdin>" if self.path == STANDARD_INPUT else self.path or "''"

    def data(self) -> bytes:
        """What is in it. Raises `OSError`, and `DocumentError` for what is not even text."""
        data = self.known if self.known is not None else read_standard_input() if self.path == STANDARD_INPUT else read(self.path)
        if (message := binary(data)) is not None:
            raise DocumentError([Issue(code="format", message=message, source=self.name)])
        return data


def sources(
    names: tuple[str, ...], suffixes: tuple[str, ...] = SUFFIXES, *, output: str | None = None, passed_over: bool = False, once: bool = True
) -> Iterator[Source | Issue]:
    """The documents that are meant, in the order of their names, and what is wrong with names.

    Args:
        names: Files, folders, patterns, `-`.
        suffixes: How the names of documents in folders end.
        output: A folder for results, which is not entered.
        once: Whether a file is given once, by how many names soever it is meant.
        passed_over: Whether a pattern may match files of other kinds only, as the same files may be named.

    Raises:
        click.UsageError: Standard input is named twice.
    """
    if names.count(STANDARD_INPUT) > 1:
        raise click.UsageError("standard input can be read only once")
    seen: set[str] | None = set() if once else None
    for name in names:
        if name == STANDARD_INPUT:
            yield Source(name, name, named=True)
        elif os.path.isdir(name):
            ending = " or ".join(f"*{suffix}" for suffix in suffixes)
            yield from _meant(name, _below(name, suffixes, output), seen, f"no {ending} files below this folder", "no QTI documents below this folder")
        elif is_pattern(name):
            other = "" if passed_over else "no QTI documents among the files that match this pattern"
            yield from _meant(name, _matching(name, output), seen, "no file matches this pattern", other)
        elif _is_new(name, seen):
            yield Source(name, os.path.basename(name), named=True)


def _meant(name: str, files: Iterator[tuple[str, str] | Issue], seen: set[str] | None, nothing: str, no_qti: str) -> Iterator[Source | Issue]:
    """The files that are QTI, and what to say if there are none."""
    from ..validation.sniff import looks_like_qti  # with what validates

    found = meant = 0
    for file in files:
        if isinstance(file, Issue):
            meant += 1
            yield file
            continue
        path, below = file
        try:
            if not _waits_for_nobody(path):
                continue
            data = read(path)
        except OSError as error:
            meant += 1
            yield from issues_of(error, path)
            continue
        found += 1
        if looks_like_qti(data):
            meant += 1
            if _is_new(path, seen):
                yield Source(path, below, named=False, known=data)
    if not found and not meant:
        yield Issue(code="file", message=nothing, source=name)
    elif not meant and no_qti:
        yield Issue(code="file", message=f"{no_qti}: {found} of other kinds; name a file to have it processed whatever it is", source=name)


def _below(folder: str, suffixes: tuple[str, ...], output: str | None) -> Iterator[tuple[str, str] | Issue]:
    """The files of a folder that may be documents, with their places in it: those of each folder before those of the folders in it."""
    for found in walk(folder, output):
        if isinstance(found, Issue):
            yield found
            continue
        parent, entries = found
        for entry in entries:
            if entry.name.lower().endswith(suffixes) and not (entry.name.startswith(".") and entry.is_symlink()):  # editors lock files with links
                path = os.path.join(parent, entry.name)
                yield path, os.path.relpath(path, folder)


def _matching(pattern: str, output: str | None) -> Iterator[tuple[str, str] | Issue]:
    """The files that match a pattern."""
    files, troubles, folders = [], 0, 0
    for found in matches(pattern, output):
        if isinstance(found, Issue):
            troubles += 1
            yield found
        elif os.path.isdir(found):
            folders += 1
        else:
            files.append(found)
    if folders and not files and not troubles:
        message = "only folders match this pattern: name them, or add `/**/*.xml` for the documents below them"
        yield Issue(code="file", message=message, source=pattern)
    yield from ((path, os.path.basename(path)) for path in sorted(files))


def _is_new(path: str, seen: set[str] | None) -> bool:
    """Whether a file has not been given yet; now it has."""
    if seen is None:
        return True
    real = real_path(path)
    known = real in seen
    seen.add(real)
    return not known


def _waits_for_nobody(path: str) -> bool:
    """Whether a file is a plain one. A pipe would make us wait. Raises `OSError` for one that is not there, such as a link to nothing."""
    return stat.S_ISREG(os.stat(path).st_mode)
