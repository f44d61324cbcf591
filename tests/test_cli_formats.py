"""The formats on the command line: which one a document is in, what is written, what is lost, and that nothing is written half."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_cli import BROKEN, EXAMPLE, WEIGHT, files_in, process, run

from qtimodel import AssessmentTest, api, content, xml
from qtimodel.cli.formats import DIALECTS, FORMATS, WRITABLE, recognised
from qtimodel.nodes import QTI
from qtimodel.testing import assert_same_xml

RECORD: dict[str, Any] = {
    "identifier": "t1",
    "title": "Größe",
    "metadata": {"grade": "5"},
    "qti-test-part": [
        {
            "identifier": "p1",
            "navigationMode": "linear",
            "submissionMode": "individual",
            "qti-assessment-section": [{"identifier": "s1", "title": "S", "visible": True, "required": True, "fixed": False, "sequence": 1}],
        }
    ],
    "qti-outcome-declaration": [],
}
PARAGRAPH = f'<p xmlns="{QTI}">pre <b>x</b> post</p>'  # nothing but `api` has a place for its text
GUESSED = json.dumps(content.unstructure(xml.loads(PARAGRAPH), "xml2js"))
COMMENTED = WEIGHT.replace("<qti", "<!-- draft --><qti", 1)
LOST = "/comment()[1]: comment: left out: ` draft `"


def as_(target: str, *options: str, source: str | bytes | Path = EXAMPLE) -> bytes:
    """What `convert` makes of a document."""
    data = source.read_bytes() if isinstance(source, Path) else source.encode() if isinstance(source, str) else source
    result = run("convert", "-", "--to", target, *options, stdin=data)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


DOCUMENTS = {"xml": EXAMPLE.read_bytes(), "content": content.dumps(xml.load(EXAMPLE)).encode(), "api": json.dumps(RECORD).encode()}

# -- there and back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("source", FORMATS)
def test_there_and_back(tmp_path: Path, source: str, target: str) -> None:
    first, second, last = (tmp_path / name for name in ("first", "second", "last.xml"))
    for start, form, end in ((EXAMPLE, source, first), (first, target, second), (second, "xml", last)):
        result = run("convert", start, "--to", form, "-o", end, "--strict")
        assert (result.exit_code, result.output) == (0, "")
    assert_same_xml(EXAMPLE.read_bytes(), last.read_bytes())
    assert recognised(second.read_bytes(), "second") == target
    assert run("convert", "--to", target, "-", stdin=first.read_bytes()).stdout_bytes == second.read_bytes()
    assert run("convert", "--to", target, "--from", source, first).stdout_bytes == second.read_bytes()


@pytest.mark.parametrize("dialect", WRITABLE)
def test_dialects_are_written_and_recognised(dialect: str) -> None:
    test = xml.load(EXAMPLE)
    written = as_("content", "--dialect", dialect)
    assert written.decode() == content.dumps(test, dialect, indent=2) + "\n"
    back, guesses = content.loads(written, recover=True)
    result = run("convert", "-", stdin=written)
    assert (result.exit_code, result.stdout) == (0, xml.dumps(back) + "\n")
    assert len(result.stderr.splitlines()) == len(guesses)
    assert run("convert", "-", "--dialect", dialect, stdin=written).stdout == result.stdout


def test_dialect_forces_how_content_is_read() -> None:
    built = json.dumps({"p": {"_attributes": {"xmlns": QTI}, "_": "a <b>c</b>"}})
    assert "a &lt;b>c" in as_("xml", source=built).decode().replace("&gt;", ">")
    assert "a <b>c</b>" in as_("xml", "--dialect", "built", source=built).decode()
    # With content on both sides, the dialect is the one to write.
    assert as_("content", "--dialect", "xmltodict", "--indent", "none", source='{"p": {"$": {"class": "c"}}}') == b'{"p":{"@class":"c"}}\n'


@pytest.mark.parametrize("target", ["content", "api"])
def test_json_is_indented_utf8_with_a_newline(target: str) -> None:
    source = json.dumps(RECORD)
    written = as_(target, source=source)
    assert "Größe" in written.decode()
    assert written.startswith(b'{\n  "')
    for indent, begin, spaces in (("0", b'{\n"', 0), ("tab", b'{\n\t"', "\t"), ("none", b'{"', None)):
        other = as_(target, "--indent", indent, source=source)
        assert other.startswith(begin)
        assert other.endswith(b"}\n")
        assert json.loads(other) == json.loads(written)
        assert other.count(b"\n") == 1 if spaces is None else other.count(b"\n") == written.count(b"\n")


def test_prefer_decides_where_two_forms_disagree() -> None:
    response = api.unstructure(api.AssessmentTestRecord(test=xml.load(EXAMPLE, AssessmentTest)))
    both = json.dumps({**response, "title": "Another title"}).encode()
    refused = run("convert", "-", stdin=both)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "$['title']" in refused.stderr
    for side, title in (("rawXml", "Algebra: first steps"), ("flat", "Another title")):
        result = run("convert", "-", "--prefer", side, stdin=both)
        assert result.exit_code == 0
        assert f'title="{title}"' in result.stdout
        assert ": warning: " in result.stderr


def test_view_makes_a_body_to_send() -> None:
    test = xml.load(EXAMPLE, AssessmentTest)
    assert as_("api", "--view", "create").decode() == api.dumps(api.AssessmentTestRecord(test=test), view="create", indent=2) + "\n"
    assert as_("api", "--view", "response") == as_("api")


def test_api_json_keeps_what_only_records_have() -> None:
    assert json.loads(as_("api", source=json.dumps(RECORD)))["metadata"] == {"grade": "5"}
    response = json.loads(as_("api"))
    assert xml.loads(response["rawXml"], AssessmentTest) == xml.load(EXAMPLE)


# -- recognition -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["t.xml", "t.json", "t.txt", "t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("form", FORMATS)
def test_content_says_what_it_is(tmp_path: Path, form: str, encoding: str, name: str) -> None:
    path = tmp_path / name
    text = DOCUMENTS[form].decode() if form == "xml" else f"\n\t {DOCUMENTS[form].decode()}"
    path.write_bytes(text.encode(encoding))
    assert recognised(path.read_bytes(), name) == form
    assert run("convert", path, "--to", "content").stdout_bytes == as_("content", source=DOCUMENTS[form])


@pytest.mark.parametrize(
    ("document", "form"),
    [
        (" \n<p/>", "xml"),
        ("<?xml version='1.0' encoding='cp037'?><p/>".encode("cp037"), "xml"),
        ({"qti-weight": {}}, "content"),
        ({"qti-test-part": {"_attributes": {}}}, "content"),
        ({"_prolog": [["!", "c"]], "p": "x", "_epilog": []}, "content"),
        ({"_declaration": {}, "_comment": "c", "p": {}}, "content"),
        ({"title": "A root of HTML"}, "content"),
        ({"identifier": "t"}, "api"),
        ({"qti-test-part": []}, "api"),
        (RECORD, "api"),
    ],
)
def test_recognised(document: Any, form: str) -> None:
    data = document if isinstance(document, bytes) else (document if isinstance(document, str) else json.dumps(document)).encode()
    assert recognised(data, "name") == form


ITEM = {"identifier": "i1", "type": "choice", "rawXml": "<qti-assessment-item/>", "content": {"qti-assessment-item": {}}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "<stdin>:1:1: the document is empty; expected XML or a JSON object"),
        ("\ufeff \n", "<stdin>:1:1: the document is empty; expected XML or a JSON object"),
        ("identifier,title", "<stdin>:1:1: the document is neither XML, which begins with `<`, nor a JSON object, which begins with `{`"),
        ("[{}]", "<stdin>:1:1: a document is an array of 1; expected an object with one key, the name of the root"),
        (f"[{json.dumps(RECORD)}, {json.dumps(RECORD)}]", "<stdin>:1:1: a document is an array of 2; expected an object with one key"),
        ("[1,\n oops]", "<stdin>:2:2: found `oops`; expected a value"),
        ('{"p":\n  {"class": oops}}', "<stdin>:2:13: found `oops`; expected a value"),
        ('{"p": {},\n "p": {}}', "<stdin>:2:2: the key `p` is here again, first at 1:2"),
        ('{"p": NaN}', "<stdin>:1:7: found `NaN`"),
        ("{}", "<stdin>:1:1: a document has one root, found 0"),
        ('{"items": [], "total": 0}', "<stdin>:1:1: a document has one root, found 2: `items`, `total`"),
        ('{"p": {"b": {"!": 1}}}', "<stdin>:1:14: `!` is no name of an element"),
        (json.dumps(ITEM), "<stdin>:1:1: this JSON is not of a test, as it has no `qti-test-part`, and nothing else can be read from API JSON yet: take"),
        (
            '{"identifier": "s", "rawXml": "<qti-assessment-stimulus/>"}',
            "take the XML out of its `rawXml`, such as with `jq -r .rawXml`, and convert that",
        ),
        ('{"format": "xml", "xml": "<p/>"}', "take the XML out of its `xml`, such as with `jq -r .xml`, and convert that"),
        ('{"identifier": "i1", "title": "I", "type": "choice", "interaction": {}}', "<stdin>:1:1: this JSON is not of a test, as it has no"),
        (json.dumps({**RECORD, "title": None}), "`title`"),
        (json.dumps({**RECORD, "qti-test-part": [{"navigationMode": "zigzag"}]}), "zigzag"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, document: str, message: str) -> None:
    target = tmp_path / "out"
    result = run("convert", "-", "-o", target, stdin=document.encode())
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.startswith("<stdin>:")
    assert not target.exists()


def test_from_forces(tmp_path: Path) -> None:
    for form, message in (("xml", "not well-formed"), ("api", "this JSON is not of a test")):
        result = run("convert", "-", "--from", form, stdin=b'{"p": "x"}')
        assert result.exit_code == 1
        assert message in result.stderr
    assert run("convert", "-", "--from", "content", stdin=b'{"identifier": "x"}').stdout.endswith("<identifier>x</identifier>\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-", "-o", "x.json"], "say --to content or --to api"),
        (["-", "--to", "yaml"], "'yaml' is not one of"),
        (["-", "--to", "content", "--dialect", "built"], "the dialect built can be read, but not written"),
        (["-", "--from", "xml", "--dialect", "xml2js"], "--dialect is for content JSON, which is neither read nor written here"),
        (["-", "--from", "api", "--to", "xml", "--dialect", "xml2js"], "--dialect is for content JSON, which is neither read nor written here"),
        (["-", "--view", "create"], "--view is for API JSON: add --to api"),
        (["-", "--prefer", "flat", "--from", "content"], "--prefer is for API JSON, which is not read here"),
        (["-", "--strict", "--recover"], "--strict refuses what --recover lets pass"),
    ],
)
def test_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("convert", *args, stdin=WEIGHT.encode())
    assert result.exit_code == 2
    assert message in result.stderr
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize(("document", "is_"), [(WEIGHT, "XML"), (json.dumps(RECORD), "API JSON")])
def test_a_dialect_of_something_else(document: str, is_: str) -> None:
    result = run("convert", "-", "--dialect", "xml2js", stdin=document.encode())
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"a dialect is one of content JSON, and this is {is_}" in result.stderr


def test_only_tests_become_api_json(tmp_path: Path) -> None:
    target = tmp_path / "t.json"
    target.write_text("as it was", encoding="utf-8")
    result = run("convert", "-", "--to", "api", "-o", target, stdin=WEIGHT.encode())
    expected = f"the root is `qti-weight`; expected `qti-assessment-test` in namespace `{QTI}`"
    assert (result.exit_code, result.stderr) == (1, f"<stdin>: API JSON is of whole tests: {expected}\n")
    assert target.read_text(encoding="utf-8") == "as it was"
    foreign = run("convert", "-", "--to", "api", stdin=b"<qti-assessment-test identifier='t'/>")
    assert "the root is `qti-assessment-test` in namespace ``; expected" in foreign.stderr


# -- losses and guesses ----------------------------------------------------------------------------------------------------


def test_losses_are_told_and_strict_refuses_them(tmp_path: Path) -> None:
    source, target = tmp_path / "a.xml", tmp_path / "a.json"
    source.write_text(COMMENTED, encoding="utf-8")
    arguments = ("convert", str(source), "--to", "content", "--dialect", "xml2js", "-o", str(target))
    refused = run(*arguments, "--strict")
    assert (refused.exit_code, refused.stderr) == (1, f"{source}: {LOST}\n")
    assert files_in(tmp_path) == {"a.xml"}
    told = run(*arguments)
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", f"{source}: {LOST}\n")
    assert json.loads(target.read_bytes()) == content.unstructure(xml.loads(COMMENTED), "xml2js")
    assert run("convert", source, "--to", "content", "--strict", "-o", target).exit_code == 0


def test_guesses_are_warnings_and_strict_refuses_them(tmp_path: Path) -> None:
    target = tmp_path / "p.xml"
    told = run("convert", "-", "-o", target, stdin=GUESSED.encode())
    assert told.exit_code == 0
    assert told.stderr == "<stdin>:1:2: warning: this dialect does not say in which order text, `b` stand; they were read in this order (at $['p'])\n"
    assert target.exists()
    target.unlink()
    refused = run("convert", "--strict", "-", "-o", target, stdin=GUESSED.encode())
    assert (refused.exit_code, refused.stderr) == (1, told.stderr)
    assert not target.exists()
    assert run("convert", "--strict", "-", stdin=json.dumps(content.unstructure(xml.loads(PARAGRAPH))).encode()).exit_code == 0


@pytest.mark.parametrize("target", ["xml", "content"])
def test_fields_of_records_are_lost(target: str) -> None:
    told = run("convert", "-", "--to", target, stdin=json.dumps(RECORD).encode())
    assert told.exit_code == 0
    record = api.structure(RECORD)
    assert told.stderr.splitlines() == [f"<stdin>: {loss}" for loss in api.losses(record)]
    assert "metadata" in told.stderr
    refused = run("convert", "-", "--to", target, "--strict", stdin=json.dumps(RECORD).encode())
    assert (refused.exit_code, refused.stdout, refused.stderr) == (1, "", told.stderr)


@pytest.mark.parametrize("form", ["content", "api"])
def test_recover_keeps_what_is_wrong_in_json(form: str) -> None:
    wrong = DOCUMENTS["content"].replace(b'"linear"', b'"zigzag"')
    refused = run("convert", "-", "--to", form, stdin=wrong)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "`zigzag`; expected" in refused.stderr
    kept = run("convert", "-", "--to", form, "--recover", stdin=wrong)
    assert (kept.exit_code, kept.stderr) == (1, refused.stderr)
    assert "zigzag" in kept.stdout


def test_losses_lists_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(COMMENTED, encoding="utf-8")
    result = run("losses", path, "--dialect", "xml2js")
    assert (result.exit_code, result.stdout, result.stderr) == (1, f"{path}: {LOST}\n", "")
    assert run("losses", path, EXAMPLE).output == ""
    both = run("losses", path, EXAMPLE, "--dialect", "xmltodict")
    assert both.stdout.splitlines() == [f"{path}: {LOST}", *(f"{EXAMPLE}: {loss}" for loss in content.losses(xml.load(EXAMPLE), "xmltodict"))]


def test_losses_counts_them() -> None:
    result = run("losses", EXAMPLE, "--dialect", "xml2js-default", "--summary")
    kinds = [loss.kind for loss in content.losses(xml.load(EXAMPLE), "xml2js-default")]
    assert result.exit_code == 1
    assert set(result.stdout.splitlines()) == {f"{EXAMPLE}: {kind}: {kinds.count(kind)}" for kind in kinds}


def test_losses_of_records_guesses_and_problems() -> None:
    record = run("losses", "-", stdin=json.dumps(RECORD).encode())
    assert record.exit_code == 1
    assert record.stdout.splitlines() == [f"<stdin>: {loss}" for loss in api.losses(api.structure(RECORD))]
    guessed = run("losses", "-", stdin=GUESSED.encode())
    assert (guessed.exit_code, guessed.stdout) == (1, "")
    assert guessed.stderr.startswith("<stdin>:1:2: warning: this dialect does not say in which order")
    broken = run("losses", "no-such-file", "-", EXAMPLE, stdin=BROKEN.encode())
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert broken.stderr.startswith("no-such-file: No such file or directory\n<stdin>:1:80: `value`")
    assert run("losses", "-", "-").exit_code == 2
    assert run("losses", EXAMPLE, "--dialect", "built").exit_code == 2


@pytest.mark.parametrize("dialect", WRITABLE)
@pytest.mark.parametrize("document", [WEIGHT, COMMENTED, PARAGRAPH, GUESSED, BROKEN, json.dumps(RECORD), DOCUMENTS["xml"].decode()])
def test_losses_finds_nothing_exactly_when_strict_writes(document: str, dialect: str) -> None:
    asked = run("losses", "-", "--dialect", dialect, stdin=document.encode())
    done = run("convert", "-", "--strict", "--to", "content", "--dialect", dialect, stdin=document.encode())
    assert asked.exit_code == done.exit_code
    assert sorted((asked.stdout + asked.stderr).splitlines()) == sorted(done.stderr.splitlines())


# -- files and folders -----------------------------------------------------------------------------------------------------


BROKEN_AND_OTHER = {"bad.json", "package.json", "pom.xml", ".drafts/bad.xml", "notes.txt"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Documents of all formats, two of them in deeper folders, one broken, one lossy; and files of other kinds."""
    contents = {
        "test.xml": DOCUMENTS["xml"],
        "content.json": DOCUMENTS["content"],
        "deep/record.JSON": DOCUMENTS["api"],
        "deep/weight.Xml": WEIGHT.encode(),
        "bad.json": b'{"qti-weight": {"$": ',
        "package.json": b'{"qti-player": "1"}',
        "pom.xml": b"<project/>",
        ".drafts/bad.xml": b"<qti-weight",
        "notes.txt": b"{}",
    }
    for name, data in contents.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def test_folders_hold_all_formats(package: Path) -> None:
    result = run("convert", package / "in", "--to", "content", "-o", package / "out")
    assert result.exit_code == 1
    assert files_in(package / "out") == {"test.json", "content.json", "deep/record.JSON", "deep/weight.json"}
    bad, *losses, summary = result.stderr.splitlines()
    assert bad == f"{package / 'in' / 'bad.json'}:1:22: found the end of the document; expected a value; is it cut off?"
    assert all(line.startswith(f"{package / 'in' / 'deep' / 'record.JSON'}: ") for line in losses)
    assert summary == "1 of 5 documents not written"
    assert (package / "out" / "test.json").read_bytes() == (package / "out" / "content.json").read_bytes()
    back = run("convert", package / "out", "-o", package / "back")
    assert (back.exit_code, back.stderr) == (0, "")
    assert files_in(package / "back") == {"test.xml", "content.xml", "deep/record.xml", "deep/weight.xml"}
    assert_same_xml((package / "back" / "test.xml").read_bytes(), DOCUMENTS["xml"])


def test_from_chooses_the_files_of_folders(package: Path) -> None:
    assert run("convert", package / "in", "--from", "xml", "-o", package / "out").exit_code == 0
    assert files_in(package / "out") == {"test.xml", "deep/weight.Xml"}
    run("convert", package / "in", "--from", "api", "-o", package / "records")
    assert files_in(package / "records") == {"deep/record.xml"}
    (package / "empty").mkdir()
    assert "no *.json files below" in run("convert", package / "empty", "--from", "api", "-o", package / "out").stderr


def test_strict_leaves_out_only_what_is_lossy(package: Path) -> None:
    result = run("convert", package / "in", "--to", "content", "--strict", "-o", package / "out")
    assert result.exit_code == 1
    assert files_in(package / "out") == {"test.json", "content.json", "deep/weight.json"}
    assert result.stderr.endswith("2 of 5 documents not written\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["in"], "in/test.json and in/test.xml would both become out/test.json"),
        (["in/test.xml", "in/test.json"], "in/test.xml and in/test.json would both become out/test.json"),
    ],
)
def test_results_of_equal_names_are_refused(package: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str) -> None:
    monkeypatch.chdir(package)
    (package / "in" / "test.json").write_bytes(DOCUMENTS["content"])
    before = files_in(package)
    result = run("convert", *args, "--to", "api", "-o", "out")
    assert result.exit_code == 2
    assert message in result.stderr.replace("\\", "/")
    assert files_in(package) == before


def test_results_beside_their_sources(package: Path) -> None:
    run("convert", package / "in", "--to", "api", "--from", "xml", "-o", package / "in")
    assert files_in(package / "in") == {"test.xml", "test.json", "content.json", "deep/record.JSON", "deep/weight.Xml", *BROKEN_AND_OTHER}
    assert run("convert", package / "in" / "notes.txt", package / "in" / "test.xml", "-o", package / "out").exit_code == 1
    assert files_in(package / "out") == {"test.xml"}


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    for document in (b'{"p": ', GUESSED.encode(), json.dumps(ITEM).encode()):
        path.write_bytes(document)
        assert run("convert", path, "--to", "content", "--strict", "-o", path).exit_code == 1
        assert path.read_bytes() == document
        assert files_in(tmp_path) == {"t.json"}


def test_in_place(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(DOCUMENTS["content"])
    for target in ("api", "xml", "content"):
        assert run("convert", path, "--to", target, "-o", path).exit_code == 0
        assert recognised(path.read_bytes(), "t") == target
    assert_same_xml(as_("xml", source=path), DOCUMENTS["xml"])


def test_untrusted_names_and_texts_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a[red]\x1b[31m.xml"
    path.write_text(WEIGHT.replace("<qti", "<!--\u202e--><qti", 1), encoding="utf-8")
    told = run("convert", path, "--to", "content", "--dialect", "xml2js")
    listed = run("losses", path, "--dialect", "xml2js")
    assert told.stderr == listed.stdout
    assert r"a[red]\x1b[31m.xml: /comment()[1]: comment: left out: `\u202e`" in told.stderr
    for name in ("x\x1b[2J.json", "x\x1b[2J.txt"):
        odd = tmp_path / name
        odd.write_bytes(b'{"\x1b": 1}')
        assert "\x1b" not in run("convert", odd).stderr


def test_the_files_of_a_store_are_documents(tmp_path: Path) -> None:
    """Whoever has a folder of tests can look at them, check and convert them."""
    tests = api.AssessmentTests(api.FolderStore(tmp_path))
    answer = tests.create(EXAMPLE.read_bytes())
    (file,) = tmp_path.glob("*.json")
    assert run("validate", tmp_path).exit_code == 0
    assert "Algebra: first steps" in run("show", file).output
    assert xml.loads(as_("xml", source=file)) == xml.load(EXAMPLE)
    assert json.loads(as_("api", source=file)) == answer


def test_without_unicode() -> None:
    told = process("losses", "-", "--dialect", "xml2js", stdin=COMMENTED.replace("draft", "Größe").encode(), PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr) == (1, b"")
    assert b"left out: ` Gr\\xf6\\xdfe `" in told.stdout


def test_show_reads_every_format(tmp_path: Path) -> None:
    for form in FORMATS:
        path = tmp_path / form
        path.write_bytes(as_(form))
        result = run("show", path)
        assert (result.exit_code, result.stdout) == (0, run("show", EXAMPLE).stdout)


def test_dialects_that_are_offered() -> None:
    assert ("api", *content.DIALECTS) == WRITABLE
    for dialect in DIALECTS:
        document = {"xml-js-full": '{"elements": [{"type": "element", "name": "p"}]}', "fast-xml-parser-ordered": '[{"p": []}]'}
        assert content.loads(document.get(dialect, '{"p": {}}'), dialect=dialect) == xml.loads("<p/>")


@pytest.mark.parametrize("declared", ["IBM037", "IBM500", "UTF-16", "ISO-8859-1"])
def test_format_reads_what_the_reader_reads(tmp_path: Path, declared: str) -> None:
    """EBCDIC does not begin with the `<` of ASCII: such files were passed over, exit 0."""
    path = tmp_path / "section.xml"
    text = f"<?xml version='1.0' encoding='{declared}'?><qti-weight   xmlns='{QTI}' identifier='W' value='2'/>"
    path.write_bytes(text.encode(declared))
    tree = xml.loads(path.read_bytes())
    assert run("format", "--check", path).exit_code == 1
    assert run("format", path).exit_code == 1
    assert path.read_bytes() == xml.dumps(tree).encode() + b"\n"
    assert run("format", path).exit_code == 0


def test_a_code_page_that_is_not_known_is_reported_by_every_command(tmp_path: Path) -> None:
    path = tmp_path / "section.xml"
    path.write_bytes(f"<?xml version='1.0' encoding='IBM9999'?><qti-weight xmlns='{QTI}' identifier='W' value='2'/>".encode("cp037"))
    for command in ("format", "validate", "convert"):
        result = run(command, path)
        assert result.exit_code == 1
        assert "EBCDIC" in result.stdout + result.stderr
