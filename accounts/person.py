"""One person, and the parts of what the shop holds about them.

Each app that holds anything about people has a module `personal_data` with a list PARTS. Together
they answer for every table that points at a user or names one; tests/accounts/test_personal_data.py
fails for a table that nobody answers for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Model

from bookstore.modules import modules_named

from .models import User, UserManager

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Stands where a row that must stay named somebody. Triggers of the database know it by this word.
ERASED = "erased"
AT_A_TIME = 500


@dataclass(frozen=True)
class Person:
    """Whom it is about: somebody with an account, or a guest whom the shop knows by their address.

    `emails` are in lower case, and theirs for certain: an address that nobody has confirmed is not
    among them. `held` are the keys of the rows that an erasure is about, by the name of their part:
    what anybody adds meanwhile is none of them.
    """

    user: User | None
    emails: tuple[str, ...]
    held: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User, *named: str) -> Person:
        """Somebody with an account; `named` are addresses that are theirs besides."""
        addresses = EmailAddress.objects.filter(user=user).order_by("pk")
        known = {address.email.lower(): address.verified for address in addresses}
        # Accounts that staff made have none of these rows before their first sign-in. Where there
        # are some, an address that staff wrote into the account is not confirmed by that.
        own = [user.email] if known.get(user.email, not known) else []
        confirmed = [email for email, is_confirmed in known.items() if is_confirmed]
        return cls(user, tuple(dict.fromkeys((*named, *own, *confirmed))))

    @classmethod
    def with_email(cls, email: str) -> Person:
        """The person whose address this is. Whoever asks must have made sure that it is theirs."""
        email = UserManager.normalize_email(email)
        user = User.objects.filter(email=email).first()
        if user is None:
            known = EmailAddress.objects.filter(email__iexact=email, verified=True)
            address = known.select_related("user").order_by("pk").first()
            user = address.user if address else None
        return cls.of(user, email) if user else cls(None, (email,))


class Obstacle(NamedTuple):
    """Why somebody's data cannot be erased yet, in a sentence, and where they can do something."""

    words: StrOrPromise
    url: str = ""


class Turn(IntEnum):
    """When a part is locked: its place in the one order in which everybody locks."""

    ORDERS_AND_BASKETS = 1
    BOOKS = 2
    # Reviews, members, the account.
    THE_REST = 3


class Part:
    """What one or a few tables hold about a person.

    `models` are the tables it answers for. `on_erasure` says in words what becomes of it, with the
    reason for what is kept. Rows are exported one by one, so that memory stays bounded.
    """

    name: str
    title: StrOrPromise
    on_erasure: StrOrPromise
    models: Sequence[type[Model]]
    # Whether something of it outlives the person's erasure.
    is_kept = False
    # Whether it tells what somebody did as one of the staff: most people have nothing in it.
    is_of_staff = False
    turn = Turn.THE_REST

    def rows(self, person: Person) -> Any:
        """The rows about a person, in a total order."""
        raise NotImplementedError

    def describe(self, row: Any) -> dict[str, Any]:
        """What the export says of a row: whatever JSON has, times, decimals and lists of these."""
        raise NotImplementedError

    def of_each_table(self, person: Person) -> Iterable[Any]:
        """Its rows, for a part of several tables none of which leads to the others."""
        return [self.rows(person)]

    def export(self, person: Person) -> Iterator[dict[str, Any]]:
        for rows in self.of_each_table(person):
            for row in rows.iterator(chunk_size=AT_A_TIME):
                yield self.describe(row)

    def count(self, person: Person) -> int:
        return sum(int(rows.count()) for rows in self.of_each_table(person))

    def books(self, person: Person) -> Iterable[int]:
        """The keys of the books whose rows its erasure changes: all are locked at Turn.BOOKS."""
        return ()

    def lock(self, person: Person) -> list[int] | None:
        """Keep others from changing it until the transaction ends. Books have a turn of their own.

        Where nothing keeps them from adding to it: the keys of what there is, for `Person.held`.
        """
        return None

    def obstacles(self, person: Person, now: datetime) -> list[Obstacle]:
        """What forbids to erase it now."""
        return []

    def erase(self, person: Person, now: datetime) -> None:
        """Leave nothing of the person in it."""
        self.rows(person).delete()


def parts() -> list[Part]:
    """The parts of every app, in the order of apps: what stands on an account comes after it."""
    return [part for module in modules_named("personal_data") for part in module.PARTS]


def books_of(person: Person) -> set[int]:
    """The keys of all books whose rows the person's erasure changes."""
    return {book_id for part in parts() for book_id in part.books(person)}
