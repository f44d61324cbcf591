"""The benchmark runs, and measures documents of the stated size that are valid."""

from __future__ import annotations

import json
import os
import runpy
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from shared import ROOT, shared_path

from qtimodel import AssessmentItemRef, AssessmentTest, BranchRule, OutcomeCondition, RubricBlock, validate, walk, xml

BANK: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "bank.py"))
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


# Of a kind: bytes and elements at a quarter, a half, three quarters; mean share of HTML elements, mean number of attributes.
FIGURES = {
    "items": ((1_657, 2_886, 3_673), (18, 33, 43), 0.14, 1.17),
    "tests": ((701, 2_414, 3_643), (5, 24, 36), 0.07, 1.89),
}


def figures_of(documents: list[bytes]) -> tuple[tuple[int, ...], tuple[int, ...], float, float]:
    """What the table has of a kind of documents."""
    sizes, counts, shares, attributes = [], [], [], []
    for data in documents:
        elements = list(etree.fromstring(data).iter("*"))
        names = [etree.QName(element) for element in elements]
        html = [name for name in names if not name.localname.startswith("qti-") and "qti" in (name.namespace or "")]
        sizes.append(len(data))
        counts.append(len(elements))
        shares.append(len(html) / len(elements))
        attributes.append(sum(len(element.attrib) for element in elements) / len(elements))
    quarters = [tuple(sorted(values)[len(values) * part // 4] for part in (1, 2, 3)) for values in (sizes, counts)]
    return quarters[0], quarters[1], statistics.mean(shares), statistics.mean(attributes)


@pytest.mark.parametrize("kind", FIGURES)
def test_the_bank_is_like_real_documents(kind: str) -> None:
    sizes, counts, share, attributes = figures_of(BANK["bank"]()[kind])
    expected = FIGURES[kind]
    assert sizes == pytest.approx(expected[0], rel=0.25)
    assert counts == pytest.approx(expected[1], rel=0.25)
    assert share == pytest.approx(expected[2], abs=0.04)
    assert attributes == pytest.approx(expected[3], rel=0.25)
    for value in (*expected[0], *expected[1], *expected[2:]):
        assert f"{value:,}" in BANK["__doc__"]


@pytest.mark.parametrize("kind", FIGURES)
def test_the_table_is_of_the_corpus(kind: str) -> None:
    sizes, counts, share, attributes = figures_of(BANK["corpus"](shared_path("corpus", "qti3"))[kind])
    assert (sizes, counts, round(share, 2), round(attributes, 2)) == FIGURES[kind]


def test_the_bank_is_valid_and_the_same_each_time() -> None:
    bank = BANK["bank"](40, 20, 2)
    assert bank == BANK["bank"](40, 20, 2)
    assert all(validate(data) == [] for documents in bank.values() for data in documents)


def test_small_documents_are_measured_without_the_corpus(tmp_path: Path) -> None:
    shown = run("--quick", "--sections", "20", "--runs", "1", "--only", "real", "--only", "small", QTIMODEL_SHARED=str(tmp_path))
    for name in ("20 tests, made", "20 items, made", "valid items", "create_section"):
        assert name in shown


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
