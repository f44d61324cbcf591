"""Whether a tree is within the limits of the reader, for formats that are written without counting.

Strategy: most nodes are of classes that can only have so many levels below; these are not gone into. One path after the other, so that
what contains itself ends at the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import attrs

from ..errors import ModelError
from ..nodes import Element, Extras, Markup
from ..spec import Kind, spec_of
from ..walking import path_to
from .source import Limits

__all__ = ["check_limits", "is_shallow"]

_ENDLESS = 1_000_000


@attrs.frozen
class _Shape:
    """Of a class: how many levels it can have, itself included, and what gives its children, field by field."""

    height: int
    children: Callable[[Any], tuple[Any, ...]]


class _Shapes(dict[type, _Shape]):
    """The shapes of the classes that were met."""

    def __missing__(self, cls: type[Element]) -> _Shape:
        names = [field.name for field in spec_of(cls).fields if field.kind in (Kind.CHILD, Kind.CHILDREN, Kind.MIXED)]
        # Of one name alone, it would give no tuple; the class is passed over.
        get: Callable[[Any], tuple[Any, ...]] = attrgetter(*names, "__class__") if names else _nothing
        shape = self[cls] = _Shape(_height(cls, ()), get)
        return shape


def _nothing(node: object) -> tuple[Any, ...]:
    return ()


_shapes = _Shapes()


def _height(cls: type[Element], above: tuple[type[Element], ...]) -> int:
    spec = spec_of(cls)
    if cls in above or spec.wildcard is not None or (spec.body is not None and spec.body.kind is Kind.MIXED):
        return _ENDLESS
    if not spec.children:
        return 1
    heights: list[int] = []
    for target in (target for field in spec.children for target in field.targets):
        heights.append(_height(target, (*above, cls)))
        if heights[-1] >= _ENDLESS:
            return _ENDLESS
    return 1 + max(heights, default=0)


def check_limits(tree: Element | Markup, limits: Limits) -> None:
    """Refuse a tree that could not be read again. Raises `ModelError` with the path of what is too deep, or has too many attributes."""
    shapes, most, attributes = _shapes, limits.depth, limits.attributes
    waiting: list[tuple[Any, int]] = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        if level > most:
            message = f"more than {most} nested elements, which cannot be read again; if that is meant, pass limits=Limits(depth=...)"
            raise ModelError(message, path=path_to(tree, node) if level < _ENDLESS else None)
        extras = node._extras if isinstance(node._extras, Extras) else None  # the writers refuse what else may be there
        if isinstance(node, Markup):
            values: tuple[Any, ...] = (node.content,)
            count = len(node.attributes) if isinstance(node.attributes, dict) else 0
        else:
            values = shapes[node.__class__].children(node)
            count = len(extras.attributes) if extras is not None and isinstance(extras.attributes, dict) else 0
        if count > attributes:
            message = f"more than {attributes} attributes on one element, which cannot be read again; if that is meant, pass limits=Limits(attributes=...)"
            raise ModelError(message, path=path_to(tree, node))
        if extras is not None:
            waiting += [(item, level) for item in _nodes(extras.before)]
            values = (*values, extras.trailing)
        level += 1
        for value in values:
            if value.__class__ is list:
                for child in value:
                    cls = child.__class__
                    if cls is str or (cls in shapes and child._extras is None and level + shapes[cls].height <= most + 1):
                        continue
                    if isinstance(child, (Element, Markup)):
                        waiting.append((child, level))
            elif isinstance(value, (Element, Markup)):
                waiting.append((value, level))


def is_shallow(text: str, depth: int) -> bool:
    """Whether JSON text is surely of few levels, at a small part of the price of going through the tree."""
    left = text.encode(errors="replace").translate(None, _NO_BRACES)
    for _ in range(depth):
        if not left:
            return True
        inner = left.replace(b"{}", b"")
        if len(inner) == len(left):  # braces in strings
            return False
        left = inner
    return not left


_NO_BRACES = bytes(set(range(256)) - set(b"{}"))


def _nodes(items: Any) -> Iterator[Any]:
    return (item for item in (items if isinstance(items, list) else ()) if isinstance(item, (Element, Markup)))
