"""A database with all migrations run: made once, then copied by each process of each test run."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "migrated_"
LOCK = 0x6D696772
IMPORT_OF_OURS = re.compile(
    r"^from ((?:accounts|bookstore|catalog|reviews|shop|waitlist)[\w.]*) import", re.MULTILINE
)


def ready() -> str:
    """Its name. Of several processes at once one makes it and the others wait.

    It is made anew when a migration, a module that a migration imports, or a package changes.
    """
    name = PREFIX + _digest()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for older in found:
                cursor.execute(f'DROP DATABASE "{older}"')
            _migrate(f"{name}_new")
            cursor.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


def _migrate(name: str) -> None:
    """Make the database as a test run makes its own."""
    settings = connection.settings_dict
    usual, settings["TEST"] = settings["TEST"], {**settings["TEST"], "NAME": name}
    usual_name = settings["NAME"]
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connection.close()
        settings["TEST"], settings["NAME"] = usual, usual_name


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted({*_decisive_files()}):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _decisive_files() -> Iterator[Path]:
    yield PROJECT / "requirements-dev.txt"
    for migration in PROJECT.glob("*/migrations/*.py"):
        yield migration
        for module in IMPORT_OF_OURS.findall(migration.read_text()):
            yield PROJECT / f"{module.replace('.', '/')}.py"
