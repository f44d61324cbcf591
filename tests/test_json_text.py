"""JSON text: `json` is the witness for what is read, and a writer of our own, which notes where it puts things, for places."""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qtimodel import json_text
from qtimodel.errors import DocumentError, Issue, ModelError
from qtimodel.json_text import Path, Place, dumps, loads, locate, show

# Few characters, and those that make trouble: equal keys become likely, and strings look like the end of a key.
TEXT = st.text(st.sampled_from('ab":\\,{}[] \n\t/#ud8é→😀'), max_size=6)
HALVES = st.text(st.sampled_from("a\\ud8\ud83d\ude00😀"), max_size=4)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | st.text(max_size=5)
VALUE = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=25)


class Members(list[tuple[str, Any]]):
    """An object whose keys may be equal."""


TWINS = st.recursive(st.none() | TEXT, lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(TEXT, inner), max_size=4).map(Members), max_leaves=20)


def offset_of(text: str, place: Place) -> int:
    return sum(len(line) + 1 for line in text.split("\n")[: place[0] - 1]) + place[1] - 1


def place_of(text: str, offset: int) -> Place:
    lines = text[:offset].split("\n")
    return len(lines), len(lines[-1]) + 1


def written(root: Any, chance: random.Random) -> tuple[str, list[tuple[Path, int]]]:
    """A value as JSON with white space and escapes as chance has it, and the offset of each path."""
    pieces: list[str] = []
    places: list[tuple[Path, int]] = []
    dense = chance.random() < 0.3

    def put(piece: str) -> None:
        pieces.append(piece)
        pieces.append("" if dense else "".join(chance.choices(" \t\r\n", k=chance.choice((0, 0, 0, 1, 1, 3)))))

    def note(path: Path) -> None:
        places.append((path, sum(map(len, pieces))))

    def write(value: Any, path: Path, *, member: bool = False) -> None:
        if not member:
            note(path)
        if isinstance(value, (dict, Members)):
            put("{")
            for number, (key, inner) in enumerate(value.items() if isinstance(value, dict) else value):
                if number:
                    put(",")
                note((*path, key))
                put(json.dumps(key, ensure_ascii=chance.random() < 0.5))
                put(":")
                write(inner, (*path, key), member=True)
            put("}")
        elif isinstance(value, list):
            put("[")
            for number, inner in enumerate(value):
                if number:
                    put(",")
                write(inner, (*path, number))
            put("]")
        else:
            put(json.dumps(value, ensure_ascii=chance.random() < 0.5))

    pieces.append("" if dense else "\n ")
    write(root, ())
    return "".join(pieces), places


def refused(source: str | bytes, **options: Any) -> tuple[Issue, ...]:
    with pytest.raises(DocumentError) as caught:
        loads(source, **options)
    assert {issue.code for issue in caught.value.issues} == {"json"}
    return caught.value.issues


@given(VALUE, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.sampled_from([None, (",", ":"), (" , ", " : "), ("\n,", "\t:")]))
@example(":", None, True, None)
@example(["\\", '":', {"\\": ': ":', "": "\\ud800"}], None, True, None)
def test_reads_what_json_writes(value: Any, indent: int | str | None, ascii_only: bool, separators: tuple[str, str] | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=separators)
    assert repr(loads(text)) == repr(json.loads(text)) == repr(value)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        if encoding == "utf-8" or len(text) > 1:
            assert loads(text.encode(encoding)) == value


@given(VALUE, st.randoms(use_true_random=False))
def test_reads_and_locates_any_layout(value: Any, chance: random.Random) -> None:
    text, places = written(value, chance)
    assert loads(text) == loads(text.encode()) == value
    expected = {path: place_of(text, offset) for path, offset in places}
    assert locate(text, expected) == locate(text.encode(), expected) == expected
    assert locate(text, [(*path, "nowhere", 7) for path in expected]) == {(*path, "nowhere", 7): place for path, place in expected.items()}


@given(VALUE, st.randoms(use_true_random=False))
def test_what_stands_at_a_place_is_the_value(value: Any, chance: random.Random) -> None:
    text, places = written(value, chance)
    decoder = json.JSONDecoder()
    for path, place in locate(text, [path for path, _ in places]).items():
        wanted = value
        for step in path:
            wanted = wanted[step]
        found, end = decoder.raw_decode(text, offset_of(text, place))
        if path and isinstance(path[-1], str):
            assert found == path[-1]
            behind = text[end:].lstrip().removeprefix(":").lstrip()
            found, _ = decoder.raw_decode(behind)
        assert found == wanted


@given(TWINS, st.randoms(use_true_random=False))
@example(Members([("a,", 1), ("a", 2), ("a", 3)]), random.Random(1))
@example(Members([("\\", 1), ("\\", ': "\\":')]), random.Random(1))
@example(Members([("", Members([("", "")])), ("", "")]), random.Random(1))
def test_finds_every_equal_key(value: Any, chance: random.Random) -> None:
    text, places = written(value, chance)
    objects: list[list[Any]] = []
    json.loads(text, object_pairs_hook=objects.append)
    again = sum(len(pairs) - len(dict(pairs)) for pairs in objects)
    if not again:
        assert loads(text) == json.loads(text)
        return
    issues = refused(text)
    assert len(issues) == again
    by_place = {place_of(text, offset): path for path, offset in places if path and isinstance(path[-1], str)}
    for issue in issues:
        assert issue.line is not None
        assert issue.column is not None
        assert issue.path == show(by_place[issue.line, issue.column])
    assert list(issues) == sorted(issues, key=lambda issue: (issue.line or 0, issue.column or 0))
    assert refused(text.encode()) == refused(text.encode("utf-16")) == issues


@given(st.lists(HALVES | st.dictionaries(HALVES, HALVES, max_size=2), max_size=4), st.randoms(use_true_random=False))
@example(["\\\ud83d\ude00", "\\\\ud83d\ude00"], random.Random(1))
def test_finds_every_half_of_a_pair(value: list[Any], chance: random.Random) -> None:
    text, _ = written(value, chance)
    strings = [part for item in json.loads(text) for part in ([item] if isinstance(item, str) else [*item, *item.values()])]
    wrong = [string for string in strings if any("\ud800" <= char <= "\udfff" for char in string)]
    if wrong:
        issues = refused(text)
        assert len(issues) == len(wrong)
        str(DocumentError(issues)).encode()
    else:
        assert loads(text) == json.loads(text)


@given(VALUE, st.randoms(use_true_random=False))
def test_broken_text_is_refused_where_json_refuses_it(value: Any, chance: random.Random) -> None:
    text, _ = written(value, chance)
    for _ in range(10):
        at = chance.randrange(len(text))
        broken = (
            text[:at] + chance.choice(["", ",", '"', "{", "]", "'", "1", "e999", "NaN", "\\", "\\ud800", "\0", '"a":1,']) + text[at + chance.randrange(2) :]
        )
        expected = error = None
        try:
            expected = json.loads(broken)
        except json.JSONDecodeError as caught:
            error = caught
        if error is None:
            with suppress(DocumentError):
                assert repr(loads(broken)) == repr(expected)
            continue
        (issue,) = refused(broken)
        if "before `" not in issue.message and "empty" not in issue.message:  # these places are our own
            assert (issue.line, issue.column) == (error.lineno, error.colno)


@given(st.binary(max_size=12) | TEXT.map(str.encode) | st.text(max_size=5).map(lambda text: json.dumps(text).encode("utf-16-le")[:-1]))
def test_bytes_are_read_or_refused(source: bytes) -> None:
    with suppress(DocumentError):
        assert repr(loads(source)) == repr(json.loads(source))


PAIR = r"expected the whole pair, such as `\ud83d\ude00`, or the character itself"
BAD: dict[str, tuple[str | bytes, list[tuple[int, int, str | None, str]]]] = {
    "nothing": ("", [(1, 1, None, "the document is empty; expected a value")]),
    "nothing but white space": (" \n ", [(1, 1, None, "the document is empty; expected a value")]),
    "no bytes": (b"", [(1, 1, None, "the document is empty; expected a value")]),
    "a comma before the end of an array": ("[1,\n 2 ,\n]", [(2, 4, None, "found `,` before `]`; expected a value behind every comma; remove the comma")]),
    "a comma before the end of an object": ('{"a": 1, }', [(1, 8, None, "found `,` before `}`; expected a value behind every comma; remove the comma")]),
    "a comma alone": ("[,]", [(1, 2, None, "found `,` before `]`; expected a value behind every comma; remove the comma")]),
    "two commas": ("[1,,2]", [(1, 4, None, "found `,`; expected a value")]),
    "single quotes": ("['a']", [(1, 2, None, "found `'`; expected a value; write strings and keys in double quotes")]),
    "a key in single quotes": ("{'a': 1}", [(1, 2, None, "found `'`; expected a key in double quotes; write strings and keys in double quotes")]),
    "a key without quotes": ("{abc: 1}", [(1, 2, None, "found `abc`; expected a key in double quotes")]),
    "a comment": ("[1,\n // one\n2]", [(2, 2, None, "found `//`; expected a value; JSON has no comments: remove it")]),
    "a comment in an object": ("{/* a */}", [(1, 2, None, "found `/*`; expected a key in double quotes; JSON has no comments: remove it")]),
    "a comment at the end": ("1 # one", [(1, 3, None, "found `#`; expected the end of the document, which holds one value; JSON has no comments: remove it")]),
    "a constant of Python": ("[True]", [(1, 2, None, "found `True`; expected a value; JSON has `true`, `false` and `null`")]),
    "no colon": ('{"a" 1}', [(1, 6, None, "found `1`; expected `:` behind the key")]),
    "no comma": ('["a"\n"b"]', [(2, 1, None, 'found `"b`; expected `,` or the end of the array or object')]),
    "cut off": ('{"a": [1', [(1, 9, None, "found the end of the document; expected `,` or the end of the array or object; is it cut off?")]),
    "cut off in a string": ('["a", "bc', [(1, 7, None, 'found `"bc`; expected a string, but it has no closing `"`')]),
    "two values": ("{}\n{}", [(2, 1, None, "found `{`; expected the end of the document, which holds one value")]),
    "a line break in a string": ('["a\nb"]', [(1, 4, None, r"found `\n`; expected an escape such as `\n` or `\u0009`")]),
    "an escape that JSON does not have": (r'["\x41"]', [(1, 3, None, r"found `\`; expected one of `\"` `\\` `\/` `\b` `\f` `\n` `\r` `\t` `\u`")]),
    "a byte order mark in a str": (
        "\ufeff1",
        [(1, 1, None, r"found `\ufeff`; expected no byte order mark in a str; pass the bytes, or decode them with `utf-8-sig`")],
    ),
    "something else": ("<a/>", [(1, 1, None, "found `<`; expected a value: this begins as XML does, so read it as XML")]),
    "equal keys": (
        '{"a": 1,\n "b": {"c": 1, "\\u0063": 2},\n "a": 3, "a": 4}',
        [
            (2, 16, "$['b']['c']", "the key `c` is here again, first at 2:8; an object has every key once: remove or rename one"),
            (3, 2, "$['a']", "the key `a` is here again, first at 1:2; an object has every key once: remove or rename one"),
            (3, 10, "$['a']", "the key `a` is here again, first at 1:2; an object has every key once: remove or rename one"),
        ],
    ),
    "equal keys in other layout": (
        '{"a"  :1,"a":2}',
        [(1, 10, "$['a']", "the key `a` is here again, first at 1:2; an object has every key once: remove or rename one")],
    ),
    "constants": (
        '[NaN, {"a":\n-Infinity}, Infinity]',
        [
            (1, 2, "$[0]", "found `NaN`, which is no JSON; expected a number; write `null` or a string if there is none"),
            (2, 1, "$[1]['a']", "found `-Infinity`, which is no JSON; expected a number; write `null` or a string if there is none"),
            (2, 13, "$[2]", "found `Infinity`, which is no JSON; expected a number; write `null` or a string if there is none"),
        ],
    ),
    "numbers too large": (
        "[1e999, -1E+400, 1e308]",
        [
            (1, 2, "$[0]", "found `1e999`; expected a number below 1.8e308, the largest that Python has; write a smaller one, or a string"),
            (1, 9, "$[1]", "found `-1E+400`; expected a number below 1.8e308, the largest that Python has; write a smaller one, or a string"),
        ],
    ),
    "a negative number too large": (
        "-1e999",
        [(1, 1, "$", "found `-1e999`; expected a number below 1.8e308, the largest that Python has; write a smaller one, or a string")],
    ),
    "integers too long": (
        f"[-{'1' * 4_300}, -{'9' * 4_301}, {'9' * 5_000}]",
        [
            (1, 4305, "$[1]", "found an integer of 4,301 digits; expected at most 4,300; write it as a string"),
            (1, 8609, "$[2]", "found an integer of 5,000 digits; expected at most 4,300; write it as a string"),
        ],
    ),
    "an integer too long in a document that is not well-formed": (
        f"[{'9' * 5_000}\n,]",
        [(2, 1, None, "found `,` before `]`; expected a value behind every comma; remove the comma")],
    ),
    "a constant in a document that is not well-formed": ("[NaN,\n!]", [(2, 1, None, "found `!`; expected a value")]),
    "halves of pairs": (
        '["\\ud800", {"\\uDC00 \\ud83d\\ude00": "\\ude00\\ud83d"}]',
        [
            (1, 2, "$[0]", rf"found `\ud800`, half of a surrogate pair; {PAIR}"),
            (1, 13, r"$[1]['\udc00 😀']", rf"found `\udc00`, half of a surrogate pair; {PAIR}"),
            (1, 36, r"$[1]['\udc00 😀']", rf"found `\ude00`, half of a surrogate pair; {PAIR}"),
        ],
    ),
    "a half behind a pair": (r'["\ud83d\ude00\ud83d"]', [(1, 2, "$[0]", rf"found `\ud83d`, half of a surrogate pair; {PAIR}")]),
    "a half behind what looks like its other half": (r'["\\ud83d\ude00"]', [(1, 2, "$[0]", rf"found `\ude00`, half of a surrogate pair; {PAIR}")]),
    "halves of pairs without escapes": ('["\ud83d\ude00"]', [(1, 2, "$[0]", rf"found `\ud83d`, half of a surrogate pair; {PAIR}")]),
    "problems of several kinds": (
        '{"a": NaN,\r\n "a": 1e999}',
        [
            (1, 7, "$['a']", "found `NaN`, which is no JSON; expected a number; write `null` or a string if there is none"),
            (2, 2, "$['a']", "the key `a` is here again, first at 1:2; an object has every key once: remove or rename one"),
            (2, 7, "$['a']", "found `1e999`; expected a number below 1.8e308, the largest that Python has; write a smaller one, or a string"),
        ],
    ),
    "bytes that are not UTF-8": (
        b'["a",\n "\xc3\xa9\xff"]',
        [(2, 4, None, "found the bytes `ff`, which are not UTF-8 (invalid start byte); save the document as UTF-8")],
    ),
    "bytes that are not UTF-8 behind a mark": (
        b'\xef\xbb\xbf["\xff"]',
        [(1, 3, None, "found the bytes `ff`, which are not UTF-8 (invalid start byte); save the document as UTF-8")],
    ),
    "half a pair as UTF-8": (
        b'["\xed\xa0\x80"]',
        [(1, 3, None, "found the bytes `ed`, which are not UTF-8 (invalid continuation byte); save the document as UTF-8")],
    ),
    "half a pair as UTF-16": (
        '["\n'.encode("utf-16") + b"\x00\xd8a\x00",
        [(2, 1, None, "found the bytes `00 d8`, which are not UTF-16 (illegal UTF-16 surrogate); save the document as UTF-8")],
    ),
    "UTF-16 cut off": (
        "[1]".encode("utf-16-le")[:-1],
        [(1, 3, None, "found the bytes `5d`, which are not UTF-16-LE (truncated data); save the document as UTF-8")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    source, expected = BAD[name]
    issues = refused(source, name="bad.json")
    assert [(issue.line, issue.column, issue.path, issue.message) for issue in issues] == expected
    assert {issue.source for issue in issues} == {"bad.json"}


def test_too_large() -> None:
    assert loads("[1, 2]", size=6) == [1, 2]
    (issue,) = refused("[1, 2]", size=5)
    assert issue.message == "the document has 6 characters; expected at most 5; if that is meant, read it with size=6"
    (issue,) = refused(b"\xff" * 6, size=5)  # before anything is decoded
    assert issue.message == "the document has 6 bytes; expected at most 5; if that is meant, read it with size=6"


@pytest.mark.parametrize("source", [None, 3, bytearray(b"1"), ["1"]])
def test_neither_text_nor_bytes(source: Any) -> None:
    with pytest.raises(TypeError, match="expected str or bytes, found"):
        loads(source)


def test_the_limit_of_digits_is_that_of_python() -> None:
    digits = "9" * 5_000
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert loads(f"[{digits}]") == [int(digits)]
    finally:
        sys.set_int_max_str_digits(before)


USUAL = [
    '{"title": "A: b", "href": "https://example.org/a:b", "xml:lang": "fr", "text": "Question : \\"oui\\"", "value": 0.5}',
    '{\n  "a" : {\n    "b" : [ 1, 2.5e10, "\\ud83d\\ude00\\n\\ud83d\\ude00" ]\n  }\n}',
    '[{"": {}}, {}, [], "\\\\", "é"]',
]


@pytest.mark.parametrize("text", USUAL)
def test_usual_documents_are_parsed_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> Iterator[Any]:
        raise AssertionError("a slow pass")

    monkeypatch.setattr(json_text, "_has_twins", slow)
    monkeypatch.setattr(json_text, "_walk", slow)
    assert loads(text) == loads(text.encode()) == loads(text.encode("utf-16")) == json.loads(text)


HOSTILE: dict[str, tuple[Callable[[], str], str]] = {
    "100,000 arrays": (lambda: "[" * 100_000 + "]" * 100_000, "1:1000: found 1,000 levels of arrays and objects or more"),
    "100,000 arrays, never closed": (lambda: "[" * 100_000, "levels"),
    "100,000 objects": (lambda: '{"a":' * 100_000 + "1" + "}" * 100_000, "levels"),
    "100,000 arrays with problems": (lambda: "[NaN," * 100_000 + "1" + "]" * 100_000, "levels"),
    "100,000 arrays with a long integer": (lambda: "[" + "9" * 5_000 + "," + "[" * 100_000, "levels"),
    "100,000 arrays closed too often": (lambda: "[" * 100_000 + "]" * 200_000, "levels"),
    "50 MB of arrays": (lambda: "[" * 50_000_000, "levels"),
    "a string of escapes that is never closed, behind too many levels": (lambda: "[" * 100_000 + '"' + r"\"" * 5_000_000, "levels"),
    "a million constants": (lambda: "[" + "NaN," * 1_000_000 + "1]", "and 9981 more problems"),
    "a million equal keys": (lambda: "{" + '"a":1,' * 1_000_000 + '"b":1}', "and 9981 more problems"),
    "problems below a key of 1 MB": (lambda: '{"' + "a" * 1_000_000 + '":[' + "NaN," * 100_000 + "1]}", "problems"),
    "problems below many levels": (lambda: f'{{"{"b" * 50}":[' * 400 + "[" + "NaN," * 100_000 + "1]" + "]}" * 400, "…"),
    "an equal key of 20 MB": (lambda: "{" + f'"{"a" * 10_000_000}":1,' * 2 + '"b":1}', "here again"),
    "escapes in a string with half a pair": (lambda: '["' + r"\\" * 10_000_000 + r'\ud800"]', "half"),
    "a number of 10 MB": (lambda: "[" + "9" * 10_000_000 + ".0]", r"found `9{199}…`"),
    "an integer of 10 MB": (lambda: "[" + "9" * 10_000_000 + "]", "an integer of 10,000,000 digits"),
    "20 MB of white space behind a comma": (lambda: "[1," + " " * 20_000_000 + "!", "found `!`"),
    "20 MB of commas": (lambda: "[" + "," * 20_000_000, "found `,`; expected a value"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    """Refused soon, and with a message that a person can read."""
    make, message = HOSTILE[name]
    source = make()
    began = time.monotonic()
    with pytest.raises(DocumentError, match=message) as caught:
        loads(source)
    assert time.monotonic() - began < 10
    assert len(str(caught.value)) < 200_000
    assert len(caught.value.issues) <= 10_001


def test_hostile_to_a_caller_who_is_deep_himself() -> None:
    """Python 3.11 counts the caller's levels, too: then few levels are too many."""
    source = "[" * 500 + '"' + r"\"" * 1_000_000

    def call(depth: int) -> Any:
        return call(depth - 1) if depth else loads(source)

    began = time.monotonic()
    with pytest.raises(DocumentError, match=r"found 500 levels of arrays and objects;|no closing"):
        call(600)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "text", ['"' + "a" * 50_000_000 + '"', '["' + r"\n\"" * 5_000_000 + '"]', '{"a":' * 500 + "1" + "}" * 500], ids=["50 MB", "escapes", "500 levels"]
)
def test_large_is_fine(text: str) -> None:
    began = time.monotonic()
    value = loads(text)
    assert value == json.loads(text)
    assert loads(dumps(value)) == value
    assert locate(text, [()]) == {(): (1, 1)}
    assert time.monotonic() - began < 20


def test_many_paths_are_located_at_once() -> None:
    text = json.dumps({"a": [{"b": number} for number in range(50_000)]}, indent=1)
    began = time.monotonic()
    places = locate(text, [("a", number, "b") for number in range(50_000)])
    assert time.monotonic() - began < 10
    assert places["a", 49_999, "b"] == (4 + 49_999 * 3, 4)


def test_nothing_has_a_place_too() -> None:
    assert locate("", [("a", 0)]) == {("a", 0): (1, 1)}


@given(VALUE, st.sampled_from([None, 0, 2, "\t"]))
def test_what_is_written_is_read(value: Any, indent: int | str | None) -> None:
    assert repr(loads(dumps(value, indent=indent))) == repr(value)


def circle() -> list[Any]:
    value: list[Any] = [1]
    value.append({"self": value})
    return value


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


UNWRITABLE: list[tuple[Callable[[], object], str | None, str]] = [
    (lambda: {"a": [1, math.nan]}, "$['a'][1]", "Out of range float values"),
    (lambda: [[math.nan], b"bytes"], "$[0][0]", "Out of range float values"),
    (lambda: [[], -math.inf], "$[1]", "Out of range float values"),
    (lambda: {"a": ("b", {"c": b"bytes"})}, "$['a'][1]['c']", "bytes is not JSON serializable"),
    (lambda: [{(1, 2): 3}], "$[0]", "keys must be str"),
    (lambda: {"a": "\ud800"}, "$['a']", "a half of a surrogate pair cannot be written; expected whole characters"),
    (lambda: {"a": {"\ud800": 1}}, "$['a']", "a half of a surrogate pair cannot be written; expected whole characters"),
    (lambda: {"a": 10**5_000}, "$['a']", "Exceeds the limit"),
    (circle, None, "Circular reference detected"),
    (deep, None, "the value holds itself, or has more levels than Python's writer of JSON can follow"),
]


@pytest.mark.parametrize(("make", "path", "message"), UNWRITABLE)
@pytest.mark.parametrize("indent", [None, 2])
def test_what_cannot_be_written(make: Callable[[], object], path: str | None, message: str, indent: int | None) -> None:
    with pytest.raises(ModelError) as caught:
        dumps(make(), indent=indent)
    assert caught.value.path == path
    assert message in caught.value.message
    str(caught.value).encode()


def test_paths_are_shown_as_in_rfc_9535() -> None:
    assert show(()) == "$"
    assert show(("a b", 0, "'\\\"", "\x00\x1b\x7f\u202e\ud800\n", "é")) == r"""$['a b'][0]['\'\\"']['\u0000\u001b\u007f\u202e\ud800\n']['é']"""
    assert len(show(("k" * 1_000_000,) * 10_000)) < 25_000
