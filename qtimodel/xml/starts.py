"""Start tags to nodes, from the declarations.

Strategy: a value that cannot be read becomes `Invalid` and a problem, so reading goes on; how things were written goes into the form.
"""

from __future__ import annotations

from typing import Any, Protocol

from ..nodes import Element, Extras, Form, Invalid, Markup
from ..spec import Field, Kind, Spec
from .names import SCHEMA_LOCATIONS, Scope, ScopeError
from .shapes import Make, compile_shape, form_of_names, is_scoped

__all__ = ["Report", "compile_scoped", "is_declaration", "markup_node", "typed_node"]


class Report(Protocol):
    """Takes a problem of the current start tag."""

    def __call__(self, code: str, message: str, attribute: str | None = None) -> None:
        """Note it."""


def typed_node(spec: Spec, name: str, names: tuple[str, ...], attributes: list[str], scope: Scope, report: Report) -> Element:
    """A typed element, attribute by attribute. `names` and `attributes` are as written; `report` takes code, message and attribute."""
    values: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    lexical: dict[str, str] = {}
    fixed: dict[str, str] = {}
    for raw, value in zip(names, attributes[1::2], strict=True):
        field = spec.attribute_by_name.get(raw)
        if field is not None:
            try:
                typed = values[field.name] = field.parse(value)
                if field.write(typed) != value:
                    lexical[raw] = value
            except ValueError as error:
                values[field.name] = Invalid(value)
                report("value", f"`{raw}` of `{name}` is `{value[:80]}`; {error}", raw)
        else:
            keep(name, raw, value, scope, unknown, fixed)
    for field in spec.attributes:
        if field.required and field.name not in values:
            values[field.name] = Invalid(None)
            expected = field.scalar.expected if field.scalar else ""
            report("missing-attribute", f'`{name}` needs the attribute `{field.xml_name}`: add {field.xml_name}="...", {expected}')
    for field in spec.children:
        if field.required:
            values[field.name] = None  # until it is read; the end tag looks again
    prefix = name.partition(":")[0] if ":" in name else None
    if prefix is not None or lexical or fixed or any(map(is_scoped, names)):
        form: Form | None = Form(names, prefix, fixed or None, lexical or None)
    else:
        form = form_of_names(spec, names)
    return spec.cls(**values, extras=Extras(unknown) if unknown else None, form=form)


def markup_node(local: str, namespace: str | None, raw: str, names: tuple[str, ...], attributes: list[str], scope: Scope) -> Markup:
    """An untyped element."""
    prefix = raw.partition(":")[0] if ":" in raw else None
    if prefix is None and not any(map(is_scoped, names)):
        return Markup(name=local, namespace=namespace, attributes=dict(zip(names, attributes[1::2], strict=True)))
    kept: dict[str, str] = {}
    fixed: dict[str, str] = {}
    for name, value in zip(names, attributes[1::2], strict=True):
        keep(raw, name, value, scope, kept, fixed)
    return Markup(name=local, namespace=namespace, attributes=kept, form=Form(names, prefix, fixed or None))


def compile_scoped(spec: Spec | None, scope: Scope, name: str, names: tuple[str, ...]) -> Make:
    """The function for start tags `name` with attributes `names` in this scope. It does not put the node into its parent.

    The names must have been read once: what is wrong with them has been reported then.
    """
    raws = [raw for raw in names if spec is None or raw not in spec.attribute_by_name]
    keys = {raw: raw if is_declaration(raw) else scope.attribute(raw) for raw in raws}
    fixed = tuple(raw for raw in raws if is_declaration(raw) or keys[raw] in SCHEMA_LOCATIONS)
    prefix = name.partition(":")[0] if ":" in name else None
    if spec is not None:
        return compile_shape(spec, names, _ALONE, prefix, keys, fixed)
    namespace, local = scope.element(name)
    kept_at = [(keys[raw], 2 * index + 1) for index, raw in enumerate(names) if raw not in fixed]
    fixed_at = [(keys[raw], 2 * index + 1) for index, raw in enumerate(names) if raw in fixed]

    def make(texts: list[str], parent: object, trust: object) -> Markup:
        return Markup(
            name=local,
            namespace=namespace,
            attributes={key: texts[index] for key, index in kept_at},
            form=Form(names, prefix, {key: texts[index] for key, index in fixed_at} or None),
        )

    return make


_ALONE = Field("root", Kind.MIXED, 0)


def is_declaration(raw: str) -> bool:
    """Whether an attribute declares a namespace."""
    return raw == "xmlns" or raw.startswith("xmlns:")


def keep(element: str, raw: str, value: str, scope: Scope, kept: dict[str, str], fixed: dict[str, str]) -> None:
    """Put an attribute that is no field where it belongs: declarations and schema locations are how things are written, the rest is content."""
    if is_declaration(raw):
        fixed[raw] = value
        return
    key = scope.attribute(raw)
    if key in kept or key in fixed:
        raise ScopeError(f"`{raw}` is the same attribute as another one of `{element}` under a different prefix: remove one")
    (fixed if key in SCHEMA_LOCATIONS else kept)[key] = value
