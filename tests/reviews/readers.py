"""Readers who bought books here, and what they say of them."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from catalog.models import Book
from reviews import services
from reviews.models import Review
from reviews.services import Said
from shop.fulfilment import FIRST_OF
from shop.models import Order, OrderItem
from tests.factories import UserFactory

TEXT = "I read it in one sitting, and then once more."


def buy(user: User | None, *books: Book, status: str = "confirmed", **changes: Any) -> Order:
    """An order of these books as it stands in the database, with no checkout before it."""
    now = timezone.now()
    order = Order(
        user=user, status=status, closed_at=None if status == "pending" else now, placed_at=now,
        pay_by=now, email="reader@example.org", country="GB", currency="GBP",
        delivery_name="By post", items_total=10, delivery_total=0, total=10,
    )  # fmt: skip
    for name, value in {"fulfilment": FIRST_OF[status], **changes}.items():
        setattr(order, name, value)
    order.save()
    for book in books:
        OrderItem.objects.create(
            order=order, book=book, title=book.title, ean=book.ean, unit_price=10, quantity=1
        )
    return order


def said(rating: int = 4, **changes: str) -> Said:
    return Said(rating, **{"title": "Good", "text": TEXT, "shown_as": "Sam", **changes})


def write(
    book: Book, rating: int = 4, user: User | None = None, at: datetime | None = None, **words: str
) -> Review:
    """A review by somebody who bought the book; by somebody new, unless `user` is named."""
    user = user or UserFactory()
    buy(user, book)
    return services.write_review(
        user=user, book=book, said=said(rating, **words), now=at or timezone.now()
    )


def edit(review: Review, **changes: Any) -> Review:
    words = {"title": review.title, "text": review.text, "shown_as": review.shown_as, **changes}
    rating = words.pop("rating", review.rating)
    return services.edit_review(
        user=review.user, review_id=review.pk, said=Said(rating, **words), now=timezone.now()
    )


def delete(review: Review) -> Review:
    return services.delete_review(user=review.user, review_id=review.pk, now=timezone.now())


def ratings_of(book: Book) -> tuple[int, int, list[int]]:
    return Book.objects.values_list("rating_sum", "rating_count", "rating_counts").get(pk=book.pk)


def by_hand(book: Book) -> tuple[int, int, list[int]]:
    """What the book should say of its ratings."""
    book.refresh_from_db(fields=["work"])
    editions = [book.pk]
    if book.work_id:
        editions = list(Book.objects.filter(work=book.work_id).values_list("pk", flat=True))
    reviews = Review.objects.filter(book__in=editions, deleted_at=None)
    stars = list(reviews.values_list("rating", flat=True))
    return sum(stars), len(stars), [stars.count(star) for star in range(1, 6)]
