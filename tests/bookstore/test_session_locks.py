"""Locks that a process holds for as long as something takes: who waits for one stands in nobody's way."""

import pytest
from django.db import connection

from bookstore.session_locks import session_lock
from tests.processes import wait_for
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

LOCK = 7_220_399


def sql(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def somebody_asks() -> bool:
    return bool(
        sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND query LIKE '%advisory_lock%'"
        )
    )


@pytest.fixture
def table():
    sql("CREATE TABLE waited_for (number int)")
    yield "waited_for"
    sql("DROP TABLE waited_for")


# As they are, and as docs/deploy.md has them for migrations.
@pytest.mark.parametrize("lock_timeout", ["0", "50ms"])
def test_an_index_can_be_created_concurrently_while_another_waits(table, lock_timeout):
    done: list[str] = []

    def first() -> None:
        with session_lock(LOCK):
            done.append("held")
            assert wait_for(somebody_asks, 30)
            sql(f"CREATE INDEX CONCURRENTLY ON {table} (number)")
            done.append("created")

    def second() -> None:
        assert wait_for(lambda: bool(done), 30)
        sql(f"SET lock_timeout = '{lock_timeout}'")
        with session_lock(LOCK, waits=True) as is_held:
            assert is_held
            done.append("came after")

    assert at_once([first, second]) == [None, None]
    assert done == ["held", "created", "came after"]


def test_without_waiting_it_is_told_that_another_has_it():
    def ask() -> bool:
        with session_lock(LOCK) as is_held:
            return is_held

    with session_lock(LOCK):
        assert at_once([ask]) == [False]
    assert at_once([ask]) == [True]
