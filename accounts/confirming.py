"""Whether an address is its account's: who may confirm it, and what happens to those nobody did."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, LoginStageController
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from .models import User

# The link in the mail holds for three days (ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS).
UNCONFIRMED_FOR = timedelta(days=14)
SWEEP_SIZE = 500
# What sign-up itself writes; anything else that points at an account keeps it.
PARTS_OF_AN_ACCOUNT = ("account", "socialaccount", "mfa", "usersessions")


def is_owner(request: HttpRequest, user: User) -> bool:
    """Whether this browser has shown that the account is its reader's.

    They are signed in, or they have just opened it or given its password, and nothing but the
    confirmation of the address keeps them out.
    """
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    return request.user == user or (stage is not None and stage.login.user == user)


def is_taken(address: EmailAddress) -> bool:
    """Whether another account signs in with it, confirmed or not."""
    return User.objects.filter(email=address.email).exclude(pk=address.user_id).exists()


@transaction.atomic
def confirm_address(*, user: User) -> None:
    """Take the address that somebody signs in with for theirs: they have read what we sent there."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


@transaction.atomic
def delete_unconfirmed(*, now: datetime) -> int:
    """Delete accounts opened UNCONFIRMED_FOR ago that nobody confirmed, a bounded number at once.

    Never one of staff, one that somebody has been signed in to, or one that anything else points
    at. Gives back how many went.
    """
    user_ids = (
        User.objects.filter(
            last_login=None,
            is_staff=False,
            is_superuser=False,
            date_joined__lt=now - UNCONFIRMED_FOR,
            emailaddress__verified=False,
        )
        .exclude(emailaddress__verified=True)
        .exclude(_is_pointed_at())
        .order_by("pk")
        # Whoever signs in at this moment holds the row.
        .select_for_update(of=("self",), skip_locked=True)
        .values_list("pk", flat=True)[:SWEEP_SIZE]
    )
    _, deleted = User.objects.filter(pk__in=list(user_ids)).delete()
    return deleted.get(User._meta.label, 0)


def _is_pointed_at() -> Q:
    condition = Q()
    for relation in User._meta.related_objects:
        if relation.related_model._meta.app_label not in PARTS_OF_AN_ACCOUNT:
            pointing = {relation.field.name: OuterRef("pk")}
            condition |= Q(Exists(relation.related_model._base_manager.filter(**pointing)))
    return condition
