"""`xi:include`: a place where another document belongs. This library keeps it and never follows it."""

from __future__ import annotations

from ..datatypes import AnyURI, String
from ..nodes import XINCLUDE, Content, Element
from ..spec import Attributes, element, mixed, spec_default
from .vocabulary import IncludeParse

__all__ = ["Include"]


@element("include", namespace=XINCLUDE, attributes=Attributes.FOREIGN)
class Include(Element):
    """Stands for the document at `href`. Its content, usually an `xi:fallback`, is for processors that cannot get it.

    Source: XInclude 1.0, includeType.
    """

    href: AnyURI | None = None
    parse: IncludeParse | None = spec_default(IncludeParse.XML)
    xpointer: String | None = None
    encoding: String | None = None
    accept: String | None = None
    accept_language: String | None = None
    content: list[Content] = mixed()
