"""The source distribution can test itself: everything that is in the repository is in it."""

from __future__ import annotations

import shutil
import subprocess
import tomllib

import pytest
from shared import ROOT

BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
ALWAYS = {"pyproject.toml", ".gitignore"}  # hatchling adds them


def test_what_is_listed_is_there() -> None:
    for name in [*BUILD["sdist"]["include"], *BUILD["wheel"]["only-include"]]:
        assert (ROOT / name).exists(), name


def test_nothing_of_the_repository_is_missing() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a clone of the repository")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {name.partition("/")[0] for name in listed} - ALWAYS == set(BUILD["sdist"]["include"])


def test_a_module_of_the_program_is_in_the_wheel() -> None:
    script = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]["qtimodel"]
    assert f"{script.partition(':')[0]}.py" in BUILD["wheel"]["only-include"]
