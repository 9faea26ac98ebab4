from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from bookstore.commands import TaughtByExample
from catalog.exports.books import number_of_books
from catalog.exports.output import CannotExport
from shop.exports import WRITERS, export_catalogue
from shop.management.progress import ProgressBar

EXAMPLE = """
example:
  manage.py export_catalogue catalogue.csv
  manage.py export_catalogue --format onix - | gzip > catalogue.xml.gz

Every book on sale is written as it stands at one moment, however busy the shop is, and nothing in
the shop is changed. The file gets its name once it is whole: an export that breaks off leaves none.
A file that exists is replaced only with --force; "-" is the standard output.

csv is the table that import_books reads back without loss: give it to an empty shop, and the same
books are there. It holds what a feed can say: no copies, no shelves, no covers and no reviews. To
move a whole shop, take a backup.

onix is a message of ONIX 3.0 with reference names. A book is called by the host of SITE_URL and its
EAN. Prices are what readers pay here, with tax; whether a book can be had is what its page says.
import_onix reads the same books back, but for readers' ratings elsewhere, for downloads, for printed
music, for people called only anonymous or unknown, and for goods with numbers of the shop's own: a
partner knows nothing of those. Use csv to keep them.

Books that were withdrawn from sale are left out, and nothing says that they are gone. Any number of
exports may run at once; of two to one file the first wins.

exit status: 0 written, 1 refused or broken off, 130 stopped by Ctrl-C
"""
STDOUT = Path("-")


class Command(TaughtByExample):
    help = "Write the whole catalogue to a file, for another shop or a partner."
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="where to, or - for the output")
        parser.add_argument("--format", choices=WRITERS, default="csv", help="default: csv")
        parser.add_argument("--force", action="store_true", help="replace a file that exists")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        self.begin = time.monotonic()
        try:
            if path == STDOUT:
                # The bytes as they are: no encoding of the terminal touches them.
                with os.fdopen(os.dup(1), "wb") as out:
                    self._export(out, options)
            else:
                written = self._export(path, options)
                self.stdout.write(self.style.SUCCESS(self._said(written)))
        except CannotExport as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_("The export stopped: %(error)s") % {"error": error}) from error
        except KeyboardInterrupt as error:
            raise CommandError(_("Stopped. There is no new file."), returncode=130) from error

    def _export(self, to: Path | BinaryIO, options: dict[str, Any]) -> int:
        with ProgressBar(self.stderr, number_of_books()) as bar:
            return export_catalogue(
                to=to,
                write=WRITERS[options["format"]],
                replace=options["force"],
                progress=lambda written: bar.update(written, self._said(written)),
            )

    def _said(self, written: int) -> str:
        seconds = max(time.monotonic() - self.begin, 0.001)
        counts = {"number": written, "rate": written / seconds}
        return _("Books written: %(number)d (%(rate)d a second)") % counts
