"""The schema of content JSON, dialect `api`: what `qtimodel.content` writes.

Strategy: a definition for each element, under its XML name. What many elements share, such as the 64 expressions that an operator takes, is one
definition that they build on. A schema cannot resolve prefixes of namespaces, so a name without one means QTI's element, and a child whose name
has one may be anything; what stands in markup is markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..api.keys import canonical
from ..content.names import ATTRIBUTES, EPILOG, ORDER, PROLOG, TEXT
from ..nodes import QTI, Element
from ..spec import Field, Kind, Spec, spec_of
from .parts import Definitions, Schema, description_of, text_schema, value_schema

__all__ = ["around", "children", "document", "order", "unknown"]


def document(definitions: Definitions, spec: Spec) -> Schema:
    """The schema of a document with that root."""
    root = definitions.ref(spec.name, _element, spec)
    declared = {"type": "object", "properties": {"xmlns": {"type": "string", "const": spec.namespace}}, "required": ["xmlns"]}
    return {
        "type": "object",
        "properties": {
            spec.name: {**root, "type": "object", "properties": {ATTRIBUTES: declared}, "required": [ATTRIBUTES]},
            **around(definitions),
        },
        "patternProperties": {f"^[^:]+:{spec.name}$": markup(definitions)},
        "additionalProperties": False,
        "oneOf": [{"required": [spec.name]}, definitions.ref("Prefixed", _prefixed)],
    }


def around(definitions: Definitions) -> Schema:
    """The schemas of what stands before and after a root."""
    return {key: definitions.ref("Notes", _notes) for key in (PROLOG, EPILOG)}


def children(definitions: Definitions, field: Field, spec: Spec) -> Schema:
    """The schema of the children under one name: an array wherever there may be several."""
    one = definitions.ref(spec.name, _element, spec)
    return {"type": "array", "items": one} if field.kind is Kind.CHILDREN else one


def order(definitions: Definitions) -> Schema:
    """The schema of `_order`."""
    return definitions.ref("Order", _order)


def markup(definitions: Definitions) -> Schema:
    """The schema of an element that the model does not know."""
    return definitions.ref("Markup", _markup)


def unknown(definitions: Definitions) -> Schema:
    """The schema of the children under a name that says nothing."""
    return definitions.ref("Unknown", _unknown)


# -- typed elements --------------------------------------------------------------------------------------------------------


def _element(definitions: Definitions, spec: Spec) -> Schema:
    schema: Schema = {"title": spec.cls.__name__, **description_of(spec.cls), "type": "object"}
    attributes = _attributes(definitions, spec)
    needed = "required" in attributes
    if not needed and (spec.body is not None or not spec.may_hold):
        schema["type"] = ["object", "string"]
        if spec.body is None:  # where nothing may be, `""` says so
            schema["maxLength"] = 0
    properties: Schema = {ATTRIBUTES: attributes, TEXT: {"type": "string"} if spec.body is not None else False}
    wanted = []
    for field in spec.children:
        group = _group(field)
        if group is not None and "$ref" not in schema:
            schema |= definitions.ref(group, _members, field.targets, field.kind, field.required)
            continue
        own = {inner.name: inner for inner in map(spec_of, field.targets) if inner.namespace == QTI}
        properties |= {name: children(definitions, field, inner) for name, inner in own.items()}
        if field.required:
            wanted.append(_one_of(definitions, own))
    properties |= {str(field.xml_name): _number(definitions, field) for field in spec.json_numbers}
    schema["properties"] = properties | {ORDER: order(definitions)}
    if required := [ATTRIBUTES] * needed + list(spec.lists):
        schema["required"] = required
    if wanted:
        schema["allOf"] = wanted
    others = unknown(definitions) if spec.body is None or spec.body.kind is Kind.MIXED else False
    schema["unevaluatedProperties" if "$ref" in schema else "additionalProperties"] = others
    return schema


def _attributes(definitions: Definitions, spec: Spec) -> Schema:
    known: Schema = {}
    for name, field in spec.attribute_by_name.items():
        known[name] = text_schema(definitions, field)
        if field.default is not None and not field.json_number:
            known[name]["default"] = field.write(field.default)
    needed = [str(field.xml_name) for field in spec.attributes if field.required]
    parts: Schema = {"properties": known, "required": needed}
    return {"type": "object", **{keyword: part for keyword, part in parts.items() if part}, "additionalProperties": {"type": "string"}}


def _number(definitions: Definitions, field: Field) -> Schema:
    """A number beside the attributes. An unknown child may have that name too."""
    default = {"default": canonical(field, field.default)} if field.default is not None else {}
    return {"anyOf": [value_schema(definitions, field), *_one_or_several(definitions)], **default}


def _group(field: Field) -> str | None:
    """The name of the definition for the members of a group; `None`: the field is for some classes that have no group."""
    first, *others = field.targets or (Element,)
    shared = next(base for base in first.__mro__ if issubclass(base, Element) and all(issubclass(other, base) for other in others))
    if not others or shared is Element or shared in field.targets:
        return None
    return f"{'' if field.required or field.kind is Kind.CHILDREN else 'Optional'}{shared.__name__}{'s' if field.kind is Kind.CHILDREN else ''}"


def _members(definitions: Definitions, targets: tuple[type[Element], ...], kind: Kind, required: bool) -> Schema:
    """The part of a definition that is for the members of a group."""
    specs = list(map(spec_of, targets))
    refs = {spec.name: definitions.ref(spec.name, _element, spec) for spec in specs}
    properties: Schema = {name: {"type": "array", "items": ref} for name, ref in refs.items()} if kind is Kind.CHILDREN else {**refs}
    return {"properties": properties, **(_one_of(definitions, refs) if required else {})}


def _one_of(definitions: Definitions, names: Iterable[str]) -> Schema:
    """At least one of the names is there, or may be there with a prefix."""
    return {"anyOf": [*({"required": [name]} for name in names), definitions.ref("Prefixed", _prefixed)]}


# -- what is not typed -----------------------------------------------------------------------------------------------------


def _prefixed(_: Definitions) -> Schema:
    return {
        "description": "An object that has names with prefixes of namespaces, which a schema cannot resolve.",
        "not": {"propertyNames": {"pattern": "^[^:]+$"}},
    }


def _markup(definitions: Definitions) -> Schema:
    return {
        "title": "Markup",
        "description": "HTML, MathML, SSML and whatever the model does not know, with QTI's elements in it.",
        "type": ["object", "string"],
        "properties": {
            ATTRIBUTES: {"type": "object", "additionalProperties": {"type": "string"}},
            TEXT: {"type": "string"},
            ORDER: order(definitions),
        },
        "additionalProperties": unknown(definitions),
    }


def _unknown(definitions: Definitions) -> Schema:
    return {
        "description": "One or several elements of a name; or a number that stands beside the attributes of an element within markup.",
        "anyOf": [*_one_or_several(definitions), {"type": "number"}],
    }


def _one_or_several(definitions: Definitions) -> list[Schema]:
    return [markup(definitions), {"type": "array", "items": markup(definitions)}]


def _order(_: Definitions) -> Schema:
    name = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1}
    return {
        "title": "Order",
        "description": 'What an element holds, in document order: text, ["name"] for the next child of that key, comments and processing instructions.',
        "type": "array",
        "items": {"anyOf": [{"type": "string"}, name, *_notes_alone()]},
    }


def _notes(_: Definitions) -> Schema:
    return {
        "title": "Notes",
        "description": 'Comments and processing instructions around the root: ["!", comment] and ["?", target, data].',
        "type": "array",
        "items": {"anyOf": _notes_alone()},
    }


def _notes_alone() -> list[Schema]:
    return [
        {"type": "array", "prefixItems": [{"const": mark}, *({"type": "string"} for _ in range(texts))], "minItems": 1 + texts, "maxItems": 1 + texts}
        for mark, texts in (("!", 1), ("?", 2))
    ]
