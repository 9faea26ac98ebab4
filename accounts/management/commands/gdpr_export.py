from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.exporting import counts, write_archive
from accounts.person import Person

NOTHING_HELD = 3
EXAMPLE = """
example:
  manage.py gdpr_export sam@example.org --output sam.zip

The ZIP holds a list in JSON for each kind of thing the shop knows about the person, and a text that
explains them. It works for guests, too: whoever ordered with this address. Make sure first that it
is the person who asks. The file can be read by its owner alone; send it where only they can read
it, and delete it then.

exit status: 0 written, 1 refused, 3 nothing is held about this address
"""


class Command(BaseCommand):
    help = "Write everything the shop holds about a person to a ZIP file."

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog=EXAMPLE, **options)
        # Django's own formatter would run the lines of the example together.
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="an address of the person's")
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="the file to write, which must not exist (default: personal-data-<time>.zip, here)",
        )

    def handle(self, *args: Any, email: str, output: Path | None, **options: Any) -> None:
        now = timezone.now()
        person = Person.with_email(email)
        if not any(counts(person=person).values()):
            raise CommandError(
                _("The shop holds nothing about this address."), returncode=NOTHING_HELD
            )
        path = output or Path(f"personal-data-{now:%Y%m%d-%H%M%S}.zip")
        try:
            # Never over another file, and never readable for others, not even for a moment.
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            text = _("%(path)s cannot be written: %(reason)s.")
            raise CommandError(text % {"path": path, "reason": error.strerror}) from error
        with open(descriptor, "w+b") as file:
            written = write_archive(person=person, file=file, now=now)
        words = ngettext(
            "%(count)d entry is in %(path)s", "%(count)d entries are in %(path)s", written
        )
        self.stdout.write(self.style.SUCCESS(words % {"count": written, "path": path}))
