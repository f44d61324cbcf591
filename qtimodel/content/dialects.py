"""Content JSON as others write it: what xml2js, xml-js and xmltodict make of XML, key order included.

Strategy: all three tools build objects in one way: values go under their names in document order, and the second value under a name makes
an array of both. The rest is a row of parameters: where attributes and text go, what counts as white space, what stands for nothing. So one
function writes every dialect, and a new one is a new row.

What the tools do beyond that, and where it stands here:

* Collisions are second values: an attribute beside the children and a child of its name, or a child called `_attributes`, become an array.
* xml2js gives an element of white space alone that white space, untrimmed (`keeps_blank`). JavaScript and Python differ in what white space is.
* xml-js never sees an empty comment, so it does not divide the text around it (`runs`); white space between two tags is nothing to it.
* Names that a tool uses itself, or that every object of JavaScript has, make it fail or write rubbish. They are refused (`taken`).

The tools are the oracles: `tests/test_dialects.py` holds this module to them. CDATA is text to us, so `_cdata` of xml-js is never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from .. import stack
from ..errors import ModelError
from ..nodes import Comment, ProcessingInstruction

__all__ = ["DIALECTS", "Dialect", "RawContent", "RawElement", "runs", "write"]


@attrs.frozen
class RawElement:
    """An element as XML has it: names as they are written, with their prefixes, and namespace declarations among the attributes."""

    name: str
    attributes: dict[str, str]
    content: list[RawContent]
    keys: object = None  # what the names of its children mean, for whoever asks about losses


RawContent: TypeAlias = str | RawElement | Comment | ProcessingInstruction

SPACE_OF_JAVASCRIPT = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_OF_EVERY_OBJECT = frozenset(
    "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf"
    " __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__".split()
)


@attrs.frozen(kw_only=True)
class Dialect:
    """How one tool shows XML.

    `attributes` is the key of an object of attributes; `None`: they stand beside the children, each with `prefix` before its name.
    `text` is the key of text. `place`: among the children, each run of text where it stands, in an object even if nothing else is in there;
    or all of it in one string, as first or last key. Then an element with nothing but text is that string, and one with nothing at all is its
    white space (`keeps_blank`) or `None`.
    `space` is what counts as white space (`None`: what `str.strip` takes), `trims` whether it is cut off from the ends of text.
    `arrays`: a child alone is in an array, too.
    `comment`, `instruction`, `declaration` are keys; `None`: left out.
    `taken` are the names that the tool cannot take for a child, or for an attribute beside the children.
    """

    attributes: str | None
    prefix: str = ""
    text: str
    place: Literal["first", "last", "among"]
    space: str | None = SPACE_OF_JAVASCRIPT
    trims: bool = False
    arrays: bool = False
    keeps_blank: bool = True
    comment: str | None = None
    instruction: str | None = None
    declaration: str | None = None
    taken: frozenset[str] = frozenset()


_XML2JS = Dialect(attributes="_attributes", text="_", place="first", trims=True, taken=_OF_EVERY_OBJECT | {"_"})

DIALECTS: dict[str, Dialect] = {
    "xml2js": _XML2JS,
    "xml2js-inline": attrs.evolve(_XML2JS, attributes=None),
    "xml2js-default": attrs.evolve(_XML2JS, attributes="$", trims=False, arrays=True),
    "xml-js": Dialect(
        attributes="_attributes",
        text="_text",
        place="among",
        comment="_comment",
        instruction="_instruction",
        declaration="_declaration",
        taken=_OF_EVERY_OBJECT | {"_parent"},
    ),
    "xmltodict": Dialect(attributes=None, prefix="@", text="#text", place="last", space=None, trims=True, keeps_blank=False),
}


def write(
    root: RawElement,
    dialect: Dialect,
    prolog: Sequence[Comment | ProcessingInstruction] = (),
    epilog: Sequence[Comment | ProcessingInstruction] = (),
) -> dict[str, Any]:
    """The JSON of a document: what the tool makes of it. Raises `ModelError` for a name that the tool cannot take.

    >>> paragraph = RawElement("p", {"class": "c"}, ["pre ", RawElement("b", {}, ["x"]), " post"])
    >>> write(paragraph, DIALECTS["xml2js"])
    {'p': {'_': 'pre  post', '_attributes': {'class': 'c'}, 'b': 'x'}}
    >>> write(paragraph, DIALECTS["xmltodict"])
    {'p': {'@class': 'c', 'b': 'x', '#text': 'pre  post'}}
    """
    document: dict[str, Any] = {}
    if dialect.declaration:
        document[dialect.declaration] = {dialect.attributes: {"version": "1.0", "encoding": "UTF-8"}}
    path = f"/{root.name}"
    _fill(document, prolog, dialect, path)
    _put(document, root.name, _value(root, dialect, path))
    _fill(document, epilog, dialect, path)
    return document


def _value(element: RawElement, dialect: Dialect, path: str) -> Any:
    """What stands for an element: an object, a string or `None`."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(_value, element, dialect, path)
    made: dict[str, Any] = {}
    if dialect.attributes is None:
        for name, value in element.attributes.items():
            _put(made, _free(f"{dialect.prefix}{name}", dialect, path), value)
    elif element.attributes:
        made[dialect.attributes] = dict(element.attributes)
    _fill(made, element.content, dialect, path)
    if dialect.place == "among":
        return made
    text = "".join(piece for piece in element.content if isinstance(piece, str))
    stripped = text.strip(dialect.space)
    shown = text if stripped and not dialect.trims else stripped
    if not made:
        return shown or (text if dialect.keeps_blank else None)
    if not shown:
        return made
    return {dialect.text: shown, **made} if dialect.place == "first" else {**made, dialect.text: shown}


def _fill(made: dict[str, Any], content: Iterable[RawContent], dialect: Dialect, path: str) -> None:
    """Put content into an object, apart from text that has a place of its own."""
    for piece in runs(content):
        if isinstance(piece, RawElement):
            inner = f"{path}/{piece.name}"
            _put(made, _free(piece.name, dialect, inner), _value(piece, dialect, inner), array=dialect.arrays)
        elif isinstance(piece, Comment):
            if dialect.comment:
                _put(made, dialect.comment, piece.text)
        elif isinstance(piece, ProcessingInstruction):
            if dialect.instruction:
                _put(made, dialect.instruction, {piece.target: piece.data})
        elif dialect.place == "among" and piece.strip(dialect.space):
            _put(made, dialect.text, piece)


def runs(content: Iterable[RawContent]) -> Iterator[RawContent]:
    """Content without empty comments; texts in a row are one."""
    run: list[str] = []
    for piece in content:
        if isinstance(piece, str):
            run.append(piece)
        elif not isinstance(piece, Comment) or piece.text:
            if run:
                yield "".join(run)
                run.clear()
            yield piece
    if run:
        yield "".join(run)


def _put(made: dict[str, Any], name: str, value: Any, *, array: bool = False) -> None:
    """Under a new name the value; under a known one an array."""
    if name not in made:
        made[name] = [value] if array else value
    elif isinstance(made[name], list):
        made[name].append(value)
    else:
        made[name] = [made[name], value]


def _free(name: str, dialect: Dialect, path: str) -> str:
    """The name, if the tool can take it. Raises `ModelError`."""
    if name in dialect.taken:
        raise ModelError(f"the tool of this dialect cannot take the name `{name}`: rename it, or write another dialect", path=path)
    return name
