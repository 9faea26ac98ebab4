"""The picture that is shown where somebody shares a link to the shop, and where it is found."""

import hashlib

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

from bookstore.addresses import address_of

from . import covers
from .cover_address import TRIMS, drawn_cover, drawn_cover_hash, nearest_trim
from .models import Book

# Covers without words that stand on the shop's own card: mood, width and height.
ON_THE_SHELF = (("sea", 129, 198), ("sf", 110, 178), ("gothic", 156, 234))


def card_address(book: Book) -> str:
    """Where the card of a book is. Another card would have another address."""
    return address_of("catalog:book_card", book.ean, card_hash(book))


def card_hash(book: Book) -> str:
    """Changes whenever the card of a book would."""
    return _hash(drawn_cover_hash(book), str(book.cover_image), book.title, book.byline)


def book_card(book: Book) -> bytes:
    """A PNG of the book on its shelf."""
    return covers.draw_card(
        title=book.title,
        author=book.byline,
        imprint=settings.SHOP["name"],
        covers=[_uploaded(book) or _drawn(book)],
    )


def shop_card_address() -> str:
    return address_of("catalog:shop_card", shop_card_hash())


def shop_card_hash() -> str:
    return _hash(settings.SHOP["tagline"])


def shop_card() -> bytes:
    """A PNG of the shop's name beside books, for pages that are not about one."""
    name = settings.SHOP["name"]
    shelf = [
        covers.Standing(
            covers.draw_cover(title="", author=name, mood=mood, width_mm=width, height_mm=height),
            width,
            height,
        )
        for mood, width, height in ON_THE_SHELF
    ]
    return covers.draw_card(title=name, author=settings.SHOP["tagline"], imprint="", covers=shelf)


def _hash(*drawn_from: str) -> str:
    everything = [str(covers.CARD_VERSION), settings.SHOP["name"], *drawn_from]
    return hashlib.sha256("\x1f".join(everything).encode()).hexdigest()[:12]


def _uploaded(book: Book) -> covers.Standing | None:
    """The picture that staff uploaded; None if there is none, or its file has gone."""
    if not book.cover_image:
        return None
    try:
        with default_storage.open(str(book.cover_image)) as file:
            picture = Image.open(file)
            picture.load()
    except OSError:
        return None
    return covers.Standing(picture, *picture.size)


def _drawn(book: Book) -> covers.Standing:
    return covers.Standing(drawn_cover(book), *TRIMS[nearest_trim(book.width_mm, book.height_mm)])
