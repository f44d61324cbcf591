"""Patterns: `**` means what a folder means, links in a circle end, and nothing is passed over in silence."""

from __future__ import annotations

import errno
import os
import sys
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from wrong_rows import section

from qtimodel import xml
from qtimodel.cli import main
from qtimodel.cli.folders import matches
from qtimodel.errors import Issue

GOOD = xml.dumps(xml.loads(section("<qti-ordering/>"))) + "\n"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
FILES = ["a.xml", "b.json", "x[1].xml", ".h.xml", "in/a.xml", "in/c.XML", "in/deep/a.xml", "in/deep/er/d.xml", "in/.git/g.xml", ".git/g.xml", "é/ü.xml"]
PATTERNS = """*.xml *.x* *.[xX]* [ab].* ?.xml .*.xml * in/* in/*/* in/*.xml **/*.xml in/**/*.xml **/deep/*.xml **/deep/** ** in/** **/** in/**/**/a.xml
    **/in/**/*.xml ./**/a.xml in/../*.xml *//*.xml */ in/.git/* .git/* [.]git/* nothere/* a.xml/* nothere/**/x */nothere in/*/a.xml **/*a.xml [ **/[
    é/*.xml */ü.xml [!a].* x[[]1].xml in/*/../*.xml"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args)


@pytest.mark.parametrize("pattern", PATTERNS.split())
@pytest.mark.parametrize("absolute", [False, True])
def test_what_matches_is_what_glob_finds(pattern: str, absolute: bool, tmp_path: Path) -> None:
    if absolute:
        pattern = os.path.join(tmp_path, pattern)
    found = [str(path) for path in matches(pattern, None)]
    assert len(found) == len(set(found))
    right = {os.path.normpath(path) for path in glob(pattern, recursive=True) if pattern.endswith("/") or not os.path.isdir(path)}
    assert {os.path.normpath(path) for path in found if pattern.endswith("/") or not os.path.isdir(path)} == right


@POSIX
@pytest.mark.parametrize("pattern", ["in/**/*.xml", "in/**", "**/a.xml", "in/**/deep/**/a.xml"])
def test_links_in_a_circle_end(pattern: str) -> None:
    """With two of them, there are 2 to the power of 40 paths."""
    before = set(matches(pattern, None))
    os.symlink("..", "in/deep/up")
    os.symlink("../..", "in/deep/top")
    os.symlink("deep", "in/again")
    assert set(matches(pattern, None)) - {"in/deep/up", "in/deep/top", "in/again"} == before
    assert run("validate", pattern).exit_code == 0


@POSIX
def test_a_link_to_a_folder_is_entered_where_the_pattern_names_it_or_its_level(tmp_path: Path) -> None:
    os.symlink("in/deep", "link")
    assert "link/a.xml" in set(matches("link/*.xml", None))
    assert "link/a.xml" in set(matches("l*/*.xml", None))
    assert "link/er/d.xml" in set(matches("link/**/*.xml", None))
    assert "link/a.xml" not in set(matches("**/*.xml", None))


@pytest.mark.parametrize("command", ["validate", "losses", "show"])
@pytest.mark.parametrize("name", ["in", "in/**/*.xml", "in/*/*.xml", "in/deep/*.xml"])
def test_a_folder_that_cannot_be_read_is_a_problem(command: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`glob` passes over it, as if nothing were in it."""
    right = os.scandir

    def scandir(path: Any) -> Any:
        if os.path.basename(path) == "deep":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return right(path)

    monkeypatch.setattr("qtimodel.cli.folders.os.scandir", scandir)
    result = run(command, name)
    assert result.exit_code == 1
    assert f"in/deep: {os.strerror(errno.EACCES)}\n" in result.output
    assert "no file" not in result.output


def test_a_pattern_that_matches_folders_says_so() -> None:
    result = run("validate", "[i]*")
    assert result.exit_code == 1
    assert result.output == "[i]*: only folders match this pattern: name them, or add `/**/*.xml` for the documents below them\n"
    assert "no file matches this pattern" in run("validate", "[z]*").output


@pytest.mark.parametrize("source", ["in", "in/**/*.xml"])
def test_results_are_no_sources_of_the_next_run(source: str) -> None:
    Path("in/deep/a.xml").unlink()
    for _ in range(2):
        result = run("convert", source, "-o", "in/out")
        assert (result.exit_code, result.output) == (0, "")


def test_two_files_of_one_name() -> None:
    result = run("convert", "in/**/a.xml", "-o", "out")
    assert result.exit_code == 2
    assert "would both become" in result.output
    assert "name the folder above them" in result.output
    assert not Path("out").exists()


def test_folders_deeper_than_python_can_follow(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("paths are shorter there")
    for _ in range(1_100):
        os.mkdir("d")
        os.chdir("d")
    Path("z.xml").write_text(GOOD, encoding="utf-8")
    os.chdir(tmp_path)
    found = list(matches("d/**/z.xml", None))
    # pytest cannot remove a folder of this depth: its clean-up would end in the middle.
    here = "d/" * 1_099 + "d"
    os.unlink(f"{here}/z.xml")
    while here:
        os.rmdir(here)
        here = os.path.dirname(here)
    assert found == ["d/" * 1_100 + "z.xml"]


def test_no_file_has_such_a_name() -> None:
    assert list(matches("a\0/*", None)) == []
    found = list(matches("x" * 5_000 + "/*", None))
    assert all(isinstance(issue, Issue) and issue.message == os.strerror(errno.ENAMETOOLONG) for issue in found)
    assert found


@pytest.mark.parametrize("command", ["validate", "show", "losses", "format"])
def test_an_empty_name(command: str) -> None:
    result = run(command, "", "a.xml")
    assert result.exit_code == 1
    assert f"'': {os.strerror(errno.ENOENT)}\n" in result.output


def test_an_empty_name_of_a_result() -> None:
    result = run("convert", "a.xml", "-o", "")
    assert result.exit_code == 2
    assert "the name after -o is empty" in result.output
