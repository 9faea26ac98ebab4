from time import perf_counter
from typing import Any

from django.core.management.base import CommandError, CommandParser

from bookstore.audit_reports import Json, Lines, Report
from bookstore.auditing import Check, UnknownCheck, checks, chosen, one_moment
from bookstore.commands import TaughtByExample
from bookstore.repairing import RepairIsRunning, only_repair, repair

EXAMPLE = """
example:
  manage.py audit
  manage.py audit --only ratings stock
  manage.py audit --json | jq '.checks[] | select(.findings != [])'
  manage.py audit --fix

Whatever the shop adds up once and keeps is added up again, as it stands at one moment: stock against
its ledger, waiting lists, ratings, orders and their money. Beside that it looks for what is stuck.
It is safe to run while the shop is open, and changes nothing without --fix. What differs is named
with its key in the database. The ratings that make_catalogue makes up rest on no reviews: they are
named, too, and --fix takes them away.

--fix works out anew what is derived (marked * below), in small transactions that hold up no shopper,
looks at it again, and says what it changed. The ledger, money, orders and offers it never touches:
what differs there is for people to look at. Two with --fix do not run at once.

checks:
"""
STATUSES = """
exit status: 0 all is right, or was made so; 1 something differs (still), or it was refused; 130
stopped by Ctrl-C
"""


class Command(TaughtByExample):
    help = "Prove everything that the shop derives from other rows, and name what differs."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        lines = (
            f"  {'*' if check.can_be_repaired else ' '} {check.slug:<15} {check.name}"
            for check in checks()
        )
        self.example = EXAMPLE + "\n".join(lines) + "\n" + STATUSES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only", nargs="+", default=[], metavar="NAME", help="these checks alone, see below"
        )
        parser.add_argument("--fix", action="store_true", help="make right what is derived")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        self.report: Report = (
            Json(self.stdout) if options["json"] else Lines(self.stdout, self.style)
        )
        try:
            wanted = chosen(options["only"])
            left = self._fix(wanted) if options["fix"] else self._audit(wanted)
        except (UnknownCheck, RepairIsRunning) as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt as stop:
            done = " What was said to be repaired is." if options["fix"] else ""
            raise CommandError(f"Stopped.{done}", returncode=130) from stop
        if left:
            raise CommandError(f"Wrong: {left:,}.")

    def _audit(self, wanted: list[Check]) -> int:
        """Returns how much is wrong."""
        return self._close(None, self._look("checks", wanted))

    def _fix(self, wanted: list[Check]) -> int:
        """Returns how much is wrong still."""
        with only_repair():
            wrong = self._look("checks", wanted)
            derived = [check for check in wanted if check.can_be_repaired and wrong[check.slug]]
            self.report.stage("repairs")
            repaired = sum(self._repair(check, wrong[check.slug]) for check in derived)
            again = self._look("checked_again", derived)
        return self._close(repaired, {**wrong, **again})

    def _look(self, stage: str, wanted: list[Check]) -> dict[str, list[int]]:
        """Run these checks as of one moment. Returns the keys of what is wrong, by slug."""
        self.report.stage(stage)
        with one_moment():
            return {check.slug: self._run(check) for check in wanted}

    def _run(self, check: Check) -> list[int]:
        began, wrong = perf_counter(), []
        self.report.begin(check, check.looked_at())
        for finding in check.findings():
            self.report.found(finding)
            wrong.append(finding.key)
        self.report.end(perf_counter() - began)
        return wrong

    def _repair(self, check: Check, keys: list[int]) -> int:
        """Returns how many rows were changed."""
        changed = 0
        self.report.begin_repair(check)
        for key in repair(check, keys):
            self.report.repaired(key)
            changed += 1
        self.report.end_repair()
        return changed

    def _close(self, repaired: int | None, wrong: dict[str, list[int]]) -> int:
        left = {slug: len(keys) for slug, keys in wrong.items() if keys}
        self.report.close(repaired, left)
        return sum(left.values())
