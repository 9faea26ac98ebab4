"""What one process remembers for itself."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache


class ProcessCache(LocMemCache):
    """Keeps objects as they are, where Django's own takes them apart and puts them together anew.

    For a whole page that is a good part of what it costs to answer it. Whoever gets an object must not
    change it, since all others get the same.
    """

    _lock: Lock
    _cache: OrderedDict[str, Any]
    _has_expired: Callable[[str], bool]
    _delete: Callable[[str], bool]
    _set: Callable[[str, Any, float | None], None]

    def validate_key(self, key: str) -> None:
        """Any key will do: only memcached minds what it looks like, letter by letter."""

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            if not self._has_expired(key):
                return False
            self._set(key, value, timeout)
            return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            if self._has_expired(key):
                self._delete(key)
                return default
            self._cache.move_to_end(key, last=False)
            return self._cache[key]

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            self._set(key, value, timeout)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        raise NotImplementedError("Nothing that is counted belongs into the memory of one process.")


def remembered[Result](what: str, key: str, find: Callable[[], Result]) -> Result:
    """What `find` returns, which each process remembers for a minute. A key can be of any length."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return caches["process"].get_or_set(f"{what}-{digest}", find) or find()
