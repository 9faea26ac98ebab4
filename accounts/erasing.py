"""Somebody has what the shop holds about them erased."""

import logging
import uuid
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from . import outbox
from .languages import language_of
from .models import User
from .person import Obstacle, Person, parts
from .personal_data import FAREWELL

log = logging.getLogger("bookstore.accounts")


class CannotErase(Exception):
    """Something stands against it; str() says what, and nothing was changed."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        self.obstacles = obstacles
        super().__init__(" ".join(str(obstacle.words) for obstacle in obstacles))


@transaction.atomic
def erase(*, person: Person, now: datetime) -> int:
    """Erase everything about a person but what the law makes the shop keep, without their name.

    They get a last mail that says so. Returns how many rows there were; 0, with nothing changed and
    no mail, if there are none (any more). Raises CannotErase.

    Parts are locked in the order that all writers use, see Turn, so that an order under way is
    waited for. They are erased from the last app to the first: the account goes last. An order or a
    sign-in that comes in the same moment finds no basket, or is refused by the database when it
    commits; it is never half there. One that a guest places with the same address, once it is sure
    that nothing stands against the erasure, stays.
    """
    backwards = parts()[::-1]
    in_turn = sorted(backwards, key=lambda part: part.turn)
    locked = {part.name: part.lock(person) for part in in_turn}
    person = _as_they_are_now(person)
    if found := obstacles(person=person, now=now):
        raise CannotErase(found)
    language = language_of(person.user)
    held = {name: keys for name, keys in locked.items() if keys is not None}
    person = replace(person, held=held)
    erased = sum(part.count(person) for part in backwards)
    if not erased:
        return 0
    for part in backwards:
        part.erase(person, now)
    for email in person.emails[:1]:
        _say_goodbye(email, language, now)
    log.info("erased a person, %d rows", erased)
    return erased


def obstacles(*, person: Person, now: datetime) -> list[Obstacle]:
    """What stands against it now. Only while the person is locked is the answer sure to last."""
    return [obstacle for part in parts() for obstacle in part.obstacles(person, now)]


def _as_they_are_now(person: Person) -> Person:
    """The same, read again under the lock: they may have changed their address, or be gone."""
    if person.user is None:
        return person
    user = User.objects.filter(pk=person.user.pk).first()
    return Person.of(user, *person.emails) if user else Person(None, ())


def _say_goodbye(email: str, language: str, now: datetime) -> None:
    outbox.write_from(
        "accounts/emails/erased",
        {"privacy_url": f"{settings.SITE_URL}/privacy/"},
        language=language,
        to=email,
        dedupe_key=f"{FAREWELL}{uuid.uuid4()}",
        now=now,
    )
