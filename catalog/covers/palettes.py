"""The colours of the covers, and which colours and templates suit which kind of book."""

from typing import Final, NamedTuple


class Palette(NamedTuple):
    """Ink is at least 4.5:1 on ground and on second, so a title may cross either."""

    ground: str
    ink: str
    accent: str
    second: str


class Mood(NamedTuple):
    """What the hash of a book may choose from; a name that stands twice is twice as likely."""

    templates: list[str]
    palettes: list[str]


PALETTES: Final = {
    "ultramarine": Palette("#2A2E9A", "#FFF6EA", "#FF8A66", "#5A63D0"),
    "vermilion": Palette("#BE3420", "#FFF4E4", "#FFC56B", "#96241A"),
    "marigold": Palette("#F3B63A", "#2A1C3B", "#B5301A", "#FFDD8F"),
    "bottle": Palette("#12473C", "#F4EBD6", "#F0B24A", "#2F6F5E"),
    "blush": Palette("#F4C9BC", "#3A1030", "#BE3420", "#FBE6DD"),
    "sky": Palette("#BFD7EA", "#14224A", "#C2331A", "#E3EEF7"),
    "plum": Palette("#4A1942", "#FBE9DC", "#F08A5D", "#74386A"),
    "bone": Palette("#EFE9DC", "#1D1B2E", "#B9341C", "#D9CFBB"),
    "sage": Palette("#B9CBB0", "#1B2E24", "#8E2F1C", "#DCE6D3"),
    "night": Palette("#14152E", "#F2EAD8", "#F4C95D", "#353869"),
    "slate": Palette("#35505F", "#FDF3E3", "#FFB38A", "#4A6A7A"),
    "coral": Palette("#F08A6B", "#1E1433", "#2A2E9A", "#FAC0AC"),
    "lilac": Palette("#CFC4EC", "#221650", "#B5301A", "#E9E3F8"),
    "teal": Palette("#0F5660", "#F7F1E1", "#FFC857", "#1B6C77"),
    "oxblood": Palette("#6B1322", "#F7E7D3", "#E8A34C", "#8E3345"),
    "mint": Palette("#CDE7DB", "#103A3A", "#C2331A", "#E8F5EF"),
}


def _mood(templates: str, palettes: str) -> Mood:
    return Mood(templates.split(), palettes.split())


# The subject decides the mood, the hash decides the book.
MOODS: Final = {
    "gothic": _mood(
        "window window contour initial titlepage tiles",
        "night oxblood plum bone slate blush lilac bottle",
    ),
    "sf": _mood(
        "orbit orbit tiles bands initial",
        "ultramarine night coral teal marigold mint lilac",
    ),
    "sea": _mood("contour contour bands orbit", "sky teal ultramarine slate marigold mint"),
    "novel": _mood(
        "initial bands titlepage tiles contour",
        "vermilion marigold blush sage ultramarine coral sky bone plum",
    ),
    "poetry": _mood("titlepage contour orbit titlepage", "bone sage blush lilac sky mint marigold"),
    "ideas": _mood(
        "titlepage tiles bands initial",
        "bone sage marigold slate ultramarine vermilion bottle",
    ),
    "nature": _mood("contour orbit tiles", "sage bottle mint marigold sky"),
    "crime": _mood("bands window initial tiles", "marigold night vermilion slate oxblood coral"),
    "child": _mood("tiles orbit bands", "coral marigold mint sky lilac"),
}
