from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import deactivating
from accounts.models import User
from bookstore.commands import TaughtByExample

EXAMPLE = """
example:
  manage.py deactivate_user sam@example.org
  manage.py deactivate_user sam@example.org --reactivate

Its owner is signed out everywhere at once and cannot come back: not by password, nor by a reset of
it, nor by another site. Nothing else of theirs is touched. Doing it twice does no harm.

exit status: 0 done, 1 refused: no such account
"""


class Command(TaughtByExample):
    help = "Close the account of somebody, or open it again."
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address the account signs in with")
        parser.add_argument("--reactivate", action="store_true", help="open the account again")

    def handle(self, *args: Any, email: str, reactivate: bool, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account with the address {email}.") from error
        act = deactivating.reactivate if reactivate else deactivating.deactivate
        try:
            act(user=user, who=None)
        except deactivating.CannotDeactivate as refusal:
            raise CommandError(str(refusal)) from refusal
        became = "is active, and can sign in" if reactivate else "is deactivated, and signed out"
        self.stdout.write(f"{user.email} {became}.")
