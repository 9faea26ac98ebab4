"""What the shop holds about a person by their account: see accounts/person.py."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from . import sessions
from .models import Address, CustomerLook, OutboxMessage, User
from .person import ERASED, Obstacle, Part, Person

# Begins the key of the mail that tells of the erasure itself (accounts/erasing.py).
FAREWELL = "farewell-"


class AccountPart(Part):
    name = "account"
    title = _("Account")
    on_erasure = _("Deleted.")
    models = (User, User.groups.through, User.user_permissions.through)

    def rows(self, person: Person) -> Any:
        them = User.objects.filter(pk=person.user.pk) if person.user else User.objects.none()
        return them.order_by("pk")

    def describe(self, user: User) -> dict[str, Any]:
        permissions = user.user_permissions.order_by("codename").values_list("codename", flat=True)
        return {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "joined_at": user.date_joined,
            "last_signed_in_at": user.last_login,
            "has_password": user.has_usable_password(),
            "is_active": user.is_active,
            "is_staff": user.is_staff,
            "is_superuser": user.is_superuser,
            "times_signed_out_everywhere": user.sessions_epoch,
            "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
            "permissions": list(permissions),
        }

    def lock(self, person: Person) -> None:
        # Not `no_key`: until the account is gone, nobody may commit a row that points at it.
        self.rows(person).select_for_update().first()

    def obstacles(self, person: Person, now: datetime) -> list[Obstacle]:
        user = person.user
        if user is None or not (user.is_staff or user.is_superuser or _has_worked_here(user)):
            return []
        return [
            Obstacle(
                _(
                    "This account is or was one of the staff, and what it did is the history of "
                    "the shop. It cannot be deleted; a superuser can deactivate it."
                )
            )
        ]


class EmailAddressesPart(Part):
    name = "email_addresses"
    title = _("Email addresses")
    on_erasure = _("Deleted.")
    models = (EmailAddress, EmailConfirmation)

    def rows(self, person: Person) -> Any:
        return _of_account(EmailAddress, person)

    def describe(self, address: EmailAddress) -> dict[str, Any]:
        return {
            "email": address.email,
            "is_confirmed": address.verified,
            "is_the_one_to_sign_in_with": address.primary,
            "confirmations_asked_for_at": [
                confirmation.created
                for confirmation in address.emailconfirmation_set.order_by("pk")
            ],
        }


class OtherSitesPart(Part):
    name = "google_and_github"
    title = _("Sign-in with Google or GitHub")
    on_erasure = _("The link is deleted here. The account at the other site is not ours to delete.")
    models = (SocialAccount, SocialToken)

    def rows(self, person: Person) -> Any:
        return _of_account(SocialAccount, person)

    def describe(self, account: SocialAccount) -> dict[str, Any]:
        return {
            "site": account.provider,
            "id_there": account.uid,
            "what_the_site_told": account.extra_data,
            "linked_at": account.date_joined,
            "last_signed_in_at": account.last_login,
        }


class SecondFactorsPart(Part):
    """Never the secrets themselves: a copy of the file would be as good as the phone."""

    name = "second_steps"
    title = _("Authenticator app, passkeys and recovery codes")
    on_erasure = _("Deleted.")
    models = (Authenticator,)

    def rows(self, person: Person) -> Any:
        return _of_account(Authenticator, person)

    def describe(self, factor: Authenticator) -> dict[str, Any]:
        return {
            "kind": factor.get_type_display(),
            "name": factor.data.get("name", ""),
            "made_at": factor.created_at,
            "last_used_at": factor.last_used_at,
        }


class DevicesPart(Part):
    """The sessions of the account. The key of one is as good as a password, so nobody is told it."""

    name = "devices"
    title = _("Devices that are signed in")
    on_erasure = _("All of them are signed out, and forgotten.")
    models = (UserSession, Session)

    def rows(self, person: Person) -> Any:
        return _of_account(UserSession, person)

    def describe(self, session: UserSession) -> dict[str, Any]:
        return {
            "browser": session.user_agent,
            "ip_address": session.ip,
            "signed_in_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "more": session.data,
        }

    def erase(self, person: Person, now: datetime) -> None:
        if person.user:
            sessions.delete_all(user=person.user)


class AddressesPart(Part):
    name = "addresses"
    title = _("Saved addresses")
    on_erasure = _("Deleted.")
    models = (Address,)

    def rows(self, person: Person) -> Any:
        return _of_account(Address, person)

    def describe(self, address: Address) -> dict[str, Any]:
        return {
            "label": address.label,
            **address.postal_fields,
            "is_default": address.is_default,
            "saved_at": address.created_at,
        }


class MailsPart(Part):
    name = "mails"
    title = _("Copies of emails to you")
    on_erasure = _("Deleted, also those that have not left yet.")
    models = (OutboxMessage,)

    def rows(self, person: Person) -> Any:
        """Mails to their addresses, and those about their account.

        To an address that they never confirmed, perhaps somebody else's, or that is theirs no
        longer, there may be mails about another account, which are none of them.
        """
        to_them = Q(address__in=person.emails)
        if person.user:
            to_them |= Q(user=person.user)
        farewell = Q(dedupe_key__isnull=False, dedupe_key__startswith=FAREWELL)
        if (held := person.held.get(self.name)) is not None:
            to_them = Q(pk__in=held)
        mails = OutboxMessage.objects.annotate(address=Lower("to"))
        return mails.filter(to_them).exclude(farewell).order_by("pk")

    def lock(self, person: Person) -> list[int]:
        lock_mails(self.rows(person))
        return list(self.rows(person).values_list("pk", flat=True))

    def describe(self, mail: OutboxMessage) -> dict[str, Any]:
        return describe_mail(mail)


class AdminLogPart(Part):
    """What staff did to the account in the admin. Their own acts are theirs, not of this person."""

    name = "changes_by_staff"
    title = _("Changes that staff made to your account")
    on_erasure = _(
        "Kept without names and addresses, as a record of what staff did: that something was "
        "changed, and when."
    )
    models = (LogEntry,)
    is_kept = True

    def rows(self, person: Person) -> QuerySet[LogEntry]:
        about = Q(pk__in=[])
        if person.user:
            accounts = ContentType.objects.get_for_model(User)
            about |= Q(content_type=accounts, object_id=str(person.user.pk))
            about |= Q(user=person.user)
        for email in person.emails:
            about |= Q(object_repr__iexact=email)
        return LogEntry.objects.filter(about).exclude(object_repr=ERASED).order_by("pk")

    def describe(self, entry: LogEntry) -> dict[str, Any]:
        return {
            "at": entry.action_time,
            "what": entry.object_repr,
            "change": entry.get_change_message(),
        }

    def erase(self, person: Person, now: datetime) -> None:
        self.rows(person).update(object_repr=ERASED, change_message="")


class LooksPart(Part):
    """Who of the staff looked at them: by what they are in the shop, for their name is theirs."""

    name = "looks_by_staff"
    title = _("Who in the shop looked at your data")
    on_erasure = _(
        "Kept without saying whose data it was, as a record of what staff did: that somebody of the "
        "shop looked, and when."
    )
    models = (CustomerLook,)
    is_kept = True

    def rows(self, person: Person) -> QuerySet[CustomerLook]:
        at_them = Q(user=person.user) if person.user else Q(pk__in=[])
        at_them |= Q(email__in=person.emails) & ~Q(email="")
        return CustomerLook.objects.filter(at_them).order_by("pk")

    def describe(self, look: CustomerLook) -> dict[str, Any]:
        return {
            "at": look.at,
            "by": look.role,
            "page": look.get_page_display(),
            "at_what_was_done_with": look.email,
        }

    def erase(self, person: Person, now: datetime) -> None:
        self.rows(person).update(user=None, email="")
        # And by them, if they were staff once.
        CustomerLook.objects.filter(who__in=person.emails).update(who=ERASED)


def lock_mails(mails: QuerySet[OutboxMessage]) -> None:
    """From now on nobody sends one of them again (accounts/resending.py); a repeat is there by now."""
    list(mails.select_for_update(no_key=True).values_list("pk"))


def describe_mail(mail: OutboxMessage) -> dict[str, Any]:
    """A mail for the export; never a link that is as good as a password."""
    return {
        "to": mail.to,
        "subject": mail.subject,
        "language": mail.language,
        "text": "" if mail.has_one_time_link else mail.body_without_links,
        "had_a_one_time_link": mail.has_one_time_link,
        "written_at": mail.created_at,
        "sent_at": mail.sent_at,
        "is_sent_once_more": mail.is_repeat,
        "problem": mail.last_error,
        "request_id": mail.request_id,
    }


def _of_account(model: Any, person: Person) -> Any:
    """Rows that point at the person's account; none for a guest."""
    return model.objects.filter(user=person.user, user__isnull=False).order_by("pk")


def _has_worked_here(user: User) -> bool:
    return LogEntry.objects.filter(user=user).exists()


PARTS = [
    AccountPart(),
    # Erased from the last to the first: mails are found by addresses.
    EmailAddressesPart(),
    OtherSitesPart(),
    SecondFactorsPart(),
    DevicesPart(),
    AddressesPart(),
    MailsPart(),
    AdminLogPart(),
    LooksPart(),
]
