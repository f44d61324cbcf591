"""Documents as small as real ones: the shared corpus where it is at hand, or a bank that is made here from a seed.

The bank has the distribution of the corpus (621 items, 62 tests and 2 stimuli of 9 public projects), by these figures:

    kind        bytes: quarter, half, three quarters   elements: the same   share of HTML elements   attributes an element
    items               1,657   2,886   3,673               18   33   43                0.14                  1.17
    tests                 701   2,414   3,643                5   24   36                0.07                  1.89

A tenth of the items has more than 8 KB, a twentieth has MathML, a tenth has comments. A test compares the bank with this table, and
the table with the corpus. All documents are valid QTI 3.0.1.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

__all__ = ["KINDS", "bank", "corpus"]

KINDS = {"qti-assessment-item": "items", "qti-assessment-test": "tests", "qti-assessment-stimulus": "stimuli"}
SEED = 3_0_1
_GOLDEN = 0.618  # multiples of it, modulo 1, are spread evenly: small and big documents come in their proportion
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<{name} xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.imsglobal.org/xsd/imsqtiasi_v3p0'
    ' https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0p1_v1p0.xsd" {attributes}>\n'
)
_WORDS = (
    "the water of a river flows from its source to sea while plants on both banks take what they need and give oxygen back so which of these"
    " statements about photosynthesis is true measure angle between two lines then choose an answer that fits best"
).split()


def corpus(folder: Path) -> dict[str, list[bytes]]:
    """The well-formed documents of a folder, by kind; other roots are left out."""
    found: dict[str, list[bytes]] = {kind: [] for kind in KINDS.values()}
    for path in sorted(folder.rglob("*.xml")):
        data = path.read_bytes()
        try:
            root = etree.fromstring(data)
        except etree.XMLSyntaxError:
            continue
        kind = KINDS.get(etree.QName(root).localname)
        if kind is not None:
            found[kind].append(data)
    return found


def bank(items: int = 621, tests: int = 62, stimuli: int = 2) -> dict[str, list[bytes]]:
    """As many documents as the corpus has, or others; the same ones each time."""
    chance = random.Random(SEED)
    return {
        "items": [_item(chance, number) for number in range(items)],
        "tests": [_test(chance, number) for number in range(tests)],
        "stimuli": [_stimulus(chance, number) for number in range(stimuli)],
    }


# -- text ------------------------------------------------------------------------------------------------------------------


def _sentence(chance: random.Random, words: int) -> str:
    text = " ".join(chance.choices(_WORDS, k=words)).capitalize()
    if chance.random() < 0.1:
        text += f" ({chance.randint(2, 90)} < {chance.randint(91, 99)} & “so on”)"
    return escape(text + ".")


def _paragraph(chance: random.Random) -> str:
    text = _sentence(chance, chance.randint(8, 30))
    if chance.random() < 0.4:
        first, _, rest = text.partition(" ")
        tag = chance.choice(["em", "strong", "i", "span"])
        term = ' class="term"' if tag == "span" else ""
        text = f"<{tag}{term}>{first}</{tag}> {rest}"
    if chance.random() < 0.2:
        text += f"<br/>{_sentence(chance, 5)}"
    attributes = chance.choice(["", "", "", ' class="lead"', ' xml:lang="en"', ' data-source="book"'])
    return f"    <p{attributes}>{text}</p>\n"


def _math(chance: random.Random) -> str:
    terms = "".join(f"<mrow><mi>{chance.choice('abxy')}</mi><mo>+</mo><mn>{chance.randint(2, 9)}</mn></mrow><mo>=</mo>" for _ in range(chance.randint(2, 20)))
    return f'    <p><math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{terms}<mn>1</mn></mrow></math></p>\n'


def _comment(chance: random.Random) -> str:
    return f"    <!-- {_sentence(chance, 6).replace('--', '-')} -->\n" if chance.random() < 0.1 else ""


# -- items -----------------------------------------------------------------------------------------------------------------


def _item(chance: random.Random, number: int) -> bytes:
    weight = number * _GOLDEN % 1
    count = 0 if weight < 0.12 else 1 if weight < 0.78 else chance.randint(2, 4) if weight < 0.92 else chance.randint(6, 18)
    made = [chance.choices(_INTERACTIONS, weights=(62, 22, 8, 6, 4))[0](chance, n) for n in range(count)]
    external = chance.random() < 0.15
    declarations = "".join(declaration for declaration, _, _ in made) + _outcomes(chance, rich=chance.random() < 0.7)
    body = "".join(_paragraph(chance) for _ in range(chance.choice([0, 1, 1, 2, 3, 5]) if weight < 0.93 else 12))
    body += _math(chance) if chance.random() < 0.05 else ""
    body += "".join(_comment(chance) + interaction for _, interaction, _ in made)
    body = body or "    <p>Read on.</p>\n"
    processing = "" if external or not made else _processing(chance, [rule for _, _, rule in made])
    head = _HEAD.format(
        name="qti-assessment-item",
        attributes=f'identifier="item-{number:04d}" title="{_sentence(chance, 3)}" adaptive="false" time-dependent="false" xml:lang="en"',
    )
    text = f"{head}{declarations}  <qti-item-body>\n{body}  </qti-item-body>\n{processing}</qti-assessment-item>\n"
    return text.encode()


def _outcomes(chance: random.Random, *, rich: bool) -> str:
    score = '  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float">\n'
    default = "    <qti-default-value>\n      <qti-value>0</qti-value>\n    </qti-default-value>\n"
    text = score + (default if rich else "") + "  </qti-outcome-declaration>\n"
    for name in ("MAXSCORE", "FEEDBACK")[: chance.choice([0, 1, 2, 2]) if rich else 0]:
        base = "float" if name == "MAXSCORE" else "identifier"
        text += f'  <qti-outcome-declaration identifier="{name}" cardinality="single" base-type="{base}">\n'
        text += (default.replace(">0<", ">1<") if base == "float" else "") + "  </qti-outcome-declaration>\n"
    return text


def _declaration(name: str, cardinality: str, base: str, values: list[str], mapped: str = "") -> str:
    shown = "".join(f"      <qti-value>{value}</qti-value>\n" for value in values)
    return (
        f'  <qti-response-declaration identifier="{name}" cardinality="{cardinality}" base-type="{base}">\n'
        f"    <qti-correct-response>\n{shown}    </qti-correct-response>\n{mapped}  </qti-response-declaration>\n"
    )


_Made = tuple[str, str, str]  # declaration, interaction, name of the response


def _choice(chance: random.Random, n: int) -> _Made:
    name = f"RESPONSE{n or ''}"
    several = chance.random() < 0.2
    choices = "".join(
        f'      <qti-simple-choice identifier="choice-{letter}">{_sentence(chance, chance.randint(1, 7))}</qti-simple-choice>\n'
        for letter in "abcdefg"[: chance.choice([2, 3, 4, 4, 4, 5, 7])]
    )
    prompt = f"      <qti-prompt>{_sentence(chance, 9)}</qti-prompt>\n"
    shuffle = chance.choice(["true", "false"])
    opening = f'    <qti-choice-interaction response-identifier="{name}" shuffle="{shuffle}" max-choices="{int(not several)}">\n'
    values = ["choice-a", "choice-b"] if several else ["choice-a"]
    declaration = _declaration(name, "multiple" if several else "single", "identifier", values)
    return declaration, f"{opening}{prompt}{choices}    </qti-choice-interaction>\n", name


def _text_entry(chance: random.Random, n: int) -> _Made:
    name = f"RESPONSE{n or ''}"
    entry = f'<qti-text-entry-interaction response-identifier="{name}" expected-length="{chance.randint(5, 20)}"/>'
    mapped = '    <qti-mapping default-value="0">\n      <qti-map-entry map-key="York" mapped-value="1"/>\n    </qti-mapping>\n'
    return _declaration(name, "single", "string", ["York"], mapped), f"    <p>{_sentence(chance, 8)} {entry}</p>\n", name


def _extended(chance: random.Random, n: int) -> _Made:
    name = f"RESPONSE{n or ''}"
    prompt = f"      <qti-prompt>{_sentence(chance, 12)}</qti-prompt>\n"
    opening = f'    <qti-extended-text-interaction response-identifier="{name}" expected-lines="5">\n'
    declaration = f'  <qti-response-declaration identifier="{name}" cardinality="single" base-type="string"/>\n'
    return declaration, f"{opening}{prompt}    </qti-extended-text-interaction>\n", name


def _inline(chance: random.Random, n: int) -> _Made:
    name = f"RESPONSE{n or ''}"
    choices = "".join(f'<qti-inline-choice identifier="{letter}">{chance.choice(_WORDS)}</qti-inline-choice>' for letter in "abcd")
    interaction = f'<qti-inline-choice-interaction response-identifier="{name}" shuffle="false">{choices}</qti-inline-choice-interaction>'
    return _declaration(name, "single", "identifier", ["a"]), f"    <p>{_sentence(chance, 6)} {interaction} {_sentence(chance, 4)}</p>\n", name


def _match(chance: random.Random, n: int) -> _Made:
    name = f"RESPONSE{n or ''}"

    def side(letter: str) -> str:
        one = '        <qti-simple-associable-choice identifier="{name}" match-max="{most}">{text}</qti-simple-associable-choice>\n'
        rows = "".join(one.format(name=f"{letter}{number}", most=chance.randint(1, 4), text=chance.choice(_WORDS)) for number in range(4))
        return f"      <qti-simple-match-set>\n{rows}      </qti-simple-match-set>\n"

    opening = f'    <qti-match-interaction response-identifier="{name}" shuffle="false" max-associations="4">\n'
    pairs = [f"s{number} t{number}" for number in range(4)]
    return _declaration(name, "multiple", "directedPair", pairs), f"{opening}{side('s')}{side('t')}    </qti-match-interaction>\n", name


_INTERACTIONS: list[Callable[[random.Random, int], _Made]] = [_choice, _text_entry, _extended, _inline, _match]


def _processing(chance: random.Random, names: list[str]) -> str:
    if len(names) == 1 and chance.random() < 0.35:
        return '  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>\n'
    rules = "".join(
        f"    <qti-response-condition>\n      <qti-response-if>\n        <qti-match>\n"
        f'          <qti-variable identifier="{name}"/>\n          <qti-correct identifier="{name}"/>\n        </qti-match>\n'
        f'        <qti-set-outcome-value identifier="SCORE">\n          <qti-sum>\n            <qti-variable identifier="SCORE"/>\n'
        f'            <qti-base-value base-type="float">{chance.randint(1, 3)}</qti-base-value>\n          </qti-sum>\n'
        f"        </qti-set-outcome-value>\n      </qti-response-if>\n      <qti-response-else>\n"
        f'        <qti-set-outcome-value identifier="SCORE">\n          <qti-base-value base-type="float">0</qti-base-value>\n'
        f"        </qti-set-outcome-value>\n      </qti-response-else>\n    </qti-response-condition>\n"
        for name in names
    )
    return f"  <qti-response-processing>\n{rules}  </qti-response-processing>\n"


# -- tests and stimuli -----------------------------------------------------------------------------------------------------


def _test(chance: random.Random, number: int) -> bytes:
    size = number * _GOLDEN % 1
    refs = 1 if size < 0.25 else chance.randint(6, 16) if size < 0.7 else chance.randint(16, 30) if size < 0.88 else chance.randint(50, 120)
    rich = size >= 0.25
    sections = max(1, refs // 12)
    text = _HEAD.format(name="qti-assessment-test", attributes=f'identifier="test-{number:03d}" title="{_sentence(chance, 3)}"')
    if rich:
        text += _outcomes(chance, rich=True)
    text += '  <qti-test-part identifier="part" navigation-mode="nonlinear" submission-mode="simultaneous">\n'
    for s in range(sections):
        text += f'    <qti-assessment-section identifier="section-{s}" title="{_sentence(chance, 2)}" visible="true">\n'
        if rich and chance.random() < 0.4:
            text += '      <qti-item-session-control max-attempts="1" show-feedback="false" allow-review="true"/>\n      <qti-ordering shuffle="true"/>\n'
        if rich and chance.random() < 0.5:
            paragraphs = "".join(_paragraph(chance) for _ in range(3))
            text += f'      <qti-rubric-block use="instructions" view="candidate">\n        <qti-content-body>\n{paragraphs}        </qti-content-body>\n'
            text += "      </qti-rubric-block>\n"
        for r in range(refs // sections):
            name = f"item-{s}-{r}"
            weight = '\n        <qti-weight identifier="W" value="2"/>\n      ' if chance.random() < 0.15 else ""
            end = f">{weight}</qti-assessment-item-ref>" if weight else "/>"
            category = ' category="algebra"' if chance.random() < 0.4 else ""
            text += f'      <qti-assessment-item-ref identifier="{name}" href="items/{name}.xml"{category}{end}\n' + (_comment(chance) if r == 0 else "")
        text += "    </qti-assessment-section>\n"
    text += "  </qti-test-part>\n"
    if rich and chance.random() < 0.5:
        text += (
            '  <qti-outcome-processing>\n    <qti-set-outcome-value identifier="SCORE">\n      <qti-sum>\n'
            '        <qti-test-variables variable-identifier="SCORE"/>\n      </qti-sum>\n    </qti-set-outcome-value>\n  </qti-outcome-processing>\n'
        )
    return (text + "</qti-assessment-test>\n").encode()


def _stimulus(chance: random.Random, number: int) -> bytes:
    head = _HEAD.format(name="qti-assessment-stimulus", attributes=f'identifier="stimulus-{number}" title="{_sentence(chance, 3)}"')
    body = "".join(_comment(chance) + _paragraph(chance) for _ in range(20))
    return f"{head}  <qti-stimulus-body>\n{body}  </qti-stimulus-body>\n</qti-assessment-stimulus>\n".encode()
