"""What every test stands on: the embedded server, a queue that runs nothing, the real data."""

import gc
import math
import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection, connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.tasks import default_task_backend
from django.test import Client, override_settings
from django.utils import translation
from stripe import HTTPClient

from accounts.models import User
from bookstore import maintenance, sharing
from bookstore.embedded.server import Server
from bookstore.process_cache import ProcessCache
from tests import emptying, migrated
from tests.factories import UserFactory
from tests.fake_stripe import FakeStripe
from tests.sample import sample
from tests.threads import Meeting

IN_CI = os.environ.get("CI") == "true"
# A sample of what is neither slow nor in a browser: see tests/sample.py.
QUICK = os.environ.get("QUICK") == "1"
# Browsers run no scripts then, and tests of what only scripts do are left out.
NO_SCRIPTS = os.environ.get("NO_SCRIPTS") == "1"
PROJECT = Path(__file__).resolve().parent.parent
KEPT = {name: django_settings.CACHES[name] for name in ("pages", "shells")}
# Tests look at what a view draws, often twice in a minute.
NO_CACHE = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
STARTED_HERE = pytest.StashKey[bool]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the embedded server once, before any process of a parallel run needs it."""
    if django_settings.EMBEDDED_DATABASE and not hasattr(session.config, "workerinput"):
        session.config.stash[STARTED_HERE] = embedded_server().start()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the machine as it was: a server that ran before goes on, ours does not."""
    if session.config.stash.get(STARTED_HERE, False):
        embedded_server().stop()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests in a browser go last: they empty the database, also of what migrations wrote.

    pytest would run them where the first test stands that needs the same browser. Deep ones are left
    out and counted as such, unless CI asks for them.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    left_out = [mark for mark, is_on in (("deep", not IN_CI), ("comfort", NO_SCRIPTS)) if is_on]
    kept = [item for item in items if not any(map(item.get_closest_marker, left_out))]
    if QUICK:
        kept = sample(kept)
    if gone := set(items) - set(kept):
        config.hook.pytest_deselected(items=list(gone))
        items[:] = kept


def pytest_collection_finish() -> None:
    """What is there by now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _threads_leave_no_connection_behind() -> None:
    """A server's thread that ends with a connection open would keep the test database in use."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    # WhiteNoise warns of a folder that collectstatic has not made yet.
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _the_database_is_emptied_by_deleting() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseOperations, "sql_flush", emptying.delete)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker) -> None:
    """To run all migrations takes ten seconds; to copy what they made, half of one."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.ready()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Commits wait for no disk: nobody would miss these rows after a crash of the machine.

    A page that the browser left half read keeps its connection: it must not keep the database.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def embedded_server() -> Server:
    return Server(django_settings.LOCAL_DIR / "postgres")


@pytest.fixture(scope="session", autouse=True)
def _settings_of_all_tests(tmp_path_factory) -> Iterator[None]:
    """Set once: to set them for each of thousands of tests would take longer than most tests."""
    folder = tmp_path_factory.mktemp("files")
    # Also for what is made once for the tests of a file.
    maintenance.believe(None, seconds=math.inf)
    with override_settings(
        CACHES={**django_settings.CACHES, **dict.fromkeys(KEPT, NO_CACHE)},
        TASKS=tasks_run_by("django.tasks.backends.dummy.DummyBackend"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "private": sharing.private_storage("", folder / "private"),
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        MEDIA_ROOT=folder / "media",
        PRIVATE_ROOT=folder / "private",
        STATIC_ROOT=folder,
        MAIL_KEEP_ONE_TIME_LINKS=False,
        PAYMENT_PROVIDER="demo",
        STAFF_SECOND_FACTOR=False,
        HTTPS_ONLY=False,
        REFUND_ALONE_UP_TO=Decimal(100),
    ):
        yield


def tasks_run_by(backend: str) -> dict[str, dict[str, Any]]:
    """The shop's queues, with another engine behind them."""
    return {"default": {**django_settings.TASKS["default"], "BACKEND": backend}}


@pytest.fixture(autouse=True)
def _nothing_left_by_another_test(request) -> None:
    """Neither remembered, nor waiting in the queue, nor uploaded."""
    if request.node.get_closest_marker("browser"):
        settings = request.getfixturevalue("settings")
        settings.CACHES = {**settings.CACHES, **KEPT}
    caches["process"].clear()
    for cache in KEPT.values():
        # Also behind NO_CACHE: a test may put the shop's own back.
        ProcessCache(cache["LOCATION"], {}).clear()
    maintenance.believe(None, seconds=math.inf)
    default_task_backend.clear()
    for files in (django_settings.MEDIA_ROOT, django_settings.PRIVATE_ROOT):
        if files.exists():
            shutil.rmtree(files)
    # The last request of another test may have been one in German.
    translation.deactivate()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real catalogue data. People without it skip these tests; CI must have it."""
    folder = Path(os.environ.get("BOOKSTORE_DATA", PROJECT.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    if IN_CI:
        pytest.fail(f"CI needs the real data, and there is none in {folder}")
    pytest.skip(f"no real data in {folder}: set BOOKSTORE_DATA to try these tests")


@pytest.fixture
def shopper(db) -> User:
    return UserFactory(email="sam@example.org", name="Sam Shopper")


@pytest.fixture
def staff(db) -> User:
    return UserFactory(email="stella@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def shopper_client(shopper) -> Client:
    client = Client()
    client.force_login(shopper)
    return client


@pytest.fixture
def staff_client(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


@pytest.fixture
def fake_stripe(settings, monkeypatch) -> Iterator[FakeStripe]:
    """The shop's payment provider, in place of the real one."""
    # The library waits for half a second before it tries again.
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    with FakeStripe() as fake:
        settings.PAYMENT_PROVIDER = "stripe"
        settings.STRIPE_SECRET_KEY = fake.secret_key
        settings.STRIPE_WEBHOOK_SECRET = fake.webhook_secret
        settings.STRIPE_API_BASE = fake.url
        yield fake
