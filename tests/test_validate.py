"""Validation as a function: sources of every kind, places, limits, schemas, and never the network."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree
from shared import shared_path
from wrong_rows import HERE, ROWS, body, section

import qtimodel
from qtimodel import AssessmentSection, DocumentError, Issue, Ordering, Selection, api, content, xml
from qtimodel.nodes import QTI
from qtimodel.validation import schema_path, validate
from qtimodel.validation.sniff import looks_like_qti
from qtimodel.xml import Limits

EXAMPLE = Path(qtimodel.__file__).parent / "examples" / "algebra-test.xml"
GOOD = section("<qti-ordering/>")
WRONG = section('<qti-ordering\n   shuffle="no"/>\n  <qti-selection select="2"/>')
WANTED = [("value", "/qti-assessment-section/qti-ordering[1]/@shuffle"), ("order", "/qti-assessment-section/qti-selection[1]")]
OFFICIAL = ("oracle", "xsd", "imsqti_asiv3p0p1_v1p0.xsd")


def told(issues: list[Issue]) -> list[tuple[str, str | None]]:
    return [(issue.code, issue.path) for issue in issues]


def places(issues: list[Issue]) -> list[tuple[int | None, int | None]]:
    return [(issue.line, issue.column) for issue in issues]


# -- sources ---------------------------------------------------------------------------------------------------------------


def test_a_valid_document_has_no_issues() -> None:
    assert validate(EXAMPLE) == []
    assert validate(GOOD) == []


def test_every_kind_of_source_means_the_same(tmp_path: Path) -> None:
    path = tmp_path / "wrong.xml"
    path.write_bytes(WRONG.encode())
    for source, name in [
        (path, str(path)),
        (str(path), str(path)),
        (WRONG, None),
        (WRONG.encode(), None),
        (io.BytesIO(WRONG.encode()), None),
        ("\ufeff" + WRONG, None),
    ]:
        issues = validate(source)
        assert told(issues) == WANTED
        assert places(issues) == [(5, 4), (6, 3)]
        assert {issue.source for issue in issues} == {name}
    with path.open("rb") as file:
        assert {issue.source for issue in validate(file)} == {str(path)}
    assert {issue.source for issue in validate(io.BytesIO(WRONG.encode()), name="given")} == {"given"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "iso-8859-1", "cp037"])
def test_places_do_not_depend_on_the_encoding(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<qti-assessment-section xmlns="{QTI}" identifier="s" title="äé" visible="ja"/>'
    assert places(validate(text.encode(encoding))) == [(2, text.split("\n")[1].index("visible") + 1)]


def test_a_tree_of_lxml_has_lines_and_paths() -> None:
    element = etree.fromstring(WRONG.encode())
    for source in (element, element.getroottree()):
        issues = validate(source, name="tree")
        assert told(issues) == WANTED
        assert places(issues) == [(5, None), (6, None)]
    assert validate(element) == validate(element), "validating leaves no traces"
    assert told(validate(element[1])) == [("root", "/qti-assessment-section/qti-selection[1]")]


def test_a_tree_of_lxml_that_a_program_made() -> None:
    element = etree.Element(f"{{{QTI}}}qti-assessment-section", {"identifier": "s"}, nsmap={"q": QTI})
    assert told(validate(element)) == [("missing-attribute", "/q:qti-assessment-section")] * 2
    with pytest.raises(TypeError, match="expected an element"):
        validate(etree.Comment("x"))


def test_a_typed_tree_has_paths() -> None:
    tree = AssessmentSection(identifier="s", title="S", visible=True, selection=Selection(select=1), ordering=Ordering(shuffle=True))
    assert validate(tree) == []
    recovered = xml.loads(WRONG, recover=True).tree
    issues = validate(recovered, name="tree")
    assert told(issues) == WANTED
    assert {(issue.line, issue.column, issue.source) for issue in issues} == {(None, None, "tree")}
    tree.visible = "yes"  # type: ignore[assignment]
    assert told(validate(tree)) == [("model", "/qti-assessment-section/@visible")]


@pytest.mark.parametrize("dialect", ["api", *content.DIALECTS])
def test_content_json_has_json_paths_and_places(dialect: str) -> None:
    text = content.dumps(xml.loads(section('<qti-selection select="1"/>').replace('visible="true"', 'visible="maybe"'), recover=True).tree, dialect, indent=2)
    for source in (text, text.encode(), text.encode("utf-16")):
        issues = [issue for issue in validate(source) if issue.severity == "error"]
        assert [issue.code for issue in issues] == ["value"]
        line = text.splitlines()[(issues[0].line or 0) - 1]
        assert line[(issues[0].column or 0) - 1 :].startswith(('"visible', '"@visible'))
        assert (issues[0].path or "").endswith(("['visible']", "['@visible']"))
    assert [issue.code for issue in validate(json.loads(text)) if issue.severity == "error"] == ["value"]


def test_content_json_of_what_is_not_typed() -> None:
    item = xml.loads(body("<p>a <b>b</b></p>\n<img src='a' alt='a'/>"))
    text = content.dumps(item, indent=1)
    (issue,) = validate(text)
    assert issue.message == "`img` must not stand directly in `qti-item-body`: put it into `p` or `div`"
    assert issue.path == "$['qti-assessment-item']['qti-item-body']['img']" or "['img'][0]" in (issue.path or "")


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('{"qti-ordering": ', "json", (1, 18)),
        ('{"qti-ordering": 1, "qti-ordering": 2}', "json", (1, 21)),
        ('{"a": {}, "b": {}}', "json", (1, 1)),
        ('{"x:qti-ordering": {}}', "namespace", (1, 2)),
        ("[1]", "json", (1, 1)),
    ],
)
def test_json_that_cannot_be_read(text: str, code: str, place: tuple[int, int]) -> None:
    issues = validate(text)
    assert [(issue.code, issue.line, issue.column) for issue in issues][:1] == [(code, *place)]


def test_api_json_by_its_flat_form() -> None:
    body_of_test = json.loads(api.dumps(api.AssessmentTestRecord(test=xml.load(EXAMPLE, qtimodel.AssessmentTest)), view="create"))
    assert validate(json.dumps(body_of_test)) == []
    body_of_test["qti-test-part"][0]["qti-assessment-section"] = []
    text = json.dumps(body_of_test, indent=1)
    (issue,) = validate(text, name="body.json")
    assert issue.message == "`qti-test-part` needs `qti-assessment-section` or `qti-assessment-section-ref`: add one"
    assert issue.path == "$['qti-test-part'][0]"
    assert text.splitlines()[(issue.line or 0) - 1].strip() == "{"
    body_of_test["qti-test-part"][0]["navigationMode"] = "liner"
    assert ("value", "$['qti-test-part'][0]['navigationMode']") in told(validate(json.dumps(body_of_test)))


def test_api_json_by_its_xml() -> None:
    text = json.dumps({"identifier": "i1", "type": "choice", "rawXml": body("text")}, indent=1)
    (issue,) = validate(text)
    assert issue.message.startswith("in `rawXml`, 5:1: the text `text` must not stand in `qti-item-body`")
    assert (issue.line, issue.column, issue.path) == (4, 2, "$['rawXml']")
    assert validate(json.dumps({"identifier": "i1", "rawXml": GOOD})) == []
    (issue,) = validate(json.dumps({"rawXml": "<a>"}))
    assert (issue.code, issue.path) == ("syntax", "$['rawXml']")


@pytest.mark.parametrize("held", ["/nonexistent", __file__, '{"rawXml": "x"}', ""])
def test_what_a_document_holds_is_never_a_path(held: str) -> None:
    """A JSON document from anywhere must not make us open files."""
    (issue,) = validate(json.dumps({"rawXml": held}))
    assert (issue.code, issue.path) == ("syntax", "$['rawXml']")


# -- what cannot be read ---------------------------------------------------------------------------------------------------

NESTED = "<div>" * 300 + "</div>" * 300
UNREADABLE: list[tuple[str | bytes, dict[str, Any]]] = [
    ("", {}),
    ("  ", {}),
    ("<a>", {}),
    ("<a></b>", {}),
    ("<a/><b/>", {}),
    ("<a b='1' b='2'/>", {}),
    ("<a>&nbsp;</a>", {}),
    ("<a>\x01</a>", {}),
    ("<a:b/>", {}),
    ("<a b:c='1'/>", {}),
    ("<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", {}),
    ("<!DOCTYPE a><a/>", {}),
    ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', {}),
    (b"<a>\xff</a>", {}),
    (b"<?xml version='1.0' encoding='klingon'?><a/>", {}),
    (body(NESTED), {}),
    (body("<p/>"), {"depth": 2}),
    (body("<p/>"), {"size": 10}),
    ("<a " + " ".join(f"a{number}='1'" for number in range(1_001)) + "/>", {}),
    ("<a b='1' c='2'/>", {"attributes": 1}),
]


@pytest.mark.parametrize(("source", "limits"), UNREADABLE)
def test_what_cannot_be_read_is_refused_as_the_reader_does(source: str | bytes, limits: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as caught:
        xml.loads(source, recover=True, limits=Limits(**limits), name="x")
    assert validate(source, limits=Limits(**limits), name="x") == list(caught.value.issues)


def test_higher_limits() -> None:
    deep = body(f"<div>{'<div>' * 400}{'</div>' * 400}</div>")
    assert [issue.code for issue in validate(deep)] == ["depth"]
    assert validate(deep, limits=Limits(depth=1_000)) == []
    assert validate(body(f"<p>{'x' * 11_000_000}</p>")) == []


def test_the_list_of_problems_has_an_end() -> None:
    wrong = section('<qti-assessment-item-ref identifier="i"/>\n' * 30)
    issues = validate(wrong, limits=Limits(problems=20))
    assert [issue.code for issue in issues] == ["missing-attribute"] * 20 + ["problems"]
    assert "more than 20 problems" in issues[-1].message


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        validate("no-such-file.xml")


# -- places ----------------------------------------------------------------------------------------------------------------


def test_lines_beyond_65535() -> None:
    issues = validate(section("\n" * 70_000 + '<qti-selection\n select="x"/>\n<p/>'))
    assert places(issues) == [(70_005, 2), (70_006, 1)]


def test_issues_come_in_the_order_of_the_document() -> None:
    refs = "\n".join(f'<qti-assessment-item-ref identifier="{number}" href="x" fixed="no"/>' for number in range(200))
    issues = validate(section(f"{refs}\nstray\n<qti-test-part/>"))
    assert len(issues) == 402
    assert places(issues) == sorted(places(issues), key=lambda place: (place[0] or 0, place[1] or 0))


def test_prefixes_and_positions_are_found() -> None:
    document = f"""<q:qti-assessment-section xmlns:q="{QTI}" xmlns:r="{QTI}" identifier="s" title="S" visible="true">
<r:qti-selection select="1"/><q:qti-ordering/>
<q:qti-assessment-item-ref identifier="a" href="a"/><r:qti-assessment-item-ref identifier="b" href="b"/>
<q:qti-assessment-item-ref identifier="c"/><r:qti-assessment-item-ref identifier="d"/>
</q:qti-assessment-section>"""
    issues = validate(document)
    assert places(issues) == [(4, 1), (4, 44)]
    assert issues[1].message.startswith("`r:qti-assessment-item-ref` needs the attribute `href`")
    assert [issue.path for issue in issues] == [f"/q:qti-assessment-section/{prefix}:qti-assessment-item-ref[2]" for prefix in "qr"]


# -- MathML ----------------------------------------------------------------------------------------------------------------

MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'


def test_islands_of_mathml_join_the_stream() -> None:
    good = f"<p><math {MATH}><mfrac><mi>a</mi><mi>b</mi></mfrac></math></p>"
    assert validate(body(good)) == []
    bad = f'{good}<p>\n<math {MATH}>\n <mfrac><mi>a</mi></mfrac><mrow><mii>x</mii></mrow></math></p><p dir="up"/>'
    issues = validate(body(bad))
    assert [(issue.code, issue.line) for issue in issues] == [("missing-child", 7), ("child", 7), ("value", 7)]
    assert "did you mean `mi`?" in issues[1].message
    assert issues[1].path == "/qti-assessment-item/qti-item-body[1]/p[2]/math[1]/mrow[1]/mii[1]"


def test_mathml_is_loaded_only_for_mathml(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("qtimodel.validation.layers.bundled", asked.append)
    validate(GOOD)
    assert asked == []


# -- schemas, engines, threads, network ------------------------------------------------------------------------------------


def test_the_bundled_schema_is_there() -> None:
    assert etree.XMLSchema(etree.parse(schema_path())) is not None


def test_a_schema_of_ones_own(tmp_path: Path) -> None:
    schema = tmp_path / "own.xsd"
    schema.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:int"/></xs:schema>', encoding="utf-8")
    assert validate("<a>1</a>", schema=schema) == []
    assert [issue.message for issue in validate("<a>x</a>", schema=schema)] == ["the text of `a` is `x`; expected a whole number of at most 32 bits"]
    assert [issue.code for issue in validate(GOOD, schema=str(schema))] == ["root"]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("<xs:schema", "cannot be used"),
        ('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="b"/></xs:schema>', "cannot be used"),
        ('<!DOCTYPE a><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', "document type declaration"),
        ('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:import namespace="u" schemaLocation="missing.xsd"/></xs:schema>', "missing.xsd"),
        (
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="http://127.0.0.1:9/a.xsd"/></xs:schema>',
            "nothing is ever fetched",
        ),
    ],
)
def test_a_schema_that_cannot_be_used(tmp_path: Path, schema: str, message: str) -> None:
    path = tmp_path / "bad.xsd"
    path.write_text(schema, encoding="utf-8")
    with pytest.raises(DocumentError, match=message) as caught:
        validate(GOOD, schema=path)
    assert caught.value.issues[0].code == "schema"
    with pytest.raises(DocumentError):
        validate(GOOD, schema=tmp_path / "none.xsd")


def test_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="expected one of 'libxml2', 'xmlschema'"):
        validate(GOOD, engine="xerces")  # type: ignore[arg-type]
    pytest.importorskip("xmlschema")
    assert validate(GOOD, engine="xmlschema") == []
    assert validate(EXAMPLE, engine="xmlschema") == []
    assert told(validate(WRONG, engine="xmlschema")) == WANTED
    monkeypatch.setitem(__import__("sys").modules, "xmlschema", None)
    with pytest.raises(ImportError, match="pip install"):
        validate(GOOD, engine="xmlschema", schema=_copied_schema())


def _copied_schema() -> Path:
    """The bundled schema as one that was not loaded yet."""
    path = Path(schema_path())
    return path.parent / "xml.xsd"


def test_threads_do_not_mix_their_issues() -> None:
    documents = [document.replace(HERE, "") for _, _, document, _ in ROWS if document] * 3
    alone = [validate(document) for document in documents]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(validate, documents)) == alone


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", asked
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize("engine", ["libxml2", "xmlschema"])
def test_nothing_is_ever_fetched(server: tuple[str, list[str]], tmp_path: Path, engine: Any) -> None:
    if engine == "xmlschema":
        pytest.importorskip("xmlschema")
    url, asked = server
    located = GOOD.replace(" identifier", f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{QTI} {url}/a.xsd" identifier', 1)
    assert validate(located, engine=engine) == []
    included = body("").replace("</qti-item-body>", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}/b.xml"/><p/></qti-item-body>')
    validate(included, engine=engine)
    validate(f'<!DOCTYPE a SYSTEM "{url}/c.dtd"><a/>', engine=engine)
    schema = tmp_path / "fetching.xsd"
    for part in ("include", 'import namespace="u"', "redefine"):
        schema.write_text(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:{part} schemaLocation="{url}/d.xsd"/></xs:schema>', encoding="utf-8")
        with pytest.raises(DocumentError, match="nothing is ever fetched"):
            validate(GOOD, schema=schema, engine=engine)
    assert asked == []


# -- the corpus ------------------------------------------------------------------------------------------------------------


def corpus() -> list[tuple[str, bytes, str]]:
    """Path, bytes and official verdict of every document in the namespaces of tests and items."""
    folder = shared_path("corpus", "qti3")
    with (folder / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if not row["root"].startswith(("manifest", "assessmentResult", "usageData"))]  # other schemas
    return [(row["path"], (folder / row["path"]).read_bytes(), row["valid_3_0_1"]) for row in kept]


@pytest.mark.parametrize("official", [False, True], ids=["our schema", "official schema"])
def test_real_documents(official: bool) -> None:
    schema = shared_path(*OFFICIAL) if official else None
    documents = corpus()
    assert len(documents) >= 690
    wrong = 0
    for path, data, valid in documents:
        issues = validate(data, schema=schema, name=path)
        assert ("no" if issues else "yes") == valid or not _is_well_formed(data), (path, issues[:3])
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n") if issues else []
        for issue in issues:
            wrong += 1
            assert "{http" not in issue.message
            assert "facet" not in issue.message
            assert "atomic type" not in issue.message
            if issue.code not in ("syntax", "text"):
                _points_at_what_it_names(issue, text)
    assert wrong > 100


def _is_well_formed(data: bytes) -> bool:
    try:
        etree.fromstring(data)
    except etree.XMLSyntaxError:
        return False
    return True


def _points_at_what_it_names(issue: Issue, lines: list[str]) -> None:
    """Line and column are those of the tag or attribute that the path ends with."""
    assert issue.line
    assert issue.column
    there = lines[issue.line - 1][issue.column - 1 :]
    step = (issue.path or "").rpartition("/")[2]
    name = step.removeprefix("@").partition("[")[0]
    assert there.startswith(name if step.startswith("@") else f"<{name}"), issue


# -- what is QTI at all ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOOD.encode(), True),
        (GOOD.replace("UTF-8", "UTF-16").encode("utf-16"), True),
        (b"<!-- a --><?b?>\n<q:qti-assessment-item broken", True),
        (b'<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2"', True),
        (b"<assessmentItem>", True),
        (b'<x xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0">', True),
        (b'<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" xmlns:q="http://www.imsglobal.org/xsd/imsqtiasi_v3p0">', False),
        (b'<assessmentResult xmlns="http://www.imsglobal.org/xsd/imsqti_result_v3p0"/>', False),
        (b"<project/>", False),
        (b"<!-- qti-assessment-test ", False),
        (b"", False),
        (b"qti-assessment-test", False),
        (b'{"name": "package"}', False),
        (b'{"qti-assessment-test": {}}', True),
        (b'<!DOCTYPE x [<!ENTITY a "<b>">]><qti-assessment-test/>', True),
    ],
)
def test_what_looks_like_qti(data: bytes, expected: bool) -> None:
    assert looks_like_qti(data) is expected


# -- whatever comes --------------------------------------------------------------------------------------------------------

PIECES = [
    "<",
    ">",
    "&",
    "'",
    '"',
    "/",
    "]]>",
    "<!--",
    "-->",
    "<?x?>",
    "<![CDATA[",
    "&amp;",
    "&x;",
    "&#0;",
    "&#xD800;",
    "\x00",
    "é",
    "一",
    "\ufffe",
    ":",
    " xmlns:x='u'",
    "x:",
    "=",
    "<p>",
    "</p>",
]


@pytest.mark.parametrize("seed", range(4))
def test_broken_text_is_refused_exactly_as_the_reader_does(seed: int) -> None:
    """Two parsers read a document, and people must never see that they disagree."""
    random = Random(seed)
    originals = [document.replace(HERE, "") for _, _, document, _ in ROWS]
    unread = 0
    for _ in range(1_000):
        text = random.choice(originals)
        for _ in range(random.choice((1, 1, 2, 5))):
            at = random.randrange(len(text) + 1)
            text = text[:at] + random.choice(["", random.choice(PIECES)]) + text[at + random.choice((0, 1, 5)) :]
        data = text.encode()
        if b"<" not in data:
            continue  # validate knows JSON too, and says so
        issues = validate(data)
        refused: list[Issue] | None = None
        try:
            xml.loads(data, recover=True)
        except DocumentError as error:
            refused = list(error.issues)
        unread += refused is not None
        assert issues == refused if refused is not None else all(issue.path is not None for issue in issues), text
    assert 300 < unread < 950
