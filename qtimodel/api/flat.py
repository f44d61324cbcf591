"""Content JSON (dialect `api`) of a flat element to its flat form: what `unflat` reads.

Strategy: the tree, lexical forms, prefixes, comments and order are content JSON's business; here its objects only change shape. Attributes
become keys, positions become `sequence`. What the keys cannot say stands in `_attributes` (unknown attributes, namespace declarations, the
exact text of an attribute that is not the canonical one, `null` for one that is shown but not written) and, for order and comments, in
`_order`. A key that begins with a colon is a child of the name behind it that has no key of its own.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from math import inf
from typing import Any

import attrs

from .. import stack
from ..content.feed import declarations_of
from ..content.names import ATTRIBUTES, EPILOG, ORDER, PROLOG, TEXT, Key, Keys, name_of_key
from ..errors import ModelError
from ..nodes import Element
from ..spec import Flat, Kind, Spec, child_of, spec_of
from ..walking import children
from ..xml.infoset import NEW_ROOT
from ..xml.names import ROOT, Scope
from .keys import CHILD, NAME, VALUE, Table, canonical, is_plain_text, json_value, name_in, table_of

__all__ = ["Show", "flat_nodes", "to_flat"]


@attrs.frozen(kw_only=True)
class Show:
    """How attributes that are not written are shown.

    `api_defaults`: by the API's default, otherwise by the specification's. `marks`: with a note that they are not written, so that the flat
    form alone says all. `requests`: with the attributes that only requests have.
    """

    api_defaults: bool = False
    marks: bool = True
    requests: bool = True


def to_flat(document: dict[str, Any], spec: Spec, show: Show, records: Iterator[dict[str, Any]] | None = None, position: int | None = None) -> dict[str, Any]:
    """The flat form of a document whose root is flat. `records`: what the API knows of each flat node, in document order; `position`: of the root.

    >>> from qtimodel import AssessmentItemRef, content
    >>> document = content.unstructure(AssessmentItemRef(identifier="i1", href="i1.xml", required=True))
    >>> to_flat(document, spec_of(AssessmentItemRef), Show())
    {'identifier': 'i1', 'href': 'i1.xml', 'required': True, '_attributes': {'xmlns': 'http://www.imsglobal.org/xsd/imsqtiasi_v3p0'}}
    """
    (name,) = (key for key in document if key not in (PROLOG, EPILOG))
    result = _Shower(show, records).element(name_of_key(name), document[name], spec, Keys(None, ROOT), position, root=True)
    return result | {key: document[key] for key in (PROLOG, EPILOG) if key in document}


def flat_nodes(node: Element, without: Container[int] = ()) -> Iterator[Element]:
    """A flat node and the flat ones in it, in document order; `without` are ids of nodes to pass over, with all in them."""
    yield node
    known = spec_of(type(node)).child_by_name
    for child in children(node):
        if isinstance(child, Element):
            spec = spec_of(type(child))
            if spec.flat is not None and (spec.namespace, spec.name) in known and id(child) not in without:
                yield from flat_nodes(child, without)


class Shown(dict[str, Any]):
    """The flat form of a node that was plain, in the place of its content JSON."""


class _Shower:
    """Shows one document."""

    def __init__(self, show: Show, records: Iterator[dict[str, Any]] | None) -> None:
        self.show, self.records = show, records

    def element(self, raw: str, value: Any, spec: Spec, around: Keys, position: int | None, *, root: bool = False) -> dict[str, Any]:
        """The flat form of an element; `around` is what names mean outside of it."""
        if stack.deep and stack.is_long():
            return stack.elsewhere(self.element, raw, value, spec, around, position, root=root)
        if value.__class__ is Shown:
            if position is not None:
                value[Flat.SEQUENCE] = position
            return dict(value)
        table = table_of(spec)
        record = next(self.records) if self.records is not None else {}
        texts, groups, order = _parts(value, spec)
        declarations = declarations_of(texts)
        keys = around.of(spec, around.scope.declare(declarations) if declarations else around.scope)
        found, order = self.children(groups, order, table, keys)
        attributes, others = self.attributes(texts, table)
        if root and (new := _without_new_root(others)) is not None:
            others = new
        if wrong := next((key for key in record if table.is_own(key) or key.startswith(CHILD) or table.child(key, keys)[0] is not None), None):
            raise ModelError(f"`{wrong}` in extras.record is a key of the flat form of `{spec.name}` itself: set the field")
        result: dict[str, Any] = {} if Flat.OTHER in table.flat.keys else dict(record)
        for key in table.flat.keys:
            if key == Flat.OTHER:
                result |= record
            elif key == Flat.SEQUENCE and position is not None:
                result[key] = position
            elif key in attributes:
                result[key] = attributes.pop(key)
            elif key in table.lists:
                result[key] = found.pop(key, [])
        result |= {key: attributes[key] for key in table.attributes if key in attributes}
        for key in table.lists:
            if key not in result:
                found.setdefault(key, [])
        for key in sorted(found, key=lambda key: table.rank(key, keys)):
            result[key] = found[key]
        if raw != name_in(spec, keys.scope if root else around.scope):
            result[NAME] = raw
        if others:
            result[ATTRIBUTES] = others
        if order:
            result[ORDER] = order
        return result

    def attributes(self, texts: dict[str, str], table: Table) -> tuple[dict[str, Any], dict[str, str | None]]:
        """The flat attributes, and what they cannot say."""
        flat: dict[str, Any] = {}
        others: dict[str, str | None] = {}
        for name, text in texts.items():
            field = table.spec.attribute_by_name.get(name)
            if field is None:
                others[name] = text
            elif self.show.requests or field.flat_name not in table.flat.requests:
                flat[field.flat_name], follows = json_value(field, text)
                if not follows:
                    others[name] = text
        for key, default in table.flat.shown.items():
            field = table.attributes[key]
            if key not in flat and not field.required:
                flat[key] = canonical(field, default if self.show.api_defaults else field.default)
                if self.show.marks:
                    others[str(field.xml_name)] = None
        return flat, others

    def children(self, groups: dict[str, list[Any]], order: list[Any], table: Table, keys: Keys) -> tuple[dict[str, Any], list[Any]]:
        """The children under their flat keys, and `_order` if they need it."""
        found: dict[str, list[Any]] = {}
        single: dict[str, bool] = {}
        entries: list[Any] = []
        places: list[tuple[str, float]] = []
        positions: dict[int, int] = {}
        waiting = {name: iter(values) for name, values in groups.items()}
        for entry in order or [[name] for name in keys.rebuilt(groups) for _ in groups[name]]:
            if isinstance(entry, str) or len(entry) > 1:
                entries.append(entry)
                continue
            raw = name_of_key(entry[0])
            value = next(waiting[raw])
            known = _resolved(raw, value, keys)
            field, spec = known.field, known.spec
            sequence = inf
            if field is not None:
                position = positions[field.index] = positions.get(field.index, 0) + 1
            if field is not None and spec is not None and spec.flat is not None:
                key = spec.name
                if table_of(spec).numbered:
                    sequence = position
                value = self.element(raw, value, spec, keys, position if sequence != inf else None)
            elif (
                field is not None
                and field.flat_values is not None
                and (plain := _plain_values(raw, value, *table.values[field.flat_values], keys.scope)) is not None
            ):
                key, value = field.flat_values, {VALUE: plain}
            elif field is None or known is not keys[raw]:
                key = f"{CHILD}{raw}"
            elif spec is not None and spec.name in table.names and raw == name_in(spec, keys.scope):
                key = spec.name
            else:
                key = f"{CHILD}{raw}" if table.is_own(raw) or raw in table.names else raw
            found.setdefault(key, []).append(value)
            single[key] = field is None or field.kind is not Kind.CHILDREN
            entries.append([key])
            places.append((key, sequence))
        rebuilt = [places[index][0] for index in table.sorted(places, keys)]
        if len(entries) == len(places) and rebuilt == [key for key, _ in places]:
            entries = []
        return {key: values[0] if single[key] and len(values) == 1 else values for key, values in found.items()}, entries


def _parts(value: Any, spec: Spec) -> tuple[dict[str, str], dict[str, list[Any]], list[Any]]:
    """Attributes, children by name and order of an element in content JSON."""
    if isinstance(value, str):
        return {}, {}, [value] if value else []
    texts = dict(value.get(ATTRIBUTES, {}))
    order = value.get(ORDER) or ([value[TEXT]] if TEXT in value else [])
    listed = {entry[0] for entry in order if isinstance(entry, list)}
    numbers = {str(field.xml_name) for field in spec.json_numbers if field.xml_name in value and field.xml_name not in listed}
    texts |= {name: str(value[name]) for name in numbers}
    groups = {
        name_of_key(key): item if isinstance(item, list) else [item]
        for key, item in value.items()
        if key not in (ATTRIBUTES, TEXT, ORDER) and key not in numbers
    }
    return texts, groups, order


def _resolved(raw: str, value: Any, keys: Keys) -> Key:
    """What a child is, also if it declares namespaces itself. Without that, it is the very entry of `keys`."""
    declarations = declarations_of(value[ATTRIBUTES]) if isinstance(value, dict) and ATTRIBUTES in value else []
    if not declarations:
        return keys[raw]
    field, spec = child_of(keys.spec, *keys.scope.declare(declarations).element(raw))
    known = keys[raw]
    return known if (field, spec) == (known.field, known.spec) else Key(known.rank, known.several, field, spec)


def _plain_values(raw: str, value: Any, spec: Spec, inner: Spec, scope: Scope) -> Any:
    """The text or texts of a child that holds nothing but plain values; `None`: it holds something else."""
    name = name_in(inner, scope)
    if raw != name_in(spec, scope) or not isinstance(value, dict) or list(value) != [name] or not is_plain_text(inner.body):
        return None
    values = value[name]
    if not isinstance(values, list) or not values or not all(isinstance(item, str) for item in values):
        return None
    return values[0] if len(values) == 1 else values


def _without_new_root(others: dict[str, str | None]) -> dict[str, str | None] | None:
    """What is left if the namespaces and the schema location are those that a new document gets; `None` if they are not."""
    fixed = dict(zip(NEW_ROOT.names, (NEW_ROOT.fixed or {}).values(), strict=True))
    declared = {name: text for name, text in others.items() if name.startswith("xmlns") or name.rpartition(":")[2] == "schemaLocation"}
    return {name: text for name, text in others.items() if name not in fixed} if declared == fixed else None
