"""Words as outlines: which letters we have, how wide a line is, and its SVG path."""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

import uharfbuzz as hb  # type: ignore[import-untyped]

from catalog.covers.svg import tag

Family = Literal["roman", "italic", "sans"]
Anchor = Literal["start", "middle", "end"]

_FONTS = Path(__file__).parent / "fonts"


class Style(NamedTuple):
    """How a line is set, whatever its size. Tracking is extra space between letters, in ems."""

    family: Family
    tracking: float


class _Cut(NamedTuple):
    font: hb.Font
    units_per_em: int
    letters: frozenset[int]


class _Glyph(NamedTuple):
    font: hb.Font
    number: int
    x: float


def can_write(text: str, family: Family) -> bool:
    letters = _cut(family).letters | _cut(f"{family}-ext").letters
    return letters.issuperset(map(ord, text))


@lru_cache(4096)
def measure(text: str, style: Style) -> float:
    """The width of a line in ems; never zero, so that it is safe to divide by."""
    return max(_set_line(text, style)[1], 0.1)


def write(
    text: str,
    style: Style,
    *,
    size: float,
    x: float,
    y: float,
    fill: str,
    anchor: Anchor = "start",
) -> str:
    """One line as one path, its baseline at y."""
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    left = x - measure(text, style) * size * shift
    scale = size / _cut(style.family).units_per_em
    place = f"translate({left:.1f} {y:.1f}) scale({scale:.5f} {-scale:.5f})"
    return tag("path", fill=fill, transform=place, d=_outline(text, style))


@cache
def _cut(name: str) -> _Cut:
    face = hb.Face((_FONTS / f"{name}.ttf").read_bytes())
    return _Cut(hb.Font(face), face.upem, frozenset(face.unicodes))


def _runs(text: str, family: Family) -> Iterator[tuple[_Cut, str]]:
    """Split where the main cut lacks a letter and the extended cut has it (ō, ł, ş)."""
    main, extended = _cut(family), _cut(f"{family}-ext")
    for in_main, letters in groupby(text, key=lambda letter: ord(letter) in main.letters):
        yield (main if in_main else extended), "".join(letters)


def _set_line(text: str, style: Style) -> tuple[list[_Glyph], float]:
    """The glyphs with their places in font units, and the width of the line in ems."""
    units = _cut(style.family).units_per_em
    tracking = style.tracking * units
    glyphs, x = [], 0.0
    for cut, letters in _runs(text, style.family):
        buffer = _shape(cut, letters)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyphs.append(_Glyph(cut.font, info.codepoint, x + position.x_offset))
            x += position.x_advance + tracking
    return glyphs, (x - tracking) / units


def _shape(cut: _Cut, letters: str) -> hb.Buffer:
    buffer = hb.Buffer()
    buffer.add_str(letters)
    # Named, not guessed: a guess takes the language of the machine, and letters follow language.
    buffer.direction, buffer.script, buffer.language = "ltr", "Latn", "en"
    hb.shape(cut.font, buffer, {"kern": True, "liga": True})
    return buffer


class _Pen:
    """Collects outlines as one SVG path in whole font units.

    Places are rounded before they are made relative, so that rounding never adds up.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.origin = 0.0
        self._x = self._y = 0

    def move(self, x: float, y: float) -> None:
        self._x, self._y = self._rounded(x, y)
        self.parts.append(f"M{self._x} {self._y}")

    def draw(self, command: str, *coordinates: float) -> None:
        pairs = zip(coordinates[::2], coordinates[1::2], strict=True)
        places = [self._rounded(x, y) for x, y in pairs]
        numbers = " ".join(f"{x - self._x} {y - self._y}" for x, y in places)
        # A minus sign parts two numbers as well as a space does.
        self.parts.append(command + numbers.replace(" -", "-"))
        self._x, self._y = places[-1]

    def _rounded(self, x: float, y: float) -> tuple[int, int]:
        return round(self.origin + x), round(y)


def _outline(text: str, style: Style) -> str:
    pen = _Pen()
    for glyph in _set_line(text, style)[0]:
        pen.origin = glyph.x
        glyph.font.draw_glyph(glyph.number, _pen_moves(), pen)
    return "".join(pen.parts)


@cache
def _pen_moves() -> hb.DrawFuncs:
    moves = hb.DrawFuncs()
    moves.set_move_to_func(lambda x, y, pen: pen.move(x, y))
    moves.set_line_to_func(lambda x, y, pen: pen.draw("l", x, y))
    moves.set_quadratic_to_func(lambda *args: args[-1].draw("q", *args[:-1]))
    moves.set_cubic_to_func(lambda *args: args[-1].draw("c", *args[:-1]))
    moves.set_close_path_func(lambda pen: pen.parts.append("Z"))
    return moves
