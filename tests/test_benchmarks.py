"""The benchmark runs, and measures documents of the stated size that are valid."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from shared import ROOT, shared_path

from qtimodel import AssessmentItemRef, AssessmentTest, BranchRule, OutcomeCondition, RubricBlock, walk, xml

DOCUMENTS: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "documents.py"))
MAKERS: list[Callable[..., bytes]] = [DOCUMENTS["plain"], DOCUMENTS["rich"], DOCUMENTS["commented"]]


@pytest.mark.parametrize(("maker", "elements", "megabytes"), [("plain", 46_002, 4.9), ("rich", 156_006, 10.3), ("commented", 46_002, 5.4)])
def test_documents_have_the_stated_size(maker: str, elements: int, megabytes: float) -> None:
    data: bytes = DOCUMENTS[maker]()
    assert round(len(data) / 1e6, 1) == megabytes
    assert sum(1 for _ in etree.fromstring(data).iter("*")) == elements
    assert f"{elements:,} elements in {megabytes} MB" in DOCUMENTS["__doc__"]


@pytest.mark.parametrize("make", MAKERS)
def test_documents_load_and_come_back_unchanged(make: Callable[..., bytes]) -> None:
    data = make(20)
    tree = xml.loads(data, AssessmentTest)
    assert sum(1 for _ in walk(tree, AssessmentItemRef)) == 200
    assert xml.dumps(tree) + "\n" == data.decode()


def test_the_rich_document_is_rich() -> None:
    tree = xml.loads(DOCUMENTS["rich"](20))
    for cls in (RubricBlock, BranchRule, OutcomeCondition):
        assert sum(1 for _ in walk(tree, cls)) == 20


@pytest.mark.parametrize("make", MAKERS)
def test_documents_are_valid(make: Callable[..., bytes]) -> None:
    schema = etree.XMLSchema(etree.parse(shared_path("oracle", "xsd", "imsqti_asiv3p0p1_v1p0.xsd")))
    schema.assertValid(etree.fromstring(make(20)))


def run(*arguments: str, **environment: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True).stdout


def test_a_quick_run(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    shown = run("--quick", "--sections", "20", "--only", "loads", "--json", str(figures))
    assert "xml.loads" in shown
    assert "at most 3" in shown
    rows = json.loads(figures.read_text())["rows"]
    assert [(row["document"], row["contender"]) for row in rows] == [
        ("plain", "lxml fromstring"),
        ("plain", "xml.loads"),
        ("rich", "lxml fromstring"),
        ("rich", "xml.loads"),
        ("commented", "lxml fromstring"),
        ("commented", "xml.loads"),
    ]
    assert all(row["minimum"] <= row["median"] <= row["maximum"] for row in rows)


def test_peers_that_are_missing_get_a_row(tmp_path: Path) -> None:
    for name in ("xmltodict", "xsdata"):
        (tmp_path / f"{name}.py").write_text("raise ImportError")
    shown = run("--quick", "--sections", "20", "--only", "peers", PYTHONPATH=str(tmp_path), QTIMODEL_SHARED=str(tmp_path))
    assert shown.count("not installed: pip install qtimodel[benchmark]") >= 4
