from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from bookstore.replicas import addresses, states
from tests.replication import Replica

# Of the only replica, or the first.
ALIAS = "replica-1"


@pytest.fixture(scope="module")
def one_replica(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Replica]:
    """For the tests of one file: it would go on to repeat what all other tests write."""
    if not django_settings.EMBEDDED_DATABASE:
        pytest.skip("the database is not ours to copy")
    made = Replica(tmp_path_factory.mktemp("pg"))
    try:
        with django_db_blocker.unblock():
            made.make()
        yield made
    finally:
        with django_db_blocker.unblock():
            made.remove()


@pytest.fixture
def replica(transactional_db, one_replica) -> Replica:
    """One that runs and has everything that was written until now."""
    one_replica.start()
    one_replica.catch_up()
    return one_replica


@pytest.fixture
def read_through(transactional_db, settings) -> Iterator[Callable[..., None]]:
    """Has the shop read catalogue pages from replicas, as REPLICA_URLS with these would."""

    def begin(*urls: str) -> None:
        made = addresses.databases(urls)
        for alias, address in made.items():
            connections.settings[alias] = {**connections.settings["default"], **address}
            _allow(connections[alias])
        settings.REPLICAS = made
        settings.DATABASE_ROUTERS = ["bookstore.replicas.reading.CatalogueRouter"]
        states.forget()

    yield begin
    for alias in settings.REPLICAS:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


@pytest.fixture
def shop_with_replica(replica, read_through) -> Replica:
    """The replica, and the shop reads catalogue pages from it."""
    read_through(replica.url)
    return replica


def _allow(database: Any) -> None:
    """Let tests connect: Django keeps them from databases that were not there when they began."""

    def ensure_connection() -> None:
        if database.connection is None:
            with database.wrap_database_errors:
                database.connect()

    database.ensure_connection = ensure_connection
