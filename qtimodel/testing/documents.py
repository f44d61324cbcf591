"""XML texts at random: the same tree in the many ways that XML allows to write it.

Strategy: a tree becomes plain markup (`untyped`), and that is written out with every freedom there is: prefixes, quotes, white space in
tags, character references, CDATA, line ends, encodings, layout where it is only layout. None of this uses our own writer, so reading
what is written here tests the reader on its own. All choices come from one short string of bytes that is read round and round; zeros
mean the plainest way of writing, which is what Hypothesis reduces to.
"""

from __future__ import annotations

import codecs
from typing import TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..nodes import QTI, XML, XSI, Comment, Content, Element, Invalid, Markup, ProcessingInstruction
from ..spec import Field, Kind, Spec, element_classes, spec_of
from .compare import spec_in
from .strategies import markup, trees
from .values import ATTRIBUTE_TEXT, TEXT

__all__ = ["documents", "spellings", "untyped"]

_T = TypeVar("_T")

_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii", "utf-16-le", "utf-16-be", "windows-1252")
_MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


# -- a tree as plain markup --------------------------------------------------------------------------------------------------------


def untyped(node: Element | Markup) -> Markup:
    """The same element as markup, with the lexical forms that it remembers."""
    before = list(node.extras.before) if node._extras else []
    after = list(node.extras.after) if node._extras else []
    if isinstance(node, Markup):
        copy = Markup(name=node.name, namespace=node.namespace, attributes=dict(node.attributes), content=[*map(_untyped_piece, node.content)])
    else:
        spec = spec_of(type(node))
        texts = {field.xml_name or "": _text(node, field) for field in spec.attributes}
        attributes = {name: text for name, text in texts.items() if text is not None}
        copy = Markup(name=spec.name, namespace=spec.namespace, attributes=attributes, content=_content(node, spec))
        if node._extras:
            copy.attributes.update(node.extras.attributes)
    if before or after:
        copy.extras.before[:], copy.extras.after[:] = map(_untyped_piece, before), map(_untyped_piece, after)
    return copy


def _untyped_piece(piece: Content) -> Content:
    return untyped(piece) if isinstance(piece, (Element, Markup)) else piece


def _text(node: Element, field: Field) -> str | None:
    value = getattr(node, field.name)
    if value is None or isinstance(value, Invalid):
        return None if value is None else value.text
    text = field.write(value)
    form = (node._form.lexical if node._form else None) or {}
    written = form.get(field.xml_name or "")
    return written if written is not None and field.write(field.parse(written)) == text else text


def _content(node: Element, spec: Spec) -> list[Content]:
    pieces: list[Content] = []
    if spec.body is not None and spec.body.kind is Kind.TEXT:
        text = _text(node, spec.body)
        pieces += node._form.content if node._form and node._form.content is not None else [text] if text else []
    elif spec.body is not None:
        pieces += map(_untyped_piece, getattr(node, spec.body.name))
    for field in spec.children:
        value = getattr(node, field.name)
        for child in value if isinstance(value, list) else [] if value is None else [value]:
            copy = untyped(child)
            pieces += [*copy.extras.before, copy]
            copy.extras.before.clear()
    return [*pieces, *map(_untyped_piece, node.extras.trailing)] if node._extras else pieces


# -- markup as text ------------------------------------------------------------------------------------------------------------------


class _Speller:
    """Writes one document."""

    def __init__(self, choices: bytes, encoding: str) -> None:
        self.choices, self.encoding = choices, encoding
        self.at = 0
        self.out: list[str] = []

    def pick(self, *options: _T) -> _T:
        """One of the options, the first one if the choice is zero."""
        turn, place = divmod(self.at, len(self.choices))
        self.at += 1
        choice = self.choices[place]
        return options[(choice + turn) % len(options) if choice else 0]  # in its next turn a byte means something else

    def space(self) -> str:
        return self.pick(" ", " ", "\n", "\t ", " \r\n  ")

    def blank(self) -> str:
        """White space that is only layout, or nothing."""
        return self.pick("", "", "\n  ", " ", "\r\n\t", "&#32;")

    def document(self, root: Markup) -> str:
        """The text, without an XML declaration."""
        gap = ("", "\n", " \r\n")
        extras = root._extras
        for item in extras.before if extras else ():
            self.piece(item, None, {})
            self.out.append(self.pick(*gap))
        if self.pick(False, False, False, True):
            root = attrs.evolve(root, attributes={**root.attributes, f"{{{XSI}}}schemaLocation": f"{QTI} a.xsd"})
        self.element(root, spec_in(None, root.namespace, root.name, root=True), {"xml": XML})
        for item in extras.after if extras else ():
            self.out.append(self.pick(*gap))
            self.piece(item, None, {})
        return "".join([*self.out, self.pick(*gap)])

    def element(self, node: Markup, spec: Spec | None, scope: dict[str | None, str | None]) -> None:
        declared: dict[str | None, str | None] = {}
        inner = dict(scope)

        def declare(prefix: str | None, namespace: str | None) -> str | None:
            declared[prefix] = inner[prefix] = namespace
            return prefix

        def prefix_of(namespace: str, *, attribute: bool) -> str | None:
            known = [prefix for prefix, meaning in inner.items() if meaning == namespace and not (attribute and prefix is None)]
            if known and (namespace == XML or self.pick(*[True] * 6, False)):
                return known[self.pick(0, 1, 2) % len(known)]
            choices: list[str | None] = ["xsi"] if namespace == XSI else ["q", "a", "ns0", "x-1.\u00e9" if self.encoding.startswith("utf") else "x-1"]
            choices = choices if attribute else [None, *choices]
            free = [prefix for prefix in choices if prefix not in declared and prefix not in used] or [f"p{len(inner)}"]
            return declare(self.pick(*free), namespace)

        used: set[str | None] = set()  # what this tag already means by a prefix must not change
        if node.namespace is None:
            prefix = None
            if inner.get(None) is not None:
                declare(None, None)
        else:
            prefix = prefix_of(node.namespace, attribute=False)
        used.add(prefix)
        attributes: list[tuple[str, str]] = []
        for key, text in node.attributes.items():
            namespace, _, name = key.rpartition("}")
            if namespace:
                chosen = prefix_of(namespace[1:], attribute=True)
                used.add(chosen)
                name = f"{chosen}:{name}"
            attributes.append((name, text))
        if self.pick(*[False] * 9, True) and "unused" not in inner:
            declare("unused", "urn:example:unused")
        attributes += [(f"xmlns:{prefix}" if prefix else "xmlns", namespace or "") for prefix, namespace in declared.items()]
        attributes = self.pick(attributes, attributes[::-1])
        name = f"{prefix}:{node.name}" if prefix else node.name
        self.out.append(f"<{name}")
        for key, text in attributes:
            self.out.append(f"{self.space()}{key}{self.pick('=', '=', ' = ')}{self.quoted(text)}")
        self.out.append(self.pick("", "", " ", "\n"))
        if not node.content and self.pick(True, False):
            self.out.append("/>")
            return
        self.out.append(">")
        layout = spec is not None and spec.body is None and bool(spec.children)  # an empty element may have comments, but no white space
        for piece in node.content:
            if layout and not isinstance(piece, str):
                self.out.append(self.blank())
            self.piece(piece, spec, inner)
            if layout and not isinstance(piece, str):
                self.out.append(self.blank())
        self.out.append(f"</{name}{self.pick('', '', ' ')}>")

    def piece(self, piece: Content, parent: Spec | None, scope: dict[str | None, str | None]) -> None:
        if isinstance(piece, str):
            self.text(piece)
        elif isinstance(piece, Comment):
            self.out.append(f"<!--{self.lines(piece.text)}-->")
        elif isinstance(piece, ProcessingInstruction):
            self.out.append(f"<?{piece.target}{self.space() if piece.data else self.pick('', ' ')}{self.lines(piece.data)}?>")
        else:
            assert isinstance(piece, Markup)
            self.element(piece, spec_in(parent, piece.namespace, piece.name), scope)

    def lines(self, text: str) -> str:
        """Line ends as one system or another writes them: to XML they are all the same."""
        return text.replace("\n", self.pick("\n", "\n", "\r\n", "\r")) if "\n" in text else text

    def text(self, text: str) -> None:
        if "\r" not in text and self.fits(text) and self.pick(False, False, False, True):
            self.out.append(f"<![CDATA[{self.lines(text.replace(']]>', ']]]]><![CDATA[>'))}]]>")
            return
        written = "".join(map(self.character, text))
        self.out.append(self.lines(written.replace("]]>", "]]&gt;")))

    def quoted(self, text: str) -> str:
        quote = self.pick('"', "'")
        return quote + "".join(f"&#{ord(c)};" if c in "\t\n" + quote else self.character(c) for c in text) + quote

    def character(self, character: str) -> str:
        named = {"<": "&lt;", "&": "&amp;", ">": self.pick("&gt;", ">"), '"': self.pick('"', "&quot;"), "'": self.pick("'", "&apos;")}.get(character)
        if named is not None:
            return named
        if character == "\r" or not self.fits(character) or self.pick(*[False] * 15, True):
            return self.pick(f"&#{ord(character)};", f"&#x{ord(character):x};", f"&#x00{ord(character):X};")
        return character

    def fits(self, text: str) -> bool:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


def _declaration(speller: _Speller, encoding: str | None) -> str:
    quote = speller.pick('"', "'")
    declared = f"{speller.space()}encoding={quote}{encoding}{quote}" if encoding else ""
    standalone = speller.pick("", "", f" standalone={quote}yes{quote}")
    return f"<?xml{speller.space()}version={quote}1.0{quote}{declared}{standalone}{speller.pick('', ' ')}?>{speller.pick('', chr(10))}"


def _spell(root: Markup, choices: bytes, encoding: str | None) -> str | bytes:
    """The document in an encoding, or in UTF-8 if a name or comment does not fit; `None`: as text."""
    speller = _Speller(choices, encoding or "utf-8")
    if encoding is None:
        # A text may declare any encoding: it has none.
        return speller.pick("", _declaration(speller, speller.pick(None, "utf-8", "utf-16", "no-such"))) + speller.document(root)
    named = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    can_guess = encoding.startswith("utf")
    declaration = speller.pick("", _declaration(speller, None)) if can_guess and speller.pick(True, False) else _declaration(speller, named)
    text = declaration + speller.document(root)
    try:
        return _MARKS.get(encoding, b"") + text.encode(encoding)
    except UnicodeEncodeError:
        return _spell(root, choices, "utf-8")


# -- documents that keep no rule -----------------------------------------------------------------------------------------------------

_KNOWN_NAMES = sorted({spec.name for spec in map(spec_of, element_classes())})
_KNOWN_ATTRIBUTES = sorted({name for spec in map(spec_of, element_classes()) for name in spec.attribute_by_name})


def _below(node: Markup) -> list[Markup]:
    """All markup in it, itself first."""
    found = [node]
    for place in found:
        found += [piece for piece in place.content if isinstance(piece, Markup)]
    return found


def _stir(draw: DrawFn, root: Markup) -> None:
    """Put things where they do not belong."""
    for _ in range(draw(st.integers(1, 4))):
        nodes = _below(root)
        node = draw(st.sampled_from(nodes))
        match draw(st.sampled_from(["attribute", "text", "name", "twice", "drop", "reverse", "move", "value"])):
            case "attribute":
                node.attributes[draw(st.sampled_from(_KNOWN_ATTRIBUTES))] = draw(ATTRIBUTE_TEXT)
            case "value":
                for name in list(node.attributes)[:2]:
                    node.attributes[name] = draw(ATTRIBUTE_TEXT)
            case "text":
                node.content.insert(draw(st.integers(0, len(node.content))), draw(TEXT))
            case "name":
                node.name = draw(st.sampled_from(_KNOWN_NAMES))
            case "twice":
                node.content += node.content[:2]
            case "drop":
                node.attributes.clear()
                del node.content[:1]
            case "reverse":
                node.content.reverse()
            case _:
                taken = draw(st.sampled_from(nodes))
                if node not in _below(taken):
                    node.content.append(taken)


# -- public --------------------------------------------------------------------------------------------------------------------------


def spellings(tree: Element | Markup) -> SearchStrategy[str | bytes]:
    """Documents that mean a tree: texts, and bytes in several encodings. Namespace declarations are nobody's but their own.

    >>> from hypothesis import find
    >>> from qtimodel import Weight, xml
    >>> weight = Weight(identifier="W", value=2)
    >>> xml.loads(find(spellings(weight), lambda document: isinstance(document, bytes))) == weight
    True
    """
    return _spellings(untyped(tree))


def _spellings(root: Markup) -> SearchStrategy[str | bytes]:
    return st.builds(_spell, st.just(root), st.binary(min_size=1, max_size=48), st.sampled_from([None, *_ENCODINGS]))


@st.composite
def documents(draw: DrawFn, cls: type[Element] | None = None, *, valid: bool = True, size: int = 20) -> str | bytes:
    """XML documents with that root element (or any), oddly but correctly written.

    With `valid=True` they are valid against the official schema, where the root may stand. With `valid=False` they are well-formed and
    no more: elements in wrong places, values that are none, text where none belongs. These need `recover=True` to be read.
    """
    if cls is None:
        if not valid and draw(st.integers(0, 3)) == 3:
            return draw(_spellings(untyped(draw(markup(size=size)))))
        cls = draw(st.sampled_from([known for known in element_classes() if not valid or spec_of(known).document]))
    root = untyped(draw(trees(cls, valid=valid, size=size)))
    if not valid:
        _stir(draw, root)
    return draw(_spellings(root))
