"""The dialects of content JSON that other tools write equal what those tools make of the same XML, key order included.

Strategy: the tools are the oracles, twice.

* Recorded: `oracles/documents` are small documents of our own, one for each thing that documents can have; `oracles/expected` is what the
  tools made of them. To record again, with the tools installed: `python tests/test_dialects.py`.
* Live, where the tools are installed: every document of the corpus, and random ones. The tools of npm run in one process of `node`; to
  install them: `npm ci --prefix tests/oracles`.

XML is read here by expat alone, so no reader of ours stands between a document and its expectation.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

import pytest
from hypothesis import Phase, given, settings
from shared import shared_path
from test_corpus import WELL_FORMED, documents

from qtimodel import Markup, ModelError, xml
from qtimodel.content.dialects import DIALECTS, Dialect, RawContent, RawElement, write
from qtimodel.nodes import Comment, ProcessingInstruction
from qtimodel.testing import markup

ORACLES = Path(__file__).parent / "oracles"
FIXTURES = sorted(path.stem for path in (ORACLES / "documents").glob("*.xml"))
OF_NPM = [name for name in DIALECTS if name != "xmltodict"]
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

# Names that make a tool fail or write rubbish; what it made is recorded all the same.
REFUSED = {
    *((name, dialect) for name in ("inherited", "text-key") for dialect in ("xml2js", "xml2js-inline", "xml2js-default")),
    *(("inherited", "xml-js"), ("parent-key", "xml-js"), ("text-key-attribute", "xml2js-inline")),
}
# These tools tell CDATA apart (xml2js only where it is white space), our model does not: expected is what they make of the same text without it.
CDATA = dict.fromkeys((("cdata", dialect) for dialect in OF_NPM), "cdata-as-text")


class Request(NamedTuple):
    """A document for a tool."""

    name: str
    dialect: str
    text: str


# -- reading, with expat ---------------------------------------------------------------------------------------------------------------


def written(text: str, dialect: Dialect) -> dict[str, Any]:
    """What our writer makes of a document."""
    top: list[RawContent] = []
    stack = [top]

    def start(name: str, flat: list[str]) -> None:
        element = RawElement(name, dict(zip(flat[::2], flat[1::2], strict=True)), [])
        add(element)
        stack.append(element.content)

    def add(piece: RawContent) -> None:
        stack[-1].append(piece)

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = add
    parser.CommentHandler = lambda text: add(Comment(text))
    parser.ProcessingInstructionHandler = lambda target, data: add(ProcessingInstruction(target, data))
    parser.Parse(text, True)
    (root,) = (piece for piece in top if isinstance(piece, RawElement))
    place = top.index(root)
    return write(root, dialect, others(top[:place]), others(top[place:]))


def others(pieces: list[RawContent]) -> list[Comment | ProcessingInstruction]:
    """What stands around a root."""
    return [piece for piece in pieces if isinstance(piece, (Comment, ProcessingInstruction))]


# -- the tools -------------------------------------------------------------------------------------------------------------------------


@cache
def node() -> str:
    """The program `node`, where the tools are installed too."""
    program = shutil.which("node")
    if program is None or not (ORACLES / "node_modules").is_dir():
        pytest.skip("needs node, and the tools of npm: npm ci --prefix tests/oracles")
    return program


def made(requests: Iterable[Request]) -> list[Any]:
    """What the tools make of documents; `{"error": ...}` where they fail. Skips the test when a tool is missing."""
    asked = list(requests)
    of_npm = [{"name": request.name, "dialect": request.dialect, "xml": request.text} for request in asked if request.dialect != "xmltodict"]
    results: Iterator[Any] = iter(())
    if of_npm:
        done = subprocess.run([node(), str(ORACLES / "tools.mjs")], input=json.dumps(of_npm).encode(), stdout=subprocess.PIPE, check=True)
        results = iter(json.loads(done.stdout))
    if len(of_npm) < len(asked):
        xmltodict = pytest.importorskip("xmltodict")
    answers = []
    for request in asked:
        if request.dialect == "xmltodict":
            answers.append(xmltodict.parse(request.text))
        else:
            result = next(results)
            assert (result["name"], result["dialect"]) == request[:2]
            answers.append(result["value"] if "value" in result else {"error": result["error"]})
    return answers


def differences(requests: Iterable[Request]) -> list[str]:
    """The documents of which we make something else than the tools."""
    asked = list(requests)
    return [
        f"{request.name} in {request.dialect}"
        for request, expected in zip(asked, made(asked), strict=True)
        if json.dumps(written(request.text, DIALECTS[request.dialect])) != json.dumps(expected)
    ]


# -- recorded --------------------------------------------------------------------------------------------------------------------------


def fixture(name: str) -> str:
    return (ORACLES / "documents" / f"{name}.xml").read_bytes().decode()


def expectation(name: str, dialect: str) -> Path:
    return ORACLES / "expected" / f"{name}.{dialect}.json"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", FIXTURES)
def test_recorded_expectations(name: str, dialect: str) -> None:
    if (name, dialect) in REFUSED:
        with pytest.raises(ModelError, match=r"/a.*cannot take the name `\w+`"):
            written(fixture(name), DIALECTS[dialect])
        return
    expected = json.loads(expectation(CDATA.get((name, dialect), name), dialect).read_bytes())
    assert json.dumps(written(fixture(name), DIALECTS[dialect])) == json.dumps(expected)


def test_recordings_belong_to_documents() -> None:
    assert {path.name for path in (ORACLES / "expected").iterdir()} == {expectation(name, dialect).name for name in FIXTURES for dialect in DIALECTS}


def test_what_is_refused_is_what_the_tools_cannot_take() -> None:
    """They fail, or lose what the name stands for, or take for a first child what every object of JavaScript has."""
    for name, dialect in REFUSED:
        recorded = json.loads(expectation(name, dialect).read_bytes())
        assert "error" in recorded or recorded["a"] in ({}, ",xy") or recorded["a"]["constructor"][0] is None


def test_what_differs_is_cdata() -> None:
    for (name, dialect), twin in CDATA.items():
        assert written(fixture(name), DIALECTS[dialect]) == written(fixture(twin), DIALECTS[dialect])
        assert expectation(name, dialect).read_bytes() != expectation(twin, dialect).read_bytes()


@pytest.mark.parametrize(("name", "dialect"), [("get_stimulus.2025-02-19.Stimulus12", "xml2js"), ("get_assessment_test.2025-02-17.test-001", "xml2js-inline")])
def test_real_payloads(name: str, dialect: str) -> None:
    payload = json.loads(shared_path("payloads", "responses", f"{name}.json").read_bytes())
    assert json.dumps(written(payload["rawXml"], DIALECTS[dialect])) == json.dumps(payload["content"])


# -- live ------------------------------------------------------------------------------------------------------------------------------


@cache
def corpus() -> dict[str, tuple[str, str]]:
    """The text of each document, and what our serialiser makes of it."""
    found = {}
    for path, data in documents(well_formed="yes"):
        assert not re.search(rb"encoding=.(?!utf-8)", data[:100], re.IGNORECASE)
        found[path] = (data.decode("utf-8-sig"), xml.dumps(xml.loads(data, recover=True).tree))
    assert len(found) == WELL_FORMED
    return found


@pytest.mark.parametrize("tools", [OF_NPM, ["xmltodict"]], ids=["npm", "PyPI"])
def test_corpus_as_we_serialise_it(tools: list[str]) -> None:
    assert differences(Request(path, dialect, text) for path, (_, text) in corpus().items() for dialect in tools) == []


def conforming(text: str) -> str:
    """The document as a parser must see it: with plain line ends, and spaces in attributes. The parser of the tools of npm does not see to that."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"<[^<>]+>", lambda tag: re.sub(r"[\t\n]", " ", tag[0]), text)


@pytest.mark.parametrize(("dialect", "count"), [("xml2js", 827), ("xml2js-inline", 827), ("xml2js-default", 827), ("xml-js", 734), ("xmltodict", 829)])
def test_corpus_as_it_is(dialect: str, count: int) -> None:
    """Apart from documents with CDATA or, where the tool shows it, with an XML declaration other than ours."""
    texts = {path: text for path, (text, _) in corpus().items()}
    if dialect != "xmltodict":
        texts = {path: conforming(text) for path, text in texts.items() if "<![CDATA[" not in text}
    if dialect == "xml-js":
        texts = {path: text for path, text in texts.items() if text.startswith(DECLARATION)}
    assert differences(Request(path, dialect, text) for path, text in texts.items()) == []
    assert len(texts) == count


@given(tree=markup())
def test_random_documents_in_xmltodict(tree: Markup) -> None:
    assert differences([Request("document", "xmltodict", xml.dumps(tree, indent=None))]) == []


def test_random_documents_in_the_tools_of_npm() -> None:
    texts: list[str] = []

    @settings(max_examples=400, derandomize=True, database=None, phases=[Phase.generate])
    @given(tree=markup())
    def draw(tree: Markup) -> None:
        texts.append(xml.dumps(tree, indent=None))

    draw()
    # The parser of the tools overlooks the end of a processing instruction whose data end with an odd number of question marks.
    readable = [text for text in texts if not re.search(r"(?<!\?)(\?\?)+>", text)]
    # Some random elements are called `_`, which xml2js cannot take for a child.
    requests = [
        Request(f"document {number}", dialect, text)
        for number, text in enumerate(readable)
        for dialect in OF_NPM
        if dialect == "xml-js" or not re.search(r"<_[\s/>]", text)
    ]
    assert len(requests) > 1000
    assert differences(requests) == []


def record() -> None:
    """Write all expectations."""
    requests = [Request(name, dialect, fixture(name)) for name in FIXTURES for dialect in DIALECTS]
    for request, value in zip(requests, made(requests), strict=True):
        expectation(request.name, request.dialect).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    record()
