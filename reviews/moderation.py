"""What staff do with reviews: remove them for a reason, put them back, or leave them as they are.

Locks are taken as everywhere: the books of the works by ascending key, then the reviews.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import emails
from .models import ModerationEvent, Reason, Review, ReviewQuerySet, ReviewReport
from .services import hold_books
from .unbought import keep_to_purchase

MOST_AT_ONCE = 100

Kind = ModerationEvent.Kind


class CannotModerate(Exception):
    """Base of every refusal here; str() is written for staff, and nothing was changed."""


class TooMany(CannotModerate):
    def __init__(self) -> None:
        text = ngettext(
            "Choose one review at the most.", "Choose %(most)d reviews at the most.", MOST_AT_ONCE
        )
        super().__init__(text % {"most": MOST_AT_ONCE})


class WordsAreMissing(CannotModerate):
    def __init__(self) -> None:
        super().__init__(_("Please say in words what the reason is: the writer is told."))


class AllGone(CannotModerate):
    def __init__(self) -> None:
        super().__init__(
            _("Nothing was left to remove: somebody else removed it, or its writer deleted it.")
        )


class NothingWaits(CannotModerate):
    def __init__(self) -> None:
        super().__init__(_("No report waits any more: somebody else has settled it."))


class NotRemoved(CannotModerate):
    """Staff did not remove it, or somebody has put it back. What its writer deleted stays so."""

    def __init__(self) -> None:
        super().__init__(_("Only a review that the shop has removed can be put back."))


class OrderWasCancelled(CannotModerate):
    """Its writer was a buyer when they wrote it, and is none now."""

    def __init__(self) -> None:
        super().__init__(
            _("The order that it rests on was cancelled since: only buyers can review a book.")
        )


class WroteAnother(CannotModerate):
    def __init__(self) -> None:
        super().__init__(
            _("Its writer has written a new review of this book since: there can be only one.")
        )


@transaction.atomic
def remove(
    *, review_ids: Collection[int], reason: Reason, words: str, who: str, now: datetime
) -> list[Review]:
    """Take these reviews out of the shop, settle their reports, and tell each writer why.

    Those that are gone already are left as they are. Returns the others. Raises TooMany,
    WordsAreMissing for “something else” without any, or AllGone.
    """
    if reason == Reason.OTHER and not words:
        raise WordsAreMissing
    _check_count(review_ids)
    _hold_books_of(review_ids)
    reviews = [*_locked(review_ids).living()]
    if not reviews:
        raise AllGone
    Review.objects.filter(pk__in=[review.pk for review in reviews]).update(
        deleted_at=now,
        deleted_by=Review.DeletedBy.STAFF,
        removal_reason=reason,
        removal_words=words,
        removed_by=who,
    )
    _settle(reviews, ReviewReport.Outcome.REMOVED, who=who, now=now)
    events = _note(reviews, Kind.REMOVED, reason=reason, words=words, who=who, now=now)
    for review, event in zip(reviews, events, strict=True):
        emails.write_removed(review, event, now)
    return reviews


@transaction.atomic
def keep(*, review_ids: Collection[int], words: str, who: str, now: datetime) -> list[Review]:
    """Settle the reports of these reviews, which stay. Nobody is written to.

    Returns those that had any. Raises TooMany or NothingWaits.
    """
    _check_count(review_ids)
    reported = ReviewReport.objects.open().values("review")
    reviews = [*_locked(review_ids).living().filter(pk__in=reported)]
    if not reviews:
        raise NothingWaits
    _settle(reviews, ReviewReport.Outcome.KEPT, who=who, now=now)
    _note(reviews, Kind.KEPT, words=words, who=who, now=now)
    return reviews


@transaction.atomic
def restore(*, review_id: int, words: str, who: str, now: datetime) -> Review:
    """Put a review back that staff removed, and tell its writer.

    Reports that were settled by the removal stay settled. Raises NotRemoved, WroteAnother or
    OrderWasCancelled.
    """
    _hold_books_of([review_id])
    review = _locked([review_id]).first()
    if review is None or not review.is_removed:
        raise NotRemoved
    of_writer = Review.objects.living().of_work(review.work_key).of_writer(review.user_id)
    if review.user_id and of_writer.exists():
        raise WroteAnother
    if review.user and not keep_to_purchase(review):
        raise OrderWasCancelled
    review.put_back()
    [event] = _note([review], Kind.RESTORED, words=words, who=who, now=now)
    emails.write_restored(review, event, now)
    return review


def _check_count(review_ids: Collection[int]) -> None:
    if len(review_ids) > MOST_AT_ONCE:
        raise TooMany


def _hold_books_of(review_ids: Collection[int]) -> None:
    hold_books(Review.objects.filter(pk__in=review_ids).values_list("work_key", flat=True))


def _locked(review_ids: Collection[int]) -> ReviewQuerySet:
    reviews = Review.objects.locked().filter(pk__in=review_ids)
    return reviews.select_related("book", "user").defer("book__search")


def _settle(
    reviews: Sequence[Review], outcome: ReviewReport.Outcome, *, who: str, now: datetime
) -> None:
    reports = ReviewReport.objects.open().filter(review__in=reviews)
    reports.update(settled_at=now, settled_by=who, outcome=outcome)


def _note(
    reviews: Sequence[Review],
    kind: ModerationEvent.Kind,
    *,
    who: str,
    now: datetime,
    words: str,
    reason: str = "",
) -> list[ModerationEvent]:
    return ModerationEvent.objects.bulk_create(
        ModerationEvent(
            review=review,
            book_id=review.book_id,
            kind=kind,
            reason=reason,
            words=words,
            who=who,
            at=now,
        )
        for review in reviews
    )
