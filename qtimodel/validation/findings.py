"""What is wrong, by kind: the common language of both schema engines, from which messages are made.

Strategy: an engine's own text is for those who know XML Schema, so nothing is taken from it but the kind of the problem and the name of the
attribute; the element comes from its path. One problem that an engine says twice (a facet, then the type that has it) is one finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from .automaton import Name
from .grammar import Grammar, Node, name_of
from .words import nearest

__all__ = ["Finding", "Paths", "from_libxml2", "merged"]

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SUBJECT = re.compile(r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: (?P<rest>.*)", re.DOTALL)
_MISSING = re.compile(r"The attribute '([^']*)' is required but missing")
_UNKNOWN = re.compile(r"The attribute '([^']*)' is not allowed")
_FIXED = re.compile(r"fixed value constraint '([^']*)'")
_MARKUP = re.compile(r"\{[^{}]*\}|\[facet '[^']*'\] ")
_STEP = re.compile(r"([^\[\]/@]+)(?:\[(\d+)\])?$")
_VALUE = re.compile(r"SCHEMAV_CVC_(DATATYPE_VALID_1|TYPE_3_1_3|AU|ELT_5_2_2|[A-Z]+_VALID|ATTRIBUTE_[34])")


@attrs.frozen(eq=False)
class Finding:
    """One problem.

    `kind`: `root`; `child` (the element must not stand here); `missing-child`; `text`; `attribute` (it must not stand here); `missing-attribute`;
    `value` (of `attribute`; without one, the element's text); `other`, which `detail` explains. `top` is the root of the part that was
    validated, `grammar` the schema that it was validated with.
    """

    kind: str
    element: Node
    top: Node
    grammar: Grammar
    attribute: Name | None = None
    detail: str = ""


class Paths:
    """Elements by the paths of libxml2, which count elements of any name where there is no prefix (`/*/*[2]`), otherwise those of the name."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._children: dict[tuple[Node, str], list[Node]] = {}

    def element(self, path: str | None) -> Node:
        """The element that a path leads to; a path that leads nowhere gives the last element on its way."""
        current = self.root
        for step in (path or "").split("/")[2:]:
            found = _STEP.match(step)
            if found is None:
                break
            children = self._children.get((current, found[1]))
            if children is None:
                named = (child for child in current.iterchildren("{*}*") if found[1] in ("*", raw_name(child)))
                children = self._children[current, found[1]] = list(named)
            number = int(found[2] or 1)
            if number > len(children):
                break
            current = children[number - 1]
        return current


def raw_name(element: Node) -> str:
    """The name of an element as it is written."""
    local = name_of(element.tag)[1]
    return f"{element.prefix}:{local}" if element.prefix else local


def from_libxml2(entries: Iterable[Any], root: Node, grammar: Grammar) -> Iterator[Finding]:
    """Findings of the entries of an error log of lxml."""
    paths = Paths(root)
    for entry in entries:
        kind, attribute, detail = _kind(entry.type_name, entry.message)
        element = paths.element(entry.path)
        if kind == "child-inside":
            element, kind = next(element.iterchildren("{*}*"), element), "child"
        yield Finding(kind, element, root, grammar, attribute, detail)


def _kind(type_name: str, message: str) -> tuple[str, Name | None, str]:
    """Kind, attribute and detail of a message of libxml2."""
    subject = _SUBJECT.match(message)
    attribute = name_of(subject["attribute"]) if subject is not None and subject["attribute"] is not None else None
    rest = subject["rest"] if subject is not None else message
    if missing := _MISSING.search(message):
        return "missing-attribute", name_of(missing[1]), ""
    if unknown := _UNKNOWN.search(message):
        return "attribute", name_of(unknown[1]), ""
    if type_name == "SCHEMAV_CVC_ELT_1" and "validation root" in rest:
        return "root", None, ""
    if "Missing child element(s)" in rest:
        return "missing-child", None, ""
    if type_name in ("SCHEMAV_ELEMENT_CONTENT", "SCHEMAV_CVC_ELT_1") or "strict wildcard" in rest:
        return ("attribute" if attribute is not None else "child"), attribute, ""
    if rest.startswith("Character content"):
        return "text", None, ""
    if rest.startswith("Element content"):
        return "child-inside", None, ""
    if _VALUE.match(type_name):
        fixed = _FIXED.search(rest)
        return "value", attribute, fixed[1] if fixed is not None else ""
    if attribute is not None and attribute[0] == _XSI:
        return "attribute", attribute, ""
    if type_name == "SCHEMAV_CVC_ELT_3_1":
        return "attribute", (_XSI, "nil"), ""
    return "other", attribute, _MARKUP.sub("", rest).strip().rstrip(".")


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for one problem."""
    seen: dict[tuple[Any, ...], Finding] = {}
    by_element: dict[Node, list[Finding]] = {}
    for finding in findings:
        key = finding.element, finding.kind, finding.attribute
        if key not in seen:
            seen[key] = finding
            by_element.setdefault(finding.element, []).append(finding)
    strangers = {finding.element for finding in seen.values() if finding.kind == "child"}
    # What must not stand where it is has one issue, whatever is wrong inside of it.
    dropped = {id(finding) for finding in seen.values() if finding.top in strangers}
    for together in by_element.values():
        if len(together) < 2:
            continue
        kinds = {finding.kind for finding in together}
        unknown = [finding.attribute[1] for finding in together if finding.kind == "attribute" and finding.attribute is not None]
        for finding in together:
            # What is missing is there, misspelt or as bare text: the other finding says so.
            misspelt = finding.kind == "missing-attribute" and finding.attribute is not None and any(nearest(name, [finding.attribute[1]]) for name in unknown)
            if misspelt or (finding.kind == "missing-child" and "text" in kinds):
                dropped.add(id(finding))
    return [finding for finding in seen.values() if id(finding) not in dropped]
