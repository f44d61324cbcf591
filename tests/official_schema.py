"""The official XSD as plain data, read with nothing but lxml.

Strategy: only what the schemas at hand use is understood; anything else raises `Unknown`, so nothing is passed over in silence.
Names are (namespace, local name). Types become nested tuples that can be compared:

    "NCName"                                        a built-in, or a type with a pattern, by its name
    ("list", item), ("union", member, ...), ("enumeration", base, values), ("minimum", base, text)

and so does content:

    ("element", name, least, most), ("any", namespace, least, most), ("sequence" | "choice", children, least, most)

where `most` is `None` for unbounded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeAlias

import attrs
from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
XML = "http://www.w3.org/XML/1998/namespace"

Name: TypeAlias = tuple[str | None, str]
Type: TypeAlias = Any  # nested tuples, see above
Particle: TypeAlias = tuple[Any, ...]


class Unknown(Exception):
    """The schema uses something that this reader does not know."""


@attrs.frozen
class Attribute:
    """`default` is the text in the schema."""

    type: Type
    required: bool
    default: str | None
    declaration: etree._Element = attrs.field(eq=False, repr=False)


@attrs.frozen
class ComplexType:
    """`wildcard`: the namespaces of other attributes, `##any` or `##other`. `text`: the type of a text-only element."""

    name: str
    attributes: dict[str, Attribute]
    wildcard: str | None
    particle: Particle | None
    mixed: bool
    text: Type | None
    text_base: str | None = None


class Schema:
    """One schema document, with those that it imports."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = etree.parse(path).getroot()
        self.namespace = self.root.get("targetNamespace")
        self.qualified = self.root.get("elementFormDefault") == "qualified"
        self._named = {(_kind(child), child.get("name")): child for child in _children(self.root)}

    @cached_property
    def _imports(self) -> dict[str, Schema]:
        imports = (child for child in _children(self.root) if _kind(child) == "import")
        return {child.get("namespace", ""): schema_at(self.path.parent / child.get("schemaLocation", "")) for child in imports}

    def find(self, kind: str, reference: str) -> tuple[Schema, etree._Element]:
        """The global component that a QName of this document refers to, and the schema that has it."""
        namespace, local = self._expand(reference)
        schema = self if namespace == self.namespace else self._imports[namespace or ""]
        return schema, schema._named[kind, local]

    def _expand(self, reference: str) -> Name:
        prefix, _, local = reference.rpartition(":")
        return XML if prefix == "xml" else self.root.nsmap[prefix or None], local

    # -- elements --------------------------------------------------------------------------------------------------------------

    @cached_property
    def global_elements(self) -> dict[Name, str]:
        """The type of each element that can be a root."""
        return {(self.namespace, name or ""): element.get("type", "") for (kind, name), element in self._named.items() if kind == "element"}

    def reachable(self, start: Name) -> dict[Name, set[str]]:
        """Every element from `start` on, with the names of its types. Mixed content and other namespaces are not entered."""
        found: dict[Name, set[str]] = {}
        waiting = [(start, self.global_elements[start])]
        while waiting:
            name, type_name = waiting.pop()
            if type_name in found.setdefault(name, set()):
                continue
            found[name].add(type_name)
            if name[0] == self.namespace and not self.complex_type(type_name).mixed:
                waiting += self._elements_of(self._named["complexType", type_name])
        return found

    def _elements_of(self, declaration: etree._Element) -> list[tuple[Name, str]]:
        found = [(self._element_name(child), self._element_type(child)) for child in declaration.iter(f"{XS}element")]
        for extension in declaration.iter(f"{XS}extension"):
            base = self._named.get(("complexType", extension.get("base")))
            found += self._elements_of(base) if base is not None else []
        return found

    def _element_name(self, declaration: etree._Element) -> Name:
        if reference := declaration.get("ref"):
            return self._expand(reference)
        return self.namespace if self.qualified else None, declaration.get("name", "")

    def _element_type(self, declaration: etree._Element) -> str:
        if reference := declaration.get("ref"):
            declaration = self.find("element", reference)[1]
        return declaration.get("type", "").rpartition(":")[2]

    # -- complex types ---------------------------------------------------------------------------------------------------------

    @cache  # noqa: B019 - a handful of schemas, for as long as the tests run
    def complex_type(self, name: str) -> ComplexType:
        """A complex type, with everything that it inherits."""
        declaration = self._named["complexType", name]
        mixed = declaration.get("mixed") == "true"
        derivation = next((child for child in _children(declaration) if _kind(child) in ("complexContent", "simpleContent")), None)
        if derivation is None:
            return self._complex_type(name, declaration, mixed, None)
        (step,) = _children(derivation)
        base = step.get("base", "")
        if _kind(step) == "restriction":
            if base != "xs:anyType":
                raise Unknown(f"restriction of {base}")
            return self._complex_type(name, step, mixed, None)
        if _kind(derivation) == "simpleContent":
            return attrs.evolve(self._complex_type(name, step, mixed, None), text=self.simple_type(base), text_base=base)
        return self._complex_type(name, step, mixed, self.complex_type(base))

    def _complex_type(self, name: str, body: etree._Element, mixed: bool, base: ComplexType | None) -> ComplexType:
        attributes = dict(base.attributes) if base else {}
        wildcard = base.wildcard if base else None
        particle = base.particle if base else None
        for child in _children(body):
            kind = _kind(child)
            if kind == "attribute":
                own, attribute = self._attribute(child)
                attributes[own] = attribute
            elif kind in ("attributeGroup", "anyAttribute"):
                wildcard = self._wildcard(child)
            elif kind in ("sequence", "choice"):
                own_particle = self._particle(child)
                particle = ("sequence", (particle, own_particle), 1, 1) if particle else own_particle
            elif kind != "annotation":
                raise Unknown(kind)
        return ComplexType(name, attributes, wildcard, particle, mixed, None)

    def _attribute(self, declaration: etree._Element) -> tuple[str, Attribute]:
        reference = declaration.get("ref")
        schema, target = self.find("attribute", reference) if reference else (self, declaration)
        name = reference or declaration.get("name") or ""
        use = declaration.get("use", "optional")
        if use not in ("optional", "required"):
            raise Unknown(f"use={use}")
        return name, Attribute(schema._type_of(target), use == "required", declaration.get("default"), target)

    def _wildcard(self, declaration: etree._Element) -> str:
        if _kind(declaration) == "attributeGroup":
            group = self.find("attributeGroup", declaration.get("ref", ""))[1]
            (declaration,) = (child for child in _children(group) if _kind(child) != "annotation")
        if _kind(declaration) != "anyAttribute":
            raise Unknown(_kind(declaration))
        return declaration.get("namespace", "##any")

    def _particle(self, declaration: etree._Element) -> Particle:
        kind = _kind(declaration)
        least = int(declaration.get("minOccurs", "1"))
        most = None if (text := declaration.get("maxOccurs", "1")) == "unbounded" else int(text)
        if kind == "element":
            return ("element", self._element_name(declaration), least, most)
        if kind == "any":
            return ("any", declaration.get("namespace", "##any"), least, most)
        if kind == "group":
            group = self.find("group", declaration.get("ref", ""))[1]
            (content,) = (child for child in _children(group) if _kind(child) != "annotation")
            return ("sequence", (self._particle(content),), least, most)
        if kind in ("sequence", "choice"):
            return (kind, tuple(self._particle(child) for child in _children(declaration)), least, most)
        raise Unknown(kind)

    # -- simple types ----------------------------------------------------------------------------------------------------------

    def _type_of(self, declaration: etree._Element) -> Type:
        """The type that an attribute, a list item, ... has by name or in place."""
        name = declaration.get("type")
        return self.simple_type(name) if name else self._simple(declaration.find(f"{XS}simpleType"))

    def simple_type(self, name: str) -> Type:
        """The type of that name."""
        if name.startswith("xs:"):
            return name.removeprefix("xs:")
        schema, declaration = self.find("simpleType", name)
        return schema._simple(declaration)

    def _simple(self, declaration: etree._Element | None) -> Type:
        if declaration is None:
            raise Unknown("no type")
        (body,) = (child for child in _children(declaration) if _kind(child) != "annotation")
        kind = _kind(body)
        inner = [self._simple(child) for child in _children(body) if _kind(child) == "simpleType"]
        if kind == "restriction":
            return self._restriction(declaration, body)
        if kind == "list":
            (item,) = [self.simple_type(body.get("itemType", ""))] if body.get("itemType") else inner
            return ("list", item)
        if kind == "union":
            return ("union", *map(self.simple_type, body.get("memberTypes", "").split()), *inner)
        raise Unknown(kind)

    def _restriction(self, declaration: etree._Element, body: etree._Element) -> Type:
        base = self.simple_type(body.get("base", ""))
        facets = [(_kind(facet), facet.get("value", "")) for facet in _children(body)]
        kinds = {kind for kind, _ in facets}
        if not kinds:
            return base
        if kinds == {"enumeration"}:
            return ("enumeration", base, frozenset(value for _, value in facets))
        if kinds == {"minInclusive"}:
            return ("minimum", base, facets[0][1])
        if kinds == {"pattern"} and declaration.get("name"):
            return declaration.get("name")
        raise Unknown(f"facets {kinds}")

    def acceptance(self, type_: etree._Element | str) -> Callable[[str], bool]:
        """Whether a text is of the type of an attribute declaration, or of the type of that name: what libxml2 says."""
        schema = etree.fromstring(f'<xs:schema xmlns:xs="{XS[1:-1]}" xmlns="{self.namespace}" targetNamespace="{self.namespace}"/>')
        schema.extend([_copy(declaration) for (kind, _), declaration in self._named.items() if kind == "simpleType"])
        element = etree.SubElement(schema, f"{XS}element", name="e")
        name = type_ if isinstance(type_, str) else type_.get("type")
        if name:
            element.set("type", name)
        elif not isinstance(type_, str):
            element.extend([_copy(child) for child in _children(type_) if _kind(child) == "simpleType"])
        validator = etree.XMLSchema(schema)
        instance = etree.Element(f"{{{self.namespace}}}e")

        def accepts(text: str) -> bool:
            instance.text = text
            return validator.validate(instance)

        return accepts


@cache
def schema_at(path: Path) -> Schema:
    """The schema in that file, read once."""
    return Schema(path)


def _kind(element: etree._Element) -> str:
    """`sequence`, `attribute`, ..."""
    return etree.QName(element).localname


def _children(element: etree._Element) -> list[etree._Element]:
    """The child elements, without comments."""
    return list(element.iterchildren(f"{XS}*"))


def _copy(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))
