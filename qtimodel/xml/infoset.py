"""A node as XML has it: qualified name, attributes as they are written, content. What every format that shows XML starts from.

Strategy: `start` gives name, attributes and the scope inside, in which the content is to be read; forms, prefixes and declarations are
dealt with here and nowhere else. It knows nothing of layout, nor of how a format escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import attrs

from .. import stack
from ..brief import brief
from ..errors import ModelError
from ..memory import Memory
from ..nodes import QTI, XSI, Comment, Content, Element, Extras, Form, Invalid, Markup, Node, ProcessingInstruction
from ..spec import Field, Kind, Spec, element_class, spec_of, typed_everywhere
from ..walking import path_to, walk
from .name_characters import is_name
from .names import SCHEMA_LOCATIONS, Scope, ScopeError, split_key

__all__ = ["NEW_ROOT", "NO_EXTRAS", "NO_FORM", "Wrong", "children_of", "content_of", "expected_children", "explained", "root_form"]
__all__ += ["check_after", "check_child", "check_extras", "has_right_types", "start", "text_pieces"]

SCHEMA = f"{QTI} https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"

NO_EXTRAS = Extras()
NO_FORM = Form()
NEW_ROOT = Form(("xmlns", "xmlns:xsi", "xsi:schemaLocation"), fixed={"xmlns": QTI, "xmlns:xsi": XSI, SCHEMA_LOCATIONS[0]: SCHEMA})


class Wrong(Exception):
    """A wrong value: `args` are the node, the name of its attribute or field (or `None`), and a message."""


@contextmanager
def explained(tree: Element | Markup) -> Iterator[None]:
    """Whatever is wrong with the tree is a `ModelError` with its path. A root has only comments and the like around it.

    For functions with `@on_deep_stack`: where the stack ends first, `RecursionError` goes on.
    """
    try:
        extras = NO_EXTRAS if tree._extras is None else tree._extras
        check_extras(tree, extras)
        for item in [*extras.before, *extras.after]:
            if not isinstance(item, (Comment, ProcessingInstruction)):
                raise Wrong(tree, None, "only comments and processing instructions may stand before and after a root")
        yield
    except Wrong as wrong:
        node, name, message = wrong.args
        path = path_to(tree, node) or "/"
        raise ModelError(message, path=f"{path}/@{name}" if name else path) from None
    except ScopeError as error:
        raise ModelError(str(error)) from None
    except (AttributeError, TypeError):  # something is of a type that nobody expects; who looks for it before would look in vain nearly always
        for path, node in walk(tree, Node, paths=True):
            if (problem := _wrong_type(node)) is not None:
                raise ModelError(problem[1], path=f"{path}/@{problem[0]}") from None
        raise
    except RecursionError:
        if not stack.is_deep():
            raise
        raise ModelError("the tree is too deep, or a node contains itself") from None


def check_extras(node: Element | Markup, extras: Any) -> None:
    """Refuse extras of which not all parts are what they should be. Raises `Wrong`."""
    if not has_right_types(extras) and (problem := _wrong_type(node)) is not None:
        raise Wrong(node, *problem)


def has_right_types(extras: Any) -> bool:
    """Whether extras are lists and dictionaries, apart from what these hold."""
    if not isinstance(extras, Extras):
        return False
    return extras.before.__class__ is extras.trailing.__class__ is extras.after.__class__ is list and extras.attributes.__class__ is dict


def _wrong_type(node: Node) -> tuple[str, str] | None:
    """A part of a node that is of no type it can have, and what was expected."""
    extras: Any = node._extras
    parts: list[tuple[str, Any, tuple[type, ...], str]] = [
        ("extras", extras, (Extras, type(None)), "Extras or None"),
        ("form", node._form, (Form, type(None)), "a form that was read, or None"),
    ]
    if isinstance(extras, Extras):
        parts += [(f"extras.{name}", getattr(extras, name), (list,), "a list") for name in ("before", "trailing", "after")]
        parts += [(f"extras.{name}", getattr(extras, name), (dict,), "a dict") for name in ("attributes", "record")]
        parts += [("extras.attributes", key, (str,), "names") for key in extras.attributes] if isinstance(extras.attributes, dict) else []
    form: Any = node._form
    if isinstance(form, Form) and (problem := form.problem()):
        return "form", problem
    if isinstance(node, Markup):
        parts += [("name", node.name, (str,), "a str"), ("namespace", node.namespace, (str, type(None)), "a str or None")]
        parts += [("content", node.content, (list,), "a list"), ("attributes", node.attributes, (dict,), "a dict")]
    for field in attrs.fields(type(node)):
        value = getattr(node, field.name)
        if isinstance(value, Invalid):
            parts.append((field.name, value.text, (str, type(None)), "the text of what could not be read, or None"))
    return next(((name, f"expected {expected}, found {brief(value)}") for name, value, kinds, expected in parts if not isinstance(value, kinds)), None)


def root_form(tree: Element | Markup) -> Form:
    """The form of a root: a new one declares the namespaces it needs."""
    if tree._form is None and isinstance(tree, Element) and spec_of(type(tree)).document:
        return NEW_ROOT
    return tree._form or NO_FORM


def children_of(node: Element, field: Field) -> Iterable[Any]:
    """What a field holds, as something to go through. Raises `Wrong` when it is no list where one belongs, or missing."""
    value = getattr(node, field.name)
    if field.kind is Kind.CHILDREN:
        if not isinstance(value, list):
            raise Wrong(node, field.name, f"expected a list, found {brief(value)}")
        return value
    if value is None and field.required:
        raise Wrong(node, field.name, f"expected {expected_children(field)}, found None")
    return () if value is None or (isinstance(value, Invalid) and value.text is None) else (value,)


def check_child(node: Element, spec: Spec, field: Field, child: object) -> None:
    """Refuse what a field does not take, or what would not be read back into it. Raises `Wrong`."""
    if not isinstance(child, Markup) or not field.wildcard:
        if not field.takes[type(child)]:
            raise Wrong(node, field.name, f"expected {expected_children(field)}, found {brief(child)}")
    elif isinstance(child.name, str) and isinstance(child.namespace, str | None) and not spec.takes_markup(child.namespace, child.name):
        known = element_class(child.name, child.namespace)
        instead = f"a {known.__name__}" if known is not None else "an element of another namespace"
        raise Wrong(node, field.name, f"expected {instead}, found markup `{child.name}` in namespace `{child.namespace}`, which is read as something else")


def expected_children(field: Field) -> str:
    """The classes that a field takes, for a message."""
    names = [target.__name__ for target in field.targets] + ["Markup"] * field.wildcard
    return names[0] if len(names) == 1 else "one of " + ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


def attribute_text(node: Element, field: Field, form: Form) -> str | None:
    """The text of an attribute, as it was written while that still means the value. `None`: it is not written."""
    value = getattr(node, field.name)
    if isinstance(value, Invalid):
        return value.text
    if value is None:
        if field.required:
            raise Wrong(node, field.xml_name, f"this attribute is required: expected {field.scalar.expected if field.scalar else 'a value'}, found None")
        return None
    try:
        text = field.write(value)
    except (TypeError, ValueError) as error:
        raise Wrong(node, field.xml_name, str(error)) from None
    written = (form.lexical or {}).get(str(field.xml_name))
    return written if written is not None and _means(field, written, text) else text


def _means(field: Field, written: str, canonical: str) -> bool:
    """Whether a text that was read means the same value as a canonical text."""
    try:
        return field.write(field.parse(written)) == canonical
    except ValueError:
        return False


def text_pieces(node: Element, field: Field, form: Form) -> list[Content]:
    """The content of a text-only element, with comments inside it where they stood if the text is still the same."""
    value = getattr(node, field.name)
    if isinstance(value, Invalid):
        text = value.text or ""
    else:
        try:
            text = field.write(value)
        except (TypeError, ValueError) as error:
            raise Wrong(node, field.name, str(error)) from None
    if form.content is not None:
        written = "".join(piece for piece in form.content if isinstance(piece, str))
        if written == text or (not isinstance(value, Invalid) and _means(field, written, text)):
            return list(form.content)
    return [text] if text else []


def start(node: Element | Markup, form: Form, scope: Scope) -> tuple[str, dict[str, str], Scope]:
    """The qualified name, the attributes as they are written, and the scope inside. Raises `Wrong`."""
    extras = NO_EXTRAS if node._extras is None else node._extras
    attributes: dict[str, str] = {}
    if isinstance(node, Markup):
        if not isinstance(node.content, list) or not isinstance(node.attributes, dict):
            raise Wrong(node, None, "expected a list of content and a dict of attributes")
        if node.namespace == QTI and (known := typed_everywhere(node.name)) is not None:
            raise Wrong(node, None, f"`{node.name}` is read as {known.__name__}, so it cannot be written as markup: make it a {known.__name__}")
        if extras.attributes or extras.trailing:
            raise Wrong(node, None, "markup has its own attributes and content: nothing goes into extras.attributes and extras.trailing")
        if node.namespace is not None and not isinstance(node.namespace, str):
            raise Wrong(node, "namespace", f"expected a str or None, found {brief(node.namespace)}")
        return _named(node, node.name, node.namespace, attributes, node.attributes, form, scope)
    spec = spec_of(type(node))
    for field in spec.attributes:
        text = attribute_text(node, field, form)
        if text is not None:
            attributes[str(field.xml_name)] = text
    for key in extras.attributes:
        if key in spec.attribute_by_name:
            raise Wrong(node, key, f"`{key}` is a declared attribute: set the field, not extras.attributes")
    return _named(node, spec.name, spec.namespace, attributes, extras.attributes, form, scope)


def content_of(node: Element | Markup, form: Form) -> Iterator[Any]:
    """Text, nodes, and what stands before them, in document order. Raises `Wrong`."""
    extras = NO_EXTRAS if node._extras is None else node._extras
    if isinstance(node, Markup):
        items: Iterable[Any] = node.content
    else:
        spec = spec_of(type(node))
        if spec.body is None:
            items = _typed_children(node, spec)
        elif extras.trailing:
            raise Wrong(node, None, f"`{spec.name}` has text content: what stands at its end belongs there, not into extras.trailing")
        elif spec.body.kind is Kind.TEXT:
            items = text_pieces(node, spec.body, form)
        else:
            items = getattr(node, spec.body.name)
            if not isinstance(items, list):
                raise Wrong(node, spec.body.name, f"expected a list, found {brief(items)}")
    yield from _flat(node, chain(items, extras.trailing))


def _flat(node: Element | Markup, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, (Element, Markup)):
            if item._extras is not None:
                check_after(item, item._extras)
                yield from _flat(node, item._extras.before)
        elif not isinstance(item, (str, Comment, ProcessingInstruction)):
            raise Wrong(node, None, f"expected text, an element, markup, a comment or a processing instruction, found {brief(item)}")
        yield item


def check_after(node: Element | Markup, extras: Extras) -> None:
    """Refuse what is behind a node that is no root: no format has a place for it. Raises `Wrong`, also for extras of wrong types."""
    check_extras(node, extras)
    if extras.after:
        raise Wrong(node, None, "extras.after is for a root: put what stands behind this into extras.before of the next node, or extras.trailing of the parent")


def _typed_children(node: Element, spec: Spec) -> Iterator[Element | Markup]:
    for field in spec.children:
        for child in children_of(node, field):
            check_child(node, spec, field, child)
            yield child


@attrs.frozen(eq=False)
class _Names:
    """The names of a start tag: qualified name, pairs of raw name and key in their order, declarations that were added, the scope inside."""

    qualified: str
    attributes: tuple[tuple[str, str], ...]
    added: dict[str, str]
    inner: Scope


_known: Memory[tuple[Any, ...], _Names] = Memory(1024)


def _named(
    node: Element | Markup,
    local: str,
    namespace: str | None,
    attributes: dict[str, str],
    others: dict[str, str],
    form: Form,
    scope: Scope,
) -> tuple[str, dict[str, str], Scope]:
    """`start`, from names that do not depend on prefixes.

    `attributes` have no namespace; `others` are keyed by what the reader calls a key. The names depend on keys, declarations and scope,
    not on texts, so nodes that are alike share them.
    """
    fixed = form.fixed or {}
    texts = {**fixed, **attributes, **others}
    for key, text in others.items():
        if not isinstance(key, str):
            raise Wrong(node, None, f"expected a str as the name of an attribute, found {brief(key)}")
        if not isinstance(text, str):
            raise Wrong(node, key, f"expected a str, found {brief(text)}")
    if not isinstance(local, str):
        raise Wrong(node, None, f"expected a str as the name of an element, found {brief(local)}")
    if not (namespace is None or (isinstance(namespace, str) and namespace)):
        raise Wrong(node, None, f"expected a URI or None as the namespace of an element, found {brief(namespace)}")
    declarations = {raw: uri for raw, uri in fixed.items() if not raw.startswith("{")}
    known_by = scope, local, namespace, form.names, form.prefix, *declarations.items(), None, *fixed, None, *attributes, None, *others
    names = _known.get(known_by)
    if names is None:
        names = _names(node, local, namespace, attributes, others, form, scope)
        _known.keep(known_by, names, (*form.names, *texts, form.prefix or "", local, namespace or ""), names.inner.size)
    if names.added:
        texts |= names.added
    return names.qualified, {raw: texts[key] for raw, key in names.attributes}, names.inner


def _names(node: Element | Markup, local: str, namespace: str | None, attributes: Iterable[str], others: Iterable[str], form: Form, scope: Scope) -> _Names:
    """Declarations stay where they were, those that a moved node lost are added. Raises `Wrong`."""
    fixed = form.fixed or {}
    declarations = {raw: uri for raw, uri in fixed.items() if not raw.startswith("{")}
    added: dict[str, str] = {}
    if declarations:
        scope = scope.declare(declarations.items())
    prefix = scope.prefix_of(namespace, attribute=False, preferred=form.prefix)
    if prefix is False:
        prefix = None if namespace is None or "xmlns" not in declarations else _free(scope, form.prefix)
        raw = f"xmlns:{prefix}" if prefix else "xmlns"
        scope = scope.declare([(raw, namespace or "")])
        added[raw] = namespace or ""
    # How prefixed attributes were written, as far as that still means the same.
    written: dict[str, str] = {}
    for raw in form.names:
        if ":" in raw and not raw.startswith("xmlns:"):
            space = scope.get(raw.partition(":")[0])
            written[f"{{{space}}}{raw.partition(':')[2]}"] = raw
    key_of = {raw: raw for raw in (*declarations, *attributes)}
    for key in dict.fromkeys((*(key for key in fixed if key not in declarations), *others)):
        raw = written.get(key, key)
        if raw.startswith("{"):
            uri, name = split_key(key)
            chosen = scope.prefix_of(uri, attribute=True)
            if chosen is False or not uri:
                chosen = "xsi" if uri == XSI and scope.get("xsi") is None else _free(scope, None)
                scope = scope.declare([(f"xmlns:{chosen}", uri or "")]) if uri else _no_uri(node, key)
                added[f"xmlns:{chosen}"] = uri or ""
            raw = f"{chosen}:{name}"
        if (
            raw.count(":") > 1
            or not all(map(is_name, raw.split(":")))
            or raw.partition(":")[0] == "xmlns"
            or (":" in raw and raw == key and not raw.startswith("xml:"))
        ):
            raise Wrong(node, key, f"`{key}` is no name of an attribute: write `name`, `xml:name` or `{{namespace}}name`")
        if raw in key_of:
            raise Wrong(node, key, f"`{key}` is the same attribute as `{key_of[raw]}`: remove one")
        key_of[raw] = key
    if not is_name(local):
        raise Wrong(node, None, f"`{local}` is no name of an element")
    key_of.update((raw, raw) for raw in added)
    # Declarations that had to be added come first, then what was written, in its order, then what is new.
    order = dict.fromkeys([*(raw for raw in added if raw not in declarations), *(raw for raw in form.names if raw in key_of), *key_of])
    return _Names(f"{prefix}:{local}" if prefix else local, tuple((raw, key_of[raw]) for raw in order), added, scope)


def _no_uri(node: object, key: str) -> Scope:
    raise Wrong(node, key, f"`{key}` has an empty namespace: write the name alone")


def _free(scope: Scope, preferred: str | None) -> str:
    """A prefix that is not in use."""
    if preferred and scope.get(preferred) is None:
        return preferred
    number = 0
    while scope.get(f"ns{number}") is not None:
        number += 1
    return f"ns{number}"
