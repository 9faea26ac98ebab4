import email.policy
import smtplib
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.tasks import default_task_backend
from django.utils import timezone

from accounts import outbox, sending, tasks
from accounts.models import OutboxMessage, OutboxQuerySet
from bookstore.pauses import LONGEST

pytestmark = pytest.mark.django_db


def write(**changes) -> OutboxMessage:
    words = {"to": "sam@example.org", "subject": "Hello", "body": "A link", "now": timezone.now()}
    outbox.write(**{**words, **changes})
    return OutboxMessage.objects.latest("pk")


def send(message: OutboxMessage, **changes) -> bool:
    return sending.deliver(**{"message_id": message.message_id, "now": timezone.now(), **changes})


@pytest.fixture
def broken_server(monkeypatch):
    def refuse(message):
        raise smtplib.SMTPServerDisconnected("gone away")

    monkeypatch.setattr(sending, "_send", refuse)


def test_a_mail_is_sent_once_with_its_own_id():
    message = write()

    assert send(message) is True
    assert send(message) is False

    (sent,) = mail.outbox
    assert sent.to == ["sam@example.org"]
    assert sent.extra_headers["Message-ID"] == message.message_id


def test_a_mail_program_can_unsubscribe_by_itself():
    link = f"https://octavo-books.example/wishlist/notices/stop/{uuid.uuid4()}/"

    send(write(unsubscribe_url=link))

    (sent,) = mail.outbox
    # As it goes to a mail server: in one line, however long, and in no other writing.
    lines = sent.message(policy=email.policy.SMTP).as_bytes().decode().split("\r\n")
    assert f"List-Unsubscribe: <{link}>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_a_mail_that_was_not_subscribed_to_has_no_such_header():
    send(write())

    (sent,) = mail.outbox
    assert sent.extra_headers.keys() == {"Message-ID"}


def test_a_mail_leaves_as_text_and_as_html():
    send(write(html="<p>A link</p>"))
    send(write())

    both, text_alone = mail.outbox
    message = both.message(policy=email.policy.SMTP)
    assert message.get_content_type() == "multipart/alternative"
    kinds = [(part.get_content_type(), part.get_content()) for part in message.iter_parts()]
    assert kinds == [("text/plain", "A link\n"), ("text/html", "<p>A link</p>\n")]
    assert text_alone.message().get_content_type() == "text/plain"


def test_a_transaction_that_fails_leaves_no_mail_and_tells_no_worker(
    django_capture_on_commit_callbacks,
):
    def write_and_fail() -> None:
        with transaction.atomic():
            write()
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert not OutboxMessage.objects.exists()
    assert default_task_backend.results == []


def test_the_worker_is_told_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        message = write()

    (told,) = default_task_backend.results
    assert told.kwargs == {"message_id": message.message_id}


def test_the_sweep_finds_what_no_worker_was_told_of():
    write()

    tasks.sweep_outbox.call()

    assert len(mail.outbox) == 1


def test_the_same_reason_writes_one_mail():
    write(dedupe_key="order-1")
    write(dedupe_key="order-1")

    assert OutboxMessage.objects.count() == 1


def test_a_refusing_server_leaves_the_mail_for_later(broken_server):
    message, now = write(), timezone.now()

    assert send(message, now=now) is False

    message.refresh_from_db()
    assert message.sent_at is None
    assert message.next_try_at == now + timedelta(minutes=1)
    assert "gone away" in message.last_error
    assert send(message, now=now) is False
    message.refresh_from_db()
    assert message.attempts == 1


def test_pauses_double_and_end_as_failed(broken_server):
    message, now, pauses = write(), timezone.now(), []
    while message.next_try_at is not None:
        now = max(now, message.next_try_at)
        send(message, now=now)
        message.refresh_from_db()
        if message.next_try_at:
            pauses.append(message.next_try_at - now)

    assert pauses[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert max(pauses) == LONGEST
    assert message.attempts == sending.MOST_ATTEMPTS
    assert message.has_failed


def test_a_one_time_link_loses_its_body_once_sent():
    message = write(has_one_time_link=True, html="A link")

    send(message)

    message.refresh_from_db()
    assert message.body == message.html == ""
    assert mail.outbox[0].body == "A link"


def test_a_demo_keeps_it_readable(settings):
    settings.MAIL_KEEP_ONE_TIME_LINKS = True
    message = write(has_one_time_link=True)

    send(message)

    message.refresh_from_db()
    assert message.body == "A link"


def test_a_mail_given_up_loses_its_one_time_link_too(broken_server, monkeypatch):
    monkeypatch.setattr(sending, "MOST_ATTEMPTS", 1)
    message = write(has_one_time_link=True, html="A link")

    send(message)

    message.refresh_from_db()
    assert message.has_failed
    assert message.body == message.html == ""


def test_an_address_that_no_header_can_hold_stops_no_other_mail():
    impossible = write(to="a@xn--zzzzü.de")
    write(to="sam@example.org")

    tasks.sweep_outbox.call()

    impossible.refresh_from_db()
    assert impossible.sent_at is None
    assert "Error" in impossible.last_error
    assert [sent.to for sent in mail.outbox] == [["sam@example.org"]]


def test_a_mail_that_is_being_sent_is_nobody_elses_for_a_minute(monkeypatch):
    message, now = write(), timezone.now()

    def die(message) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "_send", die)
    with pytest.raises(KeyboardInterrupt):
        send(message, now=now)
    monkeypatch.undo()

    assert send(message, now=now + timedelta(seconds=59)) is False
    assert send(message, now=now + timedelta(seconds=61)) is True


def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(monkeypatch):
    # The test itself runs in one; what counts is that sending opens none of its own.
    message, depth = write(), len(connection.savepoint_ids)
    seen = []
    monkeypatch.setattr(sending, "_send", lambda mail: seen.append(len(connection.savepoint_ids)))

    send(message)

    assert seen == [depth]


def test_staff_do_not_read_one_time_links(staff_client):
    message = write(has_one_time_link=True, body="/accounts/confirm-email/secret/")

    page = staff_client.get(f"/admin/accounts/outboxmessage/{message.pk}/change/")

    assert page.status_code == 200
    assert "secret" not in page.content.decode()


def test_a_sent_mail_has_no_next_try():
    message = write()

    with pytest.raises(IntegrityError, match="sent_is_final"):
        OutboxMessage.objects.filter(pk=message.pk).update(sent_at=timezone.now())


def test_a_subject_with_a_line_break_stays_one_header():
    assert write(subject="Hello\nBcc: everybody@example.org").subject == (
        "Hello Bcc: everybody@example.org"
    )


def test_mails_of_one_thread_leave_in_the_order_they_were_written(broken_server, monkeypatch):
    first, second = write(thread="K7"), write(thread="K7")
    stranger = write(thread="M3")
    now = timezone.now()
    send(first, now=now)
    monkeypatch.undo()

    assert send(second, now=now) is False
    assert sending.due(now=now) == [stranger.message_id]

    later = now + timedelta(minutes=2)
    assert send(first, now=later) is True
    assert send(second, now=later) is True


def test_a_mail_that_was_given_up_holds_up_no_other_of_its_thread(broken_server, monkeypatch):
    first, second = write(thread="K7"), write(thread="K7")
    OutboxMessage.objects.filter(pk=first.pk).update(next_try_at=None)
    monkeypatch.undo()

    assert send(second) is True


def test_mails_that_wait_no_longer_are_deleted_after_90_days(monkeypatch):
    monkeypatch.setattr(sending, "DELETED_AT_A_TIME", 2)
    now = timezone.now()
    old, young = now - timedelta(days=90, seconds=1), now - timedelta(days=89)
    for at in (old, old, old, young):
        assert send(write(now=at), now=at)
    waiting = write(now=old)
    given_up = write(now=old)
    OutboxMessage.objects.filter(pk=given_up.pk).update(next_try_at=None)

    assert sending.delete_old(now=now) == 4

    assert set(OutboxMessage.objects.values_list("created_at", "sent_at")) == {
        (young, young),
        (waiting.created_at, None),
    }


def test_a_mail_that_is_erased_while_it_is_sent_troubles_nobody(monkeypatch):
    message = write()
    monkeypatch.setattr(sending, "_send", lambda message: OutboxMessage.objects.all().delete())

    assert send(message) is True

    assert not OutboxMessage.objects.exists()


def test_a_mail_that_is_erased_as_it_is_claimed_is_not_sent(monkeypatch):
    message = write()
    claim = OutboxQuerySet.update

    def claim_and_erase(self, **fields: object) -> int:
        claimed = claim(self, **fields)
        OutboxMessage.objects.all().delete()
        return claimed

    monkeypatch.setattr(OutboxQuerySet, "update", claim_and_erase)

    assert send(message) is False

    assert mail.outbox == []
