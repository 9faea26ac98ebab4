from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

from .archive import CannotBackUp

# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_377


@contextmanager
def only_one() -> Iterator[None]:
    """Keep every other backup and restore of this database out, also from other machines.

    Raises CannotBackUp if one is under way.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise CannotBackUp("Another backup or restore of this shop is running.")
    try:
        yield
    finally:
        # A connection that broke has let go of it.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
