"""Two people to try the shop as. Made by `manage.py start`, on one's own machine only."""

from allauth.account.models import EmailAddress
from django.db import transaction

from .models import User

SHOPPER = ("shopper@octavo.example", "reads-a-lot")
STAFF = ("staff@octavo.example", "runs-the-shop")


@transaction.atomic
def make_accounts() -> None:
    """Make the demo shopper and the demo staff member, their e-mail verified, unless they exist.

    Their passwords are known to everybody, so a database with other people in it is left alone.
    """
    if User.objects.exclude(email__in=[SHOPPER[0], STAFF[0]]).exists():
        return
    for (email, password), name, is_staff in (
        (SHOPPER, "Sam Shopper", False),
        (STAFF, "Stella Staff", True),
    ):
        if User.objects.filter(email=email).exists():
            continue
        user = User.objects.create_user(
            email, password, name=name, is_staff=is_staff, is_superuser=is_staff
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
