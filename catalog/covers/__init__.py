"""Typographic SVG covers for books that have no picture of their own, and pictures to share.

Nothing here knows Django: words in, SVG text or a PNG out.
"""

from catalog.covers.card import CARD_VERSION, Standing, draw_card
from catalog.covers.drawing import COVER_VERSION, draw_cover
from catalog.covers.palettes import MOODS

__all__ = ["CARD_VERSION", "COVER_VERSION", "MOODS", "Standing", "draw_card", "draw_cover"]
