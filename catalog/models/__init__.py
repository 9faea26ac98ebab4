"""What the shop sells and how many copies there are."""

from .books import Book
from .details import BookText, Contribution, FrontTableEntry
from .feed_records import FeedRecord
from .genres import Genre
from .ledgers import PriceChange, StockMovement
from .lookups import (
    AlsoLiked,
    FacetCount,
    Lexeme,
    MissedSearch,
    Suggestion,
    SuggestionPrefix,
    Word,
)
from .people import Contributor, Publisher, Series
from .repricing import RepricedBook, Repricing
from .works import Work

__all__ = [
    "AlsoLiked",
    "Book",
    "BookText",
    "Contribution",
    "Contributor",
    "FacetCount",
    "FeedRecord",
    "FrontTableEntry",
    "Genre",
    "Lexeme",
    "MissedSearch",
    "PriceChange",
    "Publisher",
    "RepricedBook",
    "Repricing",
    "Series",
    "StockMovement",
    "Suggestion",
    "SuggestionPrefix",
    "Word",
    "Work",
]
