"""Hostile input ends in a clear error, soon, and in bounded memory, with the default settings."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from qtimodel import AssessmentSection, DocumentError, Markup, xml
from qtimodel.nodes import QTI

SECTION = f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="t" visible="true">'
NESTED = '<qti-assessment-section identifier="s" title="t" visible="true">'

REFUSED: dict[str, tuple[str | bytes, str, int | None, int | None]] = {
    "external entity": ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "doctype", 1, 1),
    "external entity over the network": ('<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>', "doctype", 1, 1),
    "entity bomb": ('<?xml version="1.0"?>\n <!DOCTYPE a [<!ENTITY x "aaaa"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>', "doctype", 2, 2),
    "parameter entity": ('<!DOCTYPE a [<!ENTITY % p SYSTEM "p.dtd"> %p;]><a/>', "doctype", 1, 1),
    "external DTD": ('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><a/>', "doctype", 1, 1),
    "100,000 levels of markup": ("<a>" * 100_000 + "</a>" * 100_000, "depth", 1, 769),
    "100,000 levels, never closed": ("<a>" * 100_000, "depth", 1, 769),
    "100,000 nested expressions": (f'<qti-and xmlns="{QTI}">' + "<qti-and>" * 100_000 + "</qti-and>" * 100_001, "depth", None, None),
    "100,000 nested sections": (SECTION + NESTED * 100_000, "depth", None, None),
    "100,000 misplaced levels": (SECTION + "<qti-test-part>" * 100_000, "depth", None, None),
    "100,000 attributes of markup": ("<a " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>", "attributes", 1, 1),
    "100,000 attributes of a typed element": (SECTION[:-1] + " ".join(f' a{n}="1"' for n in range(100_000)) + "/>", "attributes", 1, 1),
    "a million problems": (SECTION + "<qti-assessment-item-ref/>" * 500_000 + "</qti-assessment-section>", "problems", None, None),
    "a control character": (b"<a>\x01</a>", "syntax", 1, 4),
    "bytes that are not UTF-8": (b"<a>\xff</a>", "syntax", 1, 4),
    "an encoding nobody knows": (b'<?xml version="1.0" encoding="klingon"?><a/>', "encoding", 1, 1),
    "a codec that is no character set": (b'<?xml version="1.0" encoding="punycode"?>' + b"a" * 1_000_000, "encoding", 1, 1),
    "a document that ends in its first tag": (b"\xff\xfe<\x00a\x00", "syntax", 1, 1),
    "a lone surrogate": ("<a>\ud800</a>", "encoding", 1, 1),
    "nothing": ("", "syntax", 1, 1),
    "no XML": ("identifier,title\n", "syntax", 1, 1),
    "an unknown entity": ("<a>\n  &nbsp;</a>", "syntax", 2, 3),
    "an undeclared prefix": ("<a><p:b/></a>", "namespace", 1, 4),
    "one attribute under two prefixes": ('<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>', "namespace", 1, 1),
    "the prefix xml for something else": ('<a xmlns:xml="u"/>', "namespace", 1, 1),
    "two colons": ('<p:a:b xmlns:p="u"/>', "namespace", 1, 1),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("recover", [False, True])
def test_refused(name: str, recover: bool) -> None:
    document, code, line, column = REFUSED[name]
    began = time.monotonic()
    read: Callable[..., object] = xml.loads
    with pytest.raises(DocumentError) as caught:
        read(document, recover=recover, name="bad.xml")
    assert time.monotonic() - began < 10
    issue = next(issue for issue in caught.value.issues if issue.code == code)
    assert issue.source == "bad.xml"
    assert line is None or (issue.line, issue.column) == (line, column)
    assert len(str(caught.value)) < 20_000


LARGE = {
    "an attribute of 10 MB": f'<qti-weight xmlns="{QTI}" identifier="{"a" * 10_000_000}" value="1"/>',
    "a number of 10 MB": f'<qti-weight xmlns="{QTI}" identifier="a" value="{"9" * 10_000_000}"/>',
    "an integer of 10 MB": f'<qti-selection xmlns="{QTI}" select="{"9" * 10_000_000}"/>',
    "coordinates of 10 MB": f'<qti-inside xmlns="{QTI}" shape="rect" coords="{"1," * 5_000_000}"><qti-null/></qti-inside>',
    "a list of 10 MB": f'<qti-number-correct xmlns="{QTI}" include-category="{"a " * 5_000_000}9"/>',
    "text of 10 MB out of place": SECTION + "x" * 10_000_000 + "</qti-assessment-section>",
    "text of 10 MB in pieces": "<a>" + "x&amp;" * 2_000_000 + "</a>",
    "100,000 comments": SECTION + "<!-- x -->" * 100_000 + "</qti-assessment-section>",
    "100,000 shapes of start tags": SECTION + "".join(f'<x a{n}="1"/>' for n in range(100_000)) + "</qti-assessment-section>",
    "as many shapes as compiling could hurt": SECTION
    + "".join(f'<qti-assessment-item-ref identifier="i" href="h" a{n // 12}="1"/>' for n in range(20_000))
    + "</qti-assessment-section>",
    "many scopes": "<a " + " ".join(f'xmlns:p{n}="u{n}"' for n in range(900)) + ">" + '<b xmlns:z="1"/>' * 50_000 + "</a>",
}


@pytest.mark.parametrize("name", LARGE)
def test_large_is_linear(name: str) -> None:
    """Whatever the verdict, it comes in time and memory that a document of this size deserves."""
    code = (
        "import resource, sys\n"
        "from qtimodel import DocumentError, xml\n"
        "data = sys.stdin.buffer.read()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: xml.loads(data)\n"
        "except DocumentError as error: str(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    document = LARGE[name].encode()
    limit = 60  # seconds, generous: what is quadratic takes many minutes
    done = subprocess.run([sys.executable, "-c", code], input=document, capture_output=True, timeout=limit, check=True)
    grown = int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
    assert grown < 300_000_000 + 20 * len(document), f"{grown / 1e6:.0f} MB for {len(document) / 1e6:.0f} MB"


def test_limits_can_be_raised() -> None:
    deep = "<a>" * 400 + "</a>" * 400
    with pytest.raises(DocumentError, match="more than 256 nested"):
        xml.loads(deep)
    tree = xml.loads(deep, limits=xml.Limits(depth=400))
    assert isinstance(tree, Markup)
    many = "<a " + " ".join(f'a{n}="1"' for n in range(1_500)) + "/>"
    read = xml.loads(many, limits=xml.Limits(attributes=1_500))
    assert isinstance(read, Markup)
    assert len(read.attributes) == 1_500


def test_what_is_within_the_limits_can_be_written() -> None:
    for document in ("<a>" * 256 + "</a>" * 256, f'<qti-and xmlns="{QTI}">' + "<qti-and>" * 255 + "</qti-and>" * 256):
        tree = xml.loads(document)
        assert xml.loads(xml.dumps(tree)) == tree


def test_threads_read_and_write_independently() -> None:
    """Each thread gets its own document back, whatever the others do, also while shapes are being compiled."""
    failures: list[str] = []

    def work(number: int) -> None:
        for turn in range(30):
            refs = "".join(f'<qti-assessment-item-ref identifier="i{n}" href="{number}-{turn}.xml" data-{number}="{turn}"/>' for n in range(40))
            document = f"{SECTION}<!-- {number} -->{refs}</qti-assessment-section>"
            section = xml.loads(document, AssessmentSection)
            again = xml.loads(xml.dumps(section), AssessmentSection)
            hrefs = {getattr(ref, "href", None) for ref in again.section_parts}
            if again != section or hrefs != {f"{number}-{turn}.xml"}:
                failures.append(f"{number} {turn}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_the_collector_is_left_as_it_was() -> None:
    import gc

    assert gc.isenabled()
    xml.loads("<a/>")
    with pytest.raises(DocumentError):
        xml.loads("<a>")
    assert gc.isenabled()
    gc.disable()
    try:
        xml.loads("<a/>")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_reading_leaves_no_cycles() -> None:
    """A tree is freed when its last reference goes, not when the collector comes by."""
    import gc

    refs = '<qti-assessment-item-ref identifier="i" href="h"/><!-- c -->stray' * 100
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            xml.loads(f"{SECTION}{refs}</qti-assessment-section>", recover=True)
            with suppress(DocumentError):
                xml.loads(f"{SECTION}{refs}</qti-assessment-section>")
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_refused_document_leaves_nothing_behind() -> None:
    """A service that meets many bad documents does not grow."""
    for _ in range(20):
        with pytest.raises(DocumentError):
            xml.loads("<a>" * 1_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(300):
        with pytest.raises(DocumentError):
            xml.loads("<a>" * 20_000)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 50_000 * (1024 if sys.platform == "darwin" else 1)
