"""Empties the database after tests that commit, in a fiftieth of the time that Django takes.

TRUNCATE makes new files for every table and index, half a second for all of ours. Few rows are
deleted in milliseconds, if no trigger and no foreign key is asked, which only a superuser may say.
"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations

# What Django fills again after a flush.
KEPT = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_site",
}
truncate = DatabaseOperations.sql_flush


def delete(
    self: BaseDatabaseOperations, style: Any, tables: Iterable[str], **options: Any
) -> list[str]:
    """The statements of a flush, which Django runs in one transaction."""
    with self.connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        if cursor.fetchone() != ("on",):
            return truncate(self, style, tables, **options)
    emptied = (f"DELETE FROM {self.quote_name(table)}" for table in sorted(set(tables) - KEPT))
    return ["SET LOCAL session_replication_role = replica", *emptied]
