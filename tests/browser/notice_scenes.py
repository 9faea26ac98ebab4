"""Somebody who asked for mails about books, and whoever comes by the links in these."""

from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from tests.accounts import doors
from waitlist import alerts, notices
from waitlist.models import NoticeChoice, RestockAlert

from .account_scenes import members
from .scenes import Scene


def asked(scene: Scene, user: User) -> RestockAlert:
    """For a book with the longest of titles, and for another one."""
    now = timezone.now()
    for title in ("Lady Susan", "Donaudampfschifffahrtsgesellschaftskapitaenskajuetentuer" * 2):
        alert = alerts.ask(user=user, book=scene.book(title, stock=0), now=now)
    return alert


def chosen(scene: Scene, user: User) -> NoticeChoice:
    return notices.choose(
        user=user, wants_price_falls=True, wants_restock=False, now=timezone.now()
    )


def question(scene: Scene) -> str:
    members("")(scene)
    book = scene.book("Sanditon", stock=0, price=Decimal("9.99"))
    return f"/queue/{book.ean}/alert/"


def end_of_alerts(scene: Scene) -> str:
    return f"/queue/alerts/stop/{asked(scene, doors.member()).key}/"


def end_of_notices(scene: Scene) -> str:
    return f"/wishlist/notices/stop/{chosen(scene, doors.member()).key}/"


NOTICE_PAGES: dict[str, Callable[[Scene], str]] = {
    "no emails about books": members("/wishlist/notices/"),
    "emails about books": members("/wishlist/notices/", chosen, asked),
    "tell me when it is back": question,
    "end of alerts": end_of_alerts,
    "end of alerts, done": end_of_alerts,
    "end of emails about wishlists": end_of_notices,
    "end of emails about wishlists, done": end_of_notices,
}
# Sent by the button of this name before anything is looked at.
ENDED = {
    "end of alerts, done": "Send me no more alerts",
    "end of emails about wishlists, done": "Send me no more of these",
}
