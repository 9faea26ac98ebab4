"""What the commands that import feeds have in common."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser
from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from bookstore.commands import TaughtByExample
from catalog.feeds.ahead import ReadingBroke
from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.differences import Difference, count_kinds, in_words
from catalog.feeds.kinds import Kind
from catalog.feeds.report import ChangesFile, ReportFile
from shop.import_writing import ImportSummary
from shop.imports import CannotImport, Feed, import_feed
from shop.management.progress import ProgressBar

STATUSES = """
exit status: 0 imported, 1 refused or not read to its end, 130 stopped by Ctrl-C
"""


class FeedCommand(TaughtByExample):
    """Imports a file of one kind."""

    kind: ClassVar[Kind]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=f"the {self.kind.upper()} file")
        parser.add_argument(
            "--price",
            type=_price,
            help="price of new books without a price in the file; without it they are shown, but not for sale",
        )
        parser.add_argument(
            "--stock", type=int, default=0, help="opening stock of new books (default: 0)"
        )
        course = parser.add_mutually_exclusive_group()
        course.add_argument(
            "--dry-run", action="store_true", help="say what would change and change nothing"
        )
        course.add_argument(
            "--resume",
            action="store_true",
            help="go on with the import of this file that was stopped or killed, behind what is in",
        )
        parser.add_argument(
            "--report",
            type=Path,
            metavar="FILE",
            help="where problems are written (default: FILE's name with .report.csv, in this folder)",
        )

        parser.add_argument(
            "--changes",
            type=Path,
            metavar="FILE",
            help="where a dry run writes each thing that would change, as it is and as it would be",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        report_path = options["report"] or Path(f"{path.stem}.report.csv")
        changes_path = options["changes"]
        if changes_path and not options["dry_run"]:
            raise CommandError(_("--changes is for --dry-run."))
        for output in filter(None, (report_path, changes_path)):
            self._check_output(output, path)
        self.summary = ImportSummary()
        self.gone_past: int | None = None
        self.kinds: Counter[str] = Counter()
        self.begun = time.monotonic()
        try:
            with ReportFile(report_path) as report, ChangesFile(changes_path) as changes:
                self._import(path, report, changes, options)
        except (CannotReadFeed, CannotImport) as error:
            raise CommandError(str(error)) from error
        except ReadingBroke as error:
            reason = {"reason": str(error).removesuffix(".")}
            text = _("The file could not be read to its end: %(reason)s.") % reason
            raise CommandError(f"{text} {self._what_is_in(options)}") from error
        except (OSError, DatabaseError) as error:
            first_line = {"error": str(error).partition("\n")[0]}
            text = _("The import stopped: %(error)s.") % first_line
            raise CommandError(f"{text} {self._what_is_in(options, resume=True)}") from error
        except KeyboardInterrupt as error:
            text = f"{_('Stopped.')} {self._what_is_in(options, resume=True)}"
            raise CommandError(text, returncode=130) from error
        self._say(report, changes, dry_run=options["dry_run"])

    def _what_is_in(self, options: dict[str, Any], *, resume: bool = False) -> str:
        """What an import that broke off has brought, and with `resume` how to go on with it."""
        if options["dry_run"] or not self.summary.records:
            return _("Nothing was changed.")
        brought = _("Whole batches are in: %(counts)s.") % {"counts": _counts(self.summary)}
        return f"{brought} {_('Go on with --resume.')}" if resume else brought

    def _check_output(self, output: Path, feed: Path) -> None:
        if not output.parent.is_dir():
            raise CommandError(_("There is no folder %(folder)s.") % {"folder": output.parent})
        if output.exists() and feed.exists() and output.samefile(feed):
            raise CommandError(_("The report would overwrite the file that is imported."))
        if not os.access(output if output.exists() else output.parent, os.W_OK):
            text = _("%(path)s cannot be written. Choose another place, as with --report.")
            raise CommandError(text % {"path": output})

    def _import(
        self, path: Path, report: ReportFile, changes: ChangesFile, options: dict[str, Any]
    ) -> None:
        size = path.stat().st_size if path.is_file() else 0
        with ProgressBar(self.stderr, size) as bar:

            def progress(summary: ImportSummary) -> None:
                self.summary = summary
                if self.gone_past is None:
                    self.gone_past = summary.records
                bar.update(summary.position, f"{_counts(summary)}; {self._rate()}")

            def differs(found: Sequence[Difference]) -> None:
                self.kinds += count_kinds(found)
                if changes.path:
                    changes.add(found)

            import_feed(
                Feed(path, self.kind, options["price"], options["stock"]),
                now=timezone.now(),
                report=report.add,
                progress=progress,
                dry_run=options["dry_run"],
                resume=options["resume"],
                differs=differs if options["dry_run"] else None,
            )

    def _say(self, report: ReportFile, changes: ChangesFile, *, dry_run: bool) -> None:
        lead = _("Nothing was changed; it would be: ") if dry_run else ""
        self.stdout.write(self.style.SUCCESS(f"{lead}{_counts(self.summary)}."))
        if self.kinds:
            self.stdout.write(_("In detail: %(kinds)s.") % {"kinds": in_words(self.kinds)})
        if changes.rows:
            text = _("%(number)d changes are in %(path)s")
            self.stdout.write(text % {"number": changes.rows, "path": changes.path})
        seconds = {"seconds": time.monotonic() - self.begun, "rate": self._rate()}
        self.stdout.write(_("%(seconds).1f seconds, %(rate)s") % seconds)
        if self.summary.left_to_worker:
            self.stdout.write(_("The worker brings ranks, counts and suggestions up to date."))
        if report.rows:
            text = _("%(number)d problems are in %(path)s")
            self.stdout.write(text % {"number": report.rows, "path": report.path})

    def _rate(self) -> str:
        seconds = max(time.monotonic() - self.begun, 0.001)
        records = self.summary.records - (self.gone_past or 0)
        return _("%(rate)d records a second") % {"rate": records / seconds}


def _counts(summary: ImportSummary) -> str:
    text = _("%(created)d new, %(updated)d updated, %(unchanged)d unchanged, %(skipped)d skipped")
    counts = text % vars(summary)
    if summary.taken_back:
        counts += _(", %(taken_back)d taken back") % vars(summary)
    return counts


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(_("not a price: %(text)s") % {"text": text}) from error
    if not price.is_finite() or price != round(price, 2):
        raise argparse.ArgumentTypeError(_("not a price: %(text)s") % {"text": text})
    return price
