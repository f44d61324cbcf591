"""Documents that the classes cannot hold: every problem is reported where it is, and recovering keeps every part."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    BranchRule,
    Comment,
    DocumentError,
    Expression,
    Invalid,
    Markup,
    Null,
    Ordering,
    RubricBlock,
    Selection,
    TestPart,
    TimeLimits,
    Weight,
    xml,
)
from qtimodel.nodes import QTI

BROKEN = f"""<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-test xmlns="{QTI}" identifier="t1"
    title="Broken">
  <qti-test-part identifier="1st" navigation-mode="liner"
                 submission-mode="individual">
    <qti-time-limits max-time="PT30M"/>
    <qti-assessment-section identifier="s1" title="S" visible="yes">
      <qti-ordering shuffle="true"/>
      <qti-selection select="1"/>
      <qti-selection select="2"/>
      <qti-ordering/>
      <qti-ordering/>
      stray
      <qti-assessment-item-ref identifier="i1"/>
      <qti-test-part/>
      <qti-unknown>kept</qti-unknown>
    </qti-assessment-section>
  </qti-test-part>
  <qti-outcome-declaration identifier="SCORE" cardinality="single"/>
  <qti-test-feedback identifier="f" outcome-identifier="o" access="atEnd" show-hide="show"><b/></qti-test-feedback>
</qti-assessment-test>"""

PROBLEMS = [
    ("value", 4, 18, "/qti-assessment-test/qti-test-part[1]/@identifier", "`identifier` of `qti-test-part` is `1st`; expected an identifier"),
    ("value", 4, 35, "/qti-assessment-test/qti-test-part[1]/@navigation-mode", "`navigation-mode` of `qti-test-part` is `liner`; expected `linear` or"),
    ("value", 6, 22, "/qti-assessment-test/qti-test-part[1]/qti-time-limits[1]/@max-time", "`max-time` of `qti-time-limits` is `PT30M`; expected a number"),
    ("value", 7, 55, "/qti-assessment-test/qti-test-part[1]/qti-assessment-section[1]/@visible", "is `yes`; expected `true` or `false`"),
    ("order", 9, 7, ".../qti-selection[1]", "`qti-selection` must come before `qti-ordering`"),
    ("order", 10, 7, ".../qti-selection[2]", "`qti-selection` must come before `qti-ordering`"),
    ("repeated", 11, 7, ".../qti-ordering[2]", "`qti-ordering` may stand only once"),
    ("repeated", 12, 7, ".../qti-ordering[3]", "`qti-ordering` may stand only once"),
    ("text", 13, 7, "/qti-assessment-test/qti-test-part[1]/qti-assessment-section[1]", "the text `stray` must not stand in `qti-assessment-section`"),
    ("missing-attribute", 14, 7, ".../qti-assessment-item-ref[1]", '`qti-assessment-item-ref` needs the attribute `href`: add href="..."'),
    ("child", 15, 7, ".../qti-test-part[1]", "`qti-test-part` must not stand in `qti-assessment-section`; expected `qti-pre-condition`"),
    ("missing-attribute", 15, 7, ".../qti-test-part[1]", "needs the attribute `identifier`"),
    ("missing-attribute", 15, 7, ".../qti-test-part[1]", "needs the attribute `navigation-mode`"),
    ("missing-attribute", 15, 7, ".../qti-test-part[1]", "needs the attribute `submission-mode`"),
    ("order", 19, 3, "/qti-assessment-test/qti-outcome-declaration[1]", "`qti-outcome-declaration` must come before `qti-test-part`"),
]


def test_all_problems_with_their_places() -> None:
    with pytest.raises(DocumentError) as caught:
        xml.loads(BROKEN, name="broken.xml")
    found = caught.value.issues
    section = "/qti-assessment-test/qti-test-part[1]/qti-assessment-section[1]"
    for issue, (code, line, column, path, message) in zip(found, PROBLEMS, strict=True):
        assert (issue.code, issue.line, issue.column) == (code, line, column), issue
        assert issue.path == path.replace("...", section)
        assert message in issue.message
        assert issue.source == "broken.xml"
    assert str(caught.value).startswith("broken.xml:4:18: `identifier` of")


def test_ends_that_meet_are_told_apart() -> None:
    """An empty-element tag and the end tag behind it end at the same byte."""
    text = f'<qti-not xmlns="{QTI}"><qti-pre-condition/></qti-not>'
    with pytest.raises(DocumentError) as caught:
        xml.loads(text)
    places = [(issue.code, issue.column, issue.path) for issue in caught.value.issues]
    inner, column = "/qti-not/qti-pre-condition[1]", text.index("<qti-pre") + 1
    assert places == [("missing-child", 1, "/qti-not"), ("child", column, inner), ("missing-child", column, inner)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "iso-8859-1", "shift_jis", "gb18030", "cp037", "cp500"])
def test_places_do_not_depend_on_the_encoding(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<a>x\n<qti-weight xmlns="{QTI}" identifier="w" value="two"/></a>'
    with pytest.raises(DocumentError) as caught:
        xml.loads(text.encode(encoding))
    assert [(issue.line, issue.column, issue.path) for issue in caught.value.issues] == [(3, 80, "/a/qti-weight[1]/@value")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "windows-1251", "koi8-r", "gb18030", "iso-8859-5", "cp1140"])
def test_every_encoding_means_the_same(encoding: str) -> None:
    content = "Ünïcode" if encoding == "cp1140" else "Привет"
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-le")}"?><a b="{content}">{content}</a>'
    for source in (text.encode(encoding), text, "\ufeff" + text):
        assert xml.loads(source) == Markup(name="a", namespace=None, attributes={"b": content}, content=[content])
    assert xml.dumps(xml.loads(text.encode(encoding))).startswith('<?xml version="1.0" encoding="UTF-8"?>')


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_columns_count_characters_and_lines_any_line_break(newline: str) -> None:
    document = newline.join(["<a>", "<!-- x", " --> 漢字😀 ", f'é<qti-weight xmlns="{QTI}"', '  value="é"', '\tidentifier="&#233;é é"/></a>'])
    with pytest.raises(DocumentError) as caught:
        xml.loads(document)
    assert [(issue.line, issue.column) for issue in caught.value.issues] == [(5, 3), (6, 2)]


def test_lines_beyond_65535() -> None:
    document = "<a>" + "\n" * 70_000 + f' <qti-weight xmlns="{QTI}" identifier="w" value="x"/></a>'
    with pytest.raises(DocumentError) as caught:
        xml.loads(document)
    assert (caught.value.issues[0].line, caught.value.issues[0].column) == (70_001, document.rpartition("\n")[2].index("value") + 1)


def field(node: object, name: str) -> Any:
    """A field that may hold `Invalid`, which its type does not say."""
    return getattr(node, name)


def test_recovering_keeps_everything_in_its_place() -> None:
    tree, issues = xml.loads(BROKEN, recover=True)
    assert len(issues) == len(PROBLEMS)
    assert isinstance(tree, AssessmentTest)
    part = tree.test_parts[0]
    assert field(part, "identifier") == Invalid("1st")
    assert field(part, "navigation_mode") == Invalid("liner")
    assert field(part.time_limits, "max_time") == Invalid("PT30M")
    (section,) = part.assessment_sections
    assert isinstance(section, AssessmentSection)
    assert section.ordering == Ordering(shuffle=True)
    assert section.selection is None
    (ref,) = section.section_parts
    assert isinstance(ref, AssessmentItemRef)
    assert field(ref, "href") == Invalid(None)
    before = ref.extras.before
    assert before[:2] == [Selection(select=1), Selection(select=2)]
    assert [type(item) for item in before[2:]] == [Ordering, Ordering, str]
    assert [type(item) for item in section.extras.trailing] == [TestPart, Markup]
    written = xml.dumps(tree)
    again, same = xml.loads(written, recover=True)
    assert again == tree
    assert [issue.message for issue in same] == [issue.message for issue in issues]
    assert xml.dumps(again) == written


def test_a_recovered_tree_can_be_repaired_by_plain_assignments() -> None:
    text = f'<qti-time-limits xmlns="{QTI}" max-time="PT30M"/>'
    tree, issues = xml.loads(text, recover=True)
    assert isinstance(tree, TimeLimits)
    assert len(issues) == 1
    assert 'max-time="PT30M"' in xml.dumps(tree)
    tree.max_time = 1800
    assert xml.loads(xml.dumps(tree), TimeLimits).max_time == 1800


def test_a_missing_required_child_is_reported_and_stays_missing() -> None:
    text = f'<qti-branch-rule xmlns="{QTI}" target="EXIT_TEST"/>'
    tree, (issue,) = xml.loads(text, recover=True)
    assert isinstance(tree, BranchRule)
    assert field(tree, "expression") == Invalid(None)
    assert issue.code == "missing-child"
    assert "needs one of `qti-" in issue.message
    assert xml.dumps(tree).endswith('target="EXIT_TEST"/>')


def test_a_document_without_problems_recovers_without_issues() -> None:
    tree, issues = xml.loads(f'<qti-weight xmlns="{QTI}" identifier="w" value="1"/>', recover=True)
    assert (tree, issues) == (Weight(identifier="w", value=1), [])


def test_unknown_things_are_no_problem() -> None:
    text = f'<qti-selection xmlns="{QTI}" select="1" data-x="1"><x:y xmlns:x="u">z</x:y></qti-selection>'
    tree = xml.loads(text, Selection)
    assert tree.extras.attributes == {"data-x": "1"}
    assert tree.extensions == [Markup(name="y", namespace="u", content=["z"])]


@pytest.mark.parametrize("wrong", ["", "1st", "a b", "a:b", "ü\u00d7", "a\u00a0"])
@pytest.mark.parametrize("others", [0, 1, 40])
def test_identifiers_taken_on_trust_are_checked(wrong: str, others: int) -> None:
    """Compiled start tags leave identifiers to one check at the end, which must see what the check of a single one sees."""
    warm = f'<qti-multiple xmlns="{QTI}">' + '<qti-variable identifier="a"/>' * 40 + "</qti-multiple>"
    xml.loads(warm)
    for identifiers in ([wrong] + ["b"] * others, ["é"] * others + [wrong]):
        operands = "".join(f'<qti-variable identifier="{identifier}"/>' for identifier in identifiers)
        with pytest.raises(DocumentError, match="expected an identifier") as caught:
            xml.loads(f'<qti-multiple xmlns="{QTI}">{operands}</qti-multiple>')
        assert len(caught.value.issues) == 1


def test_the_expected_class() -> None:
    text = f'<qti-weight xmlns="{QTI}" identifier="w" value="1"/>'
    assert xml.loads(text, Weight).value == 1
    with pytest.raises(DocumentError, match=r"^w:2:1: the root is `qti-weight`; expected `qti-selection` in namespace"):
        xml.loads("<!-- c -->\n" + text, Selection, name="w")
    with pytest.raises(DocumentError, match=r"expected an element of Expression"):
        xml.structure(etree.fromstring(text), Expression)
    assert isinstance(xml.loads(f'<qti-null xmlns="{QTI}"/>', Expression), Null)
    with pytest.raises(DocumentError, match=r"the root is `qti-weight` in namespace ``; expected `qti-weight` in namespace"):
        xml.loads('<qti-weight identifier="w" value="1"/>', Weight)


def test_names_that_mean_another_type_elsewhere_stay_markup_there() -> None:
    """The rubric block of an item has another content model than that of a test."""
    item = f'<qti-assessment-item xmlns="{QTI}"><qti-item-body><qti-rubric-block view="candidate">x</qti-rubric-block></qti-item-body></qti-assessment-item>'
    tree = xml.loads(item)
    assert isinstance(tree, Markup)
    assert xml.dumps(tree).endswith(item)
    alone = f'<qti-rubric-block xmlns="{QTI}" view="candidate"><qti-content-body>x</qti-content-body></qti-rubric-block>'
    assert xml.loads(alone, RubricBlock).content_body.content == ["x"]


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "weight.xml"
    weight = Weight(identifier="w", value=1)
    xml.dump(weight, path)
    assert xml.load(path) == weight
    assert xml.load(str(path), Weight) == weight
    with path.open("rb") as file:
        assert xml.load(file) == weight
    buffer = io.BytesIO()
    xml.dump(weight, buffer)
    assert buffer.getvalue() == path.read_bytes()
    with path.open() as file, pytest.raises(TypeError, match="binary"):
        xml.load(file)  # type: ignore[arg-type]
    path.write_bytes(b"<a>")
    with pytest.raises(DocumentError, match=rf"{path}:1:4: not well-formed"):
        xml.load(path)
    with pytest.raises(FileNotFoundError):
        xml.load(tmp_path / "none.xml")


def test_structure_reports_paths_of_an_lxml_tree() -> None:
    element = etree.fromstring(f'<a>\n<qti-weight xmlns="{QTI}" identifier="w" value="x"/></a>')
    with pytest.raises(DocumentError) as caught:
        xml.structure(element, name="tree")
    (issue,) = caught.value.issues
    assert (issue.line, issue.source) == (2, "tree")
    assert issue.path is not None
    assert issue.path.endswith("/@value")


def test_structure_of_a_part_of_an_lxml_tree() -> None:
    """A part knows the namespaces around it, and nothing of its siblings."""
    root = etree.fromstring(f'<?p?><q:a xmlns:q="{QTI}"><!-- one --><q:qti-weight identifier="w" value="1"/><!-- two -->t</q:a>')
    weight = xml.structure(root[1], Weight)
    assert weight == Weight(identifier="w", value=1)
    assert xml.dumps(weight, indent=None).endswith(f'<q:qti-weight xmlns:q="{QTI}" identifier="w" value="1"/>')
    whole = xml.structure(root.getroottree())
    assert isinstance(whole, Markup)
    assert whole.content[0] == Comment(" one ")


def test_structure_refuses_entities_that_were_not_resolved() -> None:
    parser = etree.XMLParser(resolve_entities=False)
    element = etree.fromstring('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', parser)
    with pytest.raises(DocumentError, match="unresolved entity reference `&x;`"):
        xml.structure(element)
