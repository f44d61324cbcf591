"""What a dialect cannot carry.

Strategy: `raw` is the tree as XML has it, which is what the writers of all foreign dialects start from. Here every element of it is asked what a
reader of the dialect would not find again: the order that the declarations do not give (`names`, as for `_order`), the place of text, what
the tool leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .. import stack
from ..brief import brief
from ..errors import Loss, ModelError
from ..nodes import Comment, Element, Form, Markup, ProcessingInstruction
from ..spec import Spec, spec_of
from ..stack import on_deep_stack
from ..walking import name_of
from ..xml.infoset import NO_EXTRAS, NO_FORM, content_of, explained, root_form, start
from ..xml.names import ROOT
from .codec import check_number, check_text, entry_of
from .dialects import DIALECTS, Dialect, RawContent, RawElement, runs, write
from .html import stands_for_attribute
from .names import ATTRIBUTES, TEXT, Keys

__all__ = ["document", "losses"]


@on_deep_stack
def document(tree: Element | Markup, dialect: Dialect) -> dict[str, Any]:
    """The JSON of a tree in a foreign dialect. Raises `ModelError`."""
    with explained(tree):
        before, after = _around(tree)
        return write(raw(tree, Keys(None, ROOT), root_form(tree)), dialect, before, after)


def _around(tree: Element | Markup) -> tuple[list[Any], list[Any]]:
    """What is before and after a root: comments and the like, as `explained` has seen. Raises `Wrong` for what XML cannot have."""
    extras = NO_EXTRAS if tree._extras is None else tree._extras
    for item in (*extras.before, *extras.after):
        entry_of(item)
    return extras.before, extras.after


def raw(node: Element | Markup, around: Keys, form: Form | None = None) -> RawElement:
    """A node as XML has it."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(raw, node, around, form)
    form = form or node._form or NO_FORM
    name, attributes, scope = start(node, form, around.scope)
    check_number(node, attributes)
    for key, text in attributes.items():
        check_text(node, key, text)
    keys = around.of(spec_of(type(node)) if isinstance(node, Element) else None, scope)
    content: list[RawContent] = []
    for item in content_of(node, form):
        if isinstance(item, (Element, Markup)):
            content.append(raw(item, keys))
        else:
            entry = entry_of(item)
            if isinstance(entry, str):
                check_text(node, None, entry)
            content.append(item)
    return RawElement(name, attributes, content, keys)


@on_deep_stack
def losses(tree: Element | Markup, dialect: str) -> list[Loss]:
    """What is lost when a tree is written in a dialect; nothing in `api`, ever.

    Kinds: `sibling-order`, `text-position`, `comment`, `processing-instruction`, `white-space`; `cardinality`: the model allows several children
    of a name, there is one, and nobody can tell from it; `lexical-form`: a child cannot be told from an attribute, or from a key of the dialect.

    Raises `ModelError`, and `ValueError` for an unknown dialect. Source: fact sheet "Content JSON", section 4.

    >>> from qtimodel import content, xml
    >>> for loss in content.losses(xml.loads("<p>pre <b>x</b> post<!-- c --></p>"), "xml2js"):
    ...     print(loss)
    /p/comment()[1]: comment: left out: ` c `
    /p: text-position: the text and `b` stand apart, so it is open what comes first
    """
    if not isinstance(tree, (Element, Markup)):
        raise ModelError(f"expected an element or markup, found {brief(tree)}")
    if dialect == "api":
        return []
    if not isinstance(dialect, str) or dialect not in DIALECTS:
        raise ValueError(f"the dialect {brief(dialect)} is not known; expected one of api, {', '.join(DIALECTS)}")
    row = DIALECTS[dialect]
    with explained(tree):
        before, after = _around(tree)
        root = raw(tree, Keys(None, ROOT), root_form(tree))
        return [*_others("", [*before, *after], row, alone=False), *_losses(f"/{name_of(tree)}", root, row)]


def _losses(path: str, element: RawElement, dialect: Dialect) -> Iterator[Loss]:
    """The losses of an element, and of all in it."""
    waiting = [(path, element)]
    while waiting:
        path, element = waiting.pop()
        content = list(runs(element.content)) if dialect.comment else element.content
        children = [item for item in content if isinstance(item, RawElement)]
        yield from _others(path, element.content, dialect, alone=len(content) == 1)
        yield from _of_text(path, element, content, [child.name for child in children], dialect)
        yield from _of_children(path, element, children, dialect)
        counts: Counter[str] = Counter()
        below = []
        for child in children:
            counts[child.name] += 1
            below.append((f"{path}/{child.name}[{counts[child.name]}]", child))
        waiting += reversed(below)


def _others(path: str, content: list[Any], dialect: Dialect, *, alone: bool) -> Iterator[Loss]:
    """Comments and processing instructions."""
    counts: Counter[type] = Counter()
    for item in content:
        if isinstance(item, (Comment, ProcessingInstruction)):
            counts[type(item)] += 1
            is_comment = isinstance(item, Comment)
            kind, key = ("comment", dialect.comment) if is_comment else ("processing-instruction", dialect.instruction)
            text = item.text if isinstance(item, Comment) else item.target
            if key is None or (is_comment and not text):
                yield Loss(f"{path}/{name_of(item)}[{counts[type(item)]}]", kind, f"left out: `{text[:60]}`")
            elif not alone:
                yield Loss(f"{path}/{name_of(item)}[{counts[type(item)]}]", kind, f"its place is left out: `{text[:60]}`")


def _of_text(path: str, element: RawElement, content: list[RawContent], names: list[str], dialect: Dialect) -> Iterator[Loss]:
    """White space, and the place of text."""
    texts = [item for item in content if isinstance(item, str)]
    if not texts:
        return
    apart = f"the text and {', '.join(f'`{name}`' for name in dict.fromkeys(names))} stand apart, so it is open what comes first"
    if dialect.place == "among":
        blank = sum(not text.strip(dialect.space) for text in texts)
        if blank:
            yield Loss(path, "white-space", "white space is left out where it stands alone")
        if len(texts) > blank and len(content) - blank > 1:
            yield Loss(path, "text-position", apart if names else "the runs of text stand apart from what divides them")
        return
    text = "".join(texts)
    stripped = text.strip(dialect.space)
    if not stripped:
        if not dialect.keeps_blank or element.attributes or names:
            yield Loss(path, "white-space", "the text is white space alone and left out")
        return
    if dialect.trims and text != stripped:
        yield Loss(path, "white-space", "white space at the ends of the text is left out")
    if names:
        yield Loss(path, "text-position", apart)


def _of_children(path: str, element: RawElement, children: list[RawElement], dialect: Dialect) -> Iterator[Loss]:
    """The order of children, how many they could be, and whether they are seen to be children."""
    keys = element.keys
    assert isinstance(keys, Keys)
    counts = Counter(child.name for child in children)
    shown = list(counts)
    if dialect.attributes is None and not dialect.prefix:  # a child of the name of an attribute stands where that does
        shown = [*(name for name in element.attributes if name in counts), *(name for name in counts if name not in element.attributes)]
    if len(counts) > 1 and [child.name for child in children] != [name for name in keys.rebuilt(shown) for _ in range(counts[name])]:
        yield Loss(path, "sibling-order", f"the order of {', '.join(f'`{name}`' for name in counts)} is left out")
    first: dict[str, RawElement] = {}
    for child in children:
        first.setdefault(child.name, child)
    for name, child in first.items():
        if not dialect.arrays and keys.ordered and keys[name].several and counts[name] == 1:
            yield Loss(f"{path}/{name}[1]", "cardinality", f"there is one `{name}`, and it does not show that there could be several")
        if _is_mistaken(name, child, element, keys.spec, dialect):
            yield Loss(f"{path}/{name}[1]", "lexical-form", f"the element `{name}` cannot be told from an attribute or a key of the dialect")
    for name, text in element.attributes.items() if dialect.attributes is None and not dialect.prefix else ():
        if not stands_for_attribute(name, text, element.name, keys.spec):
            yield Loss(f"{path}/@{name}", "lexical-form", f"the attribute `{name}` cannot be told from a child")


def _is_mistaken(name: str, child: RawElement, element: RawElement, spec: Spec | None, dialect: Dialect) -> bool:
    """Whether the key of a child means something else to a reader."""
    own = {ATTRIBUTES, TEXT, dialect.text, dialect.attributes, dialect.comment, dialect.instruction, dialect.declaration}
    if name in own or (dialect.comment and name in ("_cdata", "_doctype")):
        return True
    if spec is not None and any(name == field.xml_name for field in spec.json_numbers):
        return True
    if dialect.attributes is not None or dialect.prefix:
        return False
    value: Any = element.attributes.get(name) or ("" if not child.attributes and not any(isinstance(item, RawElement) for item in child.content) else {})
    return name not in element.attributes and stands_for_attribute(name, value, element.name, spec)
