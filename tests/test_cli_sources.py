"""What files, folders and patterns mean: the same to every command, and nothing that is not QTI slips through or is touched."""

from __future__ import annotations

import errno
import io
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from wrong_rows import section

from qtimodel import content, files, xml
from qtimodel.cli import main
from qtimodel.nodes import QTI

GOOD = xml.dumps(xml.loads(section("<qti-ordering/>"))) + "\n"
MESSY = GOOD.replace("<qti-ordering", "<qti-ordering  ")
IMS = "http://www.imsglobal.org/xsd/"
TEST_2 = f'<assessmentTest xmlns="{IMS}imsqti_v2p2" identifier="t" title="T"><testPart identifier="p"/></assessmentTest>'
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")

# Each command with what it needs; `{}` is the source.
COMMANDS = {
    "validate": ["validate", "{}"],
    "format": ["format", "{}"],
    "convert": ["convert", "{}", "-o", "out/"],
    "losses": ["losses", "{}"],
    "show": ["show", "{}"],
}
commands = pytest.mark.parametrize("command", COMMANDS)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def put(name: str, data: str | bytes = GOOD) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def run(command: str, *names: str) -> Result:
    args = COMMANDS[command]
    at = args.index("{}")
    return CliRunner().invoke(main, [*args[:at], *names, *args[at + 1 :]])


def files_in(path: str) -> set[str]:
    return {found.relative_to(path).as_posix() for found in Path(path).rglob("*") if found.is_file()}


def package() -> None:
    put("in/one.xml", MESSY)
    put("in/deep/two.XML", MESSY)
    put("in/three.json", content.dumps(xml.loads(GOOD)))
    put("in/.drafts/left.xml", MESSY)
    put("in/deep/.git/config.xml", MESSY)
    put("in/imsmanifest.xml", f'<manifest  xmlns="{IMS}qti/qtiv3p0/imscp_v1p1"/>')
    put("in/pom.xml", "<project  />")
    put("in/package.json", '{"qti-player": "1"}')
    put("in/broken-other.xml", "<project>")
    put("in/notes.txt", MESSY)
    put("in/archive.xml.zip", b"PK\x03\x04")
    put("in/packed.xml", b"PK\x03\x04 qti-")


# -- folders ---------------------------------------------------------------------------------------------------------------


def test_a_folder_means_its_qti_to_every_command() -> None:
    package()
    assert (run("validate", "in").exit_code, run("validate", "in").output) == (0, "")
    result = run("convert", "in")
    assert (result.exit_code, result.output) == (0, "")
    assert files_in("out") == {"one.xml", "deep/two.XML", "three.xml"}
    result = run("show", "in")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if line.startswith("in")] == ["in/one.xml", "in/three.json", "in/deep/two.XML"]
    assert (run("losses", "in").exit_code, run("losses", "in").output) == (0, "")
    before = {name: Path("in", name).read_bytes() for name in files_in("in")}
    result = run("format", "in")
    assert (result.exit_code, result.stderr) == (1, "in/one.xml: laid out anew\nin/deep/two.XML: laid out anew\n")
    after = {name: Path("in", name).read_bytes() for name in files_in("in")}
    assert {name for name in before if before[name] != after[name]} == {"one.xml", "deep/two.XML"}
    assert (run("format", "in").exit_code, run("format", "in").output) == (0, "")


@commands
@pytest.mark.parametrize("others", [{}, {"pom.xml": "<project/>", "package.json": "{}"}, {".drafts/a.xml": GOOD}, {"a.txt": GOOD}])
def test_a_folder_without_qti_is_a_problem(command: str, others: dict[str, str]) -> None:
    Path("in").mkdir()
    for name, data in others.items():
        put(f"in/{name}", data)
    result = run(command, "in")
    assert result.exit_code == 1
    assert result.output.startswith("in: no ")
    assert "below this folder" in result.output
    assert result.output.count("\n") == 1


@commands
@pytest.mark.parametrize(("pattern", "message"), [("in/*.yml", "no file matches this pattern"), ("in/p*.xml", "no QTI documents among"), ("x[ab]", "no file")])
def test_a_pattern_without_qti_is_a_problem(command: str, pattern: str, message: str) -> None:
    package()
    result = run(command, pattern)
    assert result.exit_code == 1
    assert f"{pattern}: {message}" in result.output


@commands
def test_a_pattern_means_its_qti(command: str) -> None:
    package()
    result = run(command, "in/**/*.[xX]*")
    assert result.exit_code == (1 if command == "format" else 0)
    assert "pom" not in result.output
    if command == "convert":
        assert files_in("out") == {"one.xml", "two.XML"}


@commands
def test_a_mistyped_name(command: str) -> None:
    put("one.xml")
    result = run(command, "oen.xml", "one.xml")
    assert result.exit_code == 1
    assert "oen.xml: No such file or directory" in result.output


@POSIX
@pytest.mark.parametrize("command", ["validate", "show"])
def test_folders_deeper_than_python_can_follow(command: str) -> None:
    start = os.getcwd()
    try:
        for _ in range(1_200):
            os.mkdir("d")
            os.chdir("d")
        Path("a.xml").write_text(GOOD, encoding="utf-8")
    finally:
        os.chdir(start)
    result = run(command, "d")
    assert (result.exit_code, result.stderr) == (0, "")
    result = run(command, "d/**/*.xml")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    here = "d"
    while os.path.isdir(f"{here}/d"):
        here += "/d"
    os.unlink(f"{here}/a.xml")
    while here:
        os.rmdir(here)
        here = os.path.dirname(here)


def test_hooks_pass_over_what_they_name() -> None:
    package()
    for names in (["in/pom.xml", "in/package.json", "in/packed.xml"], ["in/p*.xml"]):
        result = CliRunner().invoke(main, ["validate", "--skip-other", "--", *names])
        assert (result.exit_code, result.output) == (0, "")
    assert CliRunner().invoke(main, ["validate", "--skip-other", "in/.drafts/left.xml", "in/broken-other.xml"]).exit_code == 0
    put("in/broken.json", '{"qti-assessment-item": {"_attributes": {"identifier": "i"')
    assert CliRunner().invoke(main, ["validate", "--skip-other", "in/broken.json"]).exit_code == 1


# -- files that cannot be read ---------------------------------------------------------------------------------------------


@POSIX
@commands
@pytest.mark.parametrize("named", [False, True])
def test_a_file_that_cannot_be_read_is_the_problem_of_that_file(command: str, named: bool) -> None:
    put("in/good.xml", MESSY)
    Path("in/broken-link.xml").symlink_to("nowhere.xml")
    Path("in/loop.xml").symlink_to("loop.xml")
    Path("in/.#good.xml").symlink_to("user@host.1234:5678")  # as an editor locks a file
    Path("in/folder.xml").mkdir()
    put("in/folder.xml/inner.xml", MESSY)
    os.mkfifo("in/pipe.xml")
    result = run(command, *(["in/broken-link.xml", "in/loop.xml", "in/good.xml"] if named else ["in"]))
    assert result.exit_code == 1
    assert "in/broken-link.xml: No such file or directory\n" in result.output
    assert "in/loop.xml: Too many levels of symbolic links\n" in result.output
    assert "user@host" not in result.output
    assert ".#" not in result.output
    if command == "convert":
        assert files_in("out") == ({"good.xml"} if named else {"good.xml", "folder.xml/inner.xml"})
    if command == "format":
        assert Path("in/good.xml").read_text(encoding="utf-8") == GOOD


@commands
@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOENT, errno.EIO])
def test_others_are_processed_when_one_cannot_be_read(command: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among them one that disappears while the command runs."""
    for name in ("a", "b", "c"):
        put(f"in/{name}.xml", MESSY)
    right = files.read

    def read(path: Any) -> bytes:
        if os.path.basename(path) == "b.xml":
            raise OSError(code, os.strerror(code), path)
        return right(path)

    monkeypatch.setattr("qtimodel.cli.sources.read", read)
    for names in (["in"], ["in/a.xml", "in/b.xml", "in/c.xml"]):
        result = run(command, *names)
        assert result.exit_code == 1
        assert f"in/b.xml: {os.strerror(code)}\n" in result.output
        if command == "convert":
            assert files_in("out") == {"a.xml", "c.xml"}


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is forbidden to root")
@commands
def test_permissions_are_no_wrong_usage(command: str) -> None:
    put("in/a.xml", MESSY).chmod(0)
    put("in/b.xml", MESSY)
    for names in (["in"], ["in/a.xml", "in/b.xml"]):
        result = run(command, *names)
        assert result.exit_code == 1
        assert "in/a.xml: Permission denied\n" in result.output


@commands
def test_names_that_no_file_can_have(command: str) -> None:
    put("good.xml")
    for name in ("a\0b", "x" * 5000, "good.xml/a.xml"):
        result = run(command, name, "good.xml")
        assert result.exit_code == 1, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("args", [["format", "a.xml"], ["convert", "a.xml", "-o", "a.xml"]])
def test_what_of_a_file_could_not_be_kept_is_said(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.xml", MESSY)
    put("b.xml", GOOD)

    def write(data: bytes, target: Any, **options: Any) -> list[str]:
        assert options["keep"]
        return [*files.write(data, target, **options), "its owner", "its group"]

    monkeypatch.setattr("qtimodel.cli.format.write", write)
    monkeypatch.setattr("qtimodel.cli.convert.write", write)
    result = CliRunner().invoke(main, args)
    for what in ("its owner", "its group"):
        assert f"a.xml: warning: {what} could not be kept: the system does not allow it\n" in result.stderr
    assert Path("a.xml").read_text(encoding="utf-8") == GOOD
    assert "b.xml" not in result.output


# -- what is not QTI 3 -----------------------------------------------------------------------------------------------------

OTHERS = {
    "QTI 2": TEST_2,
    "QTI 1": "<questestinterop><item ident='1'/></questestinterop>",
    "a package manifest": f'<manifest xmlns="{IMS}imscp_v1p1" identifier="m"/>',
    "a result report": f'<assessmentResult xmlns="{IMS}imsqti_result_v3p0"/>',
    "usage data": f'<usageData xmlns="{IMS}imsqti_usagedata_v3p0"/>',
}


@commands
@pytest.mark.parametrize("what", OTHERS)
def test_other_documents_are_named(command: str, what: str) -> None:
    put("old.xml", OTHERS[what])
    result = run(command, "old.xml")
    assert what in result.output
    assert result.exit_code == (1 if command in ("validate", "losses") else 0)
    assert Path("old.xml").read_text(encoding="utf-8") == OTHERS[what]
    if command == "convert":
        assert xml.load("out/old.xml") == xml.loads(OTHERS[what])
        result = CliRunner().invoke(main, ["convert", "--strict", "old.xml"])
        assert (result.exit_code, result.stdout) == (1, "")
        assert what in result.stderr


def test_qti_2_as_json_is_named() -> None:
    put("old.json", content.dumps(xml.loads(TEST_2)))
    for command in ("validate", "convert", "show", "losses"):
        assert "QTI 2" in run(command, "old.json").output


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("imsmanifest.xml", "<manifest/>")
        package.writestr("qti-items/a.xml", GOOD)
    return out.getvalue()


@commands
@pytest.mark.parametrize("name", ["pkg.zip", "item.xml", "item.json", "-"])
def test_an_archive_is_named(command: str, name: str) -> None:
    put("good.xml", GOOD)
    if name == "-":
        if command == "format":
            pytest.skip("standard input cannot be formatted")
        result = CliRunner().invoke(main, [command, "-"], input=archive())
    else:
        put(name, archive())
        result = run(command, name)
    assert result.exit_code == 1
    assert "this is a zip archive, a content package; expected XML or JSON: unpack it, and name the files or the folder" in result.output


@commands
def test_binary_files_are_named(command: str) -> None:
    for name, data in {"a.gz": b"\x1f\x8b\x08\0", "b.bin": b"\0\1\2\3", "c.tar": b"a.xml".ljust(257, b"\0") + b"ustar\0" + b"\0" * 300}.items():
        put(name, data)
        result = run(command, name)
        assert result.exit_code == 1
        assert f"{name}: this is " in result.output


def test_format_and_standard_input() -> None:
    result = CliRunner().invoke(main, ["format", "-"], input=MESSY)
    assert result.exit_code == 2
    assert "qtimodel convert -" in result.stderr


# -- names -----------------------------------------------------------------------------------------------------------------


@commands
@pytest.mark.parametrize(
    "name", ["--schema=lax.xml", "-d.xml", "--help", "a b.xml", "[a].xml", "*.xml", "é\n.xml", "n\udcff.xml", "\x1b[31m.xml", "a:1:2: b.xml"]
)
def test_file_names_are_data(command: str, name: str) -> None:
    if sys.platform == "win32" and not name.isalnum():
        pytest.skip("Windows has no such names")
    Path("lax.xml").write_text("<a/>", encoding="utf-8")
    Path(name).write_text(MESSY.replace("visible", "visibel"), encoding="utf-8")
    args = COMMANDS[command]
    result = CliRunner().invoke(main, [args[0], *args[2:], "--", name])
    assert result.exit_code == 1
    assert "needs the attribute `visible`" in result.output or command == "format"
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "\x1b" not in result.output


def test_results_with_impossible_names() -> None:
    put("in/a.xml")
    for args in (["in/a.xml"], ["in"], ["in/a.xml", "in/b.xml"]):
        result = CliRunner().invoke(main, ["convert", *args, "-o", "a\0b"])
        assert result.exit_code == 2
        assert "Error: no file can be called a" in result.stderr


def test_a_namespace_alone_is_qti() -> None:
    put("in/a.xml", f'<x:sektion xmlns:x="{QTI}"/>')
    assert "no root of QTI 3" in run("validate", "in").output or run("validate", "in").exit_code == 1
