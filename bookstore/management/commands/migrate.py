from typing import Any

from django.core.management.commands import migrate

from bookstore.commands import TaughtByExample
from bookstore.session_locks import session_lock

# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_378
EXAMPLE = """
example:
  manage.py migrate
  manage.py migrate --check       # whether anything is left to do

Of two at once, on whatever machines, the second one waits for the first, and then has nothing to do.

exit status: 0 done, 1 refused, or with --check something is left to do
"""


class Command(TaughtByExample, migrate.Command):
    """Django's own, which two at once would break."""

    example = EXAMPLE

    def handle(self, *args: Any, **options: Any) -> None:
        with session_lock(_LOCK, waits=True):
            super().handle(*args, **options)
