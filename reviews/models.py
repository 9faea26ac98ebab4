"""What readers say of books that they bought here, and what others say to that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.book_facts import work_of
from catalog.models import Book

# How many a page of the list has.
ON_A_PAGE = 10
FEWEST_LETTERS, MOST_LETTERS = 20, 5_000
MOST_LETTERS_OF_A_REPORT = 500
BLANK = r"^\s*$"


def _letters(field: str, *, at_least: int = 0, at_most: int) -> Q:
    """That a text has so many characters."""
    length = Length(field)
    return Q(GreaterThanOrEqual(length, at_least), LessThanOrEqual(length, at_most))


class Reason(models.TextChoices):
    """Why a review should not stand in the shop, or does so no more."""

    ADVERT = "advert", _("It is advertising, or was paid for")
    INSULT = "insult", _("It insults or threatens people")
    PRIVATE = "private", _("It tells of somebody’s private life")
    OFF_TOPIC = "off_topic", _("It is not about the book")
    COPIED = "copied", _("It was copied from elsewhere")
    UNLAWFUL = "unlawful", _("It breaks the law")
    OTHER = "other", _("Something else")


class ReviewQuerySet(models.QuerySet["Review"]):
    def living(self) -> ReviewQuerySet:
        """Those that count and are shown: neither their writers nor the shop took them away."""
        return self.filter(deleted_at__isnull=True)

    def of_work(self, work_key: int) -> ReviewQuerySet:
        """Of all editions of a work (catalog.book_facts.work_of)."""
        return self.filter(work_key=work_key)

    def of_writer(self, user: Any) -> ReviewQuerySet:
        return self.filter(user=user)

    def locked(self) -> ReviewQuerySet:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def reported(self) -> ReviewQuerySet:
        """Those in the shop that staff have yet to look at."""
        return self.living().filter(pk__in=ReviewReport.objects.open().values("review"))

    def for_moderation(self, keys: Iterable[int]) -> ReviewQuerySet:
        """What the pages read on which staff decide about these reviews, in two queries."""
        reports = models.Prefetch("reports", ReviewReport.objects.open().order_by("pk"), "waiting")
        chosen = self.filter(pk__in=list(keys)).select_related("book", "user").order_by("pk")
        return chosen.defer("book__search").prefetch_related(reports)

    def for_showing(self, reader: Any = None) -> ReviewQuerySet:
        """With all that reviews/_review.html reads, in no order yet; one query.

        `is_reported`: whether staff have yet to look at it. `found_helpful`: whether `reader` did.
        """
        reported = ReviewReport.objects.open().filter(review=OuterRef("pk"))
        votes = ReviewVote.objects.filter(review=OuterRef("pk"), user=reader)
        helpful: Any = Exists(votes) if reader else models.Value(False)
        fields = ("ean", "slug", "title", "format")
        return (
            self.select_related("book")
            .only("book", *_SHOWN, *(f"book__{field}" for field in fields))
            .annotate(is_reported=Exists(reported), found_helpful=helpful)
        )


# What a page shows of a review.
_SHOWN = (
    *("user_id", "rating", "title", "text", "shown_as", "created_at", "edited_at"),
    "helpful_count",
)


class Review(models.Model):
    """What one reader says of a work. Of those with `deleted_at` nothing is shown or counted."""

    class DeletedBy(models.TextChoices):
        WRITER = "writer", _("its writer")
        STAFF = "staff", _("the shop")
        # Two books turned out to be editions of one work, and its writer has a newer one of it. It
        # comes back, and its open reports with it, if they turn out to be none after all.
        MERGED = "merged", _("a newer one of the same work")
        # Its writer cancelled what made them a buyer (reviews/unbought.py).
        ORDER = "order", _("a cancelled order")

    # The edition that its writer bought; another one of the work if that order was cancelled.
    book = models.ForeignKey(
        Book, models.PROTECT, related_name="reviews", verbose_name=_("edition")
    )
    # The work of the book, or minus the book's key where it has none. The database keeps it.
    work_key = models.BigIntegerField(editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("writer"),
    )
    rating = models.PositiveSmallIntegerField(_("stars"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    shown_as = models.CharField(_("name beside it"), max_length=60)
    created_at = models.DateTimeField(_("written at"))
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    # How many votes it has. The database counts them.
    helpful_count = models.PositiveIntegerField(
        _("found helpful by"), default=0, db_default=0, editable=False
    )
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    deleted_by = models.CharField(_("deleted by"), max_length=6, choices=DeletedBy, blank=True)
    # Of what staff removed: why, in the words that its writer was told, and who it was.
    removal_reason = models.CharField(
        _("reason for the removal"), max_length=10, choices=Reason, blank=True
    )
    removal_words = models.CharField(
        _("words to its writer"), max_length=MOST_LETTERS_OF_A_REPORT, blank=True
    )
    removed_by = models.CharField(_("removed by"), max_length=254, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        # What staff do with reviews (reviews/moderation.py). Nobody edits what others wrote.
        permissions = [("moderate_review", "Can moderate review")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "work_key"],
                condition=Q(deleted_at__isnull=True),
                name="reviews_review_one_living_per_work",
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="reviews_review_from_1_to_5_stars"
            ),
            models.CheckConstraint(
                condition=~Q(title__regex=BLANK) & ~Q(shown_as__regex=BLANK),
                name="reviews_review_title_and_name_not_blank",
            ),
            models.CheckConstraint(
                condition=_letters("text", at_least=FEWEST_LETTERS, at_most=MOST_LETTERS),
                name="reviews_review_text_20_to_5000",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) ^ ~Q(deleted_by=""),
                name="reviews_review_deleted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(deleted_by="staff") ^ Q(removal_reason="", removed_by=""),
                name="reviews_review_reason_if_removed",
            ),
        ]
        indexes = [
            # For counting, and for lists by stars; the others are short enough to be sorted.
            models.Index(
                fields=["work_key", "rating"],
                condition=Q(deleted_at__isnull=True),
                name="reviews_review_by_stars",
            ),
            models.Index(
                fields=["work_key", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="reviews_review_newest",
            ),
            models.Index(
                fields=["work_key", "-helpful_count", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="reviews_review_most_helpful",
            ),
            models.Index(
                fields=["work_key", "user"],
                condition=Q(deleted_by="merged"),
                name="reviews_review_merged",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Where it stands in the list of its work, newest first. One query."""
        newer = Q(created_at__gt=self.created_at) | Q(created_at=self.created_at, pk__gt=self.pk)
        before = Review.objects.living().of_work(work_of(self.book)).filter(newer).count()
        page = before // ON_A_PAGE + 1
        asked = {"page": page} if page > 1 else None
        url = reverse("reviews:review_list", args=[self.book.ean], query=asked)
        return f"{url}#review-{self.pk}"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_removed(self) -> bool:
        """Whether staff took it away."""
        return self.deleted_by == self.DeletedBy.STAFF

    def delete_softly(self, *, by: Review.DeletedBy, now: datetime) -> None:
        self.deleted_at, self.deleted_by = now, by
        self.save(update_fields=["deleted_at", "deleted_by"])

    def put_back(self) -> None:
        self.deleted_at = None
        emptied = ("deleted_by", "removal_reason", "removal_words", "removed_by")
        for field in emptied:
            setattr(self, field, "")
        self.save(update_fields=["deleted_at", *emptied])

    def name_edition(self, book: Book) -> None:
        """Say of another edition of its work that its writer bought that one."""
        self.book = book
        self.save(update_fields=["book"])


class ReviewVersion(models.Model):
    """What a review said before it was edited. The database refuses to change it."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="versions")
    rating = models.PositiveSmallIntegerField(_("stars"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    shown_as = models.CharField(_("name beside it"), max_length=60)
    # From when it said so, until when, and how many had found it helpful then.
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    helpful_count = models.PositiveIntegerField(_("found helpful by"))

    class Meta:
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")

    def __str__(self) -> str:
        return self.title


class ReviewVote(models.Model):
    """A reader found a review helpful. The database refuses votes for one's own."""

    review = models.ForeignKey(Review, models.CASCADE, db_index=False, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_votes")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("helpful vote")
        verbose_name_plural = _("helpful votes")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "user"], name="reviews_reviewvote_one_per_reader"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.review_id}"


class ReviewReportQuerySet(models.QuerySet["ReviewReport"]):
    def open(self) -> ReviewReportQuerySet:
        """Those that wait for staff."""
        return self.filter(settled_at__isnull=True)


class ReviewReport(models.Model):
    """A reader asks the shop to look at a review."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("The review stays")
        REMOVED = "removed", _("The review was removed")
        GONE = "gone", _("The review had gone by then")

    review = models.ForeignKey(Review, models.CASCADE, db_index=False, related_name="reports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="review_reports",
        verbose_name=_("reader"),
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    words = models.TextField(_("words"), blank=True)
    at = models.DateTimeField(_("at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=254, blank=True)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome, blank=True)

    objects = ReviewReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "user"],
                condition=Q(settled_at__isnull=True),
                name="reviews_reviewreport_one_open_per_reader",
            ),
            models.CheckConstraint(
                condition=_letters("words", at_most=MOST_LETTERS_OF_A_REPORT),
                name="reviews_reviewreport_words_up_to_500",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) ^ ~Q(outcome=""),
                name="reviews_reviewreport_settled_with_outcome",
            ),
        ]
        indexes = [models.Index(fields=["review"], name="reviews_reviewreport_review")]

    def __str__(self) -> str:
        return str(self.get_reason_display())


class ModerationEvent(models.Model):
    """What staff did with a review. Rows are only added, and may forget who and whose it was."""

    class Kind(models.TextChoices):
        REMOVED = "removed", _("Removed")
        KEPT = "kept", _("Left in the shop after a report")
        RESTORED = "restored", _("Put back")

    # The event outlives the review, which goes when its writer has their data erased.
    review = models.ForeignKey(
        Review, models.SET_NULL, null=True, blank=True, related_name="moderation"
    )
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", verbose_name=_("book"))
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    words = models.CharField(_("words"), max_length=MOST_LETTERS_OF_A_REPORT, blank=True)
    who = models.CharField(_("who"), max_length=254)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("moderation of a review")
        verbose_name_plural = _("moderation of reviews")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="removed") | ~Q(reason=""),
                name="reviews_moderationevent_removed_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
