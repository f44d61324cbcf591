"""Pure editing: insert, replace, remove, move and update elements of a tree. Each function gives a new tree and leaves the old one as it is.

    from qtimodel import editing

    test = editing.insert(test, AssessmentItemRef(identifier="i7", href="i7.xml"), into="s2", position=1)
    test = editing.move(test, "s2", before="s1")
    test = editing.update(test, "s2", title="First")
    test = editing.remove(test, "/qti-assessment-test/qti-test-part[2]")

Which element is meant is said by its identifier (those of parts, sections and references, and the root's), by its path as `walk(paths=True)` and
errors give it, or by the node itself. The new tree shares with the old one whatever is not on the way from the root to the change.

What the data model demands is checked: who takes what, how many, what excludes each other, identifiers that are unique. Only what an edit adds
counts: a tree that was wrong before can be edited, and mended. Values are checked when they are written.

Strategy: find the way to a node (`ways`), check what the declarations say of the place (`checks`), copy the nodes along the way (`ways`).
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar, overload

from ..arguments import check_class
from ..nodes import Content, Element, Extras, Markup
from ..walking import waiting
from .checks import check_fields, check_names, check_removable, check_root, field_for, may_name, target
from .ways import Where, at, copied, cut, fail, is_remark, path_along, put, rebuilt, shifted, way_to, without

__all__ = ["Where", "find", "insert", "move", "path_of", "remove", "replace", "update"]

_T = TypeVar("_T", bound=Element)


@overload
def find(tree: Element, where: Where) -> Element: ...
@overload
def find(tree: Element, where: Where, cls: type[_T]) -> _T: ...
def find(tree: Element, where: Where, cls: type[Any] = Element) -> Any:
    """The element that `where` means.

    `cls` says which class is expected, for type checkers and as a check; with it, identifiers of declarations are found too.

    Raises `ModelError` if there is none (with the nearest identifier), if there are several (with their paths), or if it is no `cls`.

    >>> from qtimodel import AssessmentItemRef, AssessmentSection
    >>> section = AssessmentSection(identifier="s1", title="Algebra", visible=True)
    >>> section = insert(section, AssessmentItemRef(identifier="i1", href="i1.xml"), into="s1")
    >>> find(section, "i1", AssessmentItemRef).href
    'i1.xml'
    >>> find(section, "/qti-assessment-section/qti-assessment-item-ref[1]") is section.section_parts[0]
    True
    >>> find(section, "i11")
    Traceback (most recent call last):
    qtimodel.errors.ModelError: /qti-assessment-section: nothing has the identifier `i11`; did you mean `i1`?
    """
    check_class("cls", cls if cls is not None else (), (Element, Markup))
    way = way_to(tree, where, cls)
    node = at(tree, way)
    if not isinstance(node, cls):
        fail(tree, way, f"expected {cls.__name__}, found {type(node).__name__}")
    return node


def path_of(tree: Element, where: Where) -> str:
    """The path of an element, as `walk(paths=True)` gives it. Raises `ModelError` like `find`.

    >>> from qtimodel import AssessmentSection
    >>> inner = AssessmentSection(identifier="s2", title="Sets", visible=True)
    >>> path_of(AssessmentSection(identifier="s1", title="Algebra", visible=True, section_parts=[inner]), "s2")
    '/qti-assessment-section/qti-assessment-section[1]'
    """
    return path_along(tree, way_to(tree, where))


def insert(
    tree: _T, child: Element | Markup, *, into: Where | None = None, position: int | None = None, before: Where | None = None, after: Where | None = None
) -> _T:
    """The tree with one element more: in the element `into`, or next to a sibling, `before` or `after` it.

    The parent's declaration says which field takes it. `position` counts from 1 among the siblings there (sections and references together, as
    `sequence` in the API does); beyond the end, or without it, the child comes last.

    Raises `ModelError` with the path of the parent if it does not take such a child or has no room for it, or if an identifier in the child is
    taken; `ValueError` or `TypeError` if the arguments make no sense together.

    >>> from qtimodel import AssessmentItemRef, AssessmentSection
    >>> empty = AssessmentSection(identifier="s1", title="Algebra", visible=True)
    >>> one = insert(empty, AssessmentItemRef(identifier="i1", href="i1.xml"), into="s1")
    >>> two = insert(one, AssessmentItemRef(identifier="i2", href="i2.xml"), before="i1")
    >>> [ref.identifier for ref in two.section_parts], empty.section_parts
    (['i2', 'i1'], [])
    """
    way, field, index = target(tree, child, into, position, before, after)
    check_names(tree, child, way)
    return put(tree, way, field, index, child)


def replace(tree: _T, where: Where, replacement: Element | Markup) -> _T:
    """The tree with another element in the place of one. What is before the old one stays: comments, unless the new one has
    its own, and unknown elements, unless the new one has some.

    Replacing the root gives the replacement, of whatever class. Raises `ModelError` as `insert` does.

    >>> from qtimodel import AssessmentSection, AssessmentSectionRef
    >>> inner = AssessmentSectionRef(identifier="s2", href="s2.xml")
    >>> section = AssessmentSection(identifier="s1", title="Algebra", visible=True, section_parts=[inner])
    >>> replace(section, "s2", AssessmentSection(identifier="s2", title="Sets", visible=True)).section_parts
    [AssessmentSection(identifier='s2', title='Sets', visible=True)]
    """
    way = way_to(tree, where)
    old = at(tree, way)
    if replacement is old:
        return tree
    if not way:
        check_root(tree, replacement)
    elif (field := field_for(tree, way[:-1], replacement)) is not None and field.name != way[-1][0]:
        fail(tree, way[:-1], f"`{way[-1][0]}` takes no {type(replacement).__name__}: it belongs to `{field.name}`")
    check_names(tree, replacement, way[:-1], way)
    around: tuple[Literal["before", "after"], ...] = ("before",) if way else ("before", "after")
    return rebuilt(tree, way, _keeping(old, replacement, around))


def _keeping(old: Element | Markup, new: Element | Markup, around: tuple[Literal["before", "after"], ...]) -> Element | Markup:
    """The new node with what stood around the old one, where it has nothing of its own."""
    own = new._extras if isinstance(new._extras, Extras) else Extras()
    kept = {place: _merged([*waiting(old, place)], [*waiting(new, place)]) for place in around}
    kept = {place: items for place, items in kept.items() if items != getattr(own, place)}
    return copied(new, extras=copied(own, **kept)) if any(kept.values()) else new


def _merged(old: list[Content], own: list[Content]) -> list[Content]:
    """What is before or after a node in the place of another. Unknown elements are nobody's comments: they stay."""
    if not all(map(is_remark, own)):
        return own
    if not own or own == [*filter(is_remark, old)]:
        return list(old)
    return [*(item for item in old if not is_remark(item)), *own]


def remove(tree: _T, where: Where) -> _T:
    """The tree without an element and the comments before it. Unknown elements there stay, before what is next.

    Raises `ModelError` with the path of the parent if that needs the element.

    >>> from qtimodel import AssessmentItemRef, AssessmentSection
    >>> ref = AssessmentItemRef(identifier="i1", href="i1.xml")
    >>> remove(AssessmentSection(identifier="s1", title="Algebra", visible=True, section_parts=[ref]), "i1")
    AssessmentSection(identifier='s1', title='Algebra', visible=True)
    """
    way = way_to(tree, where)
    check_removable(tree, way)
    return without(tree, way)


def move(tree: _T, where: Where, *, into: Where | None = None, position: int | None = None, before: Where | None = None, after: Where | None = None) -> _T:
    """The tree with an element in another place, and with it what stands before it (comments).

    The place is said as for `insert`; `position` alone means in the same parent. `position` is the one that the element has afterwards.

    Raises `ModelError` as `insert` and `remove` do, and if the element would stand in itself.

    >>> from qtimodel import AssessmentItemRef, AssessmentSection
    >>> refs = [AssessmentItemRef(identifier=f"i{n}", href=f"i{n}.xml") for n in (1, 2, 3)]
    >>> section = AssessmentSection(identifier="s1", title="Algebra", visible=True, section_parts=refs)
    >>> [ref.identifier for ref in move(section, "i3", position=1).section_parts]
    ['i3', 'i1', 'i2']
    """
    source = way_to(tree, where)
    node = at(tree, source)
    if not source:
        fail(tree, source, "the root cannot be moved")
    if position is not None and into is before is after is None:
        into = path_along(tree, source[:-1])
    way, field, index = target(tree, node, into, position, before, after, moving=source)
    if source == (*way, (field.name, index)):
        return tree
    if source[:-1] != way:
        check_removable(tree, source)
    return put(cut(tree, source), shifted(way, source), field, index, node)


def update(tree: _T, where: Where, **fields: Any) -> _T:
    """The tree with other values in fields of one element, by their Python names: `update(test, "s1", title="New", class_=None)`.

    `extras` is a field too. Raises `ModelError` if there is no such field, if something required would be missing, or if an identifier is taken.
    Other values are checked when they are written.

    >>> from qtimodel import AssessmentSection
    >>> update(AssessmentSection(identifier="s1", title="Algebra", visible=True), "s1", title="Sets")
    AssessmentSection(identifier='s1', title='Sets', visible=True)
    """
    way = way_to(tree, where)
    check_fields(tree, way, fields)
    new = copied(at(tree, way), **fields)
    if may_name(type(new), fields):
        check_names(tree, new, way, way)
    return rebuilt(tree, way, new)
