"""Content JSON of any dialect to the events that the reader of XML takes, with the place in the JSON of everything that is wrong.

Strategy: `_taken` sorts the keys of one object into attributes, texts, children and the rest, as the dialect has them; then the element is told
in the order that `_order` gives or the declarations do. What JSON cannot say is noted as a guess, what cannot be content JSON as a problem,
and telling goes on, so that one run finds all of them. Paths are kept as keys and indices, and shown only for problems.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from math import isfinite
from typing import Any

import attrs

from ..datatypes import text_problem
from ..errors import DocumentError
from ..json_text import Path
from ..nodes import Comment, ProcessingInstruction
from ..spec import Kind, Spec, child_of, element_class, spec_of
from ..xml.names import ROOT, ScopeError
from ..xml.reader import Problem, Reader, TooMuch
from ..xml.source import Handlers, feed_text
from .dialects import DIALECTS, Dialect
from .feed import declarations_of, is_comment, is_instruction, is_name, root_key
from .html import stands_for_attribute
from .names import ATTRIBUTES, EPILOG, ORDER, PROLOG, TEXT, Key, Keys, name_of_key

__all__ = ["READABLE", "Careful", "Place", "dialect_of"]

_API = Dialect(attributes=ATTRIBUTES, text=TEXT, place="first", trims=False)
READABLE: dict[str, Dialect] = {"api": _API, "built": _API, **DIALECTS}
_CDATA, _DOCTYPE = "_cdata", "_doctype"


def dialect_of(document: Any) -> str:
    """The dialect that JSON is in, from the keys that only one of them has.

    >>> dialect_of({"p": {"@class": "c", "#text": "x"}}), dialect_of({"p": {"_attributes": {"class": "c"}, "_": "x"}})
    ('xmltodict', 'api')
    """
    found = "api"
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    continue
                if key.startswith("@") or key == "#text":
                    return "xmltodict"
                if key == "$":
                    return "xml2js-default"
                if key in ("_text", _CDATA, "_comment", "_declaration", "_instruction", _DOCTYPE):
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
    return found


@attrs.frozen
class Place:
    """Where in the JSON an event comes from, and where its attributes do."""

    path: Path
    attributes: dict[str, Path]


@attrs.define
class _Taken:
    """What stands in an object: each thing with its place below it."""

    attributes: dict[str, tuple[str, Path]] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)
    others: list[Comment | ProcessingInstruction] = attrs.field(factory=list)
    children: dict[str, list[tuple[Any, Path]]] = attrs.field(factory=dict)
    order: list[Any] | None = None


class Careful:
    """Tells a document to a reader. `problems` cannot be content JSON at all; `guesses` are the places where an order was guessed."""

    def __init__(self, reader: Reader, dialect: str, *, strict: bool = False) -> None:
        self.reader, self.name, self.dialect, self.strict = reader, dialect, READABLE[dialect], strict
        self.problems: list[Problem] = []
        self.guesses: list[Problem] = []
        self.path: list[str | int] = []
        self.attributes: dict[str, Path] = {}
        reader.place = self.place
        reader.listen = lambda handler: setattr(reader, "text", handler)

    def place(self) -> Place:
        """Where we are."""
        return Place(tuple(self.path), self.attributes)

    def problem(self, message: str, *below: str | int, code: str = "json") -> None:
        """Note what cannot be content JSON."""
        self.problems.append(Problem(code, message, Place((*self.path, *below), {})))
        if len(self.problems) >= self.reader.limits.problems:
            raise TooMuch(Problem("problems", f"more than {self.reader.limits.problems} problems", self.place()))

    def guess(self, message: str) -> None:
        """Note what the JSON does not say."""
        self.guesses.append(Problem("order", message, self.place()))

    # -- the document ------------------------------------------------------------------------------------------------------

    def document(self, document: Any) -> None:
        """Tell everything."""
        if not isinstance(document, dict):
            return self.problem(f"a document is {shown(document)}; expected an object with one key, the name of the root")
        around = (
            {PROLOG, EPILOG} if self.name == "api" else {_DOCTYPE, *filter(None, (self.dialect.comment, self.dialect.instruction, self.dialect.declaration))}
        )
        roots = [key for key in document if key not in around]
        if _DOCTYPE in around and _DOCTYPE in document:
            self.problem("document type declarations are not allowed: remove it", _DOCTYPE, code="doctype")
        if len(roots) != 1:
            found = ", ".join(f"`{key}`" for key in roots[:5]) or "none"
            return self.problem(f"a document has one root, found {len(roots)}: {found}; expected an object with one key, the name of the root")
        taken = _Taken()
        for key in around:
            if key in document:
                self.take_other(key, document[key], taken)
        if len(taken.others) > 0 and self.name != "api":
            self.guess("comments and processing instructions around the root were taken to stand before it")
        if self.name == "api":
            self.entries(document.get(PROLOG, []), PROLOG)
        for item in taken.others:
            self.other(item)
        raw = name_of_key(roots[0])
        self.path.append(roots[0])
        self.element(raw, document[roots[0]], None, Keys(None, ROOT))
        self.path.pop()
        if self.name == "api":
            self.entries(document.get(EPILOG, []), EPILOG)
        return None

    def entries(self, entries: Any, key: str) -> None:
        """What stands around the root, in the dialect `api`."""
        if not isinstance(entries, list):
            self.problem(f"`{key}` is {shown(entries)}; expected an array", key)
            return
        for index, entry in enumerate(entries):
            item = _other_of(entry)
            if item is None:
                self.problem(f'{shown(entry)} cannot stand around a root; expected ["!", comment] or ["?", target, data]', key, index)
            else:
                self.other(item)

    # -- an element --------------------------------------------------------------------------------------------------------

    def element(self, raw: str, value: Any, key: Key | None, around: Keys) -> None:
        """Tell an element; the path leads to it."""
        if not is_name(raw):
            return self.problem(f"`{raw:.80}` is no name of an element")
        known = element_class(raw.rpartition(":")[2]) if key is None else None  # of a root, the name says what to look for
        spec = key.spec if key is not None else spec_of(known) if known is not None else None
        taken = self.taken(raw, value, spec)
        scope = around.scope
        declarations = declarations_of({name: text for name, (text, _) in taken.attributes.items()})
        try:
            scope = scope.declare(declarations) if declarations else scope
            if key is None:
                spec = root_key(raw, scope).spec
            elif declarations:
                spec = child_of(around.spec, *scope.element(raw))[1]
        except ScopeError:
            pass  # the reader says so
        keys = around.of(spec, scope)
        if self.strict:
            self.check_strict(raw, taken, keys)
        self.attributes = {name: place for name, (_, place) in taken.attributes.items()}
        self.reader.start(raw, [part for name, (text, _) in taken.attributes.items() for part in (name, text)])
        self.attributes = {}
        if taken.order is not None:
            self.ordered(taken, keys)
        else:
            self.content(taken, keys)
        return self.reader.end(raw)

    def check_strict(self, raw: str, taken: _Taken, keys: Keys) -> None:
        """With `strict=True`, nothing is unknown."""
        spec = keys.spec
        if spec is None:
            return
        for name in taken.attributes:
            if name not in spec.attribute_by_name and not name.startswith(("xmlns", "xsi:", "xml:")):
                self.problem(f"`{raw}` has no attribute `{name}`{nearest(name, spec.attribute_by_name)}", *taken.attributes[name][1], code="unknown")
        for name, found in taken.children.items() if keys.ordered else ():
            if keys[name].field is None:
                known = [local for _, local in spec.child_by_name]
                self.problem(f"`{name}` must not stand in `{raw}`{nearest(name, known)}", *found[0][1], code="unknown")

    def content(self, taken: _Taken, keys: Keys) -> None:
        """Tell content whose order follows from the declarations, and from that of the keys."""
        texts, names = taken.texts, keys.rebuilt(taken.children)
        unsure = len(texts) > 1 or sum(map(bool, (texts, taken.others, names))) > 1
        if self.name != "api" and not unsure:
            ranks = [keys[name].rank for name in names]
            unsure = any(len(taken.children[name]) > 1 and ranks.count(rank) > 1 for name, rank in zip(names, ranks, strict=True))
        if unsure:
            parts = ["text"] * bool(texts) + ["comments"] * bool(taken.others) + [f"`{name}`" for name in names]
            self.guess(f"this dialect does not say in which order {', '.join(parts)} stand; they were read in this order")
        for item in taken.others:
            self.other(item)
        for text in texts:
            self.text(text, keys)
        for name in names:
            for value, place in taken.children[name]:
                self.path += place
                self.element(name, value, keys[name], keys)
                del self.path[-len(place) :]

    def ordered(self, taken: _Taken, keys: Keys) -> None:
        """Tell content in the order of `_order`."""
        waiting = {name: iter(found) for name, found in taken.children.items()}
        for index, entry in enumerate(taken.order or ()):
            if isinstance(entry, str):
                self.text(entry, keys)
            elif isinstance(entry, list) and len(entry) == 1 and isinstance(entry[0], str):
                name = name_of_key(entry[0])
                found = next(waiting.get(name, iter(())), None)
                if found is None:
                    self.problem(f"`{ORDER}` lists `{name}` once more than there are children of this name: remove it here or add the child", ORDER, index)
                else:
                    value, place = found
                    self.path += place
                    self.element(name, value, keys[name], keys)
                    del self.path[-len(place) :]
            elif (item := _other_of(entry)) is not None:
                self.other(item)
            else:
                expected = 'expected a text, ["name"], ["!", comment] or ["?", target, data]'
                self.problem(f"an entry of `{ORDER}` is {shown(entry)}; {expected}", ORDER, index)
        for name, left in waiting.items():
            for _, place in left:
                self.problem(f'`{ORDER}` does not list this `{name}`: add ["{name}"] where it stands, or remove it', *place)

    def text(self, text: str, keys: Keys) -> None:
        """Tell text, or what a fragment of markup is made of."""
        if problem := text_problem(text):
            self.problem(f"the text has {problem}: remove it")
        elif self.name == "built" and (keys.spec is None or not keys.ordered) and _has_markup(text) and not _is_text_only(keys.spec):
            self.fragment(text)
        else:
            self.reader.text(text)

    def fragment(self, text: str) -> None:
        """Tell markup that stands in a string."""
        events: list[tuple[Any, ...]] = []
        handlers = Handlers()
        handlers.start = lambda *event: events.append(("start", *event))
        handlers.end = lambda *event: events.append(("end", *event))
        handlers.text = lambda *event: events.append(("text", *event))
        handlers.comment = lambda *event: events.append(("comment", *event))
        handlers.instruction = lambda *event: events.append(("instruction", *event))
        try:
            feed_text(f"<fragment>{text}</fragment>".encode(), "utf-8", None, handlers)
        except DocumentError as error:
            message = "; ".join(f"{issue.message}" for issue in error.issues)
            return self.problem(f"the markup in this string cannot be read: {message}; it begins `{text[:60]}`", code="markup")
        for kind, *arguments in events[1:-1]:
            getattr(self.reader, kind)(*arguments)
        return None

    def other(self, item: Comment | ProcessingInstruction) -> None:
        """Tell a comment or a processing instruction."""
        if isinstance(item, Comment):
            if is_comment(item.text) and not text_problem(item.text):
                return self.reader.comment(item.text)
            return self.problem(f"`{item.text[:80]}` cannot be a comment: XML has no `--`, no `-` at the end and no control characters there")
        if is_instruction(item.target, item.data) and not text_problem(item.data):
            return self.reader.instruction(item.target, item.data)
        return self.problem(f"`{item.target[:80]}` with `{item.data[:80]}` cannot be a processing instruction")

    # -- what stands in a value --------------------------------------------------------------------------------------------

    def taken(self, raw: str, value: Any, spec: Spec | None) -> _Taken:
        """What stands in the value of an element."""
        taken = _Taken()
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
            elif key == dialect.text or (key == _CDATA and dialect.comment):
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

    def take_attributes(self, raw: str, key: str, item: Any, taken: _Taken, spec: Spec | None) -> None:
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

    def take_attribute(self, name: Any, value: Any, place: Path, taken: _Taken, spec: Spec | None) -> None:
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

    def take_texts(self, key: str, item: Any, taken: _Taken) -> None:
        """Text, or several runs of it."""
        runs = item if isinstance(item, list) and self.dialect.place == "among" else [item]
        for index, run in enumerate(runs):
            text = self.scalar(run, f"`{key}`", "text", *((key, index) if isinstance(item, list) else (key,)))
            if text:
                taken.texts.append(text)

    def take_other(self, key: str, item: Any, taken: _Taken) -> None:
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
            if len(value) > self.reader.limits.size:
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


def _has_markup(text: str) -> bool:
    return "<" in text or ("&" in text and ";" in text)


def _is_text_only(spec: Spec | None) -> bool:
    return spec is not None and spec.body is not None and spec.body.kind is Kind.TEXT


def _other_of(entry: Any) -> Comment | ProcessingInstruction | None:
    """The comment or processing instruction that an entry stands for."""
    if not isinstance(entry, list) or not all(isinstance(part, str) for part in entry):
        return None
    match entry:
        case ["!", text]:
            return Comment(text)
        case ["?", target]:
            return ProcessingInstruction(target)
        case ["?", target, data]:
            return ProcessingInstruction(target, data)
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, for a message."""
    found = get_close_matches(name, list(known), 1)
    return f"; did you mean `{found[0]}`?" if found else ""


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
