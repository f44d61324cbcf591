"""From the text of a tree to the text of the edited tree, with as few changes as possible.

Strategy: both trees are gone through together, from the root down. What is the same, most often because it is the same object, is not looked at
further; `align` tells which child became which; `spans` finds in the text the start tag and the parts of just those elements that changed. Each
difference becomes an edit of the text: characters between two quotes, a run of text, a child with the white space in front of it. What is new is
written by the writer, in the namespaces that are in force at its place and with the indentation of its neighbours. What cannot be changed in part is
replaced as a whole: a text with comments in it, text where none belongs, at last an element.

An edit that is left out would be lost without a word. So `before` is compared with what the text says, read anew: a tree that was changed in
place is no longer its tree. And `after` is what the writer would write: both accept the same trees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

import attrs

from ..arguments import check_text
from ..brief import brief
from ..errors import ModelError
from ..nodes import Element, Form, Markup
from ..spec import Kind, spec_of
from ..stack import on_deep_stack
from . import dumps
from .align import align, key_of, kind_of, names_of, same
from .infoset import NO_FORM, Wrong, content_of, explained, start, text_pieces
from .layout import Layout, Level
from .names import ROOT, SCHEMA_LOCATIONS, Scope
from .origin import check_origin, extras_of, not_its_tree, part_kind
from .reader import merge_texts
from .recode import Document, Edit, applied, decoded
from .source import DEFAULT, Limits, check_limits
from .spans import Part, StartTag, document_parts, is_layout, parts_of, plain, prolog_end, start_tag
from .writer import Output, check_attributes, check_depth, check_size, escape_attribute, write_content, write_item, write_node

__all__ = ["Change", "changes", "patch"]

_T = TypeVar("_T", bound=str | bytes)
_ALIKE = 8  # so many removed nodes of one key are compared with one that was inserted


@attrs.frozen
class Change:
    """One change of a text: what stands between `start` and `end` gives way to `text`. Counted in characters of a `str`, in bytes of `bytes`."""

    start: int
    end: int
    text: str | bytes


@on_deep_stack
def patch(raw: _T, before: Element | Markup, after: Element | Markup, *, limits: Limits = DEFAULT) -> _T:
    """The text of `after`, made from the text of `before` by changing as little of it as possible.

    `before` is the tree of `raw`; `after` is what became of it: a copy in which unchanged nodes are the same objects, which is quickest, or
    equal ones. Everything that did not change stays as it is, byte for byte: layout, comments, quotes, references, CDATA, the encoding. What is new
    is indented like its neighbours. `xml.loads(patch(raw, xml.loads(raw), after)) == after` for every tree that `dumps` writes without loss.

    Raises `DocumentError` if `raw` is not well-formed, `ModelError` if `before` is not its tree, or with the path of a value in `after` that its
    class does not allow, or of something new that is beyond the `limits`, so that it could not be read again.

    >>> import attrs
    >>> from qtimodel import xml
    >>> raw = "<qti-weight identifier = 'W' value='2' xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'/>"
    >>> weight = xml.loads(raw)
    >>> xml.patch(raw, weight, attrs.evolve(weight, value=3))
    "<qti-weight identifier = 'W' value='3' xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'/>"
    """
    patched: _T = applied(raw, map(attrs.astuple, changes(raw, before, after, limits=limits)))
    return check_size(patched, limits)


@on_deep_stack
def changes(raw: str | bytes, before: Element | Markup, after: Element | Markup, *, limits: Limits = DEFAULT) -> list[Change]:
    """The changes that `patch` makes: sorted, apart from each other, none if the trees are equal. Raises what `patch` raises.

    >>> import attrs
    >>> from qtimodel import xml
    >>> raw = "<qti-weight identifier = 'W' value='2' xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'/>"
    >>> weight = xml.loads(raw)
    >>> xml.changes(raw, weight, attrs.evolve(weight, value=3))
    [Change(start=36, end=37, text='3')]
    """
    check_text("raw", raw)
    check_limits(limits)
    for tree in (before, after):
        if not isinstance(tree, (Element, Markup)):
            raise ModelError(f"expected an element or markup, found {brief(tree)}")
    check_origin(raw, before)
    dumps(after, limits=limits)
    return found_changes(raw, before, after, limits)


def patch_trusted(raw: str, before: Element | Markup, after: Element | Markup) -> str:
    """`patch` for a `before` that was just read from the text, and an `after` that is checked elsewhere. Namespaces and schemas stay as they are."""
    changes = found_changes(raw, before, after, DEFAULT, namespaces=False)
    return check_size(str(applied(raw, map(attrs.astuple, changes))), DEFAULT)


@on_deep_stack
def found_changes(raw: str | bytes, before: Element | Markup, after: Element | Markup, limits: Limits, *, namespaces: bool = True) -> list[Change]:
    """The changes that `patch` makes."""
    with explained(after):
        if same(before, after) if namespaces else before is after or before == after:
            return []
        document = decoded(raw)
        edits = _Patch(document, document.text, Layout.of(document.text), limits, namespaces).document(before, after)
    return [Change(*change) for change in document.changes(edits)]


@attrs.define(eq=False)
class _Patch:
    """The differences of two trees as edits of a text."""

    source: Document
    text: str
    layout: Layout
    limits: Limits
    namespaces: bool  # whether differences in prefixes and declarations count
    edits: list[Any] = attrs.field(factory=list)  # start, end, and strings or functions that give strings when all removals are known
    removed: list[Any] = attrs.field(factory=list)
    known: dict[Any, list[Any]] = attrs.field(factory=dict)  # the same by id and by `key_of`

    # -- what changed -----------------------------------------------------------------------------------------------------------------

    def document(self, before: Element | Markup, after: Element | Markup) -> list[Edit]:
        """The edits, sorted and apart from each other."""
        begin = prolog_end(self.text)
        tag = StartTag("", 0, (), begin, begin, False)
        parts = [part for part in document_parts(self.text) if part.kind != "text"]
        level = Level(None, tag, parts, len(self.text), ROOT, False, False, "")
        items = [[*extras_of(tree).before, tree, *extras_of(tree).after] for tree in (before, after)]
        self.check(level, items[0])
        roots = [len(extras_of(tree).before) for tree in (before, after)]
        pairs = [(one, other) for one, other, _ in align(items[0][: roots[0]], items[1][: roots[1]])]
        pairs.append((roots[0], roots[1]))
        pairs += [(roots[0] + 1 + one, roots[1] + 1 + other) for one, other, _ in align(items[0][roots[0] + 1 :], items[1][roots[1] + 1 :])]
        self.content(level, after, items[0], items[1], [(one, other, same(items[0][one], items[1][other])) for one, other in pairs])
        return self.settled()

    def element(self, before: Any, after: Any, level: Level, part: Part) -> None:
        """An element that became another one of its kind. `level` is that of its parent."""
        edits, removed = len(self.edits), len(self.removed)
        tag = start_tag(self.text, part.start)
        renamed = self.renamed(before, after, part, level.scope)
        if renamed is None:
            line = self.layout.line_of(part.start)
            self.edits.append((part.start, part.end, [self.written(after, level, line, self.layout.step(level))]))
            return
        scope = self.start_tag(before, after, tag, level.scope, renamed)
        spec = spec_of(type(after)) if isinstance(after, Element) else None
        body = spec.body if spec is not None else None
        if body is not None and body.kind is Kind.TEXT:
            if not same(getattr(before, body.name), getattr(after, body.name)):
                out = Output((), self.limits)
                write_content(after, text_pieces(after, body, after._form or NO_FORM), out, "", "", scope)
                self.fill(tag, parts_of(self.text, tag)[1], self.layout.lines(self.fitting(after, "".join(out)), ""))
            return
        olds, news = ([item for item in content_of(node, NO_FORM) if item != ""] for node in (before, after))
        pairs = align(olds, news)
        if len(pairs) == max(len(olds), len(news)) and all(pair.same for pair in pairs):
            return
        mixed = spec is None or body is not None
        parts, end = parts_of(self.text, tag)
        parts = [part for part in parts if part.kind != "text" or not self.no_item(part, mixed)]
        if len(parts) != len(olds):  # edited trees may have several texts side by side, which are one in XML
            merge_texts(olds)
            merge_texts(news)
            pairs = align(olds, news)
        here = Level(level, tag, parts, end, scope, mixed, spec is not None and not spec.children, self.layout.line_of(tag.start))
        self.check(here, olds)
        odd = not mixed and any(isinstance(item, str) for item in (*olds, *news))
        if odd and (len(pairs) < max(len(olds), len(news)) or any(isinstance(olds[pair.before], str) and not pair.same for pair in pairs)):
            # White space next to text that is out of place would become part of it.
            del self.edits[edits:], self.removed[removed:]
            self.edits.append((part.start, part.end, [self.written(after, level, here.line, self.layout.step(here))]))
        else:
            self.content(here, after, olds, news, pairs)

    def renamed(self, before: Any, after: Any, part: Part, outer: Scope) -> dict[str, str | None] | None:
        """The declarations and schema locations that changed (`None`: removed); `None` if others depend on them, or the prefix is another one."""
        if not self.namespaces or after._form is before._form or after._form is None:
            return {}
        (old_prefix, old), (new_prefix, new) = names_of(before._form), names_of(after._form)
        changed = {key: new.get(key) for key in (*old, *new) if old.get(key) != new.get(key)}
        if None in changed.values():  # the writer adds declarations that are missing
            added = start(after, after._form, outer)[1]
            changed = {key: text for key, text in changed.items() if text is not None or added.get(key) != old[key]}
        text = self.text[part.start : part.end]
        for key in changed:
            prefix = key.partition(":")[2]
            if key not in SCHEMA_LOCATIONS and (not prefix or f"{prefix}:" in text.replace(f"xmlns:{prefix}", "") or (key not in old and outer.get(prefix))):
                return None
        return changed if old_prefix == new_prefix else None

    def start_tag(self, before: Any, after: Any, tag: StartTag, outer: Scope, renamed: dict[str, str | None]) -> Scope:
        """Attributes. Gives the scope inside, with what had to be declared."""
        values = {attribute.name: self.text[attribute.value_start : attribute.value_end] for attribute in tag.attributes}
        fixed = {name: plain(value) for name, value in values.items() if name == "xmlns" or name.startswith("xmlns:")}
        scope = outer.declare(fixed.items())
        keys = {scope.attribute(name): value for name, value in values.items() if name not in fixed}
        form = Form(tuple(values), tag.name.rpartition(":")[0] or None, {**fixed, **{key: plain(keys[key]) for key in SCHEMA_LOCATIONS if key in keys}})
        _, old, _ = start(before, form, outer)
        if old.keys() != values.keys():
            raise not_its_tree(f"`{tag.name}` has the attributes {', '.join(values) or '(none)'}, not {', '.join(old) or '(none)'}")
        if renamed:
            kept = {key: text for key, text in {**(form.fixed or {}), **renamed}.items() if text is not None}
            form = Form(form.names, form.prefix, kept)
        _, new, scope = start(after, form, outer)
        if isinstance(after, Element):
            lexical = start(after, attrs.evolve(form, lexical=(after._form or NO_FORM).lexical), outer)[1]
            fields = spec_of(type(after)).attributes
            equal = {field.xml_name for field in fields if same(getattr(before, field.name), getattr(after, field.name))}
        else:
            lexical, equal = new, set()
        for attribute in tag.attributes:
            name = attribute.name
            if name not in new:
                self.edits.append((attribute.start, attribute.end, []))
            elif new[name] != old[name] and name not in equal:
                value = self.source.fitting_text(escape_attribute(after, name, lexical[name]))
                if self.text[attribute.value_end] == "'":
                    value = value.replace("&quot;", '"').replace("'", "&apos;")
                self.edits.append((attribute.value_start, attribute.value_end, [value]))
        if len(new) > len(old):
            check_attributes(len(new), after, Output((), self.limits))
        added = "".join([f' {name}="{escape_attribute(after, name, value)}"' for name, value in lexical.items() if name not in old])
        if added:
            self.edits.append((tag.inner_end, tag.inner_end, [self.fitting(after, f"<{added}>")[1:-1]]))
        return scope

    def content(self, level: Level, after: Any, olds: Sequence[Any], news: Sequence[Any], pairs: Sequence[tuple[int, int, bool]]) -> None:
        """The items of a level: what was removed, what was inserted, what changed inside."""
        last = 0, 0
        for one, other, equal in [*pairs, (len(olds), len(news), True)]:
            if last != (one, other):
                self.gap(level, after, olds, news, range(last[0], one), range(last[1], other))
            if not equal:
                item, part = news[other], level.parts[one]
                if isinstance(item, (Element, Markup)) and kind_of(olds[one]) == kind_of(item):
                    self.element(olds[one], item, level, part)
                else:
                    self.gap(level, after, olds, news, range(one, one + 1), range(other, other + 1))
            last = one + 1, other + 1

    def gap(self, level: Level, after: Any, olds: Sequence[Any], news: Sequence[Any], gone: range, come: range) -> None:
        """Items that stand side by side were removed, others inserted in their place."""
        parts = level.parts
        self.removed += [(olds[n], parts[n], level) for n in gone if isinstance(olds[n], (Element, Markup))]
        texts: list[Any] = []
        if come:
            step = self.layout.step(level)
            separator, line = ("", "") if level.mixed else self.layout.in_front(level, gone.start, step)
            texts = [piece for n in come for piece in (separator, self.item(level, after, news, n, line, step))]
        if come and not parts:
            closing = separator[: len(separator) - len(step)] if separator else ""
            self.fill(level.tag, level.end, *texts, closing)
        elif come and gone:  # what is new takes the places of the last ones, which have comments before them
            place = max(gone.start, gone.stop - len(come))
            self.remove(level, gone.start, place)
            self.edits.append((parts[place].start, parts[gone.stop - 1].end, texts[1:]))
        elif come:
            behind = parts[gone.start - 1].end if gone.start else level.tag.end
            self.edits.append((behind, behind, [*texts[1:], separator] if self.is_top(level, gone.start) else texts))
        elif len(gone) == len(parts) and not news:
            self.fill(level.tag, level.end)
        else:
            self.remove(level, gone.start, gone.stop)

    def remove(self, level: Level, first: int, stop: int) -> None:
        """Remove parts that stand side by side, and the white space in front of them if it is only layout."""
        parts = level.parts
        if first == stop:
            return
        if self.is_top(level, first):
            self.edits.append((parts[first].start, parts[stop].start, []))
        elif level.mixed:
            self.edits.append((parts[first].start, parts[stop - 1].end, []))
        else:
            self.edits.append((parts[first - 1].end if first else level.tag.end, parts[stop - 1].end, []))

    def is_top(self, level: Level, place: int) -> bool:
        """Whether a place is the very beginning of the document, so that line breaks are behind it and not in front."""
        return level.parent is None and place == 0 and not self.text.endswith("?>", 0, level.tag.end)

    def fill(self, tag: StartTag, end: int, *texts: Any) -> None:
        """Replace the whole content, which ends at `end`; an empty-element tag becomes two tags."""
        if not tag.empty:
            self.edits.append((tag.end, end, list(texts)))
        elif any(texts):
            self.edits.append((tag.inner_end, tag.end, [">", *texts, f"</{tag.name}>"]))

    def check(self, level: Level, items: Sequence[Any]) -> None:
        """Compare the names of items with those of the text. Raises `ModelError`."""
        here = [part.name.rpartition(":")[2] if part.kind == "element" else part.kind for part in level.parts]
        there = [part_kind(item) for item in items]
        if here != there:
            place = next((n for n, (one, other) in enumerate(zip(here, there, strict=False)) if one != other), min(len(here), len(there)))
            found, expected = (f"`{names[place]}`" if place < len(names) else "no more" for names in (here, there))
            raise not_its_tree(f"in `{level.tag.name or 'the document'}`, as number {place + 1} of its content, it has {found}, not {expected}")

    # -- what is new ------------------------------------------------------------------------------------------------------------------

    def item(self, level: Level, parent: Any, items: Sequence[Any], place: int, line: str, step: str) -> str | Callable[[], str]:
        """An inserted item as XML, or a function that gives it when everything that was removed is known."""
        item = items[place]
        previous = items[place - 1] if place and level.mixed and isinstance(items[place - 1], str) else None
        write = partial(self.written, item, level, line, step, parent, previous)
        return partial(self.moved, item, level.scope, level.depth, write) if isinstance(item, (Element, Markup)) else write()

    def moved(self, item: Element | Markup, scope: Scope, above: int, write: Callable[[], str]) -> str:
        """The text of a node that was removed elsewhere, with what changed in it, if it means the same here; otherwise it is written."""
        if not self.known:
            for entry in self.removed:
                self.known[id(entry[0])] = [entry]
                self.known.setdefault(key_of(entry[0]), []).append(entry)
        key = key_of(item)
        candidates = self.known.get(id(item)) or self.known.get(key, [])[:_ALIKE]
        candidates = [entry for entry in candidates if _bindings(scope) == _bindings(entry[2].scope)]
        for other, part, _ in candidates:
            if same(other, item):
                check_depth(item, Output((), self.limits, above))
                return self.text[part.start : part.end]
        if key[1] is not None and len(candidates) == 1:
            ((other, part, level),) = candidates
            check_depth(item, Output((), self.limits, above))
            return self.changed(other, part, level, item)
        return write()

    def changed(self, before: Any, part: Part, level: Level, after: Any) -> str:
        """The text of an element, as it stands in the document, with what changed in it."""
        inner = _Patch(self.source, self.text, self.layout, self.limits, self.namespaces)
        inner.element(before, after, level, part)
        pieces, at = [], part.start
        for begin, end, text in inner.settled():
            pieces += [self.text[at:begin], text]
            at = end
        return "".join([*pieces, self.text[at : part.end]])

    def written(self, item: Any, level: Level, line: str, step: str, parent: Any = None, previous: str | None = None) -> str:
        """An item as XML. What stands before it is an item of its own. `previous` is the text in front of it, which may have its indentation."""
        alone = item
        if isinstance(item, (Element, Markup)) and item._extras:
            alone = copy(item)
            alone._extras = copy(item._extras)
            alone._extras.before = []
        inline = level.mixed and not line
        out = Output((), self.limits, level.depth - inline)  # inline, the writer begins with the parent
        broken = "\n" + line.lstrip("\r\n") if line else ""
        step = step if line or level.mixed else ""
        try:
            if inline:
                write_content(parent, [previous or "", alone], out, "", step, level.scope)
                out[0] = ""
            elif level.parent is None and isinstance(item, (Element, Markup)):
                write_node(alone, out, broken, step, level.scope)
            else:
                write_item(parent, alone, out, broken, step, level.scope)
        except Wrong as wrong:
            raise Wrong(item if wrong.args[0] is alone else wrong.args[0], *wrong.args[1:]) from None
        return self.layout.lines(self.fitting(item, "".join(out)), line)

    def fitting(self, item: Any, xml: str) -> str:
        """What was written, in the characters that the document can have."""
        try:
            return self.source.fitting(xml)
        except UnicodeEncodeError as error:
            lacking = error.object[error.start : error.end]
            raise Wrong(item, None, f"`{lacking}` in a name or comment cannot be written in {error.encoding}, the encoding of the document") from None

    def no_item(self, part: Part, mixed: bool) -> bool:
        """Whether a run of text counts for nothing: white space between elements, or CDATA with nothing in it."""
        run = self.text[part.start : part.end]
        return plain(run) == "" if mixed else is_layout(run)

    def settled(self) -> list[Edit]:
        """The edits, sorted, with those that touch joined, without those that change nothing."""
        joined: list[tuple[int, int, list[str]]] = []
        for begin, end, pieces in sorted(self.edits, key=itemgetter(0, 1)):
            if not joined or joined[-1][1] < begin:
                joined.append((begin, begin, []))
            joined[-1][2].extend([piece if isinstance(piece, str) else piece() for piece in pieces])
            joined[-1] = joined[-1][0], end, joined[-1][2]
        texts = [(begin, end, "".join(pieces)) for begin, end, pieces in joined]
        return [self.apart(*edit) for edit in texts if edit[2] != self.text[edit[0] : edit[1]]]

    def apart(self, begin: int, end: int, text: str) -> Edit:
        """Keep a carriage return and a line feed that did not stand side by side from becoming one line break."""
        line_feed_follows = self.text.startswith("\n", end)
        if self.text[begin - 1 : begin] == "\r":
            if not text and line_feed_follows:
                return begin, end + 1, "&#10;"
            text = re.sub(r"\A\n", "&#10;", text)
        return begin, end, re.sub(r"\r\Z", "&#10;", text) if line_feed_follows else text


def _bindings(scope: Scope | None) -> dict[str | None, str | None]:
    """What every prefix means."""
    return {} if scope is None else {**_bindings(scope.parent), **scope.declared}
