"""What is no declaration: what one of the formats would lose, write though nobody set it, or read as something else.

Strategy: one rule for each such thing, with what to write instead. `spec` asks, when a class is made and when it is compiled, and adds
class and field to the message.
"""

from __future__ import annotations

import enum
import inspect
from typing import Any, ClassVar, get_origin

import attrs

from .brief import brief
from .datatypes import NCNAME, Scalar, full_match
from .fields import Attributes, Flat, Kind
from .uris import is_uri

__all__ = ["Unsound", "check_attrs", "check_bases", "check_class", "check_comparison", "check_details", "check_field", "check_fields", "check_name"]

_RESERVED = {"http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"}

# Readers fill in fields without calling a class, once it is compiled; and `patch` leaves out what counts as equal.
_READERS = ("__new__", "__init__", "__attrs_pre_init__", "__attrs_init__", "__attrs_post_init__", "__setattr__", "__getattribute__")
_COMPARED = ("__eq__", "__ne__")


class Unsound(Exception):
    """A declaration that no format could carry. `args` is a message, and the field meant, if it is not the one that is looked at."""


def check_class(cls: type, name: object, namespace: object) -> None:
    """Check what can be seen before the class is made. Raises `Unsound`."""
    check_name(name)
    if not isinstance(namespace, str) or not namespace or namespace in _RESERVED or not is_uri(namespace):
        raise Unsound(f"{namespace!r} is no namespace of an element")
    for field, annotation in inspect.get_annotations(cls).items():
        if field in ("extras", "form", "_extras", "_form"):
            raise Unsound("every node has this already: choose another name", field)
        if field.startswith("_") and not _of_the_class(annotation):
            raise Unsound(_PRIVATE, field)


def check_bases(cls: type) -> None:
    """Check what a class has beside its fields, and that it has all of those that it extends. Raises `Unsound`."""
    if "__attrs_attrs__" in vars(cls):
        raise Unsound("attrs or @element has made it already: decorate it with one @element alone")
    _check_methods(cls, (*_READERS, *_COMPARED))
    for base in _written(cls)[1:]:
        if lost := [field for field, annotation in inspect.get_annotations(base).items() if not _of_the_class(annotation)]:
            message = f"{base.__qualname__} annotates this, and is no class of fields: decorate it with `qtimodel.nodes.node_class`"
            raise Unsound(message, lost[0])


_PRIVATE = "no format has a place for a private field: choose a name without `_` in front, or keep it outside of the class"


def _of_the_class(annotation: object) -> bool:
    """Whether an annotation is `ClassVar`: that of no field."""
    if isinstance(annotation, str):
        return annotation.partition("[")[0].rpartition(".")[2].strip() == "ClassVar"
    return annotation is ClassVar or get_origin(annotation) is ClassVar


def _written(cls: type) -> list[type]:
    """A class and those that it extends, except for what attrs has made."""
    others = ("qtimodel.brief", "qtimodel.deep", "typing", "abc", "builtins")
    return [base for base in cls.__mro__ if "__attrs_attrs__" not in vars(base) and base.__module__ not in others]


def _check_methods(cls: type, names: tuple[str, ...]) -> None:
    for base in _written(cls):
        for name in names:
            if name in vars(base):
                reason = _WHY_COMPARED if name in _COMPARED else "readers put in what a document has, without calling this"
                raise Unsound(f"{reason}: remove it", name)


def check_comparison(cls: type) -> None:
    """Check that nodes of a subclass are compared as those of its element are. Raises `Unsound`."""
    _check_methods(cls, _COMPARED)


_WHY_COMPARED = "trees are equal if their fields are, and `patch` does not write what counts as equal"


def check_details(details: dict[str, Any]) -> None:
    """Check the types of what a declaration says beside its fields. Raises `Unsound`."""
    for name, kinds, expected in (
        ("extra_attributes", Attributes, "a member of Attributes"),
        ("flat", Flat | None, "a Flat, or None"),
        ("names", str | None, "a str, or None"),
        ("document", bool, "a bool"),
        ("everywhere", bool, "a bool"),
    ):
        if not isinstance(details[name], kinds):
            raise Unsound(f"`{name.removeprefix('extra_')}` is {brief(details[name])}; expected {expected}")
    if not _are_names(details["lists"]):
        raise Unsound(f"`lists` is {brief(details['lists'])}; expected a tuple of XML names")
    groups = details["alternatives"]
    if not isinstance(groups, tuple) or not all(map(_are_names, groups)):
        raise Unsound(f"`alternatives` is {brief(groups)}; expected a tuple of tuples of names of fields")


def _are_names(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(name, str) for name in value)


def check_name(name: object, what: str = "an element") -> None:
    """Check an XML name."""
    if not isinstance(name, str) or full_match(NCNAME)(name) is None or name == "xmlns":
        raise Unsound(f"{name!r} is no name of {what}; expected a letter or `_`, then letters, digits, `.`, `-`, `_`")


def check_attrs(declared: attrs.Attribute[Any]) -> None:
    """Check what attrs was asked to do with a field."""
    if declared.name.startswith("_"):
        raise Unsound(_PRIVATE)
    if not declared.init or declared.alias != declared.name:
        raise Unsound("readers set every field by its name: remove `init` and `alias`")
    if declared.eq is not True or getattr(declared, "eq_key", None) is not None:
        raise Unsound("trees that differ in it would be equal, so `patch` would leave it out: remove `eq`")
    if declared.converter is not None or declared.validator is not None or declared.on_setattr is not None:
        raise Unsound("readers put in what a document has, also wrong values, and writers check them: remove converter and validator")


def check_field(declared: attrs.Attribute[Any], kind: Kind, scalar: Scalar | None, *, optional: bool, is_list: bool, many: bool, xml_name: str | None) -> None:
    """Check whether a field reads back what was written, and whether what is not in a document stays unwritten."""
    if scalar is not None and isinstance(scalar.python, type) and issubclass(scalar.python, enum.Enum):
        _check_enumeration(scalar.python)
    default = declared.default
    empty_list = getattr(default, "factory", None) is list
    match kind:
        case Kind.TEXT:
            if scalar is None or is_list or optional:
                raise Unsound('text() holds one value, which is never None: annotate it with `str` or another scalar type; empty text is ""')
        case Kind.MIXED:
            if not is_list or optional:
                raise Unsound("mixed() holds a list, which is never None: annotate it with `list[Content]`")
        case Kind.CHILDREN:
            if optional or not empty_list:
                raise Unsound("a list of children is never None, and empty when there are none: write `= many()`, or `= many(1)` if it needs one")
        case Kind.CHILD:
            if many:
                raise Unsound("many() is for a list of children: annotate it with `list[...]`")
            _check_default(default, optional)
        case _:
            if many:
                raise Unsound("many() is for children: an attribute with a list of values is optional with `| None = None`")
            _check_default(default, optional)
            check_name(str(xml_name).removeprefix("xml:"), "an attribute")


def _check_enumeration(cls: type[enum.Enum]) -> None:
    if issubclass(cls, enum.Flag):
        raise Unsound(f"{cls.__name__} has values that are no members, and could not be read again: write a list of an `Enum`")
    if not len(cls):
        raise Unsound(f"{cls.__name__} has no members, so no document could have a value")


def _check_default(default: object, optional: bool) -> None:
    if default is attrs.NOTHING and optional:
        raise Unsound("what may be None needs `= None`: a document may lack it")
    if default is not attrs.NOTHING and default is not None:
        raise Unsound("its default would be written where a document has nothing: write `= None`, or spec_default(...) for what absence means")


def check_fields(spec: Any, names_of_children: set[str], *, early: bool) -> None:
    """Check the fields of a class together. `early`: fields may be missing."""
    bodies = [field for field in spec.fields if field.kind in (Kind.TEXT, Kind.MIXED)]
    if len(bodies) > 1:
        raise Unsound(f"`{bodies[0].name}` holds the whole content of the element already: remove one of them", bodies[1].name)
    if bodies and spec.children:
        held = "text and elements in any mixture" if bodies[0].kind is Kind.MIXED else "text alone"
        raise Unsound(f"`{bodies[0].name}` holds the whole content of the element, {held}: there is nothing left for children", spec.children[0].name)
    _once("attribute", [(field, field.xml_name, field.xml_name) for field in spec.attributes])
    _once("markup", [(field, "Markup", "Markup") for field in spec.children if field.wildcard])
    _once("child", [(field, target, target.__name__) for field in spec.children for target in field.targets])
    for field in spec.children:
        if wrong := [number for number in (field.minimum, field.maximum) if type(number) not in (int, type(None))]:
            raise Unsound(f"many() is given {brief(wrong[0])}; expected whole numbers", field.name)
        if field.minimum < 0 or (field.maximum is not None and field.maximum < max(field.minimum, 1)):
            raise Unsound(f"no list has at least {field.minimum} and at most {field.maximum}", field.name)
    if early:
        return
    names = [field.name for field in spec.children]
    for name in (name for group in spec.alternatives for name in group):
        if name not in names:
            raise Unsound(f"`alternatives` names `{name}`; expected fields with children")
    for name in spec.lists:
        if name not in names_of_children:
            raise Unsound(f"`lists` names `{name}`; expected XML names of children")


def _once(kind: str, things: list[tuple[Any, Any, Any]]) -> None:
    """Refuse two fields for one thing, which has a name: reading could not tell them apart."""
    first: dict[Any, Any] = {}
    for field, thing, name in things:
        other = first.setdefault(thing, field)
        if other is not field:
            raise Unsound(f"`{other.name}` holds the {kind} `{name}` already: a reader could not tell which one is meant; put them into one list", field.name)
