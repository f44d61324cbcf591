"""Schemas: where ours is, how one is loaded without the network, and what libxml2 says of a document.

Strategy: a schema is compiled once in a process, when it is first asked, because that takes longer than checking most documents. libxml2's
compiled schema keeps the errors of its last run, so one thread at a time uses it. What a schema of somebody else's refers to is looked at
before libxml2 may read it: files, and nothing else.
"""

from __future__ import annotations

import os
from functools import cache, cached_property
from threading import RLock
from typing import Any

from lxml import etree

from ..errors import DocumentError, Issue
from .grammar import Grammar, Node, schema_files

__all__ = ["Schema", "bundled", "schema_at", "schema_path"]

_LOCK = RLock()
_KNOWN: dict[tuple[str, int], Schema] = {}


@cache
def schema_path(name: str = "qtimodel.xsd") -> str:
    """The path of a bundled schema: inside the installed package, in a checkout beside it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "xsd", name)
    return inside if os.path.exists(inside) else os.path.join(os.path.dirname(package), "xsd", name)


class Schema:
    """A schema in files. Everything is made when it is first asked for."""

    def __init__(self, path: str, *, bundled: bool) -> None:
        self.path, self.bundled = path, bundled
        self._lock = RLock()

    @cached_property
    def _compiled(self) -> etree.XMLSchema:
        if not self.bundled:
            _check_files(self.path)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.XMLSchema(etree.parse(self.path, parser))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
            raise _refusal(str(error), self.path) from None

    @cached_property
    def grammar(self) -> Grammar:
        """What the schema says, for messages."""
        return Grammar(self.path)

    @cached_property
    def second(self) -> Any:
        """The same schema in the second engine."""
        from .second import compiled

        if not self.bundled:
            _check_files(self.path)
        return compiled(self.path)

    def errors(self, root: Node) -> list[Any]:
        """What libxml2 finds in an element; usually nothing. Safe in any number of threads. Raises `DocumentError` for a wrong schema."""
        with self._lock:
            compiled = self._compiled
            if compiled.validate(root):
                return []
            log: Any = compiled.error_log
            return list(log)

    def shared(self) -> RLock:
        """The lock for whatever else of the schema is used by one thread at a time."""
        return self._lock


def schema_at(path: str | os.PathLike[str] | None) -> Schema:
    """The schema in a file; `None`: the bundled one. A file that has changed is another schema. Raises `DocumentError`."""
    if path is None:
        return bundled("qtimodel.xsd")
    found = os.fsdecode(path)
    try:
        found = os.path.abspath(found)
        with open(found, "rb") as file:  # the engines have their own ways to say that they cannot
            key = found, os.fstat(file.fileno()).st_mtime_ns
    except OSError as error:
        raise _refusal(error.strerror or str(error), found) from None
    except ValueError as error:  # no file can have this name
        raise _refusal(str(error), ascii(found)) from None
    with _LOCK:
        if key not in _KNOWN:
            _KNOWN[key] = Schema(found, bundled=False)
        return _KNOWN[key]


def bundled(name: str) -> Schema:
    """One of our schemas: `qtimodel.xsd`, or `mathml.xsd` for islands."""
    schema = _KNOWN.get((name, 0))
    return schema if schema is not None else _KNOWN.setdefault((name, 0), Schema(schema_path(name), bundled=True))


def _check_files(path: str) -> None:
    """Refuse a schema that would have to be fetched. Raises `DocumentError`."""
    try:
        for document, file in schema_files(path):
            for node in document.iterchildren("{http://www.w3.org/2001/XMLSchema}*"):
                location = node.get("schemaLocation", "")
                if "://" in location:
                    what = f"the schema imports `{location}`; nothing is ever fetched: download it, and write its file name as schemaLocation"
                    raise DocumentError([Issue(code="schema", message=what, line=int(str(node.sourceline)), source=file)])
            if document.getroottree().docinfo.internalDTD is not None:
                raise _refusal("the schema has a document type declaration, which is not read: remove it", file)
    except (OSError, etree.XMLSyntaxError) as error:
        what = f"{os.path.relpath(error.filename)}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        raise _refusal(what, path) from None


def _refusal(message: str, path: str) -> DocumentError:
    return DocumentError([Issue(code="schema", message=f"this schema cannot be used: {message}", source=path)])
