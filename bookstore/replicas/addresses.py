"""Where the replicas are: databases beside the primary, which nothing but catalogue pages read."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from bookstore.environment import database

# Seconds. A replica that does not answer must not hold up a page for long: the primary answers it.
TO_CONNECT = 2
TO_ANSWER = 3


def databases(urls: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The replicas as Django's DATABASES has them, numbered in their order.

    Raises ImproperlyConfigured for what is no address of a PostgreSQL.
    """
    addresses = [url.strip() for url in urls if url.strip()]
    return {
        f"replica-{number}": replica(database("REPLICA_URLS", url))
        for number, url in enumerate(addresses, 1)
    }


def replica(address: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **address,
        # A folder of a Unix socket is written with %2F in an address.
        "HOST": unquote(address["HOST"]),
        "ENGINE": "bookstore.postgresql",
        "OPTIONS": {
            **address.get("OPTIONS", {}),
            "connect_timeout": TO_CONNECT,
            "patience": TO_ANSWER,
        },
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Tests have no replica of their databases.
        "TEST": {"MIRROR": "default"},
    }
