"""The long text of a book as ONIX has it: paragraphs and lines in XHTML."""

from __future__ import annotations

from catalog.feeds import own

from .xml import Xml, element

# Lists 153, 154 and 34: a description, for anybody, in XHTML.
_DESCRIPTION, _ANYBODY, _XHTML = "03", "00", "05"


def description_block(text: str) -> Xml | None:
    plain = own.write_lines(text)
    if not plain:
        return None
    return element(
        "CollateralDetail",
        element(
            "TextContent",
            element("TextType", _DESCRIPTION),
            element("ContentAudience", _ANYBODY),
            element("Text", *map(_paragraph, plain.split("\n\n")), textformat=_XHTML),
        ),
    )


def _paragraph(text: str) -> Xml:
    first, *others = text.split("\n")
    rest = [part for line in others for part in (element("br"), line)]
    return element("p", first, *rest)
