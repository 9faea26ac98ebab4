"""Objects for tests, with values one can read. Nothing here is random."""

from collections import Counter
from decimal import Decimal
from typing import Any

import factory
from django.db import transaction
from django.utils import timezone
from stdnum import ean as ean_number

from accounts.models import User
from catalog import stock
from catalog.models import Book, Contributor, Genre, StockMovement
from shop.models import DeliveryMethod, Voucher


def nth_ean(n: int) -> str:
    """The n-th ISBN-13 of a made-up publisher, with the right check digit."""
    body = f"97818{n:07d}"
    return body + ean_number.calc_check_digit(body)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    password = factory.django.Password("a-good-password")


class GenreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Genre

    name = factory.Sequence(lambda n: f"Genre {n}")
    slug = factory.Sequence(lambda n: f"genre-{n}")


class ContributorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contributor

    name = factory.Sequence(lambda n: f"Author {n}")
    sort_name = factory.SelfAttribute("name")
    slug = factory.Sequence(lambda n: f"author-{n}")


class BookFactory(factory.django.DjangoModelFactory):
    """A book on sale for £10.00. `stock` arrives as an opening movement, as it must."""

    class Meta:
        model = Book
        skip_postgeneration_save = True

    ean = factory.Sequence(nth_ean)
    title = factory.Sequence(lambda n: f"Book {n}")
    slug = "a-book"
    sort_title = factory.LazyAttribute(lambda book: book.title.lower())
    byline = "An Author"
    price = Decimal("10.00")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        book = model_class(*args, **kwargs)
        if book.rating_count:
            book.rating_counts = ratings(book.rating_sum, book.rating_count)["rating_counts"]
        book.fill_search_text()
        book.save()
        return book

    @factory.post_generation
    def stock(book, create: bool, copies: int | None, **kwargs):
        copies = 5 if copies is None else copies
        if copies:
            receive(book, copies)


class DeliveryMethodFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeliveryMethod

    name = "By post"
    price = Decimal("2.95")


class VoucherFactory(factory.django.DjangoModelFactory):
    """Ten per cent off everything, for everybody and for ever."""

    class Meta:
        model = Voucher

    code = factory.Sequence(lambda n: f"TEN-{n}")
    kind = Voucher.Kind.PERCENT
    value = Decimal(10)


def ratings(total: int, count: int) -> dict[str, Any]:
    """The columns of a book whose `count` readers gave `total` stars: all those next to the mean."""
    mean, above = divmod(total, count)
    counts = Counter({mean: count - above, mean + 1: above})
    return {
        "rating_sum": total,
        "rating_count": count,
        "rating_counts": [counts[star] for star in range(1, 6)],
    }


def receive(book: Book, copies: int) -> None:
    with transaction.atomic():
        stock.record(
            {book.pk: copies},
            reason=StockMovement.Reason.OPENING,
            who="a test",
            at=timezone.now(),
        )
    book.refresh_from_db(fields=["stock"])
