"""The picture beside a link to the shop: 1200 by 630 pixels, as Open Graph has it."""

import io
from collections.abc import Sequence
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

from catalog.covers.letters import Style, can_write, measure, write
from catalog.covers.raster import rasterise
from catalog.covers.svg import tag
from catalog.covers.typesetting import (
    MAX_AUTHOR_LETTERS,
    Box,
    author_line,
    headline,
    shorten,
    tidy,
    title_lines,
)

# Part of a picture's address: raise it whenever any would come out different.
CARD_VERSION: Final = 1
WIDTH: Final = 1200
HEIGHT: Final = 630

# The tokens of the stylesheet, in the light.
_PAPER, _INK, _QUIET, _BOARD = "#FBFAF8", "#16173B", "#4B4D70", "#D5D3E6"
_BLUE, _RUBRIC = "#2B2FA6", "#BE2F17"
_EDGE = 72
# The shelf that covers stand on, and how much room there is above it.
_SHELF = 552
_TALLEST = 460
# A single cover, and several.
_WIDEST = (480, 600)
_BETWEEN = 16
_GAP = 48


class Standing(NamedTuple):
    """A cover on the card's shelf, as a drawing (SVG) or a picture, and its size to scale."""

    cover: str | Image.Image
    width: float
    height: float


class _Words(NamedTuple):
    title: str
    author: str
    imprint: str


def draw_card(*, title: str, author: str, imprint: str, covers: Sequence[Standing]) -> bytes:
    """A PNG: covers on a shelf, beside them the words, and the imprint below: the same on every machine.

    Takes any words. Those in letters we do not have are left out, and covers stand in the middle
    where there are none beside them.
    """
    words = _writable(title, author, imprint)
    placed, left = _placed(covers, has_words=bool(words.title or words.author))
    box = Box(left, 84, WIDTH - _EDGE - left, 330)
    parts = [_ground(), _shelf()]
    parts += title_lines(words.title, box, _INK, largest=104, stand="middle", leading=1.02)
    parts += author_line(words.author, left, 470, _QUIET, size=26, widest=box.width)
    parts += _imprint(words.imprint)
    size = {"viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    card = rasterise(
        tag("svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", **size), WIDTH, HEIGHT
    )
    for standing, place in placed:
        _stand(card, standing, place)
    content = io.BytesIO()
    card.save(content, "PNG")
    return content.getvalue()


def _writable(title: str, author: str, imprint: str) -> _Words:
    title, author, imprint = headline(tidy(title)), tidy(author), tidy(imprint)
    author, imprint = (shorten(text, MAX_AUTHOR_LETTERS) for text in (author, imprint))
    return _Words(
        title if can_write(title, "roman") else "",
        author if can_write(author.upper(), "sans") else "",
        imprint if can_write(imprint, "roman") else "",
    )


def _placed(
    covers: Sequence[Standing], *, has_words: bool
) -> tuple[list[tuple[Standing, Box]], float]:
    """Where each cover stands, at one scale for all; and where the words begin."""
    wide = sum(each.width for each in covers)
    scale = min(_TALLEST / max(each.height for each in covers), _WIDEST[len(covers) > 1] / wide)
    whole = wide * scale + _BETWEEN * (len(covers) - 1)
    placed, x = [], float(_EDGE) if has_words else (WIDTH - whole) / 2
    for each in covers:
        width, height = round(each.width * scale), round(each.height * scale)
        placed.append((each, Box(round(x), _SHELF - height, width, height)))
        x += width + _BETWEEN
    return placed, x - _BETWEEN + _GAP


def _stand(card: Image.Image, standing: Standing, box: Box) -> None:
    """Put a cover on its shelf, with a thin edge: some are as light as the paper."""
    place, (width, height) = (int(box.x), int(box.y)), (int(box.width), int(box.height))
    cover = standing.cover
    picture = (
        rasterise(cover, width, height)
        if isinstance(cover, str)
        else cover.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    )
    card.paste(picture, place)
    corner = (place[0] + width - 1, place[1] + height - 1)
    ImageDraw.Draw(card).rectangle((place, corner), outline=_BOARD)


def _ground() -> str:
    """Paper, with the striped headband of every page of the shop."""
    stripes = "".join(
        tag("rect", x=x, y=0, width=20, height=12, fill=_BLUE if x % 40 else _RUBRIC)
        for x in range(0, WIDTH, 20)
    )
    return tag("rect", width=WIDTH, height=HEIGHT, fill=_PAPER) + stripes


def _shelf() -> str:
    line = tag("rect", x=0, y=_SHELF, width=WIDTH, height=4, fill=_INK)
    return line + tag("rect", x=0, y=_SHELF + 4, width=WIDTH, height=10, fill=_BOARD)


def _imprint(name: str) -> list[str]:
    """The name of the shop behind the mark of its pages."""
    if not name:
        return []
    style, size, end = Style("roman", 0), 34, WIDTH - _EDGE
    mark = end - measure(name, style) * size - 26
    return [
        tag("rect", x=mark, y=HEIGHT - 46, width=12, height=24, fill=_RUBRIC),
        write(name, style, size=size, x=end, y=HEIGHT - 22, fill=_INK, anchor="end"),
    ]
