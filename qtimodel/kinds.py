"""What a file is that is not QTI 3: other versions, other parts of a package, archives; and what can be done with it.

Strategy: names and first bytes say it, no parser is needed. Validation and the commands of the command line share these words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .nodes import Element, Markup

__all__ = ["OLDER_ROOTS", "Other", "binary", "may_be_other", "other_kind", "other_tree"]

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

# The first bytes of files, and what these are. What is packed can be unpacked.
_UNPACK = "unpack it, and name the files or the folder"
_SAVE = "name a file of XML or JSON"
_BEGINNINGS = (
    (b"PK\x03\x04", "a zip archive", _UNPACK),
    (b"PK\x05\x06", "an empty zip archive", _SAVE),
    (b"PK\x07\x08", "a part of a zip archive", _UNPACK),
    (b"\x1f\x8b", "compressed with gzip", _UNPACK),
    (b"BZh", "compressed with bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", "compressed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a rar archive", _UNPACK),
    (b"%PDF-", "a PDF document", _SAVE),
    (b"\x89PNG\r\n", "a PNG image", _SAVE),
    (b"\xff\xd8\xff", "a JPEG image", _SAVE),
    (b"GIF8", "a GIF image", _SAVE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an office program", _SAVE),
    (b"SQLite format 3\x00", "a database", _SAVE),
)
_BEFORE = b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"  # white space, byte order marks and the empty halves of wide characters


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


def binary(data: bytes) -> str | None:
    """A message about bytes that are not even text, such as an archive; `None`: they may be text.

    >>> binary(b"PK\\x03\\x04...imsmanifest.xml...")
    'this is a zip archive, a content package; expected XML or JSON: unpack it, and name the files or the folder'
    """
    if data[:1] in (b"<", b"{", b"["):
        return None
    for beginning, what, advice in _BEGINNINGS:
        if data.startswith(beginning):
            package = ", a content package" if beginning == b"PK\x03\x04" and b"imsmanifest.xml" in data else ""
            return f"this is {what}{package}; expected XML or JSON: {advice}"
    if data[257:262] == b"ustar":
        return f"this is a tar archive; expected XML or JSON: {_UNPACK}"
    if b"\x00" in data[:1000] and not data[:1000].lstrip(_BEFORE).startswith((b"<", b"{", b"[")):
        return f"this is binary data; expected XML or JSON: {_SAVE}"
    return None
