"""Our schema says what the official one says.

Three witnesses: real documents, instances drawn from our schema, and above all mutants of both (see `mutants.py`), judged by both schemas.
The default run takes some thousand mutants that are always the same; `--hypothesis-profile=full` takes half a million, half of them new.
The declarations of the model are compared with our schema as `test_agreement.py` compares them with the official one.
"""

from __future__ import annotations

import copy
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
import test_agreement
import xmlschema
from hypothesis import Phase, given, settings
from lxml import etree
from mutants import Instances, Pool, mutant, sweep
from official_schema import Schema
from schemas import MATHML, OUR_MATHML, OURS, QTI, XS, OurSchema, documents_of, element_names, global_names, islands, official_path, parsed, written
from test_corpus import corpus, index
from test_corpus import documents as corpus_documents

from qtimodel.nodes import Element
from qtimodel.spec import Spec, spec_of
from qtimodel.testing import canonical, documents
from qtimodel.validation import is_valid

FRAGMENT = 4_000  # bytes: small documents make fast mutants
CORPUS = 831

# There is no list of mutants on which the verdicts differ on purpose: none do.


@pytest.fixture(scope="session")
def ours() -> OurSchema:
    return OurSchema()


@pytest.fixture(scope="session")
def is_full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--hypothesis-profile", None) == "full")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Shows the counts, whatever pytest captures."""

    def write(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text} ")

    return write


# -- the schema itself ---------------------------------------------------------------------------------------------------------


def test_it_has_the_names_of_the_official_one() -> None:
    (official, *_) = documents_of(official_path())
    names = {f"{{{QTI}}}{element.get('name')}" for element in official.iter(f"{XS}element") if element.get("name")}
    assert len(names) == 278
    assert names == {name for name in element_names(OURS) if name.startswith(f"{{{QTI}}}")}


def test_it_has_the_roots_of_the_official_one() -> None:
    def roots(path: Path, namespace: str) -> set[str]:
        return {name for name in global_names(path) if name.startswith(f"{{{namespace}}}")}

    assert roots(OURS, QTI) == roots(official_path(), QTI)
    abstract = {f"{{{MATHML}}}{e.get('name')}" for root in documents_of(official_path()) for e in root.iter(f"{XS}element") if e.get("abstract")}
    assert roots(OUR_MATHML, MATHML) == roots(official_path(), MATHML) - abstract


@pytest.mark.parametrize("path", sorted(OURS.parent.glob("*.xsd")), ids=lambda path: path.name)
def test_it_is_our_own_and_stays_at_home(path: Path) -> None:
    root = etree.parse(path).getroot()
    for location in [child.get("schemaLocation") for child in root.iterchildren(f"{XS}import", f"{XS}include")]:
        assert location in {each.name for each in OURS.parent.glob("*.xsd")}
    structures = ("complexType", "simpleType", "group", "attributeGroup")
    official = {child.get("name") for each in documents_of(official_path()) for kind in structures for child in each.iterchildren(f"{XS}{kind}")}
    assert not official & {child.get("name") for kind in structures for child in root.iterchildren(f"{XS}{kind}")}


# -- verdicts ------------------------------------------------------------------------------------------------------------------


def test_corpus_has_the_same_verdicts(ours: OurSchema, official_validator: etree.XMLSchema) -> None:
    """`INDEX.csv` has the verdicts; those on manifests and results are of other schemas."""
    assert len(index()) == CORPUS
    different = []
    for row in index():
        if row["well_formed"] == "yes":
            data = (corpus() / row["path"]).read_bytes()
            theirs = row["valid_3_0_1"] == "yes" if row["namespace"] == QTI else bool(official_validator.validate(parsed(data)))
            if ours.accepts(data) != theirs:
                different.append(row["path"])
    assert not different


@given(documents())
def test_documents_of_valid_trees_are_accepted(ours: OurSchema, official_validator: etree.XMLSchema, document: str | bytes) -> None:
    data = canonical(document).encode()
    assert official_validator.validate(parsed(data))
    assert ours.accepts(data)


@given(documents(valid=False))
def test_documents_of_other_trees_have_the_same_verdict(ours: OurSchema, official_validator: etree.XMLSchema, document: str | bytes) -> None:
    data = canonical(document).encode()
    try:
        theirs = official_validator.validate(parsed(data))
    except etree.XMLSyntaxError:  # a wrong xml:id is not even parsed
        return
    assert ours.accepts(data) == theirs


# -- mutants -------------------------------------------------------------------------------------------------------------------


@attrs.define
class Comparison:
    """What two schemas say of many documents."""

    ours: OurSchema
    official: etree.XMLSchema
    both: Counter[str] = attrs.field(factory=Counter)
    unread: int = 0
    disagreements: list[tuple[str, tuple[str, ...], bytes]] = attrs.field(factory=list)

    def judge(self, document: bytes, done: tuple[str, ...]) -> None:
        try:
            theirs = bool(self.official.validate(parsed(document)))
        except etree.XMLSyntaxError:  # a wrong xml:id is not even parsed
            self.unread += 1
            return
        ours = self.ours.accepts(document)
        if ours == theirs:
            self.both["valid" if ours else "invalid"] += 1
        else:
            kind = f"{'inside' if self.agrees_without_formulas(document) else 'outside'} formulas, only {'ours' if ours else 'the official one'} accepts"
            self.disagreements.append((kind, done, document))

    def agrees_without_formulas(self, document: bytes) -> bool:
        root = parsed(document)
        for formula in list(islands(root)):
            formula[:] = []
        emptied = written(root)
        return self.ours.accepts(emptied) == bool(self.official.validate(parsed(emptied)))

    def report(self, what: str) -> str:
        kinds = Counter(kind for kind, _, _ in self.disagreements)
        return f"{what}: {self.both['valid']} valid, {self.both['invalid']} invalid for both, {self.unread} unreadable, disagreements: {dict(kinds) or 'none'}"

    def examples(self) -> str:
        shown = []
        for kind, done, document in self.disagreements[:5]:
            self.official.validate(parsed(document))
            self.ours.accepts(document)
            errors = [str(log) for log in (self.official.error_log, self.ours.main.error_log, self.ours.mathml.error_log)]
            shown.append(f"{kind} after {', '.join(done)}\n{document.decode()}\n" + "\n".join(errors))
        return "\n\n".join(shown)


def fragments(data: bytes) -> Iterator[bytes]:
    """The document if it is small, otherwise the parts of it that may be roots and are."""
    waiting = [parsed(data)]
    roots = global_names(OURS)
    while waiting:
        element = waiting.pop()
        data = written(element)
        if len(data) <= FRAGMENT and element.tag in roots:
            yield data
        else:
            waiting += element.iterchildren(etree.Element)


@pytest.fixture(scope="session")
def valid_documents(ours: OurSchema, official_validator: etree.XMLSchema) -> list[bytes]:
    """Small valid documents: fragments of the corpus, trees of the model, instances of our schema."""
    made: dict[bytes, None] = {}
    for _, data in corpus_documents(well_formed="yes", valid_3_0_1="yes"):
        made.update(dict.fromkeys(fragments(data)))
    known = random.Random(0).sample(sorted(made), min(len(made), 600))

    @settings(max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(documents())
    def collect(document: str | bytes) -> None:
        known.append(canonical(document).encode())

    collect()
    roots = [*sorted(ours.main_names), *(f"{{{QTI}}}qti-assessment-{name}" for name in ("test", "section", "item", "item", "stimulus") for _ in range(20))]
    known += Instances(random.Random(0)).covering(element_names(OURS), roots, 1_000)
    return [document for document in known if official_validator.validate(parsed(document))]


@pytest.fixture(scope="session")
def pool(valid_documents: list[bytes]) -> Pool:
    return Pool.of(valid_documents, element_names(OURS) | {f"{{{MATHML}}}{name}" for name in ("mi", "mrow", "semantics", "apply", "annotation-xml")})


@pytest.fixture(scope="session")
def formulas(ours: OurSchema, valid_documents: list[bytes], official_validator: etree.XMLSchema) -> Pool:
    """Formulas of real documents, and instances of our schema."""
    found = [written(island) for document in valid_documents for island in islands(parsed(document))]
    roots = [*sorted(ours.mathml_names), *[f"{{{MATHML}}}math"] * 80]
    found += Instances(random.Random(0)).covering(element_names(OUR_MATHML), roots, 1_000)
    valid = [document for document in dict.fromkeys(found) if official_validator.validate(parsed(document))]
    return Pool.of(valid, element_names(OUR_MATHML))


def compare(ours: OurSchema, official: etree.XMLSchema, pool: Pool, seed: int, count: int) -> Comparison:
    comparison = Comparison(ours, official)
    for number in range(count):
        comparison.judge(*mutant(seed, number, pool))
    return comparison


def runs(is_full: bool, *, few: int, many: int) -> list[tuple[int, int]]:
    """Seeds and numbers of mutants: the same ones, and in the full run as many new ones."""
    return [(1, many), (random.SystemRandom().randrange(2**32), many)] if is_full else [(1, few)]


def test_valid_documents_have_every_element(valid_documents: list[bytes], ours: OurSchema) -> None:
    assert all(map(ours.accepts, valid_documents))
    seen = {element.tag for document in valid_documents for element in parsed(document).iter(etree.Element)}
    assert element_names(OURS) <= seen


def test_validate_has_the_verdict_of_the_schema(ours: OurSchema, pool: Pool, formulas: Pool, is_full: bool) -> None:
    """`validate` puts both schemas together by itself, formulas and what they quote included."""
    for seed, count in runs(is_full, few=400, many=10_000):
        for number in range(count):
            documents = [mutant(seed, number, pool)[0]]
            formula, _ = mutant(seed, number, formulas)
            documents.append(f'<div xmlns="{QTI}">{formula.decode()}</div>'.encode())
            for document in documents:
                with suppress(etree.XMLSyntaxError):
                    assert is_valid(document) is ours.accepts(document), document


def test_mutants_have_the_same_verdict(ours: OurSchema, official_validator: etree.XMLSchema, pool: Pool, is_full: bool, say: Callable[[str], None]) -> None:
    for seed, count in runs(is_full, few=10_000, many=200_000):
        comparison = compare(ours, official_validator, pool, seed, count)
        say(comparison.report(f"{count} mutants of seed {seed}"))
        assert not [each for each in comparison.disagreements if each[0].startswith("outside")], comparison.examples()
        assert min(comparison.both.values()) > count * 0.3


@pytest.mark.parametrize("what", ["pool", "formulas"])
def test_each_attribute_takes_the_same_values(
    ours: OurSchema,
    official_validator: etree.XMLSchema,
    request: pytest.FixtureRequest,
    what: str,
    is_full: bool,
    say: Callable[[str], None],
) -> None:
    comparison = Comparison(ours, official_validator)
    for document, done in sweep(request.getfixturevalue(what), 1, 1_000 if is_full else 5):
        comparison.judge(document, done)
    say(comparison.report("attribute by attribute"))
    assert not comparison.disagreements, comparison.examples()


def test_mutants_of_formulas_have_nearly_the_same_verdict(
    ours: OurSchema, official_validator: etree.XMLSchema, formulas: Pool, is_full: bool, say: Callable[[str], None]
) -> None:
    for seed, count in runs(is_full, few=3_000, many=50_000):
        comparison = compare(ours, official_validator, formulas, seed, count)
        say(comparison.report(f"{count} mutants of formulas of seed {seed}"))
        assert len(comparison.disagreements) <= count * 0.01, comparison.examples()
        assert min(comparison.both.values()) > count * 0.25


# -- other processors ----------------------------------------------------------------------------------------------------------

# xmlschema follows references and takes any text for a URI; libxml2 does neither.
OTHER_VERDICTS = ("IDREF", "xs:anyURI")


def test_xmlschema_has_the_same_verdicts(ours: OurSchema) -> None:
    """On a sample of real documents. Formulas are the other schema's business."""
    other = xmlschema.XMLSchema10(str(OURS))
    paths = [row["path"] for row in index() if row["well_formed"] == "yes" and row["namespace"] == QTI]
    for path in random.Random(1).sample(paths, 60):
        root = parsed((corpus() / path).read_bytes())
        errors = [error for error in other.iter_errors(root) if not any(known in str(error) for known in OTHER_VERDICTS)]
        assert (not errors) == ours.main.validate(root), path


def test_xmlschema_reads_the_schema_of_formulas(formulas: Pool) -> None:
    other = xmlschema.XMLSchema10(str(OUR_MATHML))
    for name in formulas.occurring:
        assert other.is_valid(parsed(formulas.having[name][0])), name


# -- the model -----------------------------------------------------------------------------------------------------------------

# How we call what the official schema has as types with a pattern.
PATTERNS = {
    "MimeType": "MimeTypeDType",
    "Coords": "CoordsDType",
    "VariableName": "VariableStringDType",
}
EXTENSIONS = ("UseExtensionStringDType", "SupportExtStringDType")


@pytest.fixture(scope="session")
def in_one_piece(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    """Our schema as the reader of `official_schema.py` takes it: one document, with groups written out."""
    driver, *parts = [root for root in documents_of(OURS) if root.get("targetNamespace") == QTI]
    prefixes: Any = {prefix: name for part in [driver, *parts] for prefix, name in part.nsmap.items()}
    attributes: Any = dict(driver.attrib.items())
    merged = etree.Element(driver.tag, attributes, nsmap=prefixes)
    merged.extend([copy.deepcopy(child) for child in driver.iterchildren(f"{XS}import", f"{XS}element")])
    merged.extend([copy.deepcopy(child) for part in parts for child in part.iterchildren(etree.Element) if child.tag != f"{XS}import"])
    for location in merged.iterchildren(f"{XS}import"):
        location.set("schemaLocation", str(OURS.parent / location.get("schemaLocation", "")))
    groups = {(child.tag, child.get("name")): child for child in merged}
    waiting = [element for element in merged.iter(f"{XS}group", f"{XS}attributeGroup") if element.get("ref")]
    while waiting:
        reference = waiting.pop()
        parts_of_group = [copy.deepcopy(child) for child in groups[reference.tag, reference.get("ref")]]
        if reference.tag == f"{XS}group":
            for name in ("minOccurs", "maxOccurs"):
                if reference.get(name):
                    parts_of_group[0].set(name, reference.get(name, ""))
        parent = reference.getparent()
        assert parent is not None
        parent[parent.index(reference) : parent.index(reference) + 1] = parts_of_group
        waiting += [each for part in parts_of_group for each in part.iter(f"{XS}group", f"{XS}attributeGroup") if each.get("ref")]
    path = tmp_path_factory.mktemp("schema") / "merged.xsd"
    etree.ElementTree(merged).write(path)
    return Schema(path)


def renamed(fact: object) -> object:
    """A fact about the official schema's types, in our names."""
    names = {theirs: ours for ours, theirs in PATTERNS.items()} | dict.fromkeys(EXTENSIONS, "Extension")
    if isinstance(fact, str):
        return names.get(fact, fact)
    if isinstance(fact, tuple):
        return tuple(map(renamed, fact))
    return frozenset(map(renamed, fact)) if isinstance(fact, frozenset) else fact


@pytest.mark.parametrize("cls", test_agreement.CLASSES.values(), ids=[name for _, name in test_agreement.CLASSES])
def test_declaration_agrees_with_our_schema(cls: type[Element], in_one_piece: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(cls)
    monkeypatch.setattr(test_agreement, "official", lambda: in_one_piece)
    listed = {fact: ours for (element, fact), (ours, _) in test_agreement.DIFFERENCES.items() if element == spec.name}
    types = in_one_piece.reachable(test_agreement.ROOT)[spec.namespace, spec.name]
    assert types
    for name in types:
        declared = renamed_facts(spec)
        schema = Schema(OURS.parent / "xinclude.xsd") if spec.namespace != QTI else in_one_piece
        said = test_agreement.their_facts(schema.complex_type(name), spec)
        different = {fact for fact in declared | said if declared.get(fact, "nothing") != said.get(fact, "nothing")}
        unlisted = {fact: (declared.get(fact), said.get(fact)) for fact in different if fact not in listed}
        assert not unlisted


def renamed_facts(spec: Spec) -> dict[str, object]:
    return {fact: renamed(value) for fact, value in test_agreement.our_facts(spec).items()}


def test_the_model_and_our_schema_have_the_same_elements(in_one_piece: Schema) -> None:
    assert test_agreement.CLASSES.keys() == in_one_piece.reachable(test_agreement.ROOT).keys()


# -- cases made by hand ----------------------------------------------------------------------------------------------------------

IN_FORMULA = '<p xmlns="{qti}" xmlns:m="{math}" id="a"><m:math>{content}</m:math></p>'
IN_CUSTOM = '<p xmlns="{qti}"><qti-custom-interaction response-identifier="R" xmlns:m="{math}">{content}</qti-custom-interaction></p>'
OPERATOR = (
    '<qti-outcome-processing xmlns="{qti}" xmlns:v="urn:v"><qti-set-outcome-value identifier="A">{content}</qti-set-outcome-value></qti-outcome-processing>'
)


@pytest.mark.parametrize(
    ("document", "content", "valid"),
    [
        (IN_FORMULA, '<m:mi id="b">x</m:mi>', True),
        (IN_FORMULA, '<m:mi id="a">x</m:mi>', False),  # ids of formulas and of the rest are one space
        (IN_FORMULA, '<m:mi id="b"/></m:math><m:math><m:mi id="b"/>', False),
        (IN_FORMULA, '<m:mi data-x="1">x</m:mi>', False),
        (IN_FORMULA, "<b>x</b>", False),
        (IN_FORMULA, "<m:semantics><m:mi/><m:annotation-xml><b>x</b></m:annotation-xml></m:semantics>", True),
        (IN_FORMULA, "<m:semantics><m:mi/><m:annotation-xml><b><p/></b></m:annotation-xml></m:semantics>", False),  # QTI in MathML in QTI
        (IN_FORMULA, '<m:semantics><m:mi/><m:annotation-xml><v xmlns=""><p xmlns="{qti}"><p/></p></v></m:annotation-xml></m:semantics>', False),
        (IN_FORMULA, '<m:semantics><m:mi/><m:annotation-xml><v xmlns="" xml:lang="0"/></m:annotation-xml></m:semantics>', False),
        (IN_CUSTOM, "<m:mi>x</m:mi>", True),
        (IN_CUSTOM, "<m:mfrac/>", False),
        (IN_CUSTOM, "<m:unknown><m:mi/></m:unknown>", True),
        (IN_CUSTOM, "<m:unknown><m:mfrac/></m:unknown>", False),
        ('<m:math xmlns:m="{math}">{content}</m:math>', "<m:mi/>", True),
        ('<m:math xmlns:m="{math}">{content}</m:math>', "<m:mfrac/>", False),
        ('<m:semantics xmlns:m="{math}">{content}</m:semantics>', "<m:mi/>", False),
        (OPERATOR, '<qti-custom-operator v:x="1"><qti-null/><v:x/></qti-custom-operator>', True),
        (OPERATOR, '<qti-custom-operator data-x="1"/>', True),  # see xsd/README.md
        (OPERATOR, "<qti-custom-operator><v:x/><qti-null/></qti-custom-operator>", False),
        ("<div xmlns='{qti}'>{content}</div>", '<ruby><rtc><rt/><b/></rtc></ruby>', False),
    ],
)  # fmt: skip
def test_cases_made_by_hand(ours: OurSchema, official_validator: etree.XMLSchema, document: str, content: str, valid: bool) -> None:
    data = document.replace("{content}", content).replace("{qti}", QTI).replace("{math}", MATHML).encode()
    assert official_validator.validate(parsed(data)) == valid
    assert ours.accepts(data) == valid
