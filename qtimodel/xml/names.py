"""Namespaces: what a prefix means at a place, for the reader and the writer alike.

Strategy: names are kept as keys that do not depend on prefixes: `href`, `xml:lang` (its prefix is fixed), `{namespace}name`.
A `Scope` is immutable; a start tag that declares namespaces makes a new one, all others share their parent's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..brief import brief
from ..nodes import QTI, XML, XSI
from ..uris import is_uri
from .name_characters import is_name

__all__ = ["SCHEMA_LOCATIONS", "Scope", "ScopeError", "split_key"]

SCHEMA_LOCATIONS = (f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation")
XMLNS = "http://www.w3.org/2000/xmlns/"


class ScopeError(ValueError):
    """A name whose prefix is not declared, or a declaration that is not allowed."""


def split_key(key: str) -> tuple[str | None, str]:
    """Namespace and local name of an attribute's key."""
    if key.startswith("{"):
        namespace, _, local = key[1:].rpartition("}")
        return namespace, local
    if key.startswith("xml:"):
        return XML, key[4:]
    return None, key


class Scope:
    """The namespace declarations in force. `plain`: the default namespace is QTI's, so typed names need no prefix.

    A scope holds its own declarations and its parent: copying all of them would let a hostile document make reading quadratic.
    """

    __slots__ = ("declared", "default", "parent", "plain", "size")

    def __init__(self, declared: Mapping[str | None, str | None], parent: Scope | None = None) -> None:
        self.declared, self.parent = declared, parent
        self.default = self.get(None)
        self.plain = self.default == QTI
        # Characters of all declarations, those of the parents too: what remembers a scope remembers these.
        self.size: int = sum(len(text) for pair in declared.items() for text in pair if text) + (parent.size if parent is not None else 0)

    def get(self, prefix: str | None) -> str | None:
        """The namespace that a prefix means here (`None`: the default namespace)."""
        scope: Scope | None = self
        while scope is not None:
            if prefix in scope.declared:
                return scope.declared[prefix]
            scope = scope.parent
        return None

    def declare(self, declarations: Iterable[tuple[str, str]]) -> Scope:
        """The scope inside a start tag with these attributes: raw names (`xmlns`, `xmlns:m`) and texts."""
        declared: dict[str | None, str | None] = {}
        for name, uri in declarations:
            prefix = name[6:] if name.startswith("xmlns:") else None
            if prefix is None and name != "xmlns":
                raise ScopeError(f"`{name}` declares no namespace: expected `xmlns` or `xmlns:prefix`")
            if prefix is not None and not is_name(prefix):
                raise ScopeError(f"`{name}` declares no prefix: expected a name, without a colon, behind `xmlns:`")
            if prefix == "xmlns" or uri == XMLNS or (prefix == "xml") != (uri == XML):
                raise ScopeError(f"`{name}` cannot be declared as `{uri}`: `xml` and `xmlns` are reserved")
            if not uri and prefix is not None:
                raise ScopeError(f"`{name}` is declared as nothing, which XML 1.0 allows for the default namespace only")
            if not isinstance(uri, str):
                raise ScopeError(f"`{name}` is declared as {brief(uri)}; expected a str")
            if not is_uri(uri):
                raise ScopeError(f"`{name}` is declared as `{uri[:80]}`, which is no URI: write spaces and other such characters as in `%20`")
            declared[prefix] = uri or None
        return Scope(declared, self)

    def element(self, raw: str) -> tuple[str | None, str]:
        """Namespace and local name of an element."""
        prefix, colon, local = raw.partition(":")
        return (self._namespace(prefix, local, raw), local) if colon else (self.default, raw)

    def attribute(self, raw: str) -> str:
        """The key of an attribute."""
        prefix, colon, local = raw.partition(":")
        if not colon:
            return raw
        if prefix == "xml":
            self._namespace(prefix, local, raw)
            return raw
        return f"{{{self._namespace(prefix, local, raw)}}}{local}"

    def _namespace(self, prefix: str, local: str, raw: str) -> str:
        if not is_name(prefix) or not is_name(local):
            raise ScopeError(f"`{raw}` is no name: write `prefix:name`, where both are names")
        if prefix == "xmlns":
            raise ScopeError(f"`{raw}`: the prefix `xmlns` is reserved for declarations; use another one")
        namespace = XML if prefix == "xml" else self.get(prefix)
        if namespace is None:
            raise ScopeError(f'the prefix `{prefix}` of `{raw}` is not declared; add xmlns:{prefix}="..."')
        return namespace

    def prefix_of(self, namespace: str | None, *, attribute: bool, preferred: str | None = None) -> str | bool | None:
        """A prefix that means `namespace` here (`None`: no prefix), or `False` if there is none."""
        if namespace == XML:
            return "xml"
        if namespace is None:
            return None if attribute or self.get(None) is None else False
        if not (attribute and preferred is None) and self.get(preferred) == namespace:
            return preferred
        scope: Scope | None = self
        while scope is not None:
            for prefix, uri in scope.declared.items():
                # A prefix may have got another meaning further in.
                if uri == namespace and not (attribute and prefix is None) and self.get(prefix) == namespace:
                    return prefix
            scope = scope.parent
        return False


ROOT = Scope({})
