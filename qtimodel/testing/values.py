"""One table: what values a scalar type can have, and how else they can be written.

Strategy: a row per `Scalar`, found by its name, so a field needs no row of its own. `valid` draws what the official schema takes too;
`any` draws what our class takes. The few fields where the schema takes less than their type stand in `NARROWER`, with the reason.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..datatypes import Scalar, collapse
from ..spec import Field

__all__ = ["ATTRIBUTE_TEXT", "COMMENT_TEXT", "IDENTIFIERS", "INSTRUCTION_TEXT", "NARROWER", "TEXT", "Values", "lexical_forms", "values_of"]

_CHARACTERS = st.characters(codec="utf-8", exclude_characters=[chr(code) for code in range(32)] + ["\ufffe", "\uffff"])
_ODD = (
    " ", "  ", "\n", "\t", "\r", "\r\n", " a ", "a", "0", "]]>", "<![CDATA[x]]>", "&", "&amp;", "&#65;", "<", "<b>", ">", '"', "'", "{}", "\\", "%zz",
    "\u00a0", "\x85", "\u2028", "\ufeff", "\u00e9", "e\u0301", "\u4e2d", "\U0001f600", "\U0010fffd", "\ufffd", "\x7f", "a\n  b",
)  # fmt: skip
TEXT = st.one_of(st.sampled_from(_ODD), st.text(_CHARACTERS, min_size=1, max_size=5))
"""Text that XML can hold, never empty."""

ATTRIBUTE_TEXT = st.just("") | TEXT
COMMENT_TEXT = ATTRIBUTE_TEXT.map(lambda text: "-".join(part for part in text.replace("\r", "").split("-") if part))
INSTRUCTION_TEXT = ATTRIBUTE_TEXT.map(lambda text: text.replace("\r", "").replace("?>", "? >").lstrip())

# Letters and digits that every edition of XML knows: libxml2 checks names of the schema by the fourth.
IDENTIFIERS = st.one_of(
    st.sampled_from(["i1", "A", "_", "a.b-c_d", "i1.SCORE", "EXIT_TEST", "\u00e9t\u00e9", "\u4e2d1", "true", "INF"]),
    st.from_regex(r"[A-Za-z_\u00e9][A-Za-z0-9._\-\u00e9]{0,6}", fullmatch=True),
)
_VARIABLES = IDENTIFIERS.filter(lambda name: name != "INF")  # to the reader of a number, that is one
_URIS = st.sampled_from(
    ["", "a.xml", "../x/y.xml", "a b.xml", "https://example.org/?a=b&c=d#e", "urn:example:1", "#a", "a%20b.xml", "\u00e9.xml", "file:///tmp/a.xml"]
)
_LANGUAGES = st.sampled_from(["", "en", "en-GB", "nl", "zh-Hant-TW", "x-klingon", "i-default"])
_MIME_TYPES = st.sampled_from(["text/css", "image/svg+xml", "audio/mpeg", "text/x-'y'"])
_TOKENS = st.sampled_from(["a", "b-1", "\u00e9", "#", "0.5", "&", "\u00a0", '"']) | TEXT.map(lambda text: re.sub("[ \t\n\r]", "", text)).filter(bool)
_COORDINATES = st.sampled_from(["0,0,1", "1,2,3,4", "10%,20%,5", "0,0,1,0,1,1", "00,0%,100,1,2,3,4,5"])
_WHOLE = st.integers(-(10**17), 10**17)
_FLOATS = st.floats(allow_nan=False) | st.integers(-100, 100) | st.sampled_from([0.5, 1.0, 1e22, 2**53, 10**20, 1e-7, -0.0])
_NOT_NEGATIVE = st.floats(min_value=0, allow_nan=False) | st.integers(0, 7200) | st.sampled_from([0.0, 1.5, 1e22])
_INTS = st.integers(-3, 10) | st.integers(-(2**31), 2**31 - 1)


@attrs.frozen
class Values:
    """`example` is the simplest value. `any` is wider than `valid` where the schema is narrower than our class."""

    example: Any
    valid: SearchStrategy[Any]
    any: SearchStrategy[Any]


def _same(example: Any, strategy: SearchStrategy[Any]) -> Values:
    return Values(example, strategy, strategy)


_TABLE: dict[str, Values] = {
    "identifier": _same("a", IDENTIFIERS),
    "unique identifier": _same("a", IDENTIFIERS),
    "identifier reference": _same("a", IDENTIFIERS),
    "normalized string": _same("", ATTRIBUTE_TEXT),
    "string": _same("", ATTRIBUTE_TEXT),
    "token": _same("a", _TOKENS),
    "URI": Values("a.xml", _URIS, _URIS | ATTRIBUTE_TEXT.map(collapse)),
    "language": _same("en", _LANGUAGES),
    "MIME type": Values("text/css", _MIME_TYPES, _MIME_TYPES | st.sampled_from(["a/b c", " a/\tb", "a\n/\rb"])),
    "coordinates": _same("0,0,1", _COORDINATES),
    "boolean": _same(False, st.booleans()),
    "double": _same(0, _FLOATS),
    "non-negative double": _same(0, _NOT_NEGATIVE),
    "integer": _same(0, _INTS),
    "large integer": Values(0, _WHOLE, _WHOLE | st.just(-(10**4000))),
    "positive integer": Values(1, st.integers(1, 10**17), st.integers(1) | st.just(10**4000)),
    "non-negative integer": Values(0, st.integers(0, 10**17), st.integers(0) | st.just(10**4000)),
    # libxml2 counts digits; a thousandth is fine enough for it
    "decimal": Values(0, st.integers(-(10**9), 10**9).map(lambda number: number / 1000), st.floats(allow_nan=False, allow_infinity=False)),
    "integer or variable": _same(0, st.integers(-5, 10) | _WHOLE | IDENTIFIERS),
    "double or variable": _same(0, _FLOATS | _VARIABLES),
    "identifier or integer": _same(1, _INTS | IDENTIFIERS),
}

_BASE_TYPES = st.sampled_from("boolean directedPair duration file float identifier integer pair point string uri".split())

NARROWER: dict[tuple[str, str], Values] = {
    # The schema takes only the names of base types for it, a slip that our class does not follow.
    ("qti-match-table-entry", "target-value"): Values("string", _BASE_TYPES, ATTRIBUTE_TEXT),
}


@cache
def values_of(element: str, field: Field) -> Values:
    """The values of an attribute or of text content, lists included."""
    scalar = field.scalar
    assert scalar is not None
    row = NARROWER.get((element, field.xml_name or "")) or _row(scalar)
    if not field.is_list:
        return row
    # IDREFS is the one list type of the schema that must not be empty.
    least = int(scalar.name == "identifier reference")
    return Values([row.example] * least, st.lists(row.valid, min_size=least, max_size=3), st.lists(row.any, max_size=3))


def _row(scalar: Scalar) -> Values:
    if scalar.xsd == "enumeration":
        return _same(scalar.values[0], st.sampled_from(scalar.values))
    if scalar.xsd == "extensible enumeration":
        return _same(scalar.values[0], st.sampled_from([*scalar.values, "ext:a", "ext:A_b.c-1"]))
    if scalar.name not in _TABLE:
        raise LookupError(f"no values are known for the type `{scalar.name}`: add a row in qtimodel.testing.values")
    return _TABLE[scalar.name]


_PADDED = {"identifier", "unique identifier", "identifier reference", "URI", "boolean", "double", "non-negative double"}
_PADDED |= {"integer", "large integer", "positive integer", "non-negative integer", "decimal"}
_WITH_FRACTION = {"double", "non-negative double", "decimal", "double or variable"}


def lexical_forms(field: Field, value: Any) -> list[str]:
    """Other texts that mean the same value, to the schema and to us."""
    scalar = field.scalar
    assert scalar is not None
    text = field.write(value)
    forms: list[str] = []
    if scalar.python is bool:
        forms.append("1" if value else "0")
    elif isinstance(value, (int, float)) and text[:1].isdigit():
        forms += ["+" + text, "00" + text]
        if scalar.name in _WITH_FRACTION and text.isdigit():
            forms += [text + ".", text + ".00"]
    if field.is_list:
        forms += [text.replace(" ", " \n "), f" {text}\t"]
    elif scalar.name in _PADDED:
        # White space behind `INF` is white space to the standard, but not to libxml2.
        forms += [f" {text}", f"\n\t{text}" if text.lstrip("-") in ("INF", "NaN") else f"\n\t{text}  "]
    return [form for form in forms if form != text and field.write(field.parse(form)) == text]
