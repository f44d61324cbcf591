"""What type checkers know of the functions that read: the class that was asked for, and whether there are issues beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = '''
from typing import assert_type

from qtimodel import AssessmentItemRef, AssessmentSection, Element, Markup, content, xml
from qtimodel.walking import walk
from qtimodel.xml import Recovered
from lxml import etree


def either() -> bool:
    return True


class Own(AssessmentSection):
    """A subclass that is no element of its own."""


def read(data: bytes, path: str, lxml_element: etree._Element, obj: object, cls: type[AssessmentSection] | None) -> None:
    assert_type(xml.loads(data), Element | Markup)
    assert_type(xml.loads(data, recover=False), Element | Markup)
    assert_type(xml.loads(data, AssessmentSection), AssessmentSection)
    assert_type(xml.loads(data, Own), Own)
    assert_type(xml.loads(data, Markup), Markup)
    assert_type(xml.loads(data, AssessmentSection, recover=False), AssessmentSection)
    assert_type(xml.loads(data, recover=True), Recovered)
    assert_type(xml.loads(data, None, recover=True), Recovered)
    assert_type(xml.loads(data, AssessmentSection, recover=True), Recovered)
    assert_type(xml.loads(data, cls, recover=True), Recovered)
    assert_type(xml.loads(data, recover=either()), Element | Markup | Recovered)
    assert_type(xml.loads(data, AssessmentSection, recover=either()), AssessmentSection | Recovered)
    assert_type(xml.loads(data, cls), AssessmentSection | Element | Markup)
    assert_type(xml.loads(data, cls, recover=either(), name="x"), AssessmentSection | Element | Markup | Recovered)
    tree, issues = xml.loads(data, AssessmentSection, recover=True, limits=xml.Limits(depth=9), name="x")
    assert_type(tree, Element | Markup)
    for issue in issues:
        assert_type(issue.line, int | None)
MORE

    assert_type([node.href for node in walk(tree, AssessmentItemRef)], list[str])
    for place, node in walk(tree, paths=True):
        assert_type(place, str)
    for place, ref in walk(tree, AssessmentItemRef, paths=True):
        assert_type(ref, AssessmentItemRef)
'''
CALLS = {
    "xml.load": ("path", ""),
    "xml.structure": ("lxml_element", ""),
    "content.load": ("path", ', dialect="api", strict=True'),
    "content.loads": ("data", ", dialect=None, strict=False"),
    "content.structure": ("obj", ", strict=True"),
}
MORE = """\
    assert_type({0}({1}{2}), Element | Markup)
    assert_type({0}({1}, AssessmentSection{2}), AssessmentSection)
    assert_type({0}({1}, recover=True{2}), Recovered)
    assert_type({0}({1}, AssessmentSection, recover=True{2}), Recovered)
    assert_type({0}({1}, recover=either(){2}), Element | Markup | Recovered)
    assert_type({0}({1}, AssessmentSection, recover=either(){2}), AssessmentSection | Recovered)
"""


def check(program: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """What mypy says, strictly."""
    (tmp_path / "program.py").write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file", os.devnull, "--cache-dir", "cache", "program.py"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_types_of_reading(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    more = "".join(MORE.format(name, *arguments) for name, arguments in CALLS.items())
    checked = check(PROGRAM.replace("MORE", more), tmp_path)
    assert (checked.stdout, checked.returncode) == ("", 0), checked.stderr
    wrong = check("from qtimodel import xml\nxml.loads(3)\nxml.loads('', cls=int)\nxml.load(b'')\n", tmp_path)
    assert [line.split(": error")[0] for line in wrong.stdout.splitlines() if ": error" in line] == ["program.py:2", "program.py:3", "program.py:4"]
