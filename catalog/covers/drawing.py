"""From a book to its cover."""

import unicodedata
from hashlib import sha256
from typing import Final, NamedTuple

from catalog.covers.letters import can_write
from catalog.covers.page import PAGE_WIDTH, Page
from catalog.covers.palettes import MOODS, PALETTES
from catalog.covers.rng import Rng
from catalog.covers.svg import tag
from catalog.covers.templates import TEMPLATES, WORDLESS
from catalog.covers.typesetting import MAX_AUTHOR_LETTERS, headline, shorten, tidy

# Part of a cover's address: raise it whenever any cover would come out different.
COVER_VERSION: Final = 1

# Three times the usual cover. Only a title of nothing but the heaviest letters comes near.
MAX_BYTES: Final = 58_000

_PIXELS_PER_MM = 4
_MAX_YEAR_LETTERS = 12
# A longer one has nowhere to break, and would shrink to a hairline.
_LONGEST_WORD = 30


def draw_cover(
    *,
    title: str,
    author: str,
    mood: str = "novel",
    width_mm: int = 129,
    height_mm: int = 198,
    year: str = "",
) -> str:
    """The SVG text of a cover: the same bytes for the same book on every machine.

    Takes any text. A title in letters we do not have gives a picture without words, an unknown
    mood is a novel, and an impossible trim is drawn as the nearest possible one.
    """
    title, author = tidy(title), tidy(author)
    book = _Book(_seed(title, author), mood, *_trim(width_mm, height_mm))
    words = _writable(title, author, year)
    cover = _draw(book, words)
    return cover if len(cover) <= MAX_BYTES else _draw(book, _NO_WORDS)


class _Book(NamedTuple):
    seed: int
    mood: str
    width_mm: int
    height_mm: int


class _Words(NamedTuple):
    title: str
    author: str
    year: str


_NO_WORDS = _Words("", "", "")


def _draw(book: _Book, words: _Words) -> str:
    rng = Rng(book.seed)
    choices = MOODS.get(book.mood, MOODS["novel"])
    template, colours = rng.pick(choices.templates), PALETTES[rng.pick(choices.palettes)]
    if not words.title:
        template = rng.pick(WORDLESS)
    height = PAGE_WIDTH * book.height_mm / book.width_mm
    page = Page(*words, height, colours, rng)
    return _document(TEMPLATES[template](page), page, book)


def _seed(title: str, author: str) -> int:
    key = unicodedata.normalize("NFKC", f"{title}|{author}").casefold()
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big")


def _writable(title: str, author: str, year: str) -> _Words:
    """The words we have letters for; without a title that can be read, none at all."""
    title = headline(title)
    if max(map(len, title.split()), default=0) > _LONGEST_WORD:
        return _NO_WORDS
    if not (title and can_write(title, "roman") and can_write(title, "italic")):
        return _NO_WORDS
    author = shorten(author, MAX_AUTHOR_LETTERS)
    year = shorten(tidy(year), _MAX_YEAR_LETTERS)
    return _Words(
        title,
        author if can_write(author.upper(), "sans") else "",
        year if can_write(year, "roman") else "",
    )


def _trim(width_mm: int, height_mm: int) -> tuple[int, int]:
    """Trims of real books: 80 to 400 mm, and a shape the templates leave room for words on."""
    width = _between(80, width_mm, 400)
    tallest, shortest = min(400, width * 11 // 5), max(80, width * 7 // 10)
    return width, _between(shortest, height_mm, tallest)


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _document(parts: list[str], page: Page, book: _Book) -> str:
    height = round(page.height)
    ground = tag("rect", width=PAGE_WIDTH, height=height, fill=page.colours.ground)
    return tag(
        "svg",
        ground + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {PAGE_WIDTH} {height}",
        width=book.width_mm * _PIXELS_PER_MM,
        height=book.height_mm * _PIXELS_PER_MM,
    )
