"""Trees at random, drawn from the declarations.

Strategy: `_Maker` walks the declarations and draws what they leave open. It names no element: attributes, children, mixtures and
alternatives come from the `Spec`, values from the table in `values`. The only knowledge beside the declarations is `HTML`, a small
part of what the schema allows in bodies, because to our model all of that is markup.

The number of elements is a budget that a parent divides among its children, so trees are bounded however the declarations recurse.
What must agree across a tree (unique ids, references to them) is settled by the maker when all is drawn.

The trees are in *normal form*, which is what reading gives: no empty text, no two texts in a row, no NaN (it does not equal itself),
and in mixed content comments stand in the content, not in `extras.before`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..datatypes import Scalar
from ..nodes import MATHML, QTI, XINCLUDE, Comment, Content, Element, Form, Markup, Node, ProcessingInstruction
from ..spec import Attributes, Field, Kind, Spec, element_class, element_classes, spec_of
from .values import ATTRIBUTE_TEXT, COMMENT_TEXT, INSTRUCTION_TEXT, TEXT, lexical_forms, values_of

__all__ = ["markup", "minimal", "trees"]

_T = TypeVar("_T", bound=Element)
_N = TypeVar("_N", bound=Node)
Name = tuple[str | None, str]

SSML = "http://www.w3.org/2001/10/synthesis"
VENDOR = "urn:example:vendor"

# -- what may stand in bodies ------------------------------------------------------------------------------------------------


@attrs.frozen
class _Html:
    """Part of what the schema says of an element: attributes it needs, children it may have, and whether text may stand among them."""

    children: tuple[Name, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    mixed: bool = True
    wildcard: bool = True


_INLINE: tuple[Name, ...] = (
    *((QTI, name) for name in ("em", "span", "a", "img", "br", "sub")),
    (QTI, "qti-printed-variable"),
    (XINCLUDE, "include"),
    (MATHML, "math"),
)
_FLOW: tuple[Name, ...] = (*((QTI, name) for name in ("p", "div", "ul")), *_INLINE)
_BODIES: dict[str, tuple[Name, ...]] = {
    # Printed variables stand only further down; `qti-html-content` has no includes.
    QTI: (*((QTI, name) for name in ("p", "div", "ul", "em", "a", "br")), (MATHML, "math")),
    XINCLUDE: ((XINCLUDE, "fallback"),),
}
HTML: dict[Name, _Html] = {
    **{(QTI, name): _Html(_INLINE) for name in ("p", "em", "span", "sub")},
    (QTI, "a"): _Html(((QTI, "em"), (QTI, "img")), attributes=(("href", "a.xml"),)),
    (QTI, "br"): _Html(mixed=False),
    (QTI, "img"): _Html(attributes=(("src", "a.png"), ("alt", "")), mixed=False),
    (QTI, "div"): _Html(_FLOW),
    (QTI, "ul"): _Html(((QTI, "li"),), mixed=False),
    (QTI, "li"): _Html(_FLOW),
    (MATHML, "math"): _Html(((MATHML, "mi"), (MATHML, "mrow")), mixed=False, wildcard=False),
    (MATHML, "mrow"): _Html(((MATHML, "mi"),), mixed=False, wildcard=False),
    (MATHML, "mi"): _Html(wildcard=False),
    (XINCLUDE, "fallback"): _Html(((QTI, "p"), (XINCLUDE, "include")), wildcard=False),
}

# -- what may stand anywhere when nothing has to be valid ----------------------------------------------------------------------

_NAMESPACES = (QTI, None, VENDOR, MATHML, SSML, XINCLUDE, "urn:example:other")
_NAMES = ("p", "b", "x", "qti-unknown", "qti-assessment-item", "_", "a.b-c", "\u00e9", "math", "identifier")
_ATTRIBUTES = ("data-x", "foo", "xml:lang", f"{{{VENDOR}}}a", "xml:base")
_ANY_ATTRIBUTES = (
    *_ATTRIBUTES, "identifier", "href", "navigation-mod", "data-X_1", "xml:space", "xml:id", "type", f"{{{VENDOR}}}identifier", "{urn:example:other}a",
    f"{{{QTI}}}identifier", "{http://www.w3.org/2001/XMLSchema-instance}type", "\u00e9",
)  # fmt: skip


# Making a strategy costs more than drawing from it.


@cache
def _one(choices: tuple[Any, ...]) -> SearchStrategy[Any]:
    return st.sampled_from(choices)


@cache
def _some(choices: tuple[Any, ...], most: int) -> SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(choices), max_size=most) if choices else st.just([])


@cache
def _up_to(most: int) -> SearchStrategy[int]:
    return st.integers(0, most)


@cache
def _targets(field: Field, levels: int) -> SearchStrategy[type[Element]]:
    """What a field may hold, if there are no more than so many levels below it, or the lowest."""
    levels = max(levels, min(map(_least_height, field.targets)))
    return st.sampled_from([target for target in field.targets if _least_height(target) <= levels])


_heights: dict[type[Element], int] = {}


def _least_height(cls: type[Element]) -> int:
    """How many levels of required children an element has at least. Raises `TypeError` if it needs itself, so that none can be built."""
    while cls not in _heights:
        known = len(_heights)
        for other in element_classes():
            required = [field for field in spec_of(other).children if field.minimum]
            needed = [[0] * field.wildcard + [_heights[target] for target in field.targets if target in _heights] for field in required]
            if other not in _heights and all(needed):
                _heights[other] = 1 + max(map(min, needed), default=0)
        if len(_heights) == known:
            raise TypeError(f"{cls.__qualname__} needs a {cls.__qualname__} in it, so that none can be built: make one of its children optional")
    return _heights[cls]


@attrs.frozen
class _Plan:
    """What of a declaration is needed at each draw, worked out once."""

    spec: Spec
    some_attributes: SearchStrategy[list[Field]]
    some_children: SearchStrategy[list[Field]]
    others: tuple[str, ...]


_plans: dict[tuple[type[Element], bool], _Plan] = {}


def _plan_of(cls: type[Element], valid: bool) -> _Plan:
    plan = _plans.get((cls, valid))
    if plan is None:
        spec = spec_of(cls)
        optional = tuple(field for field in spec.attributes if not field.required)
        allowed = {Attributes.NONE: (), Attributes.ANY: _ATTRIBUTES, Attributes.FOREIGN: ("xml:lang", "xml:base")}[spec.extra_attributes]
        others = tuple(name for name in (allowed if valid else _ANY_ATTRIBUTES) if name not in spec.attribute_by_name)
        plan = _plans[cls, valid] = _Plan(spec, _some(optional, 4), _some(spec.children, 6), others)
    return plan


# What a node gets besides its fields. Most nodes of real documents have nothing of it.
_SPECIAL = ("attribute", "order", "lexical", "before", "trailing", "prefix")
_NOTES = st.one_of(COMMENT_TEXT.map(Comment), st.builds(ProcessingInstruction, st.sampled_from(["t", "xml-stylesheet", "_", "\u00e9"]), INSTRUCTION_TEXT))


class _Maker:
    """One tree in the making."""

    def __init__(self, draw: DrawFn, *, valid: bool) -> None:
        self.draw, self.valid = draw, valid
        self.ids: list[str] = []
        self.references: list[tuple[Element, Field]] = []

    # -- typed elements --------------------------------------------------------------------------------------------------------

    def element(self, cls: type[_T], budget: int, *, mixed: bool = False) -> _T:
        """An element of that class with about `budget` others in it. `mixed`: it stands in mixed content."""
        draw, plan = self.draw, _plan_of(cls, self.valid)
        spec = plan.spec
        special = draw(_some(_SPECIAL, 2))
        chosen = dict.fromkeys(draw(plan.some_attributes))
        fields = {field.name: self.value(spec, field) for field in spec.attributes if field.required or field in chosen}
        if spec.body is None:
            fields.update(self.children(plan, budget))
        elif spec.body.kind is Kind.TEXT:
            fields[spec.body.name] = self.value(spec, spec.body)
        else:
            fields[spec.body.name] = self.body(spec, budget)
        node = cls(**fields)
        self.references += [(node, field) for field in chosen if self.valid and _is(field.scalar, "IDREF")]
        for name in draw(_some(plan.others, 2)) if "attribute" in special else ():
            node.extras.attributes[name] = self.attribute(name)
        if "before" in special and not mixed:
            node.extras.before[:] = self.notes(None)
        if "trailing" in special and spec.body is None:
            node.extras.trailing[:] = self.notes(spec)
        for field in spec.children:
            for child in self.listed(getattr(node, field.name)) if not self.valid else ():
                if draw(_up_to(9)) == 9:
                    child.extras.before[:] = self.notes(spec)
        node._form = self.form(node, spec, special)
        return node

    @staticmethod
    def listed(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [] if value is None else [value]

    def value(self, spec: Spec, field: Field) -> Any:
        """A value of an attribute or a text."""
        values = values_of(spec.name, field)
        value = self.draw(values.valid if self.valid else values.any)
        if self.valid and _is(field.scalar, "ID"):
            value = self.unique(value)
        return value

    def unique(self, name: str) -> str:
        """An id that the tree does not have yet."""
        name = name if name not in self.ids else f"{name}.{len(self.ids)}"
        self.ids.append(name)
        return name

    def children(self, plan: _Plan, budget: int) -> dict[str, Any]:
        """The children of an element, each field with as many as it may have."""
        counts = Counter(self.draw(plan.some_children)[: max(budget, 0)])
        if self.valid and plan.spec.alternatives:
            # The first one drawn decides which alternative it is.
            groups = {name: group for group in plan.spec.alternatives for name in group}
            first = next((groups[field.name] for field in counts if field.name in groups), ())
            counts = Counter({field: count for field, count in counts.items() if field.name not in groups or field.name in first})
        numbers = {field: _bounded(counts[field], field, valid=self.valid) for field in plan.spec.children}
        share = (budget - sum(numbers.values())) // max(1, sum(numbers.values()))
        fields: dict[str, Any] = {}
        for field, number in numbers.items():
            made = [self.child(field, share) for _ in range(number)]
            if field.kind is Kind.CHILDREN:
                fields[field.name] = made
            elif made or field.required:
                fields[field.name] = made[0]
        return fields

    def child(self, field: Field, budget: int) -> Any:
        """Any of the elements that a field may hold, or markup where it may hold that."""
        if field.wildcard and not (bool(field.targets) and self.draw(st.booleans())):
            return self.foreign(budget)
        return self.element(self.draw(_targets(field, max(0, min(budget, 6)))), budget)

    def form(self, node: Element, spec: Spec, special: list[str]) -> Form | None:
        """How the node was written: order of attributes, lexical forms, prefix."""
        draw = self.draw
        names = [name for name, field in spec.attribute_by_name.items() if getattr(node, field.name) is not None]
        names += [name for name in (node._extras.attributes if node._extras else ()) if not name.startswith("{")]
        lexical: dict[str, str] = {}
        content: tuple[Content, ...] | None = None
        if "lexical" in special:
            for name, field in spec.attribute_by_name.items():
                # References get their value later.
                if getattr(node, field.name) is not None and not _is(field.scalar, "IDREF") and (forms := lexical_forms(field, getattr(node, field.name))):
                    lexical[name] = draw(st.sampled_from(forms))
            if spec.body is not None and spec.body.kind is Kind.TEXT:
                content = self.pieces(spec.body, getattr(node, spec.body.name))
        if "order" in special:
            names = draw(st.permutations(names))
        elif not lexical and content is None and "prefix" not in special:
            return None
        prefix = draw(_one(("q", "qti", "a"))) if "prefix" in special else None
        return Form(tuple(names), prefix, {f"xmlns:{prefix}": spec.namespace} if prefix else None, lexical or None, content)

    def pieces(self, field: Field, value: Any) -> tuple[Content, ...]:
        """A text as a comment or processing instruction divides it, perhaps in another lexical form."""
        text = self.draw(st.sampled_from([field.write(value), *lexical_forms(field, value)]))
        at = self.draw(_up_to(len(text)))
        return tuple(piece for piece in (text[:at], self.draw(_NOTES), text[at:]) if piece != "")

    def settle(self) -> None:
        """Make every reference lead somewhere, or take it away."""
        for node, field in self.references:
            target = self.draw(st.sampled_from(self.ids)) if self.ids else None
            setattr(node, field.name, target if target is None or not field.is_list else [target])

    # -- around elements ---------------------------------------------------------------------------------------------------------

    def attribute(self, name: str) -> str:
        """The text of an attribute that no declaration knows; those of `xml:` have global declarations."""
        if name in ("xml:lang", "xml:base", "xml:space", "xml:id"):
            return {"xml:lang": "en", "xml:base": "a/", "xml:space": "preserve", "xml:id": "a"}[name]
        return self.draw(ATTRIBUTE_TEXT)

    def notes(self, parent: Spec | None) -> list[Content]:
        """Comments and processing instructions; below a parent and when validity does not matter, unknown elements too."""
        notes: list[Content] = []
        for _ in range(1 + self.draw(_up_to(1))):
            if parent is not None and not self.valid and (parent.wildcard is None or parent.wildcard.foreign) and self.draw(_up_to(1)):
                # Where a field takes elements of other namespaces, only those of QTI's can be unknown.
                notes.append(self.markup(2, namespace=QTI if parent.wildcard else self.draw(_one(_NAMESPACES)), mixed=False))
            else:
                notes.append(self.draw(_NOTES))
        return notes

    # -- bodies and markup ---------------------------------------------------------------------------------------------------------

    def body(self, spec: Spec, budget: int) -> list[Content]:
        """Mixed content of a typed element."""
        return self.content(_BODIES.get(spec.namespace, ()), budget, mixed=True) if self.valid else self.anything(budget)

    def content(self, names: tuple[Name, ...], budget: int, *, mixed: bool) -> list[Content]:
        """Valid content: text if it may stand here, and elements of these names."""

        def child(budget: int) -> Content:
            namespace, name = self.draw(_one(names))
            cls = element_class(name, namespace)
            if cls is not None and spec_of(cls).everywhere:
                return self.element(cls, budget, mixed=True)
            return self.html(name, namespace, budget)

        return self.mixture(budget, TEXT if mixed else _one((" ", "\n  ")), child if names else None, text=mixed or bool(names))

    def anything(self, budget: int) -> list[Content]:
        """Content that the classes can hold, valid or not."""

        def child(budget: int) -> Content:
            if self.draw(_up_to(1)):
                cls: type[Element] = self.draw(_one(_anywhere()))
                return self.element(cls, budget, mixed=True)
            return self.markup(budget, namespace=self.draw(_one(_NAMESPACES)), mixed=True)

        return self.mixture(budget, TEXT, child, text=True)

    def mixture(self, budget: int, texts: SearchStrategy[str], child: Callable[[int], Content] | None, *, text: bool) -> list[Content]:
        """Pieces in a row, no two texts side by side."""
        kinds = ("note",) + ("text",) * text + ("child",) * (child is not None and budget > 0)
        chosen = self.draw(_some(kinds, 5))
        share = (budget - len(chosen)) // max(1, len(chosen))
        content: list[Content] = []
        for kind in chosen:
            if kind == "child" and child is not None:
                content.append(child(share))
            elif kind == "note":
                content.append(self.draw(_NOTES))
            elif not (content and isinstance(content[-1], str)):
                content.append(self.draw(texts))
        return content

    def html(self, name: str, namespace: str | None, budget: int) -> Markup:
        """Valid markup."""
        row = HTML[namespace, name]
        attributes = dict(row.attributes)
        if row.wildcard:
            for extra in self.draw(_some(("class", "id", *_ATTRIBUTES), 2)):
                attributes[extra] = self.unique("h") if extra == "id" else self.attribute(extra)
        content = self.content(row.children, budget, mixed=row.mixed)
        return Markup(name=name, namespace=namespace, attributes=attributes, content=content, form=self.markup_form(attributes))

    def foreign(self, budget: int) -> Markup:
        """An element where any element of another namespace may stand."""
        namespace = VENDOR if self.valid else self.draw(_one(_NAMESPACES[1:]))
        if not self.valid:
            return self.markup(budget, namespace=namespace, mixed=False)
        content = self.mixture(budget, TEXT, self.foreign, text=True)
        attributes = {name: self.attribute(name) for name in self.draw(_some(_ATTRIBUTES, 2))}
        return Markup(name=self.draw(_one(("x", "y"))), namespace=namespace, attributes=attributes, content=content)

    def markup(self, budget: int, *, namespace: str | None, mixed: bool) -> Markup:
        """Any markup, but of no name that would make it typed where it stands."""
        names = _NAMES + _elsewhere() if mixed and namespace == QTI else _NAMES
        attributes = {name: self.attribute(name) for name in self.draw(_some(_ANY_ATTRIBUTES, 2))}
        content = self.anything(budget)
        name = self.draw(_one(names))
        return Markup(name=name, namespace=namespace, attributes=attributes, content=content, form=self.markup_form(attributes, namespace))

    def markup_form(self, attributes: dict[str, str], namespace: str | None = None) -> Form | None:
        """Now and then an order of attributes, a declaration that nobody needs, or a prefix."""
        kind = self.draw(_up_to(7))
        if kind == 7:
            return Form(tuple(self.draw(st.permutations([name for name in attributes if not name.startswith("{")]))))
        if kind == 6:
            return Form(fixed={"xmlns:unused": VENDOR})
        return Form(prefix="m", fixed={"xmlns:m": namespace}) if kind == 5 and namespace else None


@cache
def _anywhere() -> tuple[type[Element], ...]:
    return tuple(cls for cls in element_classes() if spec_of(cls).everywhere)


@cache
def _elsewhere() -> tuple[str, ...]:
    """Names that are typed only where a parent says so: in mixed content they are markup."""
    return tuple(spec.name for spec in map(spec_of, element_classes()) if not spec.everywhere and spec.namespace == QTI)


def _is(scalar: Scalar | None, xsd: str) -> bool:
    return scalar is not None and scalar.xsd == xsd


def _bounded(count: int, field: Field, *, valid: bool) -> int:
    """How many children a field gets. A list that should not be empty may be when nothing has to be valid."""
    if field.kind is Kind.CHILD:
        return max(int(field.required), min(count, 1))
    return count if not valid else max(field.minimum, count if field.maximum is None else min(count, field.maximum))


# -- public ----------------------------------------------------------------------------------------------------------------------


def trees(cls: type[_T], *, valid: bool = True, size: int = 20) -> SearchStrategy[_T]:
    """Trees of an element class, with comments, unknown attributes, odd lexical forms and whatever else documents have.

    With `valid=True` they are valid against the official schema, wherever their root may stand; ids are unique within a tree. With
    `valid=False` they are anything that the classes can hold and XML can carry without loss: unknown attributes and elements,
    missing children, several alternatives at once. `size` is about how many elements a tree has at most.

    >>> from hypothesis import find
    >>> from qtimodel import Weight
    >>> find(trees(Weight), lambda weight: weight.value > 1).value > 1
    True
    """
    spec_of(cls)  # a wrong class is an error here, not at the first draw
    return _trees(cls, valid, size)


@st.composite
def _trees(draw: DrawFn, cls: type[_T], valid: bool, size: int) -> _T:
    maker = _Maker(draw, valid=valid)
    tree = maker.element(cls, size)
    maker.settle()
    return _as_root(draw, tree)


def _as_root(draw: DrawFn, tree: _N) -> _N:
    """Comments around a root, sometimes."""
    around = draw(_up_to(7))
    if around & 4:
        tree.extras.before[:] = draw(st.lists(_NOTES, max_size=around & 1))
        tree.extras.after[:] = draw(st.lists(_NOTES, max_size=around & 2))
    return tree


@st.composite
def markup(draw: DrawFn, *, size: int = 12) -> Markup:
    """Documents of an unknown root: markup of any kind with typed elements in it. Not valid against any schema."""
    maker = _Maker(draw, valid=False)
    return _as_root(draw, maker.markup(size, namespace=draw(_one(_NAMESPACES)), mixed=False))


def minimal(cls: type[_T]) -> _T:
    """The smallest valid tree of a class: what is required, with the simplest values.

    >>> from qtimodel import PreCondition
    >>> minimal(PreCondition)
    PreCondition(expression=Null())
    """
    spec = spec_of(cls)
    fields: dict[str, Any] = {field.name: values_of(spec.name, field).example for field in spec.attributes if field.required}
    for field in spec.children:
        if field.minimum:
            needed = min(field.targets, key=_least_height) if field.targets else None
            made: list[Any] = [minimal(needed) if needed else Markup(name="x", namespace=VENDOR) for _ in range(field.minimum)]
            fields[field.name] = made if field.kind is Kind.CHILDREN else made[0]
    return cls(**fields)
