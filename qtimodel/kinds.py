"""What a document is that is not QTI 3: other versions, other parts of a package; and what can be done with it.

Strategy: the name of the root decides. Validation and the commands of the command line share these words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .nodes import Element, Markup

__all__ = ["OLDER_ROOTS", "Other", "may_be_other", "other_kind", "other_tree"]

_VERSION_2 = r"/imsqti_(?:item_|asi_)?v2"  # compiled when there is something to ask: most documents are of QTI 3
_VERSION_1 = r"/(?:ims_?qti_?(?:asi|item|res)?_?v1|ims_qtiasiv1)"
_QTI_2 = {"assessmentTest", "assessmentItem", "assessmentSection", "assessmentStimulus"}
_QTI_1 = {"questestinterop", "qti_result_report"}
OLDER_ROOTS = frozenset(_QTI_2 | _QTI_1)
_PARTS = {
    "manifest": ("a package manifest", "name the tests and items that it lists, or the folder of the package"),
    "imsmanifest": ("a package manifest", "name the tests and items that it lists, or the folder of the package"),
    "assessmentResult": ("a result report", "results are outside of this version"),
    "usageData": ("usage data", "usage data are outside of this version"),
}


class Other(NamedTuple):
    """A document that is none of QTI 3: what it is, and what to do."""

    what: str
    advice: str
    older: bool = False  # an older version of QTI


def other_kind(namespace: str | None, local: str) -> Other | None:
    """What a document with this root is, if it is known and not QTI 3.

    >>> other_kind("http://www.imsglobal.org/xsd/imsqti_v2p1", "assessmentItem").what
    'QTI 2'
    """
    if local in _PARTS:
        return Other(*_PARTS[local])
    home = namespace or ""
    for version, names, pattern in ((2, _QTI_2, _VERSION_2), (1, _QTI_1, _VERSION_1)):
        if re.search(pattern, home) or (local in names and not home.endswith("/imsqtiasi_v3p0")):
            return Other(f"QTI {version}", "upgrade it with another tool first", older=True)
    return None


def may_be_other(data: bytes) -> bool:
    """Whether an XML document may have one of the roots that are known, at a quick look: for those who meet XML of every kind."""
    return any(name.encode() in data[:4000].replace(b"\x00", b"") for name in (*_PARTS, *OLDER_ROOTS))


def other_tree(tree: Element | Markup) -> str | None:
    """A message about a tree that is read and written as it is, but is not QTI 3."""
    kind = other_kind(tree.namespace, tree.name) if isinstance(tree, Markup) else None
    if kind is None or not isinstance(tree, Markup):
        return None
    if kind.older:
        return f"the root `{tree.name}` is of {kind.what}, which is not upgraded: it stays as it is; expected QTI 3: {kind.advice}"
    return f"the root `{tree.name}` is that of {kind.what}, which is not checked: it stays as it is; {kind.advice}"
