"""The shop's settings, on the bench's own database server, with one page that is empty."""

import os

from bookstore.settings import *  # noqa: F403
from bookstore.settings import CACHES, DATABASES, LOCAL_DIR, LOGGING

FOLDER = LOCAL_DIR / "bench"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
ROOT_URLCONF = "tests.bench.urls"
DATABASES["default"] |= {
    "ENGINE": "bookstore.embedded",
    "NAME": os.environ.get("BENCH_DATABASE", "bookstore"),
    "OPTIONS": {"folder": FOLDER / "postgres"},
}
# A line for each request belongs to what a page costs, but not between the figures.
FOLDER.mkdir(parents=True, exist_ok=True)
LOGGING["formatters"]["line"]["shape"] = "json"
LOGGING["handlers"]["console"] = {
    "class": "logging.FileHandler",
    "filename": FOLDER / "log.txt",
    "mode": "w",
    "formatter": "line",
}
HTTPS_ONLY = SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SECURE_HSTS_SECONDS = 0
PAYMENT_PROVIDER = "demo"
STAFF_SECOND_FACTOR = False
STATIC_ROOT = FOLDER / "static"
if os.environ.get("BENCH_CACHE") == "off":
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
