"""The statements of a checkout, and what pgbench is given of them."""

import uuid
from datetime import UTC, datetime

import pytest

from shop.models import Order
from tests.bench.counters import Statement, recorded
from tests.bench.recording import Names, NotRepeatable, script
from tests.bench.targets import CHECKOUT_STATEMENTS
from tests.factories import BookFactory
from tests.shop.conftest import delivery, payment_form

__all__ = ["delivery"]
TOKEN = uuid.UUID("00000000-0000-0000-0000-003000000001")
NAMES = Names(
    keys={3_000_000_001: ":shopper::bigint", 527: ":book1::bigint"},
    texts={"AB23CD45": ":shopper::text", str(TOKEN): "lpad(:shopper::text, 32, '0')"},
)


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [1, 3])
def test_a_checkout_sends_so_many_statements_however_many_books(client, delivery, lines):
    for book in BookFactory.create_batch(lines, stock=5):
        client.post(f"/basket/add/{book.ean}/", {"quantity": 1})
    form = payment_form(client)

    # Here each transaction is a savepoint, which has a beginning and an end, too.
    with recorded() as sent:
        client.post("/checkout/payment/", form)

    assert Order.objects.count() == 1
    assert len(sent) == CHECKOUT_STATEMENTS


@pytest.mark.django_db
def test_pgbench_gets_what_it_chooses_itself_in_place_of_keys_and_names():
    sent = [
        Statement("SELECT 1 FROM cart WHERE id = %s AND n IN (%s, %s)", (3_000_000_001, 527, 1)),
        Statement("UPDATE payment SET token = %s, reference = %s", (TOKEN, f"demo-{TOKEN}")),
        Statement("INSERT INTO taken SELECT * FROM UNNEST((%s)::bigint[])", ([527],)),
    ]

    assert script(sent, NAMES).split("\n") == [
        "SELECT 1 FROM cart WHERE id = :shopper::bigint AND n IN (:book1::bigint, 1);",
        "UPDATE payment SET token = lpad(:shopper::text, 32, '0')::uuid, "
        "reference = concat('demo-', lpad(:shopper::text, 32, '0'));",
        "INSERT INTO taken SELECT * FROM UNNEST((ARRAY[:book1::bigint])::bigint[]);",
    ]


@pytest.mark.django_db
def test_the_keys_of_a_new_order_and_its_payment_are_kept_for_the_statements_after_it():
    write = "WITH placed AS (INSERT INTO shop_order (number) VALUES (%s) RETURNING id)"
    answer = "SELECT placed.id AS order_id, placed.id AS payment_id FROM placed"

    line = script([Statement(f"{write} {answer}", ("AB23CD45",))], NAMES)

    assert line == f"{write % ':shopper::text'} {answer} \\gset"


@pytest.mark.django_db
def test_no_text_or_time_looks_like_a_variable_of_pgbench():
    said = (r"it's :not \one", datetime(2026, 11, 26, 5, 5, tzinfo=UTC))

    line = script([Statement("SELECT %s, %s", said)], NAMES)

    assert line.startswith(r"SELECT E'it''s \x3anot \\one', '2026-11-26 05:05:00")


@pytest.mark.django_db
def test_a_statement_that_names_the_recorded_checkout_is_refused():
    with pytest.raises(NotRepeatable, match="3000000001"):
        script([Statement("DELETE FROM cart WHERE id = 3000000001", None)], NAMES)
