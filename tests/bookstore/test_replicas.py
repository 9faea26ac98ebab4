"""Catalogue pages are read from a streaming replica, and nobody is shown less than they wrote."""

import time

import pytest
from django.core.cache import caches
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bookstore import health, health_checks
from bookstore.findings import State
from bookstore.replicas import addresses, middleware, states
from bookstore.replicas.reading import CatalogueRouter, catalogue_connection, read_from, source
from catalog.models import Book
from shop.models import Cart
from tests.factories import BookFactory
from tests.processes import wait_for
from tests.replication import Replica

from .conftest import ALIAS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def emma(shop_with_replica) -> Book:
    """A book that the replica knows, too."""
    book = BookFactory(title="Emma", stock=3)
    shop_with_replica.catch_up()
    return book


def queries_on_replica():
    return CaptureQueriesContext(connections[ALIAS])


def rename(book: Book, title: str) -> None:
    """What the replica learns of when it replays it."""
    Book.objects.filter(pk=book.pk).update(title=title)


def look_again() -> None:
    states.forget()
    caches["process"].clear()


def why_not() -> str:
    (state,) = states.replica_states()
    return state.why_not


def test_the_pages_of_the_catalogue_ask_the_replica_alone_for_it(client, emma):
    pages = ["/", "/books/", "/books/?q=emma", "/genres/", "/new.atom", "/sitemap.xml"]
    pages += [emma.get_absolute_url(), "/search/suggest/?q=emm", "/sitemaps/books-0.xml"]
    client.get("/")  # looks at the replica

    for page in pages:
        with queries_on_replica() as replica, CaptureQueriesContext(connection) as primary:
            response = client.get(page)
        assert response.status_code == 200, page
        assert len(replica) > 0, page
        asked = [query["sql"] for query in primary if 'FROM "catalog_' in query["sql"]]
        assert asked == [], page


def test_every_page_that_may_be_read_from_a_replica_exists():
    arguments = [[], ["9780000000002"], ["9780000000002", "a"], ["books", 0]]

    for name in middleware.CATALOGUE:
        assert any(is_address(name, given) for given in arguments), name


def is_address(name: str, arguments: list) -> bool:
    try:
        return bool(reverse(name, args=arguments))
    except NoReverseMatch:
        return False


def test_what_is_not_the_catalogue_or_writes_asks_the_primary(client, emma):
    client.get("/")

    with queries_on_replica() as replica:
        client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})
        client.get("/basket/")
        client.get("/checkout/")
        client.get("/delivery/")

    assert len(replica) == 0


def test_a_basket_is_read_from_the_primary_on_a_page_from_the_replica(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 2})
    client.cookies.pop(middleware.COOKIE)

    with queries_on_replica() as replica:
        page = client.get(emma.get_absolute_url())

    assert len(replica) > 0
    assert not [query for query in replica if "shop_" in query["sql"]]
    assert "2" in page.text


def test_in_a_transaction_all_comes_from_the_primary(emma):
    with read_from(ALIAS):
        assert source() == ALIAS
        with transaction.atomic():
            assert source() == "default"
            assert catalogue_connection() is connections["default"]


def test_rows_from_the_replica_are_written_to_the_primary(emma):
    with read_from(ALIAS):
        found = Book.objects.get(pk=emma.pk)
        found.title = "Persuasion"
        found.save(update_fields=["title"])

    assert found._state.db == "default"
    emma.refresh_from_db()
    assert emma.title == "Persuasion"


def test_only_the_catalogue_is_routed(emma):
    router = CatalogueRouter()
    with read_from(ALIAS):
        assert (router.db_for_read(Book), router.db_for_read(Cart)) == (ALIAS, "default")
        assert router.db_for_write(Book) == "default"
    assert router.db_for_read(Book) == "default"


def test_who_wrote_sees_it_and_others_see_it_once_it_has_arrived(client, emma, shop_with_replica):
    client.get("/")
    shop_with_replica.stop_replaying()
    rename(emma, "Persuasion")
    writer, stranger = Client(), Client()
    writer.post("/language/", {"language": "en-gb", "next": "/"})

    assert "Persuasion" in writer.get(emma.get_absolute_url()).text
    assert "Persuasion" not in stranger.get(emma.get_absolute_url()).text

    shop_with_replica.go_on_replaying()
    shop_with_replica.catch_up()
    look_again()
    with queries_on_replica() as replica:
        assert "Persuasion" in writer.get(emma.get_absolute_url()).text
    assert len(replica) > 0


def test_no_page_kept_from_behind_is_shown_to_who_wrote(client, emma, shop_with_replica, settings):
    settings.CACHES = {
        **settings.CACHES,
        "pages": {"BACKEND": "bookstore.process_cache.ProcessCache", "LOCATION": "pages"},
    }
    client.get("/")
    shop_with_replica.stop_replaying()
    rename(emma, "Persuasion")
    writer = Client()
    writer.post("/language/", {"language": "en-gb", "next": "/"})

    assert "Emma" in client.get("/books/").text
    assert "Persuasion" in writer.get("/books/").text
    assert "Emma" in client.get("/books/").text


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "²", "9" * 21])
def test_nonsense_for_a_position_is_no_position(client, emma, nonsense):
    client.cookies[middleware.COOKIE] = nonsense

    with queries_on_replica() as replica:
        assert client.get("/").status_code == 200

    assert [query for query in replica if "catalog_" in query["sql"]]


def test_what_the_replica_does_not_have_yet_is_looked_for_in_the_primary(
    client, emma, shop_with_replica
):
    client.get("/")
    shop_with_replica.stop_replaying()
    new = BookFactory(title="Sanditon")
    Book.objects.filter(pk=emma.pk).update(slug="emma-anew")

    assert client.get(new.get_absolute_url()).status_code == 200
    # The replica would send readers on to the old address for good, and the primary back again.
    assert client.get(f"/books/{emma.ean}/emma-anew/").status_code == 200


def test_a_killed_replica_is_left_out_at_once_and_comes_back(
    client, emma, shop_with_replica, caplog
):
    client.get("/")
    shop_with_replica.kill()

    with CaptureQueriesContext(connection) as primary:
        page = client.get(emma.get_absolute_url())

    assert "Emma" in page.text
    assert [query for query in primary if "catalog_book" in query["sql"]]
    assert why_not().startswith("it does not answer")

    shop_with_replica.start()
    assert wait_for(lambda: not why_not(), 20)
    with queries_on_replica() as replica:
        client.get(emma.get_absolute_url())
    assert len(replica) > 0
    told = [record.getMessage() for record in caplog.records if "replica" in record.name]
    assert (told[0], told[-1]) == ("replica-1: it broke off", "replica-1: it is read from again")


def test_health_warns_of_a_dead_one_and_the_shop_is_ready(client, emma, shop_with_replica):
    assert [one.words[:9] for one in health_checks.replicas(timezone.now())] == ["read from"]
    shop_with_replica.kill()

    [found] = [one for one in health.findings(timezone.now()) if one.name == ALIAS]

    assert found.state is State.WARN
    assert found.words.startswith("left out: it does not answer")
    assert client.get("/readyz").status_code == 200


def test_one_that_refuses_connections_is_not_asked_by_each_request(
    client, emma, shop_with_replica, monkeypatch
):
    monkeypatch.setattr(states, "FIRST_PAUSE", 20.0)
    shop_with_replica.kill()
    client.get("/")
    first = states._known[ALIAS]

    for _ in range(3):
        assert client.get("/books/").status_code == 200

    assert states._known[ALIAS] is first
    states.replica_states()
    again = states._known[ALIAS]
    assert again.failures == 2
    assert again.look_again_at - first.look_again_at > states.FIRST_PAUSE


def test_one_that_stands_still_is_left_out_after_a_moment(
    client, emma, shop_with_replica, monkeypatch
):
    monkeypatch.setattr(states, "FIRST_PAUSE", 20.0)
    connections.settings[ALIAS]["OPTIONS"]["patience"] = 0.5
    client.get("/")
    shop_with_replica.halt()

    assert "Emma" in client.get(emma.get_absolute_url()).text
    broke_off = states._known[ALIAS]
    assert "Emma" in client.get(emma.get_absolute_url()).text
    assert states._known[ALIAS] is broke_off
    assert broke_off.state.why_not == "it broke off"

    # To find that out again takes longer, so that it is let be for longer.
    monkeypatch.setattr(states, "FIRST_PAUSE", 0.0)
    begun = time.monotonic()
    assert why_not() == "it does not answer (OperationalError)"
    took = time.monotonic() - begun
    assert states._known[ALIAS].look_again_at - time.monotonic() > 5 * took


def test_one_too_far_behind_is_left_out_until_it_has_caught_up(
    client, emma, shop_with_replica, settings
):
    client.get("/")
    shop_with_replica.stop_replaying()
    settings.REPLICA_MAX_LAG = 0
    rename(emma, "Persuasion")
    shop_with_replica.push_out()
    look_again()

    assert "Persuasion" in client.get(emma.get_absolute_url()).text
    assert why_not() == "it is too far behind"

    shop_with_replica.go_on_replaying()
    shop_with_replica.catch_up()
    assert why_not() == ""


def test_while_nobody_writes_nothing_is_behind():
    states._positions.append((0.0, 100))

    assert states._lag(100, age=3600) == 0
    states.forget()


def test_how_far_it_is_behind_is_never_told_too_low(monkeypatch):
    monkeypatch.setattr(states, "monotonic", lambda: 50.0)
    states.forget()
    states._positions.extend([(10.0, 100), (20.0, 200), (49.0, 300)])

    assert states._lag(250, age=3600) == 30
    assert states._lag(250, age=4) == 4
    assert states._lag(50, age=3600) == 3600
    assert states._lag(50, age=None) is None
    states.forget()


def test_one_that_was_promoted_is_left_out(client, replica, read_through, tmp_path):
    promoted = Replica(tmp_path)
    try:
        promoted.make()
        read_through(promoted.url, replica.url)
        promoted.ask("SELECT pg_promote()")
        first, second = states.replica_states()
    finally:
        promoted.remove()

    assert (first.why_not, second.why_not) == ("it is no replica, or no longer", "")
    assert states.usable(0) == second.alias


def test_of_two_one_that_is_dead_is_no_loss(client, replica, read_through):
    read_through("postgres://bookstore@%2Fnowhere/shop", replica.url)
    client.get("/")

    with CaptureQueriesContext(connections["replica-2"]) as asked:
        assert client.get("/books/").status_code == 200

    assert len(asked) > 0
    assert states._known["replica-1"].failures >= 1


def test_one_of_another_shop_is_left_out(emma, shop_with_replica, monkeypatch):
    monkeypatch.setattr(states, "_PRIMARY", "SELECT 1, 1")

    assert why_not() == "it is a copy of another database"


def test_without_replicas_nothing_is_different(client, settings):
    assert settings.REPLICAS == {} and settings.DATABASE_ROUTERS == []

    answer = client.post("/language/", {"language": "en-gb", "next": "/"})

    assert middleware.COOKIE not in answer.cookies


def test_the_cookie_is_for_no_script_and_ends_soon(client, emma):
    answer = client.post("/language/", {"language": "en-gb", "next": "/"})

    cookie = answer.cookies[middleware.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 20


def test_a_folder_of_a_socket_may_stand_in_an_address():
    made = addresses.databases(["postgres://a:b@%2FTmp%2Fx:5433/shop", " ", "postgres://c@host/d"])

    assert list(made) == ["replica-1", "replica-2"]
    assert (made["replica-1"]["HOST"], made["replica-1"]["PORT"]) == ("/Tmp/x", 5433)
    assert made["replica-2"]["HOST"] == "host"
