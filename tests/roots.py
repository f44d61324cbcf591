"""Trees of a root that have a given element somewhere below."""

from __future__ import annotations

from collections import deque

from qtimodel import Element
from qtimodel.spec import Field, Kind, spec_of
from qtimodel.testing import minimal

_known: dict[str, dict[type[Element], tuple[tuple[type[Element], Field], ...]]] = {}


def ways(root: type[Element]) -> dict[type[Element], tuple[tuple[type[Element], Field], ...]]:
    """The shortest way of declarations from a root to every class below it."""
    if root.__name__ in _known:
        return _known[root.__name__]
    found: dict[type[Element], tuple[tuple[type[Element], Field], ...]] = {root: ()}
    waiting = deque(found)
    while waiting:
        parent = waiting.popleft()
        for field in spec_of(parent).children:
            for target in field.targets:
                if target not in found:
                    found[target] = (*found[parent], (parent, field))
                    waiting.append(target)
    _known[root.__name__] = found
    return found


def below(root: type[Element], tree: Element) -> Element:
    """A minimal tree of a root that has the tree somewhere. What comes after a root has no place behind a child."""
    if tree._extras is not None:
        tree.extras.after.clear()
    for parent, field in reversed(ways(root)[type(tree)]):
        outer = minimal(parent)
        if field.kind is Kind.CHILDREN:
            setattr(outer, field.name, [tree, *getattr(outer, field.name)[1:]])
        else:
            setattr(outer, field.name, tree)
        tree = outer
    return tree
