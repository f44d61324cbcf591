"""Every node of a tree in document order, with its path.

Strategy: what comes where is derived from the declarations, so walking, paths in errors and counting need no knowledge of QTI.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeVar, overload

from .brief import brief
from .nodes import Comment, Element, Extras, Markup, Node, ProcessingInstruction
from .spec import Kind, spec_of

__all__ = ["children", "name_of", "path_to", "waiting", "walk"]

_T = TypeVar("_T")


def name_of(node: object) -> str:
    """The XML name of a node as a path shows it.

    >>> name_of(Markup(name="p")), name_of(Comment("x"))
    ('p', 'comment()')
    """
    if isinstance(node, Element):
        return spec_of(type(node)).name
    if isinstance(node, Markup):
        return node.name if isinstance(node.name, str) else brief(node.name)
    return "comment()" if isinstance(node, Comment) else "processing-instruction()"


def children(node: object) -> Iterator[Any]:
    """The children of a node in document order: nodes and, in mixed content, `str`. What is no list where one belongs is passed over."""
    if isinstance(node, Markup):
        yield from _items(node.content)
    elif isinstance(node, Element):
        for field in spec_of(type(node)).fields:
            if field.kind in (Kind.CHILDREN, Kind.MIXED):
                for child in _items(getattr(node, field.name)):
                    yield from _with_before(child)
            elif field.kind is Kind.CHILD and getattr(node, field.name) is not None:
                yield from _with_before(getattr(node, field.name))
        yield from waiting(node, "trailing")


def _items(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else ()


def waiting(node: object, place: Literal["before", "trailing", "after"]) -> Sequence[Any]:
    """What the extras of a node have in a place. What is no list, or no extras, is passed over: the writer says that it is wrong."""
    extras = node._extras if isinstance(node, Node) else None
    items: Sequence[Any] = _items(getattr(extras, place)) if isinstance(extras, Extras) else ()
    return items


def _with_before(child: object) -> Iterator[Any]:
    yield from waiting(child, "before")
    yield child


@overload
def walk(tree: object, *, paths: Literal[False] = False) -> Iterator[Any]: ...
@overload
def walk(tree: object, *, paths: Literal[True]) -> Iterator[tuple[str, Any]]: ...
@overload
def walk(tree: object, *classes: type[_T], paths: Literal[False] = False) -> Iterator[_T]: ...
@overload
def walk(tree: object, *classes: type[_T], paths: Literal[True]) -> Iterator[tuple[str, _T]]: ...
@overload
def walk(tree: object, *classes: type[_T], paths: bool) -> Iterator[_T] | Iterator[tuple[str, _T]]: ...
def walk(tree: object, *classes: type[Any], paths: bool = False) -> Iterator[Any]:
    """Yield the nodes below and including `tree` in document order: elements, markup, comments, processing instructions; not text.

    With `classes`, only instances of these; groups such as `Expression` work too. With `paths=True`, pairs of path and node.

    >>> from qtimodel import AssessmentItemRef, AssessmentSection
    >>> refs = [AssessmentItemRef(identifier=f"i{n}", href=f"i{n}.xml") for n in (1, 2)]
    >>> section = AssessmentSection(identifier="s", title="S", visible=True, section_parts=refs)
    >>> [ref.identifier for ref in walk(section, AssessmentItemRef)]
    ['i1', 'i2']
    >>> [path for path, _ in walk(section, AssessmentItemRef, paths=True)]
    ['/qti-assessment-section/qti-assessment-item-ref[1]', '/qti-assessment-section/qti-assessment-item-ref[2]']
    """
    nodes = Element, Markup, Comment, ProcessingInstruction
    wanted = classes or nodes
    for cls in classes:
        if not isinstance(cls, type):
            raise TypeError(f"expected classes of nodes, found {brief(cls)}")
    # A stack of iterators, so that the depth of a tree is not bounded by Python's recursion.
    stack = [("", _around(tree), Counter[str]())]
    while stack:
        parent, remaining, counts = stack[-1]
        child = next(remaining, stack)
        if child is stack:
            stack.pop()
        elif isinstance(child, nodes):
            path = ""
            if paths:
                name = name_of(child)
                counts[name] += 1
                path = f"{parent}/{name}" if child is tree else f"{parent}/{name}[{counts[name]}]"
            if isinstance(child, wanted):
                yield (path, child) if paths else child
            if isinstance(child, (Element, Markup)):
                stack.append((path, children(child), Counter()))


def _around(tree: object) -> Iterator[Any]:
    """A tree and what stands before and after it."""
    yield from _with_before(tree)
    yield from waiting(tree, "after")


def path_to(tree: object, node: object) -> str | None:
    """The path of the first place where `node` itself (not an equal one) stands in `tree`."""
    return next((path for path, found in walk(tree, object, paths=True) if found is node), None)
