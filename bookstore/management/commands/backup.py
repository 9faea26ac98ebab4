import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error
from django.utils import timezone

from bookstore.backups.archive import CannotBackUp
from bookstore.backups.taking import Taken, back_up
from bookstore.commands import TaughtByExample

EXAMPLE = """
example:
  manage.py backup /var/backups/shop-$(date +%F).tar
  manage.py restore --verify /var/backups/shop-2026-11-27.tar

Database and pictures go into one tar file, with a manifest of hashes. The shop stays open: the
database is as it was at one moment, pictures are copied after it. The file appears under its name
when it is whole, and only its owner may read it: it holds personal data. Sign-ins, caches and the queue
are left out, and so is SECRET_KEY: keep that elsewhere. No two backups run at once.

exit status: 0 the backup is whole, 1 refused or failed, 130 stopped by Ctrl-C
"""
# Of progress, in seconds.
EVERY = 2


class Command(TaughtByExample):
    help = "Put database and pictures into one file that can be proved whole."
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a name that is not taken")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        self.begun = self.told = time.monotonic()
        try:
            taken = back_up(path, now=timezone.now(), progress=self._progress)
        except (CannotBackUp, Error, OSError) as error:
            raise CommandError(f"{error}\nThere is no new file.") from error
        except KeyboardInterrupt as error:
            left = "The new file is whole" if path.exists() else "There is no new file"
            raise CommandError(f"Stopped. {left}.", returncode=130) from error
        for name in taken.missing:
            self.stderr.write(self.style.WARNING(f"missing picture: {name}"))
        if not taken.is_noted:
            self.stderr.write(
                self.style.WARNING("It could not be noted: manage.py health will not know of it.")
            )
        self.stdout.write(self.style.SUCCESS(f"{path}: {self._words(taken)}"))

    def _progress(self, taken: Taken) -> None:
        if time.monotonic() - self.told > EVERY:
            self.told = time.monotonic()
            self.stderr.write(self._words(taken))

    def _words(self, taken: Taken) -> str:
        seconds = max(time.monotonic() - self.begun, 0.001)
        size = taken.size / 1e6
        return (
            f"{size:,.1f} MB, {taken.pictures:,} pictures, {seconds:.1f} seconds,"
            f" {size / seconds:.1f} MB a second"
        )
