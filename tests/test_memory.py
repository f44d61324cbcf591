"""What the process remembers of documents is bounded, in number and in length, by way of every verb."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from lxml import etree

from qtimodel import QtiError, api, content, xml
from qtimodel.memory import LONGEST, Memory, remembered
from qtimodel.nodes import QTI
from qtimodel.validation import validate
from qtimodel.xml import compiled, spans, tables

LENGTH = 50_000  # characters of a name
TIMES = 8


def name(number: int) -> str:
    return f"n{number}" + "x" * LENGTH


def body(inner: str) -> str:
    return f'<qti-stimulus-body xmlns="{QTI}">{inner}</qti-stimulus-body>'


def section(attributes: str = "", inner: str = "", visible: str = "true") -> str:
    return (
        f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="S" visible="{visible}"{attributes}>{inner}'
        '<qti-assessment-item-ref identifier="i" href="i.xml"/></qti-assessment-section>'
    )


def test_of(piece: str) -> str:
    return (
        f'<qti-assessment-test xmlns="{QTI}" identifier="t" title="T"><qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        f'<qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">{piece}</qti-test-part></qti-assessment-test>'
    )


test_of.__test__ = False  # type: ignore[attr-defined]

DOCUMENTS: dict[str, Callable[[str], str]] = {
    "element": lambda n: body(f"<{n}>a</{n}>"),
    "element in an element with typed children": lambda n: section(inner=f"<{n}/>"),
    "attribute": lambda n: body(f'<p {n}="1">a</p>'),
    "attribute of a typed element": lambda n: section(f' {n}="1"'),
    "namespace": lambda n: body(f'<a:p xmlns:a="urn:{n}"><a:q a:r="1"/></a:p>'),
    "namespace of an attribute": lambda n: section(f' xmlns:a="urn:{n}" a:q="1"'),
    "default namespace": lambda n: body(f'<p xmlns="urn:{n}">x</p>'),
    "prefix": lambda n: body(f'<{n}:p xmlns:{n}="urn:a"><{n}:q {n}:r="1"/></{n}:p>'),
    "prefix of an attribute": lambda n: section(f' xmlns:{n}="urn:a" {n}:q="1"'),
    "value": lambda n: section(visible=n),
    "root": lambda n: f"<{n}/>",
    "target": lambda n: body(f"<?{n} x?>"),
}


def read_json(text: str) -> None:
    tree = xml.loads(text, recover=True).tree
    for dialect in ("api", "xml-js"):
        content.loads(content.dumps(tree, dialect=dialect), dialect=dialect, recover=True)
        content.losses(tree, dialect)


def keep(text: str) -> None:
    service = api.AssessmentTests(api.MemoryStore())
    service.create(test_of(text) if "<qti-assessment-section" in text else text)
    service.replace("t", service.get("t"))


def patch(text: str) -> None:
    before, after = (xml.loads(version, recover=True).tree for version in (text, text.replace(">a<", ">b<").replace('title="S"', 'title="R"')))
    xml.patch(text, before, after)


VERBS: dict[str, Callable[[str], Any]] = {
    "loads": lambda text: xml.loads(text, recover=True),
    "dumps": lambda text: xml.dumps(xml.loads(text, recover=True).tree),
    "patch": patch,
    "content": read_json,
    "validate": lambda text: validate(text, text=True),
    "api": keep,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.filterwarnings("ignore::qtimodel.QtiWarning")
def test_long_names_are_not_remembered(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of the reader have a budget of their own."""
    monkeypatch.setattr(tables, "BUDGET", 1)
    kept = {}
    for document in DOCUMENTS.values():  # what is made once for all documents
        for number in range(2):
            with suppress(QtiError):
                VERBS[verb](document(name(number)))
    for kind, document in DOCUMENTS.items():

        def use(numbers: range, document: Callable[[str], str] = document) -> None:
            for number in numbers:
                with suppress(QtiError):
                    VERBS[verb](document(name(number)))

        gc.collect()
        tracemalloc.start(1)
        try:
            use(range(2, 2 + TIMES))
            VERBS["loads"](body("<p>a</p>"))  # drops the tables of the last one
            etree.clear_error_log()  # lxml keeps its last hundred messages
            gc.collect()
            kept[kind] = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert {kind: size for kind, size in kept.items() if size > LENGTH // 4 * TIMES} == {}


def test_shapes_belong_to_the_tables_and_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_shared", tables.Tables())
    before = tables.shared_tables()
    for number in range(3):
        names = " ".join(f'a{number}_{index}="1"' for index in range(40))
        xml.loads(section(inner=f'<qti-assessment-item-ref identifier="i" href="i.xml" {names}/>' * 14))
    assert tables.shared_tables() is before
    assert before.cost > 3 * 40 * 5 * 16
    monkeypatch.setattr(tables, "BUDGET", before.cost - 1)
    assert tables.shared_tables() is not before


def test_sources_of_functions_are_kept_up_to_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    import linecache

    monkeypatch.setattr(compiled, "_SOURCES", compiled._kept + 5_000)
    sources = [f"def f(): return {number}  # {'x' * 1_000}" for number in range(10)]
    files = [compiled.compile_function(source, "f", "test", {}).__code__.co_filename for source in sources]
    assert compiled._kept <= compiled._SOURCES
    assert files[-1] in linecache.cache


def test_a_memory_that_is_full_takes_new_entries() -> None:
    memory: Memory[str, int] = Memory(3)
    for number in range(5):
        assert memory.keep(str(number), number, [str(number)]) == number
    assert memory == {"3": 3, "4": 4}
    assert memory.keep("long", 1, ["x" * (LONGEST + 1)]) == 1
    assert "long" not in memory


def test_a_function_remembers_short_texts_only() -> None:
    calls = []

    @remembered(4)
    def length(text: str) -> int:
        calls.append(len(text))
        return len(text)

    for text in ("a", "a", "b" * (LONGEST + 1), "b" * (LONGEST + 1)):
        assert length(text) == len(text)
    assert calls == [1, LONGEST + 1, LONGEST + 1]


@pytest.mark.parametrize("long", ["n" * 101, "n" * 101 + ".x"])
def test_elements_of_long_names_are_found(long: str) -> None:
    text = f"<r><{long}>a<!--<{long}>--><{long} b='/'>c</{long}\n><{long}x/><![CDATA[</{long}>]]><{long}/></{long}><s/></r>"
    assert len(long) > spans._LONG
    before = xml.loads(text)
    after = xml.loads(text.replace("<s/>", "<s>1</s>").replace(">c<", ">d<"))
    assert xml.patch(text, before, after) == text.replace("<s/>", "<s>1</s>").replace(">c<", ">d<")
