"""What `manage.py audit` would find now, inside a test's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from bookstore.auditing import checks


def findings() -> list[str]:
    with transaction.atomic():
        return [finding for check in checks() for finding in check.findings()]


def found_by(name: str) -> list[str]:
    """What the one check finds whose name begins so; none of the others may find anything."""
    with transaction.atomic():
        found = {check.name: list(check.findings()) for check in checks()}
    [known] = [check for check in found if check.startswith(name)]
    assert [check for check, wrong in found.items() if wrong] in ([], [known])
    return found[known]


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
