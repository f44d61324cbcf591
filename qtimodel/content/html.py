"""Attribute or element? What names say about themselves where JSON does not say it (dialect `xml2js-inline`).

Strategy: what the model declares, it decides. For markup, a name is an element if it is one of HTML, MathML, SSML or QTI; the few names that
HTML has for both are attributes of the elements listed here. Every other name is an attribute.
"""

from __future__ import annotations

from typing import Any

from ..spec import Spec

__all__ = ["is_attribute", "stands_for_attribute"]

_ELEMENTS = frozenset(
    # HTML
    "a abbr acronym address article aside audio b bdi bdo big blockquote br button canvas caption center cite code col colgroup data datalist dd del"
    " details dfn div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img input ins kbd label legend li"
    " main map mark menu meter nav noscript object ol optgroup option output p param picture pre progress q rb rp rt rtc ruby s samp script section"
    " select slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul"
    " var video wbr"
    # MathML
    " annotation annotation-xml maction maligngroup malignmark math menclose merror mfenced mfrac mglyph mi mlabeledtr mlongdiv mmultiscripts mn mo mover"
    " mpadded mphantom mprescripts mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext mtr"
    " munder munderover none semantics"
    # SSML and XInclude
    " break desc emphasis fallback include lang lexicon lookup phoneme prosody say-as speak token voice w".split()
)
# Names of elements that are also attributes, and of what; the last four are attributes of everything.
_BOTH: dict[str, frozenset[str] | None] = {
    "abbr": frozenset({"td", "th"}),
    "cite": frozenset({"blockquote", "del", "ins", "q"}),
    "data": frozenset({"object"}),
    "form": frozenset({"button", "fieldset", "input", "label", "meter", "mo", "object", "output", "progress", "select", "textarea"}),
    "span": frozenset({"col", "colgroup"}),
    "summary": frozenset({"table"}),
    "label": None,
    "slot": None,
    "style": None,
    "title": None,
}
_PREFIXES_OF_ATTRIBUTES = {"xlink", "xml", "xmlns", "xsi"}


def is_attribute(name: str, element: str) -> bool:
    """Whether a name is that of an attribute of an untyped element, and not of a child.

    >>> is_attribute("href", "a"), is_attribute("b", "p"), is_attribute("span", "col"), is_attribute("span", "p"), is_attribute("xml:lang", "p")
    (True, False, True, False, True)
    """
    prefix, colon, local = name.rpartition(":")
    if colon:
        return prefix in _PREFIXES_OF_ATTRIBUTES
    if local in _BOTH:
        elements = _BOTH[local]
        return elements is None or element.rpartition(":")[2] in elements
    return local not in _ELEMENTS and not local.startswith("qti-")


def stands_for_attribute(key: str, item: Any, raw: str, spec: Spec | None) -> bool:
    """Whether a key beside the children is an attribute: the model decides, for markup what HTML has."""
    if isinstance(item, dict) or item is None or (isinstance(item, list) and not (item and isinstance(item[0], str))):
        return False
    if spec is not None:
        if key in spec.attribute_by_name:
            return True
        if any(key == name for _, name in spec.child_by_name):
            return False
    return is_attribute(key, raw)
