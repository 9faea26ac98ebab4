from allauth.account.auth_backends import AuthenticationBackend

from .models import User


class EmailBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by the address that `User.email` holds, and by no other.

    An address that somebody wants to change to, and has not confirmed, is not theirs: it opens no
    account, and it makes no sign-in of its real owner take twice as long.
    """

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        user = User.objects.filter(email=User.objects.normalize_email(email)).first()
        found: User | None = self._check_password(user, password)
        return found
