"""Content JSON: the JSON of a QTI document in which attributes stand under `_attributes`.

    obj = content.unstructure(tree)     # Python objects, as json.loads gives them
    tree = content.structure(obj)       # any dialect
    text = content.dumps(tree)
    tree = content.loads(text)

The dialect `api` loses nothing: for every document `d`, `content.structure(content.unstructure(xml.loads(d))) == xml.loads(d)`. The other
dialects are what widespread tools make of XML; `content.losses` says what each of them cannot carry.

Strategy: `codec` makes objects of a tree and `text` the same as text, quickly; `feed` sends JSON to the reader of XML, quickly, and `careful`
does it for every dialect, with paths for what is wrong; `reading` decides which. `recognise` finds the dialect from all keys of a document,
`rules` has the keys of each. `dialects` writes what the tools of others write.
"""

from __future__ import annotations

import json
from typing import Any, Literal, TypeVar, overload

from .. import json_text
from ..brief import brief
from ..collector import paused
from ..errors import LossyConversionError, ModelError
from ..files import Source, Target, read, source_name, write
from ..nodes import Element, Markup, Node
from ..stack import on_deep_stack
from ..xml import Limits, Recovered
from ..xml.depth import check_limits, is_shallow
from ..xml.source import check_limits as check_is_limits
from ..xml.writer import check_size
from . import codec
from .codec import FEW, counting
from .converter import make_converter
from .dialects import DIALECTS
from .losses import document as foreign_document
from .losses import losses
from .reading import known_dialect, read_document
from .text import dumps as text_of
from .typed import counting_writer  # noqa: F401 - gives the writers of JSON text their compiler

__all__ = ["DIALECTS", "dump", "dumps", "load", "loads", "losses", "make_converter", "structure", "unstructure"]

_T = TypeVar("_T", bound=Node)
_DEFAULT = Limits()


def unstructure(tree: Element | Markup, dialect: str = "api", *, strict: bool = False, limits: Limits = _DEFAULT) -> dict[str, Any]:
    """The content JSON of a tree, as Python objects: one key, the name of the root.

    `dialect`: `api` loses nothing. `xml2js`, `xml2js-inline`, `xml2js-default`, `xml-js` and `xmltodict` are what these tools make of the
    XML of the tree; with `strict=True`, `LossyConversionError` lists what such a dialect cannot carry, instead of leaving it out.

    Raises `ModelError` with the path of a value that its class does not allow, or of what is beyond the `limits` and could not be read again;
    `ValueError` for an unknown dialect.
    Source: fact sheet "Content JSON", sections 2 to 4.

    >>> from qtimodel import Weight, content
    >>> content.unstructure(Weight(identifier="W", value=2))
    {'qti-weight': {'_attributes': {'xmlns': 'http://www.imsglobal.org/xsd/imsqtiasi_v3p0', 'identifier': 'W', 'value': '2'}}}
    >>> content.unstructure(Weight(identifier="W", value=2), "xmltodict")
    {'qti-weight': {'@xmlns': 'http://www.imsglobal.org/xsd/imsqtiasi_v3p0', '@identifier': 'W', '@value': '2'}}
    """
    _check_root(tree)
    check_is_limits(limits)
    check_limits(tree, limits)
    if known_dialect(dialect, DIALECTS) != "api":
        if strict and (found := losses(tree, dialect)):
            raise LossyConversionError(found)
        with counting(limits):
            return foreign_document(tree, DIALECTS[dialect])
    return _objects(tree, limits)


@on_deep_stack
def _objects(tree: Element | Markup, limits: Limits) -> dict[str, Any]:
    """The document. Text is compiled: going by way of it takes a third of the time of making objects."""
    with paused():
        document: dict[str, Any] = json.loads(_text(tree, limits))
    return document


@on_deep_stack
def _text(tree: Element | Markup, limits: Limits) -> str:
    """The text in the dialect `api`."""
    with counting(limits):
        if limits.attributes < FEW:
            return json_text.dumps(codec.document(tree))
        return text_of(tree)


def dumps(tree: Element | Markup, dialect: str = "api", *, strict: bool = False, indent: int | str | None = None, limits: Limits = _DEFAULT) -> str:
    """JSON text of a tree; `indent=None` is the shortest and by far the quickest. Otherwise as `unstructure`.

    >>> from qtimodel import Ordering, content
    >>> content.dumps(Ordering(shuffle=True))
    '{"qti-ordering":{"_attributes":{"xmlns":"http://www.imsglobal.org/xsd/imsqtiasi_v3p0","shuffle":"true"}}}'
    """
    if dialect == "api" and indent is None:
        _check_root(tree)
        check_is_limits(limits)
        text = _text(tree, limits)
        if not is_shallow(text, limits.depth):
            check_limits(tree, limits)
        return check_size(text, limits)
    return check_size(json_text.dumps(unstructure(tree, dialect, strict=strict, limits=limits), indent=indent), limits)


def dump(
    tree: Element | Markup,
    target: Target,
    dialect: str = "api",
    *,
    strict: bool = False,
    indent: int | str | None = None,
    limits: Limits = _DEFAULT,
) -> None:
    """Write JSON as UTF-8 to a path (replaced in one step, or not at all) or binary file. As `dumps`; raises `OSError` too."""
    write(check_size(dumps(tree, dialect, strict=strict, indent=indent, limits=limits).encode(), limits), target)


@overload
def structure(
    obj: object, cls: type[_T], *, recover: Literal[False] = ..., dialect: str | None = ..., strict: bool = ..., limits: Limits = ..., name: str | None = ...
) -> _T: ...
@overload
def structure(
    obj: object, cls: None = ..., *, recover: Literal[False] = ..., dialect: str | None = ..., strict: bool = ..., limits: Limits = ..., name: str | None = ...
) -> Element | Markup: ...
@overload
def structure(
    obj: object,
    cls: type[Node] | None = ...,
    *,
    recover: Literal[True],
    dialect: str | None = ...,
    strict: bool = ...,
    limits: Limits = ...,
    name: str | None = ...,
) -> Recovered: ...
@overload
def structure(
    obj: object, cls: type[_T], *, recover: bool, dialect: str | None = ..., strict: bool = ..., limits: Limits = ..., name: str | None = ...
) -> _T | Recovered: ...
@overload
def structure(
    obj: object, cls: None = ..., *, recover: bool, dialect: str | None = ..., strict: bool = ..., limits: Limits = ..., name: str | None = ...
) -> Element | Markup | Recovered: ...
def structure(
    obj: object,
    cls: type[Any] | None = None,
    *,
    dialect: str | None = None,
    strict: bool = False,
    recover: bool = False,
    limits: Limits = _DEFAULT,
    name: str | None = None,
) -> Any:
    """The tree of content JSON. A typed root gives an object of its class, any other root `Markup`.

    The dialect follows from all keys of the document; `dialect` names one. Read, but not written, are also `built` (what the API's server makes of
    a document that was created from JSON: strings are HTML source), `fast-xml-parser`, and those that keep all order: `xml-js-full` (not
    compact), `fast-xml-parser-ordered` (`preserveOrder`) and `xml2js-children` (`explicitChildren`). Badgerfish, GData and JsonML are refused.
    Numbers and booleans are read as well as text, and one child with or without an array. Unknown keys are unknown elements or attributes.

    Raises `DocumentError` with every problem and its JSON path. `strict=True`: unknown attributes and elements of typed elements, and whatever
    would have to be guessed, are problems too: an order that a lossy dialect does not say, keys of several dialects, an attribute that could be
    a child, how a number was written, HTML in a string, carriage returns (with `dialect="api"` they are kept), elements of QTI in no namespace,
    line breaks in attributes and `&#60;` in texts, which some tools leave as they are in the file.
    Otherwise these are read in the likeliest way, with one `QtiWarning`. With `recover=True` the result is a `Recovered`: values that cannot be
    read stay in the tree as they are, and guesses are issues of severity `warning`; what is no content JSON at all is still an error.
    Source: fact sheet "Content JSON", sections 3 and 5.

    >>> from qtimodel import Weight, content
    >>> content.structure({"qti-weight": {"xmlns": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "identifier": "W", "value": 2}}, Weight)
    Weight(identifier='W', value=2.0)
    """
    return read_document(obj, cls, dialect, strict, recover, limits, name, None)


@overload
def loads(
    source: str | bytes,
    cls: type[_T],
    *,
    recover: Literal[False] = ...,
    dialect: str | None = ...,
    strict: bool = ...,
    limits: Limits = ...,
    name: str | None = ...,
) -> _T: ...
@overload
def loads(
    source: str | bytes,
    cls: None = ...,
    *,
    recover: Literal[False] = ...,
    dialect: str | None = ...,
    strict: bool = ...,
    limits: Limits = ...,
    name: str | None = ...,
) -> Element | Markup: ...
@overload
def loads(
    source: str | bytes,
    cls: type[Node] | None = ...,
    *,
    recover: Literal[True],
    dialect: str | None = ...,
    strict: bool = ...,
    limits: Limits = ...,
    name: str | None = ...,
) -> Recovered: ...
@overload
def loads(
    source: str | bytes, cls: type[_T], *, recover: bool, dialect: str | None = ..., strict: bool = ..., limits: Limits = ..., name: str | None = ...
) -> _T | Recovered: ...
@overload
def loads(
    source: str | bytes, cls: None = ..., *, recover: bool, dialect: str | None = ..., strict: bool = ..., limits: Limits = ..., name: str | None = ...
) -> Element | Markup | Recovered: ...
def loads(
    source: str | bytes,
    cls: type[Any] | None = None,
    *,
    dialect: str | None = None,
    strict: bool = False,
    recover: bool = False,
    limits: Limits = _DEFAULT,
    name: str | None = None,
) -> Any:
    """Read JSON text, as `structure` reads objects; problems have line and column too. Equal keys, NaN and the like are refused.

    >>> from qtimodel import content
    >>> content.loads('{"qti-ordering": {"_attributes": {"xmlns": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "shuffle": "yes"}}}')
    Traceback (most recent call last):
    qtimodel.errors.DocumentError: 1:91: `shuffle` of `qti-ordering` is `yes`; expected `true` or `false` (at $['qti-ordering']['_attributes']['shuffle'])
    """
    check_is_limits(limits)
    obj = json_text.loads(source, name=name, size=limits.size)
    return read_document(obj, cls, dialect, strict, recover, limits, name, source)


@overload
def load(source: Source, cls: type[_T], *, recover: Literal[False] = ..., dialect: str | None = ..., strict: bool = ..., limits: Limits = ...) -> _T: ...
@overload
def load(
    source: Source, cls: None = ..., *, recover: Literal[False] = ..., dialect: str | None = ..., strict: bool = ..., limits: Limits = ...
) -> Element | Markup: ...
@overload
def load(
    source: Source, cls: type[Node] | None = ..., *, recover: Literal[True], dialect: str | None = ..., strict: bool = ..., limits: Limits = ...
) -> Recovered: ...
@overload
def load(source: Source, cls: type[_T], *, recover: bool, dialect: str | None = ..., strict: bool = ..., limits: Limits = ...) -> _T | Recovered: ...
@overload
def load(
    source: Source, cls: None = ..., *, recover: bool, dialect: str | None = ..., strict: bool = ..., limits: Limits = ...
) -> Element | Markup | Recovered: ...
def load(
    source: Source, cls: type[Any] | None = None, *, dialect: str | None = None, strict: bool = False, recover: bool = False, limits: Limits = _DEFAULT
) -> Any:
    """Read a path or binary file, as `loads` does. Raises `OSError` too."""
    check_is_limits(limits)
    data, name = read(source), source_name(source)
    return read_document(json_text.loads(data, name=name, size=limits.size), cls, dialect, strict, recover, limits, name, data)


def _check_root(tree: object) -> None:
    if not isinstance(tree, (Element, Markup)):
        raise ModelError(f"expected an element or markup, found {brief(tree)}")
