"""What the shop holds about a person by what they said of books: see accounts/person.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.person import ERASED, Part, Person
from catalog.models import Book

from .models import ModerationEvent, Review, ReviewReport, ReviewVersion, ReviewVote


class ReviewsPart(Part):
    name = "reviews"
    title = _("Reviews")
    on_erasure = _("Deleted, also what they said before. The ratings of the books follow.")
    models = (Review, ReviewVersion)

    def rows(self, person: Person) -> Any:
        return _by(Review, person).select_related("book").defer("book__search")

    def describe(self, review: Review) -> dict[str, Any]:
        return {
            "book": review.book.title,
            "ean": review.book.ean,
            **_words(review),
            "written_at": review.created_at,
            "edited_at": review.edited_at,
            "found_helpful_by": review.helpful_count,
            "deleted_at": review.deleted_at,
            "deleted_by": review.get_deleted_by_display(),
            "reason_for_its_removal": review.get_removal_reason_display(),
            "words_of_the_shop": review.removal_words,
            "earlier_versions": [
                {
                    **_words(version),
                    "since": version.since,
                    "until": version.until,
                    "found_helpful_by": version.helpful_count,
                }
                for version in review.versions.order_by("pk")
            ],
        }

    def books(self, person: Person) -> Iterable[int]:
        """All editions, whose ratings the database counts anew."""
        works = set(_by(Review, person).values_list("work_key", flat=True))
        editions = Q(work__in=works) | Q(pk__in=[-work for work in works])
        return Book.objects.filter(editions).values_list("pk", flat=True)

    def lock(self, person: Person) -> None:
        list(_by(Review, person).locked().values_list("pk"))


class VotesPart(Part):
    name = "helpful_votes"
    title = _("Reviews that you found helpful")
    on_erasure = _("Deleted.")
    models = (ReviewVote,)

    def rows(self, person: Person) -> Any:
        return _by(ReviewVote, person).select_related("review__book").defer("review__book__search")

    def describe(self, vote: ReviewVote) -> dict[str, Any]:
        return {"book": vote.review.book.title, "review": vote.review.title, "at": vote.at}


class ReportsPart(Part):
    name = "reports_of_reviews"
    title = _("Reviews that you reported")
    on_erasure = _("Deleted.")
    models = (ReviewReport,)

    def rows(self, person: Person) -> Any:
        reports = _by(ReviewReport, person)
        return reports.select_related("review__book").defer("review__book__search")

    def describe(self, report: ReviewReport) -> dict[str, Any]:
        return {
            "book": report.review.book.title,
            "review": report.review.title,
            "reason": report.get_reason_display(),
            "words": report.words,
            "at": report.at,
            "settled_at": report.settled_at,
            "outcome": report.get_outcome_display(),
        }


class ModerationPart(Part):
    name = "moderation_of_reviews"
    title = _("What the shop did with your reviews")
    models = (ModerationEvent,)
    is_kept = True
    on_erasure = _(
        "That a review was removed or put back, when and for what reason, is kept without saying "
        "whose it was."
    )

    def rows(self, person: Person) -> Any:
        """About their reviews, and by them if they were staff."""
        about_them = Q(who__in=person.emails)
        if person.user:
            about_them |= Q(review__user=person.user)
        return (
            ModerationEvent.objects.filter(about_them)
            .select_related("book")
            .defer("book__search")
            .order_by("pk")
        )

    def describe(self, event: ModerationEvent) -> dict[str, Any]:
        # Of a review that stays, they are a note for colleagues; else they were mailed.
        is_note = event.kind == ModerationEvent.Kind.KEPT
        return {
            "book": event.book.title,
            "what": event.get_kind_display(),
            "reason": event.get_reason_display(),
            "words": "" if is_note else event.words,
            "at": event.at,
        }

    def erase(self, person: Person, now: datetime) -> None:
        if person.user:
            of_theirs = ModerationEvent.objects.filter(review__user=person.user)
            of_theirs.update(review=None, words="")
        ModerationEvent.objects.filter(who__in=person.emails).update(who=ERASED)
        Review.objects.filter(removed_by__in=person.emails).update(removed_by=ERASED)
        settled = ReviewReport.objects.filter(settled_by__in=person.emails)
        settled.update(settled_by=ERASED)


def _by(model: type[Review | ReviewVote | ReviewReport], person: Person) -> Any:
    rows = model._default_manager.order_by("pk")
    return rows.filter(user=person.user) if person.user else rows.none()


def _words(row: Review | ReviewVersion) -> dict[str, Any]:
    said = {"stars": row.rating, "title": row.title, "text": row.text}
    return {**said, "shown_as": row.shown_as}


# From the last to the first: what was done with a review is found by the review.
PARTS = [ReviewsPart(), VotesPart(), ReportsPart(), ModerationPart()]
