"""The hooks for pre-commit, run by pre-commit itself on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from shared import ROOT
from wrong_rows import section

from qtimodel import xml

pytest.importorskip("pre_commit", reason="needs pre-commit: pip install -e '.[test]'")
if shutil.which("git") is None:
    pytest.skip("needs git", allow_module_level=True)

HOOKS = ROOT / ".pre-commit-hooks.yaml"
GOOD = xml.dumps(xml.loads(section("<qti-ordering/>"))) + "\n"
WRONG = GOOD.replace("<qti-ordering", '<qti-ordering shuffle="no"')
MESSY = GOOD.replace("<qti-ordering", "<qti-ordering  ")
OTHERS = {
    "pom.xml": "<project  />\n",
    "package.json": '{"name": "x"}\n',
    "imsmanifest.xml": '<manifest xmlns="urn:x"  />\n',
    "notes.txt": "<qti-assessment-test\n",
}


def program(folder: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in the scratch repository, with no settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PRE_COMMIT_HOME": str(folder.parent / "cache"), "NO_COLOR": "1"}
    return subprocess.run(args, cwd=folder, env=kept | settings | environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=600)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose hooks are ours. The definitions are those that users get; only where the program is, is said differently."""
    folder = tmp_path / "repository"
    folder.mkdir()
    hooks: list[dict[str, Any]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    for hook in hooks:
        command, _, rest = hook["entry"].partition(" ")
        assert (command, hook["language"]) == ("qtimodel", "python")
        hook |= {"entry": f'"{Path(sys.executable).as_posix()}" -m qtimodel {rest}', "language": "system"}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}), encoding="utf-8")
    for name, text in OTHERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


def git(folder: Path, *args: str) -> None:
    done = program(folder, "git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *args)
    assert done.returncode == 0, done.stderr


def hooks_run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return program(folder, sys.executable, "-m", "pre_commit", "run", "--all-files", *args, PYTHONPATH=str(ROOT), PRE_COMMIT_NO_CONCURRENCY="1")


def add(folder: Path, **documents: str) -> None:
    for name, text in documents.items():
        (folder / f"{name}.xml").write_bytes(text.encode())
    git(folder, "add", ".")


def test_definitions_are_what_pre_commit_expects(tmp_path: Path) -> None:
    done = program(tmp_path, sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS))
    assert done.returncode == 0, done.stdout
    assert [hook["id"] for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))] == ["qti-validate", "qti-format"]


def test_all_is_well(repository: Path) -> None:
    add(repository, good=GOOD)
    done = hooks_run(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 2
    for name, text in OTHERS.items():
        assert (repository / name).read_text(encoding="utf-8") == text


def test_a_wrong_document_stops_the_commit(repository: Path) -> None:
    add(repository, good=GOOD, wrong=WRONG)
    done = hooks_run(repository, "qti-validate")
    assert done.returncode == 1
    line = WRONG[: WRONG.index("<qti-ordering")].count("\n") + 1
    assert f"wrong.xml:{line}:17: `shuffle` of `qti-ordering` is `no`" in done.stdout
    assert "pom.xml" not in done.stdout
    assert (repository / "wrong.xml").read_text(encoding="utf-8") == WRONG


def test_a_layout_is_mended_and_the_next_run_passes(repository: Path) -> None:
    add(repository, good=GOOD, messy=MESSY)
    done = hooks_run(repository, "qti-format")
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert "messy.xml: laid out anew" in done.stdout
    assert (repository / "messy.xml").read_bytes() == (repository / "good.xml").read_bytes() == GOOD.encode()
    git(repository, "add", ".")
    assert hooks_run(repository).returncode == 0


def test_what_cannot_be_read_is_left_alone(repository: Path) -> None:
    add(repository, broken=GOOD[:-20])
    done = hooks_run(repository)
    assert done.returncode == 1
    assert done.stdout.count("broken.xml:") == 2
    assert (repository / "broken.xml").read_bytes() == GOOD[:-20].encode()


LAX = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0">
<xs:element name="qti-assessment-section"/></xs:schema>
"""


@pytest.mark.parametrize("name", ["--schema=lax.xml", "--help.xml", "-d.xml", "--severity=error.xml", "--check.xml", "--.xml", "-.xml", "@lax.xml", "a b.xml"])
def test_files_that_are_called_like_options(repository: Path, name: str) -> None:
    """A file in the repository decides nothing about how the others are checked."""
    (repository / "lax.xml").write_text(LAX, encoding="utf-8")
    (repository / name).write_text(GOOD, encoding="utf-8")
    add(repository, wrong=WRONG, messy=MESSY)
    done = hooks_run(repository)
    assert done.returncode == 1
    assert "wrong.xml:" in done.stdout
    assert "`shuffle` of `qti-ordering` is `no`" in done.stdout
    assert "messy.xml: laid out anew" in done.stdout
    assert name not in done.stdout
    assert (repository / name).read_text(encoding="utf-8") == GOOD


@pytest.mark.skipif("QTIMODEL_INSTALL" not in os.environ, reason="installs from the package index: set QTIMODEL_INSTALL=1")
def test_as_users_install_it(tmp_path: Path) -> None:
    """`pre-commit try-repo` on a clone of this repository, with what is not committed: it builds and installs the package."""
    folder, clone = tmp_path / "scratch", tmp_path / "clone"
    folder.mkdir()
    listed = program(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, clone / name)
    git(clone, "init", "--quiet")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "all")
    git(folder, "init", "--quiet")
    add(folder, wrong=WRONG, messy=MESSY)
    done = program(folder, sys.executable, "-m", "pre_commit", "try-repo", str(clone), "--all-files", "--verbose")
    assert "wrong.xml:" in done.stdout, done.stdout + done.stderr
    assert (folder / "messy.xml").read_bytes() == GOOD.encode()
