"""Elements of HTML that QTI 3 lacks are called that, and never taken for elements of SSML or MathML."""

from __future__ import annotations

import pytest

from qtimodel.nodes import QTI
from qtimodel.validation import validate
from qtimodel.validation.html_names import INSTEAD, XHTML
from qtimodel.validation.schemas import bundled

SSML = "http://www.w3.org/2001/10/synthesis"


def item(inner: str) -> str:
    return (
        f'<qti-assessment-item xmlns="{QTI}" identifier="i" title="T" adaptive="false" time-dependent="false">'
        f"<qti-item-body><div>{inner}</div></qti-item-body></qti-assessment-item>"
    )


def message(inner: str) -> str:
    issues = validate(item(inner))
    assert issues, "valid"
    return issues[0].message


@pytest.mark.parametrize("name", sorted(INSTEAD))
@pytest.mark.parametrize("namespace", ["", f' xmlns="{XHTML}"', ' xmlns=""'])
@pytest.mark.parametrize("around", ["<p>a {} b</p>", "{}", "<ul><li>{}</li></ul>"])
def test_html_is_called_html(name: str, namespace: str, around: str) -> None:
    said = message(around.format(f"<{name}{namespace}>x</{name}>"))
    assert said.startswith(f"QTI 3 has no HTML `{name}`: ")
    assert "synthesis" not in said
    assert "MathML" not in said
    assert "xmlns" not in said


def test_none_of_them_is_in_qti_3() -> None:
    known = {local for namespace, local in bundled("qtimodel.xsd").grammar.elements if namespace == QTI}
    assert not known & set(INSTEAD)


def test_with_a_prefix() -> None:
    assert message(f'<h:p xmlns:h="{XHTML}">a</h:p>') == f'`h:p` is in namespace `{XHTML}`; expected namespace `{QTI}` in `div`: write xmlns:h="{QTI}"'
    assert message(f'<p>a <h:mark xmlns:h="{XHTML}">b</h:mark></p>').startswith("QTI 3 has no HTML `h:mark`: write `<span")


@pytest.mark.parametrize("name", ["s", "mark"])
def test_what_is_named_instead_is_valid(name: str) -> None:
    assert "`<span class=" in message(f"<p>a <{name}>b</{name}></p>")
    assert validate(item('<p>a <span class="x">b</span></p>')) == []


@pytest.mark.parametrize("name", ["phoneme", "prosody", "say-as", "voice", "emphasis", "break"])
def test_speech_is_speech(name: str) -> None:
    said = message(f"<p>a <{name}/></p>")
    assert f'if SSML is meant, write xmlns="{SSML}"' in said
    assert ("if HTML is meant, write `<" in said) == (name in ("emphasis", "break"))


@pytest.mark.parametrize("name", ["path", "mat", "maht", "include1", "promsody", "says-as", "mathe"])
def test_another_name_is_not_sent_to_another_namespace(name: str) -> None:
    said = message(f"<p>a <{name}/></p>")
    assert "xmlns" not in said
    assert "MathML" not in said
