"""Edits of trees, by hand and at random, for tests that compare what was edited with what became of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import attrs

from qtimodel import Comment, Element, Markup, ProcessingInstruction
from qtimodel.spec import Kind, spec_of
from qtimodel.walking import children

__all__ = ["nodes_of", "scrambled", "spliced", "spoiled"]


def spliced(tree: Any, node: object, *instead: Any) -> Any:
    """A copy in which `node` gave way to others. It shares everything but the way there."""
    for field in attrs.fields(type(tree)):
        value = getattr(tree, field.name)
        if value is node:
            (new,) = instead
            return attrs.evolve(tree, **{field.alias: new})
        if isinstance(value, list) and any(item is node for item in value):
            place = next(n for n, item in enumerate(value) if item is node)
            return attrs.evolve(tree, **{field.alias: [*value[:place], *instead, *value[place + 1 :]]})
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, (Element, Markup)) and any(below is node for below in nodes_of(item)):
                new = spliced(item, node, *instead)
                return attrs.evolve(tree, **{field.alias: [*value[:place], new, *value[place + 1 :]] if isinstance(value, list) else new})
    raise LookupError(node)


def nodes_of(tree: Element | Markup) -> list[Any]:
    """The elements and markup of a tree, itself first."""
    found: list[Any] = [tree]
    for node in found:
        found += [child for child in children(node) if isinstance(child, (Element, Markup))]
    return found


def scrambled(tree: Any, donor: Any, random: Random) -> Any:
    """A copy with some random edits. What is inserted comes from the tree itself or from `donor`. Not every result can be written."""
    tree = copy.deepcopy(tree)
    for _ in range(random.choice([1, 1, 1, 2, 3, 6])):
        random.choice(_EDITS)(tree, donor, random)
    return tree


_Slot = tuple[object, Any, list[Any]]  # what may stand in a list, whose it is, the list


def _slots(tree: Any) -> Iterator[_Slot]:
    for node in nodes_of(tree):
        if isinstance(node, Markup):
            yield "mixed", node, node.content
            continue
        spec = spec_of(type(node))
        for field in spec.fields:
            if field.kind in (Kind.CHILDREN, Kind.MIXED):
                yield field if field.kind is Kind.CHILDREN else "mixed", node, getattr(node, field.name)
        if node._extras is not None and spec.body is None:
            yield "extras", node, node.extras.trailing
            yield "extras", node, node.extras.before


def _edit_list(tree: Any, donor: Any, random: Random) -> None:
    slots = list(_slots(tree))
    if not slots:
        return
    kind, owner, items = random.choice(slots)
    pool = [item for other, _, others in _slots(donor) if other is kind for item in others]
    place = random.randrange(len(items) + 1)
    match random.choice(["remove", "twice", "insert", "replace", "within", "reverse", "clear", "across"]):
        case "remove":
            del items[place : place + 1]
        case "twice" if items:
            items.insert(place, copy.deepcopy(random.choice(items)))
        case "insert" if pool:
            items.insert(place, copy.deepcopy(random.choice(pool)))
        case "replace" if pool:
            items[place : place + 1] = [copy.deepcopy(random.choice(pool))]
        case "within" if items:
            moved = items.pop(random.randrange(len(items)))
            items.insert(random.randrange(len(items) + 1), moved)
        case "reverse":
            items.reverse()
        case "clear":
            items.clear()
        case "across":
            sources = [others for other, _, others in slots if other is kind and others is not items and others]
            if sources:
                source = random.choice(sources)
                at = random.randrange(len(source))
                if not isinstance(source[at], (Element, Markup)) or all(node is not owner for node in nodes_of(source[at])):
                    items.insert(place, source.pop(at))


_TEXTS = ["a", "it's", '"q"', "<&>]]>", "\t\n", "\u00e9\u20ac"]


def _edit_attributes(tree: Any, donor: Any, random: Random) -> None:
    node = random.choice(nodes_of(tree))
    if isinstance(node, Element):
        other = random.choice([other for other in [*nodes_of(donor), node] if type(other) is type(node)])
        for field in spec_of(type(node)).attributes:
            if random.random() < 0.5:
                setattr(node, field.name, getattr(other, field.name))
    others = node.attributes if isinstance(node, Markup) else node.extras.attributes
    if others and random.random() < 0.3:
        del others[random.choice(list(others))]
    elif isinstance(node, Markup) or random.random() < 0.3:
        others[random.choice(["data-y", "{urn:x}a", "{urn:example:vendor}a"])] = random.choice(_TEXTS)


def _edit_children(tree: Any, donor: Any, random: Random) -> None:
    node = random.choice(nodes_of(tree))
    other = random.choice([other for other in [*nodes_of(donor), node] if type(other) is type(node)])
    for field in spec_of(type(node)).fields if isinstance(node, Element) else ():
        if field.kind in (Kind.CHILD, Kind.TEXT):
            setattr(node, field.name, copy.deepcopy(getattr(other, field.name)))


def _edit_extras(tree: Any, donor: Any, random: Random) -> None:
    node = random.choice(nodes_of(tree))
    item: Any = random.choice([Comment(" new "), Comment("a\nb"), Comment("\u00e9"), ProcessingInstruction("x", "y")])
    if isinstance(node, Element) and spec_of(type(node)).body is None and random.random() < 0.5:
        node.extras.trailing.append(item)
    else:
        node.extras.before.insert(0, item)


def spoiled(tree: Any, random: Random) -> Any:
    """The tree with something in it that XML or its classes do not allow, or that other readers take for something else; most often refused."""
    node = random.choice(nodes_of(tree))
    nothing: Any = None
    notes = [Comment("a--b"), Comment("a-"), Comment("\x00"), Comment(nothing), ProcessingInstruction("x y"), ProcessingInstruction("a:b", "c")]
    wrong: Any = random.choice(notes)
    odd: Any = random.choice([None, 3, True, b"", "", "\x01", "a b", "\ufffe", [], {}, object, 1e400, "1a", ["a", ""], Markup(name="x"), Comment("c")])
    match random.choice(["note", "trailing", "after", "attribute", "name", "field", "extra", "twin", "list"]):
        case "note":
            node.extras.before.append(wrong)
        case "trailing":
            node.extras.trailing.append(random.choice([wrong, Comment("kept"), "text", odd]))
        case "after":
            node.extras.after.append(random.choice([wrong, Comment("kept"), odd]))
        case "attribute":
            others = node.attributes if isinstance(node, Markup) else node.extras.attributes
            key: Any = random.choice(["a", "a b", "x:a", "{}a", "{urn:x}", "", "xmlns", "xmlns:x", "identifier", 3])
            others[key] = odd
        case "name" if isinstance(node, Markup):
            setattr(node, random.choice(["name", "namespace", "attributes", "content"]), odd)
        case "field" if isinstance(node, Element) and spec_of(type(node)).fields:
            setattr(node, random.choice(spec_of(type(node)).fields).name, odd)
        case "extra":
            node.extras.before.append(odd)
        case "twin":
            twin = copy.deepcopy(node)
            for value in (getattr(node, field.name) for field in attrs.fields(type(node))):
                if isinstance(value, list):
                    value.append(twin)
        case _:
            for field in attrs.fields(type(node)):
                if isinstance(getattr(node, field.name), list):
                    getattr(node, field.name).insert(0, odd)
    return tree


_Edit = Callable[[Any, Any, Random], None]
_EDITS: list[_Edit] = [*[_edit_list] * 5, *[_edit_attributes] * 2, *[_edit_children] * 2, _edit_extras]
