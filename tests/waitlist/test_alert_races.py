"""Alerts when several hands are at them at once, or one of them is killed."""

from functools import partial

import pytest
from django.utils import timezone

from accounts import erasing
from accounts.models import OutboxMessage
from accounts.person import Person
from accounts.personal_data import FAREWELL
from catalog.models import Book
from tests.crew import Crew
from tests.threads import at_once
from waitlist import alert_mails, alerts
from waitlist.models import RestockAlert

from .lists import confirmed_reader, deliver, sold_out

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

READERS = 60


@pytest.fixture
def book() -> Book:
    """A book with copies for everybody who asked, none of whom was mailed yet."""
    book = sold_out()
    for _reader in range(READERS):
        alerts.ask(user=confirmed_reader(), book=book, now=timezone.now())
    deliver(book, 5)
    return book


def mail(book: Book) -> int:
    return alert_mails.mail(book_ids=[book.pk], now=timezone.now())


def everybody_has_one_mail() -> bool:
    mails = OutboxMessage.objects.values_list("to", flat=True)
    return len(mails) == len(set(mails)) == READERS


def test_workers_at_the_same_book_mail_everybody_once(book, monkeypatch):
    monkeypatch.setattr(alert_mails, "AT_A_TIME", 7)

    counts = at_once([partial(mail, book)] * 4)

    assert sum(counts) == READERS
    assert everybody_has_one_mail()
    assert not RestockAlert.objects.open().exists()


def test_workers_that_are_killed_leave_nobody_out_and_tell_nobody_twice(book, monkeypatch):
    monkeypatch.setattr(alert_mails, "AT_A_TIME", 1)
    crew = Crew(lambda _turn: mail(book), range(8), size=3, kill_every=0.05)

    crew.run()
    mail(book)

    assert crew.kills
    assert everybody_has_one_mail()
    assert not RestockAlert.objects.open().exists()


def test_a_reader_who_asks_in_two_tabs_has_one_alert():
    book, reader = sold_out(), confirmed_reader()
    ask = partial(alerts.ask, user=reader, book=book, now=timezone.now())

    first, second = at_once([ask, ask])

    assert first == second
    assert RestockAlert.objects.count() == 1


def test_whoever_takes_it_back_while_mails_are_written_is_mailed_or_not_never_both(book):
    readers = [alert.user for alert in RestockAlert.objects.select_related("user")]

    def take_back(user) -> bool:
        try:
            alerts.remove(user=user, book=book, now=timezone.now())
        except alerts.NoAlert:
            return False
        return True

    outcomes = at_once([partial(mail, book), *(partial(take_back, one) for one in readers[:20])])

    mail(book)
    mailed = set(OutboxMessage.objects.values_list("to", flat=True))
    taken_back = {user.email for user, done in zip(readers, outcomes[1:], strict=False) if done}
    assert mailed | taken_back == {user.email for user in readers}
    assert not mailed & taken_back


def test_whoever_has_their_data_erased_meanwhile_is_written_to_no_more(book):
    readers = [alert.user for alert in RestockAlert.objects.select_related("user")][:20]

    def erase(user) -> int:
        return erasing.erase(person=Person.of(user), now=timezone.now())

    outcomes = at_once([partial(mail, book), *(partial(erase, one) for one in readers)])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    written = OutboxMessage.objects.filter(to__in=[user.email for user in readers])
    assert not written.exclude(dedupe_key__startswith=FAREWELL).exists()
