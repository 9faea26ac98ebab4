"""What accounts show of a customer to staff: see accounts/customers.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import sessions
from .customers import CustomerPart
from .models import Address, OutboxMessage
from .person import Person
from .personal_data import LooksPart, MailsPart


def _mails(person: Person, most: int, now: datetime) -> Iterable[OutboxMessage]:
    # Of each mail what is on its envelope: some hold a link that only their reader may see.
    mails: Any = MailsPart().rows(person).defer("body", "html").order_by("-pk")
    return list(mails[:most])


def _all_mails(person: Person) -> str:
    email = person.user.email if person.user else person.emails[0]
    return reverse("admin:accounts_outboxmessage_changelist", query={"q": email})


def _sessions(person: Person, most: int, now: datetime) -> Iterable[sessions.SignedIn]:
    return sessions.list_of(user=person.user, current="", now=now)[:most] if person.user else ()


def _addresses(person: Person, most: int, now: datetime) -> Iterable[Address]:
    return person.user.addresses.for_choice()[:most] if person.user else ()


def _looks(person: Person, most: int, now: datetime) -> Iterable[Any]:
    looks: Any = LooksPart().rows(person).order_by("-pk")
    return list(looks[:most])


def _all_looks(person: Person) -> str:
    asked = {"user__id__exact": person.user.pk} if person.user else {"q": person.emails[0]}
    return reverse("admin:accounts_customerlook_changelist", query=asked)


PARTS = [
    CustomerPart(
        name="addresses",
        position=60,
        title=_("Saved addresses"),
        permission="accounts.view_address",
        template="admin/accounts/customer/_addresses.html",
        rows=_addresses,
    ),
    CustomerPart(
        name="sessions",
        position=50,
        title=_("Signed in on"),
        permission="accounts.view_user",
        template="admin/accounts/customer/_sessions.html",
        rows=_sessions,
    ),
    CustomerPart(
        name="mails",
        position=40,
        title=_("Mails"),
        permission="accounts.view_outboxmessage",
        template="admin/accounts/customer/_mails.html",
        rows=_mails,
        whole_list=_all_mails,
    ),
    CustomerPart(
        name="looks",
        position=70,
        title=_("Who looked at this customer"),
        permission="accounts.view_customerlook",
        template="admin/accounts/customer/_looks.html",
        rows=_looks,
        whole_list=_all_looks,
    ),
]
