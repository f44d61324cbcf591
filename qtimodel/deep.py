"""Comparing, copying and pickling of trees, however deep they are and however much of the stack is in use.

Strategy: Python's own ways go down a tree by recursion, several calls for each level, so they end within the depth that documents
have. Here everything goes through a tree with a list of what remains. Comparing tries Python's way first, which is the fastest.
Pickle asks an object only for its parts and goes down itself; it does not go down into what it has written already. So the root of
a deep tree gives it all nodes below beforehand, the lowest ones first.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

import attrs

__all__ = ["Tree", "below"]

_T = TypeVar("_T")

SHALLOW = 12  # levels that pickle may go down itself


class Tree:
    """Base of nodes and extras: equal by value, copied and pickled without recursion. Subclasses may have attributes of their own."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        try:
            return bool(_equal[self.__class__](self, other))
        except RecursionError:
            return same(self, other)

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Any:
        twin = new(type(self))
        for name, value in state(self).items():
            object.__setattr__(twin, name, value)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return deep_copy(self, memo)

    def __getstate__(self) -> dict[str, Any]:
        return state(self)

    def __setstate__(self, given: dict[str, Any]) -> None:
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        plan = _pickling.plan
        if plan.is_next(self):
            del plan.nodes[id(self)]
            return new, (type(self),), self.__getstate__()
        below, deep = nodes_below(self)
        _pickling.plan = Plan({id(node): node for node in below if isinstance(node, Tree)}, deep)
        return new, (type(self), below) if deep else (type(self),), self.__getstate__()


class Plan:
    """The nodes below a root that is being pickled. In an `ordered` plan they come in this order, so a plan that pickle left unfinished is recognised."""

    def __init__(self, nodes: dict[int, Tree], ordered: bool) -> None:
        self.nodes, self.ordered = nodes, ordered

    def is_next(self, node: Tree) -> bool:
        """Whether pickle asks for a node on behalf of the root."""
        return next(iter(self.nodes), None) == id(node) if self.ordered else id(node) in self.nodes


class _Pickling(threading.local):
    plan = Plan({}, False)


_pickling = _Pickling()


def new(cls: type[Tree], below: object = None) -> Any:
    """An object without values. `below` was read before it, so that its parts exist."""
    return object.__new__(cls)


class _Compared(dict[Any, Callable[[Any], tuple[Any, ...]]]):
    """What gives the values by which objects of a class are equal."""

    def __missing__(self, cls: Any) -> Callable[[Any], tuple[Any, ...]]:
        values: Callable[[Any], tuple[Any, ...]] = eval(f"lambda a: {_values('a', cls)}")
        self[cls] = values
        return values


class _Equal(dict[Any, Callable[[Any, Any], Any]]):
    """Whether two objects of a class are equal; made when it is first asked for, so that importing stays cheap."""

    def __missing__(self, cls: Any) -> Callable[[Any, Any], Any]:
        equal: Callable[[Any, Any], Any] = eval(f"lambda a, b: {_values('a', cls)} == {_values('b', cls)}")
        self[cls] = equal
        return equal


def _values(name: str, cls: Any) -> str:
    return f"({''.join(f'{name}.{field.name}, ' for field in attrs.fields(cls) if field.eq)})"


compared = _Compared()
_equal = _Equal()


class _Parts(dict[Any, tuple[tuple[str, ...], Callable[[Any], Any], bool]]):
    """Of a class: the names of all slots, what gives their values, and whether its objects have a dictionary too."""

    def __missing__(self, cls: Any) -> tuple[tuple[str, ...], Callable[[Any], Any], bool]:
        found: dict[str, None] = {}
        for base in reversed(cls.__mro__):
            names = base.__dict__.get("__slots__", ())
            for name in (names,) if isinstance(names, str) else names:
                if name not in ("__dict__", "__weakref__"):
                    private = name.startswith("__") and not name.endswith("__")
                    found[f"_{base.__name__.lstrip('_')}{name}" if private else name] = None
        parts = self[cls] = tuple(found), attrgetter(*found, "__class__"), cls.__dictoffset__ != 0
        return parts


_parts = _Parts()


def state(tree: Any) -> dict[str, Any]:
    """Names and values of all that an object has."""
    names, values, more = _parts[tree.__class__]
    try:
        found = dict(zip(names, values(tree), strict=False))
    except AttributeError:  # a slot was never set
        found = {name: getattr(tree, name) for name in names if hasattr(tree, name)}
    return found | vars(tree) if more else found


def same(one: Any, other: Any) -> bool:
    """`one == other`, without recursion. What contains itself is compared once."""
    waiting = [(one, other)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        one, other = waiting.pop()
        if one is other:
            continue
        cls = one.__class__
        if cls is other.__class__ and (cls in (list, tuple, dict) or cls.__eq__ in _EQUALITIES):
            if (id(one), id(other)) in seen:
                continue
            seen.add((id(one), id(other)))
            if cls is dict:
                if one.keys() != other.keys():
                    return False
                waiting += [(value, other[key]) for key, value in one.items()]
                continue
            if cls not in (list, tuple):
                one, other = compared[cls](one), compared[cls](other)
            if len(one) != len(other):
                return False
            waiting += zip(one, other, strict=True)
        elif not one == other:  # noqa: SIM201 - what is neither equal nor unequal is not the same
            return False
    return True


_EQUALITIES: list[Any] = [Tree.__eq__]  # those that compare what `compared` gives


def compares_by_value(cls: type[_T]) -> type[_T]:
    """Mark a class whose `__eq__` compares what `compared` gives, when the other object is of the same class."""
    _EQUALITIES.append(cls.__eq__)
    return cls


def deep_copy(tree: Any, memo: dict[int, Any]) -> Any:
    """`copy.deepcopy` of a tree. What is no tree, list or dictionary is left to `copy`."""
    waiting: list[tuple[Any, Any]] = []

    def twin(value: Any) -> Any:
        cls = value.__class__
        if cls in _ATOMS:
            return value
        if id(value) in memo:
            return memo[id(value)]
        made: Any
        if cls is list or cls is dict:
            made = cls()
        elif isinstance(value, Tree) and cls.__deepcopy__ is Tree.__deepcopy__:
            made = new(cls)
        else:
            return copy.deepcopy(value, memo)
        memo[id(value)] = made
        waiting.append((value, made))
        return made

    root = twin(tree)
    while waiting:
        value, made = waiting.pop()
        if made.__class__ is list:
            made += map(twin, value)
        elif made.__class__ is dict:
            made.update({twin(key): twin(item) for key, item in value.items()})
        else:
            for name, item in state(value).items():
                object.__setattr__(made, name, twin(item))
    return root


_ATOMS = {str, int, float, bool, type(None)}


def nodes_below(tree: Any) -> tuple[list[Any], bool]:
    """The trees in a tree, and dictionaries and lists in dictionaries: each after all that is in it. And whether pickle needs them in this order."""
    found: list[Any] = []
    opened = {id(tree)}
    entered: set[int] = {id(tree)}  # and not yet left
    deep = circular = False
    stack: list[tuple[Any, Iterator[Any]]] = [(tree, iter(_containers_below(tree)))]
    while stack:
        node, parts = stack[-1]
        part = next(parts, None)
        if part is None:
            stack.pop()
            entered.discard(id(node))
            if stack:
                found.append(node)
        elif id(part) in opened:
            circular = circular or id(part) in entered
        else:
            opened.add(id(part))
            entered.add(id(part))
            stack.append((part, iter(_containers_below(part))))
            deep = deep or len(stack) > SHALLOW
    return found, deep and not circular


def _containers_below(thing: Any) -> list[Any]:
    """What pickle would go down into."""
    if isinstance(thing, Tree):
        held = _held(thing)
        return [*_trees_in(held), *[value for value in held if value.__class__ is dict and _is_nested(value)]]
    return [item for item in (thing.values() if thing.__class__ is dict else thing) if item.__class__ in _CONTAINERS or isinstance(item, Tree)]


def _is_nested(values: dict[Any, Any]) -> bool:
    return any(item.__class__ in _CONTAINERS or isinstance(item, Tree) for item in values.values())


_CONTAINERS = {dict, list}


def below(tree: Any) -> list[Any]:
    """The trees directly in a tree, in the order of its slots."""
    return _trees_in(_held(tree))


def _held(tree: Any) -> list[Any]:
    """The values of a tree. Most slots of most nodes are empty: they are passed over."""
    _, values, more = _parts[tree.__class__]
    try:
        held: Any = values(tree) if not more else state(tree).values()
    except AttributeError:  # a slot was never set
        held = state(tree).values()
    return [value for value in held if value is not None]


def _trees_in(held: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in held:
        if value.__class__ is list or value.__class__ is tuple:
            found += [item for item in value if isinstance(item, Tree)]
        elif isinstance(value, Tree):
            found.append(value)
    return found
