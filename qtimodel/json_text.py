"""JSON text, read and written strictly: what is wrong is refused with its place, never repaired or passed on in silence.

Strategy: the C parser of `json` does the work. It lets equal keys, halves of surrogate pairs and infinite numbers pass, so cheap and sound
counts look for them: the text cannot have fewer keys than its objects, and equal numbers of both rule out equal keys. Only when a count
leaves a doubt, one slow pass over the tokens, which does not recurse, finds everything with path, line and column.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Generator, Iterable, Iterator
from functools import reduce
from math import inf
from typing import Any, TypeAlias

import attrs

from .arguments import check_indent
from .binary import binary
from .collector import paused
from .errors import DocumentError, Issue, ModelError
from .stack import is_deep, on_deep_stack

__all__ = ["Path", "dumps", "loads", "locate", "show", "tokens"]

Path: TypeAlias = "tuple[str | int, ...]"  # ("qti-assessment-test", "qti-test-part", 0)
Place: TypeAlias = "tuple[int, int]"  # line and column

PROBLEMS = 10_000  # as many as the reader of XML lists
LEVELS = 1_000  # as far as nesting is counted that is too deep
_BLANK = " \t\n\r"
# A string that is never closed reaches to the end: coming back to its escaped quotes again and again would take quadratic time.
_TOKEN = re.compile(r'\n|"(?:[^"\\]++|\\.)*+"?|[][{},:]|[^\s"][^\s"\[\]{},:]*+', re.DOTALL)
_HALF = re.compile(r"[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED_PAIR = re.compile(r"\\u[dD](?<!\\\\u[dD])[89abAB]..\\u[dD][c-fC-F]")  # not behind a backslash, but begun quickly
_LAST_COMMA = re.compile(r",[ \t\n\r]*+[]}]")
_FOUND = re.compile(r'"?\w{1,40}|//|/\*|.', re.DOTALL)
_EXPECTED = {  # what Python's messages begin with
    "Expecting value": "expected a value",
    "Expecting property name": "expected a key in double quotes",
    "Expecting ':'": "expected `:` behind the key",
    "Expecting ','": "expected `,` or the end of the array or object",
    "Extra data": "expected the end of the document, which holds one value",
    "Unterminated string": 'expected a string, but it has no closing `"`',
    "Invalid control character": r"expected an escape such as `\n` or `\u0009`",
    "Invalid \\u": r"expected `\u` and four hexadecimal digits",
    "Invalid \\": r"expected one of `\"` `\\` `\/` `\b` `\f` `\n` `\r` `\t` `\u`",
    "Unexpected UTF-8 BOM": "expected no byte order mark in a str; pass the bytes, or decode them with `utf-8-sig`",
}
_HINTS = {
    "": "; is it cut off?",
    "'": "; write strings and keys in double quotes",
    **dict.fromkeys(("//", "/*", "#"), "; JSON has no comments: remove it"),
    **dict.fromkeys(("True", "False", "None", "undefined"), "; JSON has `true`, `false` and `null`"),
}
_XML = ": this begins as XML does, so read it as XML"


def show(path: Path) -> str:
    r"""A path for people, as RFC 9535 (JSONPath) writes it. Very long keys and paths are shortened.

    >>> print(show(("qti-assessment-test", "qti-test-part", 0, "it's\n")))
    $['qti-assessment-test']['qti-test-part'][0]['it\'s\n']
    """
    if len(path) > 100:
        return f"{show(path[:50])}…{show(path[-50:])[1:]}"
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f"['{_shown(str(step), quoted=True)}']" for step in path)


@on_deep_stack
def loads(source: str | bytes, *, name: str | None = None, size: int = 256_000_000) -> Any:
    """What `json.loads` makes of a document of at most `size` characters or bytes. Raises `DocumentError`; `name` is for its messages.

    Refused beside what is not well-formed: equal keys, NaN and Infinity, numbers that Python has no room for, halves of surrogate pairs.

    >>> loads('[{"a": 1}, 2.50]')
    [{'a': 1}, 2.5]
    >>> loads('{"a": 1, "a": 2}', name="bad.json")
    Traceback (most recent call last):
    qtimodel.errors.DocumentError: bad.json:1:10: the key `a` is here again, first at 1:2; an object has every key once: remove or rename one (at $['a'])
    """
    text = _decoded(source, name, size)
    try:
        with paused():
            value, doubtful = _read(text, source)
    except json.JSONDecodeError as error:
        _refuse_binary(source, name)
        raise _not_well_formed(error, text, name) from None
    except RecursionError:
        if not is_deep():
            raise
        raise _too_deep(text, name) from None
    if doubtful and (issues := list(_problems(text, name))):
        raise DocumentError(issues)
    return value


@on_deep_stack
def dumps(value: object, *, indent: int | str | None = None) -> str:
    """JSON text of dicts, lists, strings, numbers, booleans and `None`. Raises `ModelError` with the path of what JSON cannot hold.

    >>> print(dumps({"a": [1, "ü", None]}))
    {"a":[1,"ü",null]}
    """
    check_indent(indent)
    try:
        return _written(value, indent)
    except RecursionError:
        if not is_deep():
            raise
        raise ModelError("the value holds itself, or has more levels than Python's writer of JSON can follow") from None
    except (TypeError, ValueError) as error:
        path = _culprit(value)
        message = "a half of a surrogate pair cannot be written; expected whole characters" if isinstance(error, UnicodeError) else str(error)
        raise ModelError(message, path=None if path is None else show(path)) from None


def locate(text: str | bytes, paths: Iterable[Path]) -> dict[Path, Place]:
    """Line and column, from 1, of the values at paths in a text that `loads` can read; of a member of an object, those of its key.

    A path that leads nowhere has the place of the last value on its way.

    >>> locate('{"a": [1,\\n  2]}', [("a", 1), ("a",), ("a", 7, "b")])
    {('a', 1): (2, 3), ('a',): (1, 2), ('a', 7, 'b'): (1, 2)}
    """
    root = _Step()
    ends = {path: reduce(_Step.further, path, root) for path in paths}
    way: list[_Step | None] = [root]  # to the current value
    for steps, _, is_key, place in _walk(_decoded(text, None, len(text))):
        if is_key or not steps or isinstance(steps[-1], int):  # the value of a member has the place of its key
            outer = way[len(steps) - 1] if steps else None
            current = root if not steps else outer.below.get(steps[-1]) if outer is not None else None
            way[len(steps) :] = [current]
            if current is not None:
                current.place = place
    return {path: end.nearest() for path, end in ends.items()}


@attrs.define(eq=False)
class _Step:
    """A step of wanted paths, and where it was found."""

    outer: _Step | None = None
    place: Place | None = None
    below: dict[str | int, _Step] = attrs.field(factory=dict)

    def further(self, step: str | int) -> _Step:
        """The next step, new or known."""
        return self.below.setdefault(step, _Step(self))

    def nearest(self) -> Place:
        """The place of the last step up to this one that was found."""
        step: _Step | None = self
        while step is not None and step.place is None:
            step = step.outer
        return (step and step.place) or (1, 1)


def tokens(text: str) -> Iterator[str]:
    """The tokens of a text, be it well-formed or not: strings, punctuation, and whatever else is between these."""
    return (match[0] for match in _TOKEN.finditer(text) if match[0] != "\n")


def _decoded(source: str | bytes, name: str | None, size: int) -> str:
    """The text of a document. JSON is in UTF-8; UTF-16 and UTF-32 are known by their first bytes."""
    if not isinstance(source, (str, bytes)):
        raise TypeError(f"expected str or bytes, found {type(source).__name__}")
    if len(source) > size:
        unit = "characters" if isinstance(source, str) else "bytes"
        message = f"the document has {len(source):,} {unit}; expected at most {size:,}; if that is meant, read it with size={len(source)}"
        raise _refusal(message, name)
    if isinstance(source, str):
        return source
    encoding = json.detect_encoding(source)
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        _refuse_binary(source, name)
        before = error.object[: error.start].decode(encoding, "ignore")
        found = error.object[error.start : error.end][:4].hex(" ")
        message = f"found the bytes `{found}`, which are not {encoding.removesuffix('-sig').upper()} ({error.reason}); save the document as UTF-8"
        raise _refusal(message, name, before, len(before)) from None


def _refuse_binary(source: str | bytes, name: str | None) -> None:
    """Refuse what is not even text, in words that help."""
    if (message := binary(source)) is not None:
        raise _refusal(message, name) from None


def _read(text: str, source: str | bytes) -> tuple[Any, bool]:
    """The value, and whether `_problems` may find something in the text."""
    keys = 0
    odd: list[str] = []

    def count() -> Generator[Any, dict[str, Any], None]:  # sending to a generator is quicker than calling a function
        nonlocal keys
        members = yield
        while True:
            keys += len(members)
            members = yield members

    def finite(token: str) -> float:
        number = float(token)
        if not -inf < number < inf:
            odd.append(token)
        return number

    counter = count()
    next(counter)
    try:
        value = json.loads(text, object_hook=counter.send, parse_float=finite, parse_constant=odd.append)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer with too many digits; but the document has to be well-formed first
        json.loads(text, parse_int=len)
        return None, True
    try:
        utf8 = source if isinstance(source, bytes) and json.detect_encoding(source).startswith("utf-8") else text.encode()
    except UnicodeEncodeError:
        return value, True
    halves = len(_ESCAPED_HALF.findall(text)) if "\\" in text else 0
    odd_halves = halves and halves != 2 * len(_ESCAPED_PAIR.findall(text))  # what stands behind a backslash may be no pair
    # Every key ends in a quote and a colon; a few strings have these, too.
    return value, bool(odd or odd_halves) or (utf8.translate(None, _BLANK.encode()).count(b'":') != keys and _has_twins(text))


def _has_twins(text: str) -> bool:
    """Whether an object has two equal keys."""
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len(dict(pairs)) < len(pairs)

    json.loads(text, object_pairs_hook=look)
    return found


def _walk(text: str) -> Iterator[tuple[list[Any], str, bool, Place]]:
    """All keys and values of a well-formed text: the steps to it (always the same list), its first token, whether it is a key, its place."""
    steps: list[str | int | None] = []  # `None`: in an object whose next key is to come
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == "\n":
            line, start = line + 1, match.end()
        elif token == ",":
            steps[-1] = steps[-1] + 1 if isinstance(steps[-1], int) else None
        elif token in "]}":
            steps.pop()
        elif token != ":":
            is_key = bool(steps) and steps[-1] is None
            if is_key:
                steps[-1] = _string(token)
            yield steps, token, is_key, (line, match.start() - start + 1)
            if token in "[{":
                steps.append(0 if token == "[" else None)


def _string(token: str) -> str:
    return str(json.loads(token)) if "\\" in token else token[1:-1]


def _problems(text: str, name: str | None) -> Iterator[Issue]:
    """What `json` lets pass or has no room for in a well-formed text, in document order."""
    keys: dict[int, dict[str, Place]] = {}  # at each depth, those of the object that is open
    left = PROBLEMS
    for steps, token, is_key, place in _walk(text):
        messages = [_fault(token)]
        if is_key:
            line, column = keys[len(steps)].setdefault(steps[-1], place)
            if (line, column) != place:
                again = f"the key `{_shown(steps[-1])}` is here again, first at {line}:{column}"
                messages.append(f"{again}; an object has every key once: remove or rename one")
        elif token == "{":
            keys[len(steps) + 1] = {}
        for message in filter(None, messages):
            path = show(tuple(steps))
            if not left:
                message = f"more than {PROBLEMS:,} problems; the others are not listed"  # noqa: PLW2901
            yield Issue(code="json", message=message, path=path, line=place[0], column=place[1], source=name)
            if not left:
                return
            left -= 1


def _fault(token: str) -> str | None:
    """What is wrong with a string, number or constant that is well-formed for `json`."""
    if token[0] == '"':
        half = _HALF.search(_string(token))
        if half is None:
            return None
        return rf"found `{_shown(half[0])}`, half of a surrogate pair; expected the whole pair, such as `\ud83d\ude00`, or the character itself"
    if token in ("NaN", "Infinity", "-Infinity"):
        return f"found `{token}`, which is no JSON; expected a number; write `null` or a string if there is none"
    if token[0] in "-0123456789":
        try:
            if not -inf < (float(token) if set(token) & set(".eE") else int(token)) < inf:
                return f"found `{_shown(token)}`; expected a number below 1.8e308, the largest that Python has; write a smaller one, or a string"
        except ValueError:
            return f"found an integer of {len(token.lstrip('-')):,} digits; expected at most {sys.get_int_max_str_digits():,}; write it as a string"
    return None


def _not_well_formed(error: json.JSONDecodeError, text: str, name: str | None) -> DocumentError:
    """What the parser stumbled over. Its versions disagree about the place of a comma that no value follows."""
    at = error.pos
    comma = _LAST_COMMA.match(text, at) or _LAST_COMMA.match(text, len(text[:at].rstrip(_BLANK)) - 1)
    if comma is not None and "delimiter" not in error.msg:
        return _refusal(f"found `,` before `{comma[0][-1]}`; expected a value behind every comma; remove the comma", name, text, comma.start())
    if not text.strip(_BLANK):
        return _refusal("the document is empty; expected a value", name)
    match = _FOUND.match(text, at)
    found = match[0] if match is not None else ""
    expected = next((phrase for message, phrase in _EXPECTED.items() if error.msg.startswith(message)), error.msg)
    hint = _XML if found == "<" and not text[:at].strip(_BLANK) else _HINTS.get(found, "")
    return _refusal(f"found {f'`{_shown(found)}`' if found else 'the end of the document'}; {expected}{hint}", name, text, at)


def _too_deep(text: str, name: str | None) -> DocumentError:
    """The parser ran out of levels: how many it has depends on the version of Python and on the caller."""
    depth = deepest = at = 0
    for match in _TOKEN.finditer(text):
        depth += (match[0] in "[{") - (match[0] in "]}")
        if depth > deepest:
            deepest, at = depth, match.start()
            if deepest == LEVELS:
                break
    message = f"found {deepest:,} levels of arrays and objects{' or more' if deepest == LEVELS else ''}; expected fewer, as Python cannot follow; nest less"
    return _refusal(message, name, text, at)


def _refusal(message: str, name: str | None, text: str = "", at: int = 0) -> DocumentError:
    """The error for one problem at a place in a text."""
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return DocumentError([Issue(code="json", message=message, line=line, column=column, source=name)])


def _shown(text: str, *, quoted: bool = False) -> str:
    """A text for people: short, on one line, and with nothing that a terminal obeys."""
    text = text if len(text) <= 200 else text[:199] + "…"
    return "".join(f"\\{char}" if quoted and char in "\\'" else char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _written(value: object, indent: int | str | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=(",", ":") if indent is None else None)
    text.encode()
    return text


def _culprit(root: object) -> Path | None:
    """The path of the first value that JSON cannot hold, or that has such a key."""
    stack: list[tuple[Path, object]] = [((), root)]
    seen: set[int] = set()  # a value may hold itself
    while stack:
        path, value = stack.pop()
        parts: list[tuple[Any, object]] = []
        if isinstance(value, (dict, list, tuple)) and id(value) not in seen:
            seen.add(id(value))
            parts = list(value.items() if isinstance(value, dict) else enumerate(value))
        try:
            _written(dict.fromkeys(value) if isinstance(value, dict) else [] if isinstance(value, (list, tuple)) else value)
        except (TypeError, ValueError):
            return path
        stack += [((*path, step), part) for step, part in reversed(parts)]
    return None
