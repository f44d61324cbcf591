"""The QTI 3.0 data model: typed trees, lossless XML, both JSON forms of the Timeback QTI API.

>>> from qtimodel import AssessmentItemRef, walk, xml
>>> section = xml.loads('''<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
...     identifier="s1" title="Algebra" visible="true"><qti-assessment-item-ref identifier="i1" href="i1.xml"/></qti-assessment-section>''')
>>> [ref.href for ref in walk(section, AssessmentItemRef)]
['i1.xml']
"""

from __future__ import annotations

import sys

if sys.argv[:1] == ["-m"] and "qtimodel" in sys.orig_argv[2:3]:  # `python -m qtimodel` is looking for `__main__` in here
    import qtimodel_start

    qtimodel_start.prepare()

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import model, xml
from .errors import ApiError, DocumentError, Issue, Loss, LossyConversionError, ModelError, QtiError, QtiWarning, SourceError, StoreError
from .model import *  # noqa: F403 - the list of names is kept in one place, `model.__all__`
from .nodes import Comment, Content, Element, Extras, Invalid, Markup, Node, ProcessingInstruction
from .spec import effective
from .walking import walk

if TYPE_CHECKING:
    from . import api, content, editing, schema
    from .validation import validate

__version__ = "0.2.0.dev0"

__all__ = [
    "ApiError",
    "Comment",
    "Content",
    "DocumentError",
    "Element",
    "Extras",
    "Invalid",
    "Issue",
    "Loss",
    "LossyConversionError",
    "Markup",
    "ModelError",
    "Node",
    "ProcessingInstruction",
    "QtiError",
    "QtiWarning",
    "SourceError",
    "StoreError",
    "api",
    "content",
    "editing",
    "effective",
    "schema",
    "validate",
    "walk",
    "xml",
]
__all__ += model.__all__


def __getattr__(name: str) -> Any:
    """The JSON forms, their schemas, editing and validation are imported when they are first asked for, so that programs without them start sooner."""
    if name in ("api", "content", "editing", "schema"):
        return import_module(f".{name}", __name__)
    if name == "validate":
        return import_module(".validation", __name__).validate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
