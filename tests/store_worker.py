"""What tests of the folder store run in processes of their own. As a script: `store_worker.py kill FOLDER ROUNDS` or `store_worker.py fork FOLDER`.

Strategy of `kill`: in each round, two writers are forked, work on one store, and are killed at a random moment. They say into a pipe what they are going
to do, and that it is done. Whoever writes does one thing at a time, so each key must then hold what was done last or what was begun last.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qtimodel.api.stores import FolderStore, MemoryStore, Store
from qtimodel.errors import StoreError

COUNTER = "Counter"


def increment(store: Store, times: int) -> None:
    """Add to a number that others add to."""
    for _ in range(times):
        with store.locked(COUNTER):
            store[COUNTER] = {"n": store[COUNTER]["n"] + 1}


# -- kill ------------------------------------------------------------------------------------------------------------------


def write_until_killed(store: FolderStore, worker: int, pipe: int) -> None:
    """Change keys of its own and the counter, and report each change before and after."""
    dice = random.Random()

    def say(verb: str, key: str, size: int | None) -> None:
        os.write(pipe, json.dumps([verb, key, size]).encode() + b"\n")

    while True:
        if dice.random() < 0.3:
            say("begin", COUNTER, None)
            increment(store, 1)
            say("end", COUNTER, None)
            continue
        key = f"Worker {worker}/{dice.randrange(4)}"
        deletes = key in store and dice.random() < 0.2
        size = None if deletes else dice.choice([dice.randrange(100), dice.randrange(100), 900_000 + dice.randrange(200_000)])
        say("begin", key, size)
        if size is None:
            del store[key]
        else:
            store[key] = value_of(size)
        say("end", key, size)


def value_of(size: int) -> dict[str, Any]:
    """A value that shows if a part of it is missing."""
    return {"size": size, "text": chr(97 + size % 26) * size, "end": True}


def kill_round(store: FolderStore, found: Counter[str]) -> None:
    """Two writers for some milliseconds. `found` counts what was seen."""
    before = {key: value["size"] for key, value in store.items() if key != COUNTER}
    count = store[COUNTER]["n"]
    reading, writing = os.pipe()
    workers = []
    for worker in range(2):
        pid = os.fork()
        if not pid:
            try:
                write_until_killed(store, worker, writing)
            finally:
                os._exit(1)
        workers.append(pid)
    os.close(writing)
    time.sleep(random.uniform(0, 0.1))
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL, "a writer failed by itself"
    with open(reading, encoding="utf-8") as pipe:
        said = [json.loads(line) for line in pipe]

    after = {key: value for key, value in store.items() if key != COUNTER}  # every file can be read
    assert all(value == value_of(value["size"]) for value in after.values())
    done: dict[str, int | None] = dict(before)
    begun: dict[str, int | None] = {}
    counted = [0, 0]
    for verb, key, size in said:
        if key == COUNTER:
            counted[verb == "end"] += 1
        elif verb == "begin":
            begun[key] = size
        else:
            done[key] = begun.pop(key)
    for key in {*done, *begun, *after}:
        size = after[key]["size"] if key in after else None
        assert size in (done.get(key), begun.get(key, done.get(key))), f"{key}: found {size}, done {done.get(key)}, begun {begun.get(key)}"
    assert counted[1] <= store[COUNTER]["n"] - count <= counted[0], f"counted {store[COUNTER]['n'] - count}, begun and done {counted}"
    for key in (COUNTER, *(f"Worker {worker}/{number}" for worker in range(2) for number in range(4))):
        with store.locked(key):
            pass
    assert len(os.listdir(Path(store.folder, ".store"))) <= 2 * 256
    found.update(kills=2, acknowledged=sum(verb == "end" for verb, *_ in said), interrupted=len(begun) + counted[0] - counted[1])
    found["left over"] = sum(name.endswith(".new") for name in os.listdir(Path(store.folder, ".store")))


def kill(folder: str, rounds: int) -> None:
    """Rounds on one store; the last line tells what was seen."""
    store = FolderStore(folder, timeout=5)
    store[COUNTER] = {"n": 0}
    found: Counter[str] = Counter()
    for _ in range(rounds):
        kill_round(store, found)
    print(json.dumps(found))  # noqa: T201


# -- fork ------------------------------------------------------------------------------------------------------------------


def in_child(work: Callable[[], bool]) -> bool:
    """Whether it is true in a forked process, which ends in good order: also from within its parent's blocks."""
    pid = os.fork()
    if not pid:
        sys.exit(0 if work() else 1)
    return os.waitpid(pid, 0)[1] == 0


def can_lock(store: Store) -> bool:
    """Whether nobody else holds the lock."""
    try:
        with store.locked(COUNTER):
            return True
    except StoreError:
        return False


def fork(folder: str) -> None:
    """A forked process has its own threads, and only them; a lock of its parent stays that of its parent."""
    memory, store = MemoryStore(), FolderStore(folder, timeout=0.1)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with memory.locked(COUNTER), store.locked(COUNTER):
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    assert in_child(lambda: can_lock(memory)), "a forked process waits for a thread that it does not have"
    assert in_child(lambda: not can_lock(store)), "a forked process took the lock of its parent"
    assert not can_lock(FolderStore(folder, timeout=0.1)), "a forked process gave back the lock of its parent"
    done.set()
    thread.join()
    assert in_child(lambda: can_lock(store))

    with store.locked(COUNTER):
        assert in_child(lambda: not can_lock(store)), "a forked process has a lock that its parent took"
        assert in_child(lambda: not can_lock(FolderStore(folder, timeout=0.1))), "a forked process that ended gave back the lock of its parent"
    assert can_lock(FolderStore(folder, timeout=0.1))


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill(sys.argv[2], int(sys.argv[3]))
    else:
        fork(sys.argv[2])
