"""A tree to text.

Strategy: as in reading, an interpreter of the declarations can write anything, and hot classes are compiled (`tags`). The compiled
function writes only what is plain: canonical values, no extras, no special form, the default namespace being QTI's. Wherever it
meets something else it leaves that node to the interpreter, which is the one place that knows forms, prefixes and errors.

Every function takes `out` (a list of strings), `line` (a line break and the indentation of the node, or `""`) and `step` (one
more level of indentation). The parent writes `line` before a child; in mixed content nobody writes any white space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..datatypes import NCNAME, full_match, plain_text, text_problem
from ..nodes import QTI, XSI, Comment, Content, Element, Extras, Form, Invalid, Markup, ProcessingInstruction
from ..spec import Field, Kind, spec_of
from .names import SCHEMA_LOCATIONS, Scope, split_key

__all__ = ["Wrong", "escape_attribute", "escape_text", "write_node"]

SCHEMA = f"{QTI} https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"

_NO_EXTRAS = Extras()
_NO_FORM = Form()
_NEW_ROOT = Form(("xmlns", "xmlns:xsi", "xsi:schemaLocation"), fixed={"xmlns": QTI, "xmlns:xsi": XSI, SCHEMA_LOCATIONS[0]: SCHEMA})


def _is_name(text: str) -> bool:
    return full_match(NCNAME)(text) is not None


class Wrong(Exception):
    """A wrong value: `args` are the node, the name of its attribute or field (or `None`), and a message."""


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
    if text.isspace() and len(text) < 100 and len(_known_blanks) < 1024:
        _known_blanks.add(text)
    return text


_known_blanks: set[str] = set()  # white space that was checked


def escape_attribute(node: object, name: str, text: str) -> str:
    """Text between double quotes. Raises `Wrong`."""
    return _escaped(node, name, text, _ATTRIBUTE) if _special_in_attribute(text) else text


def _escaped(node: object, name: str | None, text: str, references: dict[str, str]) -> str:
    if problem := text_problem(text):
        raise Wrong(node, name, f"the text has {problem}")
    for character, reference in references.items():
        text = text.replace(character, reference)
    return text


Writer = Callable[[Any, list[str], str, str, Scope], None]


class Writers(dict[type, Writer]):
    """How to write each class. `make`, which `tags` sets, gives the writer of a class that is met for the first time."""

    make: Callable[[type[Element]], Writer]

    def __missing__(self, cls: type) -> Writer:
        if not issubclass(cls, Element):
            raise Wrong(None, None, f"expected an element, found {cls.__name__}")
        writer = self[cls] = self.make(cls)
        return writer


writers = Writers()


def write_node(node: Element | Markup, out: list[str], line: str, step: str, scope: Scope) -> None:
    """Write a root: a new one declares the namespaces it needs."""
    if isinstance(node, Markup):
        return write_markup(node, out, line, step, scope)
    form = node._form
    if form is None:
        form = _NEW_ROOT if spec_of(type(node)).document else _NO_FORM
    return interpret(node, out, line, step, scope, form=form)


def interpret(node: Element, out: list[str], line: str, step: str, scope: Scope, *, form: Form | None = None, inline: bool = False) -> None:
    """Write any typed element from its declaration. `inline`: in mixed content, where white space counts."""
    spec = spec_of(type(node))
    extras = node._extras or _NO_EXTRAS
    form = form or node._form or _NO_FORM
    if extras.before:
        write_before(node, extras.before, out, "" if inline else line, step, scope)
    attributes = {}
    for field in spec.attributes:
        text = attribute_text(node, field, form)
        if text is not None:
            attributes[str(field.xml_name)] = text
    for key in extras.attributes:
        if key in spec.attribute_by_name:
            raise Wrong(node, key, f"`{key}` is a declared attribute: set the field, not extras.attributes")
    name, head, scope = start_tag(node, spec.name, spec.namespace, attributes, extras.attributes, form, scope)
    out.append(head)
    if spec.body is not None:
        if extras.trailing:
            raise Wrong(node, None, f"`{name}` has text content: what stands at its end belongs there, not into extras.trailing")
        pieces: list[Content] = getattr(node, spec.body.name) if spec.body.kind is Kind.MIXED else text_pieces(node, spec.body, form)
        if not isinstance(pieces, list):
            raise Wrong(node, spec.body.name, f"expected a list, found {pieces!r}")
        if pieces:
            out.append(">")
            write_content(node, pieces, out, line, step, scope)
            out.append(f"</{name}>")
        else:
            out.append("/>")
        return
    kids = [(field, child) for field in spec.children for child in _children(node, field)]
    if not kids and not extras.trailing:
        out.append("/>")
        return
    out.append(">")
    if not spec.children:
        line = step = ""  # the schema allows comments in an empty element, but no white space
    inner = line + step
    for field, child in kids:
        out.append(inner)
        if isinstance(child, Markup) and field.wildcard:
            write_markup(child, out, inner, step, scope)
        elif isinstance(child, field.targets):
            writers[child.__class__](child, out, inner, step, scope)
        else:
            raise Wrong(node, field.name, f"expected {expected_children(field)}, found {child!r:.200}")
    if not write_trailing(node, extras.trailing, out, inner, step, scope):
        out.append(line)
    out.append(f"</{name}>")


def _children(node: Element, field: Field) -> Iterable[Any]:
    value = getattr(node, field.name)
    if field.kind is Kind.CHILDREN:
        if not isinstance(value, list):
            raise Wrong(node, field.name, f"expected a list, found {value!r:.200}")
        return value
    if value is None and field.required:
        raise Wrong(node, field.name, f"expected {expected_children(field)}, found None")
    return () if value is None or (isinstance(value, Invalid) and value.text is None) else (value,)


def expected_children(field: Field) -> str:
    names = [target.__name__ for target in field.targets] + ["Markup"] * field.wildcard
    return names[0] if len(names) == 1 else "one of " + ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


def attribute_text(node: Element, field: Field, form: Form) -> str | None:
    """The text of an attribute, as it was written while that still means the value. `None`: it is not written."""
    value = getattr(node, field.name)
    if isinstance(value, Invalid):
        return value.text
    if value is None:
        if field.required:
            raise Wrong(node, field.xml_name, f"this attribute is required: expected {field.scalar.expected if field.scalar else 'a value'}, found None")
        return None
    try:
        text = field.write(value)
    except (TypeError, ValueError) as error:
        raise Wrong(node, field.xml_name, str(error)) from None
    written = (form.lexical or {}).get(str(field.xml_name))
    return written if written is not None and _means(field, written, text) else text


def _means(field: Field, written: str, canonical: str) -> bool:
    """Whether a text that was read means the same value as a canonical text."""
    try:
        return field.write(field.parse(written)) == canonical
    except ValueError:
        return False


def text_pieces(node: Element, field: Field, form: Form) -> list[Content]:
    """The content of a text-only element, with comments inside it where they stood if the text is still the same."""
    value = getattr(node, field.name)
    if isinstance(value, Invalid):
        text = value.text or ""
    else:
        try:
            text = field.write(value)
        except (TypeError, ValueError) as error:
            raise Wrong(node, field.name, str(error)) from None
    if form.content is not None:
        written = "".join(piece for piece in form.content if isinstance(piece, str))
        if written == text or (not isinstance(value, Invalid) and _means(field, written, text)):
            return list(form.content)
    return [text] if text else []


def start_tag(
    node: Element | Markup,
    local: str,
    namespace: str | None,
    attributes: dict[str, str],
    others: dict[str, str],
    form: Form,
    scope: Scope,
) -> tuple[str, str, Scope]:
    """The qualified name, the start tag without its end, and the scope inside it.

    `attributes` have no namespace; `others` are keyed by what the reader calls a key. Declarations stay where they were, those that a
    moved node lost are added.
    """
    texts: dict[str, str] = {}
    fixed = form.fixed or {}
    declarations = {raw: uri for raw, uri in fixed.items() if not raw.startswith("{")}
    if declarations:
        scope = scope.declare(declarations.items())
        texts.update(declarations)
    prefix = scope.prefix_of(namespace, attribute=False, preferred=form.prefix)
    if prefix is False:
        prefix = None if namespace is None or "xmlns" not in declarations else _free(scope, form.prefix)
        raw = f"xmlns:{prefix}" if prefix else "xmlns"
        scope = scope.declare([(raw, namespace or "")])
        texts[raw] = namespace or ""
    texts.update(attributes)
    # How prefixed attributes were written, as far as that still means the same.
    written: dict[str, str] = {}
    for raw in form.names:
        if ":" in raw and not raw.startswith("xmlns:"):
            space = scope.get(raw.partition(":")[0])
            written[f"{{{space}}}{raw.partition(':')[2]}"] = raw
    for key, text in {**{key: text for key, text in fixed.items() if key.startswith("{")}, **others}.items():
        if not isinstance(text, str):
            raise Wrong(node, key, f"expected a str, found {text!r}")
        raw = written.get(key, key)
        if raw.startswith("{"):
            uri, name = split_key(key)
            chosen = scope.prefix_of(uri, attribute=True)
            if chosen is False or not uri:
                chosen = "xsi" if uri == XSI and scope.get("xsi") is None else _free(scope, None)
                scope = scope.declare([(f"xmlns:{chosen}", uri or "")]) if uri else _no_uri(node, key)
                texts[f"xmlns:{chosen}"] = uri or ""
            raw = f"{chosen}:{name}"
        if not all(map(_is_name, raw.split(":"))) or raw.partition(":")[0] == "xmlns" or (":" in raw and raw == key and not raw.startswith("xml:")):
            raise Wrong(node, key, f"`{key}` is no name of an attribute: write `name`, `xml:name` or `{{namespace}}name`")
        texts[raw] = text
    qualified = f"{prefix}:{local}" if prefix else local
    if not _is_name(local):
        raise Wrong(node, None, f"`{local}` is no name of an element")
    # Declarations that had to be added come first, then what was written, in its order, then what is new.
    added = [raw for raw in texts if raw.startswith("xmlns") and raw not in declarations]
    order = dict.fromkeys([*added, *(raw for raw in form.names if raw in texts), *texts])
    parts = [f"<{qualified}"]
    for raw in order:
        parts.append(f' {raw}="{escape_attribute(node, raw, texts[raw])}"')
    return qualified, "".join(parts), scope


def _no_uri(node: object, key: str) -> Scope:
    raise Wrong(node, key, f"`{key}` has an empty namespace: write the name alone")


def _free(scope: Scope, preferred: str | None) -> str:
    """A prefix that is not in use."""
    if preferred and scope.get(preferred) is None:
        return preferred
    number = 0
    while scope.get(f"ns{number}") is not None:
        number += 1
    return f"ns{number}"


def write_markup(node: Markup, out: list[str], line: str, step: str, scope: Scope) -> None:
    """Write an untyped element. All white space in it is its own."""
    name, attributes, content = node.name, node.attributes, node.content
    # Nearly all markup is a few dozen HTML elements with a few dozen attributes, without prefixes.
    if (
        node._form is None
        and node._extras is None
        and scope.plain
        and name in _known_names
        and node.namespace == QTI
        and content.__class__ is list
        and (not attributes or (attributes.__class__ is dict and _known_names.issuperset(attributes)))
    ):
        head = f"<{name}"
        for key, text in attributes.items():
            if text.__class__ is not str:
                raise Wrong(node, key, f"expected a str, found {text!r}")
            head += f' {key}="{escape_attribute(node, key, text)}"'
    else:
        name, head, scope = _odd_markup(node, out, line, step, scope)
    if not content:
        out.append(f"{head}/>")
    elif len(content) == 1 and content[0].__class__ is str:
        out.append(f"{head}>{escape_text(node, content[0])}</{name}>")
    else:
        out.append(f"{head}>")
        write_content(node, content, out, line, step, scope)
        out.append(f"</{name}>")


_known_names: set[str] = set()  # names without a namespace that were checked


def _odd_markup(node: Markup, out: list[str], line: str, step: str, scope: Scope) -> tuple[str, str, Scope]:
    """What stands before an element with prefixes, extras or names not met before; then its start tag, as `start_tag` gives it."""
    if not isinstance(node.content, list) or not isinstance(node.attributes, dict):
        raise Wrong(node, None, "expected a list of content and a dict of attributes")
    extras = node._extras or _NO_EXTRAS
    if extras.attributes or extras.trailing:
        raise Wrong(node, None, "markup has its own attributes and content: nothing goes into extras.attributes and extras.trailing")
    write_before(node, extras.before, out, line, step, scope)
    parts = start_tag(node, node.name, node.namespace, {}, node.attributes, node._form or _NO_FORM, scope)
    if node._form is None and len(_known_names) < 1024:
        _known_names.update(known for known in (node.name, *node.attributes) if not set(":{") & set(known))
    return parts


def write_content(node: object, pieces: Iterable[Any], out: list[str], line: str, step: str, scope: Scope) -> None:
    """Write mixed content. A typed element in it is laid out from the column where it stands, or not at all if it is in running text."""
    before: object = None
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
        elif isinstance(piece, str):
            out.append(escape_text(node, piece))
        else:
            raise Wrong(node, None, f"expected text, an element, markup, a comment or a processing instruction, found {piece!r:.200}")
        before = piece


def write_before(node: object, items: Iterable[Content], out: list[str], line: str, step: str, scope: Scope) -> None:
    """What stands in front of a node, each on a line of its own; a text that is out of place is kept with its own white space."""
    for item in items:
        if isinstance(item, str):
            if line and out and out[-1] == line:
                out.pop()
            write_content(node, [item], out, line, step, scope)
        else:
            write_item(node, item, out, line, step, scope)
            out.append(line)


def write_trailing(node: object, items: Iterable[Content], out: list[str], inner: str, step: str, scope: Scope) -> bool:
    """What stands behind the last child. Tells whether text came last, so that no line break may follow."""
    text_last = False
    for item in items:
        if isinstance(item, str):
            write_content(node, [item], out, inner, step, scope)
        else:
            if not text_last:
                out.append(inner)
            write_item(node, item, out, inner, step, scope)
        text_last = isinstance(item, str)
    return text_last


def write_item(node: object, item: Content, out: list[str], line: str, step: str, scope: Scope) -> None:
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
        if not isinstance(item.target, str) or not _is_name(item.target) or item.target.lower() == "xml":
            raise Wrong(item, None, f"`{item.target}` is no target of a processing instruction")
        written = f"<?{item.target} {text}?>" if text else f"<?{item.target}?>"
    if bad:
        raise Wrong(item, None, f"{text!r:.200} has {problem}")
    if "\r" in text:
        raise Wrong(item, None, "a carriage return cannot be kept in a comment or processing instruction: write a line feed")
    if problem_here := text_problem(text):
        raise Wrong(item, None, f"the text has {problem_here}")
    out.append(written)
