"""Types in words: what a schema expects of a value, said as one says it to people.

Strategy: builtin types have a phrase, enumerations list their values, lists and unions say what they are made of. Of a pattern a
regular expression is the last resort. Where a declaration of ours has a phrase for the same attribute, the caller takes that.
"""

from __future__ import annotations

from ..datatypes import ANY_URI, BOOLEAN, COORDINATES, DECIMAL, DOUBLE, IDENTIFIER, LANGUAGE, MIME_TYPE
from ..memory import remembered
from .grammar import Grammar, Node, name_of

__all__ = ["among", "expected", "is_id", "listed", "nearest", "shown", "values"]

_XS = "{http://www.w3.org/2001/XMLSchema}"
_SHOWN = 8  # names or values in a message
_BUILTIN = {
    "boolean": BOOLEAN.expected,
    "NCName": IDENTIFIER.expected,
    "ID": IDENTIFIER.expected,
    "IDREF": IDENTIFIER.expected,
    "IDREFS": "identifiers, separated by spaces",
    "NMTOKEN": "a name without spaces",
    "NMTOKENS": "names, separated by spaces",
    "Name": "a name",
    "QName": "a name with or without a prefix",
    "double": DOUBLE.expected,
    "float": DOUBLE.expected,
    "decimal": DECIMAL.expected,
    "integer": "a whole number",
    "long": "a whole number",
    "int": "a whole number of at most 32 bits",
    "short": "a whole number from -32768 to 32767",
    "byte": "a whole number from -128 to 127",
    "nonNegativeInteger": "a whole number of at least 0",
    "unsignedInt": "a whole number of at least 0",
    "unsignedLong": "a whole number of at least 0",
    "positiveInteger": "a whole number of at least 1",
    "negativeInteger": "a whole number below 0",
    "nonPositiveInteger": "a whole number of at most 0",
    "anyURI": ANY_URI.expected,
    "language": LANGUAGE.expected.removesuffix(", or nothing"),
    "date": "a date such as `2025-02-28`",
    "dateTime": "a date and time such as `2025-02-28T13:20:00Z`",
    "time": "a time such as `13:20:00`",
    "duration": "a duration such as `PT1H30M`",
}
_FORMS = (  # how regular expressions of QTI's schemas can be told, and what they mean
    ("IsBasicLatin", MIME_TYPE.expected),
    ("[,]){", COORDINATES.expected),
    ("%?){2}", COORDINATES.expected),
    ("Hz", "a change such as `+10%`, `+5Hz` or `+2st`"),
    ("dB", "decibels such as `+6dB`"),
    ("m?s", "a time such as `500ms`"),
    ("ms|s", "a time such as `500ms`"),
    (")%", "a percentage such as `150%`"),
    ("ipa", "`ipa` or a name that begins with `x-`"),
)
_PATTERNS = {
    r"(ext:)[a-zA-Z0-9_\.\-]+": "a name that begins with `ext:`",
    r"ext:[a-zA-Z0-9_.\-]+": "a name that begins with `ext:`",
    r"[\i-[:]][\c-[:]]*": IDENTIFIER.expected,
    r"\{[\i-[:]][\c-[:]]*\}": "the name of a variable in braces, such as `{N}`",
    r"[0-9]+%?": "a whole number or percentage",
    r"\S+": "text without spaces",
}


def expected(grammar: Grammar, type_: Node | str | None) -> str:
    """What a simple type expects; empty: any text will do, or nobody knows."""
    return " or ".join(_alternatives(grammar, type_))


def is_id(grammar: Grammar, type_: Node | str | None) -> bool:
    """Whether a type is that of ids, or made narrower from it."""
    while not isinstance(type_, str):
        body = _body(type_)
        if body is None or body[0] != "restriction":
            return False
        type_ = next(iter(_inner(grammar, body[1])), None)
        if type_ is None:
            return False
    return type_ == "xs:ID"


def values(grammar: Grammar, type_: Node | str | None) -> list[str]:
    """Every value that a type lists."""
    body = _body(type_)
    if body is None:
        return []
    if body[0] == "restriction":
        listed_values = [str(facet.get("value")) for facet in body[1].iterchildren(f"{_XS}enumeration")]
        return listed_values or [value for base in _inner(grammar, body[1]) for value in values(grammar, base)]
    return [value for member in _inner(grammar, body[1]) for value in values(grammar, member)]


def _alternatives(grammar: Grammar, type_: Node | str | None) -> list[str]:
    """The phrases of the members of a union; of any other type, its one phrase."""
    if isinstance(type_, str):
        phrase = _BUILTIN.get(type_.removeprefix("xs:"), "")
        return [phrase] if phrase else []
    body = _body(type_)
    if body is None:
        return []
    kind, node = body
    inner = _inner(grammar, node)
    if kind == "union":
        return list(dict.fromkeys(phrase for member in inner for phrase in _alternatives(grammar, member)))
    if kind == "list":
        item = " or ".join(phrase for member in inner for phrase in _alternatives(grammar, member))
        return [f"a list, separated by spaces, of {item}" if item else "a list, separated by spaces"]
    if enumerated := [str(facet.get("value")) for facet in node.iterchildren(f"{_XS}enumeration")]:
        return [among(enumerated)]
    base = " or ".join(phrase for member in inner for phrase in _alternatives(grammar, member))
    return [phrase for phrase in [_restricted(node, base)] if phrase]


def _restricted(node: Node, base: str) -> str:
    """The phrase of a base type, made narrower by facets."""
    facets = {name_of(facet.tag)[1]: facet.get("value", "") for facet in node.iterchildren(f"{_XS}*")}
    if (pattern := facets.get("pattern")) is not None:
        known = _PATTERNS.get(pattern) or next((phrase for mark, phrase in _FORMS if mark in pattern), None)
        return known or (f"a value of the form `{pattern}`" if len(pattern) < 60 else base or "a value of another form")
    for facet, phrase in (("minInclusive", "at least"), ("minExclusive", "more than"), ("maxInclusive", "at most"), ("maxExclusive", "less than")):
        if facet in facets:
            base = f"{base or 'a value'} {'and ' if ' of ' in base else 'of '}{phrase} {facets[facet].removesuffix('.0')}"
    if facets.get("minLength") == "1" and not base:
        return "text that is not empty"
    return base


def _body(type_: Node | str | None) -> tuple[str, Node] | None:
    """What a simple type consists of."""
    if type_ is None or isinstance(type_, str):
        return None
    if name_of(type_.tag)[1] == "restriction":
        return "restriction", type_
    node = next(type_.iterchildren(f"{_XS}restriction", f"{_XS}list", f"{_XS}union"), None)
    return (name_of(node.tag)[1], node) if node is not None else None


def _inner(grammar: Grammar, node: Node) -> list[Node | str | None]:
    """The types that a restriction, list or union is made of."""
    names = [name for key in ("base", "itemType", "memberTypes") for name in node.get(key, "").split()]
    return [*(grammar.simple(node, name) for name in names), *node.iterchildren(f"{_XS}simpleType")]


# -- names and values in a sentence ----------------------------------------------------------------------------------------


def among(found: list[str]) -> str:
    """Values of which one is to be taken.

    >>> among(["a"]), among(["a", "b"]), among(["a", "b", "c"])
    ('`a`', '`a` or `b`', 'one of `a`, `b`, `c`')
    """
    if len(found) < 3:
        return " or ".join(f"`{value}`" if value else "nothing" for value in found)
    return f"one of {listed(found)}"


def listed(found: list[str]) -> str:
    """Names or values, as many as one reads.

    >>> listed(["a", "b"])
    '`a`, `b`'
    """
    names = ", ".join(f"`{value}`" if value else "nothing" for value in found[:_SHOWN])
    return names + (f", ... ({len(found) - _SHOWN} more)" if len(found) > _SHOWN else "")


def nearest(name: str, known: list[str], likeness: float = 0.7) -> str | None:
    """The known name that was probably meant.

    >>> nearest("navigationMode", ["navigation-mode", "title"]), nearest("liner", ["linear", "nonlinear"]), nearest("x", ["linear"])
    ('navigation-mode', 'linear', None)
    """
    return _nearest(name, tuple(known), likeness)


@remembered(4096)  # many documents have the same mistake
def _nearest(name: str, known: tuple[str, ...], likeness: float) -> str | None:
    kebab = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    for guess in (kebab, f"qti-{kebab.removeprefix('-')}", name.lower(), f"xml:{name}"):
        if guess in known and guess != name:
            return guess
    from difflib import get_close_matches  # only when something is wrong

    bare = {option.removeprefix("qti-"): option for option in reversed(known)}  # what all names have in common says nothing
    close = get_close_matches(name[:100].removeprefix("qti-"), bare, 1, likeness)
    return bare[close[0]] if close else None


def shown(text: str) -> str:
    """A value in a message: short, and with nothing that a terminal obeys.

    >>> shown("a\\tb")
    'a\\\\tb'
    """
    short = text if len(text) <= 80 else text[:79] + "…"
    return short if short.isprintable() else "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in short)
