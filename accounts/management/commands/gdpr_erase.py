from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import erasing
from accounts.exporting import counts
from accounts.management.person_command import PersonCommand
from accounts.person import Obstacle, Person

EXAMPLE = """
example:
  manage.py gdpr_erase sam@example.org --dry-run
  manage.py gdpr_erase sam@example.org

The dry run lists what the shop holds about the person and what would become of it, and changes
nothing. The run without it asks nothing and cannot be undone: the account goes, orders stay without
their person for as long as tax law asks, and a last mail tells the person. All of it is done, or
nothing. It works for guests, too: whoever ordered with this address. Make sure first that it is the
person who asks.

It is refused while an order is under way (not paid yet, not posted yet, in its time to withdraw, or
with money on its way back), and for staff, whose acts are the history of the shop: deactivate them.

exit status: 0 done, 1 refused, 3 nothing is held about this address (any more)
"""


class Command(PersonCommand):
    help = "Erase everything the shop holds about a person, but for what the law makes it keep."

    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen and change nothing"
        )

    def handle(self, *args: Any, email: str, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        person = Person.with_email(email)
        if dry_run:
            self._say(person)
            self._refuse(erasing.obstacles(person=person, now=now))
            self.stdout.write(_("Nothing was changed."))
            return
        try:
            erased = erasing.erase(person=person, now=now)
        except erasing.CannotErase as refusal:
            self._refuse(refusal.obstacles)
        else:
            self.check_found(erased)
            text = ngettext("Erased: %(count)d entry.", "Erased: %(count)d entries.", erased)
            self.stdout.write(self.style.SUCCESS(text % {"count": erased}))

    def _say(self, person: Person) -> None:
        found = counts(person=person)
        self.check_found(sum(found.values()))
        for part, count in found.items():
            self.stdout.write(f"{part.title}: {count}")
            if count:
                self.stdout.write(f"    {part.on_erasure}")

    def _refuse(self, obstacles: list[Obstacle]) -> None:
        if obstacles:
            sentences = "".join(f"\n- {obstacle.words}" for obstacle in obstacles)
            raise CommandError(_("It cannot be erased yet, and nothing was changed:") + sentences)
