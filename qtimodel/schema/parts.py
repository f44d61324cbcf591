"""What both forms need: definitions that are made once, descriptions, and the scalar types.

Strategy: whoever needs a definition asks for a reference to it and says how it is made; it is made later, so declarations may refer to each other
in circles. Each scalar type has a row that says how its texts are written, and which JSON value flat JSON has for it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeAlias

import attrs

from ..datatypes import NCNAME, Scalar
from ..spec import Field

__all__ = ["Definitions", "Schema", "description_of", "text_schema", "value_schema"]

Schema: TypeAlias = dict[str, Any]


@attrs.define
class Definitions:
    """The definitions of one schema. `place` is where they stand: the beginning of references."""

    place: str
    _known: dict[str, tuple[Any, ...]] = attrs.field(factory=dict)
    _waiting: deque[str] = attrs.field(factory=deque)

    def ref(self, name: str, make: Callable[..., Schema], *arguments: Any) -> Schema:
        """A reference to the definition that `make(definitions, *arguments)` gives."""
        if name not in self._known:
            self._waiting.append(name)
        if self._known.setdefault(name, (make, *arguments)) != (make, *arguments):
            raise AssertionError(f"two different definitions are named `{name}`")
        return {"$ref": self.place + name}

    def made(self) -> dict[str, Schema]:
        """Every definition that is referred to, in the order of first reference."""
        made: dict[str, Schema] = {}
        while self._waiting:
            name = self._waiting.popleft()
            make, *arguments = self._known[name]
            made[name] = make(self, *arguments)
        return made


def description_of(cls: type) -> Schema:
    """The first sentence of a docstring, as a keyword.

    >>> from qtimodel import Weight
    >>> description_of(Weight)
    {'description': 'A named factor for the numeric outcomes of an item.'}
    """
    found = re.match(r".+?\.(?=\s|$)", " ".join((cls.__doc__ or "").split()))
    return {"description": found[0]} if found else {}


# -- scalars ---------------------------------------------------------------------------------------------------------------


@attrs.frozen
class _Row:
    """`pattern` matches the texts of a type (`None`: all), with white space around them if it is `padded`. `value`: what JSON has for it.

    Patterns are for ECMAScript and for Python. They say how a number is written, not how large it is.
    """

    pattern: str | None
    value: Schema = attrs.field(factory=lambda: {"type": "string"})
    padded: bool = True


_WHOLE = "[+-]?[0-9]+"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"{_DECIMAL}(?:[eE][+-]?[0-9]+)?|-?INF|NaN"
_MIME = r"[\t\n\r -!#-'*+\-.0-9A-Z^-~\u007f]+"
_RADIX = "[0-9]+%?"
_SPACE, _WORD = r"[ \t\n\r]", r"[^ \t\n\r]+"

_ROWS = {
    "identifier": _Row(NCNAME),
    "unique identifier": _Row(NCNAME),
    "identifier reference": _Row(NCNAME),
    "normalized string": _Row(None),
    "string": _Row(None),
    "token": _Row(_WORD, padded=False),
    "URI": _Row(None),
    "language": _Row("(?:[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*)?"),
    "MIME type": _Row(f"{_MIME}/{_MIME}", padded=False),
    "coordinates": _Row(f"{_RADIX}(?:,{_RADIX}){{2,3}}|{_RADIX},{_RADIX}(?:,{_RADIX},{_RADIX}){{2,}}", padded=False),
    "boolean": _Row("true|false|1|0", {"type": "boolean"}),
    "double": _Row(_DOUBLE, {"type": "number"}),
    "non-negative double": _Row(_DOUBLE, {"type": "number", "minimum": 0}),
    "decimal": _Row(_DECIMAL, {"type": "number"}),
    "integer": _Row(_WHOLE, {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}),
    "large integer": _Row(_WHOLE, {"type": "integer"}),
    "positive integer": _Row(_WHOLE, {"type": "integer", "minimum": 1}),
    "non-negative integer": _Row(_WHOLE, {"type": "integer", "minimum": 0}),
    "integer or variable": _Row(f"{_WHOLE}|{NCNAME}", {"type": ["integer", "string"]}),
    "double or variable": _Row(f"{_DOUBLE}|{NCNAME}", {"type": ["number", "string"]}),
    "identifier or integer": _Row(f"{_WHOLE}|{NCNAME}", {"type": ["integer", "string"]}),
}


def _row(scalar: Scalar) -> _Row:
    if scalar.xsd == "enumeration":
        return _Row("|".join(map(scalar.write, scalar.values)), padded=False)
    if scalar.xsd == "extensible enumeration":
        return _Row(scalar.regex, padded=False)
    if scalar.name not in _ROWS:
        raise LookupError(f"no pattern is known for the type `{scalar.name}`: add a row in qtimodel.schema.parts")
    return _ROWS[scalar.name]


def text_schema(definitions: Definitions, field: Field) -> Schema:
    """The schema of an attribute as text, as it stands in XML and in content JSON."""
    scalar = _scalar_of(field)
    if _row(scalar).pattern is None and not field.is_list:
        return {"type": "string"}
    kind = "List" if field.is_list else "" if _row(scalar).value["type"] == "string" else "Text"
    return definitions.ref(_name_of(scalar) + kind, _text, scalar, field.is_list)


def value_schema(definitions: Definitions, field: Field) -> Schema:
    """The schema of an attribute as flat JSON has it: a number, `true` or `false`, a text, or an array of texts."""
    scalar = _scalar_of(field)
    row = _row(scalar)
    if field.is_list:
        return {"type": "array", "items": text_schema(definitions, attrs.evolve(field, is_list=False))}
    if row.value["type"] == "string":
        return text_schema(definitions, field)
    value = deepcopy(row.value)
    return value if isinstance(value["type"], str) else {**value, "pattern": _pattern(scalar, several=False)}


def _scalar_of(field: Field) -> Scalar:
    """The scalar type of a field that has one."""
    assert field.scalar is not None
    return field.scalar


def _name_of(scalar: Scalar) -> str:
    """The name of the definition of a type.

    >>> from qtimodel.datatypes import INTEGER_OR_VARIABLE
    >>> _name_of(INTEGER_OR_VARIABLE)
    'IntegerOrVariable'
    """
    return "".join(word[0].upper() + word[1:] for word in re.split("[ -]", scalar.name))


def _text(definitions: Definitions, scalar: Scalar, several: bool) -> Schema:
    expected = f"{'A list, separated by white space; each is ' if several else ''}{scalar.expected}"
    described = {"description": f"{expected[0].upper()}{expected[1:]}.", "type": "string"}
    if scalar.xsd == "enumeration" and not several:
        return {**described, "enum": list(map(scalar.write, scalar.values))}
    return {**described, "pattern": _pattern(scalar, several=several)}


def _pattern(scalar: Scalar, *, several: bool) -> str:
    row = _row(scalar)
    item = f"(?:{row.pattern or _WORD})"
    if several:
        return f"^{_SPACE}*(?:{item}(?:{_SPACE}+{item})*)?{_SPACE}*$"
    return f"^{_SPACE}*{item}{_SPACE}*$" if row.padded else f"^{item}$"
