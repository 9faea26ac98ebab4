"""What the shop writes to readers about their reviews: each mail once, in the order of what happened."""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts import outbox
from accounts.languages import language_of

from .models import ModerationEvent, Review


def write_removed(review: Review, event: ModerationEvent, now: datetime) -> None:
    """Why it was removed, and where its writer can object."""
    _write("review_removed", review, now, key=event.pk, event=event)


def write_restored(review: Review, event: ModerationEvent, now: datetime) -> None:
    url = settings.SITE_URL + review.get_absolute_url()
    _write("review_restored", review, now, key=event.pk, event=event, review_url=url)


def write_unbought(review: Review, now: datetime) -> None:
    """That it went with its order, and what it said, so that nothing of it is lost to its writer."""
    _write("review_unbought", review, now, key=review.pk)


def _write(template: str, review: Review, now: datetime, *, key: int, **more: Any) -> None:
    """Put a mail about a locked review into the outbox. Whoever has no account any more gets none."""
    if review.user is None:
        return
    outbox.write_from(
        f"reviews/emails/{template}",
        {"review": review, **more},
        language=language_of(review.user),
        to=review.user.email,
        user=review.user,
        dedupe_key=f"{template.replace('_', '-')}-{key}",
        thread=f"review-{review.pk}",
        now=now,
    )
