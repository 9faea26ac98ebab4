"""Mailing those who asked to be told of copies that the waiting list has left on sale."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import outbox
from accounts.confirming import signs_in_with_own_address
from accounts.languages import language_of
from catalog.models import Book

from .models import RestockAlert, WishlistItem

AT_A_TIME = 100


def mail(*, book_ids: Iterable[int], now: datetime) -> int:
    """Mail everybody who asked for one of these books, as far as copies are still on sale.

    Safe to kill, to run again and to run twice at once: an alert ends in the transaction that
    writes its mail. Where copies are gone meanwhile, the alerts stay open. Returns the count.
    """
    mailed = 0
    for book_id in sorted(book_ids):
        while batch := _mail_some(book_id, now):
            mailed += batch
    return mailed


def mail_left_behind(*, now: datetime) -> int:
    """The same for whatever a crash has left, or a price that came later than the copies."""
    book_ids = _to_mail(now).order_by().values_list("book_id", flat=True).distinct()
    return mail(book_ids=list(book_ids), now=now)


@transaction.atomic
def _mail_some(book_id: int, now: datetime) -> int:
    alerts = list(_locked(book_id, now))
    if not alerts:
        return 0
    for alert in alerts:
        _write(alert, now)
    told = RestockAlert.objects.filter(pk__in=[alert.pk for alert in alerts])
    told.update(mailed_at=now, ended_at=now)
    # Their wishlists have no news of it any more.
    items = WishlistItem.objects.filter(
        book=book_id, wishlist__user__in=[a.user_id for a in alerts]
    )
    items.update(in_stock_told=True)
    return len(alerts)


def _locked(book_id: int, now: datetime) -> Iterable[RestockAlert]:
    """The next alerts to mail, with their readers, held until the transaction ends.

    Those that anybody else holds are left out: another worker mails them, or their reader just
    takes them back or has their data erased; if not, the sweep finds them.
    """
    alerts = _to_mail(now).filter(book=book_id).with_books().select_related("user")
    locked: Iterable[RestockAlert] = alerts.select_for_update(
        of=("self", "user"), skip_locked=True, no_key=True
    )[:AT_A_TIME]
    return locked


def _to_mail(now: datetime) -> Any:
    """Open alerts for books of which copies are on sale, of readers who can be written to."""
    return RestockAlert.objects.open().filter(
        signs_in_with_own_address("user"),
        user__is_active=True,
        book__in=Book.objects.can_be_bought(timezone.localdate(now)),
    )


def _write(alert: RestockAlert, now: datetime) -> None:
    context = {
        "alert": alert,
        "book": alert.book,
        "book_url": settings.SITE_URL + alert.book.get_absolute_url(),
    }
    outbox.write_from(
        "waitlist/emails/restock",
        context,
        language=language_of(alert.user),
        to=alert.user.email,
        user=alert.user,
        dedupe_key=f"restock-alert-{alert.pk}",
        unsubscribe_url=alert.stop_url,
        now=now,
    )
