"""Content models as automata: what may stand behind the children that are there, and what is still missing.

Strategy: the construction of Glushkov. Every mention of an element in a content model is a position; the positions that may follow each
other are computed once, and a sequence of children is read by keeping the set of positions that it can have led to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import attrs

__all__ = ["EMPTY", "Automaton", "Leaf", "Name", "Part", "choice", "leaf", "repeated", "sequence"]

Name: TypeAlias = "tuple[str | None, str]"  # namespace and local name
_START = -1
_UNROLLED = 8  # a part that may stand more often than this may stand any number of times: it is messages that depend on it, not verdicts


@attrs.frozen(eq=False)
class Leaf:
    """A mention of an element, or a wildcard (`name` is `None`, `takes` decides). `declaration` is the schema's, whatever that is."""

    name: Name | None
    declaration: Any = None
    takes: Callable[[Name], bool] | None = None

    def matches(self, name: Name) -> bool:
        """Whether an element of that name can stand here."""
        return self.name == name if self.takes is None else self.takes(name)


@attrs.frozen(eq=False)
class Part:
    """A part of a content model that is being built: its positions, the first and last ones, and whether it may be empty."""

    leaves: tuple[Leaf, ...]
    empty: bool
    first: frozenset[int]
    last: frozenset[int]
    follow: tuple[tuple[int, int], ...]


EMPTY = Part((), True, frozenset(), frozenset(), ())


def leaf(found: Leaf) -> Part:
    """One element."""
    return Part((found,), False, frozenset({0}), frozenset({0}), ())


def _moved(part: Part, by: int) -> tuple[frozenset[int], frozenset[int], tuple[tuple[int, int], ...]]:
    return frozenset(p + by for p in part.first), frozenset(p + by for p in part.last), tuple((p + by, q + by) for p, q in part.follow)


def sequence(parts: Iterable[Part]) -> Part:
    """One part behind the other."""
    whole = EMPTY
    for part in parts:
        first, last, follow = _moved(part, len(whole.leaves))
        joints = tuple((p, q) for p in whole.last for q in first)
        whole = Part(
            (*whole.leaves, *part.leaves),
            whole.empty and part.empty,
            whole.first | first if whole.empty else whole.first,
            whole.last | last if part.empty else last,
            (*whole.follow, *follow, *joints),
        )
    return whole


def choice(parts: Iterable[Part]) -> Part:
    """One of the parts."""
    leaves: list[Leaf] = []
    first: set[int] = set()
    last: set[int] = set()
    follow: list[tuple[int, int]] = []
    empty = False
    for part in parts:
        own_first, own_last, own_follow = _moved(part, len(leaves))
        leaves += part.leaves
        first |= own_first
        last |= own_last
        follow += own_follow
        empty = empty or part.empty
    return Part(tuple(leaves), empty or not leaves, frozenset(first), frozenset(last), tuple(follow))


def repeated(part: Part, least: int, most: int | None) -> Part:
    """A part from `least` to `most` times (`None`: any number)."""
    if most == 0:
        return EMPTY
    endless = most is None or most > _UNROLLED
    loop = attrs.evolve(part, follow=(*part.follow, *((p, q) for p in part.last for q in part.first))) if endless else part
    least = min(least, _UNROLLED)
    copies = [part] * max(least - 1, 0) if endless else [part] * least
    copies += [loop if least else attrs.evolve(loop, empty=True)] if endless else [attrs.evolve(part, empty=True)] * ((most or 0) - least)
    return copies[0] if len(copies) == 1 else sequence(copies)


class Automaton:
    """A whole content model. A state is the set of positions that the children so far can have led to."""

    def __init__(self, part: Part) -> None:
        self.leaves = part.leaves
        self._empty, self._last = part.empty, part.last
        self._follow: dict[int, set[int]] = {_START: set(part.first)}
        for p, q in part.follow:
            self._follow.setdefault(p, set()).add(q)

    start = frozenset({_START})

    def next(self, state: frozenset[int]) -> list[Leaf]:
        """What may stand next, in the schema's order."""
        return [self.leaves[p] for p in sorted(set().union(*(self._follow.get(q, set()) for q in state)))]

    def step(self, state: frozenset[int], name: Name) -> frozenset[int]:
        """The state behind one more child; empty: it must not stand there."""
        return frozenset(p for q in state for p in self._follow.get(q, ()) if self.leaves[p].matches(name))

    def steps(self, names: Iterable[Name], state: frozenset[int] = start) -> frozenset[int]:
        """The state behind several children."""
        for name in names:
            state = self.step(state, name)
        return state

    def names(self) -> list[Name]:
        """Every element that the content model mentions, once, in its order."""
        return list(dict.fromkeys(found.name for found in self.leaves if found.name is not None))

    def missing(self, state: frozenset[int]) -> list[Leaf]:
        """Of what may stand next, that with which the least is still missing; all that serve equally well."""
        seen: dict[frozenset[int], int] = {}
        found: list[tuple[int, Leaf]] = []
        for option in self.next(state):
            if option.name is not None:
                behind = self.step(state, option.name)
                if behind not in seen:
                    seen[behind] = self._distance(behind)
                found.append((seen[behind], option))
        least = min((distance for distance, _ in found), default=0)
        return [option for distance, option in found if distance == least]

    def _distance(self, state: frozenset[int]) -> int:
        """How many more children are needed at least."""
        distance, front, seen = 0, set(state), set(state)
        while front and not (front & self._last or (_START in front and self._empty)):
            front = {q for p in front for q in self._follow.get(p, ())} - seen
            seen |= front
            distance += 1
        return distance if front else 1_000_000

    def longest(self, names: Sequence[Name], wanted: Name) -> int | None:
        """The last place among children that are in order where one more of the wanted name could stand; `None`: nowhere."""
        found, state = None, self.start
        for index in range(len(names) + 1):
            if self.step(state, wanted):
                found = index
            if index < len(names):
                state = self.step(state, names[index])
        return found
