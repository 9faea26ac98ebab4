"""What the commands about the data of one person have in common."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from bookstore.commands import TaughtByExample

NOTHING_HELD = 3


class PersonCommand(TaughtByExample):
    """Takes an address of the person's."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="an address of the person's")

    def check_found(self, count: int) -> None:
        """Ends the command if the shop holds nothing about the person."""
        if not count:
            raise CommandError(
                _("The shop holds nothing about this address."), returncode=NOTHING_HELD
            )
