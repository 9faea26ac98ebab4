"""A connection that the server has ended is noticed before it is used, without asking each time."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from bookstore.postgresql import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Iterator[Any]:
    """A connection of its own, that may be ended."""
    other = connection.copy()
    other.ensure_connection()
    yield other
    other.close()


@pytest.fixture
def asked(session, monkeypatch) -> list[str]:
    """What is_usable() asked the server; the first time it always asks."""
    questions: list[str] = []
    ask = base.base.DatabaseWrapper.is_usable
    monkeypatch.setattr(
        base.base.DatabaseWrapper,
        "is_usable",
        lambda self: questions.append("asked") or ask(self),
    )
    assert session.is_usable()
    assert questions == ["asked"]
    return questions


def end(session) -> None:
    pid = session.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


def test_silence_is_enough(session, asked):
    assert [session.is_usable() for _request in range(5)] == [True] * 5

    assert len(asked) == 1


def test_a_connection_that_the_server_ended_is_not_used(session, asked):
    end(session)

    assert not session.is_usable()


def test_a_connection_that_ended_during_a_query_is_not_used(session, asked):
    end(session)
    with pytest.raises(OperationalError), session.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert not session.is_usable()


def test_after_an_error_the_server_is_asked(session, asked):
    session.errors_occurred = True

    assert session.is_usable()

    assert len(asked) == 2


def test_a_long_silence_is_not(session, asked, monkeypatch):
    monkeypatch.setattr(base, "TRUSTED", 0)

    assert session.is_usable()

    assert len(asked) == 2


def test_a_page_after_the_end_of_a_connection_opens_another(session, asked):
    end(session)
    session.health_check_enabled, session.health_check_done = True, False

    with session.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_no_connection_is_not_usable():
    assert not connection.copy().is_usable()


def test_whoever_has_no_patience_waits_no_longer_for_an_answer():
    other = connection.copy()
    other.settings_dict["OPTIONS"] |= {"patience": 0.2}
    try:
        with other.cursor() as cursor, pytest.raises(OperationalError):
            cursor.execute("SELECT pg_sleep(20)")
        assert other.errors_occurred
    finally:
        other.close()
