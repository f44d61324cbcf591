"""Documents that are not QTI 3: each is called by its name, and the message says what can be done."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from lxml import etree

from qtimodel import AssessmentTest, DocumentError, QtiError, api, content, validate, xml
from qtimodel.binary import binary
from qtimodel.kinds import other_kind, other_tree
from qtimodel.nodes import QTI

IMS = "http://www.imsglobal.org/xsd/"


@pytest.mark.parametrize(
    ("namespace", "local", "what"),
    [
        (f"{IMS}imsqti_v2p0", "assessmentItem", "QTI 2"),
        (f"{IMS}imsqti_v2p1", "assessmentTest", "QTI 2"),
        (f"{IMS}imsqti_v2p2", "responseProcessing", "QTI 2"),
        (f"{IMS}imsqti_item_v2p1", "assessmentItem", "QTI 2"),
        (None, "assessmentSection", "QTI 2"),
        (f"{IMS}ims_qtiasiv1p2", "questestinterop", "QTI 1"),
        (None, "questestinterop", "QTI 1"),
        (None, "qti_result_report", "QTI 1"),
        (f"{IMS}qti/qtiv3p0/imscp_v1p1", "manifest", "a package manifest"),
        (f"{IMS}imscp_v1p1", "manifest", "a package manifest"),
        (f"{IMS}imsqti_result_v3p0", "assessmentResult", "a result report"),
        (f"{IMS}imsqti_result_v2p1", "assessmentResult", "a result report"),
        (f"{IMS}imsqti_usagedata_v3p0", "usageData", "usage data"),
        (QTI, "qti-assessment-test", None),
        (QTI, "assessmentItem", None),
        (None, "p", None),
        ("http://www.w3.org/1999/xhtml", "html", None),
    ],
)
def test_kinds_by_their_root(namespace: str | None, local: str, what: str | None) -> None:
    kind = other_kind(namespace, local)
    assert (kind and kind.what) == what
    document = f'<x:{local} xmlns:x="{namespace}"/>' if namespace else f"<{local}/>"
    message = other_tree(xml.loads(document, recover=True).tree)
    if kind is None:
        assert message is None
        return
    (issue,) = validate(document)
    for text in (message or "", issue.message):
        assert kind.what in text
        assert kind.advice in text
    assert not kind.older or "not upgraded" in issue.message


QTI_2 = f'<assessmentTest xmlns="{IMS}imsqti_v2p1" identifier="t1" title="Old"/>'


@pytest.mark.parametrize(
    "call",
    [
        lambda: xml.loads(QTI_2, AssessmentTest),
        lambda: xml.structure(etree.fromstring(QTI_2), AssessmentTest),
        lambda: content.loads(content.dumps(xml.loads(QTI_2)), AssessmentTest),
        lambda: api.loads(json.dumps({"identifier": "t1", "rawXml": QTI_2})),
        lambda: api.AssessmentTests(api.MemoryStore()).create(QTI_2),
    ],
)
def test_who_expects_a_test_names_qti_2(call: Callable[[], object]) -> None:
    with pytest.raises(QtiError, match=r"which is QTI 2; expected `qti-assessment-test`.*: upgrade it with another tool first"):
        call()


def packed(kind: str) -> bytes:
    out = io.BytesIO()
    if kind in ("zip", "package"):
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("imsmanifest.xml" if kind == "package" else "a.xml", "<manifest/>")
    elif kind == "empty zip":
        zipfile.ZipFile(out, "w").close()
    elif kind == "tar":
        with tarfile.open(fileobj=out, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("a.xml"), io.BytesIO(b""))
    return out.getvalue()


BINARIES = [
    (packed("package"), "a zip archive, a content package"),
    (packed("zip"), "a zip archive;"),
    (packed("empty zip"), "an empty zip archive"),
    (packed("tar"), "a tar archive"),
    (gzip.compress(b"<p/>", mtime=0), "compressed with gzip"),
    (bz2.compress(b"<p/>"), "compressed with bzip2"),
    (lzma.compress(b"<p/>"), "compressed with xz"),
    (b"%PDF-1.7\n%", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
    (b"\x7fELF\x02\x01\x01\0\0\0", "binary data"),
    (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "binary data"),
]
WIDE = ["{}".encode("utf-16"), "\ufeff<p/>".encode("utf-32"), "\n<p/>".encode("utf-16"), " {}".encode("utf-16-be"), "\r\n[]".encode("utf-32-le")]
TEXTS = [b"", b" ", b"text", b"<p/>", b"{}", b"<\0p\0", *WIDE, b"PK", b"<p>\0</p>", b"\xef\xbb\xbf<p>\0</p>"]


@pytest.mark.parametrize(("data", "what"), BINARIES, ids=[what for _, what in BINARIES])
def test_binaries(data: bytes, what: str) -> None:
    message = binary(data)
    assert message is not None
    assert message.startswith(f"this is {what}")
    assert "expected XML or JSON: " in message


@pytest.mark.parametrize(("data", "what"), BINARIES, ids=[what for _, what in BINARIES])
@pytest.mark.parametrize("read", [xml.loads, content.loads, api.loads])
def test_no_reader_advises_to_repair_a_binary(read: Callable[[bytes], object], data: bytes, what: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(data)
    (issue,) = caught.value.issues
    assert issue.message.startswith(f"this is {what}")
    assert [issue.message for issue in validate(data)] == [issue.message]


@pytest.mark.parametrize("data", TEXTS)
def test_texts_are_no_binaries(data: bytes) -> None:
    assert binary(data) is None
