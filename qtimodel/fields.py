"""What a field of an element class can be, and what its declaration may say beside its annotation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs

__all__ = [
    "METADATA",
    "Attributes",
    "Flat",
    "Kind",
    "flat_values",
    "json_number",
    "many",
    "mixed",
    "spec_default",
    "text",
    "written_as",
    "xml_name_of",
]

METADATA = "qtimodel"


class Kind(Enum):
    """What a field is in XML."""

    ATTRIBUTE = "attribute"
    CHILD = "child"
    CHILDREN = "children"
    TEXT = "text"
    MIXED = "mixed"


class Attributes(Enum):
    """Which attributes the schema allows besides the declared ones. The reader keeps all of them, whatever this says."""

    NONE = "none"
    ANY = "any"
    FOREIGN = "attributes of other namespaces"


@attrs.frozen(kw_only=True)
class Flat:
    """How the API's flat JSON shows an element, beyond camelCase names.

    `keys` come first, in this order: the names of attributes, and of children whose list is written also when it is empty.
    `sequence` among them means that the element says its position among its siblings. `other` marks where keys go that
    only the API knows. `shown`: attributes that are always written, and the API's default of each. `needed`: what the API's schema
    demands; what else the specification needs may be missing. `requests`: attributes that only requests have.
    """

    keys: tuple[str, ...]
    shown: Mapping[str, Any] = attrs.field(factory=dict)
    needed: tuple[str, ...] = ("identifier",)
    requests: tuple[str, ...] = ()

    OTHER = "_id"
    SEQUENCE = "sequence"


# -- what a field's declaration may say ------------------------------------------------------------------------------------


def spec_default(value: object) -> Any:
    """An optional attribute for which the specification has a default. `None` still means: not written."""
    return attrs.field(default=None, metadata={METADATA: {"default": value}})


def many(minimum: int = 0, maximum: int | None = None, *, foreign: bool = False) -> Any:
    """A list of children, and how many the schema wants. `foreign`: the markup among them is of other namespaces than QTI's."""
    return attrs.field(factory=list, metadata={METADATA: {"minimum": minimum, "maximum": maximum, "foreign": foreign}})


def json_number(default: object = None) -> Any:
    """An optional number that the content JSON has beside `_attributes`. `default` is the specification's."""
    return attrs.field(default=None, metadata={METADATA: {"json_number": True, "default": default}})


def flat_values(key: str) -> Any:
    """An optional child that flat JSON writes as `{key: {"value": ...}}` when it holds nothing but plain values."""
    return attrs.field(default=None, metadata={METADATA: {"flat_values": key}})


def written_as(xml_name: str, **details: Any) -> Any:
    """An optional attribute whose XML name does not follow from its Python name."""
    return attrs.field(default=None, metadata={METADATA: {"xml_name": xml_name, **details}})


def text() -> Any:
    """The text of a text-only element. Empty text is `""`."""
    return attrs.field(default="", metadata={METADATA: {"kind": Kind.TEXT}})


def mixed() -> Any:
    """Text, markup and elements, in any mixture: a list of `qtimodel.Content`."""
    return attrs.field(factory=list, metadata={METADATA: {"kind": Kind.MIXED}})


def xml_name_of(name: str) -> str:
    """The XML name that a Python name means.

    >>> xml_name_of("keep_together"), xml_name_of("class_"), xml_name_of("xml_lang")
    ('keep-together', 'class', 'xml:lang')
    """
    prefix, name = ("xml:", name.removeprefix("xml_")) if name.startswith("xml_") else ("", name)
    return prefix + name.removesuffix("_").replace("_", "-")
