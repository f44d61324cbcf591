"""Attribute or element? What names say about themselves where JSON does not say it (dialect `xml2js-inline`).

Strategy: what the model declares, it decides. For markup, a name is an element if it is one of HTML, MathML, SSML or QTI; the few names that
HTML has for both are attributes of the elements listed here. Every other name is an attribute, except in content MathML and in SVG, whose elements
are listed by their parents. Where a name can be both, the reading is a guess, which `could_be_child` answers.
"""

from __future__ import annotations

from typing import Any

from ..spec import Kind, Spec

__all__ = ["ELEMENTS_ONLY", "INLINE", "could_be_child", "is_attribute", "stands_for_attribute"]

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
    " munder munderover none semantics ci cn csymbol cs cbytes"
    # SSML and XInclude
    " break desc emphasis fallback include lang lexicon lookup phoneme prosody say-as speak token voice w".split()
)
# Names of elements that are also attributes, and of what; the last five are attributes of everything.
_BOTH: dict[str, frozenset[str] | None] = {
    "abbr": frozenset({"td", "th"}),
    "cite": frozenset({"blockquote", "del", "ins", "q"}),
    "data": frozenset({"object"}),
    "form": frozenset(
        "button fieldset input label math meter mo mstyle object output progress select textarea"
        " qti-and qti-any-n qti-gcd qti-lcm qti-math-operator qti-max qti-min qti-or qti-product"
        " qti-repeat".split()
    ),
    "select": frozenset({"qti-selection"}),
    "span": frozenset({"col", "colgroup"}),
    "summary": frozenset({"table"}),
    "template": frozenset({"qti-response-processing"}),
    "time": frozenset({"break"}),
    "label": None,
    "lang": None,
    "slot": None,
    "style": None,
    "title": None,
}
# Where such a name can be a child as well: phrases and flows hold these elements. `None`: anywhere.
# Nobody has `data` or `form` in an `object`: its attribute `data` is in every other item.
_CHILDREN_TOO: dict[str, frozenset[str] | None] = {
    "abbr": frozenset({"td", "th"}),
    "cite": frozenset({"blockquote", "del", "ins", "q"}),
    "form": frozenset({"fieldset"}),
    "label": None,
    "slot": None,
    "style": frozenset({"head", "svg", "g", "defs"}),
    "title": frozenset({"head"}),
}
_SSML = frozenset("emphasis lang prosody speak voice w token".split())
_SVG = frozenset("circle clipPath defs ellipse g line marker mask path pattern polygon polyline rect svg switch symbol text tspan use".split())
_MORE_SVG = frozenset(
    "a animate animateMotion animateTransform feBlend feGaussianBlur feOffset filter foreignObject image"
    " linearGradient metadata radialGradient set stop style symbol textPath view".split()
)
_CHILDREN_OF_SVG = frozenset("text tspan textPath title desc".split())
_CONTENT_MATHML = frozenset(
    "apply bind bvar condition declare degree domainofapplication fn interval lambda list lowlimit matrix matrixrow otherwise piece piecewise reln set"
    " uplimit vector".split()
)
_OTHERS = _SVG | _MORE_SVG | _CONTENT_MATHML | {"html", "head", "body", "meta", "link"}
_ATTRIBUTES_OF_MATHML = frozenset("base class closure definitionURL encoding href id nargs occurrence order other scope style type xref".split())
# Keys that tools can be set to have text under, and the elements of HTML that have an attribute of this name.
_TEXT_LIKE: dict[str, frozenset[str]] = {
    "content": frozenset({"meta"}),
    "html": frozenset(),
    "innerHTML": frozenset(),
    "text": frozenset({"body"}),
    "textContent": frozenset(),
    "value": frozenset({"button", "data", "input", "li", "meter", "option", "param", "progress"}),
}
# Elements of QTI and HTML that hold elements only: text in them is a mistake, or HTML source. Source: XSD of ASI 3.0.1.
ELEMENTS_ONLY = frozenset(
    "qti-item-body qti-stimulus-body qti-gap-match-interaction qti-hottext-interaction qti-interaction-markup dl ol table tbody tfoot thead tr ul".split()
)
# Elements between which white space is usual: where it is missing, a tool may have left it out.
INLINE = frozenset("a abbr b bdi bdo big cite code del dfn em i ins kbd mark q s samp small span strong sub sup time tt u var".split())
_PREFIXES_OF_ATTRIBUTES = {"xlink", "xml", "xmlns", "xsi"}


def is_attribute(name: str, element: str) -> bool:
    """Whether a name is that of an attribute of an untyped element, and not of a child.

    >>> is_attribute("href", "a"), is_attribute("b", "p"), is_attribute("span", "col"), is_attribute("span", "p"), is_attribute("xml:lang", "p")
    (True, False, True, False, True)
    """
    prefix, colon, local = name.rpartition(":")
    if colon:
        return prefix in _PREFIXES_OF_ATTRIBUTES
    parent = element.rpartition(":")[2]
    if parent in _CONTENT_MATHML:
        return local in _ATTRIBUTES_OF_MATHML
    if (parent in _SVG and local in _CHILDREN_OF_SVG) or (parent in _SSML and local == "lang"):
        return False
    if local in _BOTH:
        elements = _BOTH[local]
        return elements is None or parent in elements
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


def could_be_child(key: str, raw: str, spec: Spec | None) -> bool:
    """Whether a key that is read as an attribute could be a child as well.

    >>> could_be_child("abbr", "th", None), could_be_child("abbr", "p", None), could_be_child("class", "p", None)
    (True, False, False)
    """
    parent = raw.rpartition(":")[2]
    is_named = spec is not None or parent in _ELEMENTS or parent.startswith("qti-")
    if key in _TEXT_LIKE and is_named and not (spec is not None and key in spec.attribute_by_name):
        return parent not in _TEXT_LIKE[key]
    if not is_named and parent not in _OTHERS:  # nobody knows this element
        return ":" not in key and key not in ("xmlns", "id", "class")
    if key not in _CHILDREN_TOO or (spec is not None and (spec.body is None or spec.body.kind is not Kind.MIXED)):
        return False
    elements = _CHILDREN_TOO[key]
    return elements is None or parent in elements
