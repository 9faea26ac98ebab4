"""What readers do with reviews: write, edit and delete their own, vote for and report others'.

Whatever changes ratings holds the books of the work before the review, as the triggers of the
database do (reviews/migrations/0002_ratings_of_books.py), so that two at once wait in one order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.book_facts import work_of
from catalog.models import Book
from shop.models import Order, OrderItem

from .models import Reason, Review, ReviewReport, ReviewVersion, ReviewVote

ONE_PER_WORK = "reviews_review_one_living_per_work"


@dataclass(frozen=True)
class Said:
    """What a reader says of a work, checked by reviews/forms.py."""

    rating: int
    title: str
    text: str
    # The name beside it.
    shown_as: str


class CannotReview(Exception):
    """Base of every refusal here; str() is written for the reader, and nothing was changed."""


class AlreadyReviewed(CannotReview):
    """`review` is the one that they have."""

    def __init__(self, review: Review) -> None:
        self.review = review
        super().__init__(_("You have already reviewed this book. You can edit what you wrote."))


class NotBought(CannotReview):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Only readers who bought a book here can review it, and we find no paid order of"
                " yours with this one."
            )
        )


class NotYours(CannotReview):
    def __init__(self) -> None:
        super().__init__(_("Somebody else wrote this review. Only they can change or delete it."))


class ReviewIsGone(CannotReview):
    def __init__(self) -> None:
        super().__init__(_("This review was deleted, or was never here."))


class OwnReview(CannotReview):
    def __init__(self) -> None:
        super().__init__(_("You wrote this review yourself: others can vote for it or report it."))


class AlreadyReported(CannotReview):
    def __init__(self) -> None:
        super().__init__(
            _("You have reported this review already. A bookseller will look at it soon.")
        )


def may_write(*, user: User, book: Book) -> Book:
    """The edition of `book` that the user's review will be of: `book` itself, if they bought that.

    Raises AlreadyReviewed or NotBought.
    """
    if own := Review.objects.living().of_work(work_of(book)).of_writer(user).first():
        raise AlreadyReviewed(own)
    if edition := edition_bought(user=user, book=book):
        return edition
    raise NotBought


def edition_bought(*, user: User | None, book: Book) -> Book | None:
    """The edition of the book's work that makes the user one of its readers, if any does.

    `book` itself, if they bought that; else what they bought last.
    """
    newest_first = [line.book for line in purchases(user, book)]
    if book in newest_first:
        return book
    return newest_first[0] if newest_first else None


def purchases(user: User | None, book: Book) -> QuerySet[OrderItem]:
    """The lines by which a reader bought an edition of the book's work here, newest first."""
    if user is None:
        return OrderItem.objects.none()
    editions = {"book__work": book.work_id} if book.work_id else {"book": book}
    lines = paid_lines().filter(order__user=user, **editions)
    bought = lines.select_related("book", "order").defer("book__search")
    return bought.order_by("-order__placed_at", "-pk")


def paid_lines() -> QuerySet[OrderItem]:
    """What makes somebody a reader who may review: lines of paid orders, wherever their parcel is."""
    return OrderItem.objects.filter(
        order__status=Order.Status.CONFIRMED, order__erased_at__isnull=True
    )


@transaction.atomic
def write_review(*, user: User, book: Book, said: Said, now: datetime) -> Review:
    """Publish a review of the book's work at once. Raises AlreadyReviewed or NotBought."""
    # The book itself in any case: it may have got another work since it was read, but not from here.
    hold_books([work_of(book), -book.pk])
    book.refresh_from_db(fields=["work"])
    edition = may_write(user=user, book=book)
    try:
        # Kept by itself, so that a refusal leaves the transaction to look for the other one.
        with transaction.atomic():
            return Review.objects.create(user=user, book=edition, created_at=now, **asdict(said))
    except IntegrityError as error:
        if _refused_by(error) != ONE_PER_WORK:
            raise
        twin = Review.objects.living().of_work(work_of(edition)).of_writer(user).get()
        raise AlreadyReviewed(twin) from error


@transaction.atomic
def edit_review(*, user: User, review_id: int, said: Said, now: datetime) -> Review:
    """Let a review say something else, and keep what it said. Raises NotYours or ReviewIsGone."""
    review = _held_own(user, review_id)
    before = Said(review.rating, review.title, review.text, review.shown_as)
    if said == before:
        return review
    ReviewVersion.objects.create(
        review=review,
        since=review.edited_at or review.created_at,
        until=now,
        helpful_count=review.helpful_count,
        **asdict(before),
    )
    for field, value in asdict(said).items():
        setattr(review, field, value)
    review.edited_at = now
    review.save(update_fields=[*asdict(said), "edited_at"])
    return review


@transaction.atomic
def delete_review(*, user: User, review_id: int, now: datetime) -> Review:
    """Take a review of one's own out of the shop; a new one may follow.

    Reports of it need nobody's look then. Raises NotYours or ReviewIsGone.
    """
    review = _held_own(user, review_id)
    take_out(review, by=Review.DeletedBy.WRITER, now=now)
    return review


@transaction.atomic
def vote(*, user: User, review_id: int, is_helpful: bool, now: datetime) -> Review:
    """Say that a review helped, or take that back; a second time changes nothing.

    Raises OwnReview or ReviewIsGone.
    """
    review = _held_of_others(user, review_id)
    votes = ReviewVote.objects.filter(review=review, user=user)
    if not is_helpful:
        votes.delete()
    elif not votes.exists():
        ReviewVote.objects.create(review=review, user=user, at=now)
    return review


@transaction.atomic
def report_review(
    *, user: User, review_id: int, reason: Reason, words: str, now: datetime
) -> ReviewReport:
    """Ask staff to look at a review; until they have, its words are folded away.

    Raises AlreadyReported, OwnReview or ReviewIsGone.
    """
    review = _held_of_others(user, review_id)
    if ReviewReport.objects.open().filter(review=review, user=user).exists():
        raise AlreadyReported
    return ReviewReport.objects.create(review=review, user=user, reason=reason, words=words, at=now)


def own_review(*, user: User, review_id: int) -> Review:
    """The user's own living review, with its book. Raises NotYours or ReviewIsGone."""
    review = _living(review_id)
    if review.user_id != user.pk:
        raise NotYours
    return review


def review_of_others(*, user: User, review_id: int) -> Review:
    """Somebody else's living review, with its book. Raises OwnReview or ReviewIsGone."""
    review = _living(review_id)
    if review.user_id == user.pk:
        raise OwnReview
    return review


def take_out(review: Review, *, by: Review.DeletedBy, now: datetime) -> None:
    """Delete a locked review softly; reports of it need nobody's look then."""
    review.delete_softly(by=by, now=now)
    gone = {"settled_at": now, "outcome": ReviewReport.Outcome.GONE}
    ReviewReport.objects.open().filter(review=review).update(**gone)


def hold_books(works: Iterable[int]) -> None:
    """Keep the ratings of these works from others, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reviews_lock_books(%s)", [list(works)])


def _living(review_id: int) -> Review:
    reviews = Review.objects.living().select_related("book").defer("book__search")
    if review := reviews.filter(pk=review_id).first():
        return review
    raise ReviewIsGone


def _held_own(user: User, review_id: int) -> Review:
    hold_books([own_review(user=user, review_id=review_id).work_key])
    _hold(review_id)
    return own_review(user=user, review_id=review_id)


def _held_of_others(user: User, review_id: int) -> Review:
    _hold(review_id)
    return review_of_others(user=user, review_id=review_id)


def _hold(review_id: int) -> None:
    Review.objects.locked().filter(pk=review_id).values_list("pk").first()


def _refused_by(error: IntegrityError) -> str:
    """The name of the constraint, "" if it was none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
