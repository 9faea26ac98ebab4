from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import factors
from accounts.models import User, UserManager
from bookstore.commands import TaughtByExample

EXAMPLE = """
example:
  manage.py remove_second_factor sam@example.org

Be sure first that it is they who ask: afterwards the password alone opens the account. All their
sessions end, and they are told by email. Staff are asked to set up a new second factor before the
admin opens again.

exit status: 0 removed, 1 refused: no such account, or nothing to remove
"""


class Command(TaughtByExample):
    help = (
        "Take all second factors (authenticator app, passkeys, recovery codes) from somebody who "
        "has lost them."
    )
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the email address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=UserManager.normalize_email(options["email"])).first()
        if user is None:
            raise CommandError(_("There is no account with this email address."))
        removed = factors.remove_all(user=user)
        if not removed:
            raise CommandError(_("This account has no second factor. Nothing was changed."))
        text = ngettext(
            "One second factor removed, all sessions ended.",
            "%(number)d second factors removed, all sessions ended.",
            removed,
        )
        self.stdout.write(self.style.SUCCESS(text % {"number": removed}))
