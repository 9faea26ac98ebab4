"""Prices of many books that change together."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.money import format_money, format_percent

from .books import Book


class Repricing(models.Model):
    """A change of the prices of many books, as it was looked at. `catalog.repricing` works it off.

    What it does to each book is written down before anything changes, so it can be undone.
    """

    class Kind(models.TextChoices):
        PERCENT = "percent", _("per cent")
        AMOUNT = "amount", _("a sum for each book")

    class Ending(models.TextChoices):
        """Where new prices end: next to the exact one, the higher of two that are as near."""

        EXACT = "exact", _("exact to the last penny or cent")
        NINETY_NINE = "99", _("in .99")
        HALVES = "49_99", _("in .49 or .99")
        TENS = "10", _("in whole tens, as 7.30")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Prices are changing")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Prices are going back")
        UNDONE = "undone", _("Undone")
        CANCELLED = "cancelled", _("Called off")

    # Names one filled-in form: sent twice it is one change.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(_("books"), max_length=1000)
    kind = models.CharField(pgettext_lazy("change of prices", "by"), max_length=8, choices=Kind)
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2)
    ending = models.CharField(_("ending"), max_length=8, choices=Ending)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    starts_at = models.DateTimeField(pgettext_lazy("change of prices", "from"))
    made_at = models.DateTimeField(_("planned at"))
    who = models.CharField(_("who"), max_length=254)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    # Who took it back or called it off, and when that was done.
    ended_by = models.CharField(_("ended by"), max_length=254, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of prices")
        verbose_name_plural = _("changes of prices")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | ~Q(state__in=["done", "undoing", "undone"]),
                name="catalog_repricing_undone_only_when_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                condition=Q(state__in=["planned", "running", "undoing"]),
                name="catalog_repricing_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.rule_text}"

    @property
    def rule_text(self) -> str:
        """By how much: +5% or -£1.00."""
        size = abs(self.value)
        text = format_percent(size) if self.kind == self.Kind.PERCENT else format_money(size)
        return f"{'−' if self.value < 0 else '+'}{text}"

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.RUNNING, self.State.UNDOING)

    def move(self, state: State, now: datetime, *, who: str = "") -> None:
        """To its next state; `who` ends it. Its row must be locked."""
        self.state = state
        if state == self.State.DONE:
            self.done_at = now
        if state in (self.State.UNDONE, self.State.CANCELLED):
            self.ended_at = now
        self.ended_by = who or self.ended_by
        self.save(update_fields=["state", "done_at", "ended_at", "ended_by"])


class RepricedBook(models.Model):
    """One book of a repricing: the price it had when that was planned, and the one it is to have."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CHANGED = "changed", _("Changed")
        SKIPPED = "skipped", _("Left alone: its price had changed meanwhile")
        BACK = "back", _("Taken back")
        KEPT = "kept", _("Not taken back: its price had changed again")

    repricing = models.ForeignKey(Repricing, models.CASCADE, related_name="lines", db_index=False)
    book = models.ForeignKey(Book, models.CASCADE, related_name="repricings")
    old_price = models.DecimalField(_("old price"), max_digits=10, decimal_places=2)
    new_price = models.DecimalField(_("new price"), max_digits=10, decimal_places=2)
    outcome = models.CharField(
        _("what became of it"), max_length=8, choices=Outcome, default=Outcome.WAITING
    )

    class Meta:
        verbose_name = _("repriced book")
        verbose_name_plural = _("repriced books")
        constraints = [
            models.UniqueConstraint(
                fields=["repricing", "book"], name="catalog_repricedbook_once_per_change"
            ),
            models.CheckConstraint(
                condition=Q(old_price__gt=0, new_price__gt=0) & ~Q(old_price=F("new_price")),
                name="catalog_repricedbook_changes_a_price",
            ),
        ]
        indexes = [
            models.Index(
                fields=["repricing", "outcome", "book"], name="catalog_repricedbook_by_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_price} → {self.new_price}"

    @property
    def difference(self) -> Decimal:
        return self.new_price - self.old_price

    @property
    def old_price_text(self) -> str:
        return format_money(self.old_price)

    @property
    def new_price_text(self) -> str:
        return format_money(self.new_price)
