"""What the log says of requests, tasks and mails, and whom it never names."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from smtplib import SMTPRecipientsRefused
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.errors import UniqueViolation

from accounts import outbox, sending
from accounts.models import OutboxMessage, User
from accounts.tasks import send_mail
from bookstore import logs, request_ids, tasks
from tests.accounts.doors import PASSWORD, ask_for_reset, link_in, mails_to, member, reset, sign_in
from tests.conftest import PROJECT, tasks_run_by
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.processes import database_url, empty_queue
from tests.shop.conftest import ADDRESS, order_through_pages

pytestmark = pytest.mark.django_db
SAM = "sam@example.org"
TOKEN = "0123456789abcdef"


class Log:
    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.caplog = caplog

    @property
    def text(self) -> str:
        return self.caplog.text

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def log(caplog) -> Log:
    caplog.handler.setFormatter(logs.LineFormatter(shape="json"))
    caplog.set_level(logging.INFO)
    return Log(caplog)


def raises(error):
    def raise_it(*args, **kwargs):
        name = "Sam Shopper"  # noqa: F841
        raise error

    return raise_it


# One line for each request


def test_a_request_is_one_line_under_the_id_of_its_answer(client, log):
    book = BookFactory()

    page = client.get(f"/books/{book.ean}/?q=whales")

    (line,) = log.of("request")
    assert line["request_id"] == page["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == (
        "GET",
        page.resolver_match.view_name,
        page.status_code,
    )
    assert line["queries"] > 0 and line["ms"] > 0
    assert book.ean not in log.text and "whales" not in log.text


def test_every_request_has_an_id_of_its_own(client):
    ids = {client.get("/healthz")["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
    assert request_ids.current() == ""


@pytest.mark.parametrize(
    "sent", ["short", "x" * 65, "sam@example.org", "with space in it", "a\nforged-line"]
)
def test_what_is_no_token_is_not_taken_over_even_from_a_proxy(client, settings, sent):
    settings.TRUSTED_PROXIES = 1

    assert client.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"] != sent


def test_the_id_of_a_proxy_counts_where_there_is_one(client, settings):
    asked = {"headers": {"X-Request-ID": TOKEN}}

    assert client.get("/healthz", **asked)["X-Request-ID"] != TOKEN
    settings.TRUSTED_PROXIES = 1
    assert client.get("/healthz", **asked)["X-Request-ID"] == TOKEN


def test_what_is_asked_every_second_is_told_only_if_it_fails(client, log, monkeypatch):
    client.get("/healthz")
    client.get("/readyz")
    assert log.of("request") == []

    monkeypatch.setattr("bookstore.health.problems", lambda: ["database: OperationalError"])
    client.get("/readyz")

    (line,) = log.of("request")
    assert (line["route"], line["status"], line["level"]) == ("readyz", 503, "error")


@pytest.mark.parametrize(
    ("path", "route"), [("/no/such/page/sam/", "unknown"), ("/static/no-such.css", "static")]
)
def test_what_is_not_found_is_no_route(client, log, path, route):
    client.get(path)

    assert [(line["route"], line["status"]) for line in log.of("request")] == [(route, 404)]
    assert "sam" not in log.text


def test_a_method_that_nobody_knows_is_not_told(client, log):
    client.generic("SAMSHOPPER", "/")

    assert log.of("request")[0]["method"] == "other"
    assert "SAMSHOPPER" not in log.text


# Nobody is named


def test_a_day_in_the_shop_names_nobody(log, settings):
    settings.PAYMENT_PROVIDER = "demo"
    DeliveryMethodFactory()
    member(SAM, name="Sam Shopper")
    client = Client(REMOTE_ADDR="203.0.113.77")
    client.get("/books/?q=unspeakable+words")
    order = order_through_pages(client, BookFactory(stock=3))
    client.get(order.get_absolute_url())
    sign_in(client)
    client.post("/accounts/name/", {"name": "Samantha Shopper"})
    ask_for_reset(Client(), SAM)
    link = link_in(mails_to(SAM)[-1])
    reset(Client(), link)
    for message in OutboxMessage.objects.all():
        sending.deliver(message_id=message.message_id, now=timezone.now())

    assert len(log.of("request")) > 10 and log.of("mail sent")
    secrets = (SAM, "Sam", PASSWORD, "unspeakable", "203.0.113.77", "python-requests")
    keys = (client.session.session_key, link.rstrip("/").rpartition("/")[2], order.number)
    csrf = client.cookies["csrftoken"].value
    for secret in (*secrets, *keys, csrf, ADDRESS["email"], ADDRESS["line1"], "Nadia"):
        assert secret not in log.text, secret


def test_a_page_that_breaks_tells_where_and_neither_values_nor_addresses(log, monkeypatch):
    client = Client(raise_request_exception=False)
    error = RuntimeError("no mailbox for sam@example.org, see /wishlist/shared/aSecretKey/")
    monkeypatch.setattr("bookstore.views.pages.site_of", raises(error))

    page = client.get("/terms/?token=secret")

    (failure,) = log.of("Internal Server Error: terms")
    assert failure["request_id"] == page["X-Request-ID"]
    assert (
        "raise error" in failure["exception"]
        and "RuntimeError: no mailbox for" in failure["exception"]
    )
    for secret in ("Sam Shopper", SAM, "aSecretKey", "token=secret"):
        assert secret not in log.text
    (line,) = log.of("request")
    assert (line["status"], line["error"]) == (500, "RuntimeError")


def test_the_page_of_a_failure_names_the_id_to_be_told_to_the_shop(monkeypatch):
    monkeypatch.setattr("bookstore.views.pages.site_of", raises(RuntimeError("broken")))

    page = Client(raise_request_exception=False).get("/terms/")

    assert page.status_code == 500
    assert page["X-Request-ID"] in page.text


def test_what_the_database_quotes_of_a_row_is_left_out(log):
    member(SAM)
    once_more = User(email=SAM, name="Sam\n\nShopper")

    try:
        with transaction.atomic():
            User.objects.bulk_create([once_more])
    except Error:
        logging.getLogger("bookstore").exception("not made")

    (line,) = log.of("not made")
    assert "IntegrityError: duplicate key value" in line["exception"]
    assert "DETAIL" not in line["exception"] and "Shopper" not in log.text and SAM not in log.text
    # Of both, the one of psycopg and that of Django which came of it.
    assert line["exception"].count("duplicate key value") == 2


@pytest.mark.parametrize("in_group", [False, True])
@pytest.mark.parametrize("word", ["DÉTAIL : ", "ПОДРОБНОСТИ:  ", ""])
def test_a_database_that_speaks_another_language_is_not_quoted_either(log, word, in_group):
    refusal = UniqueViolation(
        f"valeur dupliquée\n{word}(name)=(Sam\n\n  Shopper) existe\nLIGNE 1 : …"
    )
    failure = IntegrityError(*refusal.args)
    failure.__cause__ = refusal
    shown = ExceptionGroup("several", [failure]) if in_group else failure

    logging.getLogger("bookstore").error("not made", exc_info=shown)

    (line,) = log.of("not made")
    assert line["exception"].count("valeur dupliquée") == 2
    assert line["exception"].count("(what it quotes is left out)") >= 2
    for quoted in ("Sam", "Shopper", "LIGNE"):
        assert quoted not in log.text


def test_gunicorn_tells_of_bad_requests_without_who_sent_them(log):
    logger = logging.getLogger("gunicorn.error")

    logger.warning("Invalid request from ip=203.0.113.77: Invalid HTTP request line: 'GET /?q=sam'")

    assert [line["event"] for line in log.lines] == ["Invalid request"]


@pytest.mark.parametrize("shape", logs.SHAPES)
def test_both_shapes_tell_the_same(shape):
    formatter = logs.LineFormatter(shape=shape)
    record = logging.makeLogRecord(
        {"name": "bookstore.mail", "levelname": "INFO", "msg": "mail sent", "facts": {"mail": 7}}
    )

    with request_ids.carried(TOKEN):
        line = formatter.format(record)

    for told in ("mail sent", "bookstore.mail", "7", TOKEN):
        assert told in line


def test_the_short_way_to_a_line_of_a_request_tells_what_the_long_one_does():
    formatter = logs.LineFormatter(shape="json")
    facts = {"request_id": TOKEN, "method": "GET", "route": "terms", "status": 200, "ms": 1.5}
    record = logs.line_of_request("bookstore.requests", logging.INFO, facts)

    short = formatter.format(record)
    record.is_of_request = False

    assert json.loads(short) == json.loads(formatter.format(record))


# The id goes on to tasks and mails


def test_a_mail_bears_the_id_of_what_caused_it_and_so_does_the_line_about_it(log):
    member(SAM)

    page = Client().post("/accounts/password/reset/", {"email": SAM})

    (message,) = mails_to(SAM)
    assert message.request_id == page["X-Request-ID"]
    sending.deliver(message_id=message.message_id, now=timezone.now())
    (sent,) = mail.outbox
    assert sent.extra_headers["X-Request-ID"] == page["X-Request-ID"]
    (line,) = log.of("mail sent")
    assert (line["mail"], line["request_id"]) == (message.pk, page["X-Request-ID"])


def test_a_mail_of_an_older_release_is_sent_without_one():
    outbox.write(to=SAM, subject="Hello", body="A link", now=timezone.now())
    message = OutboxMessage.objects.get()
    assert message.request_id == ""

    sending.deliver(message_id=message.message_id, now=timezone.now())

    assert "X-Request-ID" not in mail.outbox[0].extra_headers


def test_a_mail_server_that_names_whom_it_refuses_is_not_quoted(log, monkeypatch):
    outbox.write(to=SAM, subject="Hello", body="A link", now=timezone.now())
    refusal = SMTPRecipientsRefused({SAM: (550, b"Sam has moved")})
    monkeypatch.setattr(sending, "_send", raises(refusal))

    sending.deliver(message_id=OutboxMessage.objects.get().message_id, now=timezone.now())

    (line,) = log.of("mail not sent")
    assert line["error"] == "SMTPRecipientsRefused"
    assert "Sam" not in log.text and SAM not in log.text


def test_a_task_carries_the_id_to_the_worker(settings, log):
    settings.TASKS = tasks_run_by("bookstore.tasks.ProcrastinateBackend")
    empty_queue()
    with request_ids.carried(TOKEN):
        send_mail.enqueue(message_id="nobody's")
    given = ProcrastinateJob.objects.get().args
    tasks.run_task(**given)

    assert given["request_id"] == TOKEN
    (line,) = log.of("task done")
    assert (line["task"], line["request_id"]) == ("accounts.tasks.send_mail", TOKEN)


def test_a_task_that_an_older_release_enqueued_runs_under_an_id_of_its_own(log):
    tasks.run_task(path="accounts.tasks.send_mail", args=[], kwargs={"message_id": "nobody's"})

    (line,) = log.of("task done")
    assert len(line["request_id"]) == len(TOKEN)


def test_a_task_that_fails_tells_where_each_time(log, monkeypatch):
    monkeypatch.setattr("accounts.sending.deliver", raises(RuntimeError(f"no {SAM}")))

    with pytest.raises(RuntimeError):
        tasks.run_task("accounts.tasks.send_mail", [], {"message_id": "x"}, TOKEN)

    (line,) = log.of("task failed")
    assert (line["error"], line["request_id"], line["level"]) == ("RuntimeError", TOKEN, "warning")
    assert "raise error" in line["exception"] and SAM not in log.text


def test_what_procrastinate_says_of_a_task_has_the_id_too():
    async def run() -> str:
        return request_ids.current()

    def seen(**arguments: str) -> str:
        context = SimpleNamespace(job=SimpleNamespace(task_kwargs=arguments))
        return asyncio.run(tasks.under_its_request(run, context, None))

    assert seen(request_id=TOKEN) == TOKEN
    assert len(seen()) == len(TOKEN)


# Commands


@pytest.mark.slow
def test_a_run_of_a_command_has_one_id(tmp_path):
    script = (
        "import sys, logging; sys.argv = ['manage.py', 'shell', '-v', '0', '-c', "
        '\'import logging; [logging.getLogger("bookstore").warning(word) for word in "ab"]\'];'
        "import runpy; runpy.run_path('manage.py', run_name='__main__')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url(), "LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        check=True,
    )

    first, second = (json.loads(line) for line in run.stderr.splitlines())
    assert first["command"] == "shell"
    assert first["request_id"] == second["request_id"] != ""
