from typing import Any

from django.core.management.base import CommandError

from bookstore.auditing import Check, checks, one_moment
from bookstore.commands import TaughtByExample

EXAMPLE = """
example:
  manage.py audit

Stock against its ledger, waiting lists, ratings, orders and their money: whatever the shop adds up
once and keeps is added up again, as it stands at one moment. It changes nothing and is safe to run
while the shop is open. What differs is named with its key in the database. The ratings that
make_catalogue makes up rest on no reviews, and are named, too.

exit status: 0 all is right, 1 something differs
"""


class Command(TaughtByExample):
    help = "Prove everything that the shop derives from other rows, and name what differs."

    example = EXAMPLE

    def handle(self, *args: Any, **options: Any) -> None:
        with one_moment():
            wrong = sum(self._run(check) for check in checks())
        if wrong:
            raise CommandError(f"Wrong: {wrong:,}.")

    def _run(self, check: Check) -> int:
        """Say how a check came out. Returns how much is wrong."""
        wrong = 0
        rows = check.of._meta.verbose_name_plural
        self.stdout.write(f"{check.name} ({check.looked_at():,} {rows}) … ", ending="")
        self.stdout.flush()
        for finding in check.findings():
            if not wrong:
                self.stdout.write(self.style.ERROR("wrong"))
            self.stdout.write(f"    {finding}")
            wrong += 1
        if not wrong:
            self.stdout.write(self.style.SUCCESS("ok"))
        return wrong
