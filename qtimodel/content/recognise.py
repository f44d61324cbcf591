"""Which dialect content JSON is in, from all of its keys or not at all.

Strategy: one pass over the document, which does not recurse, notes which signs of a tool occur and where: keys that names of XML cannot be are
certain, others are likely. Each sign names the dialects that have it. What all signs agree on is the dialect; if they agree on nothing,
every object is read by all of the keys, and that is a doubt, which is a warning, and an error where nothing may be guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import attrs

from ..json_text import Path
from .names import ATTRIBUTES, EPILOG, ORDER, PROLOG, TEXT
from .rules import AS_ONE_OBJECT, CDATA, DASHED, DOCTYPE, GROUPED, READABLE, UNDERSCORE, Rules

__all__ = ["Recognised", "dialect_of", "has_markup", "is_array", "recognise"]

KNOWN = "the keys of attributes that are known are `_attributes`, `$`, `@name` and `@_name`, and names without a prefix beside `xmlns`"
_Link: TypeAlias = "tuple[_Link | None, str | int]"  # a path, from its end

# The dialects that have a key. `underscore`: `_` is before the names of attributes; `grouped`: other tools' objects of attributes.
_SIGNS: dict[str, frozenset[str]] = {
    ATTRIBUTES: frozenset({"api", "xml-js"}),
    TEXT: frozenset({"api", "xml2js-default", "xml2js-inline"}),
    "$": frozenset({"xml2js-default"}),
    "@name": frozenset({"xmltodict"}),
    "@_name": frozenset({"fast-xml-parser"}),
    "_name": frozenset({"underscore"}),
    "name": frozenset({"xml2js-inline"}),
    "-name": frozenset({"dashed"}),
    "#text": frozenset({"xmltodict", "fast-xml-parser", "underscore", "grouped", "dashed"}),
    **dict.fromkeys(("#cdata-section", "#cdata", "#comment", "!DOCTYPE"), frozenset({"xmltodict", "fast-xml-parser", "underscore", "grouped"})),
    **dict.fromkeys(("__cdata", "__comment"), frozenset({"fast-xml-parser", "underscore"})),
    "__text": frozenset({"underscore"}),
    **dict.fromkeys(("_text", CDATA, "_comment", "_declaration", DOCTYPE, "_instruction"), frozenset({"xml-js"})),
    **dict.fromkeys(AS_ONE_OBJECT, frozenset({"grouped"})),
}
_OWN = frozenset({ORDER, PROLOG, EPILOG})
_RULES = {**{name: attrs.evolve(rules, known=False) for name, rules in READABLE.items()}, "underscore": UNDERSCORE, "grouped": GROUPED, "dashed": DASHED}
_PREFERRED = ("api", "xml-js", "xmltodict", "fast-xml-parser", "xml2js-default", "xml2js-inline", "underscore", "grouped", "dashed")


@attrs.frozen
class Doubt:
    """Why the dialect is not certain, and where that shows."""

    message: str
    path: Path


@attrs.frozen
class Recognised:
    """How a document is to be read. `doubts` are guesses; `refusal`: no dialect that is known fits."""

    rules: Rules
    doubts: tuple[Doubt, ...] = ()
    refusal: Doubt | None = None
    facts: _Facts | None = None


def dialect_of(document: Any) -> str:
    """The name of the dialect that JSON is in.

    >>> dialect_of({"p": {"@class": "c", "#text": "x"}}), dialect_of({"p": {"_attributes": {"class": "c"}, "_": "x"}})
    ('xmltodict', 'api')
    """
    return recognise(document).rules.name


def recognise(document: Any) -> Recognised:
    """The dialect of a document, and what is doubtful about it."""
    if isinstance(document, list) and is_array(document):
        if not isinstance(document[0], str):
            return Recognised(attrs.evolve(_RULES["fast-xml-parser-ordered"], prefixes=_prefixes(document)))
        return _refused("this looks like JsonML, which is not read", ())
    if isinstance(document, dict) and _is_full(document):
        return Recognised(_RULES["xml-js-full"])
    facts = _Facts()
    facts.look(document)
    first = facts.first
    if "$$" in first or "#name" in first:
        return Recognised(_RULES["xml2js-children"], facts=facts)
    if "$ns" in first:
        return _refused(
            "xml2js with `xmlns: true` makes objects of attributes and namespaces, which are not read; parse without that option", facts.path("$ns")
        )
    if "$t" in first:
        return _refused("text under `$t` is of GData, which is not read", facts.path("$t"))
    if "$text" in first and ("@name" in first or len(first) == 1):
        return _refused("text under `$` is of Badgerfish, which is not read", facts.path("$text"))
    return facts.decide()


def _refused(what: str, path: Path) -> Recognised:
    return Recognised(_RULES["api"], refusal=Doubt(f"{what}; expected content JSON of one of {', '.join(READABLE)}, or XML", path))


def is_array(document: Any) -> bool:
    """Whether this is what fast-xml-parser makes with `preserveOrder`: objects of one key and, perhaps, `:@`; or JsonML, which begins with a name."""

    def is_node(node: Any) -> bool:
        return isinstance(node, dict) and len(keys := [key for key in node if key != ":@"]) == 1 and (isinstance(node[keys[0]], list) or keys == ["#text"])

    if not isinstance(document, list) or not document:
        return False
    return all(map(is_node, document)) or (isinstance(document[0], str) and any(isinstance(item, (dict, list)) for item in document))


def _prefixes(document: list[Any]) -> tuple[str, ...]:
    """What the names of all attributes begin with, where fast-xml-parser keeps order."""
    names: list[str] = []
    waiting: list[Any] = list(document)
    seen: set[int] = set()  # a program may hand over an array that holds itself
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for key, item in node.items() if isinstance(node, dict) else ():
            if key == ":@" and isinstance(item, dict):
                names += map(str, item)
            elif isinstance(item, list):
                waiting += item
    return tuple(prefix for prefix in ("@_", "@", "_") if all(name.startswith(prefix) for name in names))[:1]


def _is_full(document: dict[str, Any]) -> bool:
    """Whether this is what xml-js makes when it is not compact."""
    elements = document.get("elements")
    if not isinstance(elements, list) or not elements or not document.keys() <= {"elements", "declaration"}:
        return False
    return all(isinstance(node, dict) and isinstance(node.get("type"), str) for node in elements)


@attrs.define
class _Facts:
    """What occurs in a document: the first place of every sign, and how children and texts are written."""

    first: dict[str, _Link | None] = attrs.field(factory=dict)
    own: bool = False  # keys that only our own writer has
    nothing: bool = False
    single: bool = False  # a child without an array
    alone: bool = False  # a child alone in an array
    lone: bool = False  # text alone in an object
    typed: bool = False  # attributes that are no texts
    sources: bool = True  # every text with markup is markup from end to end, and alone in an object
    markup: bool = False

    def path(self, sign: str) -> Path:
        """The first place of a sign."""
        steps: list[str | int] = []
        link = self.first.get(sign)
        while link is not None:
            link, step = link
            steps.append(step)
        return tuple(reversed(steps))

    def look(self, document: Any) -> None:
        """Note everything in a document. A program may hand over an object that holds itself."""
        waiting: list[tuple[Any, _Link | None]] = [(document, None)]
        seen: set[int] = set()
        while waiting:
            value, link = waiting.pop()
            if isinstance(value, str):
                self.text(value, alone=False)
            elif value is None:
                self.nothing = True
            elif isinstance(value, (dict, list)) and id(value) not in seen:
                seen.add(id(value))
                below = list(self.members(value, link)) if isinstance(value, dict) else [(item, (link, index)) for index, item in enumerate(value)]
                waiting += reversed(below)

    def members(self, value: dict[Any, Any], link: _Link | None) -> Iterator[tuple[Any, _Link | None]]:
        """Note the keys of an object, and return the children, which are still to be looked at."""
        for key, item in value.items():
            if not isinstance(key, str):
                continue
            here: _Link = (link, key)
            sign = _sign_of(key, item)
            if key in _OWN or (key[:1] == ":" and key != ":@"):
                self.own = True
                if key[:1] == ":":
                    yield item, here
            elif sign is None:
                if link is not None:  # a root is always alone
                    self.alone = self.alone or (isinstance(item, list) and len(item) == 1)
                    self.single = self.single or isinstance(item, (dict, str))
                yield item, here
            else:
                self.first.setdefault(sign, here)
                if key[:7] == "@_xmlns":
                    self.first.setdefault("@_xmlns", here)
                if sign == ATTRIBUTES and isinstance(item, dict):
                    self.typed = self.typed or not all(isinstance(text, str) for text in item.values())
                elif sign == TEXT and isinstance(item, str):
                    self.lone = self.lone or len(value) == 1
                    self.text(item, alone=len(value) == 1)
                elif sign in ("_name", "$$"):
                    yield item, here
                elif isinstance(item, list) and item and isinstance(item[0], dict) and sign in (ATTRIBUTES, "$"):
                    yield from ((child, (here, index)) for index, child in enumerate(item) if index)  # children of that name

    def text(self, text: str, *, alone: bool) -> None:
        """Note a text, and whether it could be HTML source."""
        if has_markup(text):
            self.markup = True
            stripped = text.strip()
            self.sources = self.sources and alone and stripped[0] == "<" and stripped[-1] == ">"

    def decide(self) -> Recognised:
        """The dialect that all signs have."""
        signs = dict(self.first)
        doubts: list[Doubt] = []
        if "@name" in signs and "@_name" in signs and "@_xmlns" not in signs:
            del signs["@_name"]  # an attribute of xmltodict whose name begins so
            doubts.append(Doubt("an attribute whose name begins with `_` was read, because there are others behind `@` alone", self.path("@_name")))
        signs.pop("@_xmlns", None)
        underscored = signs.pop("_name", None)
        if "_xmlns" in signs:
            signs["_name"] = signs.pop("_xmlns")
        elif underscored is not None and not self.own:
            message = "a name that begins with `_` is read as that of an element; if it is an attribute, no dialect that is known fits"
            doubts.append(Doubt(f"{message}: {KNOWN}", self.path("_name")))
        found = [sign for sign in signs if sign in _SIGNS]
        common = frozenset(_PREFERRED).intersection(*(_SIGNS[sign] for sign in found))
        if self.own:
            common &= {"api"}
        if not common:
            return self.mixed(found, doubts)
        name = next(name for name in _PREFERRED if name in common)
        if name == "api" and not found and self.nothing and not self.own:
            name = "xmltodict"  # nobody else writes null for an empty element
        rules = _RULES[name]
        if name == "api" and self.is_built:
            rules = _RULES["built"]
        if name == "grouped" and "@attributes" in signs:
            message = "attributes under `@attributes` are of PHP's json_encode, which leaves out the text of elements that have attributes"
            doubts.append(Doubt(message, self.path("@attributes")))
        return Recognised(rules, tuple(doubts), facts=self)

    @property
    def is_built(self) -> bool:
        """Whether a program built this, with HTML as strings: no tool mixes children with and without arrays; we never write text alone in an object."""
        return self.lone and self.alone and self.single and self.markup and self.sources and not self.own

    def mixed(self, signs: list[str], doubts: list[Doubt]) -> Recognised:
        """All keys at once, and why that is doubtful."""
        rows = [_RULES[name] for name in _PREFERRED if any(name in _SIGNS[sign] for sign in signs)]
        carriers = dict.fromkeys(sign for sign in signs if sign in (ATTRIBUTES, "$", *AS_ONE_OBJECT))
        prefixes = [prefix for sign, prefix in (("@_name", "@_"), ("@name", "@"), ("_name", "_"), ("-name", "-")) if sign in signs]
        keys = frozenset(signs)
        rules = Rules(
            name="mixed",
            carriers=tuple(carriers),
            prefixes=tuple(prefixes),
            inline="name" in signs,
            texts=keys & frozenset().union(*(row.texts for row in rows)),
            runs=True,
            comments=keys & frozenset().union(*(row.comments for row in rows)),
            instructions=keys & frozenset().union(*(row.instructions for row in rows)),
            declarations=frozenset().union(*(row.declarations for row in rows)),
            doctypes=frozenset().union(*(row.doctypes for row in rows)),
            nothing=any(row.nothing for row in rows),
            own=self.own,
            known=False,
        )
        shown = [{"name": "xmlns", "@name": "@…", "@_name": "@_…", "_name": "_…"}.get(sign, sign) for sign in signs] + ["_order"] * self.own
        names = ", ".join(f"`{sign}`" for sign in shown[:6])
        last = signs[-1] if signs else ATTRIBUTES
        message = f"the keys {names} do not go together: no dialect has them all; each was read as in a dialect that has it; write the keys of one dialect"
        return Recognised(rules, (*doubts, Doubt(message, self.path(last))), facts=self)


def has_markup(text: str) -> bool:
    """Whether text may be markup."""
    return "<" in text or ("&" in text and ";" in text)


def _sign_of(key: str, item: Any) -> str | None:
    """What a key is a sign of; `None`: it is the name of a child, or means nothing here."""
    match key[:1]:
        case "_":
            if key == TEXT or key in _SIGNS:
                return key if key != TEXT or not isinstance(item, dict) else None  # xml2js takes every name but this for a child
            if key == "_xmlns" or key.startswith("_xmlns:"):
                return "_xmlns"
            return "_name" if isinstance(item, (str, bool, int, float)) else None
        case "@":
            if key in AS_ONE_OBJECT and isinstance(item, dict):
                return key
            return "@_name" if key.startswith("@_") else "@name"
        case "$":
            return key if key in ("$$", "$ns", "$t") else "$text" if key == "$" and not isinstance(item, (dict, list)) else "$" if key == "$" else None
        case "#" | "!":
            return key if key in _SIGNS or key == "#name" else None
        case "-":
            return "-name" if isinstance(item, str) else None
        case "x":
            return "name" if key == "xmlns" or key.startswith("xmlns:") else None
    return None
