"""The dialects that keep all order: each element has its content in one array.

Strategy: xml-js (not compact), fast-xml-parser (`preserveOrder`) and xml2js (`explicitChildren` with `preserveChildrenOrder`) differ in how a node
says what it is. Here each node becomes an `Item`, and `careful` sends items in their order. What these tools leave out without a trace,
white space at the ends of text or between tags, is a guess where it is likely to have been there.
"""

from __future__ import annotations

from typing import Any

from ..json_text import Path
from ..nodes import Comment, ProcessingInstruction
from ..spec import Spec
from .html import INLINE
from .taken import Item, Taken, Taker, line_ends, shown

__all__ = ["Sequences"]


class Sequences(Taker):
    """Sorts objects of the dialects that keep order."""

    touching: Path | None = None  # where text or phrases adjoin without white space, first
    spaced = False  # white space was kept somewhere

    def taken(self, raw: str, value: Any, spec: Spec | None) -> Taken:
        """As `Taker` says."""
        order = self.rules.order
        if order is None or not isinstance(value, dict):
            return super().taken(raw, value, spec)
        taken = Taken()
        if order == "xml-js":
            self._full(raw, value, taken, spec)
        elif order == "fast-xml-parser":
            self._ordered(raw, value, taken, spec)
        else:
            taken = self._children(raw, value, spec)
        self._look_at_space(raw, taken)
        return taken

    def top(self, document: Any) -> list[Item]:
        """What a document of xml-js or fast-xml-parser has at the top."""
        if self.rules.order == "xml-js":
            if "declaration" in document:
                self.declaration("declaration", document["declaration"])
            return self._nodes(document["elements"], ("elements",))
        return self._entries(document, ())

    # -- xml-js, not compact -------------------------------------------------------------------------------------------------

    def _full(self, raw: str, node: dict[Any, Any], taken: Taken, spec: Spec | None) -> None:
        for key, item in node.items():
            if key == "attributes":
                self.take_attributes(raw, key, item, taken, spec)
            elif key == "elements":
                taken.sequence = self._nodes(item, (key,))
            elif key not in ("type", "name"):
                self.problem(f"`{key!s:.80}` is no key of an element of xml-js; expected `type`, `name`, `attributes`, `elements`", str(key))
        self._sorted(taken)

    def _nodes(self, nodes: Any, place: Path) -> list[Item]:
        """The nodes of xml-js."""
        items: list[Item] = []
        if not isinstance(nodes, list):
            self.problem(f"`elements` is {shown(nodes)}; expected an array", *place)
            return items
        for index, node in enumerate(nodes):
            here = (*place, index)
            kind = node.get("type") if isinstance(node, dict) else None
            if kind == "element" and isinstance(node.get("name"), str):
                items.append(Item(node, here, node["name"]))
            elif kind in ("text", "cdata") and node.keys() == {"type", kind}:
                if text := self.scalar(node[kind], f"`{kind}`", "text", None, *here, kind):
                    items.append(Item(text, here))
            elif kind == "comment" and node.keys() == {"type", "comment"} and isinstance(node["comment"], str):
                items.append(Item(Comment(line_ends(node["comment"])), here))
            elif kind == "instruction" and isinstance(node.get("name"), str) and (data := self._data(node)) is not None:
                items.append(Item(ProcessingInstruction(node["name"], line_ends(data)), here))
            elif kind == "doctype":
                self.problem("document type declarations are not allowed: remove it", *here, code="doctype")
            else:
                expected = "an object with the `type` `element`, `text`, `cdata`, `comment` or `instruction`, and what belongs to it"
                self.problem(f"a node of xml-js is {shown(node)}; expected {expected}", *here)
        return items

    def _data(self, node: dict[str, Any]) -> str | None:
        if not node.keys() <= {"type", "name", "instruction", "attributes"}:
            return None
        return self.pairs(node.get("instruction", node.get("attributes", "")))

    # -- fast-xml-parser, preserveOrder ------------------------------------------------------------------------------------

    def _ordered(self, raw: str, node: dict[Any, Any], taken: Taken, spec: Spec | None) -> None:
        if ":@" in node:
            self.take_attributes(raw, ":@", node[":@"], taken, spec)
        taken.sequence = self._entries(node[raw], (raw,))
        self._sorted(taken)

    def _entries(self, nodes: Any, place: Path) -> list[Item]:
        """The nodes of fast-xml-parser."""
        items: list[Item] = []
        if not isinstance(nodes, list):
            self.problem(f"the content of an element is {shown(nodes)}; expected an array of objects of one key", *place)
            return items
        rules = self.rules
        for index, node in enumerate(nodes):
            here = (*place, index)
            keys = [key for key in node if key != ":@"] if isinstance(node, dict) else []
            if len(keys) != 1 or not isinstance(keys[0], str):
                self.problem(f"a node of fast-xml-parser is {shown(node)}; expected an object of one key and, perhaps, `:@`", *here)
                continue
            key = keys[0]
            item = node[key]
            if key == "#text":
                if text := self.scalar(item, "`#text`", "text", None, *here, key):
                    items.append(Item(text, here))
            elif key in rules.texts or key in rules.comments:
                pieces = item if isinstance(item, list) else [item]
                texts: list[Any] = [piece.get("#text") if isinstance(piece, dict) and piece.keys() == {"#text"} else piece for piece in pieces]
                if not all(isinstance(text, str) for text in texts):
                    self.problem(f"`{key}` is {shown(item)}; expected an array of texts", *here, key)
                elif key in rules.comments:
                    items.append(Item(Comment(line_ends("".join(texts))), here))
                else:
                    items.append(Item("".join(texts), here))
            elif key == "?xml":
                self.declaration(key, node.get(":@", {}))
            elif key[:1] == "?":
                if (data := self.pairs(node.get(":@", ""))) is None:
                    self.problem(f"`:@` of `{key}` is {shown(node[':@'])}; expected attributes", *here)
                else:
                    items.append(Item(ProcessingInstruction(key[1:], line_ends(data)), here))
            else:
                items.append(Item(node, here, key))
        return items

    # -- xml2js, explicitChildren --------------------------------------------------------------------------------------------

    def _children(self, raw: str, node: dict[Any, Any], spec: Spec | None) -> Taken:
        below = node.get("$$")
        if isinstance(below, dict):
            merged = {key: item for key, item in node.items() if key not in ("$$", "#name")}
            for key, item in below.items():
                if key in merged:
                    self.problem(f"`{key}` is beside `$$` and in it: remove one", "$$", key)
                merged.setdefault(key, item)
            taken = super().taken(raw, merged, spec)
            moved = below.keys() - (node.keys() - {"$$"})
            for found in taken.children.values():
                found[:] = [(value, ("$$", *place) if place[0] in moved else place) for value, place in found]
            taken.attributes = {name: (text, ("$$", *place) if place[0] in moved else place) for name, (text, place) in taken.attributes.items()}
            return taken
        if not isinstance(below, list):
            if below is not None:
                self.problem(f"`$$` is {shown(below)}; expected an array or object of children", "$$")
            return super().taken(raw, {key: item for key, item in node.items() if key not in ("$$", "#name")}, spec)
        own = {key: item for key, item in node.items() if key in self.rules.carriers or key in self.rules.texts}
        taken = super().taken(raw, own, spec)
        sequence: list[Item] = []
        for index, child in enumerate(below):
            here = ("$$", index)
            name = child.get("#name") if isinstance(child, dict) else None
            if name == "__text__":
                if text := self.scalar(child.get("_"), "`_`", "text", None, *here, "_"):
                    sequence.append(Item(text, here))
            elif isinstance(name, str):
                sequence.append(Item(child, here, name))
            else:
                self.problem(f"a child in `$$` is {shown(child)}; expected an object with its `#name`", *here)
        self._compare(node, below)
        texts = "".join(item.value for item in sequence if isinstance(item.value, str))
        if texts and "".join(taken.texts).split() != texts.split() and taken.texts:
            self.problem("`_` is another text than that of `$$`: remove one", "_")
        if taken.texts and not texts:
            if sequence:
                self.guess("`$$` does not say where the text is; it was read before the children; parse with `charsAsChildren: true`", "_")
            sequence = [Item("".join(taken.texts), ()), *sequence]
        taken.texts = []
        taken.sequence = sequence
        self._sorted(taken)
        return taken

    def _compare(self, node: dict[Any, Any], below: list[Any]) -> None:
        """The groups beside `$$` are copies of what is in it: what differs there would be lost."""
        groups: dict[str, list[Any]] = {}
        for child in below:
            if isinstance(child, dict) and isinstance(child.get("#name"), str) and child["#name"] != "__text__":
                groups.setdefault(child["#name"], []).append({key: item for key, item in child.items() if key != "#name"})
        for key, item in node.items():
            if key in ("$$", "#name") or key in self.rules.carriers or key in self.rules.texts:
                continue
            copies = [{"_": one} if isinstance(one, str) and one else one or {} for one in (item if isinstance(item, list) else [item])]
            if copies != groups.get(key):
                self.problem(f"`{key!s:.80}` beside `$$` is not what `$$` has under this name: remove it, or correct one of the two", str(key))

    # -- what these have in common -------------------------------------------------------------------------------------------

    @staticmethod
    def _sorted(taken: Taken) -> None:
        for item in taken.sequence or ():
            if item.name is not None:
                taken.children.setdefault(item.name, []).append((item.value, item.place))

    def _look_at_space(self, raw: str, taken: Taken) -> None:
        """Whether a tool may have left white space out."""
        before: Item | None = None
        tight = self.rules.order == "fast-xml-parser"  # this one cuts it off from the ends of text, the others leave out what is nothing else
        for item in taken.sequence or ():
            text = item.value if isinstance(item.value, str) and item.name is None else None
            if text is not None:
                self.spaced = self.spaced or (text[:1].isspace() or text[-1:].isspace() if tight else text.isspace())
            if before is not None and self.touching is None:
                texts = (text is not None) + (before.name is None and isinstance(before.value, str))
                phrases = (item.name in INLINE) + (before.name in INLINE)
                if (tight and texts == 1) or phrases == 2:
                    self.touching = (*self.path, *item.place)
            before = item
