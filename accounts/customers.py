"""What the shop knows of one customer, for staff: each app shows a part of it.

An app that knows something of customers has a module `customer_parts` with a list PARTS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress

from bookstore.modules import modules_named

from . import looks, user_list
from .models import CustomerLook, User, UserManager
from .person import Person

# How many rows of a part are shown; the list of all is behind a link.
MOST_SHOWN = 20
MOST_FOUND = 20


def _nothing(*_asked: Any) -> Any:
    return ()


@dataclass(frozen=True)
class CustomerPart:
    """What an app shows of a customer, to whoever has `permission`; the lowest `position` first.

    `rows` gives the newest first, no more than it is asked for, in a number of queries that does not
    grow with them; `template` draws them. `whole_list` is the address of all of them. `find_guests`
    gives the e-mail addresses of people without an account whom a text names exactly.
    """

    name: str
    position: int
    title: Any
    permission: str
    template: str
    rows: Callable[[Person, int, datetime], Iterable[Any]]
    whole_list: Callable[[Person], str] = lambda person: ""
    find_guests: Callable[[str], Iterable[str]] = _nothing


@dataclass(frozen=True)
class Shown:
    """A part as it is on the page."""

    part: CustomerPart
    rows: Sequence[Any]
    has_more: bool
    whole_list: str


@dataclass(frozen=True)
class Found:
    members: Sequence[User]
    guests: Sequence[str]
    has_more: bool


def parts_for(reader: User) -> list[CustomerPart]:
    """Those of every app that `reader` may see, as they stand on the page."""
    known = [part for module in modules_named("customer_parts") for part in module.PARTS]
    seen = [part for part in known if reader.has_perm(part.permission)]
    return sorted(seen, key=lambda part: part.position)


def with_email(email: str) -> Person:
    """The member whose confirmed address this is, or a guest, of whom there may be nothing."""
    email = UserManager.normalize_email(email)
    known = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    user = known.user if known else User.objects.filter(email=email).first()
    # Whoever wrote somebody else's address into their account does not get their orders by that.
    person = Person.of(user) if user else None
    return person if person and email in person.emails else Person(None, (email,))


def look_at(*, person: Person, reader: User, now: datetime, is_noted: bool) -> list[Shown]:
    """What `reader` may see of a customer; that they looked is written down if `is_noted`.

    Of a guest of whom there is nothing, nothing is noted either.
    """
    shown = [_show(part, person, now) for part in parts_for(reader)]
    if is_noted and (person.user or is_anybody(shown)):
        looks.note(who=reader, person=person, page=CustomerLook.Page.CUSTOMER, now=now)
    return shown


def is_anybody(shown: Iterable[Shown]) -> bool:
    return any(part.rows for part in shown)


def find(*, text: str, reader: User) -> Found:
    """Customers by name, e-mail address or order number; guests by the latter two, in whole."""
    members = list(user_list.find(User.objects.order_by("email"), text)[: MOST_FOUND + 1])
    guests = {email.lower() for part in parts_for(reader) for email in part.find_guests(text)}
    return Found(members[:MOST_FOUND], sorted(guests), len(members) > MOST_FOUND)


def _show(part: CustomerPart, person: Person, now: datetime) -> Shown:
    rows = list(part.rows(person, MOST_SHOWN + 1, now))
    return Shown(part, rows[:MOST_SHOWN], len(rows) > MOST_SHOWN, part.whole_list(person))
