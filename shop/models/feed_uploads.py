"""Files that staff upload to import them: what looking at each has shown, and what was decided."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .feed_runs import FeedRun


class FeedUploadQuerySet(models.QuerySet["FeedUpload"]):
    def working(self) -> FeedUploadQuerySet:
        """Those that the worker has something to do for."""
        return self.filter(state__in=FeedUpload.WORKING)

    def open(self) -> FeedUploadQuerySet:
        """Those that nothing has come of yet."""
        return self.filter(ended_at__isnull=True)

    def for_list(self) -> FeedUploadQuerySet:
        """What admin/shop/feeds/list.html reads, the newest first."""
        return self.select_related("run").order_by("-pk")


class FeedUpload(models.Model):
    """A feed that somebody of the staff has uploaded. The worker looks at it; staff apply or drop it.

    Its files lie in the private storage: see shop/feed_files.py.
    """

    class State(models.TextChoices):
        LOOKING = "looking", _("Being looked at")
        LOOKED = "looked", _("Waits for your decision")
        APPLYING = "applying", _("Being applied")
        DONE = "done", _("Applied")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Dropped")

    WORKING = (State.LOOKING, State.APPLYING)

    # Names its folder in the private storage.
    folder = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=4, choices=FeedRun.KINDS)
    file_name = models.CharField(_("file"), max_length=255)
    digest = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField(_("size in bytes"))
    price = models.DecimalField(
        _("price of new books"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    stock = models.PositiveIntegerField(_("opening stock of new books"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.LOOKING)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.CharField(_("uploaded by"), max_length=254)
    # How far the look has come; nothing before it has begun.
    records = models.PositiveIntegerField(_("records read"), default=0)
    position = models.BigIntegerField(_("bytes read"), null=True, blank=True)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    # What would come of its records, by the names of FeedRun.COUNTS, and what would differ, by kind.
    counts = models.JSONField(default=dict)
    kinds = models.JSONField(default=dict)
    # The first of what would change, and of what is wrong. Its files have all of it: so many rows.
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    change_rows = models.PositiveIntegerField(default=0)
    problem_rows = models.PositiveIntegerField(default=0)
    # Who applied or dropped it.
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=254, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # For staff: why it failed.
    why = models.TextField(_("why it failed"), blank=True)
    run = models.OneToOneField(
        FeedRun, models.PROTECT, null=True, blank=True, related_name="upload"
    )

    objects = FeedUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded feed")
        verbose_name_plural = _("uploaded feeds")
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(ended_at__isnull=True),
                name="shop_feedupload_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) ^ Q(state__in=["done", "failed", "dropped"]),
                name="shop_feedupload_ends_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(looked_at__isnull=False) | ~Q(state__in=["looked", "applying", "done"]),
                name="shop_feedupload_looked_at_first",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) ^ ~Q(decided_by=""),
                name="shop_feedupload_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False)
                | ~Q(state__in=["applying", "done", "dropped"]),
                name="shop_feedupload_decided_first",
            ),
            models.CheckConstraint(
                condition=Q(run__isnull=True) | Q(state__in=["applying", "done", "failed"]),
                name="shop_feedupload_runs_when_applied",
            ),
            models.CheckConstraint(
                condition=Q(run__isnull=False) | ~Q(state="done"),
                name="shop_feedupload_done_by_a_run",
            ),
            models.CheckConstraint(
                condition=Q(why="") ^ Q(state="failed"), name="shop_feedupload_fails_with_a_word"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("admin:feed_detail", args=[self.pk])

    @property
    def is_looking(self) -> bool:
        return self.state == self.State.LOOKING

    @property
    def is_looked_at(self) -> bool:
        """Whether it waits for somebody to apply or drop it."""
        return self.state == self.State.LOOKED

    @property
    def is_applying(self) -> bool:
        return self.state == self.State.APPLYING

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def has_failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def is_dropped(self) -> bool:
        return self.state == self.State.DROPPED

    @property
    def may_be_dropped(self) -> bool:
        """As long as nobody has begun to apply it."""
        return self.is_looking or self.is_looked_at or (self.has_failed and not self.decided_at)

    @property
    def changes_nothing(self) -> bool:
        """Needs to be looked at. A book may differ by nothing but what its record is called."""
        named = ("created", "updated", "taken_back")
        return bool(self.looked_at) and not any(self.counts.get(name) for name in named)

    def move(self, state: State, **facts: Any) -> None:
        """To another state, with these other facts. Its row must be locked."""
        self.state = state
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *facts])
