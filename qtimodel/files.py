"""Reading and writing files as every format does it: whole, and never half."""

from __future__ import annotations

import os
from typing import IO, Any, TypeAlias

__all__ = ["Source", "Target", "read", "source_name", "write"]

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
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)[:64]}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, os.stat(path).st_mode & 0o7777 if os.path.exists(path) else 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
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
