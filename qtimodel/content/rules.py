"""How the objects of each dialect are read: which keys hold attributes, text, comments and the rest.

Strategy: a dialect is a row of keys. What writes JSON (`dialects`) needs more, such as white space and collisions; what reads it needs only these
rows, and there are more of them: tools that this library does not imitate are read all the same.
"""

from __future__ import annotations

from typing import Literal

import attrs

from .dialects import DIALECTS
from .names import ATTRIBUTES, TEXT

__all__ = ["AS_ONE_OBJECT", "READABLE", "Rules"]

CDATA, DOCTYPE = "_cdata", "_doctype"
DECLARATION = "?xml"  # Json.NET and fast-xml-parser show it like this, whatever they do with attributes


@attrs.frozen(kw_only=True)
class Rules:
    """The keys of a dialect.

    `carriers`: keys of objects of attributes. `prefixes`: what the names of attributes beside the children begin with. `inline`: they
    have no prefix, so the model decides what is an attribute. `texts`: keys of text; `runs`: an array under one is several runs of text.
    `nothing`: `null` is an empty element. `html`: a string may be HTML source. `order`: the form of a dialect that keeps all order.
    `known`: the caller named the dialect, so nothing about it is a guess. `references`: the tool may leave `&#60;` as it is.
    """

    name: str
    carriers: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    inline: bool = False
    texts: frozenset[str] = frozenset()
    runs: bool = False
    comments: frozenset[str] = frozenset()
    instructions: frozenset[str] = frozenset()
    declarations: frozenset[str] = frozenset({DECLARATION})
    doctypes: frozenset[str] = frozenset()
    nothing: bool = False
    own: bool = False
    html: bool = False
    order: Literal["xml-js", "fast-xml-parser", "xml2js"] | None = None
    known: bool = True
    references: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """Keys that are no children."""
        return frozenset(self.carriers) | self.texts | self.comments | self.instructions | self.declarations | self.doctypes

    def prefix_of(self, key: str) -> str | None:
        """The prefix that makes a key an attribute."""
        for prefix in self.prefixes:
            if key.startswith(prefix) and len(key) > len(prefix):
                return prefix
        return None


_HASH_TEXTS = frozenset({"#text", "#cdata", "#cdata-section", "__cdata"})
_HASH_COMMENTS = frozenset({"#comment", "__comment"})
_API = Rules(name="api", carriers=(ATTRIBUTES,), texts=frozenset({TEXT}), own=True)
_XML2JS = Rules(name="xml2js", carriers=(ATTRIBUTES,), texts=frozenset({TEXT}))
_XML_JS = Rules(
    name="xml-js",
    carriers=(ATTRIBUTES,),
    texts=frozenset({"_text", CDATA}),
    runs=True,
    comments=frozenset({"_comment"}),
    instructions=frozenset({"_instruction"}),
    declarations=frozenset({"_declaration", DECLARATION}),
    doctypes=frozenset({DOCTYPE}),
    references=True,
)
_HASH = Rules(name="xmltodict", prefixes=("@",), texts=_HASH_TEXTS - {"__cdata"}, runs=True, comments=frozenset({"#comment"}), doctypes=frozenset({"!DOCTYPE"}))
_FAST = attrs.evolve(_HASH, name="fast-xml-parser", prefixes=("@_",), texts=_HASH_TEXTS, comments=_HASH_COMMENTS, references=True)

READABLE: dict[str, Rules] = {
    "api": _API,
    "built": attrs.evolve(_API, name="built", own=False, html=True),
    "xml2js": _XML2JS,
    "xml2js-inline": attrs.evolve(_XML2JS, name="xml2js-inline", carriers=(), inline=True),
    "xml2js-default": attrs.evolve(_XML2JS, name="xml2js-default", carriers=("$",)),
    "xml2js-children": attrs.evolve(_XML2JS, name="xml2js-children", carriers=("$", ATTRIBUTES), order="xml2js"),
    "xml-js": _XML_JS,
    "xml-js-full": attrs.evolve(_XML_JS, name="xml-js-full", carriers=(), texts=frozenset(), declarations=frozenset(), order="xml-js"),
    "xmltodict": attrs.evolve(_HASH, nothing=True),
    "fast-xml-parser": _FAST,
    "fast-xml-parser-ordered": attrs.evolve(_FAST, name="fast-xml-parser-ordered", order="fast-xml-parser"),
}
assert READABLE.keys() > DIALECTS.keys()

# fast-xml-parser, x2js and Spark with `_` before the names of attributes: known from the whole of a document only, so there is no name for it.
UNDERSCORE = attrs.evolve(
    READABLE["fast-xml-parser"], name="fast-xml-parser", prefixes=("_",), texts=_HASH_TEXTS | {"__text", "_VALUE"}, comments=_HASH_COMMENTS, known=False
)
# mxj has `-` before the names of attributes.
DASHED = attrs.evolve(_HASH, name="dashed", prefixes=("-",), known=False)
# All attributes of an element in one object, by other keys than ours: fast-xml-parser's `attributesGroupName`, PHP's `json_encode`.
AS_ONE_OBJECT = ("@attributes", "@")
GROUPED = attrs.evolve(_HASH, name="grouped", carriers=AS_ONE_OBJECT, prefixes=(), known=False)
