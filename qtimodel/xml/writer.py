"""A tree to text.

Strategy: as in reading, an interpreter of the declarations can write anything, and hot classes are compiled (`tags`). The compiled
function writes only what is plain: canonical values, no extras, no special form, the default namespace being QTI's. Wherever it
meets something else it leaves that node to the interpreter, which is the one place that knows forms, prefixes and errors.

Every function takes `out` (a list of strings), `line` (a line break and the indentation of the node, or `""`) and `step` (one
more level of indentation). The parent writes `line` before a child; in mixed content nobody writes any white space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from .. import stack
from ..brief import brief
from ..datatypes import plain_text, text_problem
from ..errors import ModelError
from ..memory import Memory
from ..nodes import Comment, Content, Element, Form, Markup, ProcessingInstruction
from ..spec import Kind, spec_of, typed_everywhere
from ..walking import children
from .compiled import Writers
from .infoset import NO_EXTRAS, NO_FORM, Wrong, check_after, check_child, children_of, root_form, start, text_pieces
from .name_characters import is_name
from .names import Scope
from .source import Limits

__all__ = ["Output", "check_attributes", "check_depth", "check_size", "escape_attribute", "escape_text", "write_node"]


_T = TypeVar("_T", bound=str | bytes)
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_special_in_text = plain_text("".join(_TEXT))
_special_in_attribute = plain_text("".join(_ATTRIBUTE))


def escape_text(node: object, text: str) -> str:
    """Text between tags. `>` is always escaped, so `]]>` cannot occur. Raises `Wrong` for what XML does not have."""
    # The cheapest questions first: the line breaks of a layout are few and come again; most other text is one plain line.
    if text in _known_blanks or (text.isprintable() and "&" not in text and "<" not in text and ">" not in text):
        return text
    if _special_in_text(text):
        return _escaped(node, None, text, _TEXT)
    if len(text) < 100 and text.isspace():
        _known_blanks.keep(text, None, (text,))
    return text


_known_blanks: Memory[str, None] = Memory(1024)  # white space that was checked


def escape_attribute(node: object, name: str, text: str) -> str:
    """Text between double quotes. Raises `Wrong`."""
    return _escaped(node, name, text, _ATTRIBUTE) if _special_in_attribute(text) else text


def _escaped(node: object, name: str | None, text: str, references: dict[str, str]) -> str:
    if problem := text_problem(text):
        raise Wrong(node, name, f"the text has {problem}")
    for character, reference in references.items():
        text = text.replace(character, reference)
    return text


class Output(list[str]):
    """The pieces of the text, and what of the reader's limits is left: what is written must be readable.

    `left`: how many levels of elements may still follow below the current one. `attributes`: how many one start tag may have.
    """

    __slots__ = ("attributes", "left", "limits")

    def __init__(self, pieces: Iterable[str], limits: Limits, above: int = 0) -> None:
        """`above` is the number of elements that are open already."""
        super().__init__(pieces)
        self.limits = limits
        self.attributes = limits.attributes
        self.left = limits.depth - 1 - above


Writer = Callable[[Any, Output, str, str, Scope], None]


writers = Writers()


def too_deep(node: object, out: Output) -> Wrong:
    """The error for an element whose children are deeper than the reader allows."""
    depth = out.limits.depth
    return Wrong(node, None, f"more than {depth} nested elements, which cannot be read again; if that is meant, pass limits=Limits(depth=...)")


def check_depth(node: object, out: Output) -> None:
    """Refuse a node that would be deeper than the reader allows; for text of it that is not written anew. Raises `Wrong`."""
    waiting = [iter((node,))]
    while waiting:
        for child in waiting[-1]:
            if isinstance(child, (Element, Markup)):
                if len(waiting) > out.left + 1:
                    raise too_deep(child, out)
                waiting.append(children(child))
                break
        else:
            waiting.pop()


def _has_elements(items: Iterable[object]) -> bool:
    return any(isinstance(item, (Element, Markup)) for item in items)


def write_node(node: Element | Markup, out: Output, line: str, step: str, scope: Scope) -> None:
    """Write a root."""
    if out.left < 0:
        raise too_deep(node, out)
    if isinstance(node, Markup):
        return write_markup(node, out, line, step, scope, root=True)
    return interpret(node, out, line, step, scope, form=root_form(node))


def interpret(node: Element, out: Output, line: str, step: str, scope: Scope, *, form: Form | None = None, inline: bool = False, begun: bool = False) -> None:
    """Write any typed element from its declaration. `inline`: in mixed content, where white space counts; `begun`: what stands before it is written."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(interpret, node, out, line, step, scope, form=form, inline=inline, begun=begun)
    spec = spec_of(type(node))
    extras = NO_EXTRAS if node._extras is None else node._extras
    if form is None:
        check_after(node, extras)
    form = form or node._form or NO_FORM
    if extras.before and not begun:
        write_before(node, extras.before, out, "" if inline else line, step, scope)
    name, attributes, scope = start(node, form, scope)
    out.append(start_tag(name, attributes, node, out))
    if spec.body is not None:
        if extras.trailing:
            raise Wrong(node, None, f"`{name}` has text content: what stands at its end belongs there, not into extras.trailing")
        pieces: list[Content] = getattr(node, spec.body.name) if spec.body.kind is Kind.MIXED else text_pieces(node, spec.body, form)
        if not isinstance(pieces, list):
            raise Wrong(node, spec.body.name, f"expected a list, found {brief(pieces)}")
        if pieces:
            out.append(">")
            write_content(node, pieces, out, line, step, scope)
            out.append(f"</{name}>")
        else:
            out.append("/>")
        return None
    kids = [(field, child) for field in spec.children for child in children_of(node, field)]
    if not kids and not extras.trailing:
        out.append("/>")
        return None
    out.append(">")
    if not spec.children:
        line = step = ""  # the schema allows comments in an empty element, but no white space
    inner = line + step
    if out.left <= 0 and (kids or _has_elements(extras.trailing)):
        raise too_deep(node, out)
    out.left -= 1
    for field, child in kids:
        out.append(inner)
        check_child(node, spec, field, child)
        if isinstance(child, Markup):
            write_markup(child, out, inner, step, scope)
        else:
            writers[child.__class__](child, out, inner, step, scope)
    if not write_trailing(node, extras.trailing, out, inner, step, scope):
        out.append(line)
    out.left += 1
    out.append(f"</{name}>")
    return None


def start_tag(name: str, attributes: dict[str, str], node: object, out: Output) -> str:
    """A start tag without its end."""
    check_attributes(len(attributes), node, out)
    return f"<{name}" + "".join([f' {raw}="{escape_attribute(node, raw, text)}"' for raw, text in attributes.items()])


def check_size(text: _T, limits: Limits) -> _T:
    """The text, unless the reader would refuse it for its size. Raises `ModelError`."""
    if len(text) > limits.size:
        message = f"the document has {len(text):,} characters or bytes, which cannot be read again; if that is meant, pass limits=Limits(size=...)"
        raise ModelError(message)
    return text


def check_attributes(count: int, node: object, out: Output) -> None:
    """Refuse more attributes, namespace declarations among them, than the reader allows. Raises `Wrong`."""
    if count > out.attributes:
        message = f"more than {out.attributes} attributes on one element, which cannot be read again; if that is meant, pass limits=Limits(attributes=...)"
        raise Wrong(node, None, message)


def write_markup(node: Markup, out: Output, line: str, step: str, scope: Scope, *, root: bool = False) -> None:
    """Write an untyped element. All white space in it is its own."""
    name, attributes, content = node.name, node.attributes, node.content
    # Nearly all markup is a few dozen HTML elements with a few dozen attributes, without prefixes.
    if (
        node._form is None
        and node._extras is None
        and (node.namespace is scope.default or (node.namespace.__class__ is str and node.namespace == scope.default))
        and name.__class__ is str
        and name in _known_names
        and content.__class__ is list
        and (not attributes or (attributes.__class__ is dict and _known_names.keys() >= attributes.keys()))
    ):
        head = f"<{name}"
        if len(attributes) > out.attributes:
            check_attributes(len(attributes), node, out)
        for key, text in attributes.items():
            if text.__class__ is not str:
                raise Wrong(node, key, f"expected a str, found {brief(text)}")
            head += f' {key}="{escape_attribute(node, key, text)}"'
    else:
        if not root:
            check_after(node, (NO_EXTRAS if node._extras is None else node._extras))
        name, head, scope = _odd_markup(node, out, line, step, scope)
    if not content:
        out.append(f"{head}/>")
    elif len(content) == 1 and content[0].__class__ is str:
        out.append(f"{head}>{escape_text(node, content[0])}</{name}>")
    else:
        out.append(f"{head}>")
        write_content(node, content, out, line, step, scope)
        out.append(f"</{name}>")


_known_names: Memory[str, None] = Memory(1024)  # names without a namespace that were checked


def _odd_markup(node: Markup, out: Output, line: str, step: str, scope: Scope) -> tuple[str, str, Scope]:
    """What stands before an element with prefixes, extras or names not met before; then its start tag, as `start_tag` gives it."""
    name, attributes, inner = start(node, node._form or NO_FORM, scope)
    write_before(node, (NO_EXTRAS if node._extras is None else node._extras).before, out, line, step, scope)
    if node._form is None:
        for known in (node.name, *node.attributes):
            if known != "xmlns" and not set(":{") & set(known) and typed_everywhere(known) is None:
                _known_names.keep(known, None, (known,))
    return name, start_tag(name, attributes, node, out), inner


def write_content(node: object, pieces: Iterable[Any], out: Output, line: str, step: str, scope: Scope) -> None:
    """Write mixed content. A typed element in it is laid out from the column where it stands, or not at all if it is in running text."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(write_content, node, pieces, out, line, step, scope)
    before: object = None
    if out.left <= 0 and _has_elements(pieces):
        raise too_deep(node, out)
    out.left -= 1
    for piece in pieces:
        kind = piece.__class__
        if kind is str:
            out.append(piece if piece in _known_blanks else escape_text(node, piece))
        elif kind is Markup:
            write_markup(piece, out, "", step, scope)
        elif isinstance(piece, Element):
            _, newline, column = before.rpartition("\n") if isinstance(before, str) else ("", "", "")
            base, inner = ("\n" + column, step) if newline and not column.strip(" \t") else ("", "")
            if piece._extras is None:
                writers[kind](piece, out, base, inner, scope)
            else:
                interpret(piece, out, base, inner, scope, inline=True)
        elif isinstance(piece, (Comment, ProcessingInstruction)):
            write_other(piece, out)
        elif isinstance(piece, Markup):
            write_markup(piece, out, "", step, scope)
        elif isinstance(piece, str):
            out.append(escape_text(node, piece))
        else:
            raise Wrong(node, None, f"expected text, an element, markup, a comment or a processing instruction, found {brief(piece)}")
        before = piece
    out.left += 1
    return None


def write_before(node: object, items: Iterable[Content], out: Output, line: str, step: str, scope: Scope) -> None:
    """What stands in front of a node, each on a line of its own; a text that is out of place is kept with its own white space."""
    for item in items:
        if isinstance(item, str):
            if line and out and out[-1] == line:
                out.pop()
            write_content(node, [item], out, line, step, scope)
        else:
            write_item(node, item, out, line, step, scope)
            out.append(line)


def write_trailing(node: object, items: Iterable[Content], out: Output, inner: str, step: str, scope: Scope) -> bool:
    """What stands behind the last child. Tells whether text came last, so that no line break may follow."""
    text_last = False
    for item in items:
        if isinstance(item, str):
            write_content(node, [item], out, inner, step, scope)
        else:
            if not text_last:
                out.append(inner)
            if isinstance(item, Element):
                interpret(item, out, inner, step, scope)  # fewer frames of Python than by way of `writers`: it may be 256 levels deep
            else:
                write_item(node, item, out, inner, step, scope)
        text_last = isinstance(item, str)
    return text_last


def write_item(node: object, item: Content, out: Output, line: str, step: str, scope: Scope) -> None:
    """An element, markup, comment or processing instruction on a line of its own."""
    if isinstance(item, Element):
        writers[type(item)](item, out, line, step, scope)
    elif isinstance(item, Markup):
        write_markup(item, out, line, step, scope)
    else:
        write_content(node, [item], out, line, step, scope)


def write_other(item: Comment | ProcessingInstruction, out: list[str]) -> None:
    """A comment or a processing instruction."""
    if isinstance(item, Comment):
        text, problem = item.text, "`--` or ends with `-`, which XML forbids in comments"
        bad = not isinstance(text, str) or "--" in text or text.endswith("-")
        written = f"<!--{text}-->"
    else:
        text, problem = item.data, "`?>` or begins with white space, which cannot be kept"
        bad = not isinstance(text, str) or "?>" in text or text[:1].isspace()
        if not isinstance(item.target, str) or not is_name(item.target) or item.target.lower() == "xml":
            raise Wrong(item, None, f"`{item.target}` is no target of a processing instruction")
        written = f"<?{item.target} {text}?>" if text else f"<?{item.target}?>"
    if bad:
        raise Wrong(item, None, f"{brief(text)} has {problem}")
    if "\r" in text:
        raise Wrong(item, None, "a carriage return cannot be kept in a comment or processing instruction: write a line feed")
    if problem_here := text_problem(text):
        raise Wrong(item, None, f"the text has {problem_here}")
    out.append(written)
