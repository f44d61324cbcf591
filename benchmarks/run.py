"""How fast and how big qtimodel is: `python benchmarks/run.py` prints a table. See README.md beside this file for how to read it.

Strategy: a figure is a function that yields rows; `measuring` has the method, `peers` the other libraries.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from measuring import DOCUMENTS, JSON, LXML, OFFICIAL, ROOT, ROUNDS, WITH_COMMENTS, Contenders, Plan, Row, compete, python, rows, shared  # isort: skip - finds this checkout

import documents
import small
from lxml import etree
from peers import peers

from qtimodel import AssessmentTest, api, content, xml

WHOLE_RUN, SHORT_RUN = 15, 3


def loads(plan: Plan) -> Iterator[Row]:
    """Text to a tree."""
    for document, make in WITH_COMMENTS.items():
        data = make(plan.sections)
        times = compete({LXML: partial(etree.fromstring, data), "xml.loads": partial(xml.loads, data)}, plan.runs)
        yield from rows("loads", document, times, {"xml.loads": (0, 3.0)} if document in DOCUMENTS else None)


def dumps(plan: Plan) -> Iterator[Row]:
    """A tree to text, compared with reading by lxml like all figures; what lxml needs for writing is shown too."""
    for document, make in WITH_COMMENTS.items():
        data = make(plan.sections)
        tree, element = xml.loads(data), etree.fromstring(data)
        contenders: Contenders = {
            LXML: partial(etree.fromstring, data),
            "xml.dumps": partial(xml.dumps, tree),
            "lxml tostring": partial(etree.tostring, element, encoding="UTF-8"),
        }
        yield from rows("dumps", document, compete(contenders, plan.runs), {"xml.dumps": (0, 1.5)} if document in DOCUMENTS else None)


def to_content(plan: Plan) -> Iterator[Row]:
    """XML bytes to content JSON text, through the tree. What is made on the way is freed afterwards, as lxml's tree is."""
    for document, make in DOCUMENTS.items():
        data = make(plan.sections)

        def convert(data: bytes = data) -> object:
            tree = xml.loads(data)
            return tree, content.dumps(tree)

        times = compete({LXML: partial(etree.fromstring, data), "xml.loads, content.dumps": convert}, plan.runs)
        yield from rows("content", document, times, {"xml.loads, content.dumps": (0, 4.5)})


def from_content(plan: Plan) -> Iterator[Row]:
    """Content JSON text to XML text, through the tree."""
    for document, make in DOCUMENTS.items():
        text = content.dumps(xml.loads(make(plan.sections)))

        def convert(text: str = text) -> object:
            tree = content.loads(text)
            return tree, xml.dumps(tree)

        times = compete({JSON: partial(json.loads, text), "content.loads, xml.dumps": convert}, plan.runs)
        yield from rows("back", document, times, {"content.loads, xml.dumps": (0, 4.5)})


def record(plan: Plan) -> Iterator[Row]:
    """A record of the API: objects to a typed record and back. `create` is the flat form alone, `response` has XML and content JSON too."""
    for document, make in DOCUMENTS.items():
        whole = api.AssessmentTestRecord(test=xml.loads(make(plan.sections), AssessmentTest))
        views: tuple[api.View, ...] = ("create", "response")
        for view in views:
            body = api.unstructure(whole, view=view)
            text = json.dumps(body)

            def there_and_back(body: Any = body, view: api.View = view) -> object:
                read = api.structure(body)
                return read, api.unstructure(read, view=view)

            times = compete({JSON: partial(json.loads, text), "api.structure, unstructure": there_and_back}, plan.runs)
            yield from rows("record", f"{document}, {view}", times, {"api.structure, unstructure": (0, 3.0)})


def operations(plan: Plan) -> Iterator[Row]:
    """The API's operations on a test that was stored as XML: create a section, with the record; get it as JSON."""
    section = {"identifier": "one-more", "title": "One more", "visible": True, "sequence": 1_000}
    for document, make in DOCUMENTS.items():
        data = make(plan.sections)
        tests = api.AssessmentTests(store := api.MemoryStore())
        identifier, part = (created := tests.create(data))["identifier"], created["qti-test-part"][0]["identifier"]
        stored, text = store[identifier], json.dumps(created)
        del created

        def create(stored: Any = stored, tests: api.AssessmentTests = tests, identifier: str = identifier, part: str = part) -> object:
            tests.store[identifier] = stored
            return tests.create_section(identifier, part, section)

        contenders: Contenders = {LXML: partial(etree.fromstring, data), "create_section": create}
        yield from rows("operate", document, compete(contenders, plan.runs), {"create_section": (0, 8.0)})
        contenders = {JSON: partial(json.loads, text), "get": partial(tests.get, identifier)}
        yield from rows("operate", document, compete(contenders, plan.runs), {"get": (0, 3.0)})


def validation(plan: Plan) -> Iterator[Row]:
    """The schema layer on a tree that is parsed already, and `validate` from bytes; then the files of the corpus one after the other."""
    from qtimodel.validation import is_valid, validate
    from qtimodel.validation.schemas import bundled

    for document, make in DOCUMENTS.items():
        data = make(plan.sections)
        contenders: Contenders = {
            LXML: partial(etree.fromstring, data),
            "schema layer": partial(bundled("qtimodel.xsd").errors, etree.fromstring(data)),
            "validate": partial(validate, data),
        }
        yield from rows("validate", document, compete(contenders, plan.runs), {"schema layer": (0, 1.0)})
    files = [path.read_bytes() for path in sorted(shared("corpus", "qti3").rglob("*.xml"))[:800]] if shared("corpus").exists() else []
    if not files:
        yield Row("validate", "corpus", "validate", note="needs the corpus: QTIMODEL_SHARED=FOLDER with corpus/qti3")
        return
    parser = etree.XMLParser(recover=True)
    contenders = {LXML: lambda: [etree.fromstring(data, parser) for data in files], "is_valid": lambda: [is_valid(data) for data in files]}
    contenders = {**contenders, "validate": lambda: [validate(data) for data in files]}
    yield from rows("validate", f"{len(files)} files", compete(contenders, min(plan.runs, 6)), {"validate": (0, 4.0)})


def cold(plan: Plan) -> Iterator[Row]:
    """Whole processes that validate one small test: with the official schema in lxml, and ours; and how long ours take to compile in one."""
    example = str(ROOT / "qtimodel" / "examples" / "algebra-test.xml")
    compiling = "import sys, time; from lxml import etree; begin = time.perf_counter(); [etree.XMLSchema(etree.parse(path)) for path in sys.argv[1:]]"
    ours = [str(ROOT / "xsd" / name) for name in ("qtimodel.xsd", "mathml.xsd")]
    times: dict[str, list[float]] = {}
    for name, arguments, count in (
        ("lxml, official schema", ["-c", f"{compiling}[0].validate(etree.parse({example!r}))", str(shared("oracle", "xsd", OFFICIAL))], 3),
        ("qtimodel validate", ["-m", "qtimodel", "validate", example], plan.runs),
        ("compile qtimodel.xsd", ["-c", f"{compiling}; print(time.perf_counter() - begin)", ours[0]], plan.runs),
        ("compile both schemas", ["-c", f"{compiling}; print(time.perf_counter() - begin)", *ours], plan.runs),
    ):
        if name.startswith("lxml") and not shared("oracle", "xsd", OFFICIAL).exists():
            continue
        for _ in range(count):
            begin = time.perf_counter()
            done = python(*arguments)
            done.check_returncode()
            took = float(done.stdout) if done.stdout.strip() else time.perf_counter() - begin
            times.setdefault(name, []).append(took * 1000)
    yield from rows("cold", "", times, {"qtimodel validate": (0, 1 / 8)} if len(times) == 4 else None)


def growth(plan: Plan) -> Iterator[Row]:
    """Time for a section in a big document, compared with that in a small one: 1 is linear. lxml shows how far memory alone moves that."""
    small, big = (plan.sections // 4, plan.sections * 2)
    for document, make in DOCUMENTS.items():
        for verb in (LXML, "xml.loads", "xml.dumps"):
            contenders = {f"{verb}, {size:,} sections": _for_growth(verb, make(size)) for size in (small, big)}
            measured = compete(contenders, max(ROUNDS, plan.runs // 2))
            a_section = {name: [one / size * 1000 for one in times] for (name, times), size in zip(measured.items(), (small, big), strict=True)}
            limits = {} if verb == LXML else {list(contenders)[1]: (0, 1.1)}
            yield from rows("growth", document, a_section, limits, unit="µs/section")


def _for_growth(verb: str, data: bytes) -> Callable[[], object]:
    if verb == "xml.dumps":
        return partial(xml.dumps, xml.loads(data))
    return partial(etree.fromstring if verb == LXML else xml.loads, data)


def memory(plan: Plan) -> Iterator[Row]:
    """Growth of the peak memory of a fresh process while it reads a document that it already holds."""
    for document, make in DOCUMENTS.items():
        grown: dict[str, list[float]] = {LXML: [], "xml.loads": []}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "test.xml")
            file.write_bytes(make(plan.sections))
            for _ in range(min(plan.runs, 5)):
                for name, contender in zip(grown, ("lxml", "qtimodel"), strict=True):
                    done = python(str(ROOT / "benchmarks" / "peak.py"), contender, str(file))
                    if done.returncode:
                        yield Row("memory", document, name, note="this system does not tell the peak of a process")
                        return
                    grown[name].append(int(done.stdout) / 1e6)
        yield from rows("memory", document, grown, {"xml.loads": (0, 1.5)}, unit="MB")


def start(plan: Plan) -> Iterator[Row]:
    """Whole processes that only import. The bare interpreter is shown too."""
    times: dict[str, list[float]] = {"import lxml.etree": [], "import qtimodel": [], "pass": []}
    for number in range(plan.runs + 1):
        for statement, measured in times.items():
            begin = time.perf_counter()
            python("-c", statement).check_returncode()
            if number:  # the first one may have to compile
                measured.append((time.perf_counter() - begin) * 1000)
    yield from rows("import", "", times, {"import qtimodel": (0, 5.0)})


# -- the table -------------------------------------------------------------------------------------------------------------

FIGURES: dict[str, Callable[[Plan], Iterator[Row]]] = {
    "real": small.real,
    "small": small.operations,
    "first": small.first,
    "loads": loads,
    "dumps": dumps,
    "content": to_content,
    "back": from_content,
    "record": record,
    "operate": operations,
    "validate": validation,
    "cold": cold,
    "growth": growth,
    "memory": memory,
    "import": start,
    "peers": peers,
}
_WIDTHS = (8, 15, 31, 9, 9, 9, 11, 7, 9)
_TITLES = ("figure", "document", "contender", "median", "min", "max", "unit", "ratio", "of minima")


def machine() -> dict[str, str]:
    """What a figure depends on, and nothing that tells whose machine it is."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "lxml": etree.__version__,
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": str(os.cpu_count()),
    }


def line(row: Row) -> str:
    """One line of the table."""
    numbers = [f"{number:,.1f}" if number is not None else "" for number in (row.median, row.minimum, row.maximum)]
    ratios = [f"{number:.2f}" if number is not None else "" for number in (row.ratio, row.ratio_of_minima)]
    cells = [row.figure, row.document, row.contender, *numbers, row.unit, *ratios]
    verdict = row.note
    if row.limit:
        lowest, highest = row.limit
        verdict = f"{'MISSED' if row.missed else 'ok'}: {f'{lowest:g} to ' if lowest else 'at most '}{highest:g}"
    return f"{_padded(cells)}  {verdict}".rstrip()


def _padded(cells: list[str]) -> str:
    left = {0, 1, 2, 6}
    return " ".join(cell.ljust(width) if index in left else cell.rjust(width) for index, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True)))


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and tell whether the limits are kept if asked to."""
    parser = argparse.ArgumentParser(description="Measure qtimodel against a bare lxml parse of the same bytes, and against other libraries.")
    parser.add_argument("--only", action="append", choices=list(FIGURES), metavar="NAME", help=f"one of {', '.join(FIGURES)}; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small documents and few runs: shows that it works, not how fast it is")
    parser.add_argument("--sections", type=int, help=f"sections of the documents (default {documents.SECTIONS:,}, with --quick a tenth)")
    parser.add_argument("--runs", type=int, help=f"measurements of each contender (default {WHOLE_RUN}, with --quick {SHORT_RUN})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a limit is missed")
    options = parser.parse_args(arguments)
    sections = options.sections or documents.SECTIONS // (10 if options.quick else 1)
    plan = Plan(max(sections, 20), options.runs or (SHORT_RUN if options.quick else WHOLE_RUN), options.quick)

    facts = machine()
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(f"{plan.sections:,} sections of {documents.REFERENCES} references; {plan.runs} runs, each contender in loops of its own\n")
    print(f"{_padded(list(_TITLES))}  limit")
    measured: list[Row] = []
    for name in options.only or FIGURES:
        for row in FIGURES[name](plan):
            measured.append(row)
            print(line(row), flush=True)
        print()
    print("ratio: of the medians, to the first row of the group. Of minima: the same of the fastest runs.")
    if plan.quick:
        print("A quick run: too small and too few to judge by.")
    if options.json:
        options.json.write_text(json.dumps({"machine": facts, "plan": asdict(plan), "rows": [asdict(row) for row in measured]}, indent=2) + "\n")
    return int(options.check and any(row.missed for row in measured))


if __name__ == "__main__":
    sys.exit(main())
