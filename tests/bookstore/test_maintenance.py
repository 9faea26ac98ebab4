from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache.backends.db import DatabaseCache
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from bookstore import maintenance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch):
    monkeypatch.setattr(maintenance, "LOOK_EVERY", 0)
    maintenance.believe(None, seconds=0)


def run(*words: str) -> str:
    out = StringIO()
    call_command("maintenance", *words, stdout=out)
    return out.getvalue().strip()


def test_a_closed_shop_says_so_on_every_page_and_when_to_come_back(client):
    run("on", "--until", f"{timezone.localtime() + timedelta(hours=2):%H:%M}")

    answers = [client.get(path) for path in ("/", "/books/", "/no/such/page/", "/admin/")]

    for response in answers:
        assert response.status_code == 503
        assert 3600 < int(response["Retry-After"]) <= 7200
        assert "no-store" in response["Cache-Control"]
        assert "We are closed for a moment" in response.text
        assert "Your basket" in response.text


def test_it_opens_again_everywhere(client):
    assert run("on") == "The shop is closed."
    assert run("off") == "The shop is open."

    assert client.get("/").status_code == 200


def test_what_was_sent_meanwhile_is_said_not_to_have_reached_us(client):
    run("on")

    response = client.post("/basket/add/9780000000000/", {"quantity": 1})

    assert response.status_code == 503
    assert "nothing was ordered or changed" in response.text


def test_machines_that_ask_and_staff_pass_and_customers_do_not(
    client, staff_client, shopper_client
):
    run("on")

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code != 503 or "problems" in client.get("/readyz").text
    assert client.get("/accounts/login/").status_code == 200
    assert staff_client.get("/").status_code == 200
    assert staff_client.get("/admin/").status_code == 200
    assert shopper_client.get("/").status_code == 503


def test_a_notice_of_a_payment_is_to_come_again(client):
    run("on")

    assert client.post("/payments/stripe/webhook/").status_code == 503


@pytest.mark.parametrize("is_closed", [True, False])
def test_while_the_database_does_not_answer_what_was_last_seen_holds(is_closed, monkeypatch):
    def fail(*_arguments):
        raise OperationalError

    maintenance.believe(maintenance.Closure(None) if is_closed else None, seconds=0)
    monkeypatch.setattr(DatabaseCache, "get", fail)

    assert bool(maintenance.closure()) is is_closed


def test_it_costs_a_query_once_in_a_while(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(maintenance, "LOOK_EVERY", 60)

    with django_assert_num_queries(1):
        maintenance.closure()
        maintenance.closure()


def test_a_time_that_is_none_is_refused():
    with pytest.raises(CommandError, match="not a time such as 14:30"):
        run("on", "--until", "soon")
