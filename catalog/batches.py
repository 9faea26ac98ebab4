"""Changing many books at once, without anybody having to wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from bookstore.session_locks import session_lock

BATCH = 200
# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_350

# The books are found in one pass that locks nothing, and then walked by their keys.
_FIND = "CREATE TEMPORARY TABLE differing AS {differing}"
_FORGET = "DROP TABLE IF EXISTS pg_temp.differing"
# By ascending key, as all writers lock books; one that a checkout holds is left for the next
# time. So neither waits for the other in a circle, nor a checkout for more than one batch.
_WRITE = """
WITH batch AS MATERIALIZED (
    SELECT id FROM pg_temp.differing WHERE id > %s ORDER BY id LIMIT %s
), locked AS MATERIALIZED (
    SELECT book.id FROM catalog_book book JOIN batch ON batch.id = book.id
    ORDER BY book.id FOR NO KEY UPDATE OF book SKIP LOCKED
), written AS (
    UPDATE catalog_book SET {change}
    FROM locked JOIN pg_temp.differing ON differing.id = locked.id
    WHERE catalog_book.id = locked.id RETURNING 1
)
SELECT max(id), (SELECT count(*) FROM written) FROM batch
"""


def rewrite_books(*, differing: str, change: str) -> int:
    """Write the books that `differing` finds, as `change` says, and return how many there were.

    `differing` is a SELECT of `id` and whatever `change`, the list of a SET, reads from it. Must
    not run inside `atomic`: each batch is a transaction of its own.
    """
    with only_batch_job() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_FIND.format(differing=differing))
        cursor.execute("CREATE INDEX ON pg_temp.differing (id)")
        last, total = 0, 0
        while last is not None:
            cursor.execute(_WRITE.format(change=change), [last, BATCH])
            last, written = cursor.fetchone()
            total += written
        cursor.execute(_FORGET)
    return total


@contextmanager
def only_batch_job() -> Iterator[CursorWrapper]:
    """A cursor to work with, once no other job of this kind is running, on any machine."""
    with session_lock(_LOCK, waits=True), connection.cursor() as cursor:
        yield cursor
