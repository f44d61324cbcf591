"""What small documents cost: banks of items and small tests, as they are in the wild (`bank`), and single calls and processes.

Strategy: the time for all documents of a kind, one after the other, beside that of a bare parse of the same documents in the same run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from measuring import LXML, ROOT, ROUNDS, Contenders, Plan, Row, compete, python, rows, shared  # isort: skip - finds this checkout

import bank
from lxml import etree

from qtimodel import api, content, xml
from qtimodel.validation import is_valid, validate

try:
    import xmltodict
except ImportError:
    xmltodict = None

__all__ = ["first", "operations", "real"]

# Ratios to the bare parse of the same documents: of tests, of items.
LIMITS = {
    "xml.loads": (4.0, 5.0),
    "xml.dumps": (2.0, 2.2),
    "XML to content JSON": (7.0, 7.0),
    "content JSON to tree": (7.0, 7.0),
    "validate": (4.0, 6.0),
    "is_valid": (4.0, 4.5),
}


def real(plan: Plan) -> Iterator[Row]:
    """The documents of the corpus, or of the bank that is made like it: each verb over all documents of a kind."""
    folder = shared("corpus", "qti3")
    source = "corpus" if folder.exists() else "made"
    documents = bank.corpus(folder) if folder.exists() else bank.bank()
    for kind, position in (("tests", 0), ("items", 1), ("stimuli", None)):
        data = documents[kind][: plan.sections] if plan.quick else documents[kind]
        repeat = max(1, 400 // len(data))  # a loop should last some milliseconds
        limits = {name: (0.0, both[position]) for name, both in LIMITS.items()} if position is not None else {}
        read = partial(xml.loads, recover=True)
        trees = [read(one).tree for one in data]
        verbs: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
            LXML: (etree.fromstring, data),
            "xml.loads": (read, data),
            "xml.dumps": (xml.dumps, trees),
            "XML to content JSON": (lambda one: content.dumps(xml.loads(one, recover=True).tree), data),
            "content JSON to tree": (partial(content.loads, recover=True), [content.dumps(tree) for tree in trees]),
            "is_valid": (is_valid, data),
        }
        if xmltodict is None:
            yield Row("real", kind, "xmltodict.parse", note="not installed: pip install qtimodel[benchmark]")
        else:
            verbs["xmltodict.parse"] = (xmltodict.parse, data)
        yield from _compared(f"{len(data)} {kind}, {source}", verbs, limits, repeat, plan)
        valid = [one for one in data if is_valid(one)]
        yield from _compared(f"{len(valid)} valid {kind}", {LXML: (etree.fromstring, valid), "validate": (validate, valid)}, limits, repeat, plan)


def _compared(
    document: str,
    verbs: Mapping[str, tuple[Callable[[Any], object], Sequence[Any]]],
    limits: Mapping[str, tuple[float, float]],
    repeat: int,
    plan: Plan,
) -> Iterator[Row]:
    contenders = {name: partial(_each, verb, sources, repeat) for name, (verb, sources) in verbs.items()}
    yield from rows("real", document, compete(contenders, plan.runs), limits)


def _each(verb: Callable[[Any], object], sources: Sequence[Any], repeat: int) -> None:
    for _ in range(repeat):
        for source in sources:
            verb(source)


def operations(plan: Plan) -> Iterator[Row]:
    """Two operations on a stored test of 10 item references, beside a bare parse of its XML; 100 of each in a loop."""
    refs = "".join(f'<qti-assessment-item-ref identifier="i{n}" href="i{n}.xml"/>' for n in range(10))
    section = f'<qti-assessment-section identifier="s" title="S" visible="true">{refs}</qti-assessment-section>'
    part = f'<qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">{section}</qti-test-part>'
    data = f'<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="t" title="T">{part}</qti-assessment-test>'.encode()
    tests = api.AssessmentTests(store := api.MemoryStore())
    tests.create(data)
    stored, more = store["t"], {"identifier": "more", "title": "More", "visible": True, "sequence": 2}

    def create() -> object:
        store["t"] = stored
        return tests.create_section("t", "p", more)

    for name, work, limit in (("create_section", create, 50.0), ("get", partial(tests.get, "t"), 15.0)):
        contenders: Contenders = {LXML: partial(_times, partial(etree.fromstring, data)), name: partial(_times, work)}
        yield from rows("small", "10 references", compete(contenders, plan.runs), {name: (0, limit)})


def _times(work: Callable[[], object], count: int = 100) -> None:
    for _ in range(count):
        work()


def first(plan: Plan) -> Iterator[Row]:
    """The first document of a process, and a whole command, beside processes that only import and parse with lxml."""
    example = str(ROOT / "qtimodel" / "examples" / "algebra-test.xml")
    begin = f"import time; begin = time.perf_counter(); data = open({example!r}, 'rb').read(); "
    end = "; print(time.perf_counter() - begin)"
    groups: tuple[tuple[str, dict[str, list[str]], dict[str, tuple[float, float]]], ...] = (
        (
            "first document",
            {
                "import lxml, parse": ["-c", f"{begin}from lxml import etree; etree.fromstring(data){end}"],
                "import qtimodel, read": ["-c", f"{begin}from qtimodel import xml; xml.loads(data){end}"],
            },
            {"import qtimodel, read": (0, 4.0)},
        ),
        (
            "whole process",
            {"import lxml.etree": ["-c", "import lxml.etree"], "qtimodel validate FILE": ["-m", "qtimodel", "validate", example]},
            {"qtimodel validate FILE": (0, 4.8)},
        ),
    )
    for title, contenders, limits in groups:
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(max(plan.runs, ROUNDS) + 1):
            for name, arguments in contenders.items():
                started = time.perf_counter()
                done = python(*arguments)
                done.check_returncode()
                took = json.loads(done.stdout) if done.stdout.strip() else time.perf_counter() - started
                if number:  # the first one may have to compile
                    times[name].append(took * 1000)
        yield from rows("first", title, times, limits)
