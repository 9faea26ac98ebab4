"""The mail of the day about wishlists: one for each member who wants it, with all their news."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.confirming import signs_in_with_own_address
from accounts.languages import language_of
from accounts.models import User

from .models import NoticeChoice
from .news import News, changed, changed_of, news_in, remember

log = logging.getLogger("bookstore.waitlist")

# In the shop's time zone. Whoever was not looked at then, since no worker ran, is looked at later.
HOUR = 7
AT_A_TIME = 500
MOST_TOLD = 50


def mail(*, now: datetime) -> int:
    """Mail the news of today, once its hour has come, to all who have not had them.

    Safe to kill, to run again and to run twice at once: the day is noted in the transaction that
    writes the mail and keeps what was told. A member whose mail the database refuses is logged, and
    keeps nobody else from theirs. Returns the count of mails.
    """
    if timezone.localtime(now).hour < HOUR:
        return 0
    return sum(_tell_safely(user_id, now) for user_id in _with_news(timezone.localdate(now)))


def _with_news(today: date) -> Iterator[int]:
    """Whose wishlists have changed, in the order of keys; all others are done with for today."""
    after = 0
    while batch := _next(after, today):
        after, user_ids = batch
        yield from user_ids


@transaction.atomic
def _next(after: int, today: date) -> tuple[int, list[int]] | None:
    """The last key of the next few choices, and whose of them have changes. None after the last.

    What another worker has in its hands is left to it.
    """
    choices = _to_mail(today).filter(pk__gt=after)
    choices = choices.select_for_update(of=("self",), skip_locked=True, no_key=True)
    found = {choice.user_id: choice.pk for choice in choices[:AT_A_TIME]}
    if not found:
        return None
    items = changed(today).filter(wishlist__user__in=list(found))
    with_changes = set(items.order_by().values_list("wishlist__user", flat=True))
    quiet = [pk for user_id, pk in found.items() if user_id not in with_changes]
    NoticeChoice.objects.filter(pk__in=quiet).update(looked_on=today)
    return max(found.values()), sorted(with_changes)


def _tell_safely(user_id: int, now: datetime) -> bool:
    try:
        return _tell(user_id, now)
    except DatabaseError:
        log.exception("the wishlists of user %s were left as they are", user_id)
        return False


@transaction.atomic
def _tell(user_id: int, now: datetime) -> bool:
    """Write somebody's mail of today, if it is not written yet and there is anything to tell."""
    today = timezone.localdate(now)
    # Whoever was quicker, they themselves or another worker, has held their row before.
    User.objects.filter(pk=user_id).select_for_update(no_key=True).first()
    choice = _to_mail(today).filter(user=user_id).select_related("user").first()
    if choice is None:
        return False
    items = changed_of(user_id, today)
    news = news_in(items, choice, today)
    if news:
        _write(choice, news, now)
    remember(items, today)
    choice.looked_on = today
    choice.save(update_fields=["looked_on"])
    return bool(news)


def _to_mail(today: date) -> Any:
    """Choices that are to be looked at, of members who can be written to."""
    return NoticeChoice.objects.to_look_at(today).filter(
        signs_in_with_own_address("user"), user__is_active=True
    )


def _write(choice: NoticeChoice, news: Sequence[News], now: datetime) -> None:
    context = {
        "choice": choice,
        "news": news[:MOST_TOLD],
        "count": len(news),
        "more": max(len(news) - MOST_TOLD, 0),
        "wishlist_url": settings.SITE_URL + reverse("waitlist:wishlist_default"),
    }
    outbox.write_from(
        "waitlist/emails/notices",
        context,
        language=language_of(choice.user),
        to=choice.user.email,
        user=choice.user,
        dedupe_key=f"wishlist-news-{choice.user_id}-{timezone.localdate(now)}",
        unsubscribe_url=choice.stop_url,
        now=now,
    )
