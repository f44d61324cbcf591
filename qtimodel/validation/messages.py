"""Findings in words: what was found, what was expected, what to do.

Strategy: one function for a kind. What the schema expects comes from its grammar, phrases for values from our own declarations where these
refuse the value too, and whatever is misspelt is compared with the names that could stand there. Names are those in the document.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..datatypes import NCNAME, full_match
from ..kinds import other_kind
from ..nodes import QTI, XML
from ..spec import element_class, spec_of
from .automaton import Automaton, Name
from .findings import Finding, raw_name
from .grammar import Grammar, Node, Type, name_of
from .html_names import INSTEAD, XHTML
from .words import among, expected, is_id, listed, nearest, shown, values

__all__ = ["Said", "attribute_of", "raw_attribute", "say"]

Said = tuple[str, str]  # code and message
_SSML = "http://www.w3.org/2001/10/synthesis"
_NO_SPEECH = {"break": "write `<br/>`", "emphasis": "write `<em>`", "desc": "write `<figcaption>`", "w": "write `<span>`", "token": "write `<span>`"}
MATHML = "http://www.w3.org/1998/Math/MathML"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_CONTAINERS = ("p", "div", "span", "li", "tr")
_YES_NO = {"yes": "true", "no": "false", "on": "true", "off": "false", "y": "true", "n": "false"}
_PREFIXES = {"http://www.w3.org/2001/XInclude": "xi", MATHML: "m", _SSML: "ssml"}


def say(finding: Finding) -> Said:
    """Code and message of a finding."""
    return _SAY.get(finding.kind, _other)(finding)


def raw_attribute(element: Node, name: Name) -> str:
    """The name of an attribute as it is written in the document, or would be."""
    namespace, local = name
    if namespace is None:
        return local
    if namespace == XML:
        return f"xml:{local}"
    prefix = next((prefix for prefix, uri in element.nsmap.items() if prefix and uri == namespace), None)
    return f"{prefix}:{local}" if prefix else local


def attribute_of(finding: Finding) -> str | None:
    """The raw name of the attribute that a finding points at; one that is missing cannot be pointed at, unless it is misspelt."""
    if finding.attribute is None:
        return None
    return _misspelt(finding) if finding.kind == "missing-attribute" else raw_attribute(finding.element, finding.attribute)


def _as_written(parent: Node, names: Iterable[Name]) -> list[str]:
    """The names of possible children of an element, as they would be written there."""
    own = name_of(parent.tag)[0]
    written = []
    for namespace, local in names:
        prefix = None
        if namespace not in (own, None):
            prefix = next((prefix for prefix, uri in parent.nsmap.items() if prefix and uri == namespace), _PREFIXES.get(str(namespace)))
        written.append(f"{prefix}:{local}" if prefix else local)
    return list(dict.fromkeys(written))


def _quoted(element: Node) -> str:
    """The name of an element, in a message."""
    return f"`{shown(raw_name(element))}`"


def _clark(name: Name) -> str:
    return f"{{{name[0]}}}{name[1]}" if name[0] else name[1]


# -- the root --------------------------------------------------------------------------------------------------------------


def _root(finding: Finding) -> Said:
    element, grammar = finding.element, finding.grammar
    namespace, local = name_of(element.tag)
    if element.getparent() is not None and namespace == MATHML:  # of an island
        meant = nearest(local, [name for home, name in grammar.elements if home == namespace])
        hint = f"did you mean `{meant}`?" if meant is not None else "remove it or rename it"
        return "child", f"{_quoted(element)} in namespace `{shown(namespace or '')}` is no element of {grammar.title}; {hint}"
    roots = [name for name in grammar.roots if name[1].startswith("qti-")] or grammar.roots
    targets = {name[1]: name[0] for name in roots}
    place = f"in namespace `{shown(namespace)}`" if namespace else "in no namespace"
    guess = local if local in targets else nearest(local, list(targets))
    home = targets.get(guess) if guess else None
    what = _quoted(element)
    expected_roots = f"expected {among(list(targets))}"
    other = other_kind(namespace, local)
    if other is not None and not other.older:
        return "root", f"the root is {what} {place}, {other.what}, which this schema is not for; {expected_roots}: {other.advice}"
    if other is not None:
        then = f"; the root will be `{guess}` in namespace `{home}`" if guess is not None else ""
        return "namespace", f"the root {what} {place} is of {other.what}, which is not upgraded here; expected QTI 3: {other.advice}{then}"
    if guess is not None and namespace != home:
        how = f'write {_xmlns(element)}="{home}"' + (f" and `{guess}`" if local != guess else "")
        return "namespace", f"the root {what} is {place}; expected namespace `{home}`: {how}"
    if guess is not None:
        return "root", f"{what} is no root of QTI 3; did you mean `{guess}`?"
    if (namespace, local) in grammar.elements:
        return "root", f"{what} cannot be a document of its own; {expected_roots} as the root: put it into one of these"
    return "root", f"the root is {what} {place}; {expected_roots} in namespace `{roots[0][0] if roots else QTI}`"


# -- children --------------------------------------------------------------------------------------------------------------


def _child(finding: Finding) -> Said:
    element, grammar = finding.element, finding.grammar
    parent = element.getparent()
    if parent is None or element is finding.top:
        return _root(finding)
    here, name, what = _quoted(parent), name_of(element.tag), _quoted(element)
    found = grammar.type_at(parent, finding.top)
    if found is None:
        return "child", f"{what} must not stand in {here}: remove it"
    if found.content == "simple":
        return "child", f"{what} must not stand in {here}, which holds text only: remove it or replace it by its text"
    names = found.model.names()
    if not names and found.content != "mixed":
        return "child", f"{what} must not stand in {here}, which must be empty: remove it"
    if name in names:
        return _misplaced(element, parent, found.model)
    return _not_there(finding, parent, found)


def _not_there(finding: Finding, parent: Node, found: Type) -> Said:
    """A child that its parent never has."""
    element, grammar = finding.element, finding.grammar
    here, name, what = _quoted(parent), name_of(element.tag), _quoted(element)
    place = f"in namespace `{shown(name[0])}`" if name[0] else "in no namespace"
    possible = {local: namespace for namespace, local in reversed(found.model.names())}
    allowed = _allowed(element, found.model)
    wanted = f"expected {listed(_as_written(parent, allowed))}" if allowed else "nothing more may stand there"
    guess = name[1] if name[1] in possible else nearest(name[1], list(dict.fromkeys([*(local for _, local in allowed), *possible])))
    if name in grammar.elements:
        wrappers = _as_written(parent, _wrappers(grammar, found.model, allowed, name))
        if wrappers:
            return "child", f"{what} must not stand directly in {here}: put it into {among(wrappers)}"
        for outer in parent.iterancestors():
            around = grammar.type_at(outer, finding.top)
            if around is not None and name in around.model.names():
                return "child", f"{what} must not stand in {here}: move it out, into {_quoted(outer)}"
        guess = nearest(name[1], [local for _, local in allowed], 0.8)  # its name is right as it is: only what is nearly the same was meant
        hint = f"; did you mean `{guess}`?" if guess is not None else ": move or remove it"
        return "child", f"{what} must not stand in {here}; {wanted}{hint}"
    if name[1] in INSTEAD and name[0] in (QTI, XHTML, None) and name_of(parent.tag)[0] == QTI:
        return "child", f"QTI 3 has no HTML {what}: {INSTEAD[name[1]]}"
    if guess is not None and guess != name[1] and possible[guess] not in (name[0], name_of(parent.tag)[0]):
        guess = None  # another element in another namespace is a guess too many
    if guess is not None and possible[guess] != name[0]:
        if possible[guess] == _SSML:
            html = f"; if HTML is meant, {_NO_SPEECH[guess]}" if guess in _NO_SPEECH else ""
            return "namespace", f'{what} is {place}; if SSML is meant, write {_xmlns(element)}="{_SSML}"{html}'
        renamed = f" and `{guess}`" if guess != name[1] else ""
        inherited = not name[0] and not element.prefix and parent.nsmap.get(None) == possible[guess]
        how = 'remove xmlns=""' if inherited else f'write {_xmlns(element)}="{possible[guess]}"'
        return "namespace", f"{what} is {place}; expected namespace `{possible[guess]}` in {here}: {how}{renamed}"
    if name[0] not in {namespace for namespace, _ in grammar.elements}:
        return "child", f"{what} is {place} and must not stand in {here}; {wanted}: remove it"
    guess = guess or nearest(name[1], [local for namespace, local in grammar.elements if namespace == name[0]])
    return "child", f"{what} is no element of {grammar.title}; " + (f"did you mean `{guess}`?" if guess else f"{wanted} in {here}: remove it or rename it")


def _xmlns(element: Node) -> str:
    return f"xmlns:{element.prefix}" if element.prefix else "xmlns"


def _allowed(element: Node, model: Automaton) -> list[Name]:
    """What could stand in the place of an element."""
    before = [name_of(child.tag) for child in element.itersiblings("{*}*", preceding=True)][::-1]
    return list(dict.fromkeys(option.name for option in model.next(model.steps(before)) if option.name is not None))


def _wrappers(grammar: Grammar, model: Automaton, allowed: list[Name], name: Name) -> list[Name]:
    """Elements that could stand here and take the element: the usual containers first."""
    found: list[Name] = []
    for leaf in model.leaves:
        own = leaf.name
        if own is not None and own in allowed and own not in found and own[0] == name[0] and name in grammar.type_of(leaf.declaration).model.names():
            found.append(own)
    usual = sorted((own for own in found if own[1] in _CONTAINERS), key=lambda own: _CONTAINERS.index(own[1]))
    return usual[:2] or [own for own in found if own[1].startswith("qti-")][:2]


def _misplaced(element: Node, parent: Node, model: Automaton) -> Said:
    """A child that its parent may have, but not at this place, or not once more."""
    here, name, what = _quoted(parent), name_of(element.tag), _quoted(element)
    before = list(element.itersiblings("{*}*", preceding=True))[::-1]
    names = [name_of(child.tag) for child in before]
    state = model.steps(names)
    place = model.longest(names, name)
    if place is None:
        needed = {option.name for option in model.next(state)}
        later = [raw_name(child) for child in element.itersiblings("{*}*") if name_of(child.tag) in needed]
        if later:
            return "order", f"{what} must come after `{later[0]}` in {here}: move it down"
        least = _as_written(parent, [option.name for option in model.missing(state) if option.name is not None])
        return "missing-child", f"{here} needs {among(least)} before {what}: add it"
    if place >= len(names):
        return "child", f"{what} must not stand here in {here}: remove it"
    blocker = before[place]
    if model.steps([*names[:place], name, *names[place:]]):
        return "order", f"{what} must come before {_quoted(blocker)} in {here}: move it up"
    if not model.next(state):  # it is full: is it because of this name, or would any other do as well?
        earlier = model.steps(names[:-1])
        others = {option.name for option in model.next(earlier) if option.name is not None and not model.next(model.step(earlier, option.name))}
        if len(others) > 1 or names[place] != name:
            return "repeated", f"{here} takes no more than {'one element' if len(names) == 1 else f'{len(names)} elements'}: remove this {what}"
    if names[place] == name:
        return "repeated", f"{what} may stand only once in {here}: remove this one or the one before it"
    return "repeated", f"{what} must not stand in {here} together with {_quoted(blocker)}: keep one of them"


def _missing_child(finding: Finding) -> Said:
    element = finding.element
    here = _quoted(element)
    found = finding.grammar.type_at(element, finding.top)
    names = [name_of(child.tag) for child in element.iterchildren("{*}*")]
    options = found.model.missing(found.model.steps(names)) if found is not None else []
    wanted = _as_written(element, [option.name for option in options if option.name is not None])
    if not wanted:
        return "missing-child", f"{here} is not complete: it needs more elements"
    more = "another " if len(wanted) == 1 and names and names[-1][1] == wanted[0] else ""
    return "missing-child", f"{here} needs {more}{among(wanted)}: add {'it' if len(wanted) == 1 else 'one'}"


def _text(finding: Finding) -> Said:
    element = finding.element
    here = _quoted(element)
    pieces = [element.text, *(child.tail for child in element)]
    text = next((piece.strip() for piece in pieces if piece and piece.strip(" \t\r\n")), "")
    found = finding.grammar.type_at(element, finding.top)
    if found is not None and not found.model.names():
        return "text", f"the text `{shown(text[:40])}` must not stand in {here}, which must be empty: remove it"
    takes = {leaf.name[1]: leaf for leaf in (found.model.leaves if found is not None else ()) if leaf.name is not None}
    usual = [name for name in _CONTAINERS if name in takes and finding.grammar.type_of(takes[name].declaration).content == "mixed"]
    such = f", such as `{usual[0]}`" if usual else ""
    return "text", f"the text `{shown(text[:40])}` must not stand in {here}: remove it, or put it into an element that takes text{such}"


# -- attributes and values -------------------------------------------------------------------------------------------------


def _attribute(finding: Finding) -> Said:
    element, name = finding.element, finding.attribute
    if name is None:
        return _other(finding)
    raw, here = raw_attribute(element, name), _quoted(element)
    if name[0] == _XSI:
        return "attribute", f"`{shown(raw)}` of {here} is `{shown(element.get(_clark(name), ''))}`, which this schema does not allow: remove the attribute"
    found = finding.grammar.type_at(element, finding.top)
    known = [raw_attribute(element, known) for known in found.attributes] if found is not None else []
    left = [known_name for known_name in known if known_name not in {raw_attribute(element, name_of(there)) for there in element.attrib}]
    guess = nearest(raw, left)
    if guess is not None:
        needed = found is not None and any(known_name[1] == guess and known_attribute.required for known_name, known_attribute in found.attributes.items())
        return "attribute", f"{here} has no attribute `{shown(raw)}`; did you mean `{guess}`{', which it needs' if needed else ''}?"
    if not known:
        return "attribute", f"{here} has no attribute `{shown(raw)}`: remove it; it has no attributes"
    return "attribute", f"{here} has no attribute `{shown(raw)}`; expected {listed(left or known)}: remove or rename it"


def _missing_attribute(finding: Finding) -> Said:
    element, name = finding.element, finding.attribute
    if name is None:
        return _other(finding)
    raw, here = raw_attribute(element, name), _quoted(element)
    found = finding.grammar.type_at(element, finding.top)
    declared = found.attributes.get(name) if found is not None else None
    misspelt = _misspelt(finding)
    if misspelt is not None:
        return "missing-attribute", f"{here} needs the attribute `{raw}`: rename `{shown(misspelt)}`"
    options = values(finding.grammar, declared.type) if declared is not None else []
    wanted = f", which is {among(options)}" if 0 < len(options) <= 4 else ""
    return "missing-attribute", f'{here} needs the attribute `{raw}`{wanted}: add {raw}="..."'


def _misspelt(finding: Finding) -> str | None:
    """The attribute that was probably meant for one that is missing."""
    element, found = finding.element, finding.grammar.type_at(finding.element, finding.top)
    if finding.attribute is None or found is None:
        return None
    wanted, known = raw_attribute(element, finding.attribute), {raw_attribute(element, name) for name in found.attributes}
    there = [raw_attribute(element, name_of(name)) for name in element.attrib]
    return next((raw for raw in there if raw not in known and nearest(raw, [wanted])), None)


def _value(finding: Finding) -> Said:
    element, name, grammar = finding.element, finding.attribute, finding.grammar
    found = grammar.type_at(element, finding.top)
    if name is None:
        value, what, type_ = (
            "".join(str(piece) for piece in element.itertext()),
            f"the text of {_quoted(element)}",
            found.simple if found is not None else None,
        )
    else:
        declared = grammar.attribute(found, name)
        raw = raw_attribute(element, name)
        value, what, type_ = element.get(_clark(name), ""), f"`{shown(raw)}` of {_quoted(element)}", declared.type if declared is not None else None
        if is_id(grammar, type_) and full_match(NCNAME)(value.strip()):
            return "duplicate-id", f"{what} is `{shown(value)}`, as that of an element before it; expected every `{raw}` once: change one of them"
    if finding.detail:
        return "value", f"{what} is `{shown(value)}`; expected `{shown(finding.detail)}`"
    wanted = _declared(element, name, value) or expected(grammar, type_)
    is_text = f"{what} is `{shown(value)}`" if value.strip() else f"{what} is empty"
    options = values(grammar, type_)
    guess = _meant(value, options or (["true", "false"] if "`true` or `false`" in wanted else []))
    hint = f"; did you mean `{guess}`?" if guess is not None else ""
    return "value", f"{is_text}; {f'expected {wanted}' if wanted else 'expected another value: change it'}{hint}"


def _declared(element: Node, name: Name | None, value: str) -> str:
    """What our own declaration expects, if it refuses the value too."""
    namespace, local = name_of(element.tag)
    known = element_class(local, namespace)
    if known is None:
        return ""
    spec = spec_of(known)
    field = spec.body if name is None else spec.attribute_by_name.get(raw_attribute(element, name))
    if field is None or field.scalar is None:
        return ""
    try:
        field.parse(value)
    except ValueError as error:
        return str(error).removeprefix("expected ")
    return ""


def _meant(value: str, options: list[str]) -> str | None:
    """The value that was probably meant, or, of a list, the word."""
    if value != value.strip() and value.strip() in options:
        return value.strip()
    for word in dict.fromkeys([value.strip(), *value.split()]):
        if word not in options and word:
            guess = _YES_NO.get(word.lower()) if "true" in options else None
            guess = guess or next((option for option in options if option.lower() == word.lower()), None) or nearest(word, options)
            if guess is not None:
                return guess
    return None


def _other(finding: Finding) -> Said:
    what = f"`{raw_attribute(finding.element, finding.attribute)}` of " if finding.attribute is not None else ""
    return "schema", f"{what}{_quoted(finding.element)} is not as the schema has it: {finding.detail or 'change or remove it'}"


_SAY = {
    "root": _root,
    "child": _child,
    "missing-child": _missing_child,
    "text": _text,
    "attribute": _attribute,
    "missing-attribute": _missing_attribute,
    "value": _value,
}
