"""Whether JSON is QTI, by its structure: for folders and hooks, which meet JSON of every kind.

Strategy: only where the names of QTI occur at all, the text is read, one that is broken or cut off as far as it goes, and everything at its top
is looked at: a record of the API, XML in a text, or the root of content JSON in any dialect. What lies deeper are texts and schemas about QTI.
Time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..json_text import tokens
from ..kinds import OLDER_ROOTS

__all__ = ["looks_like_qti_json"]

_MAYBE = re.compile(rb"qti|assessment(?:Test|Item|Section|Stimulus)|questestinterop|\\u")
_QTI = re.compile(r"imsqtiasi_v3|imsqti_(?:item_|asi_)?v[12]|ims_qtiasiv1")
_ROOTS = {"qti-assessment-test", "qti-assessment-item", "qti-assessment-section", "qti-assessment-stimulus", *OLDER_ROOTS}
_QUOTE_MISSING = re.compile(rf"(?:[\w.-]{{1,99}}:)?(?:{'|'.join(sorted(_ROOTS))})[^-\w]")
_XML = ("rawXml", "xml")  # where the API puts documents
_ATTRIBUTES = {"_attributes", "$", "@", "attributes", "@attributes", "_attr", "$attrs", ":@", "-"}  # keys that hold attributes, in some dialect
_BESIDE = re.compile(r"[?_@#$:!-]|(?:declaration|version|encoding)$")  # keys beside a root, such as of an XML declaration or a comment


def looks_like_qti_json(data: bytes, is_qti_xml: Callable[[bytes], bool]) -> bool:
    """Whether JSON is, or is meant to be, a document of QTI. `is_qti_xml` decides about XML in its texts.

    >>> looks_like_qti_json(b'{"qti-assessment-item": {', bool), looks_like_qti_json(b'{"dependencies": {"qti-player": "2"}}', bool)
    (True, False)
    """
    if not _MAYBE.search(data.replace(b"\x00", b"") if b"\x00" in data[:8] else data):
        return False
    import json

    text = data.decode(json.detect_encoding(data), "replace").lstrip("\ufeff")
    broken = False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        broken, value = True, _as_far_as_it_goes(text)
    if not isinstance(value, list):
        value = [value]
    return any(_is_document(found, is_qti_xml, broken) for found in value if isinstance(found, dict))


def _is_document(found: dict[str, Any], is_qti_xml: Callable[[bytes], bool], broken: bool, inner: bool = False) -> bool:
    if any(isinstance(text := found.get(key), str) and is_qti_xml(text.encode(errors="replace")) for key in _XML):
        return True
    content = found.get("content")
    if isinstance(content, dict) and not inner and _is_document(content, is_qti_xml, broken, inner=True):
        return True
    meant = [key for key in found if _is_name(key)]
    nested = [key for key in meant if isinstance(found[key], (list, dict))]
    if isinstance(found.get("qti-test-part"), list) or (nested and isinstance(found.get("identifier"), str)):
        return True  # the flat form of the API
    if _has_namespace(found) or any(_has_namespace(value) for value in map(_only, found.values()) if isinstance(value, dict)):
        return True
    if any(":@" in found or _has_attributes(_only(found[key])) for key in nested):
        return True
    if isinstance(found.get("elements"), list):  # xml-js that keeps the order
        return any(isinstance(below, dict) and below.get("type") == "element" and _is_name(str(below.get("name"))) for below in found["elements"])
    if broken and _is_cut_off(found):
        return True
    beside = [key for key in found if key not in meant and not _BESIDE.match(key)]
    return len(meant) == 1 and not beside and _local(meant[0]) in _ROOTS and not (isinstance(root := found[meant[0]], str) and root)


def _is_cut_off(found: dict[str, Any]) -> bool:
    """Whether the name of a root is where a text is cut off, or lacks its quote."""
    first = next((key for key in found if not _BESIDE.match(key)), "")
    if first and next(reversed(found)) == first and found[first] is None:
        return _local(first).startswith("qti-")
    return _QUOTE_MISSING.match(first) is not None


def _is_name(key: str) -> bool:
    return (local := _local(key)).startswith("qti-") or local in OLDER_ROOTS


def _local(key: str) -> str:
    return key.rpartition(":")[2]


def _only(value: Any) -> Any:
    """The one object in an array of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _has_attributes(value: Any) -> bool:
    """Whether an object has attributes in the way of some dialect."""
    if not isinstance(value, dict):
        return False
    return any(key[1:2].isalpha() if key[:1] == "@" else key in _ATTRIBUTES and (held is None or isinstance(held, dict)) for key, held in value.items())


def _has_namespace(value: dict[str, Any]) -> bool:
    """Whether an object declares a namespace of QTI as one of its attributes."""
    for key, held in value.items():
        pairs = held.items() if key in _ATTRIBUTES and isinstance(held, dict) else ((key, held),)
        if any("xmlns" in name and isinstance(text, str) and _QTI.search(text) for name, text in pairs):
            return True
    return False


def _as_far_as_it_goes(text: str) -> Any:
    """What can be read of JSON that is broken: what is open is closed, what is odd is passed over."""
    root: list[Any] = []
    stack: list[Any] = [root]
    keys: list[str | None] = [None]  # of each open object, the key whose value is to come
    expecting = [False]  # whether a key is to come

    def put(value: Any) -> None:
        container = stack[-1]
        if isinstance(container, list):
            container.append(value)
        elif keys[-1] is not None:
            container[keys[-1]] = value
            keys[-1] = None

    for token in tokens(text):
        if token in "{[":
            value: Any = {} if token == "{" else []
            put(value)
            stack.append(value)
            keys.append(None)
            expecting.append(token == "{")
        elif token in "}]":
            if len(stack) > 1:
                stack.pop(), keys.pop(), expecting.pop()
        elif token == ",":
            expecting[-1] = isinstance(stack[-1], dict)
        elif token == ":":
            expecting[-1] = False
        elif expecting[-1]:
            keys[-1] = _string(token)
            stack[-1].setdefault(keys[-1], None)
        else:
            put(_string(token))
    return root[0] if root else None


def _string(token: str) -> str:
    """The text of a token, be it cut off or in other quotes."""
    import json

    if token.startswith('"') and "\\" in token:
        for end in ("", '"'):
            try:
                return str(json.loads(token + end, strict=False))
            except ValueError:
                continue
        return token[1:].replace('\\"', '"').replace("\\n", "\n").replace("\\/", "/")
    return token.strip("\"'")
