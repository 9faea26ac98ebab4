from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class TaughtByExample(BaseCommand):
    """A command whose `example` stands under its help as it is written."""

    example: str

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog=self.example, **options)
        # Django's own formatter would run the lines of the example together.
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser
