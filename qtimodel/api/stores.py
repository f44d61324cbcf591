"""Where tests are kept: in memory, or in one folder of files. Any other `MutableMapping` of identifier to JSON object will do as well.

    store = FolderStore("tests")
    with store.locked("t1"):                              # from other threads and processes
        store["t1"] = changed(store["t1"])

Strategy: a value is one file, which is only ever replaced whole, so that reading needs no lock and a crash leaves the old value or the new one.
Who writes holds a lock that the system takes back when the process ends, however it ends. There are 256 of them, shared by all keys, each with
one temporary file: what killed writers leave behind does not grow. Keys become file names by a code that no system folds, forbids or reserves.
"""

from __future__ import annotations

import os
import re
import time
from abc import abstractmethod
from collections.abc import Generator, ItemsView, Iterator, MutableMapping, ValuesView
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from reprlib import repr as short_repr
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary
from zlib import crc32

from .. import json_text
from ..errors import DocumentError, ModelError, StoreError
from ..files import make_folder, read, replace, sync_folder
from ..json_values import json_copy

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["FolderStore", "MemoryStore", "Store", "Stored", "file_name", "json_object", "key_of"]

Stored: TypeAlias = dict[str, Any]  # a JSON object

LONGEST = 255  # bytes of a file name
SUFFIX = ".json"
ASIDE = ".store"  # the folder of locks and temporary files: no key has a name that begins with a dot
POLL = 0.001  # seconds between two looks at a lock that another process holds
_READ_LOCKED = os.name == "nt"  # there, a file that is being read cannot be replaced
_NOTHING: Any = object()


class Store(MutableMapping[str, Stored]):
    """What both stores promise: the laws of a dict, for identifiers and JSON objects, among threads.

    Values are copied on the way in and out: `store[key]["title"] = "x"` changes nothing that is stored. Iterating takes the keys of that moment and
    passes over values that are gone when their turn comes. A value is changed wholly or not at all; several steps in a row belong into `locked`.

    Writing raises `ModelError` for a key that is no text or empty, and with its path for a value that is not JSON.
    """

    @abstractmethod
    def locked(self, identifier: str) -> AbstractContextManager[None]:
        """Keep others from changing the value of one key. The thread that holds the lock may take it again."""

    def pop(self, key: str, /, default: Any = _NOTHING) -> Any:
        """As that of a dict, in one step."""
        with self.locked(key):
            return super().pop(key) if default is _NOTHING else super().pop(key, default)

    def popitem(self) -> tuple[str, Stored]:
        """As that of a dict, in one step; which one it is, is not said."""
        for key in self:
            if (value := self.pop(key, None)) is not None:
                return key, value
        raise KeyError("the store is empty")

    def setdefault(self, key: str, default: Any = None, /) -> Any:
        """As that of a dict, in one step."""
        with self.locked(key):
            return super().setdefault(key, default)

    def clear(self) -> None:
        """Delete what is there now, key by key, without reading it."""
        for key in self:
            with suppress(KeyError):
                del self[key]

    def items(self) -> ItemsView[str, Stored]:
        """As those of a dict."""
        return _Items(self)

    def values(self) -> ValuesView[Stored]:
        """As those of a dict."""
        return _Values(self)


class _Items(ItemsView[str, Stored]):
    """Keys and values that are still there when their turn comes."""

    _mapping: Store

    def __iter__(self) -> Iterator[tuple[str, Stored]]:
        return ((key, value) for key in self._mapping if (value := self._mapping.get(key)) is not None)


class _Values(ValuesView[Stored]):
    """Values that are still there when their turn comes."""

    _mapping: Store

    def __iter__(self) -> Iterator[Stored]:
        return (value for _, value in self._mapping.items())


class MemoryStore(Store):
    """Tests in memory, for the time of this process.

    >>> store = MemoryStore()
    >>> store["t1"] = {"title": "Algebra", "grades": [5, 6]}
    >>> store["t1"]["grades"].append(7)
    >>> store["t1"]
    {'title': 'Algebra', 'grades': [5, 6]}
    >>> store["t2"] = {"grades": (5, 6)}
    Traceback (most recent call last):
    qtimodel.errors.ModelError: $['grades']: expected JSON, found (5, 6) of type tuple
    """

    def __init__(self) -> None:
        self._values: dict[str, Stored] = {}
        self._locks: dict[int, RLock] = {}  # by process, as a forked one must not wait for threads that it does not have

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self)}>"

    @contextmanager
    def locked(self, identifier: str) -> Generator[None]:
        """Keep other threads from changing the value of one key, and of all others, too. The thread that holds the lock may take it again."""
        with self._locks.setdefault(os.getpid(), RLock()):
            yield

    def __getitem__(self, key: str) -> Stored:
        return json_object(self._values[key])

    def __setitem__(self, key: str, value: Stored) -> None:
        new = json_object(value)
        with self.locked(key):
            self._values[_checked(key)] = new

    def __delitem__(self, key: str) -> None:
        with self.locked(key):
            del self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)


class FolderStore(Store):
    """Tests in a folder, one file of JSON each, for any number of threads and processes on one machine.

    What is written is on the disk when the call returns, and outlasts the end of the process and of power. Files that this class would not have
    named are left alone. Reading a file that somebody else has damaged raises `StoreError`, with its name, line and column; `del` and `clear` do
    not read, and `in` does not, either.

    `timeout`: seconds to wait for others that hold a lock, without end if negative; then `StoreError`. The folder is made if it is not there.
    Writing raises `ModelError` also for a key that is too long for a file name, and `OSError` if the system refuses.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     FolderStore(folder)["Unit 1"] = {"title": "Algebra"}
    ...     FolderStore(folder)["Unit 1"], [name for name in os.listdir(folder) if name.endswith(".json")]
    ({'title': 'Algebra'}, ['+unit%201.json'])
    """

    def __init__(self, folder: str | os.PathLike[str], timeout: float = 60.0) -> None:
        self.folder = os.path.abspath(folder)
        self.timeout = timeout
        self._shared: _Locks | None = None  # lives as long as anybody uses it
        make_folder(self.folder)

    def __repr__(self) -> str:
        return f"FolderStore({self.folder!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.folder, self.timeout)

    @contextmanager
    def locked(self, identifier: str) -> Generator[None]:
        """Keep other threads and processes from changing the value of one key. The thread that holds the lock may take it again, also by another
        store of the same folder.

        It may keep them from some other keys as well. Take one at a time: two threads that take two in opposite order wait until one gives up,
        and for ever if `timeout` is negative.
        Raises `StoreError` if the lock is not free within `timeout`.
        """
        from filelock import Timeout  # who only reads does not pay for it

        began = time.monotonic()
        shared = self._shared = _locks_of(os.path.realpath(self.folder))  # who holds a lock keeps them all alive
        threads, processes = shared.lock(os.path.basename(self._aside(identifier, "lock")))
        if not threads.acquire(timeout=self.timeout if self.timeout >= 0 else -1):
            raise self._not_free(identifier)
        try:
            try:
                processes.acquire(timeout=max(self.timeout - (time.monotonic() - began), 0) if self.timeout >= 0 else -1)
            except Timeout:
                raise self._not_free(identifier) from None
            try:
                yield
            finally:
                processes.release()
        finally:
            threads.release()

    def __getitem__(self, key: str) -> Stored:
        try:
            with self.locked(key) if _READ_LOCKED else nullcontext():
                data = read(self._path(key))
        except (ModelError, FileNotFoundError, IsADirectoryError):
            raise KeyError(key) from None
        try:
            value = json_text.loads(data, name=self._path(key), size=len(data))
        except DocumentError as error:
            raise StoreError(str(error)) from error
        if not isinstance(value, dict):
            raise StoreError(f"{self._path(key)}: expected a JSON object, found {value!r:.40}")
        return value

    def __setitem__(self, key: str, value: Stored) -> None:
        path = self._path(key)
        data = json_text.dumps(json_object(value), indent=2).encode() + b"\n"
        with self.locked(key):
            replace(data, path, self._aside(key, "new"))

    def __delitem__(self, key: str) -> None:
        with self.locked(key):
            if key not in self:
                raise KeyError(key)
            os.unlink(self._path(key))
            sync_folder(self.folder)

    def __contains__(self, key: object) -> bool:
        try:
            return os.path.isfile(self._path(key))
        except ModelError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._keys()))

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> list[str]:
        with os.scandir(self.folder) as entries:
            return [key for entry in entries if (key := key_of(entry.name)) is not None and entry.is_file()]

    def _path(self, key: object) -> str:
        return os.path.join(self.folder, file_name(key))

    def _aside(self, key: str, suffix: str) -> str:
        """A file that all keys of one lock share."""
        number = crc32(_utf8(key)) & 0xFF if isinstance(key, str) else 0  # what is no text may be asked for, and is not there
        return os.path.join(self.folder, ASIDE, f"{number:02x}.{suffix}")

    def _not_free(self, key: str) -> StoreError:
        message = f"{self.folder}: the lock of `{key}` was not free within {self.timeout:g} s; another thread or process holds it"
        return StoreError(f"{message}: let it finish, or wait longer with `timeout`")


class _Locks:
    """The locks of one folder in one process, whatever it was called: stores that had their own would wait for each other within one thread."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(folder, ASIDE)
        self._known: dict[str, tuple[RLock, FileLock]] = {}

    def lock(self, name: str) -> tuple[RLock, FileLock]:
        """The locks among threads and among processes."""
        from filelock import FileLock

        lock = self._known.get(name)
        if lock is None:
            os.makedirs(self._folder, exist_ok=True)
            # A lock that is a mere file would outlast its process.
            path = os.path.join(self._folder, name)
            lock = self._known.setdefault(name, (RLock(), FileLock(path, poll_interval=POLL, thread_local=False, fallback_to_soft=False)))
        return lock


_LOCKS: WeakValueDictionary[tuple[int, str], _Locks] = WeakValueDictionary()  # by process, which a fork changes, and folder
_MAKING = [Lock()]
_INHERITED: list[_Locks] = []  # of a process that forked: whoever lets them go gives back its locks


def _locks_of(folder: str) -> _Locks:
    key = os.getpid(), folder
    with _MAKING[0]:
        locks = _LOCKS.get(key)
        if locks is None:
            locks = _LOCKS[key] = _Locks(folder)
    return locks


def _after_fork() -> None:
    """The child has only one thread, and must neither wait for the others nor give back what its parent holds."""
    _MAKING[0] = Lock()
    _INHERITED.extend(_LOCKS.values())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


# -- keys and values -------------------------------------------------------------------------------------------------------

_OTHERS = re.compile(r"[^a-z0-9._-]")
_CODED = re.compile(r"\+([a-z])|((?:%[0-9a-f]{2})+)")
_RESERVED = re.compile(r"\.|(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")


def file_name(key: object) -> str:
    """The name of the file for a key: safe on every system, and a different one for every key, also where case is ignored.

    Small letters, digits, `-`, `_` and `.` stay; `+a` is a capital `A`; all else is percent-encoded, as a first character is that would make the
    name hidden or reserved. Raises `ModelError` for what no file can be named after.

    >>> file_name("Unit-1.v2"), file_name("../é"), file_name("con")
    ('+unit-1.v2.json', '%2e.%2f%c3%a9.json', '%63on.json')
    """
    name = _OTHERS.sub(_code, _checked(key))
    if _RESERVED.match(name):
        name = f"%{ord(name[0]):02x}{name[1:]}"
    if len(name) > LONGEST - len(SUFFIX):
        raise ModelError(f"the key `{key:.40}…` needs a file name of {len(name + SUFFIX):,} bytes; expected at most {LONGEST}; use a shorter one")
    return name + SUFFIX


def key_of(name: str) -> str | None:
    """The key whose file has this name, or `None`.

    >>> key_of("+unit-1.v2.json"), key_of("README.md")
    ('Unit-1.v2', None)
    """
    try:
        key = _CODED.sub(_decode, name.removesuffix(SUFFIX))
        return key if file_name(key) == name else None
    except ValueError:
        return None


def _code(match: re.Match[str]) -> str:
    char = match[0]
    return f"+{char.lower()}" if "A" <= char <= "Z" else "".join(f"%{byte:02x}" for byte in _utf8(char))


def _decode(match: re.Match[str]) -> str:
    return match[1].upper() if match[1] else bytes.fromhex(match[2].replace("%", "")).decode("utf-8", "surrogatepass")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # any str is a key


def _checked(key: object) -> str:
    if not isinstance(key, str) or not key:
        raise ModelError(f"expected a key that is a text and not empty, found {key!r:.40}")
    return str.__str__(key)  # not a subclass, which might call itself differently


def json_object(value: object) -> Stored:
    """A deep copy of a JSON object. Raises `ModelError`."""
    if type(value) is not dict:
        raise ModelError(f"expected a JSON object, found {short_repr(value):.40} of type {type(value).__name__}", path="$")
    copy: Stored = json_copy(value)
    return copy
