"""Typographic SVG covers for books that have no picture of their own.

Nothing here knows Django: words in, SVG text out.
"""

from catalog.covers.drawing import COVER_VERSION, draw_cover
from catalog.covers.palettes import MOODS

__all__ = ["COVER_VERSION", "MOODS", "draw_cover"]
