"""Events to a tree.

Strategy: one open element is a frame: its node, its child table (raw name to what to do), and the position in the schema's order.
`start` is the fast path: a known child, in order, whose shape is compiled. Everything else goes through `other`, which asks the
declarations: namespaces, unknown names, markup, problems (`starts` makes the nodes). Reading never stops at a problem that the tree can hold: problems are
collected with the place of their event, and exact lines, columns and paths are computed afterwards, by `locate`, only when there are any.

Comments, processing instructions and whatever has no field of its own wait in `pending` and go into the extras of the next node.

The first reading is trusting: white space outside of mixed content goes into a set without a Python call for each, identifiers into
a list that is checked at the end as a whole. If something else turns up there, `Careless` asks for a second reading that is careful.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import attrs

from ..datatypes import all_identifiers, collapse
from ..nodes import Comment, Content, Element, Form, Invalid, Markup, Node, ProcessingInstruction
from ..spec import Field, Kind, Spec, child_of, element_class, spec_of
from .name_characters import is_name
from .names import ScopeError
from .shapes import LONGEST, is_scoped
from .source import Handlers, Limits
from .starts import is_declaration, markup_node, typed_node
from .tables import Table, Tables, shared_tables

__all__ = ["Careless", "Problem", "Reader", "TooMuch", "is_blank", "merge_texts"]


class TooMuch(Exception):
    """Reading stops here: `args` is the problem that ended it."""


class Careless(Exception):
    """There is text where none belongs, or no identifier where one belongs: read again with `careful=True`."""


@attrs.frozen
class Problem:
    """Something that the tree cannot hold in its proper place. `place` is what the source's `place()` gave.

    `attribute` is the raw name of the attribute meant. `ends` is 0 for a start tag; where the place is an end tag, it is the depth of
    the element, because an empty-element tag and the end tag behind it end at the same byte.
    """

    code: str
    message: str
    place: Any
    attribute: str | None = None
    ends: int = 0


class Reader(Handlers):
    """Handlers that build a tree. After the events: `root`, `problems`."""

    def __init__(self, limits: Limits, *, careful: bool = False) -> None:
        self.limits = limits
        self.problems: list[Problem] = []
        self.root: Element | Markup | None = None
        self.root_place: Any = None
        self.listen = lambda handler: None
        # Entries of other readings would make a careful one trusting again, and know no lower limit of attributes.
        alone = careful or limits.attributes < LONGEST
        self._build(limits, careful, Tables() if alone else shared_tables())

    def _build(self, limits: Limits, careful: bool, tables: Tables) -> None:  # noqa: PLR0915 - the state of a parse lives in one set of local names, for speed
        problems = self.problems
        stack: list[tuple[Any, Table, list[Content] | None, int]] = []
        push, pop = stack.append, stack.pop
        depth = limits.depth

        node: Any = None
        table = tables.root
        content: list[Content] | None = None  # of the node, if it may have text
        position = 0
        pending: list[Content] = []  # waits for the next node, in element-only content
        held: list[tuple[int, list[Content]]] = []  # what waits outside of an element that itself waits, and how deep
        split = False  # a run of text came in more than one piece
        unusual = False  # there was ever something pending, held or split: `end` looks closer only then
        blanks: set[str] = set()  # what was heard outside of mixed content
        identifiers: list[str] = []  # what compiled shapes took for identifiers
        trust = identifiers.append
        inside = 0  # how deep the outermost open element with mixed or text content is; 0: there is none

        def start(name: str, attributes: list[str]) -> None:
            nonlocal node, table, content, position, inside, pending
            entry = table.get(name)
            if entry is None:
                return other(name, attributes)
            index, shapes, child_table = entry
            make = shapes.get(tuple(attributes[::2]) if attributes else ())
            if make is None or index < position or len(stack) >= depth:
                return other(name, attributes)
            child = make(attributes, node, trust)
            if child is None:
                return other(name, attributes)
            if content is not None:
                content.append(child)
            elif pending:
                child.extras.before[:] = pending
                pending = []
            push((node, table, content, index))
            node = child
            table = child_table
            position = 0
            content_of = child_table.content
            if content_of is None:
                content = None
            else:
                content = content_of(child)
                if not inside:
                    inside = len(stack)
                    self.listen(text)
            return None

        def end(name: str) -> None:
            nonlocal node, table, content, position
            if unusual or table.ends:
                finish()
            node, table, content, position = pop()

        def text(data: str) -> None:
            nonlocal split, unusual
            if content is not None:
                if content and content[-1].__class__ is str:
                    split = unusual = True
                content.append(data)
            elif not (data.isspace() and data.isascii()):
                unusual = True
                if pending and isinstance(pending[-1], str):
                    pending[-1] += data
                else:
                    shown = collapse(data)[:40]
                    shown = shown if shown.isprintable() else ascii(shown)[1:-1]
                    report("text", f"the text `{shown}` must not stand in `{here()}`: remove it, or put it into an element that takes text")
                    pending.append(data)
            elif pending and isinstance(pending[-1], str):
                pending[-1] += data

        def comment(data: str) -> None:
            aside(Comment(data))

        def instruction(target: str, data: str) -> None:
            if not is_name(target):
                message = f"`{target}` is no target of a processing instruction: it is a name without a colon, in characters of XML 1.0"
                raise TooMuch(Problem("namespace", message, self.place()))
            aside(ProcessingInstruction(target, data))

        def aside(item: Content) -> None:
            """Keep something that has no field: in the content, or until the next node."""
            nonlocal unusual
            if content is None:
                unusual = True
                pending.append(item)
            else:
                content.append(item)

        def other(name: str, attributes: list[str]) -> None:
            """A start tag that the fast path does not know."""
            nonlocal node, table, content, position, pending, inside, unusual
            if len(stack) >= depth:
                too_much("depth", f"more than {depth} nested elements")
            if len(attributes) > 2 * limits.attributes:
                too_much("attributes", f"more than {limits.attributes} attributes on one element")
            names = tuple(attributes[::2])
            try:
                scope = table.scope
                declarations = [pair for pair in zip(names, attributes[1::2], strict=True) if is_declaration(pair[0])]
                if declarations:
                    scope = tables.scope(scope, declarations)
                namespace, local = scope.element(name)
                index, field, spec = place_of(namespace, local, name)
                scoped = not careful and any(map(is_scoped, names))
                make = tables.maker(spec, scope, name, names) if scoped else None
                child: Any = make(attributes, None, trust) if make is not None else None
                if child is None:
                    if spec is None:
                        child = markup_node(local, namespace, name, names, attributes, scope)
                    else:
                        child = typed_node(spec, name, names, attributes, scope, report)
                    if scoped:
                        tables.count(spec, scope, name, names)
            except ScopeError as error:
                raise TooMuch(Problem("namespace", str(error), self.place())) from None
            child_table = tables.table(spec, scope)
            attach(child, field)
            if field is not None and scope is table.scope and not careful:
                tables.note(table, name, names, index, field, child_table)
            if pending:  # the child itself waits among them, out of its place
                held.append((len(stack), pending))
                pending = []
            push((node, table, content, max(position, index)))
            node, table, content, position = child, child_table, None, 0
            body = table.body
            if body is not None:
                if body.kind is Kind.TEXT:
                    setattr(child, body.name, [])  # until `finish` reads it
                content = getattr(child, body.name)
                if not inside:
                    inside = len(stack)
                    self.listen(text)
                    unusual = unusual or (spec is None and inside > 1)  # markup has no end of its own to stop listening

        def place_of(namespace: str | None, local: str, name: str) -> tuple[int, Field | None, Spec | None]:
            """Place in the order, field (`None`: no field takes it) and spec (`None`: markup) of a child; reports a wrong place."""
            parent, body = table.spec, table.body
            if not stack:
                known = element_class(local, namespace)
                return 0, None, spec_of(known) if known is not None else None
            field, spec = child_of(parent, namespace, local)
            if parent is None or (body is not None and body.kind is Kind.MIXED):
                return 0, body, spec
            if body is not None:
                report("child", f"`{name}` must not stand in `{parent.name}`, which holds text only: remove it or replace it by its text")
                return 0, None, spec
            if field is None:
                if spec is not None:
                    report("child", f"`{name}` must not stand in `{parent.name}`; {_expected_children(parent)}")
                return position, None, spec
            if field.index < position:
                after = next(_expected_names(later) for later in parent.fields if later.index == position)
                report("order", f"`{name}` must come before {after} in `{parent.name}`: move it up")
                return position, None, spec
            if field.kind is Kind.CHILD and getattr(node, field.name) is not None:
                once = len(field.targets) == 1 and not field.wildcard
                allowed = f"`{name}` may stand only once" if once else "only one of the possible elements may stand here"
                report("repeated", f"{allowed} in `{parent.name}`: remove this one or the one before it")
                return position, None, spec
            return field.index, field, spec

        def attach(child: Any, field: Field | None) -> None:
            nonlocal pending
            if not stack:
                self.root, self.root_place = child, self.place()
            elif field is None:
                return aside(child)
            elif field.kind is Kind.CHILD:
                setattr(node, field.name, child)
            else:
                getattr(node, field.name).append(child)
            if pending:
                child.extras.before[:] = pending
                pending = []
            return None

        def finish() -> None:
            """What can be done only at an end tag: missing children, text, comments before the end tag."""
            nonlocal pending, inside
            if content is not None:
                if split:
                    merge_texts(content)
                if table.body is not None and table.body.kind is Kind.TEXT:
                    read_text(content)
                if inside == len(stack):
                    inside = 0
                    self.listen(between)
            for field in table.required:
                if getattr(node, field.name) is None:
                    setattr(node, field.name, Invalid(None))
                    report("missing-child", f"`{here()}` needs {_expected_names(field)}: add it", at_end=True)
            if pending:
                node.extras.trailing[:] = pending
                pending = []
            if held and held[-1][0] + 1 == len(stack):
                pending = held.pop()[1]

        def read_text(pieces: list[Content]) -> None:
            """The value of a text-only element. Comments inside it are kept in its form."""
            field = table.body
            assert field is not None
            assert field.scalar is not None
            if field.scalar.verbatim and len(pieces) == 1 and isinstance(pieces[0], str):
                setattr(node, field.name, pieces[0])
                return
            written = "".join(piece for piece in pieces if isinstance(piece, str))
            try:
                value = field.parse(written)
                canonical = field.write(value) == written
            except ValueError as error:
                value, canonical = Invalid(written), True
                report("value", f"the text of `{here()}` is `{written[:80]}`; {error}", at_end=True)
            setattr(node, field.name, value)
            if not canonical or any(not isinstance(piece, str) for piece in pieces):
                form = node._form or Form(tuple(spec_names(node)))
                node._form = Form(form.names, form.prefix, form.fixed, form.lexical, tuple(pieces))

        def here() -> str:
            """The name of the element that is open."""
            return table.spec.name if table.spec is not None else node.name if isinstance(node, Markup) else ""

        def too_much(limit: str, message: str) -> NoReturn:
            raise TooMuch(Problem(limit, f"{message}; if that is meant, read with limits=Limits({limit}=...)", self.place()))

        def report(code: str, message: str, attribute: str | None = None, *, at_end: bool = False) -> None:
            if len(problems) >= limits.problems:
                too_much("problems", f"more than {limits.problems} problems")
            problems.append(Problem(code, message, self.place(), attribute, len(stack) if at_end else 0))

        def adopt(child: Element, index: int, field: Field) -> bool:
            """Take a finished child of an element-only element, if it comes in order."""
            nonlocal position
            if index < position or (field.kind is Kind.CHILD and getattr(node, field.name) is not None):
                return False
            attach(child, field)
            position = index
            return True

        between = text if careful else blanks.add
        self.adopt, self.trust = adopt, trust
        self.start, self.end, self.text, self.comment, self.instruction = start, end, between, comment, instruction
        self._close: Callable[[], tuple[list[Content], set[str], list[str]]] = lambda: (pending, blanks, identifiers)

    def close(self) -> Element | Markup:
        """The tree, after the last event. What came after the root is in its extras. Raises `Careless`."""
        assert self.root is not None
        after, blanks, identifiers = self._close()
        if not all(map(is_blank, blanks)) or not all_identifiers(identifiers):
            raise Careless
        if after:
            self.root.extras.after[:] = after
        return self.root

    def release(self) -> None:
        """Handlers and reader refer to each other: let go of the tree now, not at some later garbage collection."""
        vars(self).clear()


def is_blank(text: str) -> bool:
    """Whether text is white space as XML has it, and no more."""
    return text.isspace() and text.isascii()


def spec_names(node: Node) -> list[str]:
    """The attribute names of a typed node whose form is canonical."""
    assert isinstance(node, Element)
    return [name for name, field in spec_of(type(node)).attribute_by_name.items() if getattr(node, field.name) is not None]


def merge_texts(content: list[Content]) -> None:
    """Join runs of text that came in pieces."""
    merged: list[Any] = []
    run: list[str] = []
    for piece in content:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if run:
            merged.append("".join(run))
            run = []
        merged.append(piece)
    if run:
        merged.append("".join(run))
    content[:] = merged


def _expected_names(field: Field) -> str:
    names = [f"`{spec_of(target).name}`" for target in field.targets] + ["elements of other namespaces" if field.foreign else "markup"] * field.wildcard
    return names[0] if len(names) == 1 else "one of " + ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


def _expected_children(spec: Spec) -> str:
    """What could stand in an element, for a message."""
    names = list(dict.fromkeys(f"`{name}`" for _, name in spec.child_by_name))
    if not names:
        return "it must be empty"
    return "expected " + ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
