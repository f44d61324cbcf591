"""What a key means in an element: where its children stand, and which keys are our own.

Strategy: reading and writing ask the same questions of the same table, so the order that a writer leaves out is the order that a
reader puts in. A `Keys` belongs to a declaration and a scope, and is filled as names occur.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..memory import Memory
from ..spec import Field, Kind, Spec, child_of
from ..xml.name_characters import is_name as is_part
from ..xml.names import Scope, ScopeError

__all__ = [
    "ATTRIBUTES",
    "EPILOG",
    "LAST",
    "LIKE_ATTRIBUTES",
    "ORDER",
    "PROLOG",
    "RESERVED",
    "TEXT",
    "Key",
    "Keys",
    "is_name",
    "key_of",
    "known_names",
    "name_of_key",
]

ATTRIBUTES, TEXT, ORDER, PROLOG, EPILOG = "_attributes", "_", "_order", "_prolog", "_epilog"
LAST = 1_000_000  # behind every declared field: what has none

# Keys of our own and of the dialects. They could be names of elements too; these are written behind a colon, which no name begins with, and so
# are all that begin with `_`: some tools write attributes like that.
RESERVED = {ATTRIBUTES, TEXT, ORDER, PROLOG, EPILOG, "_text", "_cdata", "_comment", "_declaration", "_doctype", "_instruction", "xmlns"}


known_names: Memory[str, None] = Memory(4096)  # that were checked


def is_name(raw: object) -> bool:
    """Whether XML has such a name, with or without a prefix."""
    if raw in known_names:
        return True
    if not isinstance(raw, str) or raw.count(":") > 1 or not all(map(is_part, raw.split(":"))):
        return False
    known_names.keep(raw, None, (raw,))
    return True


LIKE_ATTRIBUTES = {"attributes", "attrs", "attr"}  # no keys of a dialect, but somebody's attributes may be under one of them


def key_of(raw: str) -> str:
    """The key of an element's name.

    >>> key_of("qti-value"), key_of("_order")
    ('qti-value', ':_order')
    """
    return f":{raw}" if raw[:1] == "_" or raw in RESERVED or raw in LIKE_ATTRIBUTES else raw


def name_of_key(key: str) -> str:
    """The name of the element that a key means."""
    return key[1:] if key.startswith(":") else key


class Key(NamedTuple):
    """What the children of a key are: `rank` is their place in the schema's order, `several` whether the model allows more than one."""

    rank: int
    several: bool
    field: Field | None
    spec: Spec | None


class Keys(dict[str, Key]):
    """What the names of children mean in an element of that declaration (`None`: markup), within a scope."""

    __slots__ = ("family", "ordered", "scope", "spec")

    def __init__(self, spec: Spec | None, scope: Scope, family: dict[Spec | None, Keys] | None = None) -> None:
        super().__init__()
        self.spec, self.scope = spec, scope
        self.ordered = spec is not None and spec.body is None
        self.family: dict[Spec | None, Keys] = {} if family is None else family  # all of one scope
        self.family[spec] = self

    def __missing__(self, raw: str) -> Key:
        try:
            field, spec = child_of(self.spec, *self.scope.element(raw))
        except ScopeError:  # the child itself may declare its prefix
            field, spec = None if self.spec is None else self.spec.body, None
        if not self.ordered:
            key = Key(0, field is not None and field.kind is Kind.MIXED, field, spec)
        elif field is None:
            key = Key(LAST, False, None, spec)
        else:
            key = Key(field.index, field.kind is Kind.CHILDREN, field, spec)
        if len(self) < 1024:
            self[raw] = key
        return key

    def rebuilt(self, names: Iterable[str]) -> list[str]:
        """The names in the schema's order; those that it does not order, in their own."""
        return sorted(names, key=lambda raw: self[raw].rank)

    def of(self, spec: Spec | None, scope: Scope) -> Keys:
        """The keys of a child."""
        if scope is not self.scope:
            return Keys(spec, scope)
        keys = self.family.get(spec)
        return Keys(spec, scope, self.family) if keys is None else keys
