"""Links to reset a password: good until the account changes, or its sessions are ended."""

from datetime import datetime

# allauth takes this module in from here, once that class is defined.
from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

from .models import User


class ResetTokens(EmailAwarePasswordResetTokenGenerator):  # type: ignore[misc]
    """allauth's, which end with a change of password or addresses, and with a deactivation too."""

    def _make_hash_value(self, user: User, timestamp: datetime) -> str:
        of_allauth = super()._make_hash_value(user, timestamp)
        return f"{of_allauth}|{user.is_active}|{user.sessions_epoch}"
