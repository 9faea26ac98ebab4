"""Where a book's cover is found, and how large it is drawn on a shelf."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage

from bookstore.addresses import address_of

from . import covers

if TYPE_CHECKING:
    from .models import Book
    from .volumes import Volume

# Trims of the stylesheet by width and height in millimetres: the nearest one is drawn.
TRIMS = {
    "t-a": (110, 178),
    "t-b": (129, 198),
    "t-d": (135, 216),
    "t-r": (156, 234),
    "t-c": (189, 246),
    "t-s": (210, 210),
}
DEFAULT_TRIM = "t-b"
THICKNESS_STEPS = ((12, "p1"), (18, "p2"), (26, "p3"), (35, "p4"))
PIXELS_PER_MM = 4
# How wide the picture is that lists show, in pixels; one that is little wider is shown as it is.
SMALL = 300
SMALL_ENOUGH = SMALL * 3 // 2


@dataclass(frozen=True)
class CoverAddress:
    """A picture's address and size in pixels, and the classes that draw it to scale.

    `small` is the address for lists, where it is drawn small.
    """

    url: str
    small: str
    width: int
    height: int
    classes: str


def cover_address(book: "Book | Volume") -> CoverAddress:
    """The uploaded picture if there is one, else the drawn cover at an address that names its content."""
    trim = nearest_trim(book.width_mm, book.height_mm)
    if book.cover_image:
        name = str(book.cover_image)
        url = small = default_storage.url(name)
        width, height = book.cover_width or 400, book.cover_height or 600
        if width > SMALL_ENOUGH:
            small = default_storage.url(small_name(name))
        trim = trim_as_tall(trim, height / width)
    else:
        url = small = address_of("catalog:cover", book.ean, drawn_cover_hash(book))
        width, height = (side * PIXELS_PER_MM for side in TRIMS[trim])
    return CoverAddress(url, small, width, height, f"{trim} {thickness_step(book.thickness_mm)}")


def cover_path(book: "Book", filename: str) -> str:
    """Where an uploaded cover is stored: under a name that holds a hash of its content."""
    # Left open, at its beginning: it is about to be stored.
    picture = book.cover_image.file
    picture.seek(0)
    digest = hashlib.sha256(picture.read()).hexdigest()[:12]
    picture.seek(0)
    return f"covers/{book.ean}-{digest}{Path(filename).suffix.lower()}"


def small_name(name: str) -> str:
    """Where the small picture of a stored cover is. The worker makes it a little later."""
    path = Path(name)
    return str(path.with_name(f"{path.stem}-w{SMALL}{path.suffix}"))


def drawn_cover(book: "Book") -> str:
    """The typographic cover as SVG text."""
    width_mm, height_mm = TRIMS[nearest_trim(book.width_mm, book.height_mm)]
    return covers.draw_cover(
        title=book.title,
        author=book.byline,
        mood=book.cover_mood,
        width_mm=width_mm,
        height_mm=height_mm,
    )


def drawn_cover_hash(book: "Book | Volume") -> str:
    """Changes whenever the drawing would, and never otherwise."""
    trim = nearest_trim(book.width_mm, book.height_mm)
    drawn_from = "\x1f".join(
        [str(covers.COVER_VERSION), book.title, book.byline, book.cover_mood, trim]
    )
    return hashlib.sha256(drawn_from.encode()).hexdigest()[:12]


@lru_cache(maxsize=4096)
def nearest_trim(width_mm: int | None, height_mm: int | None) -> str:
    if not width_mm or not height_mm:
        return DEFAULT_TRIM
    return min(
        TRIMS, key=lambda trim: abs(TRIMS[trim][0] - width_mm) + abs(TRIMS[trim][1] - height_mm)
    )


def trim_as_tall(trim: str, proportion: float) -> str:
    """The trim whose width gives a picture of this height to width the height of `trim`.

    Pictures are seldom cut to the book's own shape; on a shelf the height is what one compares.
    """
    height_mm = TRIMS[trim][1]
    return min(TRIMS, key=lambda other: abs(TRIMS[other][0] * proportion - height_mm))


@lru_cache(maxsize=4096)
def thickness_step(thickness_mm: int | None) -> str:
    if not thickness_mm:
        return "p2"
    return next((step for limit, step in THICKNESS_STEPS if thickness_mm <= limit), "p5")
