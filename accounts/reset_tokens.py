"""Links to reset a password: good until the account changes, or its sessions are ended."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from .models import User


class ResetTokens(PasswordResetTokenGenerator):
    """Django's, which end with a change of password or address, and with a deactivation too.

    Not allauth's: an address that somebody has named and not confirmed would count there.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        of_django = super()._make_hash_value(user, timestamp)
        return f"{of_django}|{user.is_active}|{user.sessions_epoch}"
