"""`manage.py expire_holds`, and the worker that does the same every minute."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import OutboxMessage
from bookstore.tasks import PERIODIC
from tests.factories import receive
from waitlist import tasks
from waitlist.models import PreBooking, PreBookingEvent

from .lists import deliver, join, line, sold_out, states, stock_of

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=49)


@pytest.fixture
def overdue():
    """Two in line, and the time of the first one is over."""
    book = sold_out()
    waiting = line(book, 2)
    deliver(book, 1, now=timezone.now() - LONG_AGO)
    return waiting


def test_it_ends_holds_offers_what_is_left_and_reminds(overdue, capsys):
    left_over = sold_out()
    late = join(left_over)
    receive(left_over, 1)
    reminded = join(soon := sold_out())
    deliver(soon, 1, now=timezone.now() - timedelta(hours=30))

    call_command("expire_holds")

    assert capsys.readouterr().out == ("Holds ended: 1. Copies offered besides: 1. Reminders: 1.\n")
    assert states([*overdue, late, reminded]) == ["lapsed", "offered", "offered", "offered"]
    reminded.refresh_from_db()
    assert reminded.reminded_at is not None


def test_with_nothing_to_do_it_says_so_and_changes_nothing(capsys):
    book = sold_out()
    waiting = line(book, 2)
    deliver(book, 1)
    before = PreBookingEvent.objects.count()

    call_command("expire_holds")

    assert capsys.readouterr().out == ("Holds ended: 0. Copies offered besides: 0. Reminders: 0.\n")
    assert states(waiting) == ["offered", "waiting"]
    assert PreBookingEvent.objects.count() == before


def test_a_second_run_finds_nothing_left(overdue, capsys):
    call_command("expire_holds")
    capsys.readouterr()

    call_command("expire_holds")

    assert capsys.readouterr().out.startswith("Holds ended: 0.")


@pytest.mark.parametrize("arguments", [["now"], ["--hours", "3"]])
def test_it_takes_no_arguments(overdue, arguments):
    with pytest.raises(CommandError, match="unrecognized arguments"):
        call_command("expire_holds", *arguments)

    assert states(overdue) == ["offered", "waiting"]


def test_the_help_shows_an_example(capsys):
    with pytest.raises(SystemExit):
        call_command("expire_holds", "--help")

    assert "$ python manage.py expire_holds" in capsys.readouterr().out


def test_the_worker_does_it_every_minute(overdue):
    assert PERIODIC["expire_holds"] == ("* * * * *", "waitlist.tasks.expire_holds")

    tasks.expire_holds.call()

    assert states(overdue) == ["lapsed", "offered"]


@pytest.mark.django_db(transaction=True)
def test_run_twice_at_once_each_hold_ends_once_and_its_copy_goes_on_once(capsys):
    books = [sold_out() for _book in range(8)]
    for book in books:
        line(book, 5)
        deliver(book, 2, now=timezone.now() - LONG_AGO)
    gate = threading.Barrier(2)

    def run() -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            call_command("expire_holds")
        finally:
            connection.close()

    both = [threading.Thread(target=run) for _run in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    ended = [int(text.split(".")[0]) for text in capsys.readouterr().out.split("Holds ended: ")[1:]]
    assert (len(ended), sum(ended)) == (2, 16)
    for book in books:
        places = list(PreBooking.objects.filter(book=book).order_by("pk"))
        assert states(places) == ["lapsed", "lapsed", "offered", "offered", "waiting"]
        assert stock_of(book) == 0
    lapsed = PreBookingEvent.objects.filter(kind="lapsed").values("pre_booking")
    assert (lapsed.count(), lapsed.distinct().count()) == (16, 16)
    assert OutboxMessage.objects.filter(dedupe_key__startswith="waiting-list-offer").count() == 32
