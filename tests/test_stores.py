"""The stores keep what they are given: the laws of a dict, among threads and processes, and whatever happens in the middle of a write.

Run with `--hypothesis-profile=full` for 200 rounds of killed writers.
"""

from __future__ import annotations

import errno
import json
import math
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import store_worker
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from store_worker import COUNTER, increment

from qtimodel import ModelError, QtiError, json_text
from qtimodel.api import stores
from qtimodel.api.stores import FolderStore, MemoryStore, Store, Stored, file_name, key_of
from qtimodel.errors import StoreError

TRAPS = [
    "t1",
    "T1",
    "é",
    "e\u0301",
    "É",
    "ß",
    "ss",
    "\u017f",
    "K",
    "\u212a",
    "CON",
    "con",
    "nul.x",
    "com1",
    "a",
    "a.",
    "a ",
    "..",
    ".",
    ".store",
    "../x",
    "/etc/x",
]
TRAPS += ["a/b", "a\\b", "C:x", "a\0b", "%61", "+a", "a+", "a%2", "a~1", "-", "a.json", "*?<>|\"'", "\n", "😀", "\ud800", "long" * 60]
KEYS = st.sampled_from(TRAPS) | st.text(min_size=1, max_size=20)
ANY_KEYS = st.text(st.characters(), min_size=1, max_size=30) | KEYS  # with halves of surrogate pairs
NUMBERS = st.integers(-(2**2000) + 1, 2**2000 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(st.none() | st.booleans() | NUMBERS | st.text(), lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts), max_leaves=8)
VALUES = st.dictionaries(st.text(), JSON, max_size=4)


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else FolderStore(tmp_path / "store")


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store", timeout=0.05)


def in_threads(*works: Callable[[], object]) -> None:
    """Do things at once; what one of them raises is raised."""
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# -- the laws of a dict ----------------------------------------------------------------------------------------------------


class Laws(RuleBasedStateMachine):
    """A store and a dict that are treated alike are alike."""

    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, Stored] = {}

    def both(self, act: Callable[[Any], object]) -> None:
        results: list[object] = []
        for mapping in (self.store, self.model):
            try:
                results.append(act(mapping))
            except KeyError as error:
                results.append(("KeyError", error.args))
        assert repr(results[0]) == repr(results[1])

    @rule(key=KEYS, value=VALUES)
    def write(self, key: str, value: Stored) -> None:
        self.both(lambda mapping: mapping.__setitem__(key, value))
        self.both(lambda mapping: mapping[key])

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self.both(lambda mapping: mapping.__delitem__(key))

    @rule(key=KEYS)
    def pop(self, key: str) -> None:
        self.both(lambda mapping: mapping.pop(key))

    @rule(key=KEYS, default=VALUES)
    def look(self, key: str, default: Stored) -> None:
        self.both(lambda mapping: (mapping.get(key), key in mapping, mapping.pop(key, default), mapping.get(key, default)))

    @rule(key=KEYS, value=VALUES)
    def setdefault(self, key: str, value: Stored) -> None:
        self.both(lambda mapping: mapping.setdefault(key, value))

    @rule(values=st.dictionaries(KEYS, VALUES, max_size=3))
    def update(self, values: dict[str, Stored]) -> None:
        self.both(lambda mapping: mapping.update(values))

    @rule()
    def popitem(self) -> None:
        if self.model:
            key, value = self.store.popitem()
            assert repr(self.model.pop(key)) == repr(value)
        else:
            with pytest.raises(KeyError):
                self.store.popitem()

    @rule()
    def clear(self) -> None:
        self.both(lambda mapping: mapping.clear())

    @invariant()
    def alike(self) -> None:
        assert self.store == self.model
        assert len(self.store) == len(self.model)
        assert bool(self.store) is bool(self.model)
        assert sorted(map(repr, self.store.items())) == sorted(map(repr, self.model.items()))
        assert sorted(self.store) == sorted(self.store.keys()) == sorted(self.model)
        assert sorted(map(repr, self.store.values())) == sorted(map(repr, self.model.values()))


class MemoryLaws(Laws):
    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()


class FolderLaws(Laws):
    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.store = FolderStore(self.place.name)

    @invariant()
    def lasts(self) -> None:
        assert FolderStore(self.place.name) == self.model
        assert list(self.store) == sorted(self.model)

    def teardown(self) -> None:
        self.place.cleanup()


@pytest.mark.parametrize("laws", [MemoryLaws, FolderLaws])
def test_laws_of_a_dict(laws: type[Laws]) -> None:
    run_state_machine_as_test(laws)


def test_all_traps_together(store: Store) -> None:
    for number, key in enumerate(TRAPS):
        store[key] = {"n": number}
    assert {key: value["n"] for key, value in store.items()} == {key: number for number, key in enumerate(TRAPS)}


@pytest.mark.parametrize("key", ["", 3, None, b"t1", ("t1",)])
def test_what_is_no_key(store: Store, key: Any) -> None:
    with pytest.raises(ModelError, match="expected a key that is a text and not empty"):
        store[key] = {}
    assert key not in store
    assert store.get(key) is None
    assert store.pop(key, 5) == 5
    with pytest.raises(KeyError):
        store[key]
    with pytest.raises(KeyError):
        del store[key]
    assert not store


def test_a_key_is_a_text_not_its_class(store: Store) -> None:
    class Name(str):
        def __str__(self) -> str:
            return "another"

    store[Name("t1")] = {}
    assert [(type(key), key) for key in store] == [(str, "t1")]
    assert Name("t1") in store


NOT_JSON: dict[str, tuple[Any, str]] = {
    "a tuple": ({"a": {"b": [0, (1, 2)]}}, r"^\$\['a'\]\['b'\]\[1\]: expected JSON, found \(1, 2\) of type tuple$"),
    "a key that is no text": ({"a": {1: 2}}, r"^\$\['a'\]: expected keys that are texts of whole characters, found 1$"),
    "a key with half a character": ({"\ud800": 2}, r"^\$: expected keys .* found '\\ud800'$"),
    "a text with half a character": ({"a": "x\ud800"}, r"^\$\['a'\]: found half of a surrogate pair"),
    "NaN": ({"a": math.nan}, r"^\$\['a'\]: expected JSON, found nan of type float$"),
    "infinity": ({"a": -math.inf}, r"found -inf of type float$"),
    "a large integer": ({"a": 2**2000}, r"^\$\['a'\]: found an integer of 2,001 bits; expected at most 2,000; write it as a string$"),
    "a set": ({"a": {1}}, r"found \{1\} of type set$"),
    "bytes": ({"a": b"x"}, r"found b'x' of type bytes$"),
    "a path": ({"a": Path("x")}, r"of type \w*Path$"),
    "a list": ([1], r"^\$: expected a JSON object, found \[1\] of type list$"),
    "nothing": (None, r"^\$: expected a JSON object, found None"),
    "a subclass": (type("Other", (dict,), {})(a=1), r"^\$: expected a JSON object, found .* of type Other$"),
    "many levels": ({"a": json.loads("[" * 200 + "]" * 200)}, r"expected at most 200 levels of objects and arrays; nest less$"),
}
NOT_JSON["itself"] = ({}, r"expected at most 200 levels")
NOT_JSON["itself"][0]["a"] = NOT_JSON["itself"][0]


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json(store: Store, name: str) -> None:
    value, message = NOT_JSON[name]
    store["t1"] = {"old": True}
    for write in (lambda: store.__setitem__("t1", value), lambda: store.setdefault("t2", value), lambda: store.update(t1=value)):
        with pytest.raises(ModelError, match=message):
            write()
    assert store == {"t1": {"old": True}}


def test_as_many_levels_as_there_may_be(store: Store) -> None:
    value = {"a": json.loads("[" * 199 + "]" * 199)}
    store["t1"] = value
    assert store["t1"] == value


def test_values_are_copies(store: Store) -> None:
    value: Stored = {"a": [1, {"b": 2}]}
    store["t1"] = value
    value["a"][1]["b"] = 3
    read = store["t1"]
    read["a"].append(4)
    next(iter(store.values()))["a"].append(5)
    assert store["t1"] == {"a": [1, {"b": 2}]}


def test_a_store_shows_no_values(store: Store) -> None:
    store["t1"] = {"text": "x" * 1_000_000}
    assert repr(store) == (f"FolderStore({store.folder!r})" if isinstance(store, FolderStore) else "<MemoryStore of 1>")


# -- names of files --------------------------------------------------------------------------------------------------------

SAFE = re.compile(r"(?!con\.|prn\.|aux\.|nul\.|com[0-9]\.|lpt[0-9]\.)[a-z0-9_+%-][a-z0-9_.+%-]*\.json")


@given(ANY_KEYS.filter(lambda key: len(key) < 41))
@example("aux")
@example("LPT9.x")
def test_names_are_safe_and_lead_back(key: str) -> None:
    """Small ASCII letters only: neither case nor Unicode's normal forms can make two names one."""
    name = file_name(key)
    assert SAFE.fullmatch(name)
    assert key_of(name) == key
    others = {unicodedata.normalize(form, key) for form in ("NFC", "NFD", "NFKC", "NFKD")} | {key.lower(), key.upper(), key.casefold(), f"{key}."} - {key}
    assert all(file_name(other).casefold() != name.casefold() for other in others - {key} if len(other) < 82)


@given(st.text(st.sampled_from("abC.+%6ef1-_ ~é")).map("{}.json".format) | st.text())
def test_no_key_has_two_names(name: str) -> None:
    key = key_of(name)
    assert key is None or file_name(key) == name


def test_readable_names_stay_readable() -> None:
    assert file_name("unit-1_section.2") == "unit-1_section.2.json"
    assert file_name("AP-Calc") == "+a+p-+calc.json"


def test_a_key_too_long_for_a_file(folder: FolderStore) -> None:
    longest = "a" * 250
    folder[longest] = {}
    with pytest.raises(ModelError, match=r"needs a file name of 256 bytes; expected at most 255"):
        folder[longest + "a"] = {}
    assert longest + "a" not in folder
    assert folder.get("é" * 300) is None
    assert list(folder) == [longest]


# -- files -----------------------------------------------------------------------------------------------------------------


def test_a_file_is_for_people_too(folder: FolderStore) -> None:
    folder["Ünit"] = {"title": "Größe", "n": [1]}
    (path,) = Path(folder.folder).glob("*.json")
    assert path.name == "%c3%9cnit.json"
    assert path.read_bytes().decode() == '{\n  "title": "Größe",\n  "n": [\n    1\n  ]\n}\n'


DAMAGED = {
    "empty": (b"", r":1:1: the document is empty"),
    "cut off": (b'{\n  "a": "b', r':2:8: .*expected a string, but it has no closing `"`'),
    "no object": (b"[1]", r": expected a JSON object, found \[1\]$"),
    "equal keys": (b'{"a": 1,\n "a": 2}', r":2:2: the key `a` is here again, first at 1:2"),
    "NaN": (b'{"a": NaN}', r":1:7: found `NaN`, which is no JSON"),
    "not UTF-8": (b'{"a": "\xff"}', r":1:8: found the bytes `ff"),
    "deep": (b"[" * 100_000, r":1:1000: found 1,000 levels of arrays and objects"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files(folder: FolderStore, name: str) -> None:
    content, message = DAMAGED[name]
    path = Path(folder.folder, "t1.json")
    path.write_bytes(content)
    for read in (lambda: folder["t1"], lambda: folder.get("t1"), lambda: list(folder.items())):
        with pytest.raises(StoreError, match=re.escape(str(path)) + message) as caught:
            read()
        assert isinstance(caught.value, QtiError)
    assert "t1" in folder
    folder["t1"] = {"a": "mended"}
    assert folder == {"t1": {"a": "mended"}}
    path.write_bytes(content)
    del folder["t1"]
    assert not folder


def test_files_of_others_are_left_alone(folder: FolderStore) -> None:
    folder["t1"] = {}
    place = Path(folder.folder)
    for name in ("README.md", ".DS_Store", "T1.json", "a b.json", "%61.json", "%ff.json", ".json", "con.json", "t2.json.swp", "t1.JSON", "+é.json"):
        (place / name).write_text("mine")
    for name in ("sub", "sub.json", ".hidden.json"):
        (place / name).mkdir()
    (place / os.fsdecode(b"\xff.json")).write_text("mine")
    before = sorted(os.listdir(place))
    assert list(folder) == ["t1"]
    assert len(folder) == 1
    assert "sub" not in folder
    for read in (lambda: folder["sub"], lambda: folder.__delitem__("sub"), lambda: folder[".json"], lambda: folder["T1"]):
        with pytest.raises(KeyError):
            read()
    folder.clear()
    assert sorted(os.listdir(place)) == sorted(set(before) - {"t1.json"})


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failing_write_changes_nothing(folder: FolderStore, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    folder["t1"] = {"n": 1}

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, broken, fail)
        for key in ("t1", "t2"):
            with pytest.raises(OSError, match="No space left"):
                folder[key] = {"n": 2}
    assert folder == {"t1": {"n": 1}}
    assert not list(Path(folder.folder).rglob("*.new"))
    folder["t1"] = {"n": 3}
    assert folder == {"t1": {"n": 3}}


def test_a_file_system_that_does_not_sync_folders(folder: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def refuse(descriptor: int) -> None:
        if os.path.isdir(f"/dev/fd/{descriptor}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    folder["t1"] = {}
    del folder["t1"]
    assert not folder


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("used_before", [False, True])
def test_a_folder_that_may_only_be_read(folder: FolderStore, used_before: bool) -> None:
    place = Path(folder.folder)
    if used_before:
        folder["t1"] = {"n": 1}
    else:
        (place / "t1.json").write_text('{"n": 1}')
    place.chmod(0o555)
    try:
        assert FolderStore(place) == {"t1": {"n": 1}}
        for write in (partial(folder.update, t1={}), partial(folder.update, t2={}), partial(folder.__delitem__, "t1")):
            with pytest.raises(PermissionError):
                write()
    finally:
        place.chmod(0o755)
    assert folder == {"t1": {"n": 1}}
    assert not list(place.rglob("*.new"))


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in ("file", "file/below"):
        with pytest.raises(OSError, match="file"):
            FolderStore(tmp_path / place)


def test_the_folder_is_made_and_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = FolderStore("a/b/c")
    store["t1"] = {"n": 1}
    monkeypatch.chdir("/")
    assert store["t1"] == {"n": 1}
    assert repr(store) == f"FolderStore({str(tmp_path / 'a/b/c')!r})"


def test_no_limit_of_size(folder: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could be written can be read, also above what `json_text` takes from strangers."""
    loads = json_text.loads
    monkeypatch.setattr(json_text, "loads", lambda data, name, size=2: loads(data, name=name, size=size))
    folder["t1"] = {"a": "b"}
    assert folder["t1"] == {"a": "b"}


# -- threads and processes -------------------------------------------------------------------------------------------------


def test_threads_do_not_lose_updates(store: Store) -> None:
    store[COUNTER] = {"n": 0}
    in_threads(*[lambda: increment(store, 50)] * 8)
    assert store[COUNTER] == {"n": 400}


def test_threads_with_stores_of_their_own(tmp_path: Path) -> None:
    FolderStore(tmp_path)[COUNTER] = {"n": 0}
    in_threads(*[lambda: increment(FolderStore(tmp_path), 20)] * 4)
    assert FolderStore(tmp_path)[COUNTER] == {"n": 80}


def test_processes_do_not_lose_updates(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store[COUNTER] = {"n": 0}
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=increment, args=(store, 50)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert store[COUNTER] == {"n": 200}


def results(work: Callable[[], Any]) -> list[Any]:
    """What four threads get that do the same at once."""
    found: list[Any] = []
    in_threads(*[lambda: found.append(work())] * 4)
    return found


def test_what_a_method_does_happens_once(store: Store) -> None:
    """Of many that pop, one gets it, and of many that set a default, one does."""
    for turn in range(10):
        store["t1"] = {"n": turn}
        assert sorted(results(lambda: store.pop("t1", None)), key=str) == [None, None, None, {"n": turn}]
        assert results(lambda: store.setdefault("t1", {"thread": threading.get_ident()})) == [store["t1"]] * 4
        store.clear()
        store.update({f"t{number}": {"n": number} for number in range(4)})
        assert sorted(results(store.popitem)) == [(f"t{number}", {"n": number}) for number in range(4)]


def until(seconds: float) -> Iterator[int]:
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        yield turn
        turn += 1


def test_readers_never_see_half_a_value(store: Store) -> None:
    """Nor does a key that comes and goes disturb who iterates."""
    store["t1"] = {"text": "", "size": 0}
    done = threading.Event()

    def write() -> None:
        try:
            for turn in until(0.5):
                size = 200_000 * (turn % 5)
                store["t1"] = {"text": "x" * size, "size": size}
                store[f"t{2 + turn % 3}"] = {"text": "", "size": 0}
                store.pop(f"t{2 + (turn + 1) % 3}", None)
        finally:
            done.set()

    sizes = set()

    def read() -> None:
        while not done.is_set():
            for key, value in store.items():
                assert len(value["text"]) == value["size"]
                sizes.add((key, value["size"]))
            assert all("text" in value for value in store.values())
            assert "t1" in store
            assert len(store) <= 4

    in_threads(write, read, read)
    assert len(sizes) > 1


def test_a_lock_that_is_not_free(folder: FolderStore) -> None:
    other = FolderStore(folder.folder, timeout=0.05)
    with folder.locked("t1"):
        folder["t1"] = {"n": 1}  # its holder may go on
        with folder.locked("t1"):
            folder["t1"] = {"n": 2}
        assert other["t1"] == {"n": 2}  # reading waits for nobody
        for store in (other, folder):  # by another store, and by the same in another thread
            for write in (partial(store.__setitem__, "t1", {}), partial(store.pop, "t1"), store.clear):
                with pytest.raises(StoreError, match=r"^/.*store: the lock of `t1` was not free within 0.05 s; another thread or process holds it: let it"):
                    in_threads(write)
        other["t2"] = {}
    other["t1"] = {"n": 3}
    assert folder["t1"] == {"n": 3}


def test_a_failure_gives_the_lock_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.locked("t1"):
        1 / 0  # noqa: B018
    in_threads(lambda: store.__setitem__("t1", {}))
    assert "t1" in store


@pytest.mark.parametrize("timeout", [-1, -0.5])
def test_waiting_without_end(tmp_path: Path, timeout: float) -> None:
    """Who waits without end writes when the lock is free, and not before."""
    store, held, steps = FolderStore(tmp_path, timeout=timeout), threading.Event(), list[str]()
    store["t1"] = {"by": "before"}

    def hold() -> None:
        with FolderStore(tmp_path).locked("t1"):
            held.set()
            time.sleep(0.3)
            steps.append(f"free, {store['t1']['by']}")

    def write() -> None:
        held.wait()
        store["t1"] = {"by": "writer"}
        steps.append("written")

    in_threads(hold, write)
    assert steps == ["free, before", "written"]
    assert store["t1"] == {"by": "writer"}


def test_waiting_without_end_for_another_process(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, timeout=-1)
    store["t1"] = {"by": "before"}
    code = f"""if True:
        import time
        from qtimodel.api import FolderStore
        store = FolderStore({str(tmp_path)!r})
        with store.locked("t1"):
            print("held", flush=True)
            time.sleep(0.3)
            store["t1"] = {{"by": store["t1"]["by"] + ", holder"}}
    """
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with store.locked("t1"):
            store["t1"] = {"by": store["t1"]["by"] + ", writer"}
    assert (process.returncode, store["t1"]) == (0, {"by": "before, holder, writer"})


@pytest.mark.parametrize("spelling", ["same", "relative", "link", "dots"])
def test_stores_of_one_folder_share_their_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str) -> None:
    """Two stores of one thread must not wait for each other, whatever the folder is called."""
    folder = tmp_path / "store"
    monkeypatch.chdir(tmp_path)
    if spelling == "link":
        (tmp_path / "link").symlink_to(folder)
    one = FolderStore(folder, timeout=-1)
    names: dict[str, str | Path] = {"same": folder, "relative": "store", "link": "link", "dots": tmp_path / "store" / ".." / "store"}
    other = FolderStore(names[spelling], timeout=-1)
    done: list[str] = []

    def work() -> None:
        with one.locked("t1"):
            other["t1"] = {"n": 1}
            with other.locked("t1"):
                one["t1"] = {"n": 2}
        done.append("done")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    assert done, "the stores wait for each other"
    with one.locked("t1"), pytest.raises(StoreError):  # another thread still has to wait
        in_threads(lambda: FolderStore(folder, timeout=0.05).__setitem__("t1", {}))


def test_locks_that_nobody_uses_are_forgotten(tmp_path: Path) -> None:
    before = len(stores._LOCKS)
    for number in range(20):
        FolderStore(tmp_path / str(number))["t1"] = {}
    assert len(stores._LOCKS) <= before + 1


def test_locks_do_not_grow_with_the_keys(folder: FolderStore) -> None:
    for number in range(2_000):
        with folder.locked(f"t{number}"):
            pass
    assert len(os.listdir(Path(folder.folder, ".store"))) == 256


def test_where_files_cannot_be_replaced_while_they_are_read(folder: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_READ_LOCKED", True)
    folder["t1"] = {"n": 1}
    with folder.locked("t1"):
        assert folder["t1"] == {"n": 1}
        with pytest.raises(StoreError):
            in_threads(lambda: folder["t1"])


def test_pickled(folder: FolderStore) -> None:
    with folder.locked("t1"):
        again = pickle.loads(pickle.dumps(folder))
        assert (again.folder, again.timeout) == (folder.folder, 0.05)
        with pytest.raises(StoreError):
            in_threads(lambda: again.__setitem__("t1", {}))
        again["t1"] = {}  # the thread that holds the lock may go on
    assert "t1" in folder


def in_process(*args: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", store_worker.__file__, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_forked(tmp_path: Path) -> None:
    in_process("fork", str(tmp_path))


def test_killed_writers(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Two writers are killed at random moments, again and again: no file is unreadable, nothing acknowledged is lost, no lock stays."""
    full = request.config.getoption("--hypothesis-profile", None) == "full"
    found = json.loads(in_process("kill", str(tmp_path), "200" if full else "10"))
    assert found["kills"] == (400 if full else 20)
    assert found["acknowledged"]
    assert found["interrupted"]
