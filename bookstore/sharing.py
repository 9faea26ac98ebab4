"""What machines share beside the database, as the settings have it: a cache, and places for files."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from .environment import env, secret

# Valkey speaks the language of Redis; the library knows its own names alone.
SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}


DATABASE_CACHE: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "bookstore_cache",
    # Far more than there are: whoever fills it would wipe out the counts of attempts.
    "OPTIONS": {"MAX_ENTRIES": 1_000_000},
}


def caches() -> dict[str, dict[str, Any]]:
    """What Django takes as CACHES: two that all processes share, and what each remembers for itself."""
    return {
        # The limits on sign-in attempts are counted in it.
        "default": cache(secret("CACHE_URL")) or DATABASE_CACHE,
        # What must not be forgotten when a cache is emptied: that the shop is closed, codes that were used.
        "lasting": DATABASE_CACHE,
        # What a process may remember for a minute without asking anybody: facts of the shop, the
        # shells of pages (some 25 kB each), whole pages (some 50 kB).
        "process": _remembered("process", 5_000),
        "shells": _remembered("shells", 500),
        "pages": _remembered("pages", 1_000),
    }


def _remembered(name: str, entries: int) -> dict[str, Any]:
    return {
        "BACKEND": "bookstore.process_cache.ProcessCache",
        "LOCATION": name,
        "TIMEOUT": 60,
        "OPTIONS": {"MAX_ENTRIES": entries},
    }


def cache(url: str) -> dict[str, Any] | None:
    """What Django needs to know of the Valkey or Redis at an address; nothing where there is none.

    Raises ImproperlyConfigured for another address, or where the library is missing.
    """
    if not url:
        return None
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES or not rest:
        raise ImproperlyConfigured(
            "CACHE_URL is no address such as valkey://host:6379/0 or rediss://:password@host:6379/0."
        )
    _require("redis", "CACHE_URL")
    return {
        "BACKEND": "bookstore.shared_cache.SharedCache",
        "LOCATION": f"{SCHEMES[scheme]}://{rest}",
        # Seconds. Who is slower than the database is of no use.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }


def storage(bucket: str) -> dict[str, Any]:
    """Where Django keeps pictures: a bucket of an object storage, or MEDIA_ROOT where there is none.

    Raises ImproperlyConfigured where the library is missing.
    """
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return {"BACKEND": "bookstore.bucket.Bucket", "OPTIONS": _bucket(bucket, "MEDIA_BUCKET")}


def private_storage(bucket: str, folder: Path) -> dict[str, Any]:
    """Where what nobody but the shop may read is kept: a bucket of its own, or a folder.

    Raises ImproperlyConfigured where the library is missing.
    """
    if not bucket:
        modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        # Without an address: nothing leads to these files.
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder), "base_url": None, **modes},
        }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": _bucket(bucket, "PRIVATE_BUCKET"),
    }


def _bucket(name: str, setting: str) -> dict[str, Any]:
    _require("storages", setting)
    return {
        "bucket_name": name,
        # Without a value the library finds its own: the real S3, the role of the machine.
        "endpoint_url": env.str("MEDIA_ENDPOINT", default="") or None,
        "region_name": env.str("MEDIA_REGION", default="") or None,
        "access_key": secret("MEDIA_ACCESS_KEY") or None,
        "secret_key": secret("MEDIA_SECRET_KEY") or None,
        "file_overwrite": False,
    }


def _require(module: str, setting: str) -> None:
    if find_spec(module) is None:
        raise ImproperlyConfigured(
            f"{setting} needs the package {module}: pip install -r requirements-extras.txt."
        )
