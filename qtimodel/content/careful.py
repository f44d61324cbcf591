"""Content JSON of any dialect to the events that the reader of XML takes, with the place in the JSON of everything that is wrong.

Strategy: `taken` sorts the keys of one object into attributes, texts, children and the rest, as the dialect has them; then the element is told
in the order that `_order` gives or the declarations do. What JSON cannot say is noted as a guess, what cannot be content JSON as a problem,
and telling goes on, so that one run finds all of them. Paths are kept as keys and indices, and shown only for problems.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from ..datatypes import text_problem
from ..errors import DocumentError
from ..json_text import Path
from ..nodes import Comment, ProcessingInstruction
from ..spec import Kind, Spec, child_of, element_class, spec_of
from ..xml.names import ROOT, ScopeError
from ..xml.reader import Problem, Reader
from ..xml.source import Handlers, feed_text
from .feed import declarations_of, is_comment, is_instruction, is_name, root_key
from .names import EPILOG, LAST, ORDER, PROLOG, RESERVED, Key, Keys, name_of_key
from .taken import DOCTYPE, Place, Taken, Taker, shown

__all__ = ["Careful"]


class Careful(Taker):
    """Tells a document to a reader. `guesses` are the places where an order was guessed."""

    def __init__(self, reader: Reader, dialect: str, *, strict: bool = False) -> None:
        super().__init__(dialect, reader.limits)
        self.reader, self.strict = reader, strict
        self.guesses: list[Problem] = []
        self.attributes: dict[str, Path] = {}
        reader.place = self.place
        reader.listen = lambda handler: setattr(reader, "text", handler)

    def place(self) -> Place:
        """Where we are."""
        return Place(tuple(self.path), self.attributes)

    def guess(self, message: str) -> None:
        """Note what the JSON does not say."""
        self.guesses.append(Problem("order", message, self.place()))

    # -- the document ------------------------------------------------------------------------------------------------------

    def document(self, document: Any) -> None:
        """Tell everything."""
        if not isinstance(document, dict):
            return self.problem(f"a document is {shown(document)}; expected an object with one key, the name of the root")
        around = (
            {PROLOG, EPILOG} if self.name == "api" else {DOCTYPE, *filter(None, (self.dialect.comment, self.dialect.instruction, self.dialect.declaration))}
        )
        roots = [key for key in document if key not in around]
        if DOCTYPE in around and DOCTYPE in document:
            self.problem("document type declarations are not allowed: remove it", DOCTYPE, code="doctype")
        if len(roots) != 1:
            found = ", ".join(f"`{key}`" for key in roots[:5]) or "none"
            return self.problem(f"a document has one root, found {len(roots)}: {found}; expected an object with one key, the name of the root")
        if self.name in ("api", "built") and roots[0] in RESERVED:
            return self.problem(f"`{roots[0]}` is a part of an element, not a root; expected an object with one key, the name of the root", roots[0])
        taken = Taken()
        for key in around:
            if key in document:
                self.take_other(key, document[key], taken)
        if len(taken.others) > 0 and self.name != "api":
            self.guess("comments and processing instructions around the root were taken to stand before it")
        if self.name == "api":
            self.entries(document.get(PROLOG, []), PROLOG)
        for item in taken.others:
            self.other(item)
        raw = name_of_key(roots[0]) if isinstance(roots[0], str) else roots[0]
        self.path.append(roots[0])
        self.element(raw, document[roots[0]], None, Keys(None, ROOT))
        self.path.pop()
        if self.name == "api":
            self.entries(document.get(EPILOG, []), EPILOG)
        return None

    def entries(self, entries: Any, key: str) -> None:
        """What stands around the root, in the dialect `api`."""
        if not isinstance(entries, list):
            self.problem(f"`{key}` is {shown(entries)}; expected an array", key)
            return
        for index, entry in enumerate(entries):
            item = _other_of(entry)
            if item is None:
                self.problem(f'{shown(entry)} cannot stand around a root; expected ["!", comment] or ["?", target, data]', key, index)
            else:
                self.path += key, index
                self.other(item)
                del self.path[-2:]

    # -- an element --------------------------------------------------------------------------------------------------------

    def element(self, raw: str, value: Any, key: Key | None, around: Keys) -> None:
        """Tell an element; the path leads to it."""
        if not is_name(raw):
            return self.problem(f"`{raw!s:.80}` is no name of an element")
        known = element_class(raw.rpartition(":")[2]) if key is None else None  # of a root, the name says what to look for
        spec = key.spec if key is not None else spec_of(known) if known is not None else None
        found = len(self.problems)
        taken, guessed = self.taken(raw, value, spec), spec
        scope = around.scope
        declarations = declarations_of({name: text for name, (text, _) in taken.attributes.items()})
        try:
            scope = scope.declare(declarations) if declarations else scope
            if key is None:
                spec = root_key(raw, scope).spec
            elif declarations:
                spec = child_of(around.spec, *scope.element(raw))[1]
        except ScopeError:
            pass  # the reader says so
        if len(self.problems) > found and not isinstance(value, dict):
            return None  # it is nothing at all: that all of it is missing need not be said
        if spec is not guessed:  # it declares its namespace itself, and is something else
            del self.problems[found:]
            taken = self.taken(raw, value, spec)
        keys = around.of(spec, scope)
        if self.strict:
            self.check_strict(raw, taken, keys)
        self.attributes = {name: place for name, (_, place) in taken.attributes.items()}
        self.reader.start(raw, [part for name, (text, _) in taken.attributes.items() for part in (name, text)])
        self.attributes = {}
        if taken.order is not None:
            self.ordered(taken, keys)
        else:
            self.content(taken, keys)
        return self.reader.end(raw)

    def check_strict(self, raw: str, taken: Taken, keys: Keys) -> None:
        """With `strict=True`, nothing is unknown."""
        spec = keys.spec
        if spec is None:
            return
        for name in taken.attributes:
            if name not in spec.attribute_by_name and not name.startswith(("xmlns", "xsi:", "xml:")):
                self.problem(f"`{raw}` has no attribute `{name}`{nearest(name, spec.attribute_by_name)}", *taken.attributes[name][1], code="unknown")
        for name, found in taken.children.items() if keys.ordered else ():
            if keys[name].field is None:
                known = [local for _, local in spec.child_by_name]
                self.problem(f"`{name}` must not stand in `{raw}`{nearest(name, known)}", *found[0][1], code="unknown")

    def content(self, taken: Taken, keys: Keys) -> None:
        """Tell content whose order follows from the declarations, and from that of the keys."""
        texts, names = taken.texts, keys.rebuilt(name for name, found in taken.children.items() if found)
        unsure = len(texts) > 1 or sum(map(bool, (texts, taken.others, names))) > 1
        if self.name != "api" and not unsure:
            ranks = [keys[name].rank for name in names]
            unsure = any(len(taken.children[name]) > 1 and ranks.count(rank) > 1 for name, rank in zip(names, ranks, strict=True))
            unsure = unsure or (len(names) > 1 and LAST in ranks)  # what no field takes may have stood anywhere
        if unsure:
            parts = ["text"] * bool(texts) + ["comments"] * bool(taken.others) + [f"`{name}`" for name in names]
            self.guess(f"this dialect does not say in which order {', '.join(parts)} stand; they were read in this order")
        for item in taken.others:
            self.other(item)
        for text in texts:
            self.text(text, keys)
        for name in names:
            for value, place in taken.children[name]:
                self.path += place
                self.element(name, value, keys[name], keys)
                del self.path[-len(place) :]

    def ordered(self, taken: Taken, keys: Keys) -> None:
        """Tell content in the order of `_order`."""
        waiting = {name: iter(found) for name, found in taken.children.items()}
        for index, entry in enumerate(taken.order or ()):
            if isinstance(entry, str):
                self.path += ORDER, index
                self.text(entry, keys)
                del self.path[-2:]
            elif isinstance(entry, list) and len(entry) == 1 and isinstance(entry[0], str):
                name = name_of_key(entry[0])
                found = next(waiting.get(name, iter(())), None)
                if found is None:
                    self.problem(f"`{ORDER}` lists `{name}` once more than there are children of this name: remove it here or add the child", ORDER, index)
                else:
                    value, place = found
                    self.path += place
                    self.element(name, value, keys[name], keys)
                    del self.path[-len(place) :]
            elif (item := _other_of(entry)) is not None:
                self.path += ORDER, index
                self.other(item)
                del self.path[-2:]
            else:
                expected = 'expected a text, ["name"], ["!", comment] or ["?", target, data]'
                self.problem(f"an entry of `{ORDER}` is {shown(entry)}; {expected}", ORDER, index)
        for name, left in waiting.items():
            for _, place in left:
                self.problem(f'`{ORDER}` does not list this `{name}`: add ["{name}"] where it stands, or remove it', *place)

    def text(self, text: str, keys: Keys) -> None:
        """Tell text, or what a fragment of markup is made of."""
        if len(text) > self.limits.size:
            self.problem(f"the text has {len(text):,} characters; if that is meant, read with limits=Limits(size=...)")
        elif problem := text_problem(text):
            self.problem(f"the text has {problem}: remove it")
        elif self.name == "built" and (keys.spec is None or not keys.ordered) and _has_markup(text) and not _is_text_only(keys.spec):
            self.fragment(text)
        elif text:
            self.reader.text(text)

    def fragment(self, text: str) -> None:
        """Tell markup that stands in a string."""
        events: list[tuple[Any, ...]] = []
        handlers = Handlers()
        handlers.start = lambda *event: events.append(("start", *event))
        handlers.end = lambda *event: events.append(("end", *event))
        handlers.text = lambda *event: events.append(("text", *event))
        handlers.comment = lambda *event: events.append(("comment", *event))
        handlers.instruction = lambda *event: events.append(("instruction", *event))
        try:
            feed_text(f"<fragment>{text}</fragment>".encode(), None, handlers, wrapped=True)
        except DocumentError as error:
            message = "; ".join(f"{issue.message}" for issue in error.issues)
            return self.problem(f"the markup in this string cannot be read: {message}; it begins `{text[:60]}`", code="markup")
        for kind, *arguments in events[1:-1]:
            getattr(self.reader, kind)(*arguments)
        return None

    def other(self, item: Comment | ProcessingInstruction) -> None:
        """Tell a comment or a processing instruction."""
        if isinstance(item, Comment):
            if is_comment(item.text) and not text_problem(item.text):
                return self.reader.comment(item.text)
            return self.problem(f"`{item.text[:80]}` cannot be a comment: XML has no `--`, no `-` at the end and no control characters there")
        if is_instruction(item.target, item.data) and not text_problem(item.data):
            return self.reader.instruction(item.target, item.data)
        return self.problem(f"`{item.target[:80]}` with `{item.data[:80]}` cannot be a processing instruction")


def _has_markup(text: str) -> bool:
    return "<" in text or ("&" in text and ";" in text)


def _is_text_only(spec: Spec | None) -> bool:
    return spec is not None and spec.body is not None and spec.body.kind is Kind.TEXT


def _other_of(entry: Any) -> Comment | ProcessingInstruction | None:
    """The comment or processing instruction that an entry stands for."""
    if not isinstance(entry, list) or not all(isinstance(part, str) for part in entry):
        return None
    match entry:
        case ["!", text]:
            return Comment(text)
        case ["?", target]:
            return ProcessingInstruction(target)
        case ["?", target, data]:
            return ProcessingInstruction(target, data)
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, for a message."""
    found = get_close_matches(name, list(known), 1)
    return f"; did you mean `{found[0]}`?" if found else ""
