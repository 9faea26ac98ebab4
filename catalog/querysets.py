"""What pages ask of the catalogue: one method for each need, each ending in a total order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.lookups import GreaterThan, LessThan

from bookstore.replicas.reading import catalogue_connection

from .availability import FORBIDDEN, NOT_COMING
from .sorts import NEWEST, NO_PRICE_UP, PRICE_DOWN, PRICE_UP, SORTS
from .volumes import Volume

if TYPE_CHECKING:
    from .models import Book, Contributor, Genre

# SQL and its parameters.
type Statement = tuple[str, Sequence[Any]]


# What a sale goes by, and what an order keeps of a book.
SOLD_BY = (
    *("ean", "title", "price", "tax_class", "weight_g"),
    *("stock", "queue_length", "on_sale_on", "publishing_status", "withdrawn_at"),
)


class BookQuerySet(models.QuerySet[Any]):
    def on_sale(self) -> BookQuerySet:
        """Books that pages show: all that have not been withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def numbered(self, ean: str) -> Book | None:
        return self.filter(ean=ean).first()

    def instead_of(self, book: Book, today: date) -> BookQuerySet:
        """Other editions of the work of `book` that are in stock, the best seller first."""
        others = self.filter(work__isnull=False, work=book.work_id).exclude(pk=book.pk)
        return others.on_sale().in_stock(today).defer("search").order_by("-bestseller_rank", "pk")

    def in_genre(self, genre: Genre) -> BookQuerySet:
        """Books of a genre and of all genres below it."""
        return self.carrying([genre.pk])

    def carrying(self, tags: Sequence[int]) -> BookQuerySet:
        """Books with at least one of these tags (see catalog/tags.py)."""
        return (
            self.filter(tags__contains=tags) if len(tags) == 1 else self.filter(tags__overlap=tags)
        )

    def by(self, contributor: Contributor, role: str = "") -> BookQuerySet:
        """Books that somebody had a part in, or only those with one `role` (Contribution.Role)."""
        work = self.model.contributors.through.objects.filter(contributor=contributor)
        work = work.filter(role=role) if role else work
        return self.filter(pk__in=work.values("book_id"))

    def count_roles(self, contributor: Contributor) -> dict[str, int]:
        """How many of these books somebody had a part in, by role."""
        work = self.model.contributors.through.objects.filter(contributor=contributor)
        roles = work.filter(book__in=self).values_list("role").order_by()
        return dict(roles.annotate(models.Count("pk")))

    def series_numbers(self) -> list[str]:
        """The different numbers that these books have in their series."""
        return list(self.order_by().values_list("series_number", flat=True).distinct())

    def in_stock(self, today: date) -> BookQuerySet:
        return self.filter(self.is_in_stock(today))

    def to_preorder(self, today: date) -> BookQuerySet:
        return self.filter(self.is_to_preorder(today))

    def can_be_bought(self, today: date) -> BookQuerySet:
        """Books of which copies are on sale: as catalog/availability.py has it, for many at once."""
        has_its_day = self.is_in_stock(today) | self.is_to_preorder(today)
        return self.on_sale().filter(has_its_day, stock__gt=0)

    def priced(self, lowest: Decimal | None, highest: Decimal | None, sort: str) -> BookQuerySet:
        """Books with a price from `lowest` to `highest`, asked for as the index of `sort` has it."""
        down = sort == "-price"
        books = self.alias(charged=PRICE_DOWN if down else PRICE_UP)
        if lowest is not None:
            books = books.filter(charged__gte=lowest)
        if highest is not None:
            books = books.filter(charged__lte=highest)
        return books.filter(charged__gt=0) if down else books.filter(charged__lt=NO_PRICE_UP)

    def dated(self, first: date, last: date) -> BookQuerySet:
        """Books of these days, asked for so that a list in the order of dates begins there."""
        return self.alias(dated=NEWEST).filter(dated__gte=first, dated__lte=last)

    def beyond(self, ean: str, sort: str) -> BookQuerySet:
        """Books that stand after the book `ean` in an order; none if there is no such book.

        Rows are compared as the order's index has them, so the list is entered at that place.
        """
        key, pk = (part.expression for part in SORTS[sort])
        place = self.model._default_manager.filter(ean=ean).annotate(order_key=key)
        is_beyond = LessThan if SORTS[sort][0].descending else GreaterThan
        row = Func(key, pk, function="ROW", output_field=models.BooleanField())
        return self.filter(is_beyond(row, Subquery(place.values("order_key", "pk"))))

    def ids(
        self, sort: str, start: int, stop: int, *, backwards: bool = False, gather: bool = False
    ) -> list[int]:
        """Keys of the books from place `start` to before `stop` in an order.

        With `gather` all books are read first and then sorted, however the planner would go about
        it: better for a few books that may stand anywhere in the order.
        """
        if not gather:
            sql, params = self._in_order(sort, backwards=backwards)
            return keys_of(f"{sql} LIMIT %s OFFSET %s", [*params, stop - start, start])
        key = SORTS[sort][0]
        books = self.order_by().annotate(order_key=key.expression).values_list("pk", "order_key")
        sql, params = books.query.sql_with_params()
        way = "DESC" if key.descending != backwards else "ASC"
        return keys_of(
            f"WITH gathered (id, order_key) AS MATERIALIZED ({sql}) SELECT id FROM gathered"
            f" ORDER BY order_key {way}, id {way} LIMIT %s OFFSET %s",
            [*params, stop - start, start],
        )

    def _in_order(self, sort: str, *, backwards: bool) -> Statement:
        """The keys of these books in an order, as SQL. A queryset that is kept remembers it.

        To write it takes the ORM a tenth of the time of a page.
        """
        written: dict[tuple[str, bool], Any] = self.__dict__.setdefault("_orders", {})
        if (sort, backwards) not in written:
            books = self.order_by(*SORTS[sort])
            books = books.reverse() if backwards else books
            written[sort, backwards] = books.values_list("pk").query.sql_with_params()
        return written[sort, backwards]

    @staticmethod
    def is_in_stock(today: date) -> Q:
        is_out = Q(on_sale_on__isnull=True) | Q(on_sale_on__lte=today)
        may_be_sold = ~Q(publishing_status__in=list(FORBIDDEN))
        return Q(stock__gt=0, price__isnull=False) & is_out & may_be_sold

    @staticmethod
    def is_to_preorder(today: date) -> Q:
        is_coming = ~Q(publishing_status__in=[*FORBIDDEN, *NOT_COMING])
        return Q(price__isnull=False, on_sale_on__gt=today) & is_coming

    def volumes(self, most: int | None = None) -> list[Volume]:
        """The first `most` of these books, or all, as cards show them. One query."""
        rows = self.on_sale().values_list(*Volume._fields)[:most]
        return [Volume._make(row) for row in rows]

    def for_front_table(self) -> BookQuerySet:
        return self.filter(front_table_entry__isnull=False).order_by(
            "front_table_entry__position", "pk"
        )

    def new_on_the_shelf(self, today: date) -> BookQuerySet:
        """Books that are for sale, the newest first, asked for as the index of that order has them."""
        out = self.alias(dated=NEWEST).filter(dated__lte=today, published_on__isnull=False)
        return out.filter(price__isnull=False).order_by(*SORTS["newest"])

    def copy_name(self, field: str, name: str) -> None:
        """Bring a copied name, and what search knows of it, up to date where it differs.

        Must run inside `atomic`.
        """
        self.exclude(**{field: name})._rewrite(field, lambda book: name)

    def rename_in_bylines(self, old: str, new: str) -> None:
        """Let the bylines of these books, and what search knows of them, follow a person's new name.

        Must run inside `atomic`.
        """
        longest = self.model._meta.get_field("byline").max_length
        stale = self.filter(byline__contains=old)
        stale._rewrite("byline", lambda book: book.byline.replace(old, new)[:longest])

    def _rewrite(self, field: str, text: Callable[[Book], str]) -> None:
        """Set one text of these books, and what search knows of it. Must run inside `atomic`."""
        books = list(self.model.objects.locked(self.values_list("pk", flat=True)))
        for book in books:
            setattr(book, field, text(book))
            book.fill_search_text()
        self.model.objects.bulk_update(books, [field, "search_text"], batch_size=1000)

    def locked(self, book_ids: Iterable[int]) -> BookQuerySet:
        """The rows of these books, locked against every other change of stock.

        Ascending keys are the one order that all writers use, so that two of them never wait for
        each other in a circle. `no_key` lets order lines and reviews be written meanwhile.
        """
        return (
            self.filter(pk__in=list(book_ids))
            .defer("search")
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
        )


# The tree is a few hundred genres, and some four steps high.
_WAY = """(
WITH RECURSIVE up AS (
    SELECT catalog_genre.id, catalog_genre.parent_id, lower(catalog_genre.name) AS name, 0 AS step
    UNION ALL
    SELECT above.id, above.parent_id, lower(above.name), up.step + 1
    FROM catalog_genre above JOIN up ON above.id = up.parent_id
)
SELECT array_agg(name ORDER BY step DESC) FROM up
)"""


class GenreQuerySet(models.QuerySet[Any]):
    def for_contents(self) -> GenreQuerySet:
        """Top genres that have books, as the table of contents lists them."""
        return self.filter(parent__isnull=True, book_count__gt=0).order_by("name", "pk")

    def for_chips(self) -> GenreQuerySet:
        """Genres that have books, as the page of the genre above them offers them."""
        return self.filter(book_count__gt=0).order_by("name", "pk")

    def for_lists(self) -> GenreQuerySet:
        """All genres, as lists offer them."""
        return self.order_by("-book_count", "name", "pk")

    def in_tree_order(self) -> GenreQuerySet:
        """Each genre behind the one that it is part of, those of one by name, with its `way`.

        The way is a list of names from the top down to its own.
        """
        way = RawSQL(_WAY, [], output_field=ArrayField(models.TextField()))
        return self.annotate(way=way).order_by("way", "pk")


def keys_of(sql: str, params: Sequence[Any]) -> list[int]:
    """The first column of a query, which is the keys of books."""
    with catalogue_connection().cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]
