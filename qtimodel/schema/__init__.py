"""JSON Schema of both JSON forms, derived from the declarations.

    schema.json_schema(AssessmentTest, form="content")      # JSON Schema 2020-12
    schema.json_schema(api.AssessmentTestRecord)            # what the API answers
    schema.openapi_components()                             # for an OpenAPI 3.1 document

The schemas describe what we write, and demand what `strict=True` demands. What a schema cannot say (that `_order` lists the children that are there,
that identifiers differ) it does not say; `structure` does. Numbers and booleans in the place of texts, and one child without its array, which reading
takes too, are no part of it.

Strategy: `content` makes the definitions of content JSON and `flat` those of the flat form, both from the `Spec` and from the tables that reading
and writing go by; `parts` holds what they share. Everything is made anew for each call, so callers may change it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from ..api import View
from ..api.body import SPEC
from ..api.record import AssessmentTestRecord
from ..arguments import check_choice
from ..spec import spec_of
from . import content, flat
from .error_bodies import ERROR_BODIES
from .parts import Definitions, description_of

__all__ = ["json_schema", "openapi_components"]

Form: TypeAlias = Literal["api", "content"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(cls: type[Any], *, form: Form = "api", view: View = "response") -> dict[str, Any]:
    """The JSON Schema (2020-12) of an element class, or of `AssessmentTestRecord`, in one of the two JSON forms.

    `form="api"`: the flat form; of an element that has none, its content JSON. `form="content"`: the document that `content.unstructure` writes.
    `view` is that of a record: `response`, what the API answers, or `create`, a body to send.

    Raises `TypeError` for a class that is no declared element, `ValueError` for a form or view that is not known.
    Source: fact sheets "API JSON" and "Content JSON"; the API's OpenAPI documents.

    >>> from qtimodel import AssessmentSection, Weight, schema
    >>> section = schema.json_schema(AssessmentSection)["$defs"]["Section"]
    >>> section["required"], section["properties"]["fixed"]
    (['identifier', 'title', 'visible'], {'type': 'boolean', 'default': False})
    >>> weight = schema.json_schema(Weight, form="content")["$defs"]["qti-weight"]
    >>> weight["properties"]["_attributes"]["properties"]
    {'identifier': {'$ref': '#/$defs/Identifier'}, 'value': {'$ref': '#/$defs/DoubleText'}}
    """
    check_choice("form", form, ("api", "content"))
    check_choice("view", view, ("response", "create"))
    definitions = Definitions("#/$defs/")
    if isinstance(cls, type) and issubclass(cls, AssessmentTestRecord):
        if form == "content":
            raise ValueError("a record has no content form of its own: ask for that of AssessmentTest")
        made = flat.record(definitions, SPEC, response=view == "response")
    else:
        spec = spec_of(cls)
        described = {"title": spec.cls.__name__, **description_of(spec.cls)}
        if form == "api" and spec.flat is not None:
            made = {**described, **flat.element(definitions, spec), "properties": content.around(definitions)}
        else:
            made = {**described, **content.document(definitions, spec)}
    return {"$schema": DIALECT, **made, "$defs": definitions.made()}


def openapi_components() -> dict[str, Any]:
    """The `components` of an OpenAPI 3.1 document: `schemas` of records, of everything in them, and of the bodies of errors.

    `AssessmentTest` is a record as the API answers it, `AssessmentTestRequest` a body to send; `Section`, `TestPart`, `ItemRef`, ... are flat
    forms, `qti-...` content JSON; errors are named by their status: `NotFound`.

    >>> from qtimodel import schema
    >>> list(schema.openapi_components()["schemas"])[:5]
    ['AssessmentTest', 'AssessmentTestRequest', 'BadRequest', 'NotFound', 'Conflict']
    """
    definitions = Definitions("#/components/schemas/")
    schemas = {
        "AssessmentTest": flat.record(definitions, SPEC, response=True),
        "AssessmentTestRequest": flat.record(definitions, SPEC, response=False),
        **{HTTPStatus(status).phrase.replace(" ", ""): flat.error(status) for status in ERROR_BODIES},
    }
    return {"schemas": schemas | definitions.made()}
