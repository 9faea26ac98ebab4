from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST_PASSWORD = 256


class MaximumLengthValidator:
    """Refuses passwords so long that hashing them would be an attack on the shop's memory."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return _("Your password can have %(count)d characters at the most.") % {
            "count": LONGEST_PASSWORD
        }
