"""One table: the scalar types of XML Schema that QTI uses, and their Python values.

Strategy: a `Scalar` knows four things: `parse` (text to value, white space treated as the schema says), `write` (value to its
canonical text, type-checked), and, for the compiled readers and writers, what a *canonical* text looks like: `regex` (the text
is the value) or `lookup` (text to value, `None` when it is not canonical). Whatever is not canonical takes the slow road through
`parse`, and its text is kept beside the value, so `required="1"` stays `1`.

The aliases below (`Identifier`, `AnyURI`, ...) annotate the fields of the model. To a type checker they are plain `str`, `float`, `int`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache, lru_cache
from typing import Annotated, Any

import attrs

from .brief import brief

__all__ = [
    "AnyURI",
    "Coordinates",
    "DecimalNumber",
    "Double",
    "DoubleOrVariable",
    "ExtensibleRubricUse",
    "ExtensibleSupport",
    "Identifier",
    "IdentifierOrInteger",
    "IdentifierReference",
    "Integer",
    "IntegerOrVariable",
    "Language",
    "LargeInteger",
    "MimeType",
    "NonNegativeDouble",
    "NonNegativeInteger",
    "NormalizedString",
    "PositiveInteger",
    "Scalar",
    "String",
    "Token",
    "UniqueIdentifier",
    "enumeration",
    "text_problem",
]

SPACE = " \t\n\r"  # white space of XML; Python's own notion is wider
_SHORT = 32  # longer texts of numbers are not cached, so that hostile input cannot fill the cache

# Characters that XML 1.0 does not allow, and NCName of its fifth edition (libxml2 checks the fourth, which has fewer letters).
_NOT_XML = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NCNAME = f"[{_START}][{_START}0-9.\u00b7\u0300-\u036f\u203f-\u2040\\-]*"


@cache
def full_match(regex: str) -> Callable[[str], re.Match[str] | None]:
    """The compiled expression, made when first needed: compiling all of them would be a third of the time of an import."""
    return re.compile(regex).fullmatch


@cache
def search(regex: str) -> Callable[[str], re.Match[str] | None]:
    """As `full_match`, for finding something anywhere."""
    return re.compile(regex).search


def plain_text(also: str) -> Callable[[str], re.Match[str] | None]:
    """Finds what cannot stand in XML text as it is: characters that XML does not have, and those of `also`."""
    return search(f"[{also}]|{_NOT_XML}")


def text_problem(text: str) -> str | None:
    """Why `text` cannot stand in XML 1.0, or `None`.

    >>> text_problem("a\\x00")
    'the character U+0000, which XML cannot hold'
    """
    found = search(_NOT_XML)(text)
    return f"the character U+{ord(found[0]):04X}, which XML cannot hold" if found else None


@attrs.frozen(eq=False)
class Scalar:
    """A scalar type. `xsd` names its schema type; `expected` completes the sentence "expected ..."."""

    name: str
    xsd: str
    expected: str
    python: type | tuple[type, ...]
    parse: Callable[[str], Any]
    write: Callable[[Any], str]
    regex: str | None = None
    lookup: Callable[[str], Any] | None = None
    token_regex: str | None = None  # for lists: matches a canonical list of them
    safe: bool = False  # no text of it ever needs escaping
    remembered: Callable[[Any], str] | None = None  # `write`, with a memory, for numbers
    values: tuple[Any, ...] = ()  # of an enumeration

    @property
    def verbatim(self) -> bool:
        """Whether every text is its own value."""
        return self.regex is None and self.lookup is None

    def parse_list(self, text: str) -> list[Any]:
        """The values of a white-space separated list."""
        return [self.parse(item) for item in collapse(text).split(" ") if item]

    def write_list(self, values: object) -> str:
        """The canonical text of a list."""
        if not isinstance(values, list):
            raise TypeError(f"expected a list, found {brief(values)}")
        texts = list(map(self.write, values))
        for text in texts:
            if not text or not full_match(NO_SPACE)(text):
                raise ValueError(f"expected values without white space, which a list divides; found {brief(text)}")
        return " ".join(texts)


NO_SPACE = "[^ \t\n\r]*"


def collapse(text: str) -> str:
    """White space as `xs:token` has it: none at the ends, single spaces inside."""
    return text if full_match(NO_SPACE)(text) else re.sub("[ \t\n\r]+", " ", text).strip(" ")


_NOT_IN_IDENTIFIERS = "[^A-Za-z0-9_.\\- ]"
_NO_START = "(?:^| )[^A-Za-z_]"


def all_identifiers(texts: list[str]) -> bool:
    """Whether every text is an identifier.

    >>> all_identifiers(["i1", "i2"]), all_identifiers(["i1", "2i"]), all_identifiers(["i1", ""]), all_identifiers(["i1", "i 2"]), all_identifiers([""])
    (True, False, False, False, False)
    """
    joined = " ".join(texts)
    if not joined.isascii():
        return all(map(full_match(NCNAME), texts))
    return not texts or not (search(_NOT_IN_IDENTIFIERS)(joined) or search(_NO_START)(joined) or joined[-1:] in ("", " ") or joined.count(" ") >= len(texts))


def _string(name: str, xsd: str, pattern: str | None, expected: str, *, collapsed: bool = False, listed: bool = False, safe: bool = False) -> Scalar:
    """A type whose value is its text, perhaps collapsed, perhaps restricted to a pattern. `listed`: QTI has lists of it."""

    def parse(text: str) -> str:
        value = collapse(text) if collapsed else text
        if pattern is not None and not full_match(pattern)(value):
            raise ValueError(f"expected {expected}")
        return value

    def write(value: object) -> str:
        if not isinstance(value, str) or isinstance(value, Enum):
            raise TypeError(f"expected a str, found {brief(value)}")
        if (pattern is not None and not full_match(pattern)(value)) or (collapsed and collapse(value) != value):
            raise ValueError(f"expected {expected}, found {brief(value)}")
        if problem := text_problem(value):
            raise ValueError(f"{brief(value)} has {problem}")
        return str(value)

    tokens = f"(?:{pattern})(?: (?:{pattern}))*+" if pattern and listed else None
    return Scalar(name, xsd, expected, str, parse, write, regex=pattern or (NO_SPACE if collapsed else None), token_regex=tokens, safe=safe)


def _cached(name: str, xsd: str, python: type | tuple[type, ...], parse: Callable[[str], Any], write: Callable[[Any], str], expected: str) -> Scalar:
    """A number, or a number or name: few distinct texts occur, so both directions remember them."""
    remembered = lru_cache(4096, typed=True)(write)

    @lru_cache(4096)
    def canonical(text: str) -> Any:
        try:
            value = parse(text)
        except ValueError:
            return None
        return value if write(value) == text else None

    def lookup(text: str) -> Any:
        return canonical(text) if len(text) < _SHORT else None

    def write_any(value: object) -> str:
        # A long name must not stay in the cache, and an unhashable value has to reach the type check.
        return remembered(value) if isinstance(value, (int, float)) else write(value)

    names_too = isinstance(python, tuple) and str in python
    return Scalar(name, xsd, expected, python, parse, write_any, lookup=lookup, remembered=None if names_too else remembered)


def _parse_boolean(text: str) -> bool:
    value = {"true": True, "1": True, "false": False, "0": False}.get(text.strip(SPACE))
    if value is None:
        raise ValueError("expected `true` or `false`")
    return value


def _write_boolean(value: object) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    raise TypeError(f"expected a bool, found {brief(value)}")


_DOUBLE = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_DOUBLE_NAMES = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}


def _double(minimum: float | None, expected: str) -> tuple[Callable[[str], float], Callable[[Any], str]]:
    def parse(text: str) -> float:
        text = text.strip(SPACE)
        value = float(text) if full_match(_DOUBLE)(text) else _DOUBLE_NAMES.get(text)
        if value is None or (minimum is not None and value < minimum):
            raise ValueError(f"expected {expected}")
        return value

    def write(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"expected a number, found {brief(value)}")
        if minimum is not None and value < minimum:
            raise ValueError(f"expected {expected}, found {brief(value)}")
        if isinstance(value, int):
            if abs(value) > 2**53 and (value.bit_length() > 1023 or float(value) != value):
                raise ValueError(f"expected {expected} that a double can hold exactly, found {brief(value)}")
            return int.__repr__(value)
        if not math.isfinite(value):
            return next(name for name, known in _DOUBLE_NAMES.items() if repr(known) == float.__repr__(value))
        # -0.0 equals 0.0, so caches cannot tell them apart; a `-0` that was read is a lexical form.
        return float.__repr__(value).removesuffix(".0") if value else "0"

    return parse, write


_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_decimal_expected = "a number without an exponent"


def _parse_decimal(text: str) -> float:
    value = float(text) if full_match(_DECIMAL)(text := text.strip(SPACE)) else float("inf")
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"expected {_decimal_expected}")
    return value


def _write_decimal(value: object) -> str:
    text = DOUBLE.write(value)
    if text in _DOUBLE_NAMES:
        raise ValueError(f"expected {_decimal_expected}, found {brief(value)}")
    if "e" in text:
        from decimal import Decimal  # rarely needed: importing the package stays cheap

        text = format(Decimal(text), "f")
    return text


def _whole_number(digits: int, bits: int | None, expected: str, minimum: int | None = None) -> tuple[Callable[[str], int], Callable[[Any], str]]:
    written = f"([+-]?)(?=[0-9])0*+([0-9]{{0,{digits}}})"  # possessive: a million zeros must not be tried in a million ways
    limit = 2 ** (bits - 1) if bits else 10**digits
    lowest = -limit if minimum is None else minimum

    def parse(text: str) -> int:
        found = full_match(written)(text.strip(SPACE))
        value = int(found[1] + (found[2] or "0")) if found else limit
        if not lowest <= value < limit:
            raise ValueError(f"expected {expected}")
        return value

    def write(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"expected an int, found {brief(value)}")
        if not lowest <= value < limit:
            raise ValueError(f"expected {expected}, found a number beyond it")
        return int.__repr__(value)

    return parse, write


def _or_name(name: str, number: Scalar, expected: str) -> Scalar:
    """A number, or the name of the variable that holds it."""

    def parse(text: str) -> Any:
        try:
            return number.parse(text)
        except ValueError:
            if full_match(NCNAME)(value := text.strip(SPACE)):
                return value
            raise ValueError(f"expected {expected}") from None

    def write(value: object) -> str:
        if isinstance(value, str) and not isinstance(value, Enum):
            # `INF` is a number to the reader: a variable of that name cannot be told from it.
            if full_match(NCNAME)(value) and isinstance(parse(value), str):
                return str(value)
            raise ValueError(f"expected {expected}, found {brief(value)}")
        return number.write(value)

    python = number.python if isinstance(number.python, tuple) else (number.python,)
    return _cached(name, f"{number.xsd} or NCName", (*python, str), parse, write, expected)


_name_expected = "an identifier (a letter or `_`, then letters, digits, `.`, `-`, `_`)"
IDENTIFIER = _string("identifier", "NCName", NCNAME, _name_expected, collapsed=True, listed=True, safe=True)
UNIQUE_IDENTIFIER = _string("unique identifier", "ID", NCNAME, _name_expected, collapsed=True, safe=True)
IDENTIFIER_REFERENCE = _string("identifier reference", "IDREF", NCNAME, _name_expected, collapsed=True, listed=True, safe=True)
NORMALIZED_STRING = _string("normalized string", "normalizedString", None, "text")
STRING = _string("string", "string", None, "text")
TOKEN = _string("token", "string", r"[^ \t\n\r]+", "text without spaces", listed=True)
ANY_URI = _string("URI", "anyURI", None, "a URI without spaces at its ends or runs of spaces", collapsed=True)
# xml:lang="" is allowed: it says that the language is unknown.
LANGUAGE = _string("language", "language or empty", "(?:[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*)?", "a language tag such as `en-GB`, or nothing", collapsed=True)
_MIME = r"[^()<>@,;:\\\"/\[\]?=\x80-\U0010ffff]+"
MIME_TYPE = _string("MIME type", "MIME type", f"{_MIME}/{_MIME}", "a MIME type such as `text/css`, without parameters")
_RADIX = r"[0-9]++%?+"
COORDINATES = _string(
    "coordinates",
    "coordinates",
    f"{_RADIX}(?:,{_RADIX}){{2,3}}|{_RADIX},{_RADIX}(?:,{_RADIX},{_RADIX}){{2,}}+",  # possessive: a list of 10 million must not fill the memory
    "3, 4 or an even number of 6 or more whole numbers (or percentages), separated by commas, without spaces",
)
_EXT = r"ext:[A-Za-z0-9_.\-]+"
SUPPORTS = (
    "additional-directions audio-description braille glossary-on-screen high-contrast keyboard-directions keyword-translation linguistic-guidance "
    "long-description sign-language simplified-language-portions simplified-graphics spoken tactile transcript"
).split()


def _extensible(name: str, values: list[str]) -> Scalar:
    """An enumeration that anybody may extend by `ext:` names, so its values are plain strings."""
    shown = ", ".join(f"`{value}`" for value in values)
    return attrs.evolve(_string(name, "extensible enumeration", "|".join([*values, _EXT]), f"one of {shown}, or `ext:...`"), values=tuple(values))


RUBRIC_USE = _extensible("rubric use", ["instructions", "scoring", "navigation"])
SUPPORT = _extensible("support", SUPPORTS)
BOOLEAN = Scalar("boolean", "boolean", "`true` or `false`", bool, _parse_boolean, _write_boolean, lookup={"true": True, "false": False}.get)
DOUBLE = _cached("double", "double", (float, int), *_double(None, "a number"), "a number")
NON_NEGATIVE_DOUBLE = _cached("non-negative double", "non-negative double", (float, int), *_double(0, "a number of at least 0"), "a number of at least 0")
_int_expected = "a whole number of at most 32 bits"
INTEGER = _cached("integer", "int", int, *_whole_number(10, 32, _int_expected), _int_expected)
# 4,300 digits are what Python reads without a quadratic cost.
_integer_expected = "a whole number of at most 4,300 digits"
LARGE_INTEGER = _cached("large integer", "integer", int, *_whole_number(4300, None, _integer_expected), _integer_expected)
_positive_expected, _natural_expected = "a whole number of at least 1", "a whole number of at least 0"
POSITIVE_INTEGER = _cached("positive integer", "positive integer", int, *_whole_number(4300, None, _positive_expected, 1), _positive_expected)
NON_NEGATIVE_INTEGER = _cached("non-negative integer", "nonNegativeInteger", int, *_whole_number(4300, None, _natural_expected, 0), _natural_expected)
DECIMAL = _cached("decimal", "decimal", (float, int), _parse_decimal, _write_decimal, _decimal_expected)
INTEGER_OR_VARIABLE = _or_name("integer or variable", LARGE_INTEGER, "a whole number or the name of a variable")
DOUBLE_OR_VARIABLE = _or_name("double or variable", DOUBLE, "a number or the name of a variable")
IDENTIFIER_OR_INTEGER = _or_name("identifier or integer", INTEGER, "a whole number or an identifier")

Identifier = Annotated[str, IDENTIFIER]
UniqueIdentifier = Annotated[str, UNIQUE_IDENTIFIER]
IdentifierReference = Annotated[str, IDENTIFIER_REFERENCE]
NormalizedString = Annotated[str, NORMALIZED_STRING]
String = Annotated[str, STRING]
Token = Annotated[str, TOKEN]
AnyURI = Annotated[str, ANY_URI]
Language = Annotated[str, LANGUAGE]
MimeType = Annotated[str, MIME_TYPE]
Coordinates = Annotated[str, COORDINATES]
ExtensibleRubricUse = Annotated[str, RUBRIC_USE]
ExtensibleSupport = Annotated[str, SUPPORT]
Double = Annotated[float, DOUBLE]
NonNegativeDouble = Annotated[float, NON_NEGATIVE_DOUBLE]
DecimalNumber = Annotated[float, DECIMAL]
Integer = Annotated[int, INTEGER]
LargeInteger = Annotated[int, LARGE_INTEGER]
PositiveInteger = Annotated[int, POSITIVE_INTEGER]
NonNegativeInteger = Annotated[int, NON_NEGATIVE_INTEGER]
IntegerOrVariable = Annotated[int | str, INTEGER_OR_VARIABLE]
DoubleOrVariable = Annotated[float | str, DOUBLE_OR_VARIABLE]
IdentifierOrInteger = Annotated[int | str, IDENTIFIER_OR_INTEGER]


def _nearest(value: object, known: Iterable[str]) -> str:
    """The known text that was probably meant, or `""`."""
    from difflib import get_close_matches  # only messages need it

    return next(iter(get_close_matches(value[:100], known, 1)), "") if isinstance(value, str) else ""


@cache
def enumeration(cls: type[Enum]) -> Scalar:
    """The scalar type of an enumeration. Its values match exactly: the schema does not trim them.

    >>> from qtimodel import View
    >>> enumeration(View).parse("testConstructor")
    <View.TEST_CONSTRUCTOR: 'testConstructor'>
    """
    members = {str(member.value): member for member in cls}
    if len(members) < len(cls):
        twice = next(member for member in cls if members[str(member.value)] is not member)
        raise TypeError(f"two members of {cls.__name__} are written `{twice.value}`: readers could not tell them apart")
    expected = " or ".join(f"`{value}`" for value in members) if len(members) < 4 else "one of " + ", ".join(f"`{value}`" for value in members)

    def parse(text: str) -> Enum:
        if text not in members:
            raise ValueError(f"expected {expected}")
        return members[text]

    def write(value: object) -> str:
        if isinstance(value, cls):
            return str(value._value_)  # `value` is a property written in Python
        member = members.get(value) if isinstance(value, str) else None
        if member is not None and member == value:  # the text of a member of a `StrEnum` is as good as the member
            return str(member.value)
        meant = member if member is not None else members.get(_nearest(value, members))
        hint = f"; write {cls.__name__}.{meant.name}" if meant is not None else ""
        raise TypeError(f"expected a member of {cls.__name__}, found {brief(value)}{hint}")

    return Scalar(cls.__name__, "enumeration", expected, cls, parse, write, lookup=members.get, values=tuple(cls))


def scalar_for(annotation: Any) -> Scalar | None:
    """The scalar type that a (stripped) annotation means, or `None` if it is not a scalar."""
    for extra in getattr(annotation, "__metadata__", ()):
        if isinstance(extra, Scalar):
            return extra
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return enumeration(annotation)
    return {str: NORMALIZED_STRING, bool: BOOLEAN}.get(annotation)
