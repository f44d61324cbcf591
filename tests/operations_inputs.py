"""What the state machine of the operations sends: documents in odd spellings, bodies right and wrong, places, pages and orders."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from operations_model import LISTS, QTI, Node, Test, below, from_json, from_xml

from qtimodel import AssessmentTest
from qtimodel.testing import documents

JSON = dict[str, Any]

# -- documents ---------------------------------------------------------------------------------------------------------------

TABS = f"""<?xml version='1.0' encoding="UTF-8"?>
<!-- made by hand -->
<?keep this?>
<qti-assessment-test xmlns="{QTI}"   identifier='@'
    title="Sums &amp; products" tool-name="ours" tool-version="1" data-unknown='1'>
\t<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"></qti-outcome-declaration>
\t<qti-rubric-block view="candidate"><qti-content-body><p>1 &lt; 2 <![CDATA[& so <on>]]> &#233;</p><!-- in --></qti-content-body></qti-rubric-block>
\t<qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">
\t\t<!-- the first -->
\t\t<qti-assessment-section identifier="s1" title='"Sums"' visible="1" ><qti-assessment-item-ref identifier="i1" href="i1.xml" category="easy"/>
\t\t\t<!-- about i2 --> <qti-assessment-item-ref
\t\t\t\thref="i2.xml" identifier="i2"><qti-weight identifier="W" value="2.50"/></qti-assessment-item-ref>
\t\t\t<!-- last --></qti-assessment-section>
\t\t<qti-assessment-section identifier="s2" title="Products" visible="true" required="0"/>
\t</qti-test-part>
\t<qti-test-part identifier="p2" navigation-mode="nonlinear" submission-mode="simultaneous" >
\t\t<qti-assessment-section identifier="s3" title="Both" visible="false" keep-together="false">
\t\t\t<qti-selection select="1"/><qti-ordering shuffle="true"/>
\t\t\t<qti-rubric-block view="author tutor"><qti-content-body>free <b>text</b></qti-content-body></qti-rubric-block>
\t\t\t<qti-assessment-item-ref identifier='i3' href='a b.xml'/>

\t\t\t<qti-assessment-item-ref identifier='i4' href='i4.xml' required='true'/>
\t\t\t<qti-assessment-item-ref identifier='i5' href='i5.xml'   fixed='1' />
\t\t</qti-assessment-section>
\t</qti-test-part>
</qti-assessment-test>
<!-- end -->"""
MINIFIED = (
    f'<qti-assessment-test xmlns="{QTI}" xmlns:xi="http://www.w3.org/2001/XInclude" identifier="@" title="&#x41;" tool-name="a" tool-version="1">'
    '<qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual"><qti-assessment-section-ref identifier="x1" href="x1.xml"/>'
    '<qti-assessment-section identifier="s1" title="S&lt;" visible="true"><qti-assessment-item-ref identifier="i1" href="i1.xml"/>'
    '<xi:include href="more.xml"/><qti-assessment-section identifier="s2" title="In" visible="true"><qti-assessment-item-ref identifier="i2" href="i2.xml"/>'
    '<!--c--><qti-assessment-item-ref identifier="i3" href="i3.xml"/></qti-assessment-section><qti-assessment-item-ref identifier="i4" href="i4.xml"/>'
    '</qti-assessment-section><qti-assessment-section identifier="s3" title="E" visible="true"></qti-assessment-section></qti-test-part>'
    '<qti-test-part identifier="p2" navigation-mode="linear" submission-mode="individual"><qti-assessment-section identifier="s4" title="" visible="true">'
    "</qti-assessment-section></qti-test-part></qti-assessment-test>"
)
PREFIXED = f"""<?xml version="1.0" encoding="UTF-16"?>
<q:qti-assessment-test xmlns:q="{QTI}" xmlns:v="urn:vendor" v:kind="x" identifier=" @ " title="T" tool-name="a" tool-version="1">
  <q:qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">
    <q:qti-assessment-section identifier="s1" title="One" visible="true" v:note="&quot;'">
      <q:qti-assessment-item-ref identifier="i1" href="i1.xml"/>   <q:qti-assessment-item-ref identifier="i2" href="i2.xml"/>
    </q:qti-assessment-section>
    <?page break?>
    <q:qti-assessment-section identifier="s2" title="Two" visible="true"><q:qti-assessment-section identifier="s3" title="3" visible="true">
</q:qti-assessment-section></q:qti-assessment-section>
  </q:qti-test-part>
</q:qti-assessment-test>
"""
# Not valid, for an attribute that nobody knows. Two references share a name, and two sections.
DOUBLED = f"""<qti-assessment-test xmlns="{QTI}" identifier="@" title="Doubled">
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" made-by="hand"/>
  <qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">
    <qti-assessment-section identifier="s1" title="A" visible="true">
      <qti-assessment-item-ref identifier="i1" href="a.xml"/>
      <qti-assessment-item-ref identifier="i1" href="b.xml"/>
      <qti-assessment-item-ref identifier="i2" href="c.xml"/>
    </qti-assessment-section>
    <qti-assessment-section identifier="s2" title="B" visible="true"/>
    <qti-assessment-section identifier="s2" title="C" visible="true"/>
  </qti-test-part>
</qti-assessment-test>"""
TEMPLATES = {"tabs": TABS, "windows": TABS.replace("\n", "\r\n"), "minified": MINIFIED, "prefixed": PREFIXED, "doubled": DOUBLED}
SOUND = {name: name != "doubled" for name in TEMPLATES}
IDENTIFIERS = st.sampled_from(["t1", "T1", "t2", "t3", "t4"])
GENERATED = documents(AssessmentTest).filter(lambda document: isinstance(document, str))
DOCUMENTS = st.sampled_from(list(TEMPLATES)) | GENERATED

# -- bodies ------------------------------------------------------------------------------------------------------------------

TITLES = st.sampled_from(["Sums", "Fish & <chips>", "\"both\" 'quotes'", " spaces  ", "é中😀", "a\tb\nc", ""])
NAMES = st.sampled_from([f"n{number}" for number in range(40)] + ["s1", "i1", "p2"])
SEQUENCES = st.sampled_from([None, None, 1, 2, 3, 99])
KNOWN = st.sampled_from([{}, {}, {"_id": "0a"}, {"note": {"deep": [1, None]}, "owner": "me"}])
OPTIONAL = st.sampled_from([None, True, False])
VERSIONS = st.sampled_from(["any"] * 6 + ["right", "stale"])


def said(**keys: Any) -> JSON:
    """A body without the keys that are `None`."""
    return {key: value for key, value in keys.items() if value is not None}


REFS = st.builds(
    lambda known, **keys: said(**keys) | known, KNOWN, identifier=NAMES, href=st.sampled_from(["a.xml", "a.xml", "b.xml", None]), sequence=SEQUENCES
)


def section_bodies(inner: st.SearchStrategy[JSON] | None) -> st.SearchStrategy[JSON]:
    return st.builds(
        lambda known, ordering, refs, sections, **keys: said(**keys) | known | {"qti-assessment-item-ref": refs, "qti-assessment-section": sections} | ordering,
        KNOWN,
        st.sampled_from([{}, {"qti-ordering": {"_attributes": {"shuffle": "true"}}}]),
        st.lists(REFS, max_size=2),
        st.lists(inner, max_size=1) if inner is not None else st.just([]),
        identifier=NAMES,
        title=TITLES,
        visible=st.booleans(),
        required=OPTIONAL,
        fixed=OPTIONAL,
        sequence=SEQUENCES,
    )


SECTIONS = section_bodies(section_bodies(None))
PARTS = st.builds(
    lambda known, **keys: {key.replace("_", "-"): value for key, value in keys.items()} | known,
    KNOWN,
    identifier=st.sampled_from(["p1", "n1", *(f"p{number}" for number in range(1, 10))]),
    navigationMode=st.sampled_from(["linear", "nonlinear"]),
    submissionMode=st.sampled_from(["individual", "simultaneous"]),
    qti_assessment_section=st.lists(SECTIONS, max_size=2),
)
TESTS = st.builds(
    lambda known, parts, title: {"identifier": "", "title": title, "qti-test-part": parts, "qti-outcome-declaration": []} | known,
    st.sampled_from([{}, {"metadata": {"grade": ["5"]}, "timeLimit": 60}, {"note": {"deep": [1]}, "_id": "mine"}]),
    st.lists(PARTS, min_size=1, max_size=2),
    TITLES,
)
Sent = tuple[Any, int | None]  # a body, and the status of its refusal if it is wrong


def wrong(*bodies: Any) -> list[Sent]:
    no_objects: list[Sent] = [("<qti-x/>", 501), (b"  <qti-x/>", 501), ("text", 400), (None, 400), ([], 400), ({}, 400)]
    return no_objects + [(body, 400) for body in bodies]


def but(body: JSON, *changes: JSON) -> list[JSON]:
    return [body | change for change in changes]


WRONG_SECTIONS = wrong(
    *but({"identifier": "w", "title": "W", "visible": True}, {"visible": None}, {"visible": "true"}, {"title": 7}, {"identifier": "x y"}, {"sequence": 0}),
    *but({"identifier": "w", "title": "W", "visible": True}, {"sequence": "1"}, {"sequence": True}, {"qti-selection": {"_attributes": {"select": "two"}}}),
    *but({"identifier": "w", "title": "W", "visible": True}, {"qti-assessment-item-ref": {}}, {"qti-assessment-item-ref": [{"href": "a"}]}),
)
WRONG_PARTS = wrong(
    *but({"identifier": "w", "navigationMode": "liner", "submissionMode": "individual", "qti-assessment-section": []}, {}, {"navigationMode": None}),
    *but({"identifier": "w", "navigationMode": "linear", "submissionMode": "individual"}, {}, {"qti-assessment-section": {}}),
)
WRONG_REFS = wrong({"identifier": 1}, {"identifier": "w", "sequence": -1}, {"itemIdentifier": ""}, {"href": "a"})
I1, I2 = {"identifier": "i1"}, {"identifier": "i2", "sequence": 1}
ITEMS: list[Any] = [None, [], {}, [1], [{}], [I1 | {"sequence": 0}], [I1, I1], [I1, I2]]
WRONG_ORDERS = wrong(*({"items": items} for items in ITEMS))
NO_TESTS: list[Any] = ["", "text", "<p/>", "<", "{}", b"\xff\xfe\xff", TABS.replace('"linear"', '"liner"'), {}, [], None, {"identifier": "t1"}]
WRONG_TESTS: list[Sent] = [(body, 400) for body in NO_TESTS]


def mostly(right: st.SearchStrategy[Any], wrong: list[Sent]) -> st.SearchStrategy[Sent]:
    return st.integers(0, 14).flatmap(lambda number: st.sampled_from(wrong) if number == 14 else right.map(lambda body: (body, None)))


def ruin(value: Any) -> None:
    """What a caller may do with what is his."""
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            ruin(part)
        value.clear()


def pairs(flat: JSON, node: Node) -> Iterator[tuple[JSON, Node]]:
    """The flat objects of an answer and their nodes."""
    yield flat, node
    items = [item for key in LISTS.get(node["kind"], {}) for item in flat.get(key, ())]
    items.sort(key=lambda item: item.get("sequence", 0))
    for item, child in zip(items, (child for child in node["children"] if child["kind"] != "include"), strict=True):
        yield from pairs(item, child)


def alter(flat: JSON, node: Node, which: int, how: str) -> None:
    """Change something in an answer that will be sent back, and the same in its node."""
    flat, node = list(pairs(flat, node))[which % len(list(pairs(flat, node)))]
    children, free = node["children"], node["kind"] == "section" and "_order" not in flat and all(child["kind"] != "include" for child in node["children"])
    key = {"test": "title", "part": "submissionMode", "section": "visible" if how == "value" else "title"}.get(node["kind"], "href")
    value = {"submissionMode": "simultaneous", "visible": False}.get(key, "new &.xml")
    if how == "add" and free:
        ref = {"identifier": "added", "href": "added.xml"}
        flat["qti-assessment-item-ref"].append(ref)
        children.append(from_json(ref, "ref"))
    elif how == "drop" and free and flat["qti-assessment-item-ref"]:
        name = flat["qti-assessment-item-ref"].pop(0)["identifier"]
        del children[[(child["kind"], child["id"]) for child in children].index(("ref", name))]
    elif how == "turn" and free:
        for item in (item for key in LISTS["section"] for item in flat.get(key, ())):
            item["sequence"] = 100 - item["sequence"]
        children.reverse()
    elif how in ("value", "title"):
        flat[key] = node["own"][key] = value


Place = tuple[int, int]
PLACES = st.tuples(st.integers(0, 20), st.integers(0, 40))
QUERIES = st.sampled_from([None, "", "s", "SUM", "p1", "none"])
PAGES = st.tuples(st.sampled_from([1, 1, 2, 9, 0]), st.sampled_from([None, 1, 2]))
ORDERS = st.none() | st.lists(st.integers(1, 7), min_size=6, max_size=6) | st.integers(0, len(WRONG_ORDERS) - 1)
HOW = st.tuples(st.integers(0, 9), st.sampled_from(["nothing", "value", "title", "add", "drop", "turn"]))


def as_shown(node: Node, test: Test) -> Node:
    """A copy of a node, as an answer says it: what is not written is shown by its default."""
    copy = deepcopy(node)
    for one in below(copy):
        if one["kind"] == "section":
            one["own"] |= {key: default for key, default in test.defaults.items() if one["own"][key] is None}
    return copy


def written(document: str, identifier: str) -> tuple[str, Node]:
    """The document of that name with that identifier, or a generated one as it is, and its tree."""
    raw = TEMPLATES[document].replace("@", identifier) if document in TEMPLATES else document
    return raw, from_xml(raw)


def matches(node: Node, query: str | None) -> bool:
    return query is None or any(query.lower() in (text or "").lower() for text in (node["id"], node["own"]["title"]))


def paged(items: list[Any], page: int, limit: int | None) -> list[Any]:
    return items[(page - 1) * limit :][:limit] if limit is not None else items if page == 1 else []


def page_of(answer: JSON, total: int, page: int, limit: int | None) -> list[JSON]:
    """The items of an answer to a search."""
    items: list[JSON] = answer.pop("items")
    assert answer == {"total": total, "page": page, "pages": max(1, -(-total // (limit or total or 1)))}
    return items
