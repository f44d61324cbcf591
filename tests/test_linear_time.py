"""Every regular expression and every scalar type takes linear time, whatever the input."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import qtimodel
from qtimodel import datatypes, kinds
from qtimodel.datatypes import Scalar
from qtimodel.xml import encodings

LENGTH = 20_000  # what is quadratic takes 1,000 times as long as what is linear
LIMIT = 0.3  # seconds

# Only ever matched where something begins, never searched for.
_WELL_FORMED = {"qtimodel.xml.recode._MARKUP", "qtimodel.xml.spans._CDATA"}  # searched for where a parser has found all brackets closed
ANCHORED = _WELL_FORMED | {
    "qtimodel.editing.ways._PATH",
    "qtimodel.validation.findings._STEP",
    "qtimodel.xml.diagnosis._ATTRIBUTE",
    "qtimodel.xml.diagnosis._END_TAG",
    "qtimodel.xml.diagnosis._TAG",
    "qtimodel.xml.encodings._PSEUDO_ATTRIBUTE",
    "qtimodel.xml.encodings._VERSION",
    "qtimodel.xml.spans._ATTRIBUTE",
    "qtimodel.xml.spans._TAG",
}

PIECES = [
    *(" ", "\n", "\t", "a", "A", "0", "1", "-", ".", ",", "%", ":", "/", "\\", '"', "'", "<", ">", "&", "=", "[", "]", "{", "}", "(", ")", "?", "!", "#", ";"),
    *("a ", " a", "a=", " a=", " a='", "a-", "-a", "a.", "0,", "1%,", "a/", "<a", "<a ", "<!--", "-->", "<?", "?>", "<![CDATA[", "]]>", "[a]", "[0]", "/a[1]"),
    *(
        "&a",
        "&#",
        "&#1",
        "&a;",
        "ext:",
        "\\u",
        "\\ud8",
        "\\\\",
        '\\"',
        '"a"',
        "'a'",
        "{a}",
        "a:a",
        "\r\n",
        "é",
        "\u3042",
        "00",
        "1e",
        "+1",
        "--",
        "__",
        "qti-",
        "imsqti",
    ),
]


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Every compiled expression that a module of ours has."""
    for module in pkgutil.walk_packages(qtimodel.__path__, "qtimodel."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value


PATTERNS = dict(patterns())
SCALARS = {name: value for name, value in vars(datatypes).items() if isinstance(value, Scalar)}


def inputs() -> Iterator[str]:
    for piece in PIECES:
        text = piece * (LENGTH // len(piece))
        yield from (text, text + "!", '"' + text)


def test_there_are_some() -> None:
    assert len(PATTERNS) > 30
    assert len(SCALARS) > 15
    assert set(PATTERNS) >= ANCHORED


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_expressions(name: str) -> None:
    pattern = PATTERNS[name]
    calls = [pattern.match, pattern.fullmatch] if name in ANCHORED else [pattern.match, pattern.fullmatch, pattern.search]
    for text in inputs():
        given = text.encode() if isinstance(pattern.pattern, bytes) else text
        for call in calls:
            began = time.process_time()
            call(given)  # type: ignore[arg-type]
            assert time.process_time() - began < LIMIT, (call, text[:20], text[-5:])


def written_in_functions() -> Iterator[tuple[str, str, str]]:
    """Expressions that are no names of a module: where they stand, how they are used, what they are."""
    named = {pattern.pattern for pattern in PATTERNS.values()}
    for path in sorted(Path(qtimodel.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).startswith("re.")
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and node.args[0].value not in named
            ):
                yield f"{path.stem}:{node.lineno}", ast.unparse(node.func)[3:], str(node.args[0].value)
    yield from (("kinds", "search", pattern) for pattern in (kinds._VERSION_1, kinds._VERSION_2))
    yield from (("encodings", "search", pattern) for pattern in encodings._AMBIGUOUS.values())


@pytest.mark.parametrize(("where", "use", "expression"), list(written_in_functions()))
def test_expressions_in_functions(where: str, use: str, expression: str) -> None:
    pattern = re.compile(expression)
    how = "match" if use in ("match", "fullmatch") else "search"
    for text in inputs():
        began = time.process_time()
        if how == "match":
            pattern.match(text)
            pattern.fullmatch(text)
        else:
            for _ in pattern.finditer(text):
                pass
        assert time.process_time() - began < LIMIT, (where, text[:20], text[-5:])


@pytest.mark.parametrize("name", sorted(SCALARS))
def test_scalars(name: str) -> None:
    scalar = SCALARS[name]
    for text in inputs():
        for read in (scalar.parse, scalar.parse_list, scalar.write, scalar.lookup or scalar.parse):
            began = time.process_time()
            try:
                read(text)
            except (ValueError, TypeError) as error:
                assert len(str(error)) < 2_000  # noqa: PT017 - it is the length of any error, and there need not be one
            assert time.process_time() - began < LIMIT, (read, text[:20], text[-5:])
