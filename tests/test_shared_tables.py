"""The tables that readings of one process share: the same answer cold and warm, bounded memory, threads, classes declared later."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qtimodel import AssessmentSection, AssessmentTest, DocumentError, Element, Markup, OutcomeProcessing, TestPart, xml
from qtimodel.nodes import QTI
from qtimodel.testing import trees
from qtimodel.xml import tables

WARM = 14  # readings after which every shape of a document is compiled


@pytest.fixture
def _cold() -> Iterator[None]:
    """No table is filled, before and after."""
    tables._shared = tables.Tables()
    yield
    tables._shared = tables.Tables()


def answer(document: str, limits: xml.Limits | None = None) -> tuple[Any, list[str]]:
    """The tree and the problems, or the problems that refuse the document."""
    try:
        tree, issues = xml.loads(document, recover=True, limits=limits or xml.Limits())
    except DocumentError as error:
        return None, [str(issue) for issue in error.issues]
    return (tree, xml.dumps(tree) if not issues else None), [str(issue) for issue in issues]


WRONG = (
    ("<qti-weight", "<qti-weight xmlns:x='u' x:y='1' "),
    ("<qti-selection", "<qti-selection xmlns='u'"),
    ("<qti-ordering", "<qti-ordering xmlns:x='u' xmlns:y='u' x:a='1' y:a='2'"),
    ("<qti-", "<qti-ordering xmlns:x='u' xmlns:y='u' x:a='1' y:a='2'/><qti-"),
    ("xmlns=", "xmlns:x='u' xmlns:y='u' x:a='1' y:a='2' xmlns="),
    ("identifier=", "identifier=' 1' data-x="),
    ("identifier=", "identifier='1' data-x="),
    (" title=", " titel="),
    ("true", "yes"),
    ("qti-selection", "qti-ordering"),
    ("qti-weight", "qti-test-part"),
    ("</", "text</"),
    ("<qti-assessment-item-ref", "<a:b/><qti-assessment-item-ref"),
    ("<qti-assessment-item-ref", "<!-- note --><x xmlns='u' y='1'>z</x><qti-assessment-item-ref"),
    ("qti-", "p:qti-"),
    ("xmlns=", "xmlns:p="),
    ("xmlns=", "xmlns:p='u' xmlns="),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A test or section, often with a few mistakes in it."""
    cls: type[Element] = draw(st.sampled_from([AssessmentTest, AssessmentSection, TestPart, OutcomeProcessing]))
    text = xml.dumps(draw(trees(cls, valid=draw(st.booleans()))))
    for old, new in draw(st.lists(st.sampled_from(WRONG), max_size=3)):
        places = text.count(old)
        if places:
            pieces = text.split(old)
            at = draw(st.integers(1, places))
            text = old.join(pieces[:at]) + new + old.join(pieces[at:])
    return text


@pytest.mark.usefixtures("_cold")
@given(documents())
def test_cold_and_warm_readings_give_the_same_answer(text: str) -> None:
    tables._shared = tables.Tables()
    cold = answer(text)
    for _ in range(WARM):
        warm = answer(text)
    assert warm == cold


@pytest.mark.usefixtures("_cold")
@given(st.lists(documents(), min_size=2, max_size=4))
def test_what_was_read_before_does_not_matter(texts: list[str]) -> None:
    alone = []
    for text in texts:
        tables._shared = tables.Tables()
        alone.append(answer(text))
    tables._shared = tables.Tables()
    assert [answer(text) for text in texts for _ in range(WARM)][::WARM] == alone


@pytest.mark.parametrize("inner", ["<m:b m:x='1' y='2'>t</m:b>", "<m:b y='2'/>", "<b xml:lang='en'>t<!--c--></b>", "<b><b><b/></b></b>"])
@pytest.mark.parametrize("outer", ["u", "v"])
def test_markup_keeps_prefix_and_namespace(inner: str, outer: str) -> None:
    text = f"<a xmlns='{outer}' xmlns:m='{outer}:m'>{inner * 3}</a>"
    trees = [xml.loads(text) for _ in range(WARM)]
    assert trees == trees[:1] * WARM
    assert {xml.dumps(tree) for tree in trees} == {xml.dumps(trees[0])}
    assert isinstance(trees[0], Markup)
    child = trees[0].content[0]
    assert isinstance(child, Markup)
    assert child.namespace == (f"{outer}:m" if "m:b" in inner else outer)


@pytest.mark.usefixtures("_cold")
def test_lower_limits_hold_after_documents_within_higher_ones() -> None:
    text = f'<a xmlns="{QTI}"><b c="1" d="2" e="3"/><b c="1" d="2" e="3"/></a>'
    for _ in range(WARM):
        assert answer(text)[1] == []
    assert "more than 2 attributes" in answer(text, xml.Limits(attributes=2))[1][0]
    assert "more than 1 nested elements" in answer(text, xml.Limits(depth=1))[1][0]


@pytest.mark.usefixtures("_cold")
def test_eight_threads_on_first_use_give_the_same_trees(plain_test: str) -> None:
    expected = answer(plain_test)
    for _ in range(5):
        tables._shared = tables.Tables()
        start = threading.Barrier(8)
        found: list[Any] = []

        def read(start: threading.Barrier = start, found: list[Any] = found) -> None:
            start.wait()
            found.append([answer(plain_test) for _ in range(WARM)])

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [[expected] * WARM] * 8


@pytest.fixture
def plain_test() -> str:
    """A test with most of what the fast path knows."""
    ref = '<qti-assessment-item-ref identifier="i{n}" href="i{n}.xml" category="a b"><qti-weight identifier="W" value="2"/></qti-assessment-item-ref>'
    section = '<qti-assessment-section identifier="s{n}" title="S" visible="true"><qti-selection select="1"/>{refs}</qti-assessment-section>'
    refs = "".join(ref.format(n=n) for n in range(20))
    sections = "".join(section.format(n=n, refs=refs) for n in range(5))
    part = f'<qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">{sections}</qti-test-part>'
    return f'<qti-assessment-test xmlns="{QTI}" identifier="t" title="T">{part}</qti-assessment-test>'


HOSTILE = """
import sys
from qtimodel import DocumentError, content, xml
from qtimodel.nodes import QTI

def peak():
    status = open("/proc/self/status").read()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])

def document(n):
    names = " ".join(f'a{n}x{k}="1"' for k in range(5))
    section = f'<qti-assessment-section identifier="s" title="t" visible="true" {names}>'
    ref = f'<qti-assessment-item-ref identifier="i" href="h" b{n // 20}="1" {names}/>'
    inner = f'<p{n}:x{n} xmlns:p{n}="u{n}"><p{n}:y{n}/><p{n}:y{n}/><z{n} {names}/></p{n}:x{n}>'
    return f'<w{n} xmlns="{QTI}" xmlns:q{n}="u{n}">{section}{ref}</qti-assessment-section>{inner}<v{n}>t</v{n}></w{n}>'

count = int(sys.argv[1])
peaks = []
for n in range(count):
    text = document(n)
    tree = xml.loads(text)
    if n % 4 == 0:
        content.loads(content.dumps(tree))
    if n + 1 in (count // 10, count):
        peaks.append(peak())
print(*peaks)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak of memory from /proc")
def test_hostile_documents_do_not_fill_the_memory(pytestconfig: pytest.Config) -> None:
    """The whole sweep, 200,000 documents, belongs to `--hypothesis-profile=full`."""
    count = 200_000 if pytestconfig.getoption("--hypothesis-profile") == "full" else 40_000
    done = subprocess.run([sys.executable, "-c", HOSTILE, str(count)], capture_output=True, text=True, check=True)
    early, late = map(int, done.stdout.split())
    assert late <= early * (1.05 if count == 200_000 else 1.25), (early, late)
