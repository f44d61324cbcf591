"""The schema of API JSON: the flat form of elements, and the record of a test.

Strategy: the tables by which the flat form is read and written (`api.keys`) say which keys there are and what stands under them; the schema demands what
`strict=True` demands. What stands below the flat elements is content JSON.
"""

from __future__ import annotations

from copy import deepcopy

from ..api.keys import CHILD, NAME, VALUE, Table, canonical, table_of
from ..api.record import CONTENT, DERIVED, RAW_XML, RECORD, VALID, Key
from ..content.names import ATTRIBUTES, ORDER
from ..spec import Flat, Spec
from .content import around, children, document, order, unknown
from .error_bodies import ERROR_BODIES, KEYS
from .parts import Definitions, Schema, description_of, value_schema

__all__ = ["element", "error", "record"]


def element(definitions: Definitions, spec: Spec) -> Schema:
    """A reference to the flat form of an element. Its definition is called as the API calls it: `Section`."""
    return definitions.ref(spec.cls.__name__.removeprefix("Assessment"), _element, spec)


def _element(definitions: Definitions, spec: Spec) -> Schema:
    table = table_of(spec)
    return {
        "title": spec.cls.__name__,
        **description_of(spec.cls),
        "type": "object",
        "properties": _properties(definitions, table),
        "required": list(table.flat.needed),
        **_others(definitions),
    }


def _others(definitions: Definitions) -> Schema:
    """What stands under other keys: behind a colon children, otherwise what only the API knows."""
    return {"patternProperties": {f"^{CHILD}": unknown(definitions)}, "additionalProperties": True}


def _properties(definitions: Definitions, table: Table) -> Schema:
    """The keys of an element: first those that the API has, in its order."""
    known: Schema = {}
    for key, field in table.attributes.items():
        default = table.flat.shown.get(key, field.default)
        known[key] = value_schema(definitions, field) | ({"default": canonical(field, default)} if default is not None else {})
    if table.numbered:
        known[Flat.SEQUENCE] = {"description": "The place among the siblings, counted from 1.", "type": "integer", "exclusiveMinimum": 0}
    for name, (field, spec) in table.names.items():
        known[name] = {"type": "array", "items": element(definitions, spec)} if spec.flat is not None else children(definitions, field, spec)
    plain = ["string", "number", "boolean"]
    for key in table.values:
        value = {"type": [*plain, "array"], "items": {"type": plain}}
        known[key] = {"type": "object", "properties": {VALUE: value}, "required": [VALUE], "additionalProperties": False}
    known[NAME] = {"description": "The name in XML, where it has a prefix.", "type": "string"}
    known[ATTRIBUTES] = {
        "description": "Attributes that have no key, or another text than their key says; null: what the key says is not written.",
        "type": "object",
        "additionalProperties": {"type": ["string", "null"]},
    }
    known[ORDER] = order(definitions)
    return {key: known[key] for key in dict.fromkeys((*table.flat.keys, *known)) if key in known}


# -- records ---------------------------------------------------------------------------------------------------------------

_RECORD: dict[str, Schema] = {
    "qtiVersion": {"description": "The version of QTI.", "type": "string", "default": "3.0"},
    "timeLimit": {"description": "The time for the whole test, in seconds. Without it there is no limit.", "type": "number"},
    "maxAttempts": {"description": "How often the test may be taken. Without it there is no limit.", "type": "number"},
    "toolsEnabled": {"description": "Which tools candidates have.", "type": "object", "additionalProperties": {"type": "boolean"}},
    "metadata": {"description": "Whatever else is to be known of the test.", "type": "object", "additionalProperties": True},
    "createdAt": {"description": "When the test was created, in UTC.", "type": "string", "format": "date-time"},
    "updatedAt": {"description": "When the test was last changed, in UTC.", "type": "string", "format": "date-time"},
    "__v": {"description": "The version of the record, for optimistic concurrency.", "type": "integer", "minimum": 0},
    RAW_XML: {"description": "The test as XML, from which all other forms derive.", "type": "string"},
    VALID: {"description": "Whether the XML is valid by the schema of QTI.", "type": "boolean"},
}


def record(definitions: Definitions, spec: Spec, *, response: bool) -> Schema:
    """The schema of the record of a test: what the API answers, or a body that can be sent."""
    table = table_of(spec)
    tree = {key: schema for key, schema in _properties(definitions, table).items() if not response or key not in table.flat.requests}
    keys = [key for key in RECORD if response or key.sent]
    properties = {key: tree.pop(key) for key in table.flat.keys if key in table.attributes}
    properties |= _fields(keys, "head") | tree | around(definitions) | _fields(keys, "behind")
    needed = list(table.flat.needed)
    if response:
        properties |= {RAW_XML: dict(_RECORD[RAW_XML]), CONTENT: document(definitions, spec), **_fields(keys, "end"), VALID: dict(_RECORD[VALID])}
        needed += [*(key.name for key in keys if key.needed), *DERIVED]
    return {
        "title": spec.cls.__name__,
        "description": "A test as the API answers it." if response else "A test as it is sent to the API.",
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key in needed],
        **_others(definitions),
    }


def _fields(keys: list[Key], place: str) -> Schema:
    return {key.name: deepcopy(_RECORD[key.name]) for key in keys if key.place == place}


# -- errors ----------------------------------------------------------------------------------------------------------------


def error(status: int) -> Schema:
    """The schema of the body of an error."""
    body = ERROR_BODIES[status]
    return {
        "type": "object",
        "properties": {key: {"description": KEYS[key], "type": "string"} for key in (*body.needed, *body.optional)},
        "required": list(body.needed),
    }
