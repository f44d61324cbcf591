"""Hot start tags, compiled.

Strategy: documents repeat themselves. 20,000 item references have the same attributes in the same order; that list of names is
the *shape* of a start tag. The interpreter in `reader` handles any shape. One that comes back often is compiled to a function that
only takes texts by position and accepts only canonical ones; for anything else it returns `None` and the interpreter decides.
So there is one place that knows problems and lexical forms, and a fast path that can only say yes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..datatypes import IDENTIFIER, NO_SPACE, full_match
from ..nodes import Element, Extras, Form, Markup
from ..spec import Field, Kind, Spec
from .compiled import compile_function

__all__ = ["HOT", "LONGEST", "MOST", "MarkupShapes", "Shapes", "compile_shape", "form_of_names", "is_scoped"]

Make = Callable[[list[str], Any, Callable[[str], None]], Element | Markup | None]

HOT = 12  # compiling costs about as much as interpreting a few dozen start tags
MOST = 256  # shapes kept per class: hostile input must not fill the memory
LONGEST = 64  # names in a shape
_XML_ATTRIBUTES = {"xml:lang", "xml:space", "xml:base", "xml:id"}  # their prefix means the same everywhere
WIDEST = 2_048  # characters of these names


class Shapes(dict[tuple[str, ...], Make]):
    """The compiled shapes of one class in one field of a parent, and how often each other shape was seen."""

    __slots__ = ("field", "seen", "spec")

    def __init__(self, spec: Spec, field: Field) -> None:
        super().__init__()
        self.spec, self.field = spec, field
        self.seen: dict[tuple[str, ...], int] = {}

    def count(self, names: tuple[str, ...]) -> bool:
        """Count a start tag of this shape that was interpreted; compile the shape when it is hot. Whether the names are kept."""
        if names in self or not is_kept(names):
            return False
        seen = self.seen[names] = self.seen.get(names, 0) + 1
        if seen >= HOT:
            self.seen.pop(names, None)
            if len(self) >= MOST:
                self.clear()
            self[names] = compile_shape(self.spec, names, self.field)
        elif len(self.seen) >= MOST:
            self.seen.clear()
        return seen == 1


class MarkupShapes(dict[tuple[str, ...], Make]):
    """The same for an untyped element: nothing to check, so one function serves every start tag whose names need no scope.

    With a prefix there is a function for each tuple of names, because the node keeps both in its form.
    """

    __slots__ = ("local", "make", "namespace", "place", "prefix")

    def __init__(self, name: str, namespace: str | None, place: Field) -> None:
        super().__init__()
        prefix, colon, local = name.rpartition(":")
        self.prefix, self.local, self.namespace, self.place = prefix if colon else None, local, namespace, place
        self.make = self.function(None)

    def function(self, form: Form | None) -> Make:
        """The function that makes a node with this form."""
        new, local, namespace = object.__new__, self.local, self.namespace

        def make(texts: list[str], parent: Any, trust: object) -> Element | Markup:
            node = new(Markup)
            node.name = local
            node.namespace = namespace
            node.attributes = dict(zip(texts[::2], texts[1::2], strict=True)) if texts else {}
            node.content = []
            node._extras = None
            node._form = form
            return node

        return make

    def count(self, names: tuple[str, ...]) -> bool:
        """Count a start tag with these names that was interpreted. Whether the names are kept."""
        if len(self) >= MOST or not is_kept(names):
            return False
        self[names] = self.make if self.prefix is None else self.function(Form(names, self.prefix))
        return True


def is_kept(names: tuple[str, ...]) -> bool:
    """Whether a shape may be kept: short, and without a prefix, whose meaning depends on the place."""
    return is_short(names) and not any(map(is_scoped, names))


def is_short(names: tuple[str, ...]) -> bool:
    """Whether the names of attributes are few and short enough to be kept."""
    return len(names) <= LONGEST and sum(map(len, names)) <= WIDEST


def is_scoped(name: str) -> bool:
    """Whether an attribute declares a namespace, or has a prefix whose meaning depends on the place."""
    return name == "xmlns" or (":" in name and name not in _XML_ATTRIBUTES)


def form_of_names(spec: Spec, names: tuple[str, ...]) -> Form | None:
    """The form of a start tag whose only speciality is the order of its attributes; `None` when they stand as declared."""
    declared = [name for name in spec.attribute_by_name if name in names]
    return None if declared == list(names[: len(declared)]) else Form(names)


def compile_shape(
    spec: Spec, names: tuple[str, ...], place: Field | None = None, prefix: str | None = None, keys: dict[str, str] | None = None, fixed: tuple[str, ...] = ()
) -> Make:
    """The function for start tags with these attributes. With `place`, it takes names and texts by turns and puts the node into this field of
    its parent; without, it takes texts alone, and text content is empty. `keys`: of attributes that are no fields; `fixed`: names of those that belong to
    the form.
    """
    scope: dict[str, Any] = {"new": object.__new__, "Class": spec.cls, "Extras": Extras, "form": form_of_names(spec, names)}
    lines: list[str] = []
    unknown: list[str] = []
    written: list[str] = []
    values: dict[str, str] = {}
    for index, name in enumerate(names):
        text = f"texts[{2 * index + 1 if place else index}]"
        field = spec.attribute_by_name.get(name)
        if field is None:
            (written if name in fixed else unknown).append(f"{(keys or {}).get(name, name)!r}: {text}")
        else:
            values[field.name] = _read_value(field, index, text, lines, scope)
    if any(field.required and field.name not in values for field in spec.attributes):
        return lambda texts, parent, trust: None
    single = place is not None and place.kind is Kind.CHILD
    if place is not None and single:
        lines.append(f"if parent.{place.name} is not None: return None")
    lines.append("node = new(Class)")
    lines += [f"node.{name} = {value}" for name, value in values.items()]
    absent = ["_extras"] * (not unknown)
    for field in spec.fields:
        if field.name not in values:
            initial = "''" if place is None and field.kind is Kind.TEXT else _INITIAL.get(field.kind)
            if initial is None:
                absent.append(field.name)
            else:
                lines.append(f"node.{field.name} = {initial}")
    if unknown:
        lines.append(f"node._extras = Extras({{{', '.join(unknown)}}})")
    if keys is not None:  # what a prefix means depends on the place, so the form keeps it
        scope |= {"Form": Form, "names": names, "prefix": prefix}
        lines.append(f"node._form = Form(names, prefix, {{{', '.join(written)}}} or None)")
    elif scope["form"] is None:
        absent.append("_form")
    else:
        lines.append("node._form = form")
    if absent:
        lines.append(" = ".join(f"node.{name}" for name in absent) + " = None")
    if place is not None and place.kind is not Kind.MIXED:
        lines.append(f"parent.{place.name} = node" if single else f"parent.{place.name}.append(node)")
    source = "\n    ".join(["def make(texts, parent, trust):", *lines, "return node"])
    return compile_function(source, "make", f"shape of {spec.name}", scope)


# Text collects pieces until the end tag.
_INITIAL = {Kind.CHILDREN: "[]", Kind.MIXED: "[]", Kind.TEXT: "[]"}


def _read_value(field: Field, index: int, text: str, lines: list[str], scope: dict[str, Any]) -> str:
    """Code that checks one canonical text; returns the expression of its value."""
    scalar = field.scalar
    assert scalar is not None
    value = f"v{index}"
    if scalar is IDENTIFIER and not field.is_list:  # checked at the end, all of them at once
        lines += [f"{value} = {text}", f"trust({value})"]
        return value
    if field.is_list:
        if scalar.token_regex is not None:
            scope[f"tokens{index}"] = full_match(scalar.token_regex)
            lines += [f"{value} = {text}", f"if tokens{index}({value}) is None: return None"]
            return f"{value}.split(' ')"
        lookup = scalar.lookup
        scope[f"lookup{index}"] = lookup
        lines += [f"{value} = [lookup{index}(item) for item in {text}.split(' ')]" if lookup else "return None", f"if None in {value}: return None"]
        return value
    if scalar.lookup is not None:
        scope[f"lookup{index}"] = scalar.lookup
        lines += [f"{value} = lookup{index}({text})", f"if {value} is None: return None"]
        return value
    if scalar.regex == NO_SPACE:  # the same question, asked faster
        lines += [f"{value} = {text}", f"if ' ' in {value} or '\\t' in {value} or '\\n' in {value} or '\\r' in {value}: return None"]
        return value
    if scalar.regex is not None:
        scope[f"match{index}"] = full_match(scalar.regex)
        lines += [f"{value} = {text}", f"if match{index}({value}) is None: return None"]
        return value
    return text
