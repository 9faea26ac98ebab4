"""Whether an address is its account's: who may confirm it, and what happens to those nobody did."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, LoginStageController
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from .models import OutboxMessage, User

# The link in the mail holds for three days (ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS).
UNCONFIRMED_FOR = timedelta(days=14)
SWEEP_SIZE = 500
# In a session: a link for confirmation that was opened before its reader had signed in, and whose
# account it is for.
OPENED_LINK = "opened_confirmation_link"
# What sign-up itself writes; anything else that points at an account keeps it.
PARTS_OF_AN_ACCOUNT = ("account", "socialaccount", "mfa", "usersessions")


def is_owner(request: HttpRequest, user: User) -> bool:
    """Whether this browser has shown that the account is its reader's.

    They are signed in, or they have just opened it or given its password, which is still the same,
    and nothing but the confirmation of the address keeps them out.
    """
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    is_waiting = stage is not None and stage.login.user == user and not stage.has_lost_its_ground()
    return request.user == user or is_waiting


def keep_opened_link(request: HttpRequest, address: EmailAddress) -> None:
    """Remember the link for `address`, which this request opens, until somebody signs in."""
    request.session[OPENED_LINK] = {"path": request.path, "user_pk": address.user_id}


def opened_link(request: HttpRequest, user: User | None) -> str | None:
    """The link that was opened in this browser, if it is for `user`."""
    opened = request.session.get(OPENED_LINK)
    return opened["path"] if opened and user and opened["user_pk"] == user.pk else None


def take_opened_link(request: HttpRequest, user: User | None) -> str | None:
    """The same, and forget any."""
    link = opened_link(request, user)
    request.session.pop(OPENED_LINK, None)
    return link


def is_known(email: str) -> bool:
    """Whether an account signs in with it or has confirmed it. That somebody wants it is nothing."""
    is_confirmed = Q(emailaddress__email=email.lower(), emailaddress__verified=True)
    return User.objects.filter(Q(email=email.lower()) | is_confirmed).exists()


def signs_in_with_own_address(user: str) -> Exists:
    """For a filter: whether the address that `user`, the path of a column, signs in with is confirmed.

    Whoever asked for mails, they go to no mailbox that nobody has shown to be theirs.
    """
    own = EmailAddress.objects.filter(user=OuterRef(user), verified=True)
    return Exists(own.filter(email=OuterRef(f"{user}__email")))


def call_off_changes_to(email: str) -> None:
    """Forget who wants to change to an address that has turned out to be somebody else's."""
    EmailAddress.objects.filter(email=email.lower(), verified=False).delete()


def is_taken(address: EmailAddress) -> bool:
    """Whether another account signs in with it, confirmed or not."""
    return User.objects.filter(email=address.email).exclude(pk=address.user_id).exists()


@transaction.atomic
def confirm_address(*, user: User) -> None:
    """Take the address that somebody signs in with for theirs: they have read what we sent there.

    It is then their only one, and in no other account's list. A change of theirs that waits is
    called off.
    """
    known = EmailAddress.objects.filter(Q(user=user) | Q(email=user.email))
    known.exclude(user=user, email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


@transaction.atomic
def delete_unconfirmed(*, now: datetime) -> int:
    """Delete accounts opened UNCONFIRMED_FOR ago that nobody confirmed, a bounded number at once.

    Never one that staff made, one of staff, one that somebody has been signed in to, one that was
    sent a link for this long, or one that anything else points at. Gives back how many went.
    """
    since = now - UNCONFIRMED_FOR
    waiting = (
        EmailAddress.objects.filter(
            verified=False,
            # As sign-up writes it. To accounts that staff made, allauth adds one that is not.
            primary=True,
            user__last_login=None,
            user__is_staff=False,
            user__is_superuser=False,
            user__date_joined__lt=since,
        )
        .exclude(_was_written_to(since) | _is_pointed_at())
        .order_by("user")
        .select_related("user")
        # Whoever confirms the address, or signs in, at this moment holds one of the rows.
        .select_for_update(of=("self", "user"), skip_locked=True)[:SWEEP_SIZE]
    )
    user_ids = [address.user_id for address in waiting]
    _, deleted = User.objects.filter(pk__in=user_ids).delete()
    return deleted.get(User._meta.label, 0)


def _was_written_to(since: datetime) -> Q:
    links = OutboxMessage.objects.filter(has_one_time_link=True, created_at__gte=since)
    return Q(Exists(links.filter(to=OuterRef("email"))))


def _is_pointed_at() -> Q:
    condition = Q()
    for relation in User._meta.related_objects:
        if relation.related_model._meta.app_label not in PARTS_OF_AN_ACCOUNT:
            pointing = {relation.field.name: OuterRef("user")}
            condition |= Q(Exists(relation.related_model._base_manager.filter(**pointing)))
    return condition
