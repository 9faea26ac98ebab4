"""A cache in Valkey or Redis that the database stands in for while it does not answer."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger("bookstore.cache")

# For so many seconds a process does not ask again after it got no answer.
LEAVE_ALONE = 5


def _or_database(name: str) -> Callable[..., Any]:
    """The method of the cache; while the server is silent, the same of the cache in the database."""

    def ask(self: "SharedCache", *args: Any, **options: Any) -> Any:
        if time.monotonic() >= self.again_at():
            try:
                return getattr(super(SharedCache, self), name)(*args, **options)
            except RedisError as error:
                self.leave_alone(error)
        return getattr(caches["lasting"], name)(*args, **options)

    return ask


class SharedCache(RedisCache):
    """Limits go on to be counted when the server is lost: from nothing, in the database.

    So nobody gets more than twice the tries for it, and nobody is locked out.
    """

    # Django makes an instance for each thread; what one has learned holds for all.
    _silent_until: dict[str, float] = {}

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # A connection that a restart has cut is made anew without a word.
        options = {**params.get("OPTIONS", {}), "retry": Retry(NoBackoff(), 1)}
        super().__init__(server, {**params, "OPTIONS": options})
        self._server = server

    def again_at(self) -> float:
        return self._silent_until.get(self._server, float("-inf"))

    def leave_alone(self, error: RedisError) -> None:
        log.warning("the cache does not answer, the database stands in: %s", type(error).__name__)
        self._silent_until[self._server] = time.monotonic() + LEAVE_ALONE

    add = _or_database("add")
    get = _or_database("get")
    set = _or_database("set")
    touch = _or_database("touch")
    delete = _or_database("delete")
    get_many = _or_database("get_many")
    has_key = _or_database("has_key")
    incr = _or_database("incr")
    set_many = _or_database("set_many")
    delete_many = _or_database("delete_many")
    clear = _or_database("clear")
