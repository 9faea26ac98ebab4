from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookstore.commands import TaughtByExample
from catalog.feeds.csv_reader import CannotReadFeed
from shop.demo import FOLDER, load_demo
from shop.imports import CannotImport
from shop.management.progress import ProgressBar
from shop.settling import StoppedUnsettled

EXAMPLE = """
example:
  manage.py load_demo

`make run` does it for an empty shop. Where the demo is there already nothing changes, and of two
runs at once one loads it. Ctrl-C takes back what it had begun, unless all books are in: then the
worker brings lists and searches up to date.

exit status: 0 the demo is there, 1 refused, 130 stopped by Ctrl-C
"""


class Command(TaughtByExample):
    help = (
        "Put the demo catalogue on the shelves: about 5,000 books with covers, prices and stock. "
        "Changes nothing when it is there already."
    )
    example = EXAMPLE

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            created = self._load()
        except (CannotReadFeed, CannotImport) as error:
            raise CommandError(str(error)) from error
        except StoppedUnsettled as error:
            raise CommandError(str(error), returncode=130) from error
        except KeyboardInterrupt as error:
            raise CommandError(_("Stopped. Nothing was loaded."), returncode=130) from error
        if not created:
            self.stdout.write(_("The demo catalogue is there already."))
            return
        text = ngettext("One demo book loaded.", "%(number)d demo books loaded.", created)
        self.stdout.write(self.style.SUCCESS(text % {"number": created}))

    def _load(self) -> int:
        size = (FOLDER / "books.csv").stat().st_size
        with ProgressBar(self.stderr, size) as bar:
            return load_demo(
                folder=FOLDER,
                now=timezone.now(),
                progress=lambda position: bar.update(position, _("Loading the demo catalogue")),
            )
