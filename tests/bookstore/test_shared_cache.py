"""Limits counted in a Valkey that all machines share, and what holds while it does not answer."""

import logging

import pytest
import redis
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from bookstore import maintenance, sharing
from bookstore.shared_cache import SharedCache
from tests import valkey

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(valkey.PROGRAM is None, reason="needs valkey-server or redis-server"),
]


@pytest.fixture
def port(settings, monkeypatch):
    """A free one, where the shop believes its cache to be."""
    port = valkey.free_port()
    settings.CACHES = {
        **settings.CACHES,
        "default": sharing.cache(f"valkey://127.0.0.1:{port}/0"),
    }
    monkeypatch.setattr(SharedCache, "_silent_until", {})
    return port


def sign_in_tries(number: int) -> list[int]:
    """The answers to so many wrong passwords, each of another account."""
    return [
        Client()
        .post(
            reverse("account_login"),
            {"login": f"reader{n}@example.org", "password": "wrong"},
            REMOTE_ADDR="192.0.2.7",
        )
        .status_code
        for n in range(number)
    ]


def test_a_value_is_kept_and_taken_back_in_the_server(port):
    with valkey.valkey(port):
        cache = caches["default"]
        cache.set("a", [1, 2])
        assert cache.add("a", 3) is False
        assert cache.get("a") == [1, 2]
        assert cache.get_many(["a", "b"]) == {"a": [1, 2]}
        cache.set("n", 1)
        assert cache.incr("n") == 2
        cache.delete("a")
        assert cache.get("a", "gone") == "gone"

    assert caches["lasting"].get("n") is None


def test_sign_in_is_limited_by_what_the_server_counts(port, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}

    with valkey.valkey(port):
        answers = sign_in_tries(4)
        counted = redis.Redis(port=port).keys("*allauth*login*")

    assert answers == [422, 422, 422, 429]
    assert counted != []


def test_sign_in_stays_limited_when_the_server_is_lost(port, settings, caplog):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}

    with valkey.valkey(port) as server:
        before = sign_in_tries(2)
        server.kill()
        server.wait()
        with caplog.at_level(logging.WARNING, "bookstore.cache"):
            after = sign_in_tries(4)

    assert before == [422, 422]
    assert after == [422, 422, 422, 429]
    assert [one.name for one in caplog.records].count("bookstore.cache") == 1
    assert "the database stands in" in caplog.text


def test_a_server_that_comes_back_is_asked_again(port, monkeypatch):
    cache = caches["default"]
    cache.set("a", "in the database")
    assert cache.get("a") == "in the database"

    with valkey.valkey(port):
        assert cache.get("a") == "in the database", "it is left alone for a while"
        monkeypatch.setattr(SharedCache, "_silent_until", {})
        assert cache.get("a") is None
        cache.set("a", "in the server")
        assert redis.Redis(port=port).dbsize() == 1


def test_a_restart_between_two_questions_goes_unnoticed(port, caplog):
    with valkey.valkey(port):
        caches["default"].set("a", 1)
    with valkey.valkey(port):
        assert caches["default"].get("a") is None

    assert [one for one in caplog.records if one.name == "bookstore.cache"] == []


def test_a_shop_that_is_closed_stays_so_when_the_server_is_emptied(port):
    with valkey.valkey(port):
        maintenance.close(None)
        redis.Redis(port=port).flushall()
        maintenance.believe(None, seconds=0)
        try:
            assert maintenance.closure() is not None
        finally:
            maintenance.open_again()
            maintenance.believe(None, seconds=0)


def test_every_question_that_is_asked_of_a_cache_has_a_stand_in():
    from django.core.cache.backends.redis import RedisCache

    ours = {name for name in vars(RedisCache) if not name.startswith("_")}

    assert ours - vars(SharedCache).keys() == {"get_backend_timeout"}
