"""What is counted to limit attempts: by network address, email address and person, in the shared cache."""

from datetime import datetime

from django.conf import settings
from django.db import connection


def forget_old(*, now: datetime) -> int:
    """Delete what has run out from the cache in the database, which by itself only ceases to tell it.

    Keys hold network addresses. Returns how many there were. Valkey forgets by itself.
    """
    table = connection.ops.quote_name(settings.CACHES["lasting"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])
        return cursor.rowcount
