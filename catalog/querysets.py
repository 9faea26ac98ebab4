"""What pages ask of the catalogue: one method for each need, each ending in a total order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchRank
from django.db import models
from django.db.models import F, Prefetch
from django.db.models.expressions import RawSQL

from .identifiers import find_number
from .search import search_query

if TYPE_CHECKING:
    from .models import Book, Contributor, Genre

_BRANCH = """
WITH RECURSIVE branch AS (
    SELECT id FROM catalog_genre WHERE id = %s
    UNION SELECT child.id FROM catalog_genre child JOIN branch ON child.parent_id = branch.id
) SELECT id FROM branch
"""

# What a list can be ordered by: the name in the address, and an order in which no two books tie.
SORTS: dict[str, tuple[str | models.expressions.OrderBy, ...]] = {
    "bestselling": ("-bestseller_rank", "-pk"),
    "newest": (F("published_on").desc(nulls_last=True), "-pk"),
    "rating": ("-rating_rank", "-pk"),
    "price": ("price", "pk"),
    "-price": (F("price").desc(nulls_last=True), "-pk"),
    "title": ("sort_title", "pk"),
}
# Everything a card on a shelf shows, and nothing that would make a list heavy.
_NOT_ON_CARDS = ("search", "sort_title", "publisher_name", "series_title")


class BookQuerySet(models.QuerySet[Any]):
    def on_sale(self) -> BookQuerySet:
        """Books that pages show: all that have not been withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def matching(self, words: str) -> BookQuerySet:
        """Books that hold all of `words`, or the one book whose ISBN stands in them."""
        if number := find_number(words):
            return self.filter(ean=number)
        return self.filter(search=search_query(words))

    def named_by(self, words: str) -> Book | None:
        """The book whose number stands in `words`, if there is one."""
        number = find_number(words)
        return self.filter(ean=number).first() if number else None

    def in_genre(self, genre: Genre) -> BookQuerySet:
        """Books of a genre and of all genres below it."""
        through = self.model.genres.through.objects
        branch = through.filter(
            genre_id__in=RawSQL(_BRANCH, [genre.pk]), book_id=models.OuterRef("pk")
        )
        return self.filter(models.Exists(branch))

    def by(self, contributor: Contributor) -> BookQuerySet:
        return self.filter(
            models.Exists(
                self.model.contributors.through.objects.filter(
                    contributor=contributor, book_id=models.OuterRef("pk")
                )
            )
        )

    def for_cards(self) -> BookQuerySet:
        """What catalog/_book_cards.html reads, in one query."""
        return self.on_sale().defer(*_NOT_ON_CARDS).fetch_mode(models.FETCH_PEERS)

    def for_list(self, *, sort: str, words: str = "") -> BookQuerySet:
        """A list page's books, in the order named by `sort` or, with words, best match first."""
        books = self.for_cards()
        if words:
            books = books.matching(words)
        if words and sort not in SORTS:
            rank = SearchRank(F("search"), search_query(words), normalization=1)
            return books.annotate(match=rank).order_by("-match", "-bestseller_rank", "-pk")
        return books.order_by(*SORTS.get(sort, SORTS["bestselling"]))

    def for_front_table(self) -> BookQuerySet:
        return (
            self.for_cards()
            .filter(front_table_entry__isnull=False)
            .order_by("front_table_entry__position", "pk")
        )

    def new_on_the_shelf(self, today: date) -> BookQuerySet:
        return (
            self.for_cards()
            .filter(published_on__lte=today, price__isnull=False)
            .order_by("-published_on", "-pk")
        )

    def for_book_page(self) -> BookQuerySet:
        """All that catalog/book_detail.html reads, in three queries."""
        # The narrowest subject first: it leads the way back on the page.
        genres = self.model._meta.get_field("genres").related_model.objects.order_by(
            "book_count", "pk"
        )
        people = self.model.contributors.through.objects.select_related("contributor").order_by(
            "position", "pk"
        )
        return (
            self.on_sale()
            .defer("search")
            .select_related("publisher", "series", "text")
            .prefetch_related(Prefetch("contributions", people), Prefetch("genres", genres))
        )

    def copy_name(self, field: str, name: str) -> None:
        """Bring a copied name up to date where it differs. Must run inside `atomic`."""
        stale = self.exclude(**{field: name}).values_list("pk", flat=True)
        book_ids = [book.pk for book in self.model.objects.locked(stale)]
        self.model.objects.filter(pk__in=book_ids).update(**{field: name})

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


class GenreQuerySet(models.QuerySet[Any]):
    def for_contents(self) -> GenreQuerySet:
        """Top genres that have books, as the table of contents lists them."""
        return self.filter(parent__isnull=True, book_count__gt=0).order_by("name", "pk")
