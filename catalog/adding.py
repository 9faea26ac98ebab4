"""A book comes into the catalogue by hand, with no more than what stands on its cover."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from . import history, works
from .models import Book


def add_book(
    *, ean: str, title: str, byline: str, price: Decimal | None, who: str, now: datetime
) -> Book:
    """The book of this EAN, which is made unless it is there. Without a price it is not for sale.

    A book that somebody else has added meanwhile stays as it is.
    """
    if known := Book.objects.numbered(ean):
        return known
    book = Book(ean=ean, title=title, byline=byline, price=price)
    book.fill_derived()
    try:
        with transaction.atomic():
            book.save(force_insert=True)
            works.assign(book)
            book.save(update_fields=["work"])
            history.note(book, history.CREATED, who=who, now=now)
    except IntegrityError:
        return Book.objects.get(ean=ean)
    return book
