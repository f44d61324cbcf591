"""A `str` is a document or a path by rule, and text from users never opens a file."""

from __future__ import annotations

import builtins
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wrong_rows import section

from qtimodel import DocumentError, Issue, QtiError, SourceError, content, validate, xml
from qtimodel.validation import is_valid

GOOD = section("<qti-ordering/>")
JSON = content.dumps(xml.loads(GOOD))
NEITHER = [
    "identifier: s1",
    "title: x\nidentifier: y\n",
    "a\0b",
    "x" * 5000,
    "no-such-file.xml",
    "é\n",
    "\\",
    "..",
    ".",
    "/",
    "no/such/file",
    "\udcff",
    "a <p/>",
]


@pytest.mark.parametrize("text", [GOOD, JSON, f"[{JSON}]"])
@pytest.mark.parametrize("before", ["", " \n\t\r", "\ufeff", "\ufeff\n", " " * 2000])
def test_text_that_begins_as_a_document_is_one(text: str, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    validate(GOOD)  # what is needed once is read now
    monkeypatch.setattr(builtins, "open", lambda *_: pytest.fail("a file was opened"))
    for source in (before + text, (before + text).encode()):
        issues = validate(source)
        assert all(issue.code != "format" for issue in issues)
        assert is_valid(source) == (not issues)
    if before in ("", " \n\t\r") and text is not GOOD and text is JSON:
        assert validate(before + text) == []


@pytest.mark.parametrize("text", NEITHER)
def test_any_other_text_is_a_path_and_the_error_says_what_was_expected(text: str) -> None:
    for call in (validate, is_valid):
        with pytest.raises(SourceError) as caught:
            call(text)
        assert isinstance(caught.value, (QtiError, FileNotFoundError))
        assert caught.value.filename == text
        assert "expected a path, or the text of a document, which begins with `<` (XML), `{` or `[` (JSON)" in str(caught.value)
        assert len(str(caught.value)) < 500
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("path", [Path("no-such-file"), Path("a\0b"), Path("x" * 5000)])
def test_paths_that_lead_nowhere(path: Path) -> None:
    with pytest.raises(SourceError):
        validate(path)


@pytest.mark.parametrize("text", [*NEITHER, "", " ", GOOD, JSON, "{", "<", "PK\x03\x04", __file__])
def test_text_from_users_never_opens_a_file(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    validate(GOOD)
    monkeypatch.setattr(builtins, "open", lambda *_: pytest.fail("a file was opened"))
    monkeypatch.setattr(io, "open", lambda *_: pytest.fail("a file was opened"))
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("a file was opened"))
    for source in (text, text.encode(errors="surrogatepass")):
        issues = validate(source, text=True, name="body")
        assert is_valid(source, text=True) == (not issues)
        assert all(isinstance(issue, Issue) and issue.source == "body" for issue in issues)
        if text in NEITHER:
            assert issues


def test_a_file_of_that_name_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("secret").write_text(GOOD, encoding="utf-8")
    assert validate("secret") == []
    (issue,) = validate("secret", text=True)
    assert (issue.code, issue.line, issue.column) == ("format", 1, 1)
    assert "begins with `<` (XML), `{` or `[` (JSON)" in issue.message
    Path("{odd}.xml").write_text(GOOD, encoding="utf-8")
    assert validate(Path("{odd}.xml")) == []
    assert validate("{odd}.xml")[0].code == "json"


@pytest.mark.parametrize("source", [None, 7, 1.5, object(), Path("a"), {"a": 1}, io.StringIO("x"), bytearray(b"<p/>")])
def test_wrong_types(source: Any) -> None:
    with pytest.raises(TypeError, match="expected the text of a document as str or bytes, found"):
        validate(source, text=True)
    if not isinstance(source, (Path, dict, io.StringIO)):
        with pytest.raises(TypeError, match="expected a path or a file that is open for reading bytes, found"):
            validate(source)


def test_a_path_that_is_there_and_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        validate(tmp_path)
    path = tmp_path / "pkg.zip"
    path.write_bytes(b"PK\x03\x04imsmanifest.xml")
    for source in (path, str(path), path.read_bytes()):
        (issue,) = validate(source)
        assert "this is a zip archive" in issue.message


@pytest.mark.parametrize("schema", ["a\0b", "x" * 5000, "", "no-such.xsd", os.sep, b"no-such.xsd", Path("no-such.xsd"), "\udcff"])
@pytest.mark.parametrize("engine", ["libxml2", "xmlschema"])
def test_schemas_that_are_not_there(schema: Any, engine: Any) -> None:
    for call in (validate, is_valid):
        with pytest.raises(DocumentError, match="this schema cannot be used"):
            call(GOOD, schema=schema, engine=engine)


@given(st.text(max_size=40))
def test_no_text_is_a_traceback(text: str) -> None:
    assert isinstance(validate(text, text=True), list)
    try:
        validate(text)
    except SourceError:
        assert text.lstrip("\ufeff \t\r\n")[:1] not in ("<", "{", "[", "")
    except (DocumentError, OSError):
        pytest.fail("another error")


@pytest.mark.parametrize("check", [validate, is_valid])
@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"engine": "libxml"}, ValueError, "the engine 'libxml' is not known; expected one of 'libxml2', 'xmlschema'"),
        ({"engine": None}, ValueError, "expected one of 'libxml2', 'xmlschema'"),
        ({"limits": None}, TypeError, "`limits` is None; expected a `Limits`"),
        ({"limits": 5}, TypeError, "`limits` is 5"),
        ({"schema": 5}, TypeError, "`schema` is 5; expected the path of a schema"),
    ],
)
@pytest.mark.parametrize("source", [GOOD, JSON, "<", {}])
def test_both_refuse_the_same_arguments(check: Any, wrong: dict[str, Any], kind: type[Exception], message: str, source: Any) -> None:
    """`is_valid` called what an unknown engine was to check valid."""
    with pytest.raises(kind) as found:
        check(source, **wrong)
    assert message in str(found.value)
