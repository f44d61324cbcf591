"""A tree to the objects of content JSON, dialect `api`.

Strategy: `infoset` says what XML would show of a node; here that becomes an object. Children are grouped by name, which loses their order;
`_order` is written exactly where the order that a reader rebuilds from the declarations (`names`) is not the order of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

from .. import stack
from ..datatypes import text_problem
from ..nodes import Comment, Content, Element, Form, Markup, ProcessingInstruction
from ..spec import Kind, Spec, spec_of
from ..stack import on_deep_stack
from ..xml.infoset import NO_EXTRAS, NO_FORM, Wrong, content_of, explained, root_form, start
from ..xml.names import ROOT
from ..xml.source import Limits
from ..xml.writer import write_other
from .names import ATTRIBUTES, EPILOG, ORDER, PROLOG, TEXT, Keys, key_of

__all__ = ["FEW", "Child", "check_number", "check_text", "counting", "document", "element", "entry_of", "exact_number", "framed", "grouped"]

# How a child is written: its name and its value. Whoever writes text instead of objects puts its own here.
Child: TypeAlias = Callable[[Any, Keys], tuple[str, Any]]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})|-?(?:0|[1-9][0-9]{0,6})\.[0-9]{0,7}[1-9]")


def exact_number(text: str) -> int | float | None:
    """The JSON number that every program writes back as this text; `None` if there is none.

    >>> exact_number("10"), exact_number("1.5"), exact_number("1.0"), exact_number("1e2"), exact_number("-0")
    (10, 1.5, None, None, None)
    """
    if _NUMBER.fullmatch(text) is None or text in ("-0", "0.0"):
        return None
    number = float(text) if "." in text else int(text)
    return number if repr(number) == text else None


def check_text(node: object, name: str | None, text: str) -> None:
    """Raise `Wrong` for characters that XML does not have."""
    if not text.isprintable() and (problem := text_problem(text)):
        raise Wrong(node, name, f"the text has {problem}")


@on_deep_stack
def document(tree: Element | Markup, child: Child | None = None) -> dict[str, Any]:
    """The whole document: the root, and what stands around it. Raises `ModelError`."""
    with explained(tree):
        name, value = element(tree, Keys(None, ROOT), child, root_form(tree))
        extras = NO_EXTRAS if tree._extras is None else tree._extras
        return framed(extras.before, name, value, extras.after)


def framed(before: Sequence[Content], name: str, value: Any, after: Sequence[Content]) -> dict[str, Any]:
    """A root, and what stands before and after it."""
    prolog, epilog = ([entry_of(item) for item in items] for items in (before, after))
    return {**({PROLOG: prolog} if prolog else {}), name: value, **({EPILOG: epilog} if epilog else {})}


def entry_of(item: Content) -> str | list[str]:
    """Text, a comment or a processing instruction as an entry of `_order`. Raises `Wrong` for what XML cannot have."""
    if isinstance(item, str):
        return item
    assert isinstance(item, (Comment, ProcessingInstruction))
    write_other(item, [])  # checks it
    return ["!", item.text] if isinstance(item, Comment) else ["?", item.target, item.data]


def element(node: Element | Markup, around: Keys, child: Child | None = None, form: Form | None = None) -> tuple[str, Any]:
    """The key and the value of an element, and of all in it. Raises `Wrong`."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(element, node, around, child, form)
    form = form or node._form or NO_FORM
    name, attributes, scope = start(node, form, around.scope)
    check_number(node, attributes)
    spec = spec_of(type(node)) if isinstance(node, Element) else None
    for raw, text in attributes.items():
        check_text(node, raw, text)
    keys = around.of(spec, scope)
    text, groups, several, order = grouped(node, form, keys, child or element)
    numbers: dict[str, int | float] = {}
    for field in spec.json_numbers if spec else ():
        raw = str(field.xml_name)
        number = exact_number(attributes.get(raw, ""))
        if number is not None and raw not in groups:
            numbers[raw] = number
            del attributes[raw]
    if spec is not None and spec.lists:
        groups = _with_empty_lists(spec, name, groups, keys)
    if not attributes and not groups and not order and not numbers:
        return key_of(name), text or ({} if spec is not None and spec.may_hold else "")
    result: dict[str, Any] = {ATTRIBUTES: attributes} if attributes else {}
    if text:
        result[TEXT] = text
    for raw, values in groups.items():
        result[key_of(raw)] = values if len(values) != 1 or keys[raw].several or raw in several else values[0]
    result |= numbers
    if order:
        result[ORDER] = order
    return key_of(name), result


FEW = 64  # the compiled writers do not count these: lower limits are not for them
_most_attributes: ContextVar[int] = ContextVar("most_attributes", default=Limits().attributes)  # of one element, while a document is written


@contextmanager
def counting(limits: Limits) -> Iterator[None]:
    """Let elements have as many attributes as the reader will allow."""
    token = _most_attributes.set(limits.attributes)
    try:
        yield
    finally:
        _most_attributes.reset(token)


def check_number(node: object, attributes: dict[str, str]) -> None:
    """Refuse more attributes than the reader allows. Raises `Wrong`."""
    if len(attributes) > (most := _most_attributes.get()):
        raise Wrong(node, None, f"more than {most} attributes on one element, which cannot be read again; if that is meant, pass limits=Limits(attributes=...)")


def grouped(node: Element | Markup, form: Form, keys: Keys, child: Child) -> tuple[str, dict[str, list[Any]], set[str], list[Any]]:
    """The content of a node: its text, its children by name, and the entries of `_order`, none if it is not needed.

    Before the last come the names of children that bring their own namespace, so that `keys` cannot know that there may be several.
    """
    texts: list[str] = []
    groups: dict[str, list[Any]] = {}
    several: set[str] = set()
    entries: list[Any] = []
    names: list[str] = []
    for item in content_of(node, form):
        if isinstance(item, (Element, Markup)):
            key, value = child(item, keys)
            raw = key.removeprefix(":")
            groups.setdefault(raw, []).append(value)
            if keys.ordered and keys[raw].field is None and _may_be_several(item, keys.spec):
                several.add(raw)
            names.append(raw)
            entries.append([key])
        else:
            entry = entry_of(item)
            entries.append(entry)
            if isinstance(entry, str):
                check_text(node, None, entry)
                texts.append(entry)
    text = "".join(texts)
    if len(texts) == len(entries):
        return text, groups, several, []
    if len(names) == len(entries) and _is_rebuilt(names, groups, keys):
        return "", groups, several, []
    return " ".join(text.split()), groups, several, entries


def _may_be_several(child: Element | Markup, parent: Spec | None) -> bool:
    """Whether the model allows more than one of a child."""
    if parent is None or isinstance(child, Markup):
        return False
    spec = spec_of(type(child))
    field, _ = parent.child_by_name.get((spec.namespace, spec.name), (None, None))
    return field is not None and field.kind is Kind.CHILDREN


def _is_rebuilt(names: list[str], groups: dict[str, list[Any]], keys: Keys) -> bool:
    """Whether a reader that knows only the groups arrives at the same order."""
    if len(groups) > 1 and names != [raw for raw in keys.rebuilt(groups) for _ in groups[raw]]:
        return False
    # A child of the name of a number that stands beside `_attributes` must be seen to be a child.
    return keys.spec is None or not any(field.xml_name in groups for field in keys.spec.json_numbers)


def _with_empty_lists(spec: Spec, name: str, groups: dict[str, list[Any]], keys: Keys) -> dict[str, list[Any]]:
    """The groups, and the lists that are written also when they are empty, each where the schema has it."""
    prefix, colon, _ = name.rpartition(":")
    missing = [raw for raw in (f"{prefix}{colon}{listed}" for listed in spec.lists) if raw not in groups]
    if not missing:
        return groups
    result = dict(groups)
    for raw in missing:
        rank = keys[raw].rank
        before = {other: values for other, values in result.items() if keys[other].rank <= rank}
        result = {**before, raw: [], **{other: values for other, values in result.items() if other not in before}}
    return result
