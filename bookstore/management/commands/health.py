import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from bookstore import health
from bookstore.commands import TaughtByExample
from bookstore.findings import Finding, State

EXAMPLE = """
example:
  manage.py health
  manage.py health --json | jq '.findings[] | select(.state != "ok")'

Looks at the database, its replicas and migrations, free disk, the workers and their queue, when each
work that is done by the clock was last done, tasks that failed, mails, and the age of the last
backup. It changes nothing, and may run at any time and on any machine; free disk is that of the
machine it runs on. Each line says how it is, what was measured, and from where on it would warn or
fail.

exit status: 0 all is well, 1 something fails, 2 nothing fails but something warns
"""
WARNS = 2


class Command(TaughtByExample):
    help = "Tell how the shop does, and where somebody should look."

    example = EXAMPLE
    # Some ask the database, which may be what is wrong.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(health.findings(timezone.now()))
        worst = max((finding.state for finding in found), key=list(State).index)
        if options["json"]:
            told = {"state": worst, "findings": [vars(finding) for finding in found]}
            self.stdout.write(json.dumps(told, indent=2))
        else:
            for finding in found:
                self.stdout.write(self._line(finding))
        if worst is not State.OK:
            number = sum(finding.state is worst for finding in found)
            code = 1 if worst is State.FAIL else WARNS
            raise CommandError(f"{number} of {len(found)} {worst}.", returncode=code)

    def _line(self, finding: Finding) -> str:
        styles = {State.OK: self.style.SUCCESS, State.WARN: self.style.WARNING}
        state = styles.get(finding.state, self.style.ERROR)(f"{finding.state:<5}")
        limit = f"  [{finding.limit}]" if finding.limit and finding.state is not State.OK else ""
        return f"{state} {finding.name:<34} {finding.words}{limit}"
