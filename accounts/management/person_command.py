"""What the commands about the data of one person have in common."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

NOTHING_HELD = 3


class PersonCommand(BaseCommand):
    """Takes an address of the person's. `example` stands under its help as it is written."""

    example: str

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog=self.example, **options)
        # Django's own formatter would run the lines of the example together.
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="an address of the person's")

    def check_found(self, count: int) -> None:
        """Ends the command if the shop holds nothing about the person."""
        if not count:
            raise CommandError(
                _("The shop holds nothing about this address."), returncode=NOTHING_HELD
            )
