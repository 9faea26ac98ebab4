"""The list of users in the admin: what later apps add to it, and how somebody is found in it.

An app that knows more of users has a module `user_listing` with a list ADDED.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookstore.modules import modules_named
from bookstore.staff_groups import GROUPS

from .models import NAME_WORDS, User

# Nobody has more to tell of a name.
MOST_WORDS = 5
LONGEST_SEARCH = 254


@dataclass(frozen=True)
class Added:
    """What an app adds to the list.

    `name` is a column that `column` works out, for the rows of a page alone, and `show` puts into
    words. `find` gives the keys of those whom a text names exactly; it is asked by each search.
    """

    name: str
    column: Any
    show: Callable[[Any], Any]
    list_filter: type[admin.SimpleListFilter]
    find: Callable[[str], Iterable[int]]


def added() -> list[Added]:
    """What every app adds, in the order of apps."""
    return [more for module in modules_named("user_listing") for more in module.ADDED]


def with_columns(users: QuerySet[User]) -> QuerySet[User]:
    """With what the columns of other apps show."""
    return users.annotate(**{more.name: more.column for more in added()})


def find(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Those whose e-mail address begins so, who are named so, or whom an app knows by it.

    Another address of theirs counts if it is given in whole. Of names every word must begin so. An
    index serves each of these ways, and all of them together.
    """
    text = text.strip().lower()[:LONGEST_SEARCH]
    if not text:
        return users
    others = {key for more in added() for key in more.find(text)}
    if "@" in text:
        others |= set(EmailAddress.objects.filter(email=text).values_list("user_id", flat=True))
    found = User.objects.filter(email__startswith=text).values("pk")
    ways = [User.objects.filter(pk__in=others).values("pk")]
    if words := _beginnings(text):
        ways.append(User.objects.alias(words=NAME_WORDS).filter(words=words).values("pk"))
    # Not "this or that", for which the database would read the whole table in its order.
    return users.filter(pk__in=found.union(*ways))


def _beginnings(text: str) -> SearchQuery | None:
    """Words of names to look for; none in an e-mail address."""
    words = [] if "@" in text else re.findall(r"\w+", text.replace("_", " "))[:MOST_WORDS]
    raw = " & ".join(f"{word}:*" for word in words)
    return SearchQuery(raw, config="simple", search_type="raw") if raw else None


class ChoiceFilter(admin.SimpleListFilter):
    """Each choice with its words and what it asks for."""

    choices_made: ClassVar[dict[str, tuple[Any, Callable[[], Q]]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, words) for name, (words, _asked) in self.choices_made.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """All of them, where nothing is chosen that there is."""
        known = self.choices_made.get(self.value() or "")
        return queryset.filter(known[1]()) if known else queryset


def _member_of(group: str) -> Callable[[], Q]:
    members = User.groups.through.objects.filter(group__name=group)
    return lambda: Q(pk__in=members.values("user"))


def joined_within(days: int) -> Callable[[], Q]:
    return lambda: Q(date_joined__gte=timezone.now() - timedelta(days=days))


class RoleFilter(ChoiceFilter):
    title = _("role")
    parameter_name = "role"
    choices_made: ClassVar = {
        **{group.lower(): (group, _member_of(group)) for group in GROUPS},
        "superuser": (_("Superuser"), lambda: Q(is_superuser=True)),
        "staff": (_("Any of the staff"), lambda: Q(is_staff=True)),
        "reader": (_("Reader"), lambda: Q(is_staff=False, is_superuser=False)),
    }


class StateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"
    choices_made: ClassVar = {
        "active": (_("Active"), lambda: Q(is_active=True)),
        "deactivated": (_("Deactivated"), lambda: Q(is_active=False)),
    }


class JoinedFilter(ChoiceFilter):
    title = _("joined")
    parameter_name = "joined"
    choices_made: ClassVar = {
        "week": (_("In the last 7 days"), joined_within(7)),
        "month": (_("In the last 30 days"), joined_within(30)),
        "year": (_("In the last 365 days"), joined_within(365)),
        "older": (_("Longer ago"), lambda: ~joined_within(365)()),
    }
