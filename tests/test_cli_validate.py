"""`qtimodel validate` and `qtimodel format`: what is checked, how it is said, and how the commands end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from click.testing import CliRunner, Result
from wrong_rows import section, whole_test

import qtimodel
from qtimodel import content, xml
from qtimodel.cli import main
from qtimodel.validation import schema_path

EXAMPLE = Path(qtimodel.__file__).parent / "examples" / "algebra-test.xml"
GOOD = section("<qti-ordering/>")
WRONG = section('<qti-ordering shuffle="no"/>')
MESSAGE = "`shuffle` of `qti-ordering` is `no`; expected `true` or `false`; did you mean `false`? (at /qti-assessment-section/qti-ordering[1]/@shuffle)"
MANIFEST = '<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"/>'


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package: good and wrong documents, and files of other kinds."""
    files = {
        "good.xml": GOOD,
        "wrong.xml": WRONG,
        "deep/er/broken.XML": "<qti-assessment-item",
        "deep/old.xml": '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>',
        "deep/content.json": content.dumps(xml.loads(WRONG, recover=True).tree),
        "imsmanifest.xml": MANIFEST,
        "pom.xml": "<project>",
        "package.json": '{"name": "x"}',
        "notes.txt": WRONG,
        ".git/wrong.xml": WRONG,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)


def sources(result: Result) -> list[str]:
    """The files of the lines of a result."""
    return [re.sub(r":\d+:\d+: .*", "", line).replace(os.sep, "/") for line in result.stdout.splitlines()]


# -- validate --------------------------------------------------------------------------------------------------------------


def test_all_is_well_and_nothing_is_said() -> None:
    result = run("validate", EXAMPLE, EXAMPLE)
    assert (result.exit_code, result.output) == (0, "")


def test_help_has_examples() -> None:
    for command in ("validate", "format"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"  qtimodel {command} test.xml" in result.stdout.partition("Examples:")[2]


def test_text_is_what_editors_parse(folder: Path) -> None:
    result = run("validate", "good.xml", "wrong.xml")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == f"wrong.xml:4:15: {MESSAGE}\n"


def test_a_folder_gives_its_documents_of_qti(folder: Path) -> None:
    result = run("validate", ".")
    assert result.exit_code == 1
    assert sources(result) == ["./wrong.xml", "./deep/content.json", "./deep/old.xml", "./deep/er/broken.XML"]
    assert run("validate", "deep/er", "good.xml").stdout.count("\n") == 1


def test_what_is_named_is_checked_whatever_it_is(folder: Path) -> None:
    result = run("validate", "imsmanifest.xml", "notes.txt", "package.json", "pom.xml")
    assert result.exit_code == 1
    assert sources(result) == ["imsmanifest.xml", "notes.txt", "package.json", "pom.xml"]
    assert "a package manifest, which this schema is not for" in result.stdout
    assert run("validate", "--skip-other", "imsmanifest.xml", "package.json", "pom.xml").output == ""
    assert run("validate", "--skip-other", "wrong.xml").exit_code == 1


def test_patterns_are_expanded_where_no_shell_does_it(folder: Path) -> None:
    assert sources(run("validate", "w*.xml")) == ["wrong.xml"]
    assert sources(run("validate", "**/*.xml", "--skip-other")) == ["deep/old.xml", "wrong.xml"]
    result = run("validate", "x*.xml")
    assert (result.exit_code, result.stdout) == (1, "x*.xml: no file matches this pattern\n")


def test_a_file_is_checked_once(folder: Path) -> None:
    assert run("validate", "wrong.xml", ".", str(folder / "wrong.xml"), "w*.xml").stdout.count("/@shuffle") == 1


def test_standard_input() -> None:
    for data in (WRONG.encode(), WRONG.replace("UTF-8", "UTF-16").encode("utf-16")):
        result = run("validate", "-", stdin=data)
        assert (result.exit_code, result.stdout) == (1, f"<stdin>:4:15: {MESSAGE}\n")
    result = run("validate", "-", stdin=content.dumps(xml.load(EXAMPLE)).encode())
    assert (result.exit_code, result.stdout) == (0, "")


def test_files_that_cannot_be_read(folder: Path) -> None:
    result = run("validate", "missing.xml", "wrong.xml")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "missing.xml: No such file or directory"
    assert result.stdout.count("\n") == 2


WRONG_USAGE = [[], ["-", "-"], ["--format", "xml", "x"], ["--engine", "x", "x"]]
WRONG_USAGE += [["--schema", schema, "good.xml"] for schema in ("missing.xsd", "good.xml", ".", "")]


@pytest.mark.parametrize("args", WRONG_USAGE)
def test_wrong_usage(args: list[str], folder: Path) -> None:
    result = run("validate", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_engine_and_schema(folder: Path) -> None:
    pytest.importorskip("xmlschema")
    plain = run("validate", ".").stdout
    assert run("validate", "--engine", "xmlschema", ".").stdout == plain
    assert run("validate", "--schema", schema_path(), ".").stdout == plain


def test_severity(folder: Path) -> None:
    reference = '<qti-assessment-item-ref identifier="b" href="b"/>'
    tree = xml.loads(section(f'{reference}<qti-assessment-section-ref identifier="a" href="a"/>{reference}'))
    (folder / "lossy.json").write_text(content.dumps(tree, "xmltodict"), encoding="utf-8")
    result = run("validate", "lossy.json")
    assert result.exit_code == 1
    assert "lossy.json:1:2: warning: this dialect does not say" in result.stdout
    assert run("validate", "lossy.json", "--severity", "error").output == ""


def test_json(folder: Path) -> None:
    result = run("validate", "--format", "json", "good.xml", "wrong.xml")
    assert result.exit_code == 1
    (issue,) = json.loads(result.stdout)
    assert (issue["source"], issue["line"], issue["column"], issue["code"], issue["severity"]) == ("wrong.xml", 4, 15, "value", "error")
    assert json.loads(run("validate", "--format", "json", "good.xml").stdout) == []


def test_github(folder: Path) -> None:
    path = folder / "a,b%.xml"
    path.write_text(section('<qti-ordering shuffle="50%&#10;"/>'), encoding="utf-8")
    (line,) = run("validate", "--format", "github", path.name).stdout.splitlines()
    assert line.startswith("::error file=a%2Cb%25.xml,line=4,col=15,title=QTI value::`shuffle` of `qti-ordering` is `50%25")
    assert run("validate", "--format", "github", "good.xml").output == ""


# The part of SARIF 2.1.0 that is used, from its specification: names that are not listed here would be ours, not SARIF's.
def _object(needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": needed.split(), "additionalProperties": False, "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


TEXT, NUMBER = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}
REGION = _object("startLine", startLine=NUMBER, startColumn=NUMBER)
PHYSICAL = _object("artifactLocation", artifactLocation=_object("uri", uri={"type": "string", "pattern": "^[!#$&-;=?-\\[\\]_a-z~%]+$"}), region=REGION)
LOCATION = _object("physicalLocation", physicalLocation=PHYSICAL, logicalLocations=_list(_object("fullyQualifiedName", fullyQualifiedName=TEXT)))
RESULT = _object(
    "ruleId ruleIndex level message locations",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_object("text", text=TEXT),
    locations=_list(LOCATION),
)
DRIVER = _object("name version rules", name=TEXT, version=TEXT, rules=_list(_object("id", id=TEXT)) | {"uniqueItems": True})
RUN = _object("tool results", tool=_object("driver", driver=DRIVER), columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]}, results=_list(RESULT))
SARIF = _object("version runs", version={"const": "2.1.0"}, runs=_list(RUN)) | {"patternProperties": {"^\\$schema$": {"type": "string", "format": "uri"}}}


@pytest.mark.parametrize("args", [["good.xml"], ["."], ["missing.xml", "good.xml"], ["a b é.xml"]])
def test_sarif(args: list[str], folder: Path) -> None:
    (folder / "a b é.xml").write_text(WRONG, encoding="utf-8")
    result = run("validate", "--format", "sarif", *args)
    log = json.loads(result.stdout)
    jsonschema.validate(log, SARIF)
    (one_run,) = log["runs"]
    rules = [rule["id"] for rule in one_run["tool"]["driver"]["rules"]]
    assert all(rules[found["ruleIndex"]] == found["ruleId"] for found in one_run["results"])
    assert bool(one_run["results"]) == (result.exit_code == 1)
    if args == ["a b é.xml"]:
        (found,) = one_run["results"]
        place = found["locations"][0]["physicalLocation"]
        assert unquote(place["artifactLocation"]["uri"]) == "a b é.xml"
        assert place["region"] == {"startLine": 4, "startColumn": 15}
        assert found["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "/qti-assessment-section/qti-ordering[1]/@shuffle"}]


def test_sarif_of_an_absolute_path(folder: Path) -> None:
    log = json.loads(run("validate", "--format", "sarif", folder / "wrong.xml").stdout)
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (folder / "wrong.xml").as_uri()


def test_what_is_not_needed_is_not_imported() -> None:
    """The cold start of a hook: one valid document."""
    code = "import sys, qtimodel.cli as c\ntry: c.main(sys.argv[1:])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, "validate", str(EXAMPLE)], capture_output=True, text=True, encoding="utf-8", check=True)
    modules = set(done.stderr.split())
    assert "qtimodel.validation" in modules
    assert not {"rich", "difflib", "json", "xmlschema", "hypothesis", "glob", "qtimodel.content", "qtimodel.api", "qtimodel.cli.formats"} & modules


def test_terminals_are_safe(folder: Path) -> None:
    name = "\x1b[31mred.xml"
    (folder / name).write_text(section('<qti-ordering shuffle="&#x9b;31m"/>'), encoding="utf-8")
    for form in ("text", "github", "json", "sarif"):
        output = run("validate", "--format", form, name).stdout
        assert "\x1b" not in output
        assert "\x9b" not in output or form in ("json", "sarif")


# -- format ----------------------------------------------------------------------------------------------------------------

MESSY = section('<qti-ordering   shuffle="1"/><!-- c -->').replace("<?xml version", "<?xml   version")


def test_format_lays_out_anew_and_changes_nothing_else(folder: Path) -> None:
    messy = folder / "messy.xml"
    messy.write_text(MESSY, encoding="utf-8")
    os.chmod(messy, 0o640)
    result = run("format", "messy.xml", EXAMPLE)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "messy.xml: laid out anew\n")
    assert xml.load(messy) == xml.loads(MESSY)
    assert messy.read_bytes() == xml.dumps(xml.loads(MESSY)).encode() + b"\n"
    assert messy.stat().st_mode & 0o777 == 0o640
    before = messy.stat()
    result = run("format", "messy.xml")
    assert (result.exit_code, result.output) == (0, "")
    after = messy.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_format_check_changes_nothing(folder: Path) -> None:
    (folder / "messy.xml").write_text(MESSY, encoding="utf-8")
    result = run("format", "--check", "messy.xml")
    assert (result.exit_code, result.stderr) == (1, "messy.xml: would be laid out anew\n")
    assert (folder / "messy.xml").read_text(encoding="utf-8") == MESSY


def test_format_leaves_others_alone(folder: Path) -> None:
    names = ["imsmanifest.xml", "pom.xml", "package.json", "deep/old.xml", "deep/content.json", "notes.txt"]
    before = {name: (folder / name).read_bytes() for name in names if name != "notes.txt"}
    result = run("format", *before)
    assert (result.exit_code, result.stdout) == (0, "")
    manifest, old = result.stderr.splitlines()
    assert manifest.startswith("imsmanifest.xml: warning: the root `manifest` is that of a package manifest")
    assert old.startswith("deep/old.xml: warning: the root `assessmentItem` is of QTI 2, which is not upgraded")
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_format_keeps_what_is_wrong_with_a_document(folder: Path) -> None:
    wrong = whole_test('  stray <qti-unknown/><qti-test-part identifier="1"/>')
    (folder / "wrong.xml").write_text(wrong, encoding="utf-8")
    assert run("format", "wrong.xml").exit_code == 1
    assert xml.loads((folder / "wrong.xml").read_bytes(), recover=True).tree == xml.loads(wrong, recover=True).tree


def test_format_refuses_what_cannot_be_read(folder: Path) -> None:
    result = run("format", "deep/er/broken.XML", "missing.xml")
    assert result.exit_code == 1
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()] == ["deep/er/broken.XML:1:1", "missing.xml"]
    assert (folder / "deep/er/broken.XML").read_text(encoding="utf-8") == "<qti-assessment-item"
