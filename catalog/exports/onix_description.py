"""The long text of a book as ONIX has it: in XHTML."""

from __future__ import annotations

from catalog.blurbs import as_html
from catalog.feeds import own

from .xml import Xml, element, printable

# Lists 153, 154 and 34: a description, for anybody, in XHTML.
_DESCRIPTION, _ANYBODY, _XHTML = "03", "00", "05"


def description_block(text: str) -> Xml | None:
    plain = own.write_lines(text)
    if not plain:
        return None
    # Quotation marks need no names here.
    html = as_html(plain).replace("<br>", "<br/>").replace("&#x27;", "'").replace("&quot;", '"')
    return element(
        "CollateralDetail",
        element(
            "TextContent",
            element("TextType", _DESCRIPTION),
            element("ContentAudience", _ANYBODY),
            element("Text", Xml(printable(html)), textformat=_XHTML),
        ),
    )
