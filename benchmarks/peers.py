"""Other libraries: what each way from the text to Python objects costs.

Strategy: a peer that cannot take part, because it or what it needs is not there, gets a row that says why.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree
from measuring import DOCUMENTS, LXML, OFFICIAL, ROUNDS, Plan, Row, compete, python, rows, shared

from qtimodel import xml

Parse: TypeAlias = Callable[[bytes], object]
NOT_INSTALLED = "not installed: pip install qtimodel[benchmark]"


class Missing(Exception):
    """A peer cannot take part; the argument says why."""


def peers(plan: Plan) -> Iterator[Row]:
    """Other ways from the text to Python objects. None of them keeps what qtimodel keeps; README.md says what each gives."""
    with tempfile.TemporaryDirectory() as folder:
        for document in DOCUMENTS:
            makers: dict[str, Callable[[], Parse]] = {"xml.loads": _qtimodel, "xmltodict": _xmltodict, "xsdata": partial(_xsdata, plan, folder)}
            yield from _peers(plan, document, makers, plan.sections)
        for document in DOCUMENTS:  # slow: a twentieth of the document has to do
            yield from _peers(plan, document, {"xml.loads": _qtimodel, "xmlschema to_dict": _xmlschema}, plan.sections // 20)


def _peers(plan: Plan, document: str, makers: Mapping[str, Callable[[], Parse]], sections: int) -> Iterator[Row]:
    data = DOCUMENTS[document](sections)
    shown = f"{document}, {sections:,}"
    contenders: dict[str, Callable[[], object]] = {LXML: partial(etree.fromstring, data)}
    absent: dict[str, str] = {}
    for name, make in makers.items():
        try:
            contenders[name] = partial(make(), data)
        except ImportError:
            absent[name] = NOT_INSTALLED
        except Missing as missing:
            absent[name] = str(missing)
    yield from rows("peers", shown, compete(contenders, min(plan.runs, 2 * ROUNDS)))
    yield from (Row("peers", shown, name, note=why) for name, why in absent.items())


def _qtimodel() -> Parse:
    return xml.loads


def _xmltodict() -> Parse:
    import xmltodict

    parse: Parse = xmltodict.parse
    return parse


def _xmlschema() -> Parse:
    import xmlschema

    schema = xmlschema.XMLSchema(str(_official_schema()))
    return schema.to_dict


def _xsdata(plan: Plan, folder: str) -> Parse:
    """Generate classes from the official schema, once, into a temporary folder."""
    from xsdata.formats.dataclass.parsers import XmlParser

    schema = _official_schema()
    if plan.quick:
        raise Missing("left out of a quick run: generating its classes takes a while")
    if not Path(folder, "generated").exists():
        # One module for each cluster: the other styles end in circular imports with this schema.
        done = python("-m", "xsdata", "generate", str(schema), "--package", "generated", "--structure-style", "clusters", cwd=folder)
        if done.returncode:
            raise Missing("xsdata could not generate classes: " + done.stderr.strip().rpartition("\n")[2])
        sys.path.append(folder)
    generated: Any = importlib.import_module("generated")
    parser: Any = XmlParser()
    return lambda data: parser.from_bytes(data, generated.QtiAssessmentTest)


def _official_schema() -> Path:
    path = shared("oracle", "xsd", OFFICIAL)
    if not path.exists():
        raise Missing("needs the official schema: QTIMODEL_SHARED=FOLDER with oracle/xsd/imsqti_asiv3p0p1_v1p0.xsd")
    return path
