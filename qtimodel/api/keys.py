"""What a key means in the flat form of an element, and what a value means in JSON and in XML.

Strategy: writing (`flat`) and reading (`unflat`) ask one table for each declaration. Whatever order the table rebuilds from the keys and
from `sequence` needs no `_order`, exactly as in content JSON.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cache
from math import isfinite
from typing import Any

import attrs

from ..content.careful import nearest
from ..content.names import ATTRIBUTES, EPILOG, LAST, ORDER, PROLOG, Keys
from ..content.taken import shown
from ..nodes import QTI
from ..spec import Field, Flat, Kind, Spec, spec_of
from ..xml.names import Scope

__all__ = ["NAME", "Table", "canonical", "json_value", "letters", "meant", "name_in", "sequence_of", "table_of", "text_of"]

NAME = "_name"  # how the element is written, where that does not follow from its key
CHILD = ":"  # what stands behind it is the name of a child, also where a key of that name would mean something else
VALUE = "value"  # as in `defaultValue: {"value": ...}`


@attrs.frozen(eq=False)
class Table:
    """The keys of one declaration.

    `attributes`: key to field. `names`: plain name of a child, whatever prefix it has in XML, to its field and declaration. `values`: key to
    the child that it stands for, and to the elements in that. `lists`: children whose list is always written. `numbered`: the element
    says its position among its siblings. `similar`: every key by its letters, and by those of its name in XML.
    """

    spec: Spec
    flat: Flat
    attributes: dict[str, Field]
    names: dict[str, tuple[Field, Spec]]
    values: dict[str, tuple[Spec, Spec]]
    lists: tuple[str, ...]
    numbered: bool
    similar: dict[str, str]

    def is_own(self, key: str) -> bool:
        """Whether the key is one of the flat form itself, so that no child and nothing of the API's can stand there."""
        return key in self.attributes or key in self.values or key in _OWN or (self.numbered and key == Flat.SEQUENCE)

    def is_reserved(self, key: str) -> bool:
        """Whether the flat form may need the key, whatever prefixes are declared: nothing that only the API knows can have it."""
        if self.is_own(key) or key in self.names or key.startswith(CHILD):
            return True
        _, colon, local = key.rpartition(":")
        return bool(colon) and any(name == local for _, name in self.spec.child_by_name)

    def child(self, key: str, keys: Keys) -> tuple[Field | None, Spec | None]:
        """Field and spec of the children at a key."""
        if key in self.values:
            field = next(field for field in self.spec.children if field.flat_values == key)
            return field, self.values[key][0]
        if key in self.names and not self.is_own(key):
            return self.names[key]
        found = keys[key] if not key.startswith(CHILD) and not self.is_own(key) else None
        return (found.field, found.spec) if found is not None else (None, None)

    def needed_lists(self, obj: Container[str], *, strict: bool) -> list[str]:
        """Keys of lists that are missing: what the specification needs at least one of, so that an object of something else is not taken for an
        empty element; with `strict`, what the API's schema demands.
        """
        present = {id(field) for name, (field, _) in self.names.items() if name in obj}
        return [
            key
            for key in self.lists
            if key not in obj and ((self.names[key][0].minimum and id(self.names[key][0]) not in present) or (strict and key in self.flat.needed))
        ]

    def rank(self, key: str, keys: Keys) -> tuple[int, int]:
        """The place of the children at a key: that of their field, then their place in its declaration."""
        field, spec = self.child(key, keys)
        if field is None:
            return LAST, 0
        return field.index, field.targets.index(spec.cls) if spec is not None and spec.cls in field.targets else len(field.targets)

    def sorted(self, children: Iterable[tuple[str, float]], keys: Keys) -> list[int]:
        """The order of children, given as key and `sequence`, that a reader rebuilds: indices."""
        known: dict[str, tuple[int, int, int]] = {}
        places = []
        for index, (key, sequence) in enumerate(children):
            place = known.get(key)
            if place is None:
                place = known[key] = (*self.rank(key, keys), len(known))
            places.append((place[0], sequence, *place[1:], index))
        return [place[-1] for place in sorted(places)]


_OWN = {ATTRIBUTES, ORDER, PROLOG, EPILOG, NAME}


@cache
def table_of(spec: Spec) -> Table:
    """The table of a declaration with a flat form."""
    assert spec.flat is not None
    values = {}
    for field in spec.children:
        if field.flat_values is not None:
            child = spec_of(field.targets[0])
            (inner,) = child.children
            values[field.flat_values] = child, spec_of(inner.targets[0])
    names = {name: child for (namespace, name), child in spec.child_by_name.items() if namespace == QTI}
    return Table(
        spec=spec,
        flat=spec.flat,
        attributes={field.flat_name: field for field in spec.attributes},
        names=names,
        values=values,
        lists=tuple(dict.fromkeys(name for name in (*spec.flat.keys, *spec.lists) if name in names)),
        numbered=(numbered := Flat.SEQUENCE in spec.flat.keys),
        similar={
            **{letters(name): name for name in (*names, *values, *([Flat.SEQUENCE] * numbered))},
            **{letters(str(field.xml_name)): field.flat_name for field in spec.attributes},
            **{letters(field.flat_name): field.flat_name for field in spec.attributes},
        },
    )


def letters(key: str) -> str:
    """A key without what spellings of one name differ in.

    >>> letters("keep-together") == letters("keepTogether") == letters("keep_together")
    True
    """
    return "".join(filter(str.isalnum, key.casefold()))


def meant(key: str, table: Table, others: Iterable[str] = ()) -> str | None:
    """The known key that a key is only another spelling of: it has the same letters, or a prefix that is not declared."""
    local = key.rpartition(":")[2]
    if local != key and table.is_reserved(key):
        return local
    if key.startswith("_") and (own := key.casefold()) in _OWN:
        return own
    spelt = letters(key)
    return table.similar.get(spelt) or next((name for name in others if letters(name) == spelt), None)


def name_in(spec: Spec, scope: Scope) -> str:
    """How an element is called where nothing else is said: with the prefix that QTI has there."""
    prefix = scope.prefix_of(QTI, attribute=False)
    return f"{prefix}:{spec.name}" if prefix else spec.name


# -- values ----------------------------------------------------------------------------------------------------------------


def canonical(field: Field, value: Any) -> Any:
    """The JSON of a value of an attribute."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        if isinstance(value, float) and not isfinite(value):
            return field.write(value)
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
    if field.is_list:
        assert field.scalar is not None
        return list(map(field.scalar.write, value))
    return field.write(value)


def json_value(field: Field, text: str) -> tuple[Any, bool]:
    """The JSON of the text of an attribute, and whether the text follows from it."""
    try:
        value = field.parse(text)
        return canonical(field, value), field.write(value) == text
    except ValueError:  # it was read with `recover=True`, and stays what it is
        return text, True


def text_of(field: Field, value: Any, *, strict: bool) -> str:
    """The text of a JSON value of an attribute. Raises `ValueError` that says what is wrong.

    `strict`: only the type that the API's schema has for it.
    """
    scalar = field.scalar
    assert scalar is not None
    python = scalar.python if isinstance(scalar.python, tuple) else (scalar.python,)
    text = None
    is_text = python[0] not in (bool, int, float)
    if isinstance(value, str):
        text = value if (is_text and not field.is_list) or str in python or not strict else None
    elif isinstance(value, list) and field.is_list:
        if all(isinstance(item, str) and item and not set(item) & set(" \t\n\r") for item in value):
            text = " ".join(value)
    elif isinstance(value, bool):
        text = ("true" if value else "false") if bool in python else None
    elif isinstance(value, (int, float)) and (int in python or float in python):
        whole = int(value) if isinstance(value, float) and float not in python and value.is_integer() else value
        try:
            text = field.write(whole) if isinstance(value, int) or isfinite(value) else None
        except (TypeError, ValueError, OverflowError):
            text = None
    expected = f"an array of texts, each {scalar.expected}" if field.is_list else scalar.expected
    if text is not None:
        try:
            field.parse(text)
            return text
        except ValueError:
            pass
    names = [scalar.write(known) for known in scalar.values]
    raise ValueError(f"is {shown(value)}; expected {expected}{nearest(value, names) if isinstance(value, str) else ''}")


def sequence_of(value: Any, *, strict: bool) -> int | None:
    """The number that `sequence` is, or `None` if it is none."""
    if isinstance(value, str) and not strict and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def is_plain_text(field: Field | None) -> bool:
    """Whether an element is text and nothing else."""
    return field is not None and field.kind is Kind.TEXT
