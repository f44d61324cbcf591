"""What stands in one object of content JSON: attributes, texts, children and the rest, as its dialect has them.

Strategy: a dialect is a row of keys (`rules`), so its objects are sorted key by key. What JSON may have for a text is taken for text: numbers
and booleans too. What cannot be content JSON is noted with its path, and sorting goes on.
"""

from __future__ import annotations

import re
from itertools import count
from math import isfinite
from typing import Any

import attrs

from ..datatypes import text_problem
from ..json_text import Path
from ..nodes import Comment, ProcessingInstruction
from ..spec import Field, Spec
from ..xml.reader import Problem, TooMuch
from ..xml.source import Limits
from .feed import is_name
from .html import could_be_child, stands_for_attribute
from .names import ATTRIBUTES, LIKE_ATTRIBUTES, ORDER, RESERVED, TEXT, name_of_key
from .rules import Rules

__all__ = ["Place", "Taken", "Taker", "line_ends", "shown"]


@attrs.frozen
class Place:
    """Where in the JSON an event comes from, and where its attributes do."""

    path: Path
    attributes: dict[str, Path]
    number: int = attrs.field(factory=count().__next__, eq=False)  # in the order of events


@attrs.define
class Taken:
    """What an object holds: each thing with its place below it. `sequence`: all content in document order, where that is known."""

    attributes: dict[str, tuple[str, Path]] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)
    others: list[Comment | ProcessingInstruction] = attrs.field(factory=list)
    children: dict[str, list[tuple[Any, Path]]] = attrs.field(factory=dict)
    order: list[Any] | None = None
    sequence: list[Item] | None = None


@attrs.frozen
class Item:
    """A piece of content: a child if it has a `name`, otherwise text, a comment or a processing instruction."""

    value: Any
    place: Path
    name: str | None = None


class Taker:
    """Sorts objects of a dialect. `problems` cannot be content JSON at all, `guesses` are what the JSON does not say; `path` leads to the current object."""

    def __init__(self, rules: Rules, limits: Limits) -> None:
        self.rules, self.limits = rules, limits
        self.problems: list[Problem] = []
        self.guesses: list[Problem] = []
        self.path: list[str | int] = []

    def problem(self, message: str, *below: str | int, code: str = "json") -> None:
        """Note what cannot be content JSON."""
        place = Place((*self.path, *below), {})
        self.problems.append(Problem(code, message, place))
        if len(self.problems) >= self.limits.problems:
            raise TooMuch(Problem("problems", f"more than {self.limits.problems} problems", place))

    def guess(self, message: str, *below: str | int, code: str = "order", into: list[Problem] | None = None) -> None:
        """Note what the JSON does not say, among the guesses or elsewhere."""
        found = self.guesses if into is None else into
        if len(found) < max(self.limits.problems, 1):  # one is enough for `strict`
            found.append(Problem(code, message, Place((*self.path, *below), {})))

    def taken(self, raw: str, value: Any, spec: Spec | None) -> Taken:
        """What stands in the value of an element."""
        taken = Taken()
        rules = self.rules
        if value is None and rules.nothing:
            return taken
        if not isinstance(value, dict):
            body, exact = (spec.body, spec.body is None) if spec is not None else (None, False)
            if text := self.scalar(value, f"`{raw}`", "an object or text", body, exact=exact):
                taken.texts.append(text)
            return taken
        order = value.get(ORDER) if rules.own else None
        listed = (
            {name_of_key(entry[0]) for entry in order if isinstance(entry, list) and entry and isinstance(entry[0], str)} if isinstance(order, list) else ()
        )
        numbers = {field.xml_name for field in spec.json_numbers} if spec is not None else ()
        for key, item in value.items():
            if not isinstance(key, str):
                self.problem(f"the key {key!r:.80} is no string")
            elif key in rules.carriers:
                self.take_attributes(raw, key, item, taken, spec)
            elif key in rules.texts:
                self.take_texts(key, item, taken, spec)
            elif key in rules.comments or key in rules.instructions or (key[:1] == "?" and not rules.own):
                self.take_other(key, item, taken)
            elif rules.own and key == ORDER:
                if isinstance(order, list):
                    taken.order = order
                else:
                    self.problem(f"`{ORDER}` is {shown(order)}; expected an array", ORDER)
            elif (prefix := rules.prefix_of(key)) is not None:
                self.take_attribute(key[len(prefix) :], item, (key,), taken, spec)
            elif key in numbers and key not in listed and key not in taken.attributes:
                self.take_attribute(key, _number_in(item), (key,), taken, spec)
            elif rules.inline and stands_for_attribute(key, item, raw, spec):
                self.take_inline(raw, key, item, taken, spec)
            elif rules.name in ("api", "built") and key in RESERVED:
                self.problem(f"`{key}` is no key of an element in this dialect; an element of that name is written `:{key}`", key)
            else:
                children = [(child, (key, index)) for index, child in enumerate(item)] if isinstance(item, list) else [(item, (key,))]
                taken.children.setdefault(name_of_key(key) if rules.own else key, []).extend(children)
                if key in LIKE_ATTRIBUTES and isinstance(item, dict) and not rules.known:
                    self.guess(f"`{key}` was read as an element; it is no key of attributes in a dialect that is known", key, code="dialect")
        if taken.order is not None:
            taken.texts.clear()  # `_` is a copy of what the entries have
            for key in value:
                if key != TEXT and (key in rules.texts or key in rules.comments or key in rules.instructions):
                    self.problem(f"`{key}` is beside `{ORDER}`, which does not list it: put it into an entry of `{ORDER}`", key)
        return taken

    def take_attributes(self, raw: str, key: str, item: Any, taken: Taken, spec: Spec | None) -> None:
        """The object of attributes. A child of its name makes an array of both."""
        place: tuple[str | int, ...] = (key,)
        if isinstance(item, list) and item and isinstance(item[0], dict) and not self.rules.own and not self.rules.html:
            taken.children[key] = [(child, (key, index)) for index, child in enumerate(item) if index]
            item, place = item[0], (key, 0)
        if not isinstance(item, dict):
            return self.problem(f"`{key}` of `{raw}` is {shown(item)}; expected an object of texts", key)
        for name, text in item.items():
            prefix = self.rules.prefix_of(name) if isinstance(name, str) else None
            self.take_attribute(name[len(prefix) :] if prefix else name, text, (*place, name), taken, spec)
        return None

    def take_inline(self, raw: str, key: str, item: Any, taken: Taken, spec: Spec | None) -> None:
        """An attribute beside the children. A child of its name makes an array of both."""
        several = isinstance(item, list)
        first = item[0] if several else item
        self.take_attribute(key, first, (key, 0) if several else (key,), taken, spec)
        if several and item[1:]:
            taken.children[key] = [(child, (key, index)) for index, child in enumerate(item) if index]
        if (several and item[1:]) or could_be_child(key, raw, spec):
            self.guess(f"`{key}` in `{raw}` is an attribute or a child; it was read as an attribute", key, code="attribute-or-child")

    def take_attribute(self, name: Any, value: Any, place: Path, taken: Taken, spec: Spec | None) -> None:
        """One attribute."""
        if not is_name(name):
            return self.problem(f"`{name!s:.80}` is no name of an attribute", *place)
        field = spec.attribute_by_name.get(name) if spec is not None else None
        if isinstance(value, list) and field is not None and field.is_list:
            value = " ".join(map(str, value))
        if name in taken.attributes:
            there = taken.attributes[name][1]
            return self.problem(f"`{name}` stands twice, also as {''.join(f'[{step!r}]' for step in there)}: remove one", *place)
        text = self.scalar(value, f"`{name}`", "text", field, *place)
        if text is not None:
            taken.attributes[name] = text, place
        return None

    def take_texts(self, key: str, item: Any, taken: Taken, spec: Spec | None) -> None:
        """Text, or several runs of it."""
        runs = item if isinstance(item, list) and self.rules.runs else [item]
        for index, run in enumerate(runs):
            text = self.scalar(run, f"`{key}`", "text", spec.body if spec is not None else None, *((key, index) if isinstance(item, list) else (key,)))
            if text:
                taken.texts.append(text)

    def take_other(self, key: str, item: Any, taken: Taken) -> None:
        """Comments and processing instructions."""
        items = item if isinstance(item, list) else [item]
        for index, one in enumerate(items):
            place = (key, index) if isinstance(item, list) else (key,)
            if key in self.rules.comments and isinstance(one, str):
                taken.others.append(Comment(line_ends(one)))
            elif key[:1] == "?":
                if (data := self.pairs(one)) is None:
                    self.problem(f"`{key}` is {shown(one)}; expected the text of a processing instruction, or its attributes", *place)
                else:
                    taken.others.append(ProcessingInstruction(key[1:], line_ends(data)))
            elif key in self.rules.instructions and isinstance(one, dict) and all(isinstance(data, str) for data in one.values()):
                taken.others += [ProcessingInstruction(target, line_ends(data)) for target, data in one.items()]
            else:
                self.problem(f"`{key}` is {shown(one)}; expected text, or an object of target and data", *place)

    def pairs(self, value: Any) -> str | None:
        """The data of a processing instruction, from its text or from objects of attributes; `None`: it is neither."""
        if isinstance(value, str):
            return value
        if not isinstance(value, dict):
            return None
        found: list[str] = []
        for key, item in value.items():
            inner = item.items() if isinstance(item, dict) and (key in self.rules.carriers or key == ":@") else ((key, item),)
            for name, text in inner:
                if not isinstance(name, str) or not isinstance(text, str) or '"' in text:
                    return None
                found.append(f'{name[len(self.rules.prefix_of(name) or "") :]}="{text}"')
        return " ".join(found)

    def declaration(self, key: str, value: Any) -> None:
        """Pass over an XML declaration, and over nothing else."""
        pairs = value
        if isinstance(value, dict):
            pairs = {}
            for name, item in value.items():
                if name in self.rules.texts and item == "":
                    continue  # fast-xml-parser, `alwaysCreateTextNode`
                pairs.update(item if name in (*self.rules.carriers, "attributes", ATTRIBUTES, ":@") and isinstance(item, dict) else {name: item})
            pairs = {name.lstrip("@_") if isinstance(name, str) else name: text for name, text in pairs.items()}
        elif value in ("", None):
            pairs = {}
        if (
            not isinstance(pairs, dict)
            or not pairs.keys() <= {"version", "encoding", "standalone"}
            or any(isinstance(text, (dict, list)) for text in pairs.values())
        ):
            self.problem(f"`{key}` is {shown(value)}; expected an XML declaration: attributes `version`, `encoding`, `standalone`, and nothing else", key)

    def scalar(self, value: Any, what: str, expected: str, field: Field | None, *place: str | int, exact: bool = False) -> str | None:
        """The text that a value means. Anything but a scalar is a problem; what the text of a number was is a guess, unless it is `exact`."""
        if isinstance(value, str):
            if len(value) > self.limits.size:
                self.problem(f"the text of {what} has {len(value):,} characters; if that is meant, read with limits=Limits(size=...)", *place)
                return None
            if problem := text_problem(value):
                self.problem(f"the text of {what} has {problem}: remove it", *place)
                return None
            if "&" in value and self.rules.references and not self.rules.known and (found := _REFERENCE(value)) and place[-1:] not in _CDATAS:
                self.guess(
                    f"{what} has `{found[0]}`, which may be a character that the tool did not decode; it was kept;"
                    " write the character, or parse with `htmlEntities: true` or without `sanitize`",
                    *place,
                    code="reference",
                )
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        text = None
        if isinstance(value, int) and value.bit_length() < 10_000:
            text = str(value)
        elif isinstance(value, float) and isfinite(value):
            text = repr(value).removesuffix(".0")
        if text is None:
            self.problem(f"{what} is {shown(value)}; expected {expected}", *place)
        elif not exact and not self.rules.html and _is_text(field, text):
            self.guess(
                f"{what} is {shown(value)}, which does not say how its text was written; it was read as `{text[:40]}`; write a string", *place, code="number"
            )
        return text


_REFERENCE = re.compile(r"&(?:#[0-9]+|#x[0-9A-Fa-f]+|lt|gt|amp|quot|apos);").search
_CDATAS = {(key,) for key in ("_cdata", "cdata", "__cdata", "#cdata", "#cdata-section")}  # there it is text


def line_ends(text: str) -> str:
    """Comments and processing instructions have no other line ends: XML has no `&#13;` there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_text(field: Field | None, text: str) -> bool:
    """Whether the value of a field is a text, and could be this one."""
    if field is None or field.scalar is None:
        return True
    try:
        return isinstance(field.parse(text), (str, list)) and field.scalar.python is str
    except ValueError:
        return False


def _number_in(item: Any) -> Any:
    """A number that stands beside the attributes: alone, or as the child element that it was taken for."""
    if isinstance(item, list) and len(item) == 1:
        item = item[0]
    return next(iter(item.values())) if isinstance(item, dict) and len(item) == 1 and next(iter(item)) in (TEXT, "_text", "#text") else item


def shown(value: Any) -> str:
    """A value for a message."""
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return f"an array of {len(value)}" if value else "an empty array"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text `{value[:80]}`"
    if isinstance(value, (int, float)):
        return f"the number {value}" if not isinstance(value, int) or value.bit_length() < 1000 else "a huge number"
    return f"{value!r:.80}, which JSON does not have"
