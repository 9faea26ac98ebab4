"""What readers asked to be mailed about: copies of a book, and news of their wishlists."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Book


class RestockAlertQuerySet(models.QuerySet[Any]):
    def open(self) -> RestockAlertQuerySet:
        """Alerts that nobody was mailed for yet, and that nobody has taken back. First come first."""
        return self.filter(ended_at__isnull=True).order_by("pk")

    def with_books(self) -> RestockAlertQuerySet:
        return self.select_related("book").defer("book__search", "book__search_text")


class RestockAlert(models.Model):
    """ "Tell me when it is back": one mail to one reader, who keeps no place in line by it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="restock_alerts",
        verbose_name=_("who"),
    )
    book = models.ForeignKey(Book, models.CASCADE, db_index=False, related_name="restock_alerts")
    # Whoever knows the key may end alerts without signing in: it stands in the mail.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_at = models.DateTimeField(_("asked for at"))
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = RestockAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("restock alert")
        verbose_name_plural = _("restock alerts")
        indexes = [
            models.Index(
                fields=["book", "id"],
                condition=Q(ended_at__isnull=True),
                name="waitlist_open_alerts_by_book",
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
                name="waitlist_ended_alerts",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "book"],
                condition=Q(ended_at__isnull=True),
                name="waitlist_restockalert_one_open",
            ),
            models.CheckConstraint(
                condition=Q(mailed_at__isnull=True)
                | Q(ended_at__isnull=False, ended_at=models.F("mailed_at")),
                name="waitlist_restockalert_ends_with_its_mail",
            ),
        ]

    def __str__(self) -> str:
        return str(self.book)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def stop_url(self) -> str:
        return settings.SITE_URL + reverse("waitlist:alert_stop", args=[self.key])


class NoticeChoiceQuerySet(models.QuerySet[Any]):
    def to_look_at(self, today: date) -> NoticeChoiceQuerySet:
        """Of those who want news and have not had those of this day."""
        wants_any = Q(wants_price_falls=True) | Q(wants_restock=True)
        not_yet = Q(looked_on__isnull=True) | Q(looked_on__lt=today)
        return self.filter(wants_any, not_yet).order_by("pk")


class NoticeChoice(models.Model):
    """Which news of their wishlists somebody wants by mail; none before they say so."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notice_choice",
        verbose_name=_("who"),
    )
    wants_price_falls = models.BooleanField(_("a price falls"), default=False)
    wants_restock = models.BooleanField(_("a book is back in stock"), default=False)
    # Whoever knows the key may end these mails without signing in: it stands in them.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chosen_at = models.DateTimeField(_("chosen at"))
    # The last day, in the shop's time zone, whose news they have had, if there were any.
    looked_on = models.DateField(_("looked through on"), null=True, blank=True)

    objects = NoticeChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def wants_any(self) -> bool:
        return self.wants_price_falls or self.wants_restock

    @property
    def stop_url(self) -> str:
        return settings.SITE_URL + reverse("waitlist:notices_stop", args=[self.key])
