"""The orders of lists, each total, and each for long lists with an index that begins with it."""

from datetime import date
from decimal import Decimal

from django.db.models import Case, DateField, DecimalField, F, Func, TextField, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast, Coalesce, Concat, LPad
from django.utils.translation import gettext_lazy as _

# Books without a price or a date stand at the end, whichever way a list goes. The columns are
# never compared as NULL, so that a list can go on after any book (`BookQuerySet.beyond`).
NO_PRICE_UP = Value(Decimal("99999999.99"), DecimalField(max_digits=10, decimal_places=2))
NO_PRICE_DOWN = Value(Decimal("0.00"), DecimalField(max_digits=10, decimal_places=2))
NO_NUMBER = Value(Decimal("999999.99"), DecimalField(max_digits=8, decimal_places=2))
PRICE_UP = Coalesce("price", NO_PRICE_UP)
PRICE_DOWN = Coalesce("price", NO_PRICE_DOWN)
NEWEST = Coalesce("published_on", Value(date(1, 1, 1), DateField()))
# Works in the order of their first editions, and the editions of a work together, the oldest first:
# three parts of fixed length, so that they compare as one text.
_FIRST_EDITION = Func(
    F("work"),
    template="(SELECT min(edition.published_on) FROM catalog_book edition"
    " WHERE edition.work_id = %(expressions)s AND edition.withdrawn_at IS NULL)",
    output_field=DateField(),
)
_NO_DATE = Value(date(9999, 12, 31), DateField())
WRITTEN = Concat(
    Cast(Coalesce(_FIRST_EDITION, "published_on", _NO_DATE), TextField()),
    LPad(Cast(Coalesce(F("work"), F("pk")), TextField()), 20, Value("0"), output_field=TextField()),
    Cast(Coalesce("published_on", _NO_DATE), TextField()),
)

# The number of a box of several books, “1-3”: it stands behind the first of them.
BOX = r"[0-9]\s*[-–—&]\s*[0-9]"
_BEHIND = Case(
    When(series_number__regex=BOX, then=Value(Decimal("0.001"))),
    default=Value(Decimal(0)),
    output_field=DecimalField(max_digits=9, decimal_places=3),
)

# How many books that sell best stand in tier 0, and how many in tiers 0 and 1 (`Book.tier`).
TIER_0 = 20_000
TIER_1 = 120_000

# How well a book answers to a search: only `catalog.search` knows that order.
RELEVANCE = "relevance"
# Orders for short lists alone, without an index: a series as it is read, works as they were written.
READING = "reading"
OLDEST_FIRST = "oldest"

# What a list can be ordered by: the name in the address, and an order in which no two books tie.
# Both parts of it go the same way.
SORTS: dict[str, tuple[OrderBy, OrderBy]] = {
    "bestselling": (F("bestseller_rank").desc(), F("pk").desc()),
    "newest": (NEWEST.desc(), F("pk").desc()),
    OLDEST_FIRST: (WRITTEN.asc(), F("pk").asc()),
    "rating": (F("rating_rank").desc(), F("pk").desc()),
    "price": (PRICE_UP.asc(), F("pk").asc()),
    "-price": (PRICE_DOWN.desc(), F("pk").desc()),
    "title": (F("sort_title").asc(), F("pk").asc()),
    READING: (Coalesce(F("series_position") + _BEHIND, NO_NUMBER).asc(), F("pk").asc()),
}
SORT_NAMES = {
    RELEVANCE: _("Best match"),
    READING: _("Reading order"),
    "bestselling": _("Bestselling here"),
    "newest": _("Newest edition"),
    OLDEST_FIRST: _("Oldest work"),
    "rating": _("Readers’ rating"),
    "price": _("Price, low to high"),
    "-price": _("Price, high to low"),
    "title": _("Title, A to Z"),
}
