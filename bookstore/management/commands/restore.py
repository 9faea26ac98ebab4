import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error

from bookstore.backups.archive import Archive, CannotBackUp
from bookstore.backups.restoring import Restored, restore, verified, warnings
from bookstore.commands import TaughtByExample

EXAMPLE = """
example:
  manage.py restore --verify shop-2026-11-27.tar
  manage.py maintenance on
  manage.py restore --replace shop-2026-11-27.tar
  manage.py audit
  manage.py maintenance off

Everything is verified before anything is touched. The database is replaced in one transaction: if it
breaks off, or is killed, the old shop is whole. Stop the workers first. Pictures that are here and not
in the backup stay; one of another content under the same name is kept in before-restore/. Everybody has
to sign in anew.

Mails that had not left when the backup was made are held, since they have most likely left after it:
staff find them in the outbox among those that failed, and can send them. With --send-mails they leave.

exit status: 0 restored or verified, 1 refused or failed, 130 stopped by Ctrl-C
"""
# Of progress, in seconds.
EVERY = 2


class Command(TaughtByExample):
    help = "Bring a backup back, or only prove that it is whole."
    example = EXAMPLE
    # The database may be empty.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="what manage.py backup wrote")
        parser.add_argument("--verify", action="store_true", help="change nothing")
        parser.add_argument(
            "--replace", action="store_true", help="though the database is not empty"
        )
        parser.add_argument(
            "--send-mails", action="store_true", help="also those that may have left already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = self.told = time.monotonic()
        try:
            with verified(options["file"], self._progress) as archive:
                self._describe(archive)
                if not options["verify"]:
                    self._say(
                        restore(
                            archive,
                            replace=options["replace"],
                            send_mails=options["send_mails"],
                            progress=self._progress,
                        )
                    )
        except (CannotBackUp, Error, OSError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. The shop is as it was.", returncode=130) from error

    def _describe(self, archive: Archive) -> None:
        facts = archive.manifest
        self.stdout.write(
            self.style.SUCCESS(
                f"A whole backup of {facts['shop']}, made at {facts['made_at']}, "
                f"{archive.size / 1e6:,.1f} MB, {len(archive.members) - 1:,} pictures."
            )
        )
        for warning in warnings(archive):
            self.stderr.write(self.style.WARNING(warning))

    def _say(self, restored: Restored) -> None:
        for name in restored.replaced:
            self.stderr.write(f"replaced, and kept in before-restore/: {name}")
        seconds = time.monotonic() - self.begun
        words = f"Restored, with {restored.pictures:,} pictures, in {seconds:.1f} seconds."
        self.stdout.write(self.style.SUCCESS(words))

    def _progress(self, size: int, done: int) -> None:
        if time.monotonic() - self.told > EVERY:
            self.told = time.monotonic()
            rate = done / 1e6 / (self.told - self.begun)
            self.stderr.write(f"{100 * done // size:3d} %  {rate:.1f} MB a second")
