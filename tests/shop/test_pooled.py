"""The shop behind a PgBouncer: people share fewer connections to the database than there are people."""

from threading import Lock

import pytest
from django.db import connection, connections
from django.test import Client

from shop.models import Order
from tests import pooling
from tests.factories import BookFactory
from tests.shop.conftest import order_through_pages
from tests.threads import at_once

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(pooling.PROGRAM is None, reason="needs pgbouncer"),
]
SHOPPERS = 4


@pytest.fixture(params=["session", "transaction"])
def pool(request, tmp_path, monkeypatch):
    """New connections of this process go through a pool, with what DATABASE_POOL_URL sets."""
    if request.param == "transaction" and pooling.version() < (1, 21):
        pytest.skip(f"PgBouncer {pooling.version()} forgets prepared statements: 1.21 is needed")
    size = SHOPPERS if request.param == "session" else 2
    with pooling.pgbouncer(tmp_path, mode=request.param, size=size) as port:
        pooled = {
            **connection.settings_dict,
            "ENGINE": "bookstore.postgresql",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "OPTIONS": {},
            "DISABLE_SERVER_SIDE_CURSORS": True,
        }
        monkeypatch.setitem(connections.settings, "default", pooled)
        yield port


@pytest.mark.django_db(transaction=True)
def test_shoppers_browse_and_buy_through_a_pool(pool, delivery):
    turn = Lock()
    books = BookFactory.create_batch(SHOPPERS, stock=10)

    def shop(book) -> None:
        client = Client()
        statuses = {
            client.get(path).status_code for path in ("/", "/books/", book.get_absolute_url())
        }
        assert statuses == {200}
        assert int(connection.settings_dict["PORT"]) == pool
        # Each of them again, since only the second statement of a kind tells that the first was kept.
        # One at a time: clients of several threads would see each other's contexts.
        for _ in range(2):
            with turn:
                order_through_pages(Client(), book)

    outcomes = at_once([lambda book=book: shop(book) for book in books])

    assert [error for error in outcomes if isinstance(error, Exception)] == []
    assert Order.objects.count() == 2 * SHOPPERS
