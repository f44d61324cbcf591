"""Files that are not even text, such as archives, by their first bytes.

Strategy: whoever cannot read a document asks here first, so that nobody is advised to remove a character from an archive.
"""

from __future__ import annotations

__all__ = ["binary"]

# The first bytes of files, and what these are. What is packed can be unpacked.
_UNPACK = "unpack it, and name the files or the folder"
_SAVE = "name a file of XML or JSON"
_BEGINNINGS = (
    (b"PK\x03\x04", "a zip archive", _UNPACK),
    (b"PK\x05\x06", "an empty zip archive", _SAVE),
    (b"PK\x07\x08", "a part of a zip archive", _UNPACK),
    (b"\x1f\x8b", "compressed with gzip", _UNPACK),
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


def binary(data: object) -> str | None:
    """A message about bytes that are not even text, such as an archive; `None`: they may be text.

    >>> binary(b"PK\\x03\\x04...imsmanifest.xml...")
    'this is a zip archive, a content package; expected XML or JSON: unpack it, and name the files or the folder'
    """
    if not isinstance(data, bytes) or data[:1] in (b"<", b"{", b"["):
        return None
    for beginning, what, advice in _BEGINNINGS:
        if data.startswith(beginning):
            package = ", a content package" if beginning == b"PK\x03\x04" and b"imsmanifest.xml" in data else ""
            return f"this is {what}{package}; expected XML or JSON: {advice}"
    if data[:3] == b"BZh" and data[4:10] == b"1AY&SY":
        return f"this is compressed with bzip2; expected XML or JSON: {_UNPACK}"
    if data[257:262] == b"ustar":
        return f"this is a tar archive; expected XML or JSON: {_UNPACK}"
    if b"\x00" in data[:1000] and not data[:1000].lstrip(_BEFORE).startswith((b"<", b"{", b"[")):
        return f"this is binary data; expected XML or JSON: {_SAVE}"
    return None
