"""What people read: rubric blocks, test feedback, their bodies and style sheets, and the catalogue of alternative content.

Strategy: bodies are mixed content and stay as written (HTML, MathML and SSML as `Markup`); only QTI elements in them are typed.
"""

from __future__ import annotations

from ..datatypes import (
    AnyURI,
    ExtensibleRubricUse,
    ExtensibleSupport,
    Identifier,
    IdentifierReference,
    IntegerOrVariable,
    Language,
    MimeType,
    String,
    Token,
    UniqueIdentifier,
)
from ..nodes import Content, Element, node_class
from ..spec import Attributes, element, many, mixed, spec_default, text
from .aria import AriaElement
from .vocabulary import Direction, ShowHide, SuppressTts, TestFeedbackAccess, View

__all__ = [
    "BodyElement",
    "Card",
    "CardEntry",
    "Catalog",
    "CatalogInfo",
    "ContentBody",
    "FileHref",
    "HtmlContent",
    "PrintedVariable",
    "RubricBlock",
    "Stylesheet",
    "TestFeedback",
]


@node_class
class BodyElement(AriaElement):
    """Anything that may carry the attributes of a piece of content. Source: ASI 3.0.1, BaseSequenceXBaseDType."""

    id: UniqueIdentifier | None = None
    class_: list[Token] | None = None
    lang: str | None = None
    xml_lang: Language | None = None
    label: str | None = None
    xml_base: AnyURI | None = None
    dir: Direction | None = spec_default(Direction.AUTO)
    data_catalog_idref: IdentifierReference | None = None
    data_qti_suppress_tts: SuppressTts | None = None
    data_ssml: String | None = None


@element("qti-stylesheet")
class Stylesheet(Element):
    """A style sheet for the content beside it. Source: ASI 3.0.1, StyleSheetDType."""

    href: AnyURI
    type: MimeType
    media: str | None = None
    title: str | None = None


@element("qti-content-body", everywhere=False)
class ContentBody(Element):
    """Text and markup. Source: ASI 3.0.1, TestRubricBlockContentBodyDType and TestFeedbackFlowContentBodyDType."""

    content: list[Content] = mixed()


@element("qti-html-content", attributes=Attributes.ANY)
class HtmlContent(Element):
    """Alternative content that is written out. Source: ASI 3.0.1, HTMLContentDType."""

    xml_lang: Language | None = None
    content: list[Content] = mixed()


@element("qti-file-href", everywhere=False)
class FileHref(Element):
    """Alternative content in a file; the text is its address. Source: ASI 3.0.1, FileHrefCardDType."""

    mime_type: MimeType
    value: AnyURI = text()


@element("qti-card-entry", attributes=Attributes.ANY)
class CardEntry(Element):
    """One variant of a card, usually one language. Source: ASI 3.0.1, CardEntryDType."""

    xml_lang: Language | None = None
    default: bool | None = spec_default(False)
    html_content: HtmlContent | None = None
    file_hrefs: list[FileHref] = many()


@element("qti-card", alternatives=(("html_content", "file_hrefs"), ("card_entries",)))
class Card(Element):
    """Alternative content for one kind of support: either the content itself or entries that hold variants of it.

    Source: ASI 3.0.1, CardDType.
    """

    support: ExtensibleSupport
    xml_lang: Language | None = None
    html_content: HtmlContent | None = None
    file_hrefs: list[FileHref] = many()
    card_entries: list[CardEntry] = many()


@element("qti-catalog")
class Catalog(Element):
    """The cards for one piece of content, which points here by `data-catalog-idref`. Source: ASI 3.0.1, CatalogDType."""

    id: UniqueIdentifier
    cards: list[Card] = many(1)


@element("qti-catalog-info")
class CatalogInfo(Element):
    """The alternative content that belongs to a rubric block or feedback. Source: ASI 3.0.1, CatalogInfoDType."""

    catalogs: list[Catalog] = many(1)


@element("qti-printed-variable")
class PrintedVariable(Element):
    """Shows the value of a variable. `base` is the radix of whole numbers. Source: ASI 3.0.1, PrintedVariableDType."""

    identifier: Identifier
    id: UniqueIdentifier | None = None
    class_: list[Token] | None = None
    xml_lang: Language | None = None
    label: str | None = None
    xml_base: AnyURI | None = None
    format: str | None = None
    base: IntegerOrVariable | None = spec_default(10)
    index: IntegerOrVariable | None = None
    power_form: bool | None = spec_default(False)
    field: str | None = None
    delimiter: str | None = spec_default(";")
    mapping_indicator: str | None = spec_default("=")


@element("qti-rubric-block", everywhere=False, attributes=Attributes.ANY)
class RubricBlock(BodyElement):
    """Instructions or other material for the roles in `view`, as tests, parts and sections have it.

    The rubric block of an item shares the name, not the type: there `use` is required. Source: ASI 3.0.1, TestRubricBlockDType.
    """

    view: list[View]
    use: ExtensibleRubricUse | None = None
    stylesheets: list[Stylesheet] = many()
    content_body: ContentBody
    catalog_info: CatalogInfo | None = None
    printed_variable: PrintedVariable | None = None


@element("qti-test-feedback", attributes=Attributes.ANY)
class TestFeedback(Element):
    """Shown or hidden while the outcome `outcome_identifier` holds the value `identifier`. Source: ASI 3.0.1, TestFeedbackDType."""

    __test__ = False  # the name is no invitation to pytest

    identifier: Identifier
    outcome_identifier: Identifier
    access: TestFeedbackAccess
    show_hide: ShowHide
    title: str | None = None
    stylesheets: list[Stylesheet] = many()
    content_body: ContentBody | None = None
    catalog_info: CatalogInfo | None = None
