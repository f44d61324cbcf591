"""What the declarations demand of an edit. Each check raises `ModelError` with the path of the parent, in the tree as it was before.

Strategy: an edit must not make a tree worse. What is wrong already, such as an identifier that two elements have, is not the edit's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from ..brief import brief
from ..nodes import Element, Invalid, Markup, Node
from ..spec import Field, Kind, spec_of
from ..walking import name_of, waiting
from .ways import NAMED, Way, Where, at, declared, fail, nearest, path_along, way_to

__all__ = ["check_fields", "check_names", "check_removable", "check_root", "field_for", "may_name", "target"]


def target(
    tree: Element, child: Any, into: Where | None, position: int | None, before: Where | None, after: Where | None, moving: Way = ()
) -> tuple[Way, Field, int | None]:
    """The way to the parent, the field and the index of a child that is new, or that is `moving`: then the index counts without it.

    Raises what `insert` and `move` say.
    """
    given = [where for where in (into, before, after) if where is not None]
    if len(given) != 1:
        raise ValueError("say where: expected one of `into`, `before` and `after`")
    if position is not None:
        if into is None:
            raise ValueError("`position` goes with `into`")
        if isinstance(position, bool) or not isinstance(position, int):
            raise TypeError(f"`position` is {brief(position)}; expected a whole number of at least 1")
        if position < 1:
            raise ValueError(f"`position` is {position}; expected a whole number of at least 1")
    named = way_to(tree, given[0])
    if into is None and not named:
        fail(tree, named, "nothing can stand next to the root")
    way = named if into is not None else named[:-1]
    if moving and way[: len(moving)] == moving:
        fail(tree, moving, "an element cannot stand in itself")
    field = field_for(tree, way, child)
    if field is None:
        fail(tree, way, f"`{name_of(at(tree, way))}` holds text and markup: change its content with `update`")
    stays = bool(moving) and moving[:-1] == way
    if not stays:
        _check_room(tree, way, field)
    if into is None and named[-1][0] != field.name:
        fail(tree, way, f"{type(child).__name__} goes into `{field.name}`; what it should stand next to is in `{named[-1][0]}`")
    if field.kind is Kind.CHILD:
        return way, field, None
    taken = moving[-1][1] if stays else None
    if into is None:
        index = (named[-1][1] or 0) + (after is not None)
        return way, field, index - (taken is not None and taken < index)
    length = len(getattr(at(tree, way), field.name)) - (taken is not None)
    return way, field, length if position is None else min(position - 1, length)


def field_for(tree: Element, way: Way, child: Any) -> Field | None:
    """The field of a parent that takes a child; `None`: the parent holds text and markup. Raises `ModelError` if it does not take it."""
    parent = at(tree, way)
    spec = None if isinstance(parent, Markup) else spec_of(type(parent))
    own = declared(type(child))
    field: Field | None = None
    if spec is None or (spec.body is not None and spec.body.kind is Kind.MIXED):
        taken = isinstance(child, Markup) or (own is not None and own.everywhere)
        expected = "markup and elements that may stand in it"
    else:
        if isinstance(child, Markup):
            field = spec.wildcard if spec.takes_markup(child.namespace, child.name) else None
        elif own is not None:
            field, _ = spec.child_by_name.get((own.namespace, own.name), (None, None))
        taken = field is not None
        expected = "; ".join(f"{each.name}: {_expected(each)}" for each in spec.children) or "no children"
    if not taken:
        fail(tree, way, f"expected {expected}; found {type(child).__name__ if isinstance(child, Node) else brief(child)}")
    if waiting(child, "after"):
        fail(tree, way, "what stands in `extras.after` can only follow a root: put it elsewhere first")
    return field


def _expected(field: Field) -> str:
    """The classes that a field takes, for a message."""
    names = [target.__name__ for target in field.targets] + ["Markup"] * field.wildcard
    return ", ".join(names[:6]) + ", ..." * (len(names) > 6)


def check_root(tree: Element, new: Any) -> None:
    """Whether something can be a root."""
    if declared(type(new)) is None:
        fail(tree, (), f"expected an element for the root, found {brief(new)}")


def _check_room(tree: Element, way: Way, field: Field) -> None:
    """Whether an element may have one more child in a field."""
    parent = at(tree, way)
    spec = spec_of(type(parent))
    value = getattr(parent, field.name)
    if field.kind is Kind.CHILD:
        if value is not None and not isinstance(value, Invalid):
            fail(tree, way, f"`{spec.name}` has its `{field.name}` already: use `replace`")
    elif not isinstance(value, list):
        fail(tree, way, f"expected a list in `{field.name}`, found {brief(value)}")
    elif field.maximum is not None and len(value) >= field.maximum:
        fail(tree, way, f"`{spec.name}` takes at most {field.maximum} in `{field.name}`, and has {len(value)}")
    own = next((group for group in spec.alternatives if field.name in group), None)
    rival = next((name for group in spec.alternatives if own and group != own for name in group if getattr(parent, name)), None)
    if rival is not None:
        fail(tree, way, f"`{spec.name}` has `{rival}`, which excludes `{field.name}`: remove it first")


def check_removable(tree: Element, way: Way) -> None:
    """Whether a parent can do without the node at the end of a way."""
    if not way:
        fail(tree, way, "the root cannot be removed")
    parent, (name, index) = at(tree, way[:-1]), way[-1]
    this = name_of(parent)
    field = None if isinstance(parent, Markup) else next(field for field in spec_of(type(parent)).fields if field.name == name)
    if field is None or field.kind is Kind.MIXED:
        fail(tree, way, f"`{this}` holds text and markup: change its content with `update`")
    if index is None and field.minimum:
        fail(tree, way[:-1], f"`{this}` needs its `{name}`: use `replace`")
    if index is not None and len(getattr(parent, name)) <= field.minimum:
        whole = f", or remove the whole `{this}`" if way[:-1] else ""
        fail(tree, way[:-1], f"`{this}` needs at least {field.minimum} in `{name}` ({_expected(field)}): insert another one first{whole}")


def check_fields(tree: Element, way: Way, values: dict[str, Any]) -> None:
    """Whether a node has these fields, and nothing that it needs would be missing."""
    cls = type(at(tree, way))
    known = [field.alias or field.name for field in attrs.fields(cls) if field.name != "_form"]
    for name in values.keys() - {*known}:
        fail(tree, way, f"{cls.__name__} has no field `{name}`{nearest(name, known)}")
    spec = declared(cls)
    for field in spec.fields if spec is not None else ():
        value = values.get(field.name, ...)
        if value is None and field.required:
            fail(tree, way, f"`{field.name}` is required and cannot be None")
        if field.kind is Kind.CHILDREN and isinstance(value, list) and len(value) < field.minimum:
            fail(tree, way, f"`{name_of(at(tree, way))}` needs at least {field.minimum} in `{field.name}` ({_expected(field)}), found {len(value)}")


# -- identifiers -----------------------------------------------------------------------------------------------------------


def may_name(cls: type, fields: Iterable[str]) -> bool:
    """Whether values in these fields may bring identifiers that have to be unique."""
    named, leading = NAMED[cls]
    return not {*leading, *(["identifier"] if named else [])}.isdisjoint(fields)


def check_names(tree: Element, new: Any, way: Way, replaced: Way | None = None) -> None:
    """Whether the identifiers that a new subtree brings into a tree are free. `replaced` leads to what goes; errors are told at `way`."""
    names = _names(new)
    added = names - _names(at(tree, replaced)) if replaced is not None else names
    if not added:
        return
    identifiers = {identifier for _, identifier in added}
    for found, node in NAMED.run(tree, lambda node: isinstance(node.identifier, str) and node.identifier in identifiers):
        if (spec_of(type(node)).names, node.identifier) in added and (replaced is None or found[: len(replaced)] != replaced):
            fail(tree, way, f"the identifier `{node.identifier}` is taken by {path_along(tree, found)}: choose another")
    for name in added:
        if names[name] > 1:
            fail(tree, way, f"the identifier `{name[1]}` stands more than once in what is new: choose another")


def _names(tree: Any) -> Counter[tuple[str | None, str]]:
    """Name space and identifier of every element that has them."""
    found = NAMED.run(tree, lambda node: isinstance(node.identifier, str))
    return Counter((spec_of(type(node)).names, node.identifier) for _, node in found)
