"""What pages show of the reviews of a book: how they are spread, and the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.book_facts import work_of
from catalog.cards import mean_in_tenths
from catalog.models import Book
from catalog.money import format_rating

from .models import Review

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ON_THE_BOOKS_PAGE = 3
MOST_HELPFUL = ("-helpful_count", "-created_at", "-pk")
SORTS: dict[str, tuple[StrOrPromise, tuple[str, ...]]] = {
    "newest": (_("Newest first"), ("-created_at", "-pk")),
    "highest": (_("Most stars first"), ("-rating", "-created_at", "-pk")),
    "lowest": (_("Fewest stars first"), ("rating", "-created_at", "-pk")),
    "helpful": (_("Most helpful first"), MOST_HELPFUL),
}


class Row(NamedTuple):
    """How many readers gave so many stars, in numbers and in per cent, and where theirs are."""

    stars: int
    readers: int
    share: str
    url: str


class Summary(NamedTuple):
    """The ratings of a book, which are those of all editions of its work. No query."""

    readers: int
    mean: str
    rows: list[Row]
    url: str

    @classmethod
    def of(cls, book: Book) -> Summary:
        url, total = reverse("reviews:review_list", args=[book.ean]), book.rating_count
        rows = [
            Row(stars, count, f"{100 * count / total if total else 0:.1f}", f"{url}?stars={stars}")
            for stars, count in enumerate(book.rating_counts, start=1)
        ]
        mean = format_rating(mean_in_tenths(book.rating_sum, total)) if total else ""
        return cls(total, mean, rows[::-1], url)


class Choice(NamedTuple):
    """Which reviews an address asks for, and in which order; what it does not know it leaves out."""

    # 0: all of them.
    stars: int
    sort: str

    @classmethod
    def of(cls, asked: QueryDict) -> Choice:
        stars, sort = asked.get("stars", ""), asked.get("sort", "")
        return cls(
            int(stars) if stars in ("1", "2", "3", "4", "5") else 0,
            sort if sort in SORTS else "newest",
        )

    def reviews(self, book: Book, reader: User | None) -> QuerySet[Review]:
        """What reviews/review_list.html lists."""
        reviews = Review.objects.living().of_work(work_of(book)).for_showing(reader)
        if self.stars:
            reviews = reviews.filter(rating=self.stars)
        return reviews.order_by(*SORTS[self.sort][1])

    def address_of(self, review: Review, page: str) -> str:
        """Where the review stands on the page of this number, as far as that is one."""
        asked: dict[str, str | int] = {"sort": self.sort}
        if self.stars:
            asked["stars"] = self.stars
        if page.isascii() and page.isdigit() and page != "1":
            asked["page"] = page[:6]
        url = reverse("reviews:review_list", args=[review.book.ean], query=asked)
        return f"{url}#review-{review.pk}"

    @property
    def sorts(self) -> list[tuple[str, StrOrPromise]]:
        return [(key, words) for key, (words, _order) in SORTS.items()]


def most_helpful(book: Book) -> list[Review]:
    """Those that the book's own page shows. One query, or none for a book that nobody has rated."""
    if not book.rating_count:
        return []
    reviews = Review.objects.living().of_work(work_of(book)).for_showing()
    return list(reviews.order_by(*MOST_HELPFUL)[:ON_THE_BOOKS_PAGE])


def own_of(book: Book, reader: User | None) -> Review | None:
    """The reader's own review of the book's work."""
    own: Any = Review.objects.living().of_work(work_of(book))
    return own.of_writer(reader).first() if reader else None
