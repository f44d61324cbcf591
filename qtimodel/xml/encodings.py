"""The encoding of an XML document: decided once, by the rules of XML 1.0 (4.3.3, appendix F) and as libxml2 decides.

Strategy: a byte order mark, or the width of the first characters, decides; a declaration is then only a declaration. Without
one, the declared name decides, and it must be a name that libxml2 knows, with the meaning that it has there. Names that only
Python knows (`utf_8`, `rot13`) are refused. The caller decodes and hands UTF-8 on, so that no parser decides again.

The tables hold the names of libiconv whose characters are those of Python's codec: both were compared byte by byte.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from ..errors import DocumentError, Issue

__all__ = ["EBCDIC", "encoding_error", "encoding_of", "is_kept", "to_utf8"]

_MARKS = (  # the longer marks first: that of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
)
EBCDIC = "<?xm".encode("cp037")

_NAMES = """
utf-8: utf-8 utf8
ascii: us-ascii ascii us ansi_x3.4-1968 ansi_x3.4-1986 iso646-us iso-ir-6 cp367 ibm367 csascii
iso8859-1: iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 cp819 ibm819 iso-ir-100 csisolatin1
iso8859-2: iso-8859-2 iso8859-2 iso_8859-2 latin2 l2 iso-ir-101 csisolatin2
iso8859-3: iso-8859-3 iso8859-3 iso_8859-3 latin3 l3 iso-ir-109 csisolatin3
iso8859-4: iso-8859-4 iso8859-4 iso_8859-4 latin4 l4 iso-ir-110 csisolatin4
iso8859-5: iso-8859-5 iso8859-5 iso_8859-5 cyrillic iso-ir-144 csisolatincyrillic
iso8859-6: iso-8859-6 iso8859-6 iso_8859-6 arabic asmo-708 ecma-114 iso-ir-127 csisolatinarabic
iso8859-7: iso-8859-7 iso8859-7 iso_8859-7 greek greek8 ecma-118 elot_928 iso-ir-126 csisolatingreek
iso8859-8: iso-8859-8 iso8859-8 iso_8859-8 hebrew iso-ir-138 csisolatinhebrew
iso8859-9: iso-8859-9 iso8859-9 iso_8859-9 latin5 l5 iso-ir-148 csisolatin5
iso8859-10: iso-8859-10 iso8859-10 iso_8859-10 latin6 l6 iso-ir-157 csisolatin6
iso8859-11: iso-8859-11 iso8859-11
iso8859-13: iso-8859-13 iso8859-13 latin7 l7
iso8859-14: iso-8859-14 iso8859-14 iso_8859-14 latin8 l8 iso-celtic iso-ir-199
iso8859-15: iso-8859-15 iso8859-15 iso_8859-15
iso8859-16: iso-8859-16 iso8859-16 iso_8859-16 latin10 l10 iso-ir-226
cp1250: windows-1250 cp1250
cp1251: windows-1251 cp1251
cp1252: windows-1252 cp1252
cp1253: windows-1253 cp1253
cp1254: windows-1254 cp1254
cp1255: windows-1255 cp1255
cp1256: windows-1256 cp1256
cp1257: windows-1257 cp1257
cp1258: windows-1258 cp1258
cp850: ibm850 cp850 cspc850multilingual
cp862: ibm862 cp862 cspc862latinhebrew
cp866: ibm866 cp866 csibm866
cp874: windows-874 cp874
koi8-r: koi8-r cskoi8r
koi8-u: koi8-u
mac-roman: macintosh macroman
euc_jp: euc-jp eucjp
euc_kr: euc-kr euckr
cp949: cp949 uhc
gb2312: gb2312 euc-cn euccn
gbk: gbk cp936 ms936 windows-936
gb18030: gb18030
big5: big5 csbig5
big5hkscs: big5-hkscs big5hkscs
shift_jis: shift_jis shift-jis sjis csshiftjis
iso2022_jp: iso-2022-jp csiso2022jp
"""
_CODE_PAGES = """
cp037: ibm037 cp037 csibm037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl
cp273: ibm273 cp273 csibm273
cp424: ibm424 cp424 csibm424 ebcdic-cp-he
cp500: ibm500 cp500 csibm500 ebcdic-cp-be ebcdic-cp-ch
cp1026: ibm1026 cp1026 csibm1026
cp1140: ibm1140 cp1140 ibm01140 ccsid01140 cp01140
"""
# Characters that other decoders read from the same bytes as others, so that nobody knows what was meant.
_AMBIGUOUS = {
    "shift_jis": "[\\\\~]",
    "mac-roman": "[\u03a9\u20ac\uf8ff]",
    "gb18030": "[\ue78d-\ue796\ue7c7\ue816-\ue864\ufe10-\ufe19\u9fb4-\u9fbb]",
}
_WIDE = re.compile(r"(?:cs)?(?:utf-?(?:16|32)|ucs-?[24]|iso-10646-ucs-[24]|unicode)(?:-?(?:le|be|little|big|internal|swapped))?", re.ASCII | re.IGNORECASE)
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9._\-]*")
_VERSION = re.compile(rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["'](?!1\.[0-9]+["'])([A-Za-z0-9_.:\-]{,20})""")
_PSEUDO_ATTRIBUTE = re.compile(rb"""[ \t\r\n]+([a-z]+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<>]*)"|'([^'<>]*)')""")


def _table(rows: str) -> dict[str, str]:
    """Names in small letters, and Python's codec of each."""
    pairs = (row.split(": ") for row in rows.strip().split("\n"))
    return {name: codec for codec, names in pairs for name in names.split(" ")}


_KNOWN = _table(_NAMES)
_EBCDIC_NAMES = _table(_CODE_PAGES)


# How nearly all documents begin: what the general rules below would find, found at once.
_plainly_utf8 = re.compile(rb"""<(?:\?xml version=["']1\.0["'] encoding=["'](?i:utf-8)["'] ?\?>|[a-z])""").match


def encoding_of(source: bytes, name: str | None) -> str:
    """The encoding of a document, as Python calls it. Raises `DocumentError` for a declaration that cannot be followed."""
    if _plainly_utf8(source):
        return "utf-8"
    for mark, encoding in _MARKS:
        if source.startswith(mark):
            return encoding
    if source.startswith(b"<?xml"):
        declared = _declared(source)
        return "utf-8" if declared is None else _known(declared, source, name)
    if source.startswith(EBCDIC):
        # Nearly all code pages agree on the characters that a declaration needs.
        declared = _declared(source[:1000].decode("cp037").encode("ascii", "replace"))
        if declared is not None and (encoding := _EBCDIC_NAMES.get(declared.lower(), "")):
            return encoding
        found = f"declares `{declared}`, which is no code page of it that is known" if declared is not None else "declares no encoding"
        raise encoding_error(f"the document is in EBCDIC and {found}; save the document as UTF-8", name)
    return "utf-8"


def _declared(source: bytes) -> str | None:
    """The name in the XML declaration, as it is written, at most 100 characters of it."""
    end = source.find(b"?>")
    at = 5
    while found := _PSEUDO_ATTRIBUTE.match(source, at, end if end >= 0 else 1000):
        if found[1] == b"encoding":
            value: bytes = found[2] if found[2] is not None else found[3]
            return value[:100].decode("ascii", "backslashreplace")
        at = found.end()
    return None


def _known(declared: str, source: bytes, name: str | None) -> str:
    """Python's codec for a declared name, in a document without a mark. Raises `DocumentError`."""
    codec = _KNOWN.get(declared.lower())
    if codec is not None:
        return codec
    if _NAME.fullmatch(declared.encode()) is None:
        message = f'`{declared}` is no name of an encoding; write encoding="UTF-8", if it is saved as that'
    elif _WIDE.fullmatch(declared):
        message = f"the document declares the encoding `{declared}` and is not in it; {_remedy(source)}"
    elif declared.lower() in _EBCDIC_NAMES:
        message = f"the document declares the encoding `{declared}`, which is EBCDIC, and is not in it; {_remedy(source)}"
    else:
        message = f"the encoding `{declared}` is not known; {_nearest(declared) or _remedy(source)}"
    raise encoding_error(message, name)


def _remedy(source: bytes) -> str:
    """What to do with a document whose declared encoding is wrong."""
    return 'it is in UTF-8: write encoding="UTF-8"' if _is_utf8(source) else "save the document as UTF-8"


def _is_utf8(source: bytes) -> bool:
    try:
        source.decode()
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(256)
def _nearest(declared: str) -> str:
    """The name to write for what Python knows under another one."""
    try:
        codec = codecs.lookup(declared).name
    except (LookupError, UnicodeError):
        return ""
    proper = next((known for known, python in _KNOWN.items() if codecs.lookup(python).name == codec), None)
    return f'write encoding="{proper.upper()}"' if proper else ""


def to_utf8(source: str | bytes, name: str | None) -> bytes:
    """The document in UTF-8, without a mark; what it declares no longer counts. Raises `DocumentError`."""
    if isinstance(source, str):
        try:
            return _unmarked(source.encode(), name)
        except UnicodeEncodeError as error:
            character = f"U+{ord(source[error.start]):04X}"
            message = f"the text has {character}, half of a surrogate pair, which XML cannot hold: remove it"
            raise encoding_error(message, name) from None
    encoding = encoding_of(source, name)
    if encoding == "utf-8":
        return _unmarked(source, name)  # the parser checks the rest, and knows the place of what is wrong
    try:
        text = source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source[: error.start].decode(encoding, "ignore").count("\n") + 1
        found = source[error.start : error.end][:4].hex(" ") or source[error.start :][:4].hex(" ")
        message = f"the bytes `{found}` in line {line} are not {_called(source, encoding)}; {_remedy(source)}"
        raise encoding_error(message, name) from None
    if encoding in _AMBIGUOUS and (odd := re.search(_AMBIGUOUS[encoding], text)):
        message = f"`{odd[0]}` in {_called(source, encoding)} is read as other characters by other programs; save the document as UTF-8"
        raise encoding_error(message, name)
    return _unmarked(text.encode(), name)


def _unmarked(data: bytes, name: str | None) -> bytes:
    """Text in UTF-8 without its mark, so that columns are right. Raises `DocumentError` for what expat would take for a mark all the same."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith(codecs.BOM_UTF8):
        raise encoding_error("the document begins with two byte order marks (U+FEFF): remove them, and save it as UTF-8", name)
    if data.startswith(b"<?xml") and (found := _VERSION.match(data)):
        message = f'the version of XML `{found[1].decode()}` is not known; write version="1.0"'
        raise DocumentError([Issue(code="version", message=message, line=1, column=1, source=name)])
    if b"\0" in data[:2]:
        message = "the document begins with the character U+0000, or is in UTF-16 without a byte order mark; save it as UTF-8"
        raise encoding_error(message, name)
    return data


def is_kept(text: str, encoding: str) -> bool:
    """Whether text that is written in an encoding is read from it as the same.

    >>> is_kept("ä", "iso8859-1"), is_kept("€", "iso8859-1"), is_kept("¥", "shift_jis")
    (True, False, False)
    """
    try:
        same = text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False
    return same and not (encoding in _AMBIGUOUS and re.search(_AMBIGUOUS[encoding], text))


def _called(source: bytes, encoding: str) -> str:
    """What to call the encoding of a document, and why it is that."""
    if source.startswith(b"<?xml"):
        return f"`{_declared(source)}`, which the document declares"
    if source.startswith(EBCDIC):
        return f"`{encoding}`, which the document declares"
    return f"{encoding[:6].upper()}, in which the document begins"


def encoding_error(message: str, name: str | None) -> DocumentError:
    """What is wrong with the encoding of a document."""
    return DocumentError([Issue(code="encoding", message=message, line=1, column=1, source=name)])
