"""The seven templates by name."""

from collections.abc import Callable
from typing import Final

from catalog.covers.page import Page
from catalog.covers.pictures import contour, orbit, window
from catalog.covers.plain import bands, initial, tiles, titlepage

TEMPLATES: Final[dict[str, Callable[[Page], list[str]]]] = {
    "titlepage": titlepage,
    "bands": bands,
    "initial": initial,
    "orbit": orbit,
    "tiles": tiles,
    "contour": contour,
    "window": window,
}

# The ones that are a whole picture even with no words on them.
WORDLESS: Final = ["orbit", "tiles", "contour", "window"]
