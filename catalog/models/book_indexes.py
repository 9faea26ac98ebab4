"""The indexes of books: what the shop looks for, and the orders that it shows."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.expressions import CombinedExpression

from catalog.search.config import SEARCH_CONFIG
from catalog.sorts import NEWEST, PRICE_DOWN, PRICE_UP

ON_SALE = models.Q(withdrawn_at__isnull=True)


def line_of(column: str, number: int) -> models.Func:
    """Line `number` of a text, as an expression that may stand in an index."""
    return models.Func(
        models.F(column),
        models.Value("\n"),
        models.Value(number),
        function="split_part",
        output_field=models.TextField(),
    )


def weighted_lines(column: str) -> CombinedExpression:
    """What search goes by, from the lines of catalog.folding.search_lines()."""
    one, two, three, four, five, six = (line_of(column, number) for number in range(1, 7))
    return (
        SearchVector(one, two, weight="A", config=SEARCH_CONFIG)
        + SearchVector(three, weight="B", config=SEARCH_CONFIG)
        + SearchVector(four, five, weight="C", config=SEARCH_CONFIG)
        + SearchVector(six, weight="D", config=SEARCH_CONFIG)
    )


INDEXES = [
    GinIndex(fields=["search", "tags"], name="catalog_book_search_and_tags"),
    GinIndex(
        fields=["search", "tags"],
        name="catalog_book_search_tier_0",
        condition=models.Q(tier=0),
    ),
    GinIndex(
        fields=["search", "tags"],
        name="catalog_book_search_tier_1",
        condition=models.Q(tier__lte=1),
    ),
    models.Index(
        OpClass(line_of("search_text", 1), name="text_pattern_ops"),
        name="catalog_book_by_title_key",
    ),
    # The orders of lists. Each holds all that a page of keys asks for, so that places far
    # into a list are found without a look at the books before them.
    models.Index(fields=["sort_title", "id"], condition=ON_SALE, name="catalog_book_by_title"),
    models.Index(
        PRICE_UP, "id", include=["price"], condition=ON_SALE, name="catalog_book_by_price"
    ),
    models.Index(
        PRICE_DOWN.desc(),
        models.F("id").desc(),
        include=["price"],
        condition=ON_SALE,
        name="catalog_book_by_price_down",
    ),
    models.Index(
        NEWEST.desc(),
        models.F("id").desc(),
        include=["published_on"],
        condition=ON_SALE,
        name="catalog_book_by_date",
    ),
    models.Index(
        fields=["-bestseller_rank", "-id"], condition=ON_SALE, name="catalog_book_by_sales"
    ),
    models.Index(fields=["-rating_rank", "-id"], condition=ON_SALE, name="catalog_book_by_rating"),
    models.Index(fields=["series", "series_position", "id"], name="catalog_book_in_series"),
    # Books to come are few, and may stand anywhere in any order.
    models.Index(
        fields=["on_sale_on"],
        condition=ON_SALE & models.Q(on_sale_on__isnull=False),
        name="catalog_book_to_come",
    ),
    # The lists of staff, which hold withdrawn books, too: what there is little of, newest first.
    models.Index(
        fields=["-id"],
        condition=models.Q(withdrawn_at__isnull=False),
        name="catalog_book_withdrawn",
    ),
    models.Index(
        fields=["-id"], condition=models.Q(price__isnull=True), name="catalog_book_without_price"
    ),
    models.Index(
        fields=["shelf", "-id"], condition=~models.Q(shelf=""), name="catalog_book_on_shelf"
    ),
    # Few, and looked for with every batch of a feed.
    models.Index(fields=["ean"], condition=~models.Q(locked_fields=[]), name="catalog_book_locked"),
]
