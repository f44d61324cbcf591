"""What the two forms of a body say of one test: its flat form and its `rawXml`.

Strategy: the XML is the field to trust, and servers write flat forms that lack most of a tree. So the keys that the flat form has are compared,
node by node, with the tree of the XML; what it does not have says nothing. On the way the tree of the XML takes over what only the API knows.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from math import inf
from typing import Any

import attrs

from .. import stack
from ..content.names import ATTRIBUTES, ORDER, Keys
from ..content.taken import shown
from ..editing.ways import is_remark
from ..json_text import Path
from ..nodes import QTI, Element, Extras, Invalid, Markup, Node
from ..spec import Field, Flat, Kind, Spec, spec_of
from ..walking import children
from ..xml.names import ROOT
from .keys import CHILD, Table, canonical, sequence_of, table_of
from .record import RAW_XML
from .unflat import Problem

__all__ = ["Agreement", "agrees"]

_KEYS_IN = ROOT.declare([("xmlns", QTI)])


@attrs.define
class Agreement:
    """Compares the flat form with `other`, which says the same test.

    `problems` are the disagreements; `supplied`, values of attributes that the XML does not have and the API always shows.
    """

    other: str = RAW_XML
    numbers: bool = False  # whether `other` has numbers for texts
    ordered: bool = True  # whether `other` says the order of children
    problems: list[Problem] = attrs.field(factory=list)
    supplied: list[tuple[Element, Element, Field]] = attrs.field(factory=list)  # the node of the flat form, that of the XML
    moved: list[tuple[Element, Field, Any]] = attrs.field(factory=list)
    sorted: list[tuple[Element, Field, list[type]]] = attrs.field(factory=list)  # nodes of `other` whose order only the flat form says
    remarks: list[tuple[Element, str, list[Any]]] = attrs.field(factory=list)  # nodes of `other` that lack comments of the flat form
    exact: list[tuple[Element, list[Any], list[Any]]] = attrs.field(factory=list)  # the same for children that are not flat: those of `other`, and ours

    def differ(self, path: Path, flat: str, raw_xml: str) -> None:
        """Note a disagreement."""
        prefer = f"say prefer='{RAW_XML}' or prefer='flat'" if self.other == RAW_XML else f"remove `{self.other}`, or say prefer='flat'"
        message = f"the flat form says {flat}, `{self.other}` says {raw_xml}: mend one, or {prefer}"
        self.problems.append(Problem(path, "disagreement", message))

    def compare(self, obj: dict[str, Any], flat: Element, xml: Element, path: Path = ()) -> None:
        """Compare the flat form `obj`, which was read as `flat`, with the tree of the XML."""
        if stack.deep and stack.is_long():
            return stack.elsewhere(self.compare, obj, flat, xml, path)
        if flat == xml and not _has_records(flat):
            return None
        if flat._extras is not None and flat._extras.record:
            xml.extras.record.update(flat._extras.record)
        spec = spec_of(type(flat))
        table = table_of(spec)
        keys = Keys(spec, _KEYS_IN)
        for key, value in obj.items():
            if value is None:
                continue
            if key in table.attributes:
                self.attribute(key, flat, xml, table, path)
            elif (found := table.child(key, keys))[0] is not None:
                self.children(key, value, flat, xml, found, ORDER in obj, path)
        if self.other != RAW_XML and flat._extras is not None:
            self.keep_remarks(flat._extras, xml)
        says_more = any(key == ORDER or key.startswith(CHILD) for key in obj) or _unknown(obj, spec)
        if says_more and (flat._extras or None) != self.extras_of(xml):
            self.differ((*path, ATTRIBUTES if _unknown(obj, spec) else ORDER), "one thing of unknown attributes, elements and comments", "another")
        self.order(obj, flat, xml, spec, path)
        return None

    def keep_remarks(self, ours: Extras, xml: Element) -> None:
        """Note the comments of a node that only the flat form says: few dialects of content JSON have them."""
        theirs = xml._extras or Extras()
        for place in ("before", "trailing", "after"):
            items = getattr(ours, place)
            if items and not getattr(theirs, place) and all(map(is_remark, items)):
                self.remarks.append((xml, place, items))

    def extras_of(self, xml: Element) -> Extras | None:
        """The extras of a node, with the comments that only the flat form says."""
        more: dict[str, Any] = {place: items for node, place, items in self.remarks if node is xml}
        extras = attrs.evolve(xml._extras or Extras(), **more) if more else xml._extras
        return extras or None

    def order(self, obj: dict[str, Any], flat: Element, xml: Element, spec: Spec, path: Path) -> None:
        """Compare the order of unlike children, if the flat form says it: by `_order`, or by a `sequence` for each, counted together."""
        for field in spec.children:
            ours, theirs = ([child.__class__ for child in getattr(node, field.name)] if field.kind is Kind.CHILDREN else [] for node in (flat, xml))
            if ours == theirs or Counter(ours) != Counter(theirs):
                continue
            names = [spec_of(target).name for target in field.targets if spec_of(target).flat is not None]
            numbers = [item.get(Flat.SEQUENCE) for name in names for item in obj.get(name) or ()]
            if ORDER not in obj and (len({*numbers}) < len(ours) or None in numbers):
                continue
            if self.ordered:
                place = next(index for index, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one is not other)
                one, other = (spec_of(kind).name for kind in (ours[place], theirs[place]))
                self.differ((*path, one), f"`{one}` is child {place + 1}", f"`{other}`")
            else:
                self.sorted.append((xml, field, ours))

    def attribute(self, key: str, flat: Element, xml: Element, table: Table, path: Path) -> None:
        """Compare an attribute."""
        field = table.attributes[key]
        ours, theirs = getattr(flat, field.name), getattr(xml, field.name)
        if ours == theirs:
            return
        if theirs is None and key in table.flat.shown:
            self.supplied.append((flat, xml, field))
        else:
            self.differ((*path, key), *(_said(field, value) for value in (ours, theirs)))

    def children(self, key: str, value: Any, flat: Element, xml: Element, known: tuple[Field | None, Spec | None], ordered: bool, path: Path) -> None:
        """Compare the children at a key."""
        field, spec = known
        assert field is not None
        ours, theirs = (_held(node, spec) for node in (flat, xml))
        if spec is None or spec.flat is None:
            if ours != theirs and not (self.other != RAW_XML and len(ours) == len(theirs) and all(map(partial(agrees, numbers=self.numbers), ours, theirs))):
                self.differ((*path, key), "one thing of these children", "another")
            elif ours != theirs and not self.ordered:
                self.exact.append((xml, theirs, ours))
            return
        places = list(range(len(value)))
        if not ordered and table_of(spec).numbered:
            places.sort(key=lambda index: sequence_of(value[index].get(Flat.SEQUENCE), strict=False) or inf)
        for index, our, their in zip(places, ours, theirs, strict=False):
            self.compare(value[index], our, their, (*path, key, index))
        if len(ours) != len(theirs):
            self.differ((*path, key), f"{len(ours)} of them", f"{len(theirs)}")

    def settle(self) -> bool:
        """Move what the XML lacks to its tree, and tell whether attributes that are not written are shown by the API's defaults."""
        values = []
        for flat, xml, field in self.supplied:
            shown_as = spec_of(type(xml)).flat
            assert shown_as is not None
            values.append((xml, field, getattr(flat, field.name), shown_as.shown[field.flat_name]))
            setattr(flat, field.name, None)
        api = any(value == default != field.default for _, field, value, default in values)
        self.moved = [(xml, field, value) for xml, field, value, default in values if value != (default if api else field.default)]
        return api

    def supply(self) -> None:
        """Put into the tree of the XML what it lacks, and in the order that only the flat form says."""
        for node, place, items in self.remarks:
            setattr(node.extras, place, items)
        for node, field, kinds in self.sorted:
            waiting = {kind: iter([child for child in getattr(node, field.name) if child.__class__ is kind]) for kind in kinds}
            setattr(node, field.name, [next(waiting[kind]) for kind in kinds])
        for node, theirs, ours in self.exact:
            better = {id(one): other for one, other in zip(theirs, ours, strict=True)}
            for field in spec_of(type(node)).children:
                held = getattr(node, field.name)
                setattr(node, field.name, [better.get(id(one), one) for one in held] if isinstance(held, list) else better.get(id(held), held))
        for xml, field, value in self.moved:
            setattr(xml, field.name, value)


def agrees(one: Any, other: Any, *, numbers: bool = False) -> bool:
    """Whether two trees are the same as far as every dialect goes; with `numbers`, texts that are the same number are the same."""
    waiting = [(one, other)]
    while waiting:
        ours, theirs = waiting.pop()
        if _attributes(ours) != _attributes(theirs):
            return False
        (our_text, our_groups), (their_text, their_groups) = _inside(ours), _inside(theirs)
        if (our_text != their_text and not (numbers and _same_number(our_text, their_text))) or our_groups.keys() != their_groups.keys():
            return False
        for name, nodes in our_groups.items():
            if len(nodes) != len(their_groups[name]):
                return False
            waiting += zip(nodes, their_groups[name], strict=True)
    return True


def _same_number(one: str, other: str) -> bool:
    try:
        return "_" not in one + other and float(one) == float(other)
    except ValueError:
        return False


def _name(node: Any) -> Any:
    return type(node) if isinstance(node, Element) else (node.namespace, node.name)


def _attributes(node: Any) -> Any:
    if isinstance(node, Markup):
        return _name(node), node.attributes
    values = [getattr(node, field.name) for field in spec_of(type(node)).attributes]
    return type(node), values, node._extras.attributes if node._extras is not None else {}


def _inside(node: Any) -> tuple[str, dict[Any, list[Any]]]:
    """The text without white space, and the elements by name."""
    texts: list[str] = []
    groups: dict[Any, list[Any]] = {}
    if isinstance(node, Element):
        body = spec_of(type(node)).body
        if body is not None and body.kind is Kind.TEXT:
            texts.append(str(getattr(node, body.name)))
    for child in children(node):
        if isinstance(child, str):
            texts.append(child)
        elif isinstance(child, (Element, Markup)):
            groups.setdefault(_name(child), []).append(child)
    return "".join("".join(texts).split()), groups


def _held(node: Element, spec: Spec | None) -> list[Any]:
    """The children of a declaration (`None`: markup), wherever they stand."""
    cls = spec.cls if spec is not None else Markup
    return [child for child in children(node) if child.__class__ is cls]


def _has_records(node: Element) -> bool:
    """Whether there is anything in a node, or below it, that only the API knows."""
    waiting: list[Any] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Node) and one._extras is not None and one._extras.record:
            return True
        if isinstance(one, Element) and spec_of(type(one)).flat is not None:
            waiting += children(one)
    return False


def _said(field: Field, value: Any) -> str:
    if isinstance(value, Invalid):
        value = value.text
    elif value is not None:
        value = canonical(field, value)
    return shown(value) if value is not None else "nothing"


def _unknown(obj: dict[str, Any], spec: Spec) -> bool:
    """Whether the flat form has attributes that the model does not know."""
    given = obj.get(ATTRIBUTES)
    return isinstance(given, dict) and any(name not in spec.attribute_by_name and not name.startswith(("xmlns", "xsi:")) for name in given)
