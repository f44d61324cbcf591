"""Content JSON to the events that the reader of XML takes: the quick way, for JSON that is as we write it.

Strategy: one reader makes trees, knows values, namespaces and problems (`xml.reader`); JSON only has to be told to it. This module tells it
what is plainly the dialect `api`. At anything else, a number where text belongs, an order that would be a guess, a wrong type, it raises
`Careless`, and the document is told once more by `careful`, which knows all dialects, and where in the JSON it is.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from ..datatypes import text_problem
from ..memory import Memory
from ..nodes import Element
from ..spec import Spec, child_of, element_class, spec_of
from ..xml.name_characters import is_name as is_part
from ..xml.names import ROOT, Scope
from ..xml.reader import Careless, Reader
from ..xml.shapes import LONGEST
from .codec import exact_number
from .html import ELEMENTS_ONLY
from .names import ATTRIBUTES, EPILOG, LIKE_ATTRIBUTES, ORDER, PROLOG, RESERVED, TEXT, Key, Keys, is_name, known_names, name_of_key
from .plain import LONG, Plain, node_of, plain_of

__all__ = ["declarations_of", "feed", "is_comment", "is_instruction", "is_name", "is_of_qti", "root_key"]

_shapes: Memory[tuple[str, ...], bool] = Memory(4096)  # names of attributes that were checked, and whether there are namespace declarations among them
_NONE: list[Any] = []
_PATIENCE = 40  # failures of a class in one document: what fails more often is not plain there


def declarations_of(attributes: dict[str, str]) -> list[tuple[str, str]]:
    """The namespace declarations among attributes."""
    return [(name, uri) for name, uri in attributes.items() if name == "xmlns" or name.startswith("xmlns:")]


def root_key(raw: str, scope: Scope) -> Key:
    """What the name of a root means."""
    namespace, local = scope.element(raw)
    known = element_class(local, namespace)
    return Key(0, False, None, spec_of(known) if known is not None else None)


def feed(document: Any, reader: Reader, *, known: bool = True) -> None:
    """Feed a document to a reader. `known`: its dialect is, so nothing about it is a guess. Raises `Careless`."""
    reader.place = lambda: None
    reader.listen = lambda handler: setattr(reader, "text", handler)
    if document.__class__ is not dict:
        raise Careless
    roots = [key for key in document if key not in (PROLOG, EPILOG)]
    if len(roots) != 1 or roots[0] in RESERVED:
        raise Careless
    try:
        teller = _Teller(reader, known)
        for entry in _array(document, PROLOG):
            teller.other(entry)
        teller.element(name_of_key(roots[0]), document[roots[0]], None, Keys(None, ROOT))
        for entry in _array(document, EPILOG):
            teller.other(entry)
    except (TypeError, AttributeError, ValueError, RecursionError):  # something is not what it should be, and `careful` says what
        raise Careless from None
    if any(map(text_problem, teller.odd)) or (not known and any("\r" in text for text in teller.odd)):
        raise Careless


def _array(document: dict[str, Any], key: str) -> list[Any]:
    """What stands around the root."""
    entries: list[Any] = document.get(key, _NONE)
    if entries.__class__ is not list:
        raise Careless
    return entries


class _Teller:
    """Calls the handlers. `odd` collects texts with characters that XML may not have."""

    def __init__(self, reader: Reader, known: bool) -> None:
        self.reader, self.known = reader, known
        self.odd: list[str] = []
        self.room = reader.limits.depth
        self.size = reader.limits.size
        self.plainly = self.size >= LONG and reader.limits.attributes >= LONGEST  # plain objects are read without looking at lower limits
        self.failures: Counter[Spec] = Counter()
        self.bare = False  # the root declares no default namespace

    def element(self, raw: str, value: Any, key: Key | None, around: Keys) -> None:
        reader = self.reader
        if raw not in known_names and not is_name(raw):
            raise Careless
        if value.__class__ is str:
            reader.start(raw, [])
            if (self.bare or key is None) and is_of_qti(raw) and not around.scope.get(None):
                raise Careless
            if value:
                if not self.known and (raw in ELEMENTS_ONLY or ":" in raw):
                    raise Careless
                self.text(value)
            reader.end(raw)
            return
        if value.__class__ is not dict:
            if isinstance(value, Element) and key is not None and key.field is not None and reader.adopt(value, key.rank, key.field):
                return  # somebody who reads more than content JSON has made it already
            raise Careless
        scope, spec = around.scope, key.spec if key is not None else None
        attributes = value.get(ATTRIBUTES)
        flat: list[str] = []
        left = len(value)
        if attributes is not None:
            left -= 1
            flat = [*chain.from_iterable(attributes.items())]
            joined = "".join(flat)
            if not joined.isprintable():
                self.odd.append(joined)
            if len(joined) > self.size:
                raise Careless
            names = tuple(attributes)
            declares = _shapes.get(names)
            if declares is None:
                declares = _check_shape(names)
            if declares:
                scope = scope.declare(declarations_of(attributes))
                spec = child_of(around.spec, *scope.element(raw))[1]
        if key is None:
            spec = root_key(raw, scope).spec
            self.bare = not scope.get(None)
        if self.bare and is_of_qti(raw) and not scope.get(None):
            raise Careless
        numbers: tuple[str, ...] = ()
        if left and spec is not None and spec.json_numbers:
            numbers = self.numbers(value, [str(field.xml_name) for field in spec.json_numbers], flat)
            left -= len(numbers)
        reader.start(raw, flat)
        if left:
            self.room -= 1
            self.content(raw, value, around.of(spec, scope), numbers)
            self.room += 1
        reader.end(raw)

    def numbers(self, value: dict[str, Any], names: list[str], flat: list[str]) -> tuple[str, ...]:
        """Add the attributes that stand beside the others; their names."""
        children = [entry[0] for entry in value.get(ORDER, ()) if entry.__class__ is list]
        found = tuple(name for name in names if name in value and name not in children)
        for name in found:
            number = value[name]
            text = str(number)
            if name in flat[::2] or number.__class__ not in (int, float) or exact_number(text) is None:
                raise Careless
            flat += (name, text)
        return found

    def content(self, raw: str, value: dict[str, Any], keys: Keys, numbers: tuple[str, ...]) -> None:
        order = value.get(ORDER)
        if order is not None:
            return self.ordered(value, order, keys, numbers)
        names = [key for key in value if key not in (ATTRIBUTES, TEXT) and key not in numbers]
        if not RESERVED.isdisjoint(names):  # keys of other dialects; an element of that name has a colon
            raise Careless
        if TEXT in value:
            if names or len(value) == 1:  # text alone would be a bare string, unless it is of the dialect `built`
                raise Careless
            if not self.known and (raw in ELEMENTS_ONLY or ":" in raw):
                raise Careless
            return self.text(value[TEXT])
        if not names:  # a null among our own keys
            raise Careless
        last = -1
        for name in names:
            last, before = keys[name_of_key(name)].rank, last
            if last < before:
                names = sorted(names, key=lambda name: keys[name_of_key(name)].rank)
                break
        for name in names:
            if not self.known and (name[:1] == "_" or name in LIKE_ATTRIBUTES):  # we write these behind a colon
                raise Careless
            children, raw = value[name], name_of_key(name)
            key = keys[raw]
            if children.__class__ is list:
                if not children and not is_name(raw):
                    raise Careless
                if len(children) == 1 and not key.several and (keys.spec is None or key.field is not None):
                    raise Careless
                plain = self.plain(raw, key, keys)
                for child in children:
                    if plain is not None and key.field is not None and not isinstance(child, Element):
                        node = node_of(plain, child, self.reader.trust, self.room)
                        if node is not None and self.reader.adopt(node, key.rank, key.field):
                            continue
                        self.failures[plain.spec] += 1
                        plain = self.plain(raw, key, keys)
                    self.element(raw, child, key, keys)
            elif key.several:
                raise Careless
            else:
                self.element(raw, children, key, keys)
        return None

    def plain(self, raw: str, key: Key, keys: Keys) -> Plain | None:
        """How children of a key are read without events, if that is worth a try."""
        if key.spec is None or not self.plainly or not keys.ordered or not keys.scope.plain or ":" in raw or self.failures[key.spec] > _PATIENCE:
            return None
        return plain_of(key.spec)

    def ordered(self, value: dict[str, Any], order: list[Any], keys: Keys, numbers: tuple[str, ...]) -> None:
        text = value.get(TEXT, "")  # a copy of what the entries have, but text all the same
        if order.__class__ is not list or text.__class__ is not str or len(text) > self.size:
            raise Careless
        if not text.isprintable():
            self.odd.append(text)
        waiting = {
            name: iter(children if children.__class__ is list else (children,))
            for name, children in value.items()
            if name not in (ATTRIBUTES, TEXT, ORDER) and name not in numbers
        }
        if not all(is_name(name_of_key(name)) for name, children in value.items() if children == []):
            raise Careless
        for entry in order:
            if entry.__class__ is list and len(entry) == 1:
                name = entry[0]
                child = next(waiting[name], None) if name in waiting else None
                if child is None:
                    raise Careless
                raw = name_of_key(name)
                self.element(raw, child, keys[raw], keys)
            elif entry.__class__ is str:
                self.text(entry)
            else:
                self.other(entry)
        if any(True for children in waiting.values() for _ in children):
            raise Careless

    def text(self, text: str) -> None:
        if not text.isprintable():
            self.odd.append(text)
        if len(text) > self.size:
            raise Careless
        if text:
            self.reader.text(text)

    def other(self, entry: Any) -> None:
        """A comment or a processing instruction."""
        kind, *texts = entry
        if not all(text.__class__ is str for text in texts):
            raise Careless
        if kind == "!" and len(texts) == 1 and is_comment(texts[0]):
            self.reader.comment(texts[0])
        elif kind == "?" and len(texts) == 2 and is_instruction(*texts):
            self.reader.instruction(*texts)
        else:
            raise Careless
        self.odd += texts


def is_of_qti(raw: str) -> bool:
    """Whether a name is meant as one of QTI: parsers of HTML, and SAX that is not strict, have capital letters."""
    return raw[:4].lower() == "qti-"


def _check_shape(names: tuple[str, ...]) -> bool:
    """Whether there are namespace declarations among names of attributes. Raises `Careless` if one is no name."""
    if not all(map(is_name, names)):
        raise Careless
    declares = any(name == "xmlns" or name.startswith("xmlns:") for name in names)
    return _shapes.keep(names, declares, names)


def is_comment(text: str) -> bool:
    """Whether XML can have that comment, and keep it."""
    return "--" not in text and not text.endswith("-") and "\r" not in text


def is_instruction(target: str, data: str) -> bool:
    """Whether XML can have it."""
    named = is_part(target) and target.lower() != "xml"
    return named and "?>" not in data and "\r" not in data and not data[:1].isspace()
