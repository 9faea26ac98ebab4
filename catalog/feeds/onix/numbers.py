"""The number that a record gives its book."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.feeds.values import BadValue, read_isbn
from catalog.identifiers import SEPARATORS, is_ean

from .product import Product

# ISBN-13, GTIN-13, ISBN-10 (list 5), best first.
_ISBN_13, _GTIN, _ISBN_10 = "15", "03", "02"
_TYPES = (_ISBN_13, _GTIN, _ISBN_10)
# Numbers that any company may give things within its own walls (GS1), as this shop does itself.
_INTERNAL = ("02", "04", "2")
_BOOKS = ("978", "979")


def read_number(product: Product) -> str:
    """The first usable number, so that another may stand in for a bad one; else none, which is noted."""
    bad: list[tuple[str, str]] = []
    for kind, text in sorted(_given(product), key=lambda one: _TYPES.index(one[0])):
        try:
            number = read_goods(text) if kind == _GTIN else read_isbn(text)
        except BadValue as error:
            bad.append((text, str(error)))
            continue
        for text_, reason in bad:
            product.note("IDValue", text_, _("%s The other number stands in.") % reason)
        return number
    for text, reason in bad[:1] or [("", _("No ISBN and no EAN."))]:
        product.skip("IDValue", text, reason)
    return ""


def find_number(product: Product) -> str:
    """The number without a word of those that are bad."""
    found = product.problems[:]
    number = read_number(product)
    product.problems[:] = found
    return number


def read_goods(text: str) -> str:
    """The number of a book, or of anything else that has an EAN. Raises BadValue."""
    digits = SEPARATORS.sub("", text)
    if digits.startswith(_BOOKS) or len(digits) != 13:
        return read_isbn(text)
    if not is_ean(digits) or digits.startswith(_INTERNAL):
        raise BadValue(_("This is not a valid EAN of goods."))
    return digits


def _given(product: Product) -> Iterator[tuple[str, str]]:
    for identifier in product.root.all("ProductIdentifier"):
        kind, text = identifier.text("ProductIDType"), identifier.text("IDValue")
        if text and kind in _TYPES:
            yield kind, text
    # As release 2.0 had them.
    for element, kind in (("EAN13", _GTIN), ("ISBN", _ISBN_10)):
        if text := product.root.text(element):
            yield kind, text
