"""What the shop writes to readers about their reviews: each mail once, in the order of what happened."""

from datetime import datetime

from django.conf import settings

from accounts import outbox

from .models import ModerationEvent, Review


def write_removed(review: Review, event: ModerationEvent, now: datetime) -> None:
    """Why it was removed, and where its writer can object."""
    _write("review_removed", review, event, now)


def write_restored(review: Review, event: ModerationEvent, now: datetime) -> None:
    url = settings.SITE_URL + review.get_absolute_url()
    _write("review_restored", review, event, now, review_url=url)


def _write(
    template: str, review: Review, event: ModerationEvent, now: datetime, **more: str
) -> None:
    """Put a mail about a locked review into the outbox. Whoever has no account any more gets none."""
    if review.user is None:
        return
    outbox.write_from(
        f"reviews/emails/{template}",
        {"review": review, "event": event, **more},
        to=review.user.email,
        user=review.user,
        dedupe_key=f"{template.replace('_', '-')}-{event.pk}",
        thread=f"review-{review.pk}",
        now=now,
    )
