"""Cuts the fonts in static/fonts from those that Fontsource hands out.

    npm pack @fontsource-variable/newsreader@5.3.0 @fontsource-variable/instrument-sans@5.3.0
    for archive in *.tgz; do tar xzf "$archive" --one-top-level="${archive%.tgz}"; done
    pip install fonttools==4.68.0 brotli
    python docs/fonts/cut.py FOLDER static/fonts     # FOLDER holds what tar unpacked

Both families are under the SIL Open Font License without reserved names, which lets a changed cut
keep the name. What is changed, and why, is said at each function.
"""

import sys
from io import BytesIO
from pathlib import Path
from string import ascii_lowercase, digits

from fontTools import subset
from fontTools.otlLib.builder import buildPairPosGlyphs
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables
from fontTools.varLib import instancer

# All of Latin-1, the quotes, dashes and ligatures of English, German and French, and €.
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x131, 0x152, 0x153, 0x300, 0x301, 0x303, 0x304, 0x308, 0x309),
    *(0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026),
    *(0x2032, 0x2033, 0x20AC, 0x2191, 0x2193, 0x2212),
]
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]


def newsreader(source: Path) -> TTFont:
    """No page sets it below 17 pixels: the designs for smaller ones are left out (24 kB)."""
    font = TTFont(source / "newsreader-latin-standard-normal.woff2", recalcTimestamp=False)
    return _cut(instancer.instantiateVariableFont(font, {"wght": (400, 600), "opsz": (18, 72)}))


def newsreader_italic(source: Path) -> TTFont:
    font = TTFont(source / "newsreader-latin-wght-italic.woff2", recalcTimestamp=False)
    return _cut(instancer.instantiateVariableFont(font, {"wght": (400, 600)}))


def newsreader_beyond(source: Path) -> TTFont:
    font = TTFont(source / "newsreader-latin-ext-wght-normal.woff2", recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"wght": (400, 600)})
    return _cut(font, list(font.getBestCmap()))


def instrument_sans(source: Path) -> TTFont:
    """Beside its narrow "1" the space and the colon closed up: BS1 4ZZ read as one word, 01:16 as 0116.

    The space is wider (200 to 240 thousandths of the size; Arial's is 278), the proportional 1 has
    as much room at its sides as other figures, and figures keep their distance from a colon, and from the
    full stop and the comma of an amount: £10.00 read as £1000. So do letters from a full stop, which hid
    under the last one of octavo.example.
    """
    font = TTFont(source / "instrument-sans-latin-wght-normal.woff2", recalcTimestamp=False)
    font["hmtx"]["space"] = (240, 0)
    font["hmtx"]["uni00A0"] = (240, 0)
    _give_room(font, "one", left=22, right=16)
    glyphs = font.getBestCmap()
    for mark in ("colon", "period", "comma"):
        _never_kern(font, [glyphs[ord(figure)] for figure in digits], mark)
    _never_kern(font, [glyphs[ord(letter)] for letter in ascii_lowercase], "period")
    return _cut(font)


def instrument_sans_beyond(source: Path) -> TTFont:
    font = TTFont(source / "instrument-sans-latin-ext-wght-normal.woff2", recalcTimestamp=False)
    return _cut(font, list(font.getBestCmap()))


def _give_room(font: TTFont, glyph: str, *, left: int, right: int) -> None:
    """In all weights alike: their outlines are kept as distances from that of the first."""
    advance, bearing = font["hmtx"][glyph]
    outline = font["glyf"][glyph]
    outline.coordinates.translate((left, 0))
    outline.recalcBounds(font["glyf"])
    font["hmtx"][glyph] = (left + advance + right, bearing + left)


def _never_kern(font: TTFont, others: list[str], mark: str) -> None:
    """The first table of a lookup that knows a pair decides, so these come before all others."""
    nothing = otTables.ValueRecord()
    nothing.XAdvance = 0
    pairs = {(other, mark): (nothing, None) for other in others}
    pairs |= {(mark, other): (nothing, None) for other in others}
    positions = font["GPOS"].table
    lookups = {
        index
        for record in positions.FeatureList.FeatureRecord
        if record.FeatureTag == "kern"
        for index in record.Feature.LookupListIndex
    }
    for lookup in map(positions.LookupList.Lookup.__getitem__, lookups):
        first = buildPairPosGlyphs(pairs, font.getReverseGlyphMap())
        if lookup.LookupType == EXTENSION:
            first = [_as_extension(table) for table in first]
        lookup.SubTable[:0] = first
        lookup.SubTableCount = len(lookup.SubTable)


EXTENSION = 9


def _as_extension(table: otTables.PairPos) -> otTables.ExtensionPos:
    extension = otTables.ExtensionPos()
    extension.Format = 1
    extension.ExtensionLookupType = table.LookupType
    extension.ExtSubTable = table
    return extension


def _cut(font: TTFont, characters: list[int] = LATIN) -> TTFont:
    font = _as_if_read_from_a_file(font)
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.flavor = "woff2"
    return font


def _as_if_read_from_a_file(font: TTFont) -> TTFont:
    """A font that was just narrowed lacks the entries of glyphs that vary no more."""
    written = BytesIO()
    font.save(written)
    written.seek(0)
    return TTFont(written, recalcTimestamp=False)


CUTS = {
    "newsreader.woff2": newsreader,
    "newsreader-italic.woff2": newsreader_italic,
    "newsreader-latin-ext.woff2": newsreader_beyond,
    "instrument-sans.woff2": instrument_sans,
    "instrument-sans-latin-ext.woff2": instrument_sans_beyond,
}


def main(unpacked: Path, target: Path) -> None:
    families = {"newsreader": "newsreader", "instrument": "instrument-sans"}
    for name, cut in CUTS.items():
        family = families[name.split(".")[0].split("-")[0]]
        (source,) = {path.parent for path in unpacked.rglob(f"{family}-latin-wght-normal.woff2")}
        font = cut(source)
        font.save(target / name)
        print(f"{name}: {(target / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
