"""The mail of the day when several workers write it at once, or one of them is killed."""

import time
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from accounts import erasing
from accounts.models import OutboxMessage, User
from accounts.person import Person
from accounts.personal_data import FAREWELL
from catalog.models import Book
from tests.crew import Crew
from tests.factories import BookFactory
from tests.threads import at_once
from waitlist import notice_mails, notices, wishlists
from waitlist.models import NoticeChoice, WishlistItem

from .lists import confirmed_reader

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MONDAY = datetime(2026, 7, 6, 7, 0, tzinfo=ZoneInfo("Europe/London"))
READERS = 40


@pytest.fixture
def readers() -> list[User]:
    """All of them have news of the same book, and nobody was told yet."""
    before, book = MONDAY - timedelta(days=1), BookFactory()
    readers = [confirmed_reader() for _reader in range(READERS)]
    for user in readers:
        notices.choose(user=user, wants_price_falls=True, wants_restock=True, now=before)
        wishlists.save(user=user, book=book, now=before)
    Book.objects.filter(pk=book.pk).update(price=5)
    return readers


def mail(_turn: object = None) -> int:
    return notice_mails.mail(now=MONDAY)


def everybody_was_told_once() -> bool:
    mails = list(OutboxMessage.objects.values_list("to", flat=True))
    items = WishlistItem.objects.filter(price_told=5)
    choices = NoticeChoice.objects.filter(looked_on=MONDAY.date())
    counts = {len(mails), len(set(mails)), items.count(), choices.count()}
    return counts == {READERS}


def test_workers_at_once_tell_everybody_once(readers, monkeypatch):
    monkeypatch.setattr(notice_mails, "AT_A_TIME", 7)

    counts = at_once([mail] * 4)

    assert sum(counts) == READERS
    assert everybody_was_told_once()


def test_workers_that_are_killed_leave_nobody_out_and_tell_nobody_twice(readers, monkeypatch):
    monkeypatch.setattr(notice_mails, "AT_A_TIME", 7)
    crew = Crew(mail, range(8), size=3, kill_every=0.05)

    crew.run()
    mail()

    assert crew.kills
    assert everybody_was_told_once()


def test_members_who_change_their_lists_meanwhile_hold_nothing_up(readers):
    more = BookFactory()

    def choose_and_wish(user: User) -> None:
        wishlists.save(user=user, book=more, now=MONDAY)
        notices.choose(user=user, wants_price_falls=True, wants_restock=False, now=MONDAY)

    outcomes = at_once([mail, mail, *(partial(choose_and_wish, user) for user in readers[:20])])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    mail()
    mails = list(OutboxMessage.objects.values_list("to", flat=True))
    assert len(mails) == len(set(mails)) == READERS


def test_whoever_has_their_data_erased_meanwhile_is_written_to_no_more(readers, monkeypatch):
    leaving, begun, write = readers[:3], Event(), notice_mails._write

    def write_slowly(choice, news, now) -> None:
        begun.set()
        write(choice, news, now)
        time.sleep(0.5)

    def erase(user: User) -> int:
        begun.wait(10)
        return erasing.erase(person=Person.of(user), now=MONDAY)

    monkeypatch.setattr(notice_mails, "_write", write_slowly)
    NoticeChoice.objects.exclude(user__in=leaving).delete()

    outcomes = at_once([mail, *(partial(erase, user) for user in leaving)])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    written = OutboxMessage.objects.filter(to__in=[user.email for user in leaving])
    assert not written.exclude(dedupe_key__startswith=FAREWELL).exists()
