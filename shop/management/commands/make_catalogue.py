from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookstore.commands import TaughtByExample
from shop.imports import CannotImport
from shop.management.progress import ProgressBar
from shop.settling import StoppedUnsettled
from shop.synthetic.loading import make_catalogue

EXAMPLE = """
example:
  manage.py make_catalogue --books 100000

Never in a shop with real customers: they could order them, and books once sold stay. The same seed
makes the same books, and a second run with it changes nothing. No other import runs meanwhile.

exit status: 0 the books are there, 1 refused, 130 stopped by Ctrl-C
"""


class Command(TaughtByExample):
    help = (
        "Fill the shop with made-up books, to try it under load: a million take a few minutes. "
        "Never in a shop with real customers."
    )
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--books", type=int, required=True, help="how many books")
        parser.add_argument(
            "--seed",
            type=int,
            default=1,
            help="another seed makes other books; seeds with the same last digit share their"
            " numbers, so that only one of them can be loaded (default: 1)",
        )

    def handle(self, *args: Any, books: int, seed: int, **options: Any) -> None:
        try:
            with ProgressBar(self.stderr, books) as bar:
                make_catalogue(books=books, seed=seed, now=timezone.now(), progress=bar.update)
        except CannotImport as error:
            raise CommandError(str(error)) from error
        except StoppedUnsettled as error:
            raise CommandError(str(error), returncode=130) from error
        except KeyboardInterrupt as error:
            raise CommandError(_("Stopped. Nothing was loaded."), returncode=130) from error
        text = ngettext("One made-up book loaded.", "%(number)d made-up books loaded.", books)
        self.stdout.write(self.style.SUCCESS(text % {"number": books}))
