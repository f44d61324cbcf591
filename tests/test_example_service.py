"""The example service keeps to the API's own documents, whatever is sent to it.

Schemathesis sends what the two OpenAPI documents suggest, and much that they forbid; the rest is written by hand. Everything goes over 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs
import pytest
import yaml
from hypothesis import assume, given, settings
from jsonschema import Draft202012Validator
from shared import ROOT, shared_path

from qtimodel import AssessmentTest, api, xml
from qtimodel.testing import trees

for needed in ("fastapi", "httpx", "schemathesis", "uvicorn"):
    pytest.importorskip(needed, reason="the example service is tested with what `pip install -e '.[test]'` brings")

import httpx  # noqa: E402
import schemathesis  # noqa: E402
import uvicorn  # noqa: E402
from service import create_app  # noqa: E402

JSON = dict[str, Any]
FULL = settings().max_examples > 100
SECTIONS = "/assessment-tests/t1/test-parts/p1/sections"
AS_JSON, AS_XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}
QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"

# Off when Schemathesis draws from a document as it is: it says only `string` of identifiers and titles, and `object` of expressions, so most
# of what it allows is not QTI. With what it leaves unsaid (`narrowed`) the check is on.
OFF = "positive_data_acceptance"


def section(identifier: str = "new", **others: Any) -> JSON:
    return {"identifier": identifier, "title": "Sums", "visible": True, **others}


def body(identifier: str = "t1", **others: Any) -> JSON:
    part = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [section("s1")]}
    return {"identifier": identifier, "title": "T", "qti-test-part": [part], "qti-outcome-declaration": [], **others}


@attrs.frozen
class Service:
    """A service that runs, and the store behind it."""

    url: str
    store: api.FolderStore
    client: httpx.Client

    def reset(self) -> None:
        """One test is there, and nothing else."""
        self.store.clear()
        self.store.update(PRISTINE)

    def send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """A request, whose answer has the form that the API has for everything."""
        answer = self.client.request(method, path, **content)
        assert answer.status_code in (200, 201, 400, 404, 405, 409, 501), answer.text
        if answer.headers["content-type"] == "application/json" and answer.status_code >= 400:
            assert set(answer.json()) <= {"error", "details"}
            assert all(isinstance(text, str) for text in answer.json().values())
        return answer


PRISTINE: dict[str, JSON] = {}
api.AssessmentTests(PRISTINE).create(body())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    store = api.FolderStore(tmp_path_factory.mktemp("service") / "tests")
    server = uvicorn.Server(uvicorn.Config(create_app(store), host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield Service(url, store, client)
    server.should_exit = True
    thread.join()


@pytest.fixture
def service(running: Service) -> Service:
    running.reset()
    return running


# -- Schemathesis ------------------------------------------------------------------------------------------------------------


def document(name: str) -> JSON:
    """One of the two OpenAPI documents."""
    loaded: JSON = yaml.safe_load(shared_path("spec", "openapi", f"{name}.yaml").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("known", [True, False], ids=["known", "any"])
@pytest.mark.parametrize("name", ["create-section", "get-assessment-test"])
def test_schemathesis_finds_nothing(service: Service, name: str, known: bool, tmp_path: Path) -> None:
    """All its checks but one, on what it draws for a document; half of the time for a test and part that are there."""
    path = shared_path("spec", "openapi", f"{name}.yaml")
    there = {"identifier": "t1", "assessmentTestIdentifier": "t1", "testPartIdentifier": "p1"} if known else {}
    config = tmp_path / "schemathesis.toml"
    config.write_text("[parameters]\n" + "".join(f'"path.{key}" = "{value}"\n' for key, value in there.items()), "utf-8")
    how = ["--max-examples", str(settings().max_examples * 4)] if FULL else ["--max-examples", "5", "--generation-deterministic"]
    call = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "--config-file", str(config), "run", str(path)]
    call += ["--url", service.url, "--exclude-checks", OFF, "--phases", "examples,coverage,fuzzing", "--no-color", *how]
    done = subprocess.run(call, capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"NO_PROXY": "*"}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert counts is not None, done.stdout
    assert int(counts[1]) == int(counts[2]) > (40 if name == "create-section" else 1)


def narrowed() -> JSON:
    """The document of `createSection` with what it leaves unsaid: what an identifier is, which characters XML has, what an expression is.

    And that a reference has a `href`, which the other document demands of `content`; and that keys of others are none of QTI.
    """
    given = document("create-section")
    (path,) = given["paths"].values()
    made = copy.deepcopy(given["components"]["schemas"]["Section"])  # answers have what they had
    path["post"]["requestBody"]["content"]["application/json"]["schema"] = made
    keys, refs = made["properties"], made["properties"]["qti-assessment-item-ref"]["items"]
    for one in (made, refs):
        one |= {"additionalProperties": False, "patternProperties": {"^other": {}}}
    refs["required"] = ["identifier", "href"]
    keys["identifier"] = refs["properties"]["identifier"] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]{0,10}$"}
    keys["title"] = refs["properties"]["href"] = {"type": "string", "pattern": "^[ -~\u00a0-\ud7ff]*$"}
    expression = {"qti-is-null": {"qti-variable": {"_attributes": {"identifier": "V"}}}}
    keys["qti-pre-condition"]["items"] = {"enum": [expression]}
    keys["qti-branch-rule"]["items"] = {"enum": [{"_attributes": {"target": "EXIT_TEST"}, **expression}]}
    return given


def test_every_section_that_is_right_is_created(service: Service) -> None:
    """All checks of Schemathesis, and then the test with the section keeps to the other document."""
    create = operation(narrowed(), SECTIONS.replace("t1", "{assessmentTestIdentifier}").replace("p1", "{testPartIdentifier}"), "POST")
    get = operation(document("get-assessment-test"), "/assessment-tests/{identifier}", "GET")

    @settings(max_examples=settings().max_examples * 2)
    @given(case=create.as_strategy(path_parameters={"assessmentTestIdentifier": "t1", "testPartIdentifier": "p1"}))
    def check(case: schemathesis.Case[Any]) -> None:
        sent: Any = case.body
        names = [sent["identifier"], *(ref["identifier"] for ref in sent.get("qti-assessment-item-ref", ()))]
        assume(len({*names, "t1", "p1", "s1"}) == len(names) + 3)
        service.reset()
        assert case.call_and_validate(base_url=service.url).status_code == 201
        whole = get.Case(path_parameters={"identifier": "t1"}).call_and_validate(base_url=service.url)
        assert {one["identifier"] for one in whole.json()["qti-test-part"][0]["qti-assessment-section"]} == {"s1", sent["identifier"]}

    check()


def operation(given: JSON, path: str, method: str) -> Any:
    return schemathesis.openapi.from_dict(given)[path][method]


# What the document demands of responses, although XML need not have it: root attributes and the prefix of `content`, the base type of records.
# `content` is the XML, key for key, and nothing is put into it that is not there.
NOT_IN_EVERY_XML = {"xmlns:xsi", "xsi:schemaLocation", "tool-name", "tool-version", "qti-assessment-test", "base-type", "baseType"}


@given(tree=trees(AssessmentTest))
def test_tests_from_xml_keep_to_the_document_as_far_as_their_xml_does(running: Service, tree: AssessmentTest) -> None:
    running.store.clear()
    running.send("POST", "/assessment-tests", content=xml.dumps(tree).encode(), headers=AS_XML).raise_for_status()
    answer = running.send("GET", "/assessment-tests/" + quote(tree.identifier.strip(), safe="")).json()
    answers = document("get-assessment-test")["paths"]["/assessment-tests/{identifier}"]["get"]["responses"]
    for error in Draft202012Validator(answers["200"]["content"]["application/json"]["schema"]).iter_errors(answer):
        assert error.validator == "required", error
        assert set(error.validator_value) - set(error.instance) <= NOT_IN_EVERY_XML, error


def test_the_served_document_has_the_statuses_of_the_given_ones(service: Service) -> None:
    served = service.client.get("/openapi.json").json()
    for name in ("create-section", "get-assessment-test"):
        for path, methods in document(name)["paths"].items():
            for method, described in methods.items():
                assert set(served["paths"][path][method]["responses"]) == set(described["responses"])
    assert "Section" in served["components"]["schemas"]
    assert all(name.rpartition("/")[2] in served["components"]["schemas"] for name in re.findall(r'"\$ref": ?"([^"]*)"', json.dumps(served)))


# -- bodies ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/assessment-tests", SECTIONS])
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "empty"),
        (b"null", "object"),
        (b"[]", "object"),
        (b'"<qti-assessment-test/>"', "object"),
        (b"{", "1:2: found the end of the document"),
        (b'{\n "a": NaN}', "2:7: found `NaN`"),
        (b'{"a": 1, "a": 2}', "1:10: the key `a` is here again"),
        (b'{"identifier": "\\ud800"}', "half of a surrogate pair"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "levels"),
        (b'{"a":' * 100_000, "levels"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "identifier"),
        (b"[" + b"1," * 5_000_000 + b"1]", "object"),
        (b"1" * 5_000, "digits"),
        (b'{"title": "\\u0000"}', "U+0000"),
        (b"<a/>", "found `<`"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else None,
)
def test_json_that_is_wrong_is_refused(service: Service, path: str, sent: bytes, said: str) -> None:
    answer = service.send("POST", path, content=sent, headers=AS_JSON)
    assert (answer.status_code, said in answer.json()["details"]) == (400, True), answer.text
    unchanged(service)


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8", "Application/XML"])
def test_sections_do_not_come_as_xml(service: Service, kind: str) -> None:
    answer = service.send("POST", SECTIONS, content=b"<qti-assessment-section/>", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()) == (501, {"error": "XML format not supported"})


@pytest.mark.parametrize("kind", [None, "", ";", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", "application/jsonp", "é"])
def test_other_media_types_are_refused(service: Service, kind: str | None) -> None:
    for path in ("/assessment-tests", SECTIONS):
        headers = {} if kind is None else {"Content-Type": kind.encode()}
        answer = service.send("POST", path, content=json.dumps(body("t2")).encode(), headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "Unsupported content type")
    unchanged(service)


@pytest.mark.parametrize(
    "sent",
    [b"", b"\xff\xfe", b"<a", b"<a/>", b"<a>" * 100_000, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', b"\x00", b"[]"],
    ids=lambda value: repr(value[:20]),
)
def test_xml_that_is_wrong_is_refused(service: Service, sent: bytes) -> None:
    answer = service.send("POST", "/assessment-tests", content=sent, headers=AS_XML)
    assert (answer.status_code, answer.json()["error"]) == (400, "Invalid assessment test data")
    unchanged(service)


def unchanged(service: Service) -> None:
    assert dict(service.store.items()) == PRISTINE


def test_xml_comes_back_as_it_was_in_whatever_encoding_it_came(service: Service) -> None:
    text = f'<?xml version="1.0" encoding="utf-16"?><qti-assessment-test xmlns="{QTI}" identifier="ä" title="é"><qti-test-part identifier="p1"'
    text += ' navigation-mode="linear" submission-mode="individual"><qti-assessment-section identifier="s" title="&lt;" visible="1"/></qti-test-part>'
    text += "</qti-assessment-test>"
    assert service.send("POST", "/assessment-tests", content=text.encode("utf-16"), headers=AS_XML).status_code == 201
    for asked in ({"Content-Type": "text/xml"}, {"Accept": "application/xml, application/json"}, {"Accept": "*/*", "Content-Type": "application/xml"}):
        answer = service.send("GET", "/assessment-tests/%C3%A4", headers=asked)
        # The declaration is true of the bytes, also without their header.
        assert (answer.headers["content-type"], answer.text) == ("application/xml; charset=utf-8", text.replace("utf-16", "UTF-8", 1))
    for asked in ({}, {"Accept": "text/html,application/xml;q=0.9"}, AS_JSON | {"Accept": "application/xml"}):
        assert service.send("GET", "/assessment-tests/%C3%A4", headers=asked).json()["rawXml"] == text


ANY = (
    f'<qti-assessment-test xmlns="{QTI}" identifier="t2" title="é ü"><qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">'
    '<qti-assessment-section identifier="s" title="ß" visible="1"/></qti-test-part></qti-assessment-test>'
)


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "utf-16", "UTF-8", "utf-8", "US-ASCII"])
def test_an_answer_in_xml_can_be_posted_back(service: Service, encoding: str, quote: str) -> None:
    """With its own charset, or with the bytes alone."""
    text = f"<?xml version={quote}1.0{quote}  encoding = {quote}{encoding}{quote} standalone='yes'?>\n{ANY}"
    sent = text.encode(encoding, "xmlcharrefreplace")
    headers = {"Content-Type": "application/xml"}
    for _ in range(3):
        assert service.send("POST", "/assessment-tests", content=sent, headers=headers).status_code == 201
        answer = service.send("GET", "/assessment-tests/t2", headers={"Accept": "application/xml"})
        assert service.send("GET", "/assessment-tests/t2").json()["title"] == "é ü"
        assert xml.loads(answer.content) == xml.loads(text)
        del service.store["t2"]
        sent, headers = answer.content, {"Content-Type": answer.headers["content-type"]} if headers == AS_XML else AS_XML


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "iso-8859-1", "windows-1252", "utf-16"])
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "utf-16", "nonsense"])
def test_the_charset_of_http_counts_more_than_the_declaration(service: Service, charset: str, declared: str) -> None:
    text = (f'<?xml version="1.0" encoding="{declared}"?>' if declared else "") + ANY
    answer = service.send("POST", "/assessment-tests", content=text.encode(charset.strip('"')), headers={"Content-Type": f"application/xml; charset={charset}"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["title"] == "é ü"


@pytest.mark.parametrize(
    ("charset", "sent"),
    [
        ("utf-8", ANY.encode("latin-1")),
        ("utf-16", ANY.encode()[:-1]),
        ("ascii", ANY.encode()),
        ("nonsense", ANY.encode()),
        ("idna", b"<a/>"),
        ("utf-7", b"<a/>"),
        ("base64", b"<a/>"),
        ("rot13", b"<a/>"),
        ("\\x00", b"<a/>"),
    ],
)
def test_what_is_not_in_its_charset_is_refused(service: Service, charset: str, sent: bytes) -> None:
    for kind in ("application/xml", "application/json"):
        answer = service.send("POST", "/assessment-tests", content=sent, headers={"Content-Type": f"{kind}; charset={charset}"})
        assert (answer.status_code, "charset" in answer.text or charset == "utf-16") == (400, True), answer.text
    unchanged(service)


def test_an_identifier_that_is_taken(service: Service) -> None:
    assert service.send("POST", "/assessment-tests", json=body()).status_code == 409
    unchanged(service)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/assessment-tests", body("i" * 260)),
        ("/assessment-tests", body("é" * 100)),
        ("/assessment-tests", body("t2", metadata={"number": 10**700})),
        ("/assessment-tests", body("t2", metadata=json.loads('{"a":' * 250 + "1" + "}" * 250))),
        (SECTIONS, section(other=10**700)),
        (SECTIONS, section(other=json.loads('{"a":' * 250 + "1" + "}" * 250))),
    ],
    ids=["name", "bytes", "number", "levels", "number-in-section", "levels-in-section"],
)
def test_what_the_store_cannot_keep_is_refused(service: Service, path: str, sent: JSON) -> None:
    assert service.send("POST", path, json=sent).status_code == 400
    unchanged(service)


# -- paths -------------------------------------------------------------------------------------------------------------------

PATHS = [
    "%2e%2e",
    "%2e%2e%2f",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%5c",
    "%00",
    "%ff",
    "%ed%a0%80",
    "%C3%A9",
    "a%2fb",
    "%2Estore",
    "con",
    "%25",
    "%",
    "a%0d%0ab: c",
]
PATHS += ["+t1", "T1", "t1.json", "t1%20", "x" * 300, "%F0%9F%98%80" * 100]


@pytest.mark.parametrize("name", PATHS, ids=lambda name: name[:20])
def test_no_path_leads_out_of_the_folder(service: Service, name: str) -> None:
    before = files(service)
    for path in (f"/assessment-tests/{name}", f"/assessment-tests/{name}/test-parts/p1/sections", f"/assessment-tests/t1/test-parts/{name}/sections"):
        answer = service.send("POST" if "sections" in path else "GET", path, **({"json": section()} if "sections" in path else {}))
        assert (answer.status_code, answer.json().keys()) == (404, {"error"}), answer.text
    assert files(service) == before


def files(service: Service) -> dict[Path, bytes]:
    """The files of the store and around it, but for its locks."""
    folder = Path(service.store.folder)
    return {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file() and path.suffix != ".lock"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/assessment-tests/", 404), ("GET", "/assessment-tests", 405), ("DELETE", "/assessment-tests/t1", 405), ("PUT", SECTIONS, 405)],
)
def test_what_is_not_served(service: Service, method: str, path: str, status: int) -> None:
    answer = service.send(method, path)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert ("allow" in answer.headers) is (status == 405)


# -- the service -------------------------------------------------------------------------------------------------------------


def test_what_nobody_expected_has_the_documented_form() -> None:
    class Broken(dict[str, JSON]):
        def __getitem__(self, key: str) -> JSON:
            raise OSError(f"no disk for {key}")

    answer = asyncio.run(in_process(Broken(t1={}), "/assessment-tests/t1"))
    assert answer.status_code == 500
    assert answer.json() == {"error": "Internal Server Error", "message": "The request could not be served", "details": "no disk for t1"}
    answers = document("get-assessment-test")["paths"]["/assessment-tests/{identifier}"]["get"]["responses"]
    Draft202012Validator(answers["500"]["content"]["application/json"]["schema"]).validate(answer.json())


async def in_process(store: MutableMapping[str, JSON], path: str) -> httpx.Response:
    transport = httpx.ASGITransport(create_app(store), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path)


def test_many_clients_lose_nothing(service: Service) -> None:
    def work(number: int) -> None:
        with httpx.Client(base_url=service.url, trust_env=False, timeout=60) as client:
            made.extend(client.post(SECTIONS, json=section(f"n{number}-{count}")).status_code for count in range(5))

    made: list[int] = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [201] * 30
    assert service.send("GET", "/assessment-tests/t1").json()["__v"] == 30


def test_it_is_short() -> None:
    assert len((ROOT / "examples" / "service.py").read_text("utf-8").splitlines()) < 150


def test_its_readme(tmp_path: Path) -> None:
    """The service starts as its README says, and what is sent there is answered as it is shown."""
    readme = (ROOT / "examples" / "README.md").read_text("utf-8")
    _, start, *calls = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "qtimodel" / "examples", tmp_path / "qtimodel" / "examples")
    setting, *command = shlex.split(start)
    call = [sys.executable, "-m", *command, "--port", "0"]
    python_path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | dict([setting.split("=")]) | {"PYTHONPATH": python_path}
    with subprocess.Popen(call, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            url = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            answers = [requested(line, url, tmp_path) for line in "".join(calls).replace("\\\n", " ").splitlines()]
        finally:
            process.terminate()
            process.communicate()
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert answers[1].json()["sequence"] == 3
    original = (tmp_path / "qtimodel" / "examples" / "algebra-test.xml").read_text("utf-8")
    new = re.search(r'\s*<qti-assessment-section identifier="puzzles"[^>]*/>', answers[2].text)
    assert new is not None
    assert answers[2].text.replace(new[0], "") == original
    assert list((tmp_path / "tests-data").glob("*.json")) == [tmp_path / "tests-data" / "algebra-1.json"]


def requested(command: str, url: str, folder: Path) -> httpx.Response:
    """What a line with `curl` asks for, asked for without it."""
    program, *words = shlex.split(command)
    assert program == "curl"
    headers: dict[str, str] = {}
    data = ""
    *options, address = words
    for option, value in zip(options[::2], options[1::2], strict=True):
        if option == "-H":
            name, _, headers[name] = value.partition(": ")
        else:
            assert option == "--data-binary"
            data = value
    content = (folder / data[1:]).read_bytes() if data.startswith("@") else data
    address = address.replace("http://127.0.0.1:8000", url)
    return httpx.request("POST" if data else "GET", address, headers=headers, content=content, trust_env=False, timeout=60)
