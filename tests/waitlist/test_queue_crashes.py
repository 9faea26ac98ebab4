"""A process is killed between any two steps from a delivery to the mail; the next run finishes it."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import sending
from accounts.models import OutboxMessage
from catalog.models import StockMovement
from waitlist import offers
from waitlist.models import Arrival, PreBooking, PreBookingEvent

from .lists import assert_sane, deliver, line, sold_out, stock_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Before or after one of these the process dies: (owner, name of the function).
STEPS = [
    ("catalog.stock", "_add_movements"),
    ("waitlist.models.Arrival.objects", "create"),
    ("waitlist.holds", "offer_free_copies"),
    ("waitlist.holds", "_move"),
    ("waitlist.holds", "_offer"),
    ("waitlist.holds", "note_all"),
    ("waitlist.emails", "write_offer"),
    ("accounts.outbox", "write"),
]


@pytest.fixture
def mailbox(settings, tmp_path) -> Path:
    """Where mails arrive, also those that a process sends which dies then."""
    backend = "django.core.mail.backends.filebased.EmailBackend"
    options = {"file_path": tmp_path / "mail"}
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    return tmp_path / "mail"


def killed_at(owner: str, name: str, act: Callable[[], Any], *, after: bool) -> bool:
    """Do `act` in a process that dies before or after that step. Whether it came as far."""

    def run() -> None:
        holder = _found(owner)
        step = getattr(holder, name)

        def deadly(*args: Any, **kwargs: Any) -> Any:
            if after:
                step(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(holder, name, deadly)
        act()

    # What is forked must not share a connection with us.
    connections.close_all()
    process = get_context("fork").Process(target=run)
    process.start()
    process.join(60)
    return process.exitcode == -signal.SIGKILL


def _found(owner: str) -> Any:
    try:
        return import_string(owner)
    except (ImportError, AttributeError):
        head, _dot, tail = owner.rpartition(".")
        return getattr(_found(head), tail)


def send_all(now) -> None:
    """What the sweep of the outbox does."""
    for message_id in sending.due(now=now):
        sending.deliver(message_id=message_id, now=now)


def readers_of(mailbox: Path) -> Counter[str]:
    mails = [path.read_text() for path in mailbox.glob("*")] if mailbox.exists() else []
    lines = [line for mail in mails for line in mail.splitlines()]
    return Counter(line.removeprefix("To: ") for line in lines if line.startswith("To: "))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), STEPS)
def test_a_delivery_that_dies_on_its_way_has_not_happened(mailbox, owner, name, after):
    book = sold_out()
    waiting = line(book, 3)

    assert killed_at(owner, name, lambda: deliver(book, 2), after=after)

    assert stock_of(book) == 0
    assert not Arrival.objects.exists()
    assert not StockMovement.objects.exists()
    assert not OutboxMessage.objects.exists()
    # Whoever brought the copies sees that nothing was written, and brings them again.
    deliver(book, 2)
    send_all(timezone.now())
    assert readers_of(mailbox) == {one.user.email: 1 for one in waiting[:2]}
    assert_sane(book)


def test_a_delivery_that_dies_when_it_is_committed_has_happened(mailbox):
    """Before any worker is told of the mails, that is."""
    book = sold_out()
    waiting = line(book, 3)

    connection = "django.db.backends.base.base.BaseDatabaseWrapper"
    hooks = "run_and_clear_commit_hooks"
    assert killed_at(connection, hooks, lambda: deliver(book, 2), after=False)

    assert PreBooking.objects.offered().count() == 2
    send_all(timezone.now())
    send_all(timezone.now())
    assert readers_of(mailbox) == {one.user.email: 1 for one in waiting[:2]}
    assert_sane(book)


@pytest.mark.parametrize(
    ("owner", "name", "after", "mails"),
    [
        ("accounts.sending", "_send", False, 1),
        # The mail server has it, and nobody could write that down: once more, under its old id.
        ("accounts.sending", "_send", True, 2),
        ("accounts.sending", "_note_success", True, 1),
    ],
)
def test_a_mail_whose_sender_dies_is_sent_by_the_next_and_twice_at_the_most(
    mailbox, owner, name, after, mails
):
    book, now = sold_out(), timezone.now()
    waiting = line(book, 1)
    deliver(book, 1, now=now)

    assert killed_at(owner, name, lambda: send_all(now), after=after)
    for minutes in (0, 2, 4):
        send_all(now + timedelta(minutes=minutes))

    assert readers_of(mailbox) == {waiting[0].user.email: mails}
    ids = {line for path in mailbox.glob("*") for line in path.read_text().splitlines()}
    assert len([line for line in ids if line.startswith("Message-ID")]) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("owner", "name"),
    [("waitlist.offers", "let_lapse"), ("waitlist.holds", "pass_on"), ("waitlist.holds", "_offer")],
)
def test_a_sweep_that_dies_leaves_the_hold_to_the_next_one(mailbox, owner, name, after):
    book, now = sold_out(), timezone.now()
    waiting = line(book, 2)
    deliver(book, 1, now=now)
    later = now + timedelta(hours=48)

    assert killed_at(owner, name, lambda: offers.expire(now=later), after=after)
    assert offers.expire(now=later) == 1
    assert offers.expire(now=later) == 0

    kinds = PreBookingEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["joined", "joined", "offered", "lapsed", "offered"]
    # Mails about one place leave one after another.
    send_all(later)
    send_all(later)
    assert readers_of(mailbox) == {waiting[0].user.email: 2, waiting[1].user.email: 1}
    assert_sane(book)
