"""What a schema says about an element at its place: attributes, content, types. Messages are made of it, verdicts are not.

Strategy: a schema engine says that something is wrong, rarely what would be right. So when there is something to explain, and only then, the
schema's own documents are read as trees, the declaration of an element is found by following the names from the root, and types are
compiled as they are asked for. XSD 1.0 as far as schemas of QTI use it; of what is beyond, a message says less, and is never wrong for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from threading import RLock
from typing import Any, TypeAlias

import attrs
from lxml import etree

from ..nodes import QTI
from .automaton import EMPTY, Automaton, Leaf, Name, Part, choice, leaf, repeated, sequence

__all__ = ["Attribute", "Grammar", "Kind", "Type", "name_of", "schema_files"]

XS = "http://www.w3.org/2001/XMLSchema"
_XS = f"{{{XS}}}"
_TITLES = {QTI: "QTI 3", "http://www.w3.org/1998/Math/MathML": "MathML"}
Node: TypeAlias = etree._Element
Key: TypeAlias = "tuple[str, str | None, str]"  # kind, namespace, name
Kind: TypeAlias = str  # empty, simple, elements, mixed


@attrs.frozen(eq=False)
class Attribute:
    """A declared attribute; `type` is a builtin name (`xs:int`) or a `simpleType`."""

    name: Name
    required: bool
    type: Node | str | None


@attrs.frozen(eq=False)
class Type:
    """A type: what an element may hold."""

    content: Kind
    attributes: dict[Name, Attribute]
    open: bool  # other attributes are allowed too
    model: Automaton
    simple: Node | str | None


ANY = Type("mixed", {}, True, Automaton(EMPTY), None)


def name_of(tag: Any) -> Name:
    """Namespace and local name of a tag of lxml."""
    namespace, _, local = str(tag).rpartition("}")
    return namespace[1:] or None, local


def schema_files(path: str, root: Node | None = None) -> Iterator[tuple[Node, str]]:
    """What schema documents refer to, as pairs of the referring node and the location, transitively. `OSError`, `etree.XMLSyntaxError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    waiting, seen = [os.path.abspath(path)], set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        with open(current, "rb") as file:
            document = etree.parse(file, parser).getroot()
        yield document, current
        for kind in ("include", "import", "redefine"):
            for node in document.iterchildren(f"{_XS}{kind}"):
                location = node.get("schemaLocation")
                if location and "://" not in location:
                    waiting.append(os.path.normpath(os.path.join(os.path.dirname(current), location)))


class Grammar:
    """The declarations of a schema and of all that it includes and imports."""

    def __init__(self, path: str) -> None:
        self._lock = RLock()
        self._named: dict[Key, Node] = {}
        self._types: dict[Node, Type] = {}
        self._parts: dict[int, Part] = {}  # of models, for what extends them
        self._target: str | None = None
        for number, (document, _) in enumerate(schema_files(path)):
            target = document.get("targetNamespace")
            self._target = target if number == 0 else self._target
            for child in document.iterchildren(f"{_XS}*"):
                if child.get("name"):
                    self._named.setdefault((_kind(child), target, child.get("name", "")), child)

    # -- elements --------------------------------------------------------------------------------------------------------------

    @cached_property
    def title(self) -> str:
        """What the schema is for."""
        return _TITLES.get(self._target or "", "this schema")

    @cached_property
    def roots(self) -> list[Name]:
        """What can be a document of its own."""
        return [(namespace, name) for kind, namespace, name in self._named if kind == "element" and namespace == self._target]

    @cached_property
    def elements(self) -> dict[Name, list[Node]]:
        """Every element that is declared anywhere."""
        found: dict[Name, list[Node]] = {}
        for document in {node.getroottree().getroot() for node in self._named.values()}:
            for node in document.iter(f"{_XS}element"):
                if node.get("name"):
                    found.setdefault(self._own_name(node), []).append(node)
        return found

    def type_at(self, element: Node, top: Node | None = None) -> Type | None:
        """The type of an element of a document, by its ancestors up to `top`; `None`: the schema does not know it there."""
        chain = [element]
        while chain[-1] is not top and (parent := chain[-1].getparent()) is not None:
            chain.append(parent)
        declaration = self._named.get(("element", *name_of(chain.pop().tag)))
        while declaration is not None and chain:
            name = name_of(chain.pop().tag)
            declaration = self._child(self.type_of(declaration), name)
        return self.type_of(declaration) if declaration is not None else None

    def attribute(self, parent: Type | None, name: Name) -> Attribute | None:
        """The declaration of an attribute of a type, or one that is declared for all elements."""
        if parent is not None and name in parent.attributes:
            return parent.attributes[name]
        declaration = self._named.get(("attribute", *name))
        return Attribute(name, False, self._type_in(declaration)) if declaration is not None else None

    def _child(self, parent: Type, name: Name) -> Node | None:
        for found in parent.model.leaves:
            if found.matches(name):
                return found.declaration if found.name is not None else self._named.get(("element", *name))
        return None

    def type_of(self, declaration: Node) -> Type:
        """The type of an element declaration."""
        with self._lock:  # nobody else may see a type that is being made
            if declaration not in self._types:
                self._types[declaration] = ANY  # until it is made
                self._types[declaration] = self._element_type(declaration)
            return self._types[declaration]

    def _element_type(self, declaration: Node) -> Type:
        name = declaration.get("type")
        if name is not None:
            return self._named_type(declaration, name)
        inline = next(declaration.iterchildren(f"{_XS}complexType", f"{_XS}simpleType"), None)
        if inline is None:
            return ANY
        return self._complex(inline) if _kind(inline) == "complexType" else Type("simple", {}, False, Automaton(EMPTY), inline)

    def _named_type(self, node: Node, name: str) -> Type:
        simple = self.simple(node, name)
        if simple is not None:
            return Type("simple", {}, False, Automaton(EMPTY), simple)
        found = self._find("complexType", node, name)
        if found is None:
            return ANY
        if found not in self._types:
            self._types[found] = ANY
            self._types[found] = self._complex(found)
        return self._types[found]

    # -- complex types ---------------------------------------------------------------------------------------------------------

    def _complex(self, node: Node) -> Type:
        mixed = node.get("mixed") == "true"
        derivation = next(node.iterchildren(f"{_XS}complexContent", f"{_XS}simpleContent"), None)
        body = next(derivation.iterchildren(f"{_XS}extension", f"{_XS}restriction"), None) if derivation is not None else None
        if derivation is None or body is None:
            return self._made(node, mixed, None, extends=False)
        mixed = mixed or derivation.get("mixed") == "true"
        base = self._named_type(body, body.get("base", ""))
        if _kind(derivation) == "simpleContent":
            simple = body if _kind(body) == "restriction" else base.simple
            return attrs.evolve(self._made(body, mixed, base, extends=True), content="simple", simple=simple)
        return self._made(body, mixed, base, extends=_kind(body) == "extension")

    def _made(self, node: Node, mixed: bool, base: Type | None, *, extends: bool) -> Type:
        attributes = dict(base.attributes) if base is not None and base is not ANY else {}
        is_open = base is not None and base is not ANY and base.open
        for child in node.iterchildren(f"{_XS}attribute", f"{_XS}attributeGroup", f"{_XS}anyAttribute"):
            is_open = self._attributes(child, attributes) or is_open
        parts = [self._particle(child) for child in node.iterchildren(f"{_XS}sequence", f"{_XS}choice", f"{_XS}all", f"{_XS}group")]
        if base is not None and extends:
            parts.insert(0, self._parts.get(id(base.model), EMPTY))
        part = sequence(parts)
        content = "mixed" if mixed or (base is not None and base.content == "mixed" and base is not ANY) else "elements" if part.leaves else "empty"
        model = Automaton(part)
        made = Type(content, attributes, is_open, model, None)
        self._parts[id(model)] = part
        return made

    def _attributes(self, node: Node, found: dict[Name, Attribute]) -> bool:
        """Collect what a node says about attributes. Whether others are allowed too."""
        kind = _kind(node)
        if kind == "anyAttribute":
            return True
        if kind == "attributeGroup":
            group = self._find("attributeGroup", node, node.get("ref", ""))
            children = group.iterchildren(f"{_XS}attribute", f"{_XS}attributeGroup", f"{_XS}anyAttribute") if group is not None else ()
            return max([False, *(self._attributes(child, found) for child in children)])  # of all, not only until one says yes
        reference = node.get("ref")
        declaration = self._find("attribute", node, reference) if reference else node
        name = self._expand(node, reference) if reference else (None, node.get("name", ""))
        if node.get("use") == "prohibited":
            found.pop(name, None)
        else:
            found[name] = Attribute(name, node.get("use") == "required", self._type_in(declaration) if declaration is not None else None)
        return False

    def _particle(self, node: Node) -> Part:
        kind = _kind(node)
        least, most_text = int(node.get("minOccurs", "1")), node.get("maxOccurs", "1")
        most = None if most_text == "unbounded" else int(most_text)
        if kind == "element":
            part = self._element(node)
        elif kind == "any":
            part = leaf(Leaf(None, node, _wildcard(node)))
        elif kind == "group":
            group = self._find("group", node, node.get("ref", ""))
            parts = group.iterchildren(f"{_XS}sequence", f"{_XS}choice", f"{_XS}all") if group is not None else ()
            part = sequence(map(self._particle, parts))
        else:
            children = [self._particle(child) for child in node.iterchildren(f"{_XS}*") if _kind(child) != "annotation"]
            if kind == "all":
                return repeated(choice(children), 0, None)
            part = sequence(children) if kind == "sequence" else choice(children)
        return repeated(part, least, most)

    def _element(self, node: Node) -> Part:
        reference = node.get("ref")
        if not reference:
            return leaf(Leaf(self._own_name(node), node))
        name = self._expand(node, reference)
        declaration = self._named.get(("element", *name))
        names = [name] if declaration is None or declaration.get("abstract") != "true" else []
        members = [(name, declaration), *self._members(name)]
        return choice(leaf(Leaf(member, found)) for member, found in members if member in names or member != name)

    def _members(self, head: Name) -> Iterator[tuple[Name, Node]]:
        """What may stand for an element."""
        for (kind, namespace, local), node in self._named.items():
            group = node.get("substitutionGroup") if kind == "element" else None
            if group and self._expand(node, group) == head:
                if node.get("abstract") != "true":
                    yield (namespace, local), node
                yield from self._members((namespace, local))

    def _own_name(self, node: Node) -> Name:
        schema = node.getroottree().getroot()
        is_global = node.getparent() is schema
        qualified = is_global or node.get("form", schema.get("elementFormDefault")) == "qualified"
        return schema.get("targetNamespace") if qualified else None, node.get("name", "")

    # -- simple types and names ------------------------------------------------------------------------------------------------

    def _type_in(self, node: Node) -> Node | str | None:
        """The simple type that a node has by name or in place."""
        name = node.get("type")
        return self.simple(node, name) if name else next(node.iterchildren(f"{_XS}simpleType"), None)

    def simple(self, node: Node, name: str) -> Node | str | None:
        """The simple type of that name; `None`: there is none."""
        namespace, local = self._expand(node, name)
        if namespace == XS:
            return None if local == "anyType" else f"xs:{local}"
        return self._named.get(("simpleType", namespace, local))

    def _find(self, kind: str, node: Node, name: str) -> Node | None:
        return self._named.get((kind, *self._expand(node, name)))

    def _expand(self, node: Node, name: str) -> Name:
        prefix, _, local = name.rpartition(":")
        if prefix == "xml":
            return "http://www.w3.org/XML/1998/namespace", local
        return node.nsmap.get(prefix or None), local


def _kind(node: Node) -> str:
    return name_of(node.tag)[1]


def _wildcard(node: Node) -> Any:
    """Which names a wildcard takes."""
    allowed = node.get("namespace", "##any")
    target = node.getroottree().getroot().get("targetNamespace")
    if allowed == "##any":
        return lambda name: True
    if allowed == "##other":
        return lambda name: name[0] not in (target, None)
    named = {None if word == "##local" else target if word == "##targetNamespace" else word for word in allowed.split()}
    return lambda name: name[0] in named
