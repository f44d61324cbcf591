"""QTI 3.0 XML: reading and writing without loss.

    tree = xml.loads(text)          # str or bytes
    text = xml.dumps(tree)
    text = xml.patch(text, tree, edited)   # only what changed

Fidelity: for every well-formed document `d`, `dumps(loads(d))` has the same canonical XML with comments as `d`; white space is
exact in mixed content and laid out anew between the children of element-only content. `dumps(loads(dumps(t))) == dumps(t)`.

Strategy: `source` makes events of text or of an lxml tree, `reader` makes a tree of events (`tables` keeps what each name means,
for all readings of the process; `shapes` compiles what is hot), `locate` finds lines and columns when there are problems; `writer`
makes text of a tree (`tags` compiles what is hot); `names` knows namespaces.
`patching` changes a text as its tree was changed: `align` compares lists, `spans` knows where things stand, `layout` where new things
belong, `recode` knows encodings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, overload

from ..arguments import check_class, check_indent, check_text
from ..binary import binary
from ..brief import brief
from ..collector import paused
from ..errors import DocumentError, Issue, ModelError
from ..files import Source, Target, read, source_name, write
from ..kinds import other_kind
from ..nodes import Element, Markup, Node
from ..spec import element_classes, spec_of
from ..stack import on_deep_stack
from . import tags  # noqa: F401 - gives the writer its compiler
from .encodings import to_utf8
from .infoset import explained
from .names import ROOT
from .reader import Careless, Problem, Reader, TooMuch
from .source import DEFAULT, Limits, check_limits, feed_lxml, feed_text
from .writer import Output, check_size, write_content, write_node

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

    from .patching import Change, changes, patch
    from .patching import patch_trusted as patch_trusted

__all__ = ["Change", "Limits", "Recovered", "changes", "dump", "dumps", "load", "loads", "patch", "structure", "unstructure"]

_T = TypeVar("_T", bound=Node)


def __getattr__(name: str) -> Any:
    """Patching is imported when it is first asked for, so that programs without it start sooner."""
    if name in ("Change", "changes", "patch", "patch_trusted"):
        from . import patching

        return getattr(patching, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Recovered(NamedTuple):
    """What `recover=True` gives: the tree with the offending parts kept as they were, and the list of problems."""

    tree: Element | Markup
    issues: list[Issue]


@overload
def loads(source: str | bytes, cls: type[_T], *, recover: Literal[False] = ..., limits: Limits = ..., name: str | None = ...) -> _T: ...
@overload
def loads(source: str | bytes, cls: None = ..., *, recover: Literal[False] = ..., limits: Limits = ..., name: str | None = ...) -> Element | Markup: ...
@overload
def loads(source: str | bytes, cls: type[Node] | None = ..., *, recover: Literal[True], limits: Limits = ..., name: str | None = ...) -> Recovered: ...
@overload
def loads(source: str | bytes, cls: type[_T], *, recover: bool, limits: Limits = ..., name: str | None = ...) -> _T | Recovered: ...
@overload
def loads(source: str | bytes, cls: None = ..., *, recover: bool, limits: Limits = ..., name: str | None = ...) -> Element | Markup | Recovered: ...
def loads(source: str | bytes, cls: type[Any] | None = None, *, recover: bool = False, limits: Limits = DEFAULT, name: str | None = None) -> Any:
    """Read XML text. A typed root gives an object of its class, any other root `Markup`; both lose nothing.

    `cls` says which class is expected, for type checkers and as a check. `name` names the source in messages. A `str` is read whatever encoding
    it declares; `bytes` by their mark, their declaration, or as UTF-8.

    Raises `DocumentError` with every problem and its place: not well-formed, or something that the classes cannot hold (a value that is not of
    its type, a required attribute that is missing, a known element out of its place). Unknown elements and attributes are no problem; whether the
    document is *valid* is another question. With `recover=True`, only what is not well-formed is an error: the result is a `Recovered`.

    Source: ASI 3.0.1; fact sheet "QTI 3.0 test level".

    >>> from qtimodel import Weight, xml
    >>> xml.loads('<qti-weight xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="W" value="2"/>', Weight)
    Weight(identifier='W', value=2.0)
    >>> tree, issues = xml.loads('<qti-weight xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="W" value="two"/>', recover=True)
    >>> print(issues[0])
    1:80: `value` of `qti-weight` is `two`; expected a number (at /qti-weight/@value)
    """
    return _loads(source, cls, recover, limits, name)


@overload
def load(source: Source, cls: type[_T], *, recover: Literal[False] = ..., limits: Limits = ...) -> _T: ...
@overload
def load(source: Source, cls: None = ..., *, recover: Literal[False] = ..., limits: Limits = ...) -> Element | Markup: ...
@overload
def load(source: Source, cls: type[Node] | None = ..., *, recover: Literal[True], limits: Limits = ...) -> Recovered: ...
@overload
def load(source: Source, cls: type[_T], *, recover: bool, limits: Limits = ...) -> _T | Recovered: ...
@overload
def load(source: Source, cls: None = ..., *, recover: bool, limits: Limits = ...) -> Element | Markup | Recovered: ...
def load(source: Source, cls: type[Any] | None = None, *, recover: bool = False, limits: Limits = DEFAULT) -> Any:
    """Read a path or binary file, as `loads` does. Raises `OSError` too."""
    return _loads(read(source), cls, recover, limits, source_name(source))


def dumps(tree: Element | Markup, *, indent: int | str | None = 2, limits: Limits = DEFAULT) -> str:
    """XML text of a tree: a declaration, the tree laid out with `indent` spaces (or that string) a level, no line break at the end.

    `indent=None` writes no white space of our own. Values are written canonically, or as they were read while they still mean the same.
    What is written can be read again with the same `limits` (`problems` are counted by readers only).
    Raises `ModelError` with the path of a value that its class does not allow, or of what is beyond the limits.

    >>> from qtimodel import Ordering, xml
    >>> print(xml.dumps(Ordering(shuffle=True)))
    <?xml version="1.0" encoding="UTF-8"?>
    <qti-ordering xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" shuffle="true"/>
    """
    if not isinstance(tree, (Element, Markup)):
        raise ModelError(f"expected an element or markup, found {brief(tree)}")
    check_indent(indent)
    check_limits(limits)
    step = indent if isinstance(indent, str) else " " * (indent or 0)
    line = "" if indent is None else "\n"
    return check_size("".join(_written(tree, line, step, limits)), limits)


@on_deep_stack
def _written(tree: Element | Markup, line: str, step: str, limits: Limits) -> list[str]:
    """The pieces of the text of a document."""
    out = Output(['<?xml version="1.0" encoding="UTF-8"?>', "\n"], limits)
    with explained(tree):
        write_node(tree, out, line, step, ROOT)
        for item in tree._extras.after if tree._extras is not None else ():
            out.append("\n")
            write_content(tree, [item], out, line, step, ROOT)
    return out


def dump(tree: Element | Markup, target: Target, *, indent: int | str | None = 2, limits: Limits = DEFAULT) -> None:
    """Write a tree as UTF-8 to a path (replaced in one step, or not at all) or binary file. Raises `ModelError` and `OSError`."""
    write(check_size(dumps(tree, indent=indent, limits=limits).encode(), limits), target)


@overload
def structure(element: _Element | _ElementTree, cls: type[_T], *, recover: Literal[False] = ..., limits: Limits = ..., name: str | None = ...) -> _T: ...
@overload
def structure(
    element: _Element | _ElementTree, cls: None = ..., *, recover: Literal[False] = ..., limits: Limits = ..., name: str | None = ...
) -> Element | Markup: ...
@overload
def structure(
    element: _Element | _ElementTree, cls: type[Node] | None = ..., *, recover: Literal[True], limits: Limits = ..., name: str | None = ...
) -> Recovered: ...
@overload
def structure(element: _Element | _ElementTree, cls: type[_T], *, recover: bool, limits: Limits = ..., name: str | None = ...) -> _T | Recovered: ...
@overload
def structure(
    element: _Element | _ElementTree, cls: None = ..., *, recover: bool, limits: Limits = ..., name: str | None = ...
) -> Element | Markup | Recovered: ...
def structure(
    element: _Element | _ElementTree, cls: type[Any] | None = None, *, recover: bool = False, limits: Limits = DEFAULT, name: str | None = None
) -> Any:
    """Read an lxml element or tree, as `loads` reads text. lxml knows no columns, so issues have lines at best."""
    check_class("cls", cls, (Element, Markup))
    check_limits(limits)
    if not hasattr(element, "getroot") and not (hasattr(element, "nsmap") and isinstance(element.tag, str)):
        raise TypeError(f"`element` is {brief(element)}; expected an element or a tree of lxml; to read text, use `loads`")
    root: Any = element.getroot() if hasattr(element, "getroot") else element
    tree, problems = _read(lambda reader: feed_lxml(root, reader), limits, cls)
    issues: list[Issue] = []
    if problems:
        from .locate import locate_lxml

        issues = locate_lxml(problems, name)
    return _result(tree, issues, recover)


def unstructure(tree: Element | Markup, *, limits: Limits = DEFAULT) -> _Element:
    """The lxml element of a tree. Comments around the root are its siblings. Raises `ModelError`."""
    from lxml import etree

    # With `collect_ids`, libxml2 would refuse an `xml:id` that occurs twice.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_blank_text=False, collect_ids=False)
    return etree.fromstring(dumps(tree, indent=None, limits=limits).encode(), parser)


def _loads(source: str | bytes, cls: type[Any] | None, recover: bool, limits: Limits, name: str | None) -> Any:
    check_text("source", source)
    check_class("cls", cls, (Element, Markup))
    check_limits(limits)
    if len(source) > limits.size:
        message = f"the document has {len(source):,} characters or bytes; if that is meant, read with limits=Limits(size=...)"
        raise DocumentError([Issue(code="size", message=message, source=name)])
    try:
        data = to_utf8(source, name)
        tree, problems = _read(lambda reader: feed_text(data, name, reader), limits, cls)
    except DocumentError:
        if (other := binary(source)) is not None:
            raise DocumentError([Issue(code="format", message=other, line=1, column=1, source=name)]) from None
        raise
    issues: list[Issue] = []
    if problems:
        from .locate import locate_text

        issues = locate_text(problems, data, name)
    return _result(tree, issues, recover)


def _read(feed: Callable[[Reader], None], limits: Limits, cls: type[Any] | None) -> tuple[Element | Markup | None, list[Problem]]:
    """Run the events through a reader, a second time if the first one was careless. No tree: the last problem ended the reading."""
    with paused():
        for careful in (False, True):
            reader = Reader(limits, careful=careful)
            try:
                feed(reader)
                tree = reader.close()
                if cls is not None and not isinstance(tree, cls):
                    reader.problems.append(Problem("root", wrong_root(tree, cls), reader.root_place))
                return tree, reader.problems
            except Careless:
                continue
            except TooMuch as stop:
                return None, [*reader.problems, *stop.args]
            finally:
                reader.release()
    raise AssertionError("a careful reading is never careless")


def wrong_root(tree: Element | Markup, cls: type[Any]) -> str:
    """What to say when the root is not of the class that was asked for."""
    found = f"`{tree.name}` in namespace `{tree.namespace or ''}`" if isinstance(tree, Markup) else f"`{spec_of(type(tree)).name}`"
    expected = f"`{spec_of(cls).name}` in namespace `{spec_of(cls).namespace}`" if cls in element_classes() else f"an element of {cls.__name__}"
    other = other_kind(tree.namespace, tree.name) if isinstance(tree, Markup) else None
    if other is None:
        return f"the root is {found}; expected {expected}"
    return f"the root is {found}, which is {other.what}; expected {expected}: {other.advice}"


def _result(tree: Element | Markup | None, issues: list[Issue], recover: bool) -> Any:
    if tree is None or (issues and not recover):
        raise DocumentError(issues)
    return Recovered(tree, issues) if recover else tree
