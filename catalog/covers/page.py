"""What a template is given to draw on."""

from dataclasses import dataclass

from catalog.covers.palettes import Palette
from catalog.covers.rng import Rng

PAGE_WIDTH = 1000
MARGIN = 84
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN


@dataclass(frozen=True)
class Page:
    """A page 1000 wide. A page without a title is drawn without any words."""

    title: str
    author: str
    year: str
    height: float
    colours: Palette
    rng: Rng
