"""Declarations: what a class says about its element, compiled once into a `Spec` that every engine reads.

Strategy: an element is an attrs class with annotations; the kind of a field follows from its annotation.

* a scalar (`Identifier`, `bool`, an enumeration): an attribute; `list[scalar]`: an attribute with a white-space separated list
* an element class, a group of classes, or a union of them: a child; `list[...]` of these: children, in any mixture
* `text()`: the text of a text-only element; `mixed()`: text and markup

A group is a class without `@element`: `Expression` stands for every expression. Annotations are resolved when a spec is first
asked for, so modules of the model may name each other's classes freely and importing them stays cheap (`annotations`).

What a format could not carry without loss is no declaration (`soundness`): it is a `TypeError` that names class and field, when the
class is made, or, where it names classes that are declared later, when it is first used. A subclass without `@element` is the element
of the class that it extends: it is written as that, and read back as that.

    @element("qti-weight")
    class Weight(Element):
        identifier: Identifier
        value: Double
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar, Union, cast, dataclass_transform, get_args, get_origin

import attrs

from .annotations import Unresolved, annotation_of, owners_of
from .brief import brief
from .datatypes import Scalar, scalar_for
from .fields import METADATA, Attributes, Flat, Kind, flat_values, json_number, many, mixed, spec_default, text, written_as, xml_name_of
from .nodes import QTI, Element, Markup, node_class
from .soundness import Unsound, check_attrs, check_bases, check_class, check_comparison, check_details, check_field, check_fields

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
    "typed_everywhere",
    "written_as",
]

_C = TypeVar("_C", bound=type[Element])


# -- the compiled declaration ----------------------------------------------------------------------------------------------


@attrs.frozen(eq=False, slots=False)
class Field:
    """One declared field. `name` is the Python name, `xml_name` the attribute's name, or that of the only possible child.

    `scalar` is set for attributes and text, `targets` for children. `wildcard`: markup is allowed too, if `foreign`, of other
    namespaces than QTI's. `default` is the specification's, `None` if it has none. `maximum` `None` means unbounded.
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
    foreign: bool = False
    minimum: int = 0
    maximum: int | None = 1
    json_number: bool = False
    flat_values: str | None = None

    @cached_property
    def flat_name(self) -> str:
        """The name of an attribute in flat JSON: `keepTogether`."""
        first, *others = self.name.removesuffix("_").split("_")
        return first + "".join(map(str.capitalize, others))

    @cached_property
    def takes(self) -> _Takes:
        """Whether it may hold objects of a class, apart from markup."""
        return _Takes(self.targets)

    def parse(self, text: str) -> Any:
        """The value of an attribute or of text content. Raises `ValueError` that says what was expected."""
        assert self.scalar is not None
        return self.scalar.parse_list(text) if self.is_list else self.scalar.parse(text)

    def write(self, value: object) -> str:
        """The canonical text of a value. Raises `TypeError` or `ValueError` that says what was expected."""
        assert self.scalar is not None
        return self.scalar.write_list(value) if self.is_list else self.scalar.write(value)


class _Takes(dict[type, bool]):
    """Whether one of some elements is what a class declares."""

    def __init__(self, targets: tuple[type[Element], ...]) -> None:
        super().__init__()
        self.targets = targets

    def __missing__(self, cls: type) -> bool:
        taken = any(base in _details for base in cls.__mro__) and spec_of(cls).cls in self.targets
        self[cls] = taken
        return taken


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
        """The field that takes markup."""
        return next((field for field in self.children if field.wildcard), None)

    def takes_markup(self, namespace: str | None, name: str) -> bool:
        """Whether an element of that name is markup of the `wildcard`; the others are typed, or wait in the extras."""
        if self.wildcard is None or (namespace, name) in self.child_by_name:
            return False
        return namespace != QTI if self.wildcard.foreign else (namespace, name) not in _registry


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

    Raises `ValueError` when the name is taken: two classes for one element would make reading a matter of luck. Raises `TypeError`, with
    class and field, for what a format could not carry without loss.
    """

    def declare(cls: _C) -> _C:
        if not (isinstance(cls, type) and issubclass(cls, Element)):
            raise TypeError(f"expected a subclass of Element, found {cls!r}")
        details = {
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
        theirs = not cls.__module__.startswith("qtimodel.")  # ours are checked by tests, and importing stays cheap
        try:
            check_class(cls, name, namespace)
            if theirs:
                check_details(details)
                check_bases(cls)
        except Unsound as error:
            raise _unsound(cls, error, None) from None
        made = node_class(cls)
        if (namespace, name) in _registry:
            raise ValueError(f"`{name}` is declared twice: {_registry[namespace, name].__qualname__} and {cls.__qualname__}")
        if group := next((base for base in made.__mro__[1:] if base in _groups), None):
            message = f"{cls.__qualname__} extends {group.__qualname__}, whose members were in use already: declare it before the first document is read"
            raise TypeError(message)
        _registry[namespace, name] = made
        _details[made] = details
        if theirs:
            try:
                _compile(made, early=True)
            except TypeError:
                del _registry[namespace, name], _details[made]
                raise
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
_groups: set[type] = set()  # whose members are known for good
_resolved: dict[tuple[type, str], Any] = {}  # annotations that many classes share, such as those of ARIA


def spec_of(cls: type[Element]) -> Spec:
    """The compiled declaration of a class, or of the class that it extends. Raises `TypeError` for a class that is no declared element."""
    try:
        spec = _specs.get(cls)
    except TypeError:  # what has no hash is no class
        spec = None
    if spec is None:
        if not isinstance(cls, type):
            raise TypeError(f"expected a class that is declared with @element, found {brief(cls)}")
        spec = _specs[cls] = _compile(cls) if cls in _details else _extended(cls)
    return spec


def _extended(cls: type[Element]) -> Spec:
    """The declaration of the class that a class without a declaration extends."""
    base = next((base for base in getattr(cls, "__mro__", ()) if base in _details), None)
    if base is None:
        raise TypeError(f"{brief(cls)} is not a class declared with @element; expected one that is, or extends one")
    known = {field.name for field in attrs.fields(base)}
    if more := [field.name for field in attrs.fields(cls) if field.name not in known]:
        raise TypeError(f"{cls.__qualname__}.{more[0]}: no format has a place for it: declare the class with @element, or remove the field")
    try:
        check_comparison(cls)
    except Unsound as error:
        raise _unsound(cls, error, None) from None
    return spec_of(base)


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
    if parent.takes_markup(namespace, name):
        return parent.wildcard, None
    return None, spec


def typed_everywhere(name: object) -> type[Element] | None:
    """The class of an element of QTI that is read as this class wherever it is, also among markup; `None`: it may be markup."""
    known = _registry.get((QTI, name)) if isinstance(name, str) else None
    return known if known is not None and _details[known]["everywhere"] else None


def _compile(cls: type[Element], *, early: bool = False) -> Spec:
    """The declaration of a class. `early`: names that are not there yet are passed over."""
    fields: list[Field] = []
    owners = owners_of(cls)
    name = None
    try:
        for index, declared in enumerate(field for field in attrs.fields(cls) if field.name not in ("_extras", "_form")):
            name = declared.name
            check_attrs(declared)
            try:
                fields.append(_field(declared, _annotation(owners.get(name), name, early), index, early))
            except Unresolved as error:
                if not early:
                    raise Unsound(*error.args) from None
        name = None
        spec = Spec(cls=cls, fields=tuple(fields), **_details[cls])
        check_fields(spec, {_details[target]["name"] for field in spec.children for target in field.targets}, early=early)
    except Unsound as error:
        raise _unsound(cls, error, name) from None
    except TypeError as error:
        raise TypeError(f"{cls.__qualname__}.{name}: {error}") from None
    return spec


def _known() -> set[type]:
    """Every element, and every group that has one."""
    return {base for cls in _details for base in cls.__mro__ if issubclass(base, Element)}


def _unsound(cls: type, error: Unsound, field: str | None) -> TypeError:
    """The error for what is no declaration, with class and field."""
    message, field = error.args if len(error.args) > 1 else (*error.args, field)
    return TypeError(f"{cls.__qualname__}{f'.{field}' if field else ''}: {message}")


def _annotation(base: type | None, field: str, early: bool) -> Any:
    """The annotation of a field of that class. Early, only the names of its module count, and its own."""
    if base is None:
        raise Unsound("it has no annotation")
    if early:
        return annotation_of(base, field, lambda: [base])
    if (base, field) not in _resolved:
        _resolved[base, field] = annotation_of(base, field, _known)
    return _resolved[base, field]


def _field(declared: attrs.Attribute[Any], hint: Any, index: int, early: bool) -> Field:
    says = declared.metadata.get(METADATA, {})
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
        targets = tuple(dict.fromkeys(target for member in members if member is not Markup for target in _declared(member, early)))
        if not targets and not wildcard and not early:
            raise Unsound(f"no element is declared for {hint!r}")
    xml_name = None
    if kind is None:
        kind = Kind.ATTRIBUTE
        xml_name = says.get("xml_name", xml_name_of(declared.name))
    elif len(targets) == 1:
        xml_name = _details[targets[0]]["name"]
    required = declared.default is attrs.NOTHING and not optional
    check_field(declared, kind, scalar, optional=optional, is_list=is_list, many="minimum" in says, xml_name=xml_name)
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
        foreign=says.get("foreign", False),
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
    """The classes of a union, or the only class. Raises `Unsound` unless all are elements or markup."""
    members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    for member in members:
        if member is not Markup and not (isinstance(member, type) and issubclass(member, Element)):
            name = getattr(member, "__name__", None) or repr(member)
            raise Unsound(
                f"`{name}` is no element and no type of an attribute; expected element classes, `Markup`, `str`, `bool`, an enumeration"
                " or a type of `qtimodel.datatypes`"
            )
    return members


def _declared(cls: type[Element], early: bool) -> Iterator[type[Element]]:
    """The class itself when it is an element, otherwise every element of the group, in order of declaration."""
    if cls in _details:
        yield cls
        return
    if cls is Element:
        raise Unsound("`Element` would be every element, also those that are declared later: name the elements, or a group")
    if not early:
        _groups.add(cls)
    yield from (member for member in _details if issubclass(member, cls))


def effective(node: Element, name: str) -> Any:
    """The value of a field, or the specification's default where nothing is written.

    >>> from qtimodel import ItemSessionControl
    >>> control = ItemSessionControl()
    >>> control.allow_review is None, effective(control, "allow_review")
    (True, True)
    """
    if not isinstance(node, Element):
        raise TypeError(f"expected an element, found {brief(node)}")
    spec = spec_of(type(node))
    field = next((field for field in spec.fields if field.name == name), None)
    if field is None:
        raise AttributeError(f"expected a field of {spec.cls.__name__}, one of {', '.join(field.name for field in spec.fields)}; found {brief(name)}")
    value = getattr(node, field.name)
    if value is not None:
        return value
    default = field.default
    return list(default) if isinstance(default, list) else default
