"""The API's answer to the question whether XML is valid.

Strategy: `qtimodel.validate` finds the problems; here they only take the shape of an answer.
"""

from __future__ import annotations

from typing import Any

from ... import xml
from ...content.taken import shown
from ...errors import ApiError, DocumentError, Issue
from ...json_text import show
from ...json_values import NotJson, copied
from ...walking import name_of
from .requests import object_of

__all__ = ["validate_xml"]

_ROOTS = {"test": "qti-assessment-test", "item": "qti-assessment-item", "stimulus": "qti-assessment-stimulus"}
_ERROR = "Invalid validation request"


def validate_xml(body: dict[str, Any]) -> dict[str, Any]:
    """`validateXml`: whether the XML of `{"schema": "test" or "item" or "stimulus", "xml": ..., "entityId": ...}` is valid, and why not.

    Raises `ApiError`: 400 for a body that is no such object, 404 for a schema that there is not.
    Source: fact sheet "API JSON", section 4.

    >>> from qtimodel import api
    >>> answer = api.validate_xml({"schema": "test", "xml": '<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"/>'})
    >>> answer["success"], answer["validationErrors"][0]
    ('false', 'the root is `qti-assessment-section`; the schema `test` expects `qti-assessment-test`')
    """
    given = object_of(body, _ERROR)
    schema, text = given.get("schema"), given.get("xml")
    if not isinstance(text, str):
        raise ApiError(400, _ERROR, f"`xml` is {shown(text)}; expected the XML as a text (at $['xml'])")
    try:
        entity = copied(given.get("entityId"), ("entityId",))
    except NotJson as problem:
        raise ApiError(400, _ERROR, f"`entityId` must be JSON: {problem.message} (at {show(problem.path)})") from None
    if not isinstance(schema, str) or schema not in _ROOTS:
        raise ApiError(404, "Schema not found", f"there is no schema {shown(schema)}; expected one of {', '.join(map(shown, _ROOTS))}")
    errors = _wrong_root(text, schema) + [str(issue) for issue in _issues(text)]
    message = f"the XML is not valid: {len(errors)} problems" if errors else "the XML is valid"
    return {"success": "false" if errors else "true", "entityId": entity, "xmlContent": text, "validationErrors": errors, "message": message}


def _issues(text: str) -> list[Issue]:
    """What is wrong. Text that is no XML would be taken for JSON or for a path."""
    from ...validation import validate  # brings lxml

    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return [Issue(code="syntax", message="not well-formed XML: it does not begin with `<`", line=1, column=1)]
    return validate(text)


def _wrong_root(text: str, schema: str) -> list[str]:
    """Whether the document is another one than the schema is for; what cannot be read is told elsewhere."""
    try:
        root = name_of(xml.loads(text, recover=True).tree)
    except DocumentError:
        return []
    return [] if root == _ROOTS[schema] else [f"the root is `{root}`; the schema `{schema}` expects `{_ROOTS[schema]}`"]
