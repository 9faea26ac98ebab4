from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from tests.audits import found_by

pytestmark = pytest.mark.django_db

LATE, SOON = timedelta(minutes=-61), timedelta(minutes=-59)


def mail(due: timedelta | None, **fields) -> OutboxMessage:
    """A mail that is to be tried at that time from now; None: it was given up, unless it was sent."""
    now = timezone.now()
    return OutboxMessage.objects.create(
        to="sam@example.org",
        subject="Hello",
        body="Hello",
        message_id=f"<{OutboxMessage.objects.count()}@example.org>",
        created_at=now - timedelta(days=2),
        next_try_at=None if due is None else now + due,
        **fields,
    )


def stuck() -> list[int]:
    return [int(words.split(":")[0].removeprefix("mail ")) for words in found_by("A mail that is")]


def test_mails_on_their_way_are_right():
    mail(SOON)
    mail(timedelta(hours=3), attempts=9)
    mail(None, sent_at=timezone.now())
    mail(None, attempts=12)

    assert stuck() == []


def test_a_mail_that_nobody_tries_is_found():
    late = mail(LATE, attempts=3)

    [words] = found_by("A mail that is")
    assert words.startswith(f"mail {late.pk}: due since ") and words.endswith(" UTC, tried 3 times")
    assert "sam@example.org" not in words


def test_a_mail_may_wait_for_an_earlier_one_of_its_thread():
    first = mail(timedelta(hours=3), thread="order-1", attempts=9)
    mail(LATE, thread="order-1")
    assert stuck() == []

    OutboxMessage.objects.filter(pk=first.pk).update(next_try_at=timezone.now() + LATE)
    assert stuck() == [first.pk]


def test_a_mail_is_free_once_the_earlier_one_is_sent():
    first = mail(None, thread="order-1", sent_at=timezone.now())
    second = mail(LATE, thread="order-1")
    assert stuck() == []

    OutboxMessage.objects.filter(pk=first.pk).update(sent_at=timezone.now() + LATE)
    assert stuck() == [second.pk]


def test_a_mail_behind_one_that_was_given_up_has_a_day_more():
    mail(None, thread="order-1", attempts=12)
    second = mail(LATE, thread="order-1")
    assert stuck() == []

    OutboxMessage.objects.filter(pk=second.pk).update(
        next_try_at=timezone.now() + LATE - timedelta(days=1)
    )
    assert stuck() == [second.pk]
