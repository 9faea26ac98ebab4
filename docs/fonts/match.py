"""Prints the @font-face rules of static/css/shop.css that make local fonts as wide as ours.

    npm pack @fontsource/gelasio@5.3.0 @fontsource/noto-serif@5.3.0 @fontsource/roboto@5.3.0
    pip install fonttools==4.68.0 brotli uharfbuzz
    python docs/fonts/match.py FOLDER static/fonts     # FOLDER holds what tar unpacked

Gelasio is as wide as Georgia, letter by letter, and Liberation as Times New Roman and Arial.
"""

import re
import sys
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import uharfbuzz
from fontTools.ttLib import TTFont

LIBERATION = Path("/usr/share/fonts/truetype/liberation")
LETTERS = re.compile(r"[^A-Za-z0-9 ,.;:()’'?!&-]+")


class Face(NamedTuple):
    """A rule: which of ours it stands in for, at which size pages set it most, by which font."""

    family: str
    weights: str
    style: str
    ours: str
    axes: dict[str, float]
    local: list[str]
    like: str


GEORGIA, NOTO, TIMES = "Serif like Georgia", "Serif like Noto", "Serif like Times"
ARIAL, ROBOTO = "Sans like Arial", "Sans like Roboto"
TEXT, HEADING, STRONG = (
    {"wght": 400, "opsz": 18},
    {"wght": 500, "opsz": 26},
    {"wght": 600, "opsz": 18},
)


def _serif(
    family: str, regular: list[str], bold: list[str], italic: list[str], like: list[str]
) -> list[Face]:
    return [
        Face(family, "400", "normal", "newsreader", TEXT, regular, like[0]),
        Face(family, "500", "normal", "newsreader", HEADING, regular, like[0]),
        Face(family, "600 700", "normal", "newsreader", STRONG, bold, like[1]),
        Face(family, "400 700", "italic", "newsreader-italic", {"wght": 400}, italic, like[2]),
    ]


def _sans(family: str, regular: list[str], bold: list[str], like: list[str]) -> list[Face]:
    return [
        Face(family, "400 500", "normal", "instrument-sans", {"wght": 400}, regular, like[0]),
        Face(family, "600 700", "normal", "instrument-sans", {"wght": 600}, bold, like[1]),
    ]


def _fontsource(name: str) -> list[str]:
    return [f"{name}-latin-{cut}.woff2" for cut in ("400-normal", "700-normal", "400-italic")]


def _liberation(name: str) -> list[str]:
    return [f"{name}-{cut}.ttf" for cut in ("Regular", "Bold", "Italic")]


FACES = [
    *_serif(
        GEORGIA, ["Georgia"], ["Georgia Bold", "Georgia-Bold"],
        ["Georgia Italic", "Georgia-Italic"], _fontsource("gelasio"),
    ),
    *_serif(
        NOTO, ["Noto Serif", "NotoSerif"], ["Noto Serif Bold", "NotoSerif-Bold"],
        ["Noto Serif Italic", "NotoSerif-Italic"], _fontsource("noto-serif"),
    ),
    *_serif(
        TIMES, ["Times New Roman", "Liberation Serif"],
        ["Times New Roman Bold", "Liberation Serif Bold"],
        ["Times New Roman Italic", "Liberation Serif Italic"], _liberation("LiberationSerif"),
    ),
    *_sans(
        ARIAL, ["Arial", "Liberation Sans"], ["Arial Bold", "Liberation Sans Bold"],
        _liberation("LiberationSans"),
    ),
    *_sans(ROBOTO, ["Roboto"], ["Roboto Bold", "Roboto-Bold"], _fontsource("roboto")),
]  # fmt: skip


class Measured:
    def __init__(self, path: Path, axes: dict[str, float] | None = None) -> None:
        font = TTFont(path)
        font.flavor = None
        plain = BytesIO()
        font.save(plain)
        self.units = font["head"].unitsPerEm
        self.ascent = font["hhea"].ascent / self.units
        self.descent = -font["hhea"].descent / self.units
        self._font = uharfbuzz.Font(uharfbuzz.Face(plain.getvalue()))
        self._font.set_variations(axes or {})

    def width(self, text: str) -> float:
        """Of the text in one line, as a browser sets it, in sizes of the font."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self._font, buffer)
        return sum(glyph.x_advance for glyph in buffer.glyph_positions) / self.units


def rule(face: Face, unpacked: Path, fonts: Path, text: str) -> str:
    ours = Measured(fonts / f"{face.ours}.woff2", face.axes)
    (path,) = (LIBERATION / face.like,) if face.like.endswith("ttf") else unpacked.rglob(face.like)
    adjust = ours.width(text) / Measured(path).width(text)
    locals_ = ", ".join(f'local("{name}")' for name in face.local)
    lines = [
        f'font-family: "{face.family}"',
        f"src: {locals_}",
        f"font-weight: {face.weights}",
        *([f"font-style: {face.style}"] if face.style != "normal" else []),
        f"size-adjust: {adjust:.1%}",
        f"ascent-override: {ours.ascent / adjust:.1%}",
        f"descent-override: {ours.descent / adjust:.1%}",
        "line-gap-override: 0%",
    ]
    return "@font-face {\n" + "".join(f"  {line};\n" for line in lines) + "}"


def sample(project: Path) -> str:
    """English as the shop sets it: its own pages of documentation, without their marks."""
    texts = [path.read_text() for path in sorted((project / "docs").glob("*.md"))]
    return re.sub(r" +", " ", LETTERS.sub(" ", " ".join(texts)))


if __name__ == "__main__":
    text = sample(Path(__file__).resolve().parents[2])
    for face in FACES:
        print(rule(face, Path(sys.argv[1]), Path(sys.argv[2]), text))
