"""Declarations: what a class says about its element, compiled once into a `Spec` that every engine reads.

Strategy: an element is an attrs class with annotations; the kind of a field follows from its annotation.

* a scalar (`Identifier`, `bool`, an enumeration): an attribute; `list[scalar]`: an attribute with a white-space separated list
* an element class, a group of classes, or a union of them: a child; `list[...]` of these: children, in any mixture
* `text()`: the text of a text-only element; `mixed()`: text and markup

A group is a class without `@element`: `Expression` stands for every expression. Annotations are resolved when a spec is first
asked for, so modules of the model may name each other's classes freely and importing them stays cheap.

    @element("qti-weight")
    class Weight(Element):
        identifier: Identifier
        value: Double
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, ForwardRef, TypeVar, Union, cast, dataclass_transform, get_args, get_origin, get_type_hints

import attrs

from .datatypes import Scalar, scalar_for
from .nodes import QTI, Element, Markup, node_class

__all__ = [
    "Attributes",
    "Field",
    "Flat",
    "Kind",
    "Spec",
    "child_of",
    "declared_count",
    "effective",
    "element",
    "element_class",
    "element_classes",
    "flat_values",
    "json_number",
    "many",
    "mixed",
    "spec_default",
    "spec_of",
    "text",
    "written_as",
]

_C = TypeVar("_C", bound=type[Element])
_METADATA = "qtimodel"


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
    return attrs.field(default=None, metadata={_METADATA: {"default": value}})


def many(minimum: int = 0, maximum: int | None = None) -> Any:
    """A list of children, and how many the schema wants."""
    return attrs.field(factory=list, metadata={_METADATA: {"minimum": minimum, "maximum": maximum}})


def json_number(default: object = None) -> Any:
    """An optional number that the content JSON has beside `_attributes`. `default` is the specification's."""
    return attrs.field(default=None, metadata={_METADATA: {"json_number": True, "default": default}})


def flat_values(key: str) -> Any:
    """An optional child that flat JSON writes as `{key: {"value": ...}}` when it holds nothing but plain values."""
    return attrs.field(default=None, metadata={_METADATA: {"flat_values": key}})


def written_as(xml_name: str, **details: Any) -> Any:
    """An optional attribute whose XML name does not follow from its Python name."""
    return attrs.field(default=None, metadata={_METADATA: {"xml_name": xml_name, **details}})


def text() -> Any:
    """The text of a text-only element. Empty text is `""`."""
    return attrs.field(default="", metadata={_METADATA: {"kind": Kind.TEXT}})


def mixed() -> Any:
    """Text, markup and elements, in any mixture: a list of `qtimodel.Content`."""
    return attrs.field(factory=list, metadata={_METADATA: {"kind": Kind.MIXED}})


# -- the compiled declaration ----------------------------------------------------------------------------------------------


@attrs.frozen(eq=False, slots=False)
class Field:
    """One declared field. `name` is the Python name, `xml_name` the attribute's name, or that of the only possible child.

    `scalar` is set for attributes and text, `targets` for children. `wildcard`: markup of other namespaces is allowed too.
    `default` is the specification's, `None` if it has none. `maximum` `None` means unbounded.
    """

    name: str
    kind: Kind
    index: int
    xml_name: str | None = None
    required: bool = False
    scalar: Scalar | None = None
    is_list: bool = False
    default: Any = None
    targets: tuple[type[Element], ...] = ()
    wildcard: bool = False
    minimum: int = 0
    maximum: int | None = 1
    json_number: bool = False
    flat_values: str | None = None

    @cached_property
    def flat_name(self) -> str:
        """The name of an attribute in flat JSON: `keepTogether`."""
        first, *others = self.name.removesuffix("_").split("_")
        return first + "".join(map(str.capitalize, others))

    def parse(self, text: str) -> Any:
        """The value of an attribute or of text content. Raises `ValueError` that says what was expected."""
        assert self.scalar is not None
        return self.scalar.parse_list(text) if self.is_list else self.scalar.parse(text)

    def write(self, value: object) -> str:
        """The canonical text of a value. Raises `TypeError` or `ValueError` that says what was expected."""
        assert self.scalar is not None
        return self.scalar.write_list(value) if self.is_list else self.scalar.write(value)


@attrs.frozen(eq=False, slots=False)
class Spec:
    """The compiled declaration of a class.

    `alternatives`: groups of child fields of which a valid element uses at most one group. `document`: it can be a root.
    `everywhere`: the name means this class wherever it stands; otherwise only where a parent's declaration says so, because QTI
    uses the name for other types too. `lists`: children whose list JSON has also when it is empty. `flat`: set where the API has the
    element in flat form. `names`: the name space in which its `identifier` is unique in a document;
    editing looks for the identifiers of `structure`.
    """

    cls: type[Element]
    name: str
    namespace: str
    fields: tuple[Field, ...]
    extra_attributes: Attributes
    alternatives: tuple[tuple[str, ...], ...]
    document: bool
    everywhere: bool
    lists: tuple[str, ...]
    flat: Flat | None
    names: str | None

    @cached_property
    def attributes(self) -> tuple[Field, ...]:
        """The attributes, in the order in which they are written."""
        return tuple(field for field in self.fields if field.kind is Kind.ATTRIBUTE)

    @cached_property
    def children(self) -> tuple[Field, ...]:
        """The fields that hold child elements, in the schema's order."""
        return tuple(field for field in self.fields if field.kind in (Kind.CHILD, Kind.CHILDREN))

    @cached_property
    def body(self) -> Field | None:
        """The field of a text-only or mixed element; `None`: its content is elements only, or nothing."""
        return next((field for field in self.fields if field.kind in (Kind.TEXT, Kind.MIXED)), None)

    @cached_property
    def json_numbers(self) -> tuple[Field, ...]:
        """The attributes that content JSON may write as numbers, beside the others."""
        return tuple(field for field in self.attributes if field.json_number)

    @cached_property
    def may_hold(self) -> bool:
        """Whether there are attributes or child elements that it may have."""
        return bool(self.attributes or self.children or (self.body is not None and self.body.kind is Kind.MIXED))

    @cached_property
    def attribute_by_name(self) -> dict[str, Field]:
        """The attribute of that XML name."""
        return {cast(str, field.xml_name): field for field in self.attributes}

    @cached_property
    def child_by_name(self) -> dict[tuple[str | None, str], tuple[Field, Spec]]:
        """Field and spec of the child of that (namespace, name)."""
        specs = [(field, spec_of(target)) for field in self.children for target in field.targets]
        return {(spec.namespace, spec.name): (field, spec) for field, spec in specs}

    @cached_property
    def wildcard(self) -> Field | None:
        """The field that takes markup of other namespaces."""
        return next((field for field in self.children if field.wildcard), None)


# -- declaring -------------------------------------------------------------------------------------------------------------

_registry: dict[tuple[str | None, str], type[Element]] = {}
_details: dict[type[Element], dict[str, Any]] = {}


@dataclass_transform(kw_only_default=True, field_specifiers=(attrs.field,))
def element(
    name: str,
    *,
    namespace: str = QTI,
    attributes: Attributes = Attributes.NONE,
    alternatives: tuple[tuple[str, ...], ...] = (),
    document: bool = False,
    everywhere: bool = True,
    lists: tuple[str, ...] = (),
    flat: Flat | None = None,
    names: str | None = None,
) -> Callable[[_C], _C]:
    """Declare the class of an element: its XML name, and what annotations cannot say.

    Raises `ValueError` when the name is taken: two classes for one element would make reading a matter of luck.
    """

    def declare(cls: _C) -> _C:
        made = node_class(cls)
        if (namespace, name) in _registry:
            raise ValueError(f"`{name}` is declared twice: {_registry[namespace, name].__qualname__} and {cls.__qualname__}")
        _registry[namespace, name] = made
        _details[made] = {
            "name": name,
            "namespace": namespace,
            "extra_attributes": attributes,
            "alternatives": alternatives,
            "document": document,
            "everywhere": everywhere,
            "lists": lists,
            "flat": flat,
            "names": names,
        }
        return made

    return declare


def element_class(name: str, namespace: str | None = QTI) -> type[Element] | None:
    """The class of an element name, or `None` if it is not typed.

    >>> element_class("qti-weight")
    <class 'qtimodel.model.test.Weight'>
    """
    return _registry.get((namespace, name))


def element_classes() -> Iterator[type[Element]]:
    """Every declared class."""
    return iter(_registry.values())


def declared_count() -> int:
    """How many classes are declared: what is derived from all of them is out of date when it has changed."""
    return len(_registry)


_specs: dict[type[Element], Spec] = {}


def spec_of(cls: type[Element]) -> Spec:
    """The compiled declaration of a class. Raises `TypeError` for a class that is no declared element."""
    spec = _specs.get(cls)
    if spec is None:
        spec = _specs[cls] = _compile(cls)
    return spec


def child_of(parent: Spec | None, namespace: str | None, name: str) -> tuple[Field | None, Spec | None]:
    """The field that takes a child of that name in an element (`None`: in markup), and the child's spec (`None`: it is markup).

    No field: nothing takes it there, but mixed content takes everything.
    """
    known = element_class(name, namespace)
    spec = spec_of(known) if known is not None else None
    if parent is None or (parent.body is not None and parent.body.kind is Kind.MIXED):
        return parent.body if parent else None, spec if spec is not None and spec.everywhere else None
    if (namespace, name) in parent.child_by_name:
        return parent.child_by_name[namespace, name]
    if parent.wildcard is not None and namespace != QTI:
        return parent.wildcard, None
    return None, spec


def _compile(cls: type[Element]) -> Spec:
    if cls not in _details:
        raise TypeError(f"{cls!r} is not a class declared with @element")
    # Classes may name each other across modules without importing each other.
    hints = get_type_hints(cls, localns={known.__name__: known for known in _details}, include_extras=True)
    declared = [field for field in attrs.fields(cls) if not field.name.startswith("_")]
    fields = tuple(_field(field, hints[field.name], index) for index, field in enumerate(declared))
    return Spec(cls=cls, fields=fields, **_details[cls])


def xml_name_of(name: str) -> str:
    """The XML name that a Python name means.

    >>> xml_name_of("keep_together"), xml_name_of("class_"), xml_name_of("xml_lang")
    ('keep-together', 'class', 'xml:lang')
    """
    prefix, name = ("xml:", name.removeprefix("xml_")) if name.startswith("xml_") else ("", name)
    return prefix + name.removesuffix("_").replace("_", "-")


def _field(declared: attrs.Attribute[Any], hint: Any, index: int) -> Field:
    says = declared.metadata.get(_METADATA, {})
    optional, hint = _strip_none(hint)
    is_list = get_origin(hint) is list
    inner = get_args(hint)[0] if is_list else hint
    kind = says.get("kind")
    scalar = None if kind is Kind.MIXED else scalar_for(inner)
    targets: tuple[type[Element], ...] = ()
    wildcard = False
    if kind is None and scalar is None:
        kind = Kind.CHILDREN if is_list else Kind.CHILD
        members = _members(inner)
        wildcard = Markup in members
        targets = tuple(dict.fromkeys(target for member in members if issubclass(member, Element) for target in _declared(member)))
        if not targets and not wildcard:
            raise TypeError(f"field {declared.name!r}: no element is declared for {hint!r}")
    xml_name = None
    if kind is None:
        kind = Kind.ATTRIBUTE
        xml_name = says.get("xml_name", xml_name_of(declared.name))
    elif len(targets) == 1:
        xml_name = _details[targets[0]]["name"]
    required = declared.default is attrs.NOTHING and not optional
    return Field(
        name=declared.name,
        kind=kind,
        index=index,
        xml_name=xml_name,
        required=required,
        scalar=scalar,
        is_list=is_list and scalar is not None,
        default=says.get("default"),
        targets=targets,
        wildcard=wildcard,
        minimum=says.get("minimum", int(required)),
        maximum=says.get("maximum", None if kind is Kind.CHILDREN else 1),
        json_number=says.get("json_number", False),
        flat_values=says.get("flat_values"),
    )


def _strip_none(hint: Any) -> tuple[bool, Any]:
    """Whether `None` is allowed, and the annotation without it."""
    if get_origin(hint) in (Union, types.UnionType):
        kept = [member for member in get_args(hint) if member is not type(None)]
        if len(kept) < len(get_args(hint)):
            return True, kept[0] if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007 - built at run time
    return False, hint


def _members(hint: Any) -> tuple[type, ...]:
    """The classes of a union, or the only class."""
    if get_origin(hint) is Annotated or isinstance(hint, ForwardRef):
        raise TypeError(f"unexpected annotation {hint!r}")
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _declared(cls: type[Element]) -> Iterator[type[Element]]:
    """The class itself when it is an element, otherwise every element of the group, in order of declaration."""
    if cls in _details:
        yield cls
    else:
        yield from (member for member in _details if issubclass(member, cls))


def effective(node: Element, name: str) -> Any:
    """The value of a field, or the specification's default where nothing is written.

    >>> from qtimodel import ItemSessionControl
    >>> control = ItemSessionControl()
    >>> control.allow_review is None, effective(control, "allow_review")
    (True, True)
    """
    value = getattr(node, name)
    if value is not None:
        return value
    default = next(field.default for field in spec_of(type(node)).fields if field.name == name)
    return list(default) if isinstance(default, list) else default
