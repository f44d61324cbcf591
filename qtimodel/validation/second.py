"""The second engine: xmlschema, which is written in Python and knows nothing of libxml2.

Strategy: its errors name elements and attributes, so they become the same findings, and people read the same messages whichever engine judges.
Where the two engines read the standard differently, libxml2's verdict is taken: references to ids that do not exist are left to rules
beyond the schema, and text between elements is looked for here, because xmlschema lets it pass where wildcards are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lxml import etree

from .findings import Finding
from .grammar import Node, name_of

if TYPE_CHECKING:
    from .schemas import Schema

__all__ = ["compiled", "findings"]

_ATTRIBUTE = re.compile(r"attribute (\{[^}]*\}[^=\s]+|[^=\s]+)=")
_MISSING = re.compile(r"missing required attribute '([^']*)'")
_UNKNOWN = re.compile(r"'([^']*)' attribute not allowed|attribute '([^']*)' (?:is )?not allowed|unmapped prefix.*'([^']*)'")


def compiled(path: str) -> Any:
    """The compiled schema. Raises `ImportError` that says what to install."""
    try:
        import xmlschema
    except ImportError:
        raise ImportError("the engine xmlschema is not installed: pip install xmlschema, or use the engine libxml2") from None
    return xmlschema.XMLSchema(path, allow="local", defuse="never")


def findings(schema: Schema, root: Node) -> Iterator[Finding]:
    """What xmlschema finds in an element."""
    grammar = schema.grammar
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False)
    bare = etree.fromstring(etree.tostring(root, encoding="utf-8", with_tail=False), parser)  # it takes comments for children
    original = dict(zip(bare.iter("{*}*"), root.iter("{*}*"), strict=True))
    for error in schema.second.iter_errors(bare):
        reason = str(error.reason or error.message or "")
        element = error.elem if error.elem is not None else bare
        if "IDREF" in reason and "not found" in reason:
            continue
        kind, attribute = _kind(reason, error)
        if kind == "child":
            index = getattr(error, "index", None)
            element = next(iter(list(element)[index or 0 :]), element)
        yield Finding(kind, original[element], root, grammar, attribute)
    for element in root.iter("{*}*"):
        if _has_text(element):
            found = grammar.type_at(element, root)
            if found is not None and found.content in ("elements", "empty"):
                yield Finding("text", element, root, grammar)


def _kind(reason: str, error: Any) -> tuple[str, Any]:
    """Kind and attribute of an error."""
    if missing := _MISSING.search(reason):
        return "missing-attribute", name_of(missing[1])
    if unknown := _UNKNOWN.search(reason):
        return "attribute", name_of(next(filter(None, unknown.groups())))
    if found := _ATTRIBUTE.match(reason):
        return "value", name_of(found[1])
    if "is not an element of the schema" in reason:
        return "root", None
    if type(error).__name__ == "XMLSchemaChildrenValidationError":
        return ("missing-child" if getattr(error, "invalid_tag", None) is None else "child"), None
    if "character data" in reason:
        return "text", None
    if "simple content element" in reason or "not allowed for" in reason or "must be empty" in reason:
        return "child", None
    if "nillable" in reason or "xsi:nil" in reason:
        return "attribute", ("http://www.w3.org/2001/XMLSchema-instance", "nil")
    if "not found" in reason or "xsi:type" in reason:
        return "attribute", ("http://www.w3.org/2001/XMLSchema-instance", "type")
    return "value", None


def _has_text(element: Node) -> bool:
    return any(piece and piece.strip(" \t\r\n") for piece in (element.text, *(child.tail for child in element)))
