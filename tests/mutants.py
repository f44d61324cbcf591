"""Documents for comparing two schemas: valid ones, and mutants of them.

Strategy: most ways of being invalid are near something valid. So take valid documents (real ones, trees of the strategies of
`qtimodel.testing`, and instances that are drawn from our schema and have every element and attribute of it), and change one or two
things. Half of the changes are gentle, with what stands in a like place elsewhere, so that many mutants stay valid; half are harsh.
Everything is drawn from one seeded `random.Random`: a seed and a number name a mutant for ever.
"""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import attrs
import xmlschema
from lxml import etree
from schemas import MATHML, OUR_MATHML, OURS, QTI, parsed, written
from xmlschema.validators import XsdAnyElement, XsdElement, XsdGroup

NAMESPACES = {
    "": QTI,
    "m": MATHML,
    "s": "http://www.w3.org/2001/10/synthesis",
    "xi": "http://www.w3.org/2001/XInclude",
    "v": "https://vendor.example/1",
}
XML = "{http://www.w3.org/XML/1998/namespace}"

# Values on both sides of every border that a type of the schemas has.
TEXTS = (
    "", " ", "a", " a ", "a b", "a\tb", "_a-b.c", "a:b", "1a", "-a", "\u00e9t\u00e9", "\u4e00", "{a}", "EXIT_TEST", "0", "1", "2", "01", "+1", "-1",
    " 1 ", "1.", ".5", "1.5", "-0", "1e3", "1E-3", "+", ".", "INF", "-INF", "+INF", "NaN", "inf", "0x1", "2147483647", "2147483648", "-2147483648",
    "-2147483649", "99999999999999999999", "1,5", "true", "false", "TRUE", " true ", "en", "en-GB", "en_GB", "abcdefghi", "x-klingon-1", "1,2,3",
    "1,2", "1,2,3,4", "1,2,3,4,5", "1,2,3,4,5,6", "10%,20%,3", "1, 2,3", "-1,2,3", "1.5,2,3", "1,2,3,4,5,6,7,8", "text/css",
    "text/css; charset=utf-8", "text", "text/", "text/ css", "image/svg+xml text/css", "ext:a", "ext:", "ext:a b", "EXT:a", "candidate",
    "candidate tutor", "candidate, tutor", "linear", " linear ", "none", "additions text", "text all", "xml", "pi", "a.xml", "a b.xml", "a#b",
    "http://example.org/?a=b&c", "%20", "%zz", ":::", "auto", "single", "50%", "50px", "50.5", "#fff", "#ffff", "red", "1em", "1em 2em", "-1.5em", "2pt",
    "thin", "medium", "verythickmathspace", "+3height", "left center", "{left}{right center}", "left", "top", "1s", "250ms", "1 s", "+5st", "5st",
    "+10Hz", "10Hz", "-5%", "(0%,+20Hz)", "(0%,+20Hz) (50%,low)", "+6dB", "6 dB", "ipa", "x-foo", "YQ==", "YQ", "x:y", "male", "default", "loud",
    "infinity", "transparent", "normal", "big", "longdiv box", "prefix", "baseline 3", "axis -2", "right",
)  # fmt: skip


@cache
def schema() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(OURS))


@cache
def mathml() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(OUR_MATHML))


@cache
def texts_of(type_: Any) -> tuple[str, ...]:
    """Texts that are of a simple type."""
    enumerated = (str(value) for part in _parts(type_) for value in part.enumeration or ())
    return tuple(sorted(text for text in {*TEXTS, *enumerated} if type_.is_valid(text)))


def _parts(type_: Any) -> Iterator[Any]:
    """The atomic types that a simple type is made of."""
    parts = getattr(type_, "member_types", None) or [part for part in [getattr(type_, "item_type", None)] if part is not None]
    if not parts and type_.is_list():
        parts = [type_.base_type]
    for part in parts:
        yield from _parts(part)
    if not parts:
        yield type_


# -- instances -----------------------------------------------------------------------------------------------------------------


@cache
def _types() -> dict[str, set[Any]]:
    """The types that elements have, by name."""
    waiting: list[Any] = [element for each in (schema(), mathml()) for element in each.maps.elements.values()]
    types: dict[str, set[Any]] = defaultdict(set)
    while waiting:
        element = waiting.pop()
        if element.type not in types[element.name]:
            types[element.name].add(element.type)
            if element.type.is_complex() and isinstance(element.type.content, XsdGroup):
                waiting += [part for part in element.type.content.iter_elements() if isinstance(part, XsdElement)]
    return types


@cache
def _heights() -> dict[Any, int]:
    """How many levels an instance of each complex type has at least."""
    types = {type_ for each in _types().values() for type_ in each if type_.is_complex()}
    heights: dict[Any, int] = {}
    for _ in range(12):
        heights.update({type_: 1 + (_height(type_.content, heights) if isinstance(type_.content, XsdGroup) else 0) for type_ in types})
    return heights


def _height(particle: Any, heights: dict[Any, int]) -> int:
    if particle.min_occurs == 0:
        return 0
    if isinstance(particle, XsdElement):
        return heights.get(particle.type, 99) if particle.type.is_complex() else 1
    if isinstance(particle, XsdAnyElement):
        return 1
    below = [_height(child, heights) for child in particle]
    return 0 if not below else min(below) if particle.model == "choice" else max(below)


@cache
def _names_in(particle: Any) -> frozenset[str]:
    """The names of elements that a particle leads to at once."""
    if isinstance(particle, XsdGroup):
        return frozenset[str]().union(*map(_names_in, particle))
    return frozenset([particle.name]) if isinstance(particle, XsdElement) else frozenset()


class Instances:
    """Draws valid instances from our schema. Few elements, but any of them, with any of its attributes."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.ids = 0
        self.missing: set[str] = set()

    def covering(self, names: Iterable[str], roots: Iterable[str], least: int) -> Iterator[bytes]:
        """Documents of these roots, at least so many, until all these names have occurred. What is missing is preferred."""
        self.missing, roots, made = set(names), tuple(roots), 0
        while self.missing or made < least:
            yield self.document(roots[made % len(roots)])
            made += 1

    def document(self, name: str) -> bytes:
        declaration = (mathml() if name.startswith(f"{{{MATHML}}}") else schema()).maps.elements[name]
        self.room = self.rng.choice((4, 10, 25))
        root = etree.Element(name, nsmap={prefix or None: name for prefix, name in NAMESPACES.items()})  # type: ignore[misc]
        self.fill(root, declaration.type)
        return written(root)

    def fill(self, element: etree._Element, type_: Any) -> None:
        self.room -= 1
        self.missing.discard(str(element.tag))
        if not type_.is_complex():
            element.text = self.text(type_)
            return
        ratio = self.rng.choice((0.0, 0.0, 0.05, 0.3))
        for name, attribute in type_.attributes.items():
            if name is not None and (attribute.use == "required" or self.rng.random() < ratio):
                element.set(name, self.text(attribute.type))
        if isinstance(type_.content, XsdGroup):
            self.particle(element, type_.content)
            if type_.mixed and self.rng.random() < 0.5:
                element.text = "text"
        elif type_.content is not None and type_.has_simple_content():
            element.text = self.text(type_.content)

    def particle(self, parent: etree._Element, particle: Any) -> None:
        most = particle.max_occurs if particle.max_occurs is not None else particle.min_occurs + 3
        wanted = most > 0 and not self.missing.isdisjoint(_names_in(particle))
        least = max(particle.min_occurs, int(wanted))
        times = least if self.room <= 0 else self.rng.choice((least, min(least + 1, most), self.rng.randint(least, most)))
        for _ in range(times):
            self.once(parent, particle)

    def once(self, parent: etree._Element, particle: Any) -> None:
        if isinstance(particle, XsdElement):
            child = etree.SubElement(parent, particle.name)
            type_ = mathml().maps.elements[particle.name].type if particle.name == f"{{{MATHML}}}math" else particle.type
            self.fill(child, type_)
        elif isinstance(particle, XsdAnyElement):
            etree.SubElement(parent, "{https://vendor.example/1}thing")
        elif particle.model == "choice":
            children = list(particle)
            if wanted := [child for child in children if not self.missing.isdisjoint(_names_in(child))]:
                children = wanted
            elif self.room <= 0:
                lowest = min((_height(child, _heights()) for child in children), default=0)
                children = [child for child in children if _height(child, _heights()) == lowest]
            if children:
                self.particle(parent, self.rng.choice(children))
        else:
            for child in particle:
                self.particle(parent, child)

    def text(self, type_: Any) -> str:
        if type_.root_type.local_name == "ID" or getattr(type_, "local_name", None) == "ID":
            self.ids += 1
            return f"id{self.ids}"
        return self.rng.choice(texts_of(type_))


# -- mutations -----------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Pool:
    """What stands where in a set of valid documents, to be put elsewhere."""

    having: dict[str, list[bytes]]
    children: dict[str, list[etree._Element]]
    by_name: dict[str, list[etree._Element]]
    values: dict[str, list[str]]
    attributes: dict[str, list[tuple[str, str]]]
    names: tuple[str, ...]
    occurring: tuple[str, ...]

    @classmethod
    def of(cls, documents: Iterable[bytes], names: Iterable[str]) -> Pool:
        having: dict[str, list[bytes]] = defaultdict(list)
        children: dict[str, list[etree._Element]] = defaultdict(list)
        by_name: dict[str, list[etree._Element]] = defaultdict(list)
        values: dict[str, list[str]] = defaultdict(list)
        attributes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for document in documents:
            root = parsed(document)
            elements = list(root.iter(etree.Element))
            for name in dict.fromkeys(str(element.tag) for element in elements):
                having[name].append(document)
            for element in elements:
                if len(element) < 12 and len(by_name[element.tag]) < 30:
                    by_name[element.tag].append(element)
                parent = element.getparent()
                if parent is not None and len(element) < 8 and len(children[parent.tag]) < 60:
                    children[parent.tag].append(element)
                for name, value in _attributes(element).items():
                    values[name].append(value)
                    attributes[element.tag].append((name, value))
        return cls(dict(having), dict(children), dict(by_name), dict(values), dict(attributes), tuple(sorted(names)), tuple(sorted(having)))


@attrs.frozen
class Case:
    """A document that is about to be changed. What is changed is, as often as not, an element of the name that it was taken for."""

    rng: random.Random
    root: etree._Element
    pool: Pool
    focus: str

    def all(self) -> list[etree._Element]:
        return list(self.root.iter(etree.Element))

    def one(self, *, with_attributes: bool = False) -> etree._Element:
        found = list(self.root.iter(self.focus)) if self.rng.random() < 0.5 else self.all()
        found = [element for element in found if element.attrib] if with_attributes else found
        return self.rng.choice(found or self.all())

    def insert(self, parent: etree._Element, child: etree._Element) -> None:
        parent.insert(self.rng.randint(0, len(parent)), child)


def _copy(element: etree._Element) -> etree._Element:
    """A copy without its tail."""
    copied = copy.deepcopy(element)
    copied.tail = None
    return copied


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _take(element: etree._Element, name: str) -> str:
    return str(element.attrib.pop(name))


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


Mutation = Callable[[Case], None]


def drop_element(case: Case) -> None:
    _remove(case.one())


def drop_optional_looking(case: Case) -> None:
    """An element that has siblings of its own name."""
    several = [e for e in case.all() if (parent := e.getparent()) is not None and len(parent.findall(e.tag)) > 1]
    _remove(case.rng.choice(several or case.all()))


def empty_element(case: Case) -> None:
    element = case.one()
    for child in list(element):
        element.remove(child)
    element.text = case.rng.choice((None, "", " ", "text"))


def duplicate_element(case: Case) -> None:
    element = case.one()
    if element.getparent() is not None:
        copied = _copy(element)
        if case.rng.random() < 0.7:
            for each in copied.iter(etree.Element):
                each.attrib.pop("id", "")
        element.addnext(copied)


def swap_siblings(case: Case) -> None:
    parents = [element for element in case.all() if len(element) > 1]
    if parents:
        parent = case.rng.choice(parents)
        index = case.rng.randrange(len(parent) - 1)
        parent.insert(index, parent[index + 1])


def rename_element(case: Case) -> None:
    element = case.one()
    element.tag = case.rng.choice(case.pool.names)


def rename_to_sibling_kind(case: Case) -> None:
    """To the name of something that stands in the same parent elsewhere."""
    element = case.one()
    parent = element.getparent()
    if parent is not None and (known := case.pool.children.get(parent.tag)):
        element.tag = case.rng.choice(known).tag


def move_element(case: Case) -> None:
    element, target = case.one(), case.one()
    if element is not case.root and target not in element.iter():
        case.insert(target, _copy(element))
        _remove(element)


def insert_fitting(case: Case) -> None:
    """Something that stands in such a parent elsewhere."""
    parent = case.one()
    if known := case.pool.children.get(parent.tag):
        case.insert(parent, _copy(case.rng.choice(known)))


def insert_any(case: Case) -> None:
    """Any known element, as it stands elsewhere."""
    name = case.rng.choice(case.pool.names)
    child = _copy(case.rng.choice(case.pool.by_name[name])) if case.pool.by_name.get(name) else etree.Element(name)
    case.insert(case.one(), child)


def insert_empty(case: Case) -> None:
    case.insert(case.one(), etree.Element(case.rng.choice(case.pool.names)))


def insert_unknown(case: Case) -> None:
    name = case.rng.choice(("{https://vendor.example/1}thing", "thing", f"{{{QTI}}}thing", f"{{{MATHML}}}thing", f"{{{NAMESPACES['s']}}}thing"))
    thing = etree.Element(name)
    if case.rng.random() < 0.5:
        case.insert(thing, etree.Element(case.rng.choice(case.pool.names)))
    case.insert(case.one(), thing)


def change_namespace(case: Case) -> None:
    element = case.one()
    element.tag = f"{{{case.rng.choice([*NAMESPACES.values(), ''])}}}{etree.QName(element).localname}".removeprefix("{}")


def put_text(case: Case) -> None:
    element = case.one()
    text = case.rng.choice(("text", " ", "\n  ", "\u00a0", "1", ""))
    if len(element) and case.rng.random() < 0.5:
        case.rng.choice(list(element)).tail = text
    else:
        element.text = text


def put_comment(case: Case) -> None:
    case.insert(case.one(), case.rng.choice((etree.Comment("c"), etree.ProcessingInstruction("p", "i"))))


def put_value_in_text(case: Case) -> None:
    leaves = [element for element in case.all() if not len(element)]
    if leaves:
        case.rng.choice(leaves).text = case.rng.choice(TEXTS)


def drop_attribute(case: Case) -> None:
    element = case.one(with_attributes=True)
    if element.attrib:
        del element.attrib[case.rng.choice(list(_attributes(element)))]


def rename_attribute(case: Case) -> None:
    element = case.one(with_attributes=True)
    if element.attrib:
        value = _take(element, case.rng.choice(list(_attributes(element))))
        element.set(case.rng.choice(list(case.pool.values)), value)


def move_attribute(case: Case) -> None:
    element = case.one(with_attributes=True)
    if element.attrib:
        name = case.rng.choice(list(_attributes(element)))
        case.one().set(name, _take(element, name))


def known_attribute(case: Case) -> None:
    """One that the element has elsewhere."""
    element = case.one()
    if known := case.pool.attributes.get(element.tag):
        element.set(*case.rng.choice(known))


def any_attribute(case: Case) -> None:
    """One that some element has, or nobody's."""
    name = case.rng.choice([*case.pool.values, "data-x", "foo", "{https://vendor.example/1}x", f"{XML}space", f"{XML}lang", f"{XML}base", f"{XML}id"])
    case.one().set(name, case.rng.choice(case.pool.values.get(name, TEXTS)))


def change_value(case: Case) -> None:
    element = case.one(with_attributes=True)
    if element.attrib:
        element.set(case.rng.choice(list(_attributes(element))), case.rng.choice(TEXTS))


def known_value(case: Case) -> None:
    """One that the attribute has elsewhere."""
    element = case.one(with_attributes=True)
    if element.attrib:
        name = case.rng.choice(list(_attributes(element)))
        element.set(name, case.rng.choice(case.pool.values.get(name, TEXTS)))


def pad_value(case: Case) -> None:
    element = case.one(with_attributes=True)
    if element.attrib:
        name = case.rng.choice(list(_attributes(element)))
        value = _attributes(element)[name]
        element.set(
            name,
            case.rng.choice((f" {value}", f"{value} ", f"{value} {value}", f"{value}\t", value.upper(), value.title(), value[:-1], f"{value}x", f"-{value}")),
        )


def known_attribute_any_value(case: Case) -> None:
    element = case.one()
    if known := case.pool.attributes.get(element.tag):
        element.set(case.rng.choice(known)[0], case.rng.choice(TEXTS))


GENTLE: tuple[Mutation, ...] = (
    drop_optional_looking, duplicate_element, rename_to_sibling_kind, insert_fitting, insert_fitting, known_attribute, known_attribute, known_value,
    put_comment, swap_siblings, insert_any, drop_attribute,
)  # fmt: skip
HARSH: tuple[Mutation, ...] = (
    drop_element, empty_element, rename_element, move_element, insert_any, insert_empty, insert_unknown, change_namespace, put_text, put_value_in_text,
    rename_attribute, move_attribute, any_attribute, change_value, pad_value, known_attribute_any_value,
)  # fmt: skip


def mutant(seed: int, number: int, pool: Pool) -> tuple[bytes, tuple[str, ...]]:
    """The mutant of that seed and number, and what was done to it."""
    rng = random.Random(f"{seed}/{number}")
    focus = rng.choice(pool.occurring)
    case = Case(rng, parsed(rng.choice(pool.having[focus])), pool, focus)
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        mutation = rng.choice(GENTLE if rng.random() < 0.6 else HARSH)
        mutation(case)
        done.append(mutation.__name__)
    return written(case.root), tuple(done)


def sweep(pool: Pool, seed: int, texts: int) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """One by one what is rarely drawn: each attribute of each element with so many texts, and text and other attributes everywhere.

    The attributes that all have are tried on few elements only.
    """
    rng = random.Random(seed)
    for name in pool.occurring:
        document = min(pool.having[name], key=len)
        attributes = {each for type_ in _types()[name] if type_.is_complex() for each in type_.attributes if each is not None}
        if name not in (f"{{{QTI}}}div", f"{{{QTI}}}br", f"{{{MATHML}}}mi"):
            attributes = {each for each in attributes if not each.startswith(("aria-", "role", "math", "font"))}
        for attribute in ("foo", "{https://vendor.example/1}x", *sorted(attributes)):
            for text in rng.sample(TEXTS, min(texts, len(TEXTS))):
                root = parsed(document)
                next(root.iter(name)).set(attribute, text)
                yield written(root), (f"{attribute} of {name}",)
        for text in ("text", " ", "1"):
            root = parsed(document)
            next(root.iter(name)).text = text
            yield written(root), (f"text in {name}",)
