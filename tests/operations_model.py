"""What the operations of the API should do, said a second time and as simply as possible: plain dicts and lists, one class, no code of qtimodel.

A node is a dict: `kind`, `id`, `own` (values of attributes by their JSON names, `None`: not written), `other` (what only the API knows), `children` in
their order, and `stamp`: a number that tells what stayed the same element from what was put in its place. `outline` reads XML with expat and keeps
the exact text of everything, so what happened to the bytes of a document can be compared with what should have happened.
"""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from xml.parsers import expat

import attrs

JSON = dict[str, Any]
Node = dict[str, Any]

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
KINDS = {
    f"{QTI} qti-assessment-test": "test",
    f"{QTI} qti-test-part": "part",
    f"{QTI} qti-assessment-section": "section",
    f"{QTI} qti-assessment-section-ref": "section-ref",
    f"{QTI} qti-assessment-item-ref": "ref",
    "http://www.w3.org/2001/XInclude include": "include",
}
OWN = {
    "test": {"title": "title"},
    "part": {"navigationMode": "navigation-mode", "submissionMode": "submission-mode", "title": "title"},
    "section": {"title": "title", "visible": "visible", "required": "required", "fixed": "fixed"},
    "section-ref": {"href": "href"},
    "ref": {"href": "href", "required": "required", "fixed": "fixed"},
    "include": {},
}
LISTS = {  # in the order that children without `sequence` have
    "test": {"qti-test-part": "part"},
    "part": {"qti-assessment-section": "section", "qti-assessment-section-ref": "section-ref"},
    "section": {"qti-assessment-item-ref": "ref", "qti-assessment-section": "section", "qti-assessment-section-ref": "section-ref"},
}
OTHERS = ("_id", "note", "owner", "metadata", "timeLimit")
_stamps = itertools.count()


class Refused(Exception):
    """The operation is refused with this status."""


# -- nodes -------------------------------------------------------------------------------------------------------------------


def node(kind: str, identifier: str, own: JSON, other: JSON, children: list[Node]) -> Node:
    return {"stamp": next(_stamps), "kind": kind, "id": identifier, "own": own, "other": other, "children": children}


def below(root: Node) -> Iterator[Node]:
    yield root
    for child in root["children"]:
        yield from below(child)


def from_json(body: JSON, kind: str) -> Node:
    """The node of a right body."""
    found = [
        (item.get("sequence", float("inf")), rank, index, from_json(item, child))
        for rank, (key, child) in enumerate(LISTS.get(kind, {}).items())
        for index, item in enumerate(body.get(key, []))
    ]
    children = [place[-1] for place in sorted(found, key=lambda place: place[:-1])]
    return node(kind, body["identifier"], {key: body.get(key) for key in OWN[kind]}, deepcopy({key: body[key] for key in OTHERS if key in body}), children)


def from_xml(raw: str) -> Node:
    return _from_piece(next(item for item in outline(raw).items if isinstance(item, Piece)))


def _from_piece(piece: Piece) -> Node:
    own: JSON = {key: piece.attributes.get(name) for key, name in OWN[piece.kind].items()}
    own |= {key: own[key].strip() in ("true", "1") for key in ("visible", "required", "fixed") if own.get(key) is not None}
    own |= {"href": " ".join(own["href"].split())} if own.get("href") else {}
    children = [_from_piece(item) for item in piece.items if isinstance(item, Piece)]
    return node(piece.kind, piece.identifier, own, {}, children)


def shown(one: Node, defaults: JSON) -> JSON:
    """What an answer should say of a node."""
    own = {key: defaults.get(key) if value is None and one["kind"] == "section" else value for key, value in one["own"].items()}
    places = enumerate(one["children"], 1)
    children = [(place if one["kind"] != "test" else None, shown(child, defaults)) for place, child in places if child["kind"] != "include"]
    return {"kind": one["kind"], "id": one["id"], "own": own, "other": one["other"], "children": children}


def told(flat: JSON, kind: str) -> JSON:
    """What an answer says of a node, in the same form."""
    children = [(item.get("sequence"), told(item, child)) for key, child in LISTS.get(kind, {}).items() for item in flat.get(key, [])]
    if kind != "test":
        children.sort(key=lambda place: place[0])
    other = {key: flat[key] for key in OTHERS if key in flat}
    return {"kind": kind, "id": flat["identifier"], "own": {key: flat.get(key) for key in OWN[kind]}, "other": other, "children": children}


# -- the operations ------------------------------------------------------------------------------------------------------------

XML_DEFAULTS, JSON_DEFAULTS = {"required": False, "fixed": False}, {"required": True, "fixed": False}


@attrs.define
class Test:
    """A test: its tree, and what the service knows. `sound`: what is no part, section or reference is valid; `None`: who knows."""

    __test__ = False

    tree: Node
    defaults: JSON
    sound: bool | None
    created: str
    updated: str
    version: int = 0

    @property
    def valid(self) -> bool | None:
        """Whether the XML must be valid; `None`: who knows."""
        nodes = list(below(self.tree))
        if self.sound is None or len({one["id"] for one in nodes[1:]}) < len(nodes) - 1:
            return None
        full = all(one["children"] for one in nodes if one["kind"] in ("test", "part"))
        return self.sound and full and all(one["own"]["href"] is not None for one in nodes if "href" in one["own"])


def parts_of(test: Test) -> list[Node]:
    return [one for one in test.tree["children"] if one["kind"] == "part"]


def _only(found: list[Any]) -> Any:
    if len(found) != 1:
        raise Refused(400 if found else 404)
    return found[0]


def part_of(test: Test, identifier: str) -> Node:
    found: Node = _only([one for one in parts_of(test) if one["id"] == identifier])
    return found


def section_of(part: Node, identifier: str) -> tuple[Node, int]:
    """The parent of a section at any depth, and its index there."""
    places = [(parent, index) for parent in below(part) for index, one in enumerate(parent["children"]) if (one["kind"], one["id"]) == ("section", identifier)]
    found: tuple[Node, int] = _only(places)
    return found


def check_names(test: Test, new: Node, replaced: Node | None = None) -> None:
    """Identifiers that come in must be free."""
    inside = list(below(replaced)) if replaced is not None else []
    olds, news = (Counter(one["id"] for one in nodes if one["kind"] != "include") for nodes in (inside, below(new)))
    stamps = {one["stamp"] for one in inside}
    outside = {one["id"] for one in list(below(test.tree))[1:] if one["stamp"] not in stamps and one["kind"] != "include"}
    if any(count > olds[name] and (count > 1 or name in outside) for name, count in news.items()):
        raise Refused(400)


def take_over(old: Node, new: Node, defaults: JSON, *, flat: bool, everything: bool) -> None:
    """What a body could not say, by kind and identifier where these are clear."""
    counts = Counter((one["kind"], one["id"]) for one in below(old))
    known = {(one["kind"], one["id"]): one for one in below(old)}
    for one in below(new):
        key = one["kind"], one["id"]
        was = old if one is new else known[key] if counts[key] == 1 else None
        if was is None:
            continue
        one["other"] = {name: deepcopy(value) for name, value in was["other"].items() if everything or name == "_id"} | one["other"]
        if flat and one["kind"] == "section":
            one["own"] |= {name: None for name, default in defaults.items() if was["own"][name] is None and one["own"][name] == default}


class Model:
    """The operations. Each gives what the answer should say; arguments are those of qtimodel, but nodes in the place of bodies."""

    def __init__(self) -> None:
        self.tests: dict[str, Test] = {}
        self.now = ""

    def open(self, identifier: str, version: int | None = None) -> Test:
        if identifier not in self.tests:
            raise Refused(404)
        if version not in (None, self.tests[identifier].version):
            raise Refused(409)
        return self.tests[identifier]

    def changed(self, test: Test) -> Test:
        test.version += 1
        test.updated = self.now
        return test

    def create(self, tree: Node, new_id: str, defaults: JSON, sound: bool | None) -> Test:
        if tree["id"] in self.tests:
            raise Refused(409)
        tree["other"] = {**tree["other"], "_id": new_id}
        self.tests[tree["id"]] = Test(tree, defaults, sound, self.now, self.now)
        return self.tests[tree["id"]]

    def replace(self, identifier: str, tree: Node, version: int | None, *, only_xml: bool, flat: bool, defaults: JSON | None, sound: bool | None) -> Test:
        """`defaults`: those of what is sent; `None`: they stay."""
        if tree["id"] != identifier:
            raise Refused(400)
        test = self.open(identifier, version)
        take_over(test.tree, tree, test.defaults, flat=flat, everything=only_xml)
        if "_id" in test.tree["other"]:
            tree["other"]["_id"] = test.tree["other"]["_id"]
        test.tree = tree
        test.defaults = test.defaults if defaults is None else defaults
        test.sound = sound
        return self.changed(test)

    def delete(self, identifier: str, version: int | None) -> None:
        self.open(identifier, version)
        del self.tests[identifier]

    def create_test_part(self, test_id: str, new: Node, version: int | None) -> Node:
        test = self.open(test_id, version)
        if any(one["id"] == new["id"] for one in parts_of(test)):
            raise Refused(409)
        check_names(test, new)
        test.tree["children"].append(new)
        self.changed(test)
        return new

    def update_test_part(self, test_id: str, part_id: str, new: Node, version: int | None) -> Node:
        test = self.open(test_id, version)
        old = part_of(test, part_id)
        take_over(old, new, test.defaults, flat=True, everything=False)
        check_names(test, new, old)
        siblings = test.tree["children"]
        siblings[next(index for index, one in enumerate(siblings) if one is old)] = new
        self.changed(test)
        return new

    def delete_test_part(self, test_id: str, part_id: str, version: int | None) -> None:
        test = self.open(test_id, version)
        old = part_of(test, part_id)
        if len(test.tree["children"]) == 1:
            raise Refused(400)
        test.tree["children"] = [one for one in test.tree["children"] if one is not old]
        self.changed(test)

    def create_section(self, test_id: str, part_id: str, new: Node, sequence: int | None, version: int | None) -> tuple[int, Node]:
        test = self.open(test_id, version)
        part = part_of(test, part_id)
        check_names(test, new)
        part["children"].insert(len(part["children"]) if sequence is None else sequence - 1, new)
        self.changed(test)
        return self.get_section(test_id, part_id, new["id"])

    def get_section(self, test_id: str, part_id: str, section_id: str) -> tuple[int, Node]:
        parent, index = section_of(part_of(self.open(test_id), part_id), section_id)
        return index + 1, parent["children"][index]

    def update_section(self, test_id: str, part_id: str, section_id: str, new: Node, sequence: int | None, version: int | None) -> tuple[int, Node]:
        test = self.open(test_id, version)
        parent, index = section_of(part_of(test, part_id), section_id)
        old = parent["children"][index]
        take_over(old, new, test.defaults, flat=True, everything=False)
        check_names(test, new, old)
        del parent["children"][index]
        parent["children"].insert(index if sequence is None else sequence - 1, new)
        self.changed(test)
        return self.get_section(test_id, part_id, new["id"])

    def delete_section(self, test_id: str, part_id: str, section_id: str, version: int | None) -> None:
        test = self.open(test_id, version)
        parent, index = section_of(part_of(test, part_id), section_id)
        if parent["kind"] == "part" and len(parent["children"]) == 1:
            raise Refused(400)
        del parent["children"][index]
        self.changed(test)

    def add_assessment_item(self, test_id: str, part_id: str, section_id: str, new: Node, sequence: int | None, version: int | None) -> tuple[int, Node]:
        test = self.open(test_id, version)
        place, section = self.get_section(test_id, part_id, section_id)
        check_names(test, new)
        section["children"].insert(len(section["children"]) if sequence is None else sequence - 1, new)
        self.changed(test)
        return place, section

    def remove_assessment_item(self, test_id: str, part_id: str, section_id: str, item_id: str, version: int | None) -> tuple[int, Node]:
        test = self.open(test_id, version)
        place, section = self.get_section(test_id, part_id, section_id)
        ref = _only([one for one in section["children"] if (one["kind"], one["id"]) == ("ref", item_id)])
        section["children"] = [one for one in section["children"] if one is not ref]
        self.changed(test)
        return place, section

    def update_assessment_item_order(
        self, test_id: str, part_id: str, section_id: str, items: list[tuple[str, int | None]], version: int | None
    ) -> tuple[int, Node]:
        test = self.open(test_id, version)
        place, section = self.get_section(test_id, part_id, section_id)
        listed = []
        for name, sequence in items:
            found = [one for one in section["children"] if (one["kind"], one["id"]) == ("ref", name)]
            if len(found) != 1:
                raise Refused(400)
            listed.append((sequence, found[0]))
        left = [one for one in section["children"] if all(one is not ref for _, ref in listed)]
        if listed[0][0] is None:
            order = iter(ref for _, ref in listed)
            section["children"] = [one if any(one is other for other in left) else next(order) for one in section["children"]]
        else:
            last = -1
            for sequence, ref in sorted(listed, key=lambda pair: pair[0] or 0):
                last = min(max((sequence or 0) - 1, last + 1), len(left))
                left.insert(last, ref)
            section["children"] = left
        self.changed(test)
        return place, section


# -- bytes -----------------------------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Piece:
    """A test, part, section, reference or inclusion in a text: its start tag, what stands in it (texts of anything else, and pieces), its end tag."""

    kind: str
    identifier: str
    attributes: dict[str, str]
    tag: str
    items: list[str | Piece] = attrs.field(factory=list)
    end: str = ""


def outline(raw: str) -> Piece:
    """A document in pieces: put together again, they are the document."""
    data = raw.encode()
    parser = expat.ParserCreate("utf-8", " ")
    events: list[tuple[int, str, dict[str, str]]] = []
    parser.StartElementHandler = lambda name, attributes: events.append((parser.CurrentByteIndex, name, attributes))
    parser.EndElementHandler = lambda name: events.append((parser.CurrentByteIndex, "/", {}))
    parser.DefaultHandler = lambda text: events.append((parser.CurrentByteIndex, "", {}))
    parser.Parse(data, True)
    document = Piece("document", "", {}, "")
    open_pieces: list[Piece] = [document]
    stack: list[Piece | None] = [document]
    ends = [start for start, _, _ in events[1:]] + [len(data)]
    for (start, name, attributes), end in zip(events, ends, strict=True):
        text = data[start:end].decode()
        if name == "/":
            piece = stack.pop()
            if piece is not None:
                piece.end = text
                open_pieces.pop()
                continue
        elif name:
            parent = stack[-1]
            kind = KINDS.get(name) if parent is not None and parent.kind != "include" else None
            piece = Piece(kind, attributes.get("identifier", attributes.get("href", "")).strip(), attributes, text) if kind else None
            stack.append(piece)
            if piece is not None:
                open_pieces[-1].items.append(piece)
                open_pieces.append(piece)
                continue
        open_pieces[-1].items.append(text)
    return document


def _is_around(item: str | Piece) -> bool:
    """White space, comments and processing instructions: in front of a piece, they belong to it."""
    return isinstance(item, str) and (item.startswith(("<!--", "<?")) or not html.unescape(item).strip())


def _stamped(piece: Piece, one: Node, front: str, found: dict[int, tuple[Piece, Node, str]]) -> None:
    """The pieces by the stamps of their nodes, with the comments in front of them. Fails if the text has other nodes."""
    found[one["stamp"]] = piece, one, front
    inner = [item for item in piece.items if isinstance(item, Piece)]
    assert [(item.kind, item.identifier) for item in inner] == [(child["kind"], child["id"]) for child in one["children"]]
    for index, item in enumerate(piece.items):
        if isinstance(item, Piece):
            around = list(itertools.takewhile(_is_around, piece.items[index - 1 :: -1])) if index else []
            notes = "".join(str(text) for text in reversed(around) if str(text).strip())
            _stamped(item, one["children"][inner.index(item)], notes, found)


def pieces_of(raw: str, tree: Node) -> dict[int, tuple[Piece, Node, str]]:
    """The pieces of a text by the stamps of the nodes that it must have."""
    document = outline(raw)
    found: dict[int, tuple[Piece, Node, str]] = {}
    _stamped(document, {"stamp": -1 - tree["stamp"], "kind": "document", "id": "", "own": {}, "children": [tree]}, "", found)
    return found


def _level(piece: Piece, one: Node, stays: set[int]) -> str:
    """The text of a piece: a mark for each piece in it that stays, nothing for others and what stands in front of them."""
    out: list[str] = []
    stamps = iter(child["stamp"] for child in one["children"])
    for item in piece.items:
        if isinstance(item, str):
            out.append(item)
        elif (stamp := next(stamps)) in stays:
            out.append(f"\0{stamp}\0")
        else:
            while out and _is_around(out[-1]):
                out.pop()
    text = "".join(out)
    return f">{text}{piece.end}" if text.strip() else ""


def check_bytes(raw_before: str, before: Node, raw_after: str, after: Node) -> None:
    """Fail if anything changed in the text of a tree besides what changed in the tree."""
    olds, news = pieces_of(raw_before, before), pieces_of(raw_after, after)
    for stamp, (piece, one, front) in olds.items():  # parents first
        if stamp not in news:
            continue
        new_piece, new, new_front = news[stamp]
        assert front == new_front
        names = [name for key, name in OWN.get(one["kind"], {}).items() if one["own"][key] != new["own"][key]]
        names += ["identifier"] if one["id"] != new["id"] else []
        assert _start(piece.tag, names) == _start(new_piece.tag, names)
        orders = [[child["stamp"] for child in node["children"]] for node in (one, new)]
        kept, kept_after = ([stamp for stamp in order if stamp in orders[1 - index]] for index, order in enumerate(orders))
        stays = set(kept) if kept == kept_after else set()
        assert _level(piece, one, stays) == _level(new_piece, new, stays)


def _start(tag: str, without: list[str]) -> str:
    """A start tag without some of its attributes, and without its end, where an empty element has a slash."""
    tag = re.sub(r"\s*/?>\Z", "", tag)
    return re.sub(rf"\s+(?:{'|'.join(without)})\s*=\s*(?:\"[^\"]*\"|'[^']*')", "", tag) if without else tag
