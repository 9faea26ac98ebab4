"""What `manage.py audit` would find now, inside a test's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from bookstore.auditing import checks, chosen


def findings(*slugs: str) -> list[str]:
    """In the words of all checks, or of those with these slugs."""
    with transaction.atomic():
        return [finding.words for check in chosen(slugs) for finding in check.findings()]


def found_by(name: str) -> list[str]:
    """What the check finds whose name begins so."""
    [check] = [check for check in checks() if check.name.startswith(name)]
    with transaction.atomic():
        return [finding.words for finding in check.findings()]


@contextmanager
def without_triggers(*tables: str) -> Iterator[None]:
    """Rows change behind the back of what keeps them right, as by somebody at the database."""
    with connection.cursor() as cursor:
        # Keys that are checked at the end of a transaction would forbid to alter their tables.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
