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
from ..json_text import Path
from ..nodes import QTI, Comment, ProcessingInstruction
from ..spec import Spec, child_of, element_class, spec_of
from ..xml.names import ROOT, Scope, ScopeError
from ..xml.reader import Problem, Reader
from .feed import declarations_of, is_comment, is_instruction, is_name, is_of_qti, root_key
from .html import ELEMENTS_ONLY
from .names import EPILOG, LAST, ORDER, PROLOG, RESERVED, Key, Keys, name_of_key
from .recognise import KNOWN, recognise
from .taken import Item, Place, Taken, shown
from .texts import Texts

__all__ = ["Careful"]


class Careful(Texts):
    """Sends the events of a document to a reader. `dialect` `None`: the document says it."""

    def __init__(self, reader: Reader, dialect: str | None, *, strict: bool = False) -> None:
        super().__init__(reader, dialect)
        self.strict = strict
        self.attributes: dict[str, Path] = {}
        self.foreign = False  # something is not as our own writer writes it
        self.prefixed: dict[Scope, bool] = {}
        self.bare = False  # an element of QTI without namespace was met
        reader.place = self.place
        reader.listen = lambda handler: setattr(reader, "text", handler)

    def place(self) -> Place:
        """Where we are."""
        return Place(tuple(self.path), self.attributes)

    # -- the document ------------------------------------------------------------------------------------------------------

    def document(self, document: Any) -> None:
        """Tell everything."""
        if self.recognise:
            self.recognised = found = recognise(document)
            self.rules = found.rules
            if found.refusal is not None:
                return self.problem(found.refusal.message, *found.refusal.path, code="dialect")
            self.foreign = found.facts is not None and (found.facts.lone or found.facts.typed)
            for doubt in found.doubts:
                self.guess(doubt.message, *doubt.path, code="dialect")
        if self.rules.order in ("xml-js", "fast-xml-parser"):
            self.sequences(document)
        else:
            self.object(document)
        if self.touching is not None and not self.spaced:
            what = "at the ends of texts" if self.rules.order == "fast-xml-parser" else "between elements"
            self.guesses.append(Problem("white-space", f"the tool may have left out white space {what}; it was read without", Place(self.touching, {})))
        if self.foreign and not (self.recognised.facts and self.recognised.facts.own):
            self.guesses += self.doubtful
        return None

    def object(self, document: Any) -> None:
        """Send a document whose root is a member of an object."""
        if not isinstance(document, dict):
            return self.problem(f"a document is {shown(document)}; expected an object with one key, the name of the root")
        rules = self.rules
        keys = rules.comments | rules.instructions | rules.declarations | rules.doctypes | ({PROLOG, EPILOG} if rules.own else set())
        around = [key for key in document if isinstance(key, str) and (key in keys or key[:1] == "?")]
        roots = [key for key in document if key not in around]
        for key in around:
            if key in rules.doctypes:
                self.problem("document type declarations are not allowed: remove it", key, code="doctype")
            elif key in rules.declarations:
                self.foreign = True
                self.declaration(key, document[key])
        if len(roots) != 1:
            found = ", ".join(f"`{key}`" for key in roots[:5]) or "none"
            return self.problem(f"a document has one root, found {len(roots)}: {found}; expected an object with one key, the name of the root")
        if rules.name in ("api", "built") and roots[0] in RESERVED:
            return self.problem(f"`{roots[0]}` is a part of an element, not a root; expected an object with one key, the name of the root", roots[0])
        taken = Taken()
        for key in around:
            if key not in rules.doctypes and key not in rules.declarations and key not in (PROLOG, EPILOG):
                self.take_other(key, document[key], taken)
        if len(taken.others) > 0:
            self.guess("comments and processing instructions around the root were taken to stand before it")
        if rules.own:
            self.entries(document.get(PROLOG, []), PROLOG)
        for item in taken.others:
            self.other(item)
        raw = name_of_key(roots[0]) if rules.own and isinstance(roots[0], str) else roots[0]
        self.path.append(roots[0])
        self.element(raw, document[roots[0]], None, Keys(None, ROOT))
        self.path.pop()
        if rules.own:
            self.entries(document.get(EPILOG, []), EPILOG)
        return None

    def sequences(self, document: Any) -> None:
        """Send a document of a dialect that keeps order, the top too."""
        fits = isinstance(document, list) if self.rules.order == "fast-xml-parser" else isinstance(document, dict) and "elements" in document
        if not fits:
            return self.problem(f"a document is {shown(document)}; expected what {self.rules.name} makes of one")
        items = self.top(document)
        roots = [item for item in items if item.name is not None]
        if len(roots) != 1:
            found = ", ".join(f"`{item.name}`" for item in roots[:5]) or "none"
            return self.problem(f"a document has one root, found {len(roots)}: {found}; expected one element")
        for item in items:
            self.path += item.place
            if item.name is not None:
                self.element(item.name, item.value, None, Keys(None, ROOT))
            elif not isinstance(item.value, str):
                self.other(item.value)
            elif item.value.strip():
                self.problem(f"the text `{item.value[:40]}` is beside the root: remove it")
            del self.path[len(self.path) - len(item.place) :]
        return None

    def entries(self, entries: Any, key: str) -> None:
        """What is around the root, in our own dialect."""
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
            return self.problem(f"`{raw!s:.80}` is no name of an element{self.hint(raw)}")
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
        for name, (text, place) in taken.attributes.items():
            if "\r" in text:
                self.check_line_ends(f"`{name}`", *place)
            elif ("\n" in text or "\t" in text) and self.recognise and _is_free_text(name, spec):
                self.check_line_break(name, *place)
        self.check_namespace(raw, value, scope, around if key is not None else None)
        self.attributes = {name: place for name, (_, place) in taken.attributes.items()}
        self.reader.start(raw, [part for name, (text, _) in taken.attributes.items() for part in (name, text)])
        self.attributes = {}
        for name, children in taken.children.items():
            if not children and not is_name(name):  # a child would say so
                self.problem(f"`{name!s:.80}` is no name of an element{self.hint(name)}", name)
        if taken.sequence is not None:
            self.sequence(raw, taken.sequence, keys)
        elif taken.order is not None:
            self.ordered(raw, taken, keys)
        else:
            self.content(raw, taken, keys)
        return self.reader.end(raw)

    def check_namespace(self, raw: str, value: Any, scope: Scope, around: Keys | None) -> None:
        """Elements of QTI that are in no namespace are none of QTI."""
        if not is_of_qti(raw) or ":" in raw or scope.get(None) or _is_meant(scope):
            return
        if around is not None and (self.bare or self.has_prefix(scope)):
            return  # another is reported, or the document has a prefix for those of QTI
        self.bare = True
        message = f"`{raw}` is in no namespace, so it is no element of QTI: add `xmlns` with the value `{QTI}` to its attributes"
        carriers = [key for key, item in value.items() if isinstance(item, dict) and "xmlns" in item] if isinstance(value, dict) else []
        if carriers and self.recognise:
            message += f"; `{carriers[0]}` is no key of a dialect that is known: {KNOWN}"
        elif raw.isupper():
            message += "; names are in lower case: parse with `strict: true`"
        elif self.recognise and self.recognised.facts is not None and not self.recognised.facts.first:
            message += f"; there is no key of attributes in this document: {KNOWN}"
        self.guess(message, code="namespace")

    def has_prefix(self, scope: Scope) -> bool:
        """Whether a prefix means QTI; a scope is looked through once."""
        known = self.prefixed.get(scope)
        if known is None:
            known = self.prefixed[scope] = scope.prefix_of(QTI, attribute=False) is not False
        return known

    def hint(self, raw: Any) -> str:
        """What a key that is no name may be."""
        if isinstance(raw, str) and self.recognise and raw[:1] in ("@", "$", "#", "!", "?"):
            return f"; it is no key of a dialect that is known, either: {KNOWN}"
        if isinstance(raw, str) and "://" in raw:
            return "; xmltodict writes namespaces like this with `process_namespaces`: parse without that option"
        return ""

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
                place = found[0][1] if found else (name,)
                self.problem(f"`{name}` must not stand in `{raw}`{nearest(name, known)}", *place, code="unknown")

    def content(self, raw: str, taken: Taken, keys: Keys) -> None:
        """Tell content whose order follows from the declarations, and from that of the keys."""
        texts, names = taken.texts, keys.rebuilt(name for name, found in taken.children.items() if found)
        if names and (keys.ordered or raw in ELEMENTS_ONLY) and not "".join(texts).strip(" \t\r\n"):
            texts = []  # white space between elements where there is no text: as in XML, it is layout
        unsure = len(texts) > 1 or sum(map(bool, (texts, taken.others, names))) > 1
        lossy = False
        if not unsure:
            ranks = [keys[name].rank for name in names]
            lossy = any(len(taken.children[name]) > 1 and ranks.count(rank) > 1 for name, rank in zip(names, ranks, strict=True))
            lossy = lossy or (len(names) > 1 and LAST in ranks)  # what no field takes may have stood anywhere
        if unsure or lossy:
            parts = ["text"] * bool(texts) + ["comments"] * bool(taken.others) + [f"`{name}`" for name in names]
            own = lossy and self.rules.own  # our own writer says an order that is another one
            message = f"this dialect does not say in which order {', '.join(parts)} stand; they were read in this order"
            self.guess(message, into=self.doubtful if own else self.guesses)
        if self.recognise and not self.foreign:
            self.foreign = any(_is_foreign(keys[name], found, keys) for name, found in taken.children.items())
        for item in taken.others:
            self.other(item)
        for text in texts:
            self.text(text, raw, keys)
        for name in names:
            for value, place in taken.children[name]:
                self.path += place
                self.element(name, value, keys[name], keys)
                del self.path[-len(place) :]

    def sequence(self, raw: str, items: list[Item], keys: Keys) -> None:
        """Send content in its order."""
        for item in items:
            self.path += item.place
            if item.name is not None:
                self.element(item.name, item.value, keys[item.name], keys)
            elif isinstance(item.value, str):
                self.text(item.value, raw, keys)
            else:
                self.other(item.value)
            del self.path[len(self.path) - len(item.place) :]

    def ordered(self, raw: str, taken: Taken, keys: Keys) -> None:
        """Tell content in the order of `_order`."""
        waiting = {name: iter(found) for name, found in taken.children.items()}
        for index, entry in enumerate(taken.order or ()):
            if isinstance(entry, str):
                self.path += ORDER, index
                self.text(entry, raw, keys)
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

    def other(self, item: Comment | ProcessingInstruction) -> None:
        """Tell a comment or a processing instruction."""
        if isinstance(item, Comment):
            if is_comment(item.text) and not text_problem(item.text):
                return self.reader.comment(item.text)
            return self.problem(f"`{item.text[:80]}` cannot be a comment: XML has no `--`, no `-` at the end and no control characters there")
        if is_instruction(item.target, item.data) and not text_problem(item.data):
            return self.reader.instruction(item.target, item.data)
        return self.problem(f"`{item.target[:80]}` with `{item.data[:80]}` cannot be a processing instruction")


def _is_meant(scope: Scope) -> bool:
    """Whether somebody declared that there is no default namespace."""
    inner: Scope | None = scope
    while inner is not None and None not in inner.declared:
        inner = inner.parent
    return inner is not None


def _is_free_text(name: str, spec: Spec | None) -> bool:
    """Whether white space in an attribute is more than what divides words of a list."""
    field = spec.attribute_by_name.get(name) if spec is not None else None
    if field is not None and field.scalar is not None:
        return field.scalar.python is str and not field.is_list
    return name not in ("class", "xsi:schemaLocation")


def _is_foreign(key: Key, found: list[tuple[Any, Path]], keys: Keys) -> bool:
    """Whether children are written as our own writer never does: one without an array where several may be, or the other way round."""
    if len(found) != 1 or keys.spec is None or not keys.ordered or key.field is None:
        return keys.spec is None and len(found) == 1 and len(found[0][1]) > 1
    return key.several != (len(found[0][1]) > 1)


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
