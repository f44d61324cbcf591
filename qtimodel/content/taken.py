"""What stands in one object of content JSON: attributes, texts, children and the rest, as its dialect has them.

Strategy: a dialect is a row of keys (`dialects`), so its objects are sorted key by key. What JSON may have for a text is taken for text: numbers
and booleans too. What cannot be content JSON is noted with its path, and sorting goes on.
"""

from __future__ import annotations

from itertools import count
from math import isfinite
from typing import Any

import attrs

from ..datatypes import text_problem
from ..json_text import Path
from ..nodes import Comment, ProcessingInstruction
from ..spec import Spec
from ..xml.reader import Problem, TooMuch
from ..xml.source import Limits
from .dialects import DIALECTS, Dialect
from .feed import is_name
from .html import stands_for_attribute
from .names import ATTRIBUTES, EPILOG, ORDER, PROLOG, TEXT, name_of_key

__all__ = ["DOCTYPE", "READABLE", "Place", "Taken", "Taker", "dialect_of", "shown"]

_API = Dialect(attributes=ATTRIBUTES, text=TEXT, place="first", trims=False)
READABLE: dict[str, Dialect] = {"api": _API, "built": _API, **DIALECTS}
CDATA, DOCTYPE = "_cdata", "_doctype"


def dialect_of(document: Any) -> str:
    """The dialect that JSON is in, from the keys that only one of them has.

    >>> dialect_of({"p": {"@class": "c", "#text": "x"}}), dialect_of({"p": {"_attributes": {"class": "c"}, "_": "x"}})
    ('xmltodict', 'api')
    """
    found = "api"
    nothing = own = False
    waiting = [document]
    seen: set[int] = set()  # a program may hand over an object that holds itself
    while waiting:
        value = waiting.pop()
        if isinstance(value, (dict, list)):
            if id(value) in seen:
                continue
            seen.add(id(value))
        if isinstance(value, list):
            waiting += value
        elif value is None:
            nothing = True
        elif isinstance(value, dict):
            own = own or ATTRIBUTES in value or TEXT in value
            for key in value:
                if not isinstance(key, str):
                    continue
                if key.startswith("@") or key == "#text":
                    return "xmltodict"
                if key == "$":
                    return "xml2js-default"
                if key in ("_text", CDATA, "_comment", "_declaration", "_instruction", DOCTYPE):
                    return "xml-js"
                if key in (ORDER, PROLOG, EPILOG):
                    return "api"
                if key == "xmlns" or key.startswith("xmlns:"):
                    return "xml2js-inline"
                if key != ATTRIBUTES:
                    waiting.append(value[key])
            attributes = value.get(ATTRIBUTES)
            # xml2js writes a bare string where there is nothing but text, and strings only.
            if (len(value) == 1 and TEXT in value) or (isinstance(attributes, dict) and not all(isinstance(text, str) for text in attributes.values())):
                found = "built"
    return "xmltodict" if nothing and not own else found  # nobody else writes null for an empty element


@attrs.frozen
class Place:
    """Where in the JSON an event comes from, and where its attributes do."""

    path: Path
    attributes: dict[str, Path]
    number: int = attrs.field(factory=count().__next__, eq=False)  # in the order of events


@attrs.define
class Taken:
    """What stands in an object: each thing with its place below it."""

    attributes: dict[str, tuple[str, Path]] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)
    others: list[Comment | ProcessingInstruction] = attrs.field(factory=list)
    children: dict[str, list[tuple[Any, Path]]] = attrs.field(factory=dict)
    order: list[Any] | None = None


class Taker:
    """Sorts objects of a dialect. `problems` cannot be content JSON at all; `path` leads to the current object."""

    def __init__(self, dialect: str, limits: Limits) -> None:
        self.name, self.dialect, self.limits = dialect, READABLE[dialect], limits
        self.problems: list[Problem] = []
        self.path: list[str | int] = []

    def problem(self, message: str, *below: str | int, code: str = "json") -> None:
        """Note what cannot be content JSON."""
        place = Place((*self.path, *below), {})
        self.problems.append(Problem(code, message, place))
        if len(self.problems) >= self.limits.problems:
            raise TooMuch(Problem("problems", f"more than {self.limits.problems} problems", place))

    def taken(self, raw: str, value: Any, spec: Spec | None) -> Taken:
        """What stands in the value of an element."""
        taken = Taken()
        if value is None and self.name == "xmltodict":
            return taken
        if not isinstance(value, dict):
            if isinstance(text := self.scalar(value, f"`{raw}`", "an object or text"), str) and text:
                taken.texts.append(text)
            return taken
        dialect = self.dialect
        order = value.get(ORDER) if self.name == "api" else None
        listed = (
            {name_of_key(entry[0]) for entry in order if isinstance(entry, list) and entry and isinstance(entry[0], str)} if isinstance(order, list) else ()
        )
        numbers = {field.xml_name for field in spec.json_numbers} if spec is not None else ()
        for key, item in value.items():
            if not isinstance(key, str):
                self.problem(f"the key {key!r:.80} is no string")
            elif key == dialect.attributes:
                self.take_attributes(raw, key, item, taken, spec)
            elif key == dialect.text or (key == CDATA and dialect.comment):
                self.take_texts(key, item, taken)
            elif key in (dialect.comment, dialect.instruction):
                self.take_other(key, item, taken)
            elif self.name == "api" and key == ORDER:
                if isinstance(order, list):
                    taken.order = order
                else:
                    self.problem(f"`{ORDER}` is {shown(order)}; expected an array", ORDER)
            elif dialect.prefix and key.startswith(dialect.prefix):
                self.take_attribute(key[len(dialect.prefix) :], item, (key,), taken, spec)
            elif key in numbers and key not in listed and key not in taken.attributes:
                self.take_attribute(key, _number_in(item, dialect.text), (key,), taken, spec)
            elif dialect.attributes is None and not dialect.prefix and stands_for_attribute(key, item, raw, spec):
                first = item[0] if isinstance(item, list) else item
                self.take_attribute(key, first, (key, 0) if isinstance(item, list) else (key,), taken, spec)
                if isinstance(item, list) and item[1:]:
                    taken.children[key] = [(child, (key, index)) for index, child in enumerate(item) if index]
            else:
                children = [(child, (key, index)) for index, child in enumerate(item)] if isinstance(item, list) else [(item, (key,))]
                taken.children.setdefault(name_of_key(key) if self.name == "api" else key, []).extend(children)
        if taken.order is not None:
            taken.texts.clear()  # they are told as entries
        return taken

    def take_attributes(self, raw: str, key: str, item: Any, taken: Taken, spec: Spec | None) -> None:
        """The object of attributes. A child of its name makes an array of both."""
        place: tuple[str | int, ...] = (key,)
        if isinstance(item, list) and item and isinstance(item[0], dict) and self.name in DIALECTS:
            taken.children[key] = [(child, (key, index)) for index, child in enumerate(item) if index]
            item, place = item[0], (key, 0)
        if not isinstance(item, dict):
            return self.problem(f"`{key}` of `{raw}` is {shown(item)}; expected an object of texts", key)
        for name, text in item.items():
            self.take_attribute(name, text, (*place, name), taken, spec)
        return None

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
        text = self.scalar(value, f"`{name}`", "text", *place)
        if text is not None:
            taken.attributes[name] = text, place
        return None

    def take_texts(self, key: str, item: Any, taken: Taken) -> None:
        """Text, or several runs of it."""
        runs = item if isinstance(item, list) and self.dialect.place == "among" else [item]
        for index, run in enumerate(runs):
            text = self.scalar(run, f"`{key}`", "text", *((key, index) if isinstance(item, list) else (key,)))
            if text:
                taken.texts.append(text)

    def take_other(self, key: str, item: Any, taken: Taken) -> None:
        """Comments and processing instructions of xml-js."""
        items = item if isinstance(item, list) else [item]
        for index, one in enumerate(items):
            place = (key, index) if isinstance(item, list) else (key,)
            if key == self.dialect.comment and isinstance(one, str):
                taken.others.append(Comment(one))
            elif key == self.dialect.instruction and isinstance(one, dict) and all(isinstance(data, str) for data in one.values()):
                taken.others += [ProcessingInstruction(target, data) for target, data in one.items()]
            elif key in (self.dialect.comment, self.dialect.instruction):
                self.problem(f"`{key}` is {shown(one)}; expected text, or an object of target and data", *place)

    def scalar(self, value: Any, what: str, expected: str, *place: str | int) -> str | None:
        """The text that a value stands for. Anything but a scalar is a problem."""
        if isinstance(value, str):
            if len(value) > self.limits.size:
                self.problem(f"the text of {what} has {len(value):,} characters; if that is meant, read with limits=Limits(size=...)", *place)
                return None
            if problem := text_problem(value):
                self.problem(f"the text of {what} has {problem}: remove it", *place)
                return None
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int) and value.bit_length() < 10_000:
            return str(value)
        if isinstance(value, float) and isfinite(value):
            return repr(value).removesuffix(".0")
        self.problem(f"{what} is {shown(value)}; expected {expected}", *place)
        return None


def _number_in(item: Any, text: str) -> Any:
    """A number that stands beside the attributes: alone, or as the child element that it was taken for."""
    if isinstance(item, list) and len(item) == 1:
        item = item[0]
    return item[text] if isinstance(item, dict) and len(item) == 1 and text in item else item


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
