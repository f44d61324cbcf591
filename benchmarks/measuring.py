"""Measuring: contenders that take turns, and rows of a table.

Strategy: machines differ, ratios less so. Every figure stands beside the same work done by a bare `lxml.etree.fromstring` (for start-up:
by `import lxml.etree`) in the same run, and the ratio of the medians is what the limits speak of. Each contender runs in loops of its
own, warmed up, the loops of all contenders taking turns, so that a machine that gets slower half-way does so for all of them.

Loops of one's own, because lxml itself has two speeds on one document: about 25 ms while the allocator hands out fresh memory, 35 to
40 ms in a process that has run for a while and uses freed memory again. A single run after something else measures either; the median of
a loop measures what a program meets that reads more than one document. Minimum and maximum show what was left of the noise.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]  # this checkout is what is measured, installed or not

import documents  # noqa: E402

Contenders: TypeAlias = Mapping[str, Callable[[], object]]
DOCUMENTS: dict[str, Callable[[int], bytes]] = {"plain": documents.plain, "rich": documents.rich}
WITH_COMMENTS: dict[str, Callable[[int], bytes]] = {**DOCUMENTS, "commented": documents.commented}  # of these there is no limit
LXML = "lxml fromstring"
JSON = "json.loads"
ROUNDS = 3  # how often the loops of the contenders take turns


@dataclass(frozen=True)
class Plan:
    """How much to do. `runs`: measurements of each contender."""

    sections: int
    runs: int
    quick: bool


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is that of the medians to the reference, and what `limit` (lowest, highest) speaks of."""

    figure: str
    document: str
    contender: str
    unit: str = ""
    median: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    ratio: float | None = None
    ratio_of_minima: float | None = None
    limit: tuple[float, float] | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        """Whether the figure is beyond its limit."""
        return self.limit is not None and self.ratio is not None and not self.limit[0] <= self.ratio <= self.limit[1]


def milliseconds(work: Callable[[], object], runs: int) -> list[float]:
    """Times of one loop, after a run to warm up. Freeing the result is not part of the time."""
    work()
    gc.collect()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - begin) * 1000)
        del result
    return times


def compete(contenders: Contenders, runs: int) -> dict[str, list[float]]:
    """The times of each contender, from loops that take turns."""
    rounds = min(ROUNDS, runs)
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            times[name] += milliseconds(work, -(-runs // rounds))
    return times


def rows(
    figure: str,
    document: str,
    times: Mapping[str, list[float]],
    limits: Mapping[str, tuple[float, float]] | None = None,
    *,
    unit: str = "ms",
    notes: Mapping[str, str] | None = None,
) -> Iterator[Row]:
    """The rows of contenders. The first one is the reference."""
    reference = next(iter(times.values()))
    for name, measured in times.items():
        yield Row(
            figure,
            document,
            name,
            unit,
            median(measured),
            min(measured),
            max(measured),
            median(measured) / median(reference),
            min(measured) / min(reference),
            (limits or {}).get(name),
            (notes or {}).get(name, ""),
        )


def python(*arguments: str, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python, with this checkout and the programs of its environment in reach."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # imports are compared as they are from the second time on
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


OFFICIAL = "imsqti_asiv3p0p1_v1p0.xsd"


def shared(*parts: str) -> Path:
    """A file or folder of the shared material, there or not."""
    return Path(os.environ.get("QTIMODEL_SHARED") or ROOT.parent / "shared", *parts)
