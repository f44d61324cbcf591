"""What the README shows is true: its sessions, its commands, its forms, its links; and so are the examples in docstrings.

`python tests/test_readme.py` writes the JSON forms into the README anew, from the XML that stands there.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import qtimodel
from qtimodel import AssessmentTest, api, content, xml
from qtimodel.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a clone, where examples may write."""
    shutil.copytree(ROOT / "qtimodel" / "examples", tmp_path / "qtimodel" / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sessions(clone: Path) -> None:
    text = "\n".join(body for kind, body in BLOCKS if kind == "pycon")
    parsed = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    runner = doctest.DocTestRunner()
    runner.run(parsed)
    assert runner.tries > 15
    assert runner.failures == 0
    assert (clone / "algebra-2.xml").exists()


def with_forms(readme: str) -> str:
    """The README with what the library makes of its XML."""
    (document,) = re.findall(r"```xml\n(.*?)\n```", readme, re.DOTALL)
    test = xml.loads(document, AssessmentTest)
    forms = iter([xml.dumps(test), content.dumps(test, indent=2), api.dumps(api.AssessmentTestRecord(test=test), view="create", indent=2)])
    return re.sub(r"```(xml|json)\n.*?\n```", lambda block: f"```{block[1]}\n{next(forms)}\n```", readme, flags=re.DOTALL)


def test_three_forms() -> None:
    assert [kind for kind, _ in BLOCKS if kind in ("xml", "json")] == ["xml", "json", "json"]
    assert with_forms(README) == README
    document, content_json, api_json = (body for kind, body in BLOCKS if kind in ("xml", "json"))
    test = xml.loads(document, AssessmentTest)
    assert content.loads(content_json, AssessmentTest) == test
    assert api.loads(api_json).test == test


def test_the_property_test_that_users_are_shown() -> None:
    from hypothesis import settings

    (body,) = (body for kind, body in BLOCKS if kind == "python")
    names: dict[str, object] = {"my_service": lambda document: document}
    exec(compile(body, "README.md", "exec"), names)
    settings(max_examples=5, deadline=None)(names["test_my_service_keeps_everything"])()  # type: ignore[operator]


def test_command_lines(clone: Path) -> None:
    """Every `qtimodel ...` line works; where output is shown, it begins so."""
    lines = [line.removeprefix("$ ").partition("#")[0] for kind, body in BLOCKS if kind in ("sh", "console") for line in body.splitlines()]
    commands = [part.strip() for line in lines for part in line.split("&&") if part.strip().startswith("qtimodel ")]
    assert len(commands) >= 5
    (clone / "old.xml").write_bytes(min((clone / "qtimodel" / "examples").glob("*.xml")).read_bytes())
    for command in commands:
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == ("losses" in command), (command, result.output)
    for kind, body in BLOCKS:
        if kind == "console":
            command, shown = body.split("\n", 1)
            result = CliRunner().invoke(main, shlex.split(command.removeprefix("$ "))[1:])
            assert result.output.startswith(shown.removesuffix("...\n"))


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_figures_are_those_of_the_code() -> None:
    from qtimodel.spec import element_classes

    assert f"{len(list(element_classes()))} element names" in README
    limits = qtimodel.xml.Limits()
    assert f"more than {limits.depth} levels, more than {limits.attributes:,} attributes on an element and more than\n{limits.problems:,} problems" in README


def test_the_version_stands_in_one_place() -> None:
    assert f"## {qtimodel.__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "version =" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool")[0]


@pytest.mark.parametrize("name", [module.name for module in pkgutil.walk_packages(qtimodel.__path__, "qtimodel.") if not module.name.endswith("__main__")])
def test_docstrings(name: str) -> None:
    failures, _ = doctest.testmod(importlib.import_module(name))
    assert failures == 0


if __name__ == "__main__":
    (ROOT / "README.md").write_text(with_forms(README), encoding="utf-8")
