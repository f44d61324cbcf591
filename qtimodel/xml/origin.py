"""Whether a tree is what a text says.

Strategy: the text is read anew and compared. Nothing less would do: a tree that was changed in place, before or beside a copy of it, looks like
any other, and what was changed in it would be lost without a word.
"""

from __future__ import annotations

from typing import Any

import attrs

from ..brief import brief
from ..errors import DocumentError, ModelError
from ..nodes import Element, Extras, Markup, Node
from ..walking import children, name_of
from . import dumps, loads
from .infoset import NO_EXTRAS
from .source import Limits

__all__ = ["check_origin", "extras_of", "not_its_tree", "part_kind"]

_ANY = Limits(depth=1_000_000, attributes=1_000_000_000, problems=1_000_000_000, size=1_000_000_000_000)


def check_origin(raw: str | bytes, before: Element | Markup) -> None:
    """Compare a tree with what its text says. Raises `ModelError` if it is another one, and `DocumentError`."""
    read = loads(raw, recover=True, limits=_ANY).tree
    if read == before:
        return
    try:  # an edited tree may have several texts side by side, which are one in XML
        normal = loads(dumps(before, limits=_ANY), recover=True, limits=_ANY).tree
    except (ModelError, DocumentError) as error:
        raise not_its_tree(f"it cannot be written: {error}") from None
    if read != normal:
        raise not_its_tree(_difference(read, normal))


def _difference(read: Element | Markup, before: Element | Markup) -> str:
    """Where two trees begin to differ."""
    ours, theirs = ([*extras_of(tree).before, tree, *extras_of(tree).after] for tree in (read, before))
    waiting: list[tuple[str, Any, Any, list[Any], list[Any]]] = [("the document", None, None, ours, theirs)]
    while waiting:
        name, one, other, ours, theirs = waiting.pop()
        for field in attrs.fields(type(one)) if one is not None else ():
            found, expected = getattr(one, field.name), getattr(other, field.name)
            if field.eq and not isinstance(found, list | Node | Extras) and found != expected:
                return f"in `{name}`, `{field.name}` is {brief(found, 80)}, not {brief(expected, 80)}"
        for number in range(max(len(ours), len(theirs))):
            items = [items[number] if number < len(items) else None for items in (ours, theirs)]
            kinds = [f"`{part_kind(item)}`" if item is not None else "no more" for item in items]
            if kinds[0] != kinds[1] or (not isinstance(items[0], Element | Markup) and items[0] != items[1]):
                texts = kinds if kinds[0] != kinds[1] else [brief(item, 80) for item in items]
                return f"in `{name}`, as number {number + 1} of its content, it has {texts[0]}, not {texts[1]}"
            if isinstance(items[0], Element | Markup):
                waiting.append((name_of(items[0]), items[0], items[1], [*children(items[0])], [*children(items[1])]))
    return "in attributes that no declaration has"


def extras_of(node: Element | Markup) -> Extras:
    """What is around a node."""
    return node._extras or NO_EXTRAS


def part_kind(item: Any) -> str:
    """What `Part` calls the kind of an item, or the name of an element."""
    if isinstance(item, str):
        return "text"
    return name_of(item).replace("comment()", "comment").replace("processing-instruction()", "instruction")


def not_its_tree(difference: str) -> ModelError:
    """The error for a tree of another text."""
    return ModelError(f"`before` is not the tree of this XML: read it from the same text ({difference})")
