"""The verdict of a schema on a document: the official one, and ours.

Strategy: the official schema judges a document at once. Ours is two schemas, so that MathML costs nothing where there is none: the main
one passes over formulas, and each formula is an island that `mathml.xsd` judges. What a formula quotes of QTI goes back to the main one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs
from lxml import etree
from shared import ROOT, shared_path

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MATHML = "http://www.w3.org/1998/Math/MathML"
XS = "{http://www.w3.org/2001/XMLSchema}"
OURS = ROOT / "xsd" / "qtimodel.xsd"
OUR_MATHML = ROOT / "xsd" / "mathml.xsd"


def official_path() -> Path:
    return shared_path("oracle", "xsd", "imsqti_asiv3p0p1_v1p0.xsd")


def parsed(document: bytes) -> etree._Element:
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=True))


def written(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="utf-8", xml_declaration=False, with_tail=False)


@cache
def documents_of(path: Path) -> tuple[etree._Element, ...]:
    """The schema document in that file, and those that it includes or imports."""
    found: dict[Path, etree._Element] = {}
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = etree.parse(path).getroot()
            waiting += [path.parent / location for child in found[path] if (location := child.get("schemaLocation"))]
    return tuple(found.values())


def global_names(path: Path) -> frozenset[str]:
    """The names of elements that can be a root, as `{namespace}name`."""
    return frozenset(f"{{{root.get('targetNamespace')}}}{element.get('name')}" for root in documents_of(path) for element in root.iterchildren(f"{XS}element"))


def element_names(path: Path) -> frozenset[str]:
    """The names of all elements that are declared anywhere."""
    return frozenset(
        f"{{{root.get('targetNamespace')}}}{element.get('name')}" for root in documents_of(path) for element in root.iter(f"{XS}element") if element.get("name")
    )


@attrs.frozen
class OurSchema:
    """Both of our schemas, compiled."""

    main: etree.XMLSchema = attrs.field(factory=lambda: etree.XMLSchema(etree.parse(OURS)))
    mathml: etree.XMLSchema = attrs.field(factory=lambda: etree.XMLSchema(etree.parse(OUR_MATHML)))
    main_names: frozenset[str] = attrs.field(factory=lambda: global_names(OURS))
    mathml_names: frozenset[str] = attrs.field(factory=lambda: global_names(OUR_MATHML))

    def accepts(self, document: bytes) -> bool:
        root = parsed(document)
        if _is_math(root):
            return root.tag in self.mathml_names and self._accepts_formula(root)
        return bool(self.main.validate(root)) and all(map(self._accepts_formula, islands(root)))

    def _accepts_formula(self, formula: etree._Element) -> bool:
        if formula.tag not in self.mathml_names:  # where any element may stand, so may an unknown one
            return all(map(self._accepts_formula, islands(formula)))
        return bool(self.mathml.validate(formula)) and all(map(self._accepts_quotation, quotations(formula)))

    def _accepts_quotation(self, element: etree._Element) -> bool:
        anything = etree.Element(f"{{{QTI}}}template")  # known elements are checked in it, others let pass
        anything.append(copy.deepcopy(element))
        return bool(self.main.validate(anything)) and all(map(self._accepts_formula, islands(element)))


def islands(root: etree._Element) -> Iterator[etree._Element]:
    """The outermost MathML elements below `root`."""
    for child in root.iterchildren(etree.Element):
        if _is_math(child):
            yield child
        else:
            yield from islands(child)


def quotations(formula: etree._Element) -> Iterator[etree._Element]:
    """Elements of other namespaces in a formula, the outermost of each."""
    for child in formula.iterchildren(etree.Element):
        if _is_math(child):
            yield from quotations(child)
        else:
            yield child


def _is_math(element: etree._Element) -> bool:
    return etree.QName(element).namespace == MATHML
