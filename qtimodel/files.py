"""Reading and writing files as every format does it: whole, and never half."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import IO, Any, TypeAlias

__all__ = ["Source", "Target", "make_folder", "read", "replace", "source_name", "sync_folder", "write"]

Source: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
Target: TypeAlias = "str | os.PathLike[str] | IO[bytes]"


def source_name(source: Any) -> str | None:
    """The name of a file for messages."""
    name = source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", None)
    return os.fspath(name) if isinstance(name, (str, os.PathLike)) else None


def read(source: Source) -> bytes:
    """All bytes of a path or binary file. Raises `OSError`, and `TypeError` for a text file."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            return file.read()
    data = source.read()
    if not isinstance(data, bytes):
        raise TypeError("expected a binary file: open it with mode 'rb', so that its own encoding declaration is used")
    return data


def write(data: bytes, target: Target) -> None:
    """Write to a path or binary file. A path is replaced in one step: no reader ever sees half a file, a failure changes nothing."""
    if not isinstance(target, (str, os.PathLike)):
        _write_all(data, target)
        return
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb", buffering=0) as device:  # a pipe or /dev/null is written to, not replaced; a folder is an error
            _write_all(data, device)
        return
    import tempfile  # only writers pay for it

    path = os.path.realpath(target)  # a link stays a link
    mode = os.stat(path).st_mode & 0o7777 if os.path.exists(path) else 0o666 & ~_umask()
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)[:64]}.")
    _replace(data, path, temporary, descriptor, mode)


def replace(data: bytes, path: str, temporary: str) -> None:
    """Create or replace a file in one step, by way of a temporary one in the same file system. On return it is safe from a loss of power.

    What the temporary file held is gone. A failure changes nothing, unless the disk fails at the very end, with the new file in its place.
    """
    _replace(data, path, temporary, temporary)
    sync_folder(os.path.dirname(path))


def make_folder(path: str) -> None:
    """Create a folder, and those above it, if they are not there, safe from a loss of power. `path` is absolute."""
    above = os.path.dirname(path)
    if not os.path.isdir(path) and above != path:
        make_folder(above)
        os.makedirs(path, exist_ok=True)
        sync_folder(above)


def sync_folder(path: str) -> None:
    """Make what was created, replaced and removed in a folder safe from a loss of power, where the system can do that."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EBADF, errno.EINVAL):  # some file systems do not offer it for folders
            raise
    finally:
        os.close(descriptor)


def _replace(data: bytes, path: str, temporary: str, opened: int | str, mode: int | None = None) -> None:
    """Write the temporary file, and put it into its place. `opened` is what `open` takes."""
    try:
        with open(opened, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):  # the first error is the one to tell
            os.unlink(temporary)
        raise


def _write_all(data: bytes, file: Any) -> None:
    """Write everything: an unbuffered file may take less at a time."""
    left = memoryview(data)
    while left:
        written = file.write(left)
        if written is None:
            raise BlockingIOError("the file takes no more data now: it is in non-blocking mode")
        left = left[written:]


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
