"""Loads into empty tables without their indexes, and makes these anew at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

# Primary keys stay: other tables refer to them, and rows come in their order. Rules that need no
# index (CHECK, NOT NULL) stay too.
_CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'f')
ORDER BY contype DESC, oid
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
ORDER BY indexrelid
"""
# For sorting what goes into an index; until the end of the transaction.
_MEMORY = "SET LOCAL maintenance_work_mem = '512MB'"


@contextmanager
def rebuilt_indexes(
    cursor: CursorWrapper, tables: Sequence[str], progress: Callable[[str], None]
) -> Iterator[None]:
    """Take away the indexes, unique constraints and foreign keys of `tables`, and bring them back.

    Inside a transaction, which nobody else sees anything of, and which keeps them if it fails.
    Their definitions are the database's own.
    """
    cursor.execute(_CONSTRAINTS, [list(tables)])
    constraints = cursor.fetchall()
    cursor.execute(_INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    for table, name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(_MEMORY)
    for name, definition in indexes:
        progress(_("Making the index %(name)s") % {"name": name})
        cursor.execute(definition)
    for table, name, definition in constraints:
        progress(_("Checking %(name)s") % {"name": name})
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
