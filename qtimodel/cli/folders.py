"""Folders and patterns: which files there are, without looking into them.

Strategy: one walk for both. `**` in a pattern means what a folder that is named means: hidden folders and links are not entered, so that links in a
circle end, and a folder that cannot be read is a problem, which `glob` passes over in silence. There is no recursion, as in `os.walk` of
Python 3.11: folders may be deeper than Python can follow.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator

from ..errors import Issue
from .terminal import issues_of

__all__ = ["is_pattern", "matches", "real_path", "walk"]

_NOTHING = (errno.ENOENT, errno.ENOTDIR)


def real_path(path: str) -> str:
    """Which file a name leads to."""
    try:
        return os.path.realpath(path)
    except ValueError:  # no file can have this name, as reading it will show
        return path


def is_pattern(name: str) -> bool:
    """Whether a name is a pattern that no shell has expanded."""
    return any(char in name for char in "*?[") and not os.path.lexists(name)


def walk(top: str, output: str | None) -> Iterator[tuple[str, list[os.DirEntry[str]]] | Issue]:
    """A folder and those below it, each with the entries that are no folders, and folders that cannot be read.

    Args:
        top: Where to begin. An empty name is the current folder, and does not appear in paths.
        output: A folder for results, which is not entered.
    """
    results = real_path(output) if output is not None else None
    waiting = [top]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent or os.curdir) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield from issues_of(error, parent)
            continue
        folders, files = [], []
        for entry in entries:
            if _is_folder(entry):
                path = os.path.join(parent, entry.name)
                if not entry.name.startswith(".") and not entry.is_symlink() and real_path(path) != results:
                    folders.append(path)
            else:
                files.append(entry)
        yield parent, files
        waiting += reversed(folders)


def matches(pattern: str, output: str | None) -> Iterator[str | Issue]:
    """The files and folders that match a pattern, and folders that cannot be read. `output`: a folder for results, which `**` does not enter."""
    if "\0" in pattern:
        return
    drive, rest = os.path.splitdrive(pattern)
    only_folders = rest.endswith((os.sep, os.altsep or os.sep))
    parts = [part for part in rest.replace(os.altsep or os.sep, os.sep).split(os.sep) if part]
    if parts[-1] == "**":
        parts.append("*")
    waiting = [(drive + (os.sep if rest[:1] in (os.sep, os.altsep) else ""), 0)]
    seen = set(waiting)  # two `**` may lead to one folder in many ways
    while waiting:
        base, index = waiting.pop()
        if index == len(parts):
            if not only_folders or os.path.isdir(base):
                yield base
            continue
        for found in _step(base, parts[index], output):
            if isinstance(found, Issue):
                yield found
            elif (found, index + 1) not in seen:
                seen.add((found, index + 1))
                waiting.append((found, index + 1))


def _step(base: str, part: str, output: str | None) -> Iterator[str | Issue]:
    """Where one part of a pattern leads from a folder."""
    if part == "**":
        for found in walk(base, output) if not base or os.path.isdir(base) else ():
            yield found if isinstance(found, Issue) else found[0]
        return
    try:
        if not any(char in part for char in "*?["):
            path = os.path.join(base, part)
            os.lstat(path)
            yield path
            return
        with os.scandir(base or os.curdir) as entries:
            names = [entry.name for entry in entries]
    except OSError as error:
        if error.errno not in _NOTHING:
            yield from issues_of(error, base)
        return
    meant = _meaning(part)
    for name in names:
        if meant(name):
            yield os.path.join(base, name)


def _meaning(part: str) -> Callable[[str], bool]:
    """Whether names match one part of a pattern. Hidden names do if the part begins with a dot."""
    from fnmatch import translate
    from re import compile as compiled

    match = compiled(translate(os.path.normcase(part))).match
    hidden = part.startswith(".")
    return lambda name: (hidden or not name.startswith(".")) and match(os.path.normcase(name)) is not None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False
