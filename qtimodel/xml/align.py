"""Which item of a list became which one of another list.

Strategy: equal items first, as many as can stay in their order: common ends, then a longest chain between them; what is too frequent to
search for (the white space between paragraphs) is taken along where its neighbours are. Then, in each gap, what is left over is compared by
what names it, and at last by its kind. Never quadratic: items are numbered by what they equal, and pairs are searched in sorted order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..deep import below
from ..nodes import Comment, Element, Extras, Form, Markup, Node, ProcessingInstruction
from ..spec import spec_of

__all__ = ["Pair", "align", "key_of", "kind_of", "names_of", "same"]

_FREQUENT = 1024  # as many pairs of one number would be too many to search
_ALIKE = 8  # so many different items of one key are told apart


class Pair(NamedTuple):
    """An item of the one list and what it became in the other; `same`: it did not change."""

    before: int
    after: int
    same: bool


def same(one: Any, other: Any) -> bool:
    """Whether two items say the same; an item is not compared with itself. `other` is the later one."""
    if one is other:
        return True
    return bool(one == other) and (not isinstance(one, Node) or _same_names(one, other))


def names_of(form: Form | None) -> tuple[str | None, dict[str, str]]:
    """What a form says of namespaces and schemas: the prefix, and what is declared."""
    return (form.prefix, dict(form.fixed or {})) if isinstance(form, Form) else (None, {})


def _same_names(one: Node, other: Node) -> bool:
    """Whether equal nodes have the same prefixes and declarations, wherever the later one has a form."""
    if not _has_forms(other):  # most nodes have none
        return True
    waiting: list[tuple[Any, Any]] = [(one, other)]
    while waiting:
        before, after = waiting.pop()
        if before is after:
            continue
        if isinstance(after, Node):
            form = after._form
            if form is not before._form and form is not None and names_of(before._form) != names_of(form):
                return False
        waiting += zip(_nodes_in(before), _nodes_in(after), strict=True)
    return True


def _has_forms(node: Node) -> bool:
    """Whether a node, or one below it, has a form."""
    waiting: list[Any] = [node]
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, Node) and tree._form is not None:
            return True
        waiting += below(tree)
    return False


def _nodes_in(tree: Any) -> list[Any]:
    """The nodes directly in a node or in extras, and its extras. No extras and empty extras are equal; forms do not count."""
    form = tree._form if isinstance(tree, Node) else None
    return [part for part in below(tree) if part is not form and (not isinstance(part, Extras) or part)]


def kind_of(item: object) -> object:
    """What two items must have in common to be the same element with other contents."""
    if isinstance(item, Markup):
        return item.name, item.namespace
    return spec_of(type(item)).cls if isinstance(item, Element) else type(item)


def key_of(item: object) -> tuple[object, ...]:
    """What names an item among its siblings: its kind, and its first required attribute, or in markup its identifier. Equal items have equal keys."""
    name: object = item
    if isinstance(item, Element):
        field = next((field for field in spec_of(type(item)).attributes if field.required), None)
        name = getattr(item, field.name) if field is not None else None
    elif isinstance(item, Markup):
        name = item.attributes.get("identifier", item.attributes.get("id")) if isinstance(item.attributes, dict) else None
    elif isinstance(item, Comment):
        name = item.text
    elif isinstance(item, ProcessingInstruction):
        name = item.data
    return kind_of(item), name if isinstance(name, str) else None


def align(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """The pairs, in order of both lists. What is in no pair was removed or inserted.

    >>> align(["a", "b", "c"], ["x", "b", "c", "d"])
    [Pair(before=0, after=0, same=False), Pair(before=1, after=1, same=True), Pair(before=2, after=2, same=True)]
    """
    shortest = min(len(before), len(after))
    first = next((n for n in range(shortest) if not same(before[n], after[n])), shortest)
    last = next((n for n in range(shortest - first) if not same(before[-1 - n], after[-1 - n])), shortest - first)
    middle = _middle(before[first : len(before) - last], after[first : len(after) - last])
    return [
        *(Pair(n, n, True) for n in range(first)),
        *(Pair(first + one, first + other, equal) for one, other, equal in middle),
        *(Pair(len(before) - n, len(after) - n, True) for n in range(last, 0, -1)),
    ]


def _middle(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Pair]:
    if not before or not after:
        return
    old, new = _numbers(before, after)
    # What only changed its place is no other element with other contents.
    moved = {number for number, item in zip(old, before, strict=True) if isinstance(item, (Element, Markup))} & set(new)
    last = 0, 0
    for pair in [*_common(old, new), Pair(len(old), len(new), True)]:
        ones = [n for n in range(last[0], pair.before) if old[n] not in moved]
        others = [n for n in range(last[1], pair.after) if new[n] not in moved]
        for one, other in _similar(before, after, ones, others):
            yield Pair(one, other, False)
        if pair.before < len(old):
            yield pair
        last = pair.before + 1, pair.after + 1


def _numbers(before: Sequence[Any], after: Sequence[Any]) -> tuple[list[int], list[int]]:
    """A number for each item, the same for items that are the same."""
    by_id: dict[int, int] = {}
    by_key: defaultdict[tuple[object, ...], list[tuple[Any, int]]] = defaultdict(list)

    def number(item: Any) -> int:
        known = by_id.get(id(item))
        if known is None:
            alike = by_key[key_of(item)]
            known = next((number for other, number in alike[:_ALIKE] if same(other, item)), len(by_id))
            alike.append((item, known))
            by_id[id(item)] = known
        return known

    return [number(item) for item in before], [number(item) for item in after]


def _common(old: list[int], new: list[int]) -> list[Pair]:
    """A long common subsequence."""
    counts = Counter(old)
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(new):
        places[number].append(place)
    chain = _chain((one, other) for one, n in enumerate(old) if counts[n] * len(places[n]) <= _FREQUENT for other in reversed(places[n]))
    found: list[Pair] = []
    one = other = 0
    for next_one, next_other in [*chain, (len(old), len(new))]:
        while one < next_one and other < next_other and old[one] == new[other]:
            found.append(Pair(one, other, True))
            one, other = one + 1, other + 1
        back = 0
        while one < next_one - back and other < next_other - back and old[next_one - back - 1] == new[next_other - back - 1]:
            back += 1
        found += [Pair(next_one - n, next_other - n, True) for n in range(back, -1, -1)]
        one, other = next_one + 1, next_other + 1
    return found[:-1]


def _chain(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """A longest chain in which both numbers grow. The pairs come in order of the first number; those that share it, from the last to the first."""
    ends: list[int] = []  # the smallest end of a chain of each length
    links: list[Any] = []  # that chain: its last pair, and the rest
    for pair in pairs:
        length = bisect_left(ends, pair[1])
        link = (pair, links[length - 1] if length else None)
        ends[length : length + 1] = [pair[1]]
        links[length : length + 1] = [link]
    chain = []
    rest: Any = links[-1] if links else None
    while rest is not None:
        pair, rest = rest
        chain.append(pair)
    return chain[::-1]


def _similar(before: Sequence[Any], after: Sequence[Any], ones: list[int], others: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of items that are not the same: first those with the same key, between them those of the same kind."""
    if not ones or not others:
        return
    keys, counts = {key_of(after[n]): n for n in others}, Counter(key_of(before[n]) for n in ones)
    named = _chain((n, keys[key]) for n in ones if (key := key_of(before[n])) in keys and counts[key] == 1)
    last = -1, -1
    for pair in [*named, (len(before), len(after))]:
        waiting: defaultdict[object, list[int]] = defaultdict(list)
        for n in reversed(ones[bisect_left(ones, last[0] + 1) : bisect_left(ones, pair[0])]):
            waiting[kind_of(before[n])].append(n)
        least = last[0]
        for n in others[bisect_left(others, last[1] + 1) : bisect_left(others, pair[1])]:
            alike = waiting[kind_of(after[n])]
            while alike and alike[-1] <= least:
                alike.pop()
            if alike:
                least = alike.pop()
                yield least, n
        if pair[0] < len(before):
            yield pair
        last = pair
