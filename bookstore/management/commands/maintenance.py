from argparse import ArgumentTypeError
from datetime import datetime, time, timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from bookstore import maintenance
from bookstore.commands import TaughtByExample

EXAMPLE = """
example:
  manage.py maintenance on --until 14:30
  manage.py maintenance off

Every page answers 503 and says so in words, on all machines within five seconds; baskets and what
was typed into the database stay. Staff who are signed in, or who sign in, see the shop as ever.
/healthz and /readyz answer as before, so that no machine is taken out. Notices of payment providers
get 503, too, so that the provider sends them again. The worker goes on: stop it if nothing may
write to the database.

exit status: 0 done, 2 the command line is wrong
"""


class Command(TaughtByExample):
    help = "Close the shop for a while, open it again, or say which it is."

    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["on", "off", "status"])
        parser.add_argument("--until", type=_next, metavar="HH:MM", help="when it opens, about")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "on":
            maintenance.close(options["until"])
        if options["what"] == "off":
            maintenance.open_again()
        maintenance.believe(None, seconds=0)
        self.stdout.write(_words(maintenance.closure()))


def _next(clock: str) -> datetime:
    """The next moment at which the clocks of the shop say so."""
    try:
        at = time.fromisoformat(clock)
    except ValueError as error:
        raise ArgumentTypeError(f"not a time such as 14:30: {clock}") from error
    now = timezone.localtime()
    moment = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return moment if moment > now else moment + timedelta(days=1)


def _words(closure: maintenance.Closure | None) -> str:
    if closure is None:
        return "The shop is open."
    if closure.until is None:
        return "The shop is closed."
    return f"The shop is closed until {timezone.localtime(closure.until):%H:%M}, and until it is opened."
