"""Every real document of the corpus comes back unchanged.

The corpus is shared material (see `shared.py`): documents of many authors and tools, most of them QTI items, which to the test level
are markup with typed elements in it. `INDEX.csv` says of each what the official schema thinks of it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from shared import shared_path

from qtimodel import DocumentError, Element, xml
from qtimodel.nodes import QTI
from qtimodel.testing import assert_same_xml

WELL_FORMED = 829
NOT_WELL_FORMED = 2


def corpus() -> Path:
    return shared_path("corpus", "qti3")


@cache
def index() -> tuple[dict[str, str], ...]:
    with (corpus() / "INDEX.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def documents(**wanted: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the documents whose row has these values."""
    for row in index():
        if all(row[column] == value for column, value in wanted.items()):
            yield row["path"], (corpus() / row["path"]).read_bytes()


def start_tags(data: bytes) -> list[list[str]]:
    """The names of attributes in each start tag, in order, as libxml2 sees them."""
    return [list(map(str, element.attrib)) for element in etree.fromstring(data, parser()).iter(etree.Element)]


def parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, huge_tree=True)


def test_every_document_comes_back_unchanged() -> None:
    checked: Counter[str] = Counter()
    for path, data in documents(well_formed="yes"):
        try:
            tree, issues = xml.loads(data, recover=True, name=path)
            written = xml.dumps(tree)
            assert_same_xml(data, written)
            again, issues_again = xml.loads(written, recover=True)
            assert again == tree
            assert [issue.message for issue in issues_again] == [issue.message for issue in issues]
            assert xml.dumps(again) == written
            assert start_tags(written.encode()) == start_tags(data)
            structured, issues_structured = xml.structure(etree.fromstring(data, parser()), recover=True)
            assert structured == tree
            assert len(issues_structured) == len(issues)
            assert_same_xml(data, xml.dumps(structured))
        except (AssertionError, DocumentError) as error:
            error.add_note(f"in {path}")
            raise
        checked[type(tree).__name__] += 1
    # Items, manifests and results are markup to this model; 11 tests are in a namespace that is not QTI's.
    assert checked == {"AssessmentTest": 51, "OutcomeDeclaration": 2, "Markup": 776}
    assert checked.total() == WELL_FORMED


def test_valid_documents_load_strictly() -> None:
    loaded = 0
    for path, data in documents(valid_3_0_1="yes"):
        tree = xml.loads(data, name=path)
        assert xml.loads(data, recover=True).issues == []
        loaded += isinstance(tree, Element)
    assert loaded == 49  # 47 tests and two outcome declarations; everything else is markup


def test_invalid_tests_are_refused_with_a_place() -> None:
    refused = 0
    for path, data in documents(valid_3_0_1="no", root="qti-assessment-test", namespace=QTI):
        with pytest.raises(DocumentError) as caught:
            xml.loads(data, name=path)
        (issue,) = caught.value.issues
        assert (issue.code, issue.source) == ("value", path)
        assert data.decode().splitlines()[(issue.line or 0) - 1][(issue.column or 0) - 1 :].startswith('max-time="PT')
        refused += 1
    assert refused == 4


def test_broken_documents_are_refused() -> None:
    refused = 0
    for path, data in documents(well_formed="no"):
        with pytest.raises(DocumentError) as caught:
            xml.loads(data, recover=True, name=path)
        assert [issue.code for issue in caught.value.issues] == ["syntax"]
        refused += 1
    assert refused == NOT_WELL_FORMED
