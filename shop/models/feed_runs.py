"""Imports of feeds: how far each has come, and what was wrong with its records."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.feeds.kinds import Kind
from catalog.feeds.rows import Problem


class FeedRun(models.Model):
    """One import of one file. Each batch of it is written together with the counts here."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        STOPPED = "stopped", _("stopped")
        DONE = "done", _("done")

    KINDS = [(kind.value, kind.name) for kind in Kind]
    COUNTS = ("created", "updated", "unchanged", "taken_back", "skipped", "values_left_out")

    kind = models.CharField(_("kind"), max_length=4, choices=KINDS)
    file_name = models.CharField(_("file"), max_length=255)
    # SHA-256, in hexadecimal: only the very same file can be gone on with.
    digest = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField(_("size in bytes"))
    # The terms for new books, in the shop's currency and in copies.
    price = models.DecimalField(
        _("price of new books"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    stock = models.PositiveIntegerField(_("opening stock of new books"), default=0)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.RUNNING)
    begun_at = models.DateTimeField(_("begun at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Records and bytes of the file that are in, whatever became of them.
    records = models.PositiveIntegerField(_("records read"), default=0)
    position = models.BigIntegerField(_("bytes read"), default=0)
    created = models.PositiveIntegerField(_("new books"), default=0)
    updated = models.PositiveIntegerField(_("books changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    taken_back = models.PositiveIntegerField(_("taken back"), default=0)
    skipped = models.PositiveIntegerField(_("records refused"), default=0)
    values_left_out = models.PositiveIntegerField(_("values left out"), default=0)

    class Meta:
        verbose_name = _("import of a feed")
        verbose_name_plural = _("imports of feeds")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["digest"], name="shop_feedrun_digest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running") ^ Q(ended_at__isnull=False),
                name="shop_feedrun_ends_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def has_terms(self, *, price: Decimal | None, stock: int) -> bool:
        return (self.price, self.stock) == (price, stock)

    def end(self, state: State, now: datetime) -> None:
        """The run goes on no more, at least not now."""
        self.state, self.ended_at = state, now
        self.save(update_fields=["state", "ended_at"])


class FeedProblem(models.Model):
    """What was wrong with one value or record of a feed."""

    run = models.ForeignKey(FeedRun, models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField(_("line"))
    record = models.CharField(_("record"), max_length=255, blank=True)
    field = models.CharField(_("field"), max_length=255)
    value = models.CharField(_("value"), max_length=255, blank=True)
    reason = models.TextField(_("reason"))
    row_is_skipped = models.BooleanField(_("record refused"))

    class Meta:
        verbose_name = _("problem of a feed")
        verbose_name_plural = _("problems of feeds")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reason

    @classmethod
    def of(cls, run: FeedRun, problem: Problem) -> FeedProblem:
        texts: dict[str, Any] = {
            name: getattr(problem, name)[:255] for name in ("record", "field", "value")
        }
        return cls(
            run=run,
            line=problem.line,
            reason=problem.reason,
            row_is_skipped=problem.row_is_skipped,
            **texts,
        )

    def told(self) -> Problem:
        """As the reader found it."""
        return Problem(
            self.line, self.field, self.value, self.reason, self.row_is_skipped, self.record
        )
