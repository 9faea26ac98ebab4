from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.exporting import counts, write_archive
from accounts.management.person_command import PersonCommand
from accounts.person import Person

EXAMPLE = """
example:
  manage.py gdpr_export sam@example.org --output sam.zip

The ZIP holds a list in JSON for each kind of thing the shop knows about the person, and a text that
explains them. It works for guests, too: whoever ordered with this address. Make sure first that it
is the person who asks. The file can be read by its owner alone; send it where only they can read
it, and delete it then.

exit status: 0 written, 1 refused, 3 nothing is held about this address
"""


class Command(PersonCommand):
    help = "Write everything the shop holds about a person to a ZIP file."

    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="the file to write, which must not exist (default: personal-data-<time>.zip, here)",
        )

    def handle(self, *args: Any, email: str, output: Path | None, **options: Any) -> None:
        now = timezone.now()
        person = Person.with_email(email)
        self.check_found(sum(counts(person=person).values()))
        path = output or Path(f"personal-data-{now:%Y%m%d-%H%M%S}.zip")
        try:
            # Never over another file, and never readable for others, not even for a moment.
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            text = _("%(path)s cannot be written: %(reason)s.")
            raise CommandError(text % {"path": path, "reason": error.strerror}) from error
        with ExitStack() as on_failure:
            # Half an archive is of no use, and still somebody's data.
            on_failure.callback(path.unlink)
            with open(descriptor, "w+b") as file:
                written = write_archive(person=person, file=file, now=now)
            on_failure.pop_all()
        words = ngettext(
            "%(count)d entry is in %(path)s", "%(count)d entries are in %(path)s", written
        )
        self.stdout.write(self.style.SUCCESS(words % {"count": written, "path": path}))
