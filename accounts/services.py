"""What members do with what the shop keeps about them."""

from .models import User


def change_name(*, user: User, name: str) -> None:
    """Call somebody so from now on; '' forgets what they were called."""
    user.name = name
    user.save(update_fields=["name"])
