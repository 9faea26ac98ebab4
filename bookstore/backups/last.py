"""When the shop was last backed up: one row of the database that all machines share.

It stands in a table that no backup holds. A restore writes it anew, since the database that it leaves
is in the archive that it came from.
"""

from datetime import datetime
from typing import NamedTuple

from django.core.cache import caches

KEY = "last-backup"


class LastBackup(NamedTuple):
    # The moment at which it shows the database: what was written since is in no backup.
    made_at: datetime
    # Not known of the one that the database was restored from.
    ended_at: datetime | None


def note(made_at: datetime, ended_at: datetime | None) -> None:
    """Say that a whole backup is there. It replaces what was said of the one before."""
    caches["lasting"].set(KEY, (made_at, ended_at), timeout=None)


def last_backup() -> LastBackup | None:
    found = caches["lasting"].get(KEY)
    return LastBackup(*found) if found else None
