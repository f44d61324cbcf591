"""Reading and writing files as every format does it: whole, and never half."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import IO, Any, TypeAlias

__all__ = ["Source", "Target", "make_folder", "read", "replace", "source_name", "sync_folder", "write"]

Source: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
Target: TypeAlias = "str | os.PathLike[str] | IO[bytes]"


def source_name(source: Any) -> str | None:
    """The name of a file for messages."""
    name = source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", None)
    return os.fsdecode(name) if isinstance(name, (str, os.PathLike)) else None


def read(source: Source) -> bytes:
    """All bytes of a path or binary file. Raises `OSError`, and `TypeError` for a text file."""
    if isinstance(source, (str, os.PathLike)):
        with _no_null(source), open(source, "rb") as file:
            return file.read()
    if not hasattr(source, "read"):
        raise TypeError(f"expected a path or a file that is open for reading bytes, found {type(source).__name__}")
    data = source.read()
    if not isinstance(data, bytes):
        raise TypeError("expected a binary file: open it with mode 'rb', so that its own encoding declaration is used")
    return data


def write(data: bytes, target: Target, *, keep: bool = False) -> list[str]:
    """Write to a path or binary file. A path is replaced in one step: no reader ever sees half a file, a failure changes nothing.

    A new file gets its mode from the system; one that is there keeps mode, owner, group and extended attributes, as far as the system allows it,
    and a symbolic link stays one. This does not wait for the disk.

    Args:
        data: What the file is to hold.
        target: A path, or a file that is open for writing bytes.
        keep: Keep hard links too, and whatever replacing cannot keep, by writing into the file that is there; if that fails it is put back as it was.

    Returns:
        What could not be kept, in words; always empty for new files and open ones.
    """
    if not isinstance(target, (str, os.PathLike)):
        if not hasattr(target, "write"):
            raise TypeError(f"expected a path or a file that is open for writing bytes, found {type(target).__name__}")
        _write_all(data, target)
        return []
    with _no_null(target):
        name = os.fsdecode(target)
        old = _stat(name)
        if old is None and name[-1:] in ("", os.sep, os.altsep or os.sep):
            code = errno.EISDIR if name else errno.ENOENT
            raise OSError(code, os.strerror(code), name)
        path = os.path.realpath(name)  # a link stays a link
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(name, "wb", buffering=0) as device:  # a pipe or /dev/stdout is written to, not replaced; a folder is an error
            _write_all(data, device)
        return []
    if not keep or old is None:
        return _replace(data, path, _beside(path), old)
    if old.st_nlink == 1:
        try:
            return _replace(data, path, _beside(path), old, refuse=True)
        except (_NotKept, PermissionError):
            pass
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.EROFS, errno.EXDEV):  # mounted by itself, as containers do
                raise
    try:
        _overwrite(data, path)
    except PermissionError:
        links = ["its other hard links (they keep the old content)"] if old.st_nlink > 1 else []
        return _replace(data, path, _beside(path), old) + links
    return []


def replace(data: bytes, path: str, temporary: str) -> None:
    """Create or replace a file in one step, by way of a temporary one in the same file system. On return it is safe from a loss of power.

    What the temporary file held is gone. A failure changes nothing, unless the disk fails at the very end, with the new file in its place.
    """
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):  # the first error is the one to report
            os.unlink(temporary)
        raise
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


class _NotKept(Exception):
    """Replacing a file would lose some of what belongs to it."""


def _stat(name: str) -> os.stat_result | None:
    """What is at a path; `None`: nothing is, or a link to nothing."""
    try:
        return os.stat(name)
    except FileNotFoundError:
        return None


def _beside(path: str) -> str:
    """A name for a temporary file in the same folder, which nobody else will choose."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:32]}.{os.urandom(6).hex()}")


def _replace(data: bytes, path: str, temporary: str, old: os.stat_result | None, *, refuse: bool = False) -> list[str]:
    """Write a new temporary file, and put it into its place. What of the old file it could not keep; `refuse`: raise `_NotKept` instead."""
    mode = 0o666 if old is None else 0o600  # nobody may read it before it has its mode
    lost: list[str] = []
    try:
        with open(temporary, "xb", buffering=0, opener=lambda name, flags: os.open(name, flags, mode)) as file:
            _write_all(data, file)
            if old is not None:
                lost = _keep_attributes(path, old, temporary, os.fstat(file.fileno()))
        if lost and refuse:
            raise _NotKept
        os.replace(temporary, path)
    except BaseException as error:  # a signal, too
        if not isinstance(error, FileExistsError):
            with suppress(OSError):  # the first error is the one to report
                os.unlink(temporary)
        if isinstance(error, OSError) and error.filename == temporary:
            error.filename = path
            del error.filename2  # `None` is shown
        raise
    return lost


def _keep_attributes(path: str, old: os.stat_result, temporary: str, new: os.stat_result) -> list[str]:
    """Give a new file the mode, owner, group and extended attributes of the old one. What it cannot have."""
    lost: list[str] = []
    mode = stat.S_IMODE(old.st_mode)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.chown(temporary, old.st_uid, old.st_gid)
        except OSError:
            if new.st_gid != old.st_gid:
                try:
                    os.chown(temporary, -1, old.st_gid)
                except OSError:
                    lost.append("its group")
            if new.st_uid != old.st_uid:
                lost.append("its owner")
            mode &= 0o777  # to run as its owner or group was meant of the old ones
    if sys.platform == "linux":  # the only one where Python can; before the mode, which may forbid it
        with suppress(OSError):  # a file system without them
            names = os.listxattr(path)
            for name in names:
                lost += _keep_attribute(name, path, temporary)
            for name in os.listxattr(temporary):
                if name not in names:  # inherited from the folder, such as rights of others
                    with suppress(OSError):
                        os.removexattr(temporary, name)
    os.chmod(temporary, mode)
    return lost


def _keep_attribute(name: str, path: str, temporary: str) -> list[str]:
    """Copy one extended attribute. Access control lists are such, too."""
    try:
        value = os.getxattr(path, name)
        with suppress(OSError):  # it is not there yet
            if os.getxattr(temporary, name) == value:
                return []
        os.setxattr(temporary, name, value)
    except OSError:
        return [f"its extended attribute `{name}`"]
    return []


def _overwrite(data: bytes, path: str) -> None:
    """Write into a file that is there. What fails is undone; only the end of the process or of power in between leaves a mixture."""
    with open(path, "r+b", buffering=0) as file:
        before = file.read()
        try:
            file.seek(0)
            _write_all(data, file)
            file.truncate()
        except BaseException:
            with suppress(OSError):
                file.seek(0)
                _write_all(before, file)
                file.truncate()
            raise


@contextmanager
def _no_null(path: str | os.PathLike[str]) -> Generator[None]:
    """Python has a `ValueError` for names that no system can have, which is none of ours to raise."""
    try:
        yield
    except ValueError as error:
        raise OSError(errno.EINVAL, f"no file can have this name ({error})", os.fspath(path)) from None


def _write_all(data: bytes, file: Any) -> None:
    """Write everything: an unbuffered file may take less at a time."""
    if not hasattr(file, "write") or isinstance(file, io.TextIOBase):
        raise TypeError(f"expected a path or a file that is open for writing bytes, found {type(file).__name__}")
    left = memoryview(data)
    while left:
        written = file.write(left)
        if written is None:
            raise BlockingIOError("the file takes no more data now: it is in non-blocking mode")
        left = left[written:]
