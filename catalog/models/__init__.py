"""What the shop sells and how many copies there are."""

from .books import Book
from .details import BookText, Contribution, FrontTableEntry
from .genres import Genre
from .ledgers import PriceChange, StockMovement
from .people import Contributor, Publisher, Series

__all__ = [
    "Book",
    "BookText",
    "Contribution",
    "Contributor",
    "FrontTableEntry",
    "Genre",
    "PriceChange",
    "Publisher",
    "Series",
    "StockMovement",
]
