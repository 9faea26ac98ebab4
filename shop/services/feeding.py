"""Feeds that staff upload: each is looked at, and then applied or dropped. The worker does the work."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shop import feed_files, import_runs
from shop.feed_tasks import work_on_feed
from shop.models import FeedUpload

State = FeedUpload.State


class CannotFeed(Exception):
    """Base of every refusal here; str() is for staff, and nothing was changed."""


class NotNow(CannotFeed):
    def __init__(self, upload: FeedUpload) -> None:
        text = _("This cannot be done now: %(state)s.")
        super().__init__(text % {"state": upload.get_state_display()})


class IsHereAgain(CannotFeed):
    def __init__(self) -> None:
        super().__init__(_("This very file was uploaded again meanwhile: go on with that one."))


def upload(
    *, file: File[Any], kind: str, price: Decimal | None, stock: int, who: str, now: datetime
) -> tuple[FeedUpload, bool]:
    """Keep a file, and have the worker look at it. A file of which nothing has come yet is kept once.

    Returns the upload, and whether it is new. Whether the file is a feed is for the form to say.
    """
    with feed_files.uploaded(file) as path:
        digest = import_runs.digest_of(path)
    if known := FeedUpload.objects.open().filter(digest=digest).first():
        return known, False
    folder = uuid.uuid4()
    with ExitStack() as undo:
        undo.callback(feed_files.delete, folder)
        feed_files.keep(folder, feed_files.FEED, file)
        try:
            made = _begin(
                folder=folder,
                kind=kind,
                file_name=str(file.name)[:255],
                digest=digest,
                size=file.size,
                price=price,
                stock=stock,
                uploaded_by=who,
                uploaded_at=now,
            )
        except IntegrityError:
            # Sent twice at one moment.
            return FeedUpload.objects.open().get(digest=digest), False
        undo.pop_all()
    return made, True


@transaction.atomic
def _begin(**facts: Any) -> FeedUpload:
    made = FeedUpload.objects.create(**facts)
    work_on_feed.enqueue(made.pk)
    return made


@transaction.atomic
def apply(*, upload_id: int, who: str, now: datetime) -> FeedUpload:
    """Have the worker import it. Whoever says so a second time is too late, which does no harm.

    Raises NotNow for one that has not been looked at, or was dropped.
    """
    found = _locked(upload_id)
    if found.is_applying or found.is_done:
        return found
    if not found.is_looked_at:
        raise NotNow(found)
    found.move(State.APPLYING, decided_by=who, decided_at=now)
    work_on_feed.enqueue(found.pk)
    return found


@transaction.atomic
def drop(*, upload_id: int, who: str, now: datetime) -> FeedUpload:
    """Away with it and its files. Raises NotNow once somebody has begun to apply it."""
    found = _locked(upload_id)
    if found.is_dropped:
        return found
    if not found.may_be_dropped:
        raise NotNow(found)
    found.move(State.DROPPED, decided_by=who, decided_at=now, ended_at=now, why="")
    # Nobody looks into it any more, and it may be large.
    transaction.on_commit(lambda: feed_files.delete(found.folder))
    return found


@transaction.atomic
def again(*, upload_id: int) -> FeedUpload:
    """Look at it anew, or go on with what has failed, behind what is in. Raises CannotFeed."""
    found = _locked(upload_id)
    if found.is_working:
        return found
    if not (found.is_looked_at or found.has_failed):
        raise NotNow(found)
    state = State.APPLYING if found.decided_at else State.LOOKING
    facts = {"position": None, "records": 0} if state == State.LOOKING else {}
    try:
        with transaction.atomic():
            found.move(state, ended_at=None, why="", **facts)
    except IntegrityError as error:
        raise IsHereAgain from error
    work_on_feed.enqueue(found.pk)
    return found


def _locked(upload_id: int) -> FeedUpload:
    return FeedUpload.objects.select_for_update(no_key=True).get(pk=upload_id)
