from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from . import confirming
from .models import User


class EmailBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by the address that `User.email` holds, and by no other.

    An address that somebody wants to change to, and has not confirmed, is not theirs: it opens no
    account, and it makes no sign-in of its real owner take twice as long.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Whose address and password these are; nobody's while the address waits for confirmation.

        Else whoever had just signed up with somebody's address could tell from their own password
        whether that had opened an account. With the link opened in this browser it is enough.
        """
        user: User | None = super().authenticate(request, **credentials)
        email = User.objects.normalize_email(
            credentials.get("email") or credentials.get("username")
        )
        # Asked of every address, so that all take as long.
        is_confirmed = EmailAddress.objects.filter(user__email=email, verified=True).exists()
        return user if is_confirmed or _has_shown_more(request, user) else None

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        user = User.objects.filter(email=User.objects.normalize_email(email)).first()
        found: User | None = self._check_password(user, password)
        return found


def _has_shown_more(request: HttpRequest | None, user: User | None) -> bool:
    return request is not None and (
        request.user == user or confirming.opened_link(request, user) is not None
    )
