"""Ways through a tree: found from identifiers, paths and nodes, told as paths, and rebuilt.

Strategy: a `Way` leads from the root to a node by field and index, so it means one place even where a node stands in two. A search goes only into
fields that can lead to what is searched, which a `Search` works out once for each class: most of a tree is never looked at. Paths are text made of
ways, only when there is an error to tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import copy
from difflib import get_close_matches
from itertools import accumulate
from typing import Any, Literal, NoReturn, TypeAlias, TypeVar

import attrs

from ..brief import brief
from ..errors import ModelError
from ..nodes import Comment, Element, Extras, Markup, Node, ProcessingInstruction
from ..spec import Field, Kind, Spec, spec_of
from ..walking import name_of, path_to, waiting

__all__ = ["NAMED", "Search", "Way", "Where", "at", "copied", "cut", "declared", "fail", "is_remark", "nearest", "path_along", "put", "rebuilt", "shifted"]
__all__ += ["way_to", "without"]

_T = TypeVar("_T", bound=Element)
_A = TypeVar("_A", bound=Node | Extras)

Where: TypeAlias = str | Element | Markup
"""An identifier, a path (it begins with `/`), or the node itself: an equal one does not count."""

Step: TypeAlias = tuple[str, int | None]
Way: TypeAlias = tuple[Step, ...]
"""From the root to a node: at each step a field, and the index in it, or `None` where it holds one child."""


def at(tree: Any, way: Way) -> Any:
    """The node at the end of a way."""
    for name, index in way:
        value = getattr(tree, name)
        tree = value if index is None else value[index]
    return tree


def way_to(tree: Element, where: Where, cls: type[Any] = Element) -> Way:
    """The way to what `where` means. Raises `ModelError` if that is nothing, or several."""
    if isinstance(tree, Markup):
        raise ModelError(f"the root is `{tree.name}`, which is no typed element: there is nothing to edit", path=f"/{tree.name}")
    if not isinstance(tree, Element):
        raise TypeError(f"expected a tree, found {brief(tree)}")
    if isinstance(where, str):
        return _along(tree, where) if where.startswith("/") else _by_identifier(tree, where, cls)
    if isinstance(where, (Element, Markup)):
        return _by_identity(tree, where)
    raise TypeError(f"expected an identifier, a path or an element of the tree, found {brief(where)}")


# -- searching -------------------------------------------------------------------------------------------------------------


_DEEPEST = 10_000  # levels: far more than any limit of reading or writing that makes sense


class Search(dict[type, tuple[bool, tuple[str, ...]]]):
    """Of a class: whether it is searched, and the fields that can lead to what is searched. Worked out when first asked for."""

    def __init__(self, searched: Callable[[type[Element]], bool]) -> None:
        super().__init__()
        self._searched = searched

    def __missing__(self, cls: type) -> tuple[bool, tuple[str, ...]]:
        spec = declared(cls)
        if spec is None:  # markup, or something that the writer will refuse
            return False, ()
        leading = [field.name for field in spec.children if any(any(map(self._searched, _from(target))) for target in field.targets)]
        self[cls] = self._searched(spec.cls), tuple(leading)
        return self[cls]

    def run(self, tree: Any, keep: Callable[[Any], object]) -> list[tuple[Way, Any]]:
        """What is searched and kept, root included, with the ways to it, in document order."""
        found: list[tuple[Way, Any]] = []
        searched, leading = self[type(tree)]
        if searched and keep(tree):
            found.append(((), tree))
        stack = [self._below(tree, (), leading)]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                continue
            way, child = step
            searched, leading = self[type(child)]
            if searched and keep(child):
                found.append((way, child))
            if leading:
                if len(stack) > _DEEPEST:
                    raise ModelError("the tree is too deep, or a node contains itself")
                stack.append(self._below(child, way, leading))
        return found

    def _below(self, node: object, way: Way, leading: tuple[str, ...]) -> Iterator[tuple[Way, Any]]:
        """The children of a node in some of its fields."""
        for name in leading:
            value = getattr(node, name)
            if isinstance(value, (list, tuple)):
                for index, child in enumerate(value):
                    yield (*way, (name, index)), child
            else:
                yield (*way, (name, None)), value


def declared(cls: type) -> Spec | None:
    """The declaration of a class, or `None` if it has none."""
    try:
        return spec_of(cls)
    except TypeError:
        return None


_reachable: dict[type[Element], set[type[Element]]] = {}


def _from(cls: type[Element]) -> set[type[Element]]:
    """A class and all that may stand in it, however deep."""
    if cls not in _reachable:
        found, waiting = {cls}, [cls]
        while waiting:
            new = {target for field in spec_of(waiting.pop()).children for target in field.targets} - found
            found |= new
            waiting += new
        _reachable[cls] = found
    return _reachable[cls]


NAMED = Search(lambda cls: spec_of(cls).names is not None)
_STRUCTURE = Search(lambda cls: spec_of(cls).names == "structure")


def _by_identifier(tree: Element, identifier: str, cls: type[Any]) -> Way:
    search = _STRUCTURE if cls is Element else NAMED
    found = search.run(tree, lambda node: node.identifier == identifier)
    if not search[type(tree)][0] and getattr(tree, "identifier", None) == identifier:
        found.insert(0, ((), tree))
    ways = [way for way, node in found if isinstance(node, cls)] or [way for way, _ in found]
    if not ways:
        known = [node.identifier for _, node in search.run(tree, lambda node: isinstance(node.identifier, str))]
        fail(tree, (), f"nothing has the identifier `{identifier:.100}`{nearest(identifier, known)}")
    if len(ways) > 1:
        fail(tree, (), f"`{identifier}` is the identifier of {_several(tree, ways)}")
    return ways[0]


def _by_identity(tree: Element, node: Element | Markup) -> Way:
    spec = declared(type(node))
    search = Search(lambda cls: spec is not None and cls is spec.cls)
    ways: list[Way] = [()] if node is tree else [way for way, _ in search.run(tree, lambda found: found is node)]
    if not ways:
        path = path_to(tree, node)  # it may stand in a body
        if path is None:
            fail(tree, (), f"this {type(node).__name__} is not in the tree, and an equal one does not count: give its identifier or path")
        return _along(tree, path)
    if len(ways) > 1:
        fail(tree, (), f"this {type(node).__name__} stands in {_several(tree, ways)}")
    return ways[0]


def _several(tree: Element, ways: list[Way]) -> str:
    paths = [path_along(tree, way) for way in ways[:5]] + ["..."] * (len(ways) > 5)
    return f"{len(ways)} places: give a path, one of {', '.join(paths)}"


def nearest(name: str, known: list[str]) -> str:
    """The known name that was probably meant, for a message."""
    close = get_close_matches(name[:100], known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""


# -- paths -----------------------------------------------------------------------------------------------------------------

_NODES = Element, Markup, Comment, ProcessingInstruction
_STEP = re.compile(r"/([^/\[\]]+)(?:\[([0-9]{1,9})\])?")
_PATH = re.compile(f"(?:{_STEP.pattern})+")


def _placed(node: object) -> Iterator[tuple[Step | None, Any]]:
    """The children of a node with their places, in the order in which paths count them; no place: it waits in the extras."""
    if isinstance(node, Markup):
        yield from ((("content", index), child) for index, child in enumerate(node.content if isinstance(node.content, (list, tuple)) else ()))
    elif isinstance(node, Element):
        for field in spec_of(type(node)).fields:
            if field.kind in (Kind.CHILD, Kind.CHILDREN, Kind.MIXED):
                value = getattr(node, field.name)
                many = isinstance(value, (list, tuple))
                for index, child in enumerate(value if many else (value,)):
                    yield from ((None, other) for other in waiting(child, "before"))
                    yield (field.name, index if many else None), child
        yield from ((None, other) for other in waiting(node, "trailing"))


def path_along(tree: Element, way: Way) -> str:
    """The path of the node at the end of a way, as walking gives it."""
    path = f"/{name_of(tree)}"
    node: Any = tree
    for step in way:
        counts = Counter[str]()
        for place, child in _placed(node):
            if isinstance(child, _NODES):
                name = name_of(child)
                counts[name] += 1
                if place == step:
                    path, node = f"{path}/{name}[{counts[name]}]", child
                    break
    return path


def _along(tree: Element, path: str) -> Way:
    """The way that a path means. `[1]` may be left out where there is no second; an attribute at the end, as errors have it, is its element."""
    path = path.partition("/@")[0]
    if not _PATH.fullmatch(path):
        fail(tree, (), f"`{path:.200}` is no path: expected something like {path_along(tree, ())}/name[1]")
    (root, number), *steps = _STEP.findall(path)
    if root != name_of(tree) or number not in ("", "1"):
        fail(tree, (), f"`{path:.200}` leads nowhere: the root is `{name_of(tree)}`")
    node: Any = tree
    way: Way = ()
    for name, number in steps:
        found = [(place, child) for place, child in _placed(node) if isinstance(child, _NODES) and name_of(child) == name]
        if not number and len(found) > 1:
            fail(tree, way, f"`{path:.200}` is not clear: write {name}[1] to {name}[{len(found)}]")
        if not 0 < int(number or 1) <= len(found):
            fail(tree, way, f"`{path:.200}` leads nowhere: there are {len(found) or 'no'} `{name}` here")
        place, node = found[int(number or 1) - 1]
        if place is None:
            fail(tree, way, f"`{path:.200}` leads into the extras: change them with `update`")
        way = (*way, place)
    if not isinstance(node, (Element, Markup)):
        fail(tree, way, f"expected an element, found a {type(node).__name__}")
    return way


def fail(tree: Element, way: Way, message: str) -> NoReturn:
    """Raise a `ModelError` with the path of the node at the end of a way."""
    raise ModelError(message, path=path_along(tree, way))


# -- rebuilding ------------------------------------------------------------------------------------------------------------


def copied(thing: _A, **changes: Any) -> _A:
    """A copy with lists, dictionaries and extras of its own; what is in these is shared. A subclass may have an `__init__` of its own."""
    twin = copy(thing)
    for field in attrs.fields(type(thing)):
        name = field.alias or field.name
        value = changes[name] if name in changes else getattr(thing, field.name)
        if name not in changes and isinstance(value, (list, dict, Extras)):
            value = copied(value) if isinstance(value, Extras) else value.copy()
        object.__setattr__(twin, field.name, value)
    return twin


def rebuilt(tree: _T, way: Way, node: Any) -> _T:
    """The tree with a node at the end of a way: copies of the nodes along it, and all others themselves."""
    parents = accumulate(way, lambda parent, step: at(parent, (step,)), initial=tree)
    for parent, (name, index) in reversed([*zip(parents, way, strict=False)]):
        value = node
        if index is not None:
            value = [*getattr(parent, name)]
            value[index] = node
        node = copied(parent, **{name: value})
    return node  # type: ignore[no-any-return]


def put(tree: _T, way: Way, field: Field, index: int | None, child: Any) -> _T:
    """The tree with one child more, at an index of a field of the node at the end of a way."""
    parent = at(tree, way)
    value = child
    if index is not None:
        value = [*getattr(parent, field.name)]
        value.insert(index, child)
    return rebuilt(tree, way, copied(parent, **{field.name: value}))


def cut(tree: _T, way: Way) -> _T:
    """The tree without the node at the end of a way."""
    parent = at(tree, way[:-1])
    name, index = way[-1]
    value = None
    if index is not None:
        value = [*getattr(parent, name)]
        del value[index]
    return rebuilt(tree, way[:-1], copied(parent, **{name: value}))


def without(tree: _T, way: Way) -> _T:
    """As `cut`, but unknown elements that wait in the extras of the node are not its own: they stay in its parent."""
    left = [item for item in waiting(at(tree, way), "before") if not is_remark(item)]
    rest = cut(tree, way)
    if not left:
        return rest
    above, parent = way[:-1], at(tree, way[:-1])
    places = [place for place, child in _placed(parent) if place is not None and isinstance(child, Node)]
    behind = places[places.index(way[-1]) + 1 :]
    there = shifted((*above, behind[0]), way) if behind else above
    node = at(rest, there)
    place: Literal["before", "trailing"] = "before" if behind else "trailing"
    around = copied(node._extras) if isinstance(node._extras, Extras) else Extras()
    around = copied(around, **{place: [*left, *waiting(node, place)]})
    return rebuilt(rest, there, copied(node, extras=around))


def is_remark(item: object) -> bool:
    """Whether an item is of those that may be around a root: a comment or a processing instruction."""
    return isinstance(item, (Comment, ProcessingInstruction))


def shifted(way: Way, removed: Way) -> Way:
    """What a way becomes when another one is cut."""
    *above, (name, index) = removed
    depth = len(above)
    if index is not None and len(way) > depth and list(way[:depth]) == above:
        field, number = way[depth]
        if field == name and number is not None and number > index:
            return (*above, (name, number - 1), *way[depth + 1 :])
    return way
