from collections.abc import Iterator
from contextlib import contextmanager

from bookstore.session_locks import session_lock

from .archive import CannotBackUp

# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_377


@contextmanager
def only_one() -> Iterator[None]:
    """Keep every other backup and restore of this database out, also from other machines.

    Raises CannotBackUp if one is under way.
    """
    with session_lock(_LOCK) as is_alone:
        if not is_alone:
            raise CannotBackUp("Another backup or restore of this shop is running.")
        yield
