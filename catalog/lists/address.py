"""The address of a list: what it may say, and the one way to say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict

from catalog.identifiers import find_number
from catalog.models import Contribution
from catalog.sorts import OLDEST_FIRST, READING, RELEVANCE, SORT_NAMES

from .facets import FACETS, GENRE, Value, most_exact, vocabulary

LONGEST_SEARCH = 200
# The keys of an address, in the order in which they stand in it.
KEYS = (
    *("q", "literal", "role", "genre", "format", "from", "to", "stock", "rating"),
    *("language", "era", "length", "sort", "page", "after"),
)
# What decides where in a list a page stands, but not what is in the list.
PLACE = ("page", "after")
ROLES = {role.name.lower(): role for role in Contribution.Role}
LAST = "last"

# A comma before the cents, as on the Continent. Before three digits it would be one between thousands.
_AMOUNT = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,20}|,[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Kind:
    """What the lists of one kind of page have in common."""

    sort: str = "bestselling"
    # Keys that mean nothing there.
    without: tuple[str, ...] = ("role",)

    def default_sort(self, words: str) -> str:
        return RELEVANCE if words else self.sort

    def sorts(self, words: str) -> list[str]:
        left_out = {READING, OLDEST_FIRST} - {self.sort}
        left_out |= set() if words else {RELEVANCE}
        return [sort for sort in SORT_NAMES if sort not in left_out]


SHOP = PUBLISHER = Kind()
GENRE_PAGE = Kind(without=("role", GENRE))
AUTHOR = Kind(sort=OLDEST_FIRST, without=())
SERIES = Kind(sort=READING)


class Choice:
    """What an address asks for, cleaned: only what has a meaning here, and each thing once."""

    def __init__(self, path: str, kind: Kind, values: Mapping[str, tuple[str, ...]]) -> None:
        self.path = path
        self.kind = kind
        self.values = {key: values[key] for key in KEYS if values.get(key)}

    @classmethod
    def read(cls, path: str, kind: Kind, address: QueryDict) -> Choice:
        typed = {key: address.getlist(key) for key in address if key not in kind.without}
        values = {key: _clean_facet(key, typed[key]) for key in FACETS if key in typed}
        values |= _clean_words(typed) | _clean_prices(typed)
        words = "".join(values.get("q", ()))
        sort = _one_of(kind.sorts(words), typed.get("sort", ()))
        values["sort"] = tuple(name for name in sort if name != kind.default_sort(words))
        values["role"] = _one_of(ROLES, typed.get("role", ()))
        is_ranked = (sort or (kind.default_sort(words),)) == (RELEVANCE,)
        return cls(path, kind, values | _clean_place(typed, is_ranked=is_ranked))

    def one(self, key: str) -> str:
        return self.values.get(key, ("",))[0]

    @property
    def words(self) -> str:
        return self.one("q")

    @property
    def sort(self) -> str:
        return self.one("sort") or self.kind.default_sort(self.words)

    @property
    def prices(self) -> tuple[Decimal | None, Decimal | None]:
        lowest, highest = self.one("from"), self.one("to")
        return (Decimal(lowest) if lowest else None, Decimal(highest) if highest else None)

    @property
    def has_prices(self) -> bool:
        return "from" in self.values or "to" in self.values

    @cached_property
    def chosen(self) -> dict[str, list[Value]]:
        """The values that narrow the list, for each facet that does."""
        known = vocabulary().values if any(key in self.values for key in FACETS) else {}
        values = {
            key: most_exact(value for value in known[key] if value.name in self.values[key])
            for key in FACETS
            if key in self.values and key in known
        }
        # A genre may have gone since the address was read.
        return {key: chosen for key, chosen in values.items() if chosen}

    @property
    def is_narrowed(self) -> bool:
        return self.has_prices or any(key in self.values for key in FACETS)

    @property
    def is_plain(self) -> bool:
        """Whether the address names nothing but a page of the list."""
        return all(key in PLACE for key in self.values)

    @property
    def query(self) -> str:
        return urlencode([(key, value) for key, values in self.values.items() for value in values])

    @property
    def address(self) -> str:
        return f"{self.path}?{self.query}" if self.values else self.path

    def but(self, *left_out: str, **values: str) -> Choice:
        """The same list with other values, and on its first page unless they say otherwise."""
        kept = {key: old for key, old in self.values.items() if key not in (*PLACE, *left_out)}
        changed = {key: (value,) if value else () for key, value in values.items()}
        return Choice(self.path, self.kind, kept | changed)

    def less(self, key: str, name: str) -> Choice:
        """The same list without one value of a facet."""
        rest = tuple(value for value in self.values[key] if value != name)
        return Choice(self.path, self.kind, self.but(key).values | {key: rest})


def _clean_facet(key: str, typed: Iterable[str]) -> tuple[str, ...]:
    known = {value.name for value in vocabulary().values[key]}
    names = tuple(sorted(known.intersection(typed)))
    return names[:1] if FACETS[key].is_single else names


def _clean_words(typed: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    words = " ".join(typed.get("q", [""])[-1].split())
    if len(words) > LONGEST_SEARCH:
        words = find_number(words) or words[:LONGEST_SEARCH].strip()
    literal = ("1",) if words and "1" in typed.get("literal", ()) else ()
    return {"q": (words,) if words else (), "literal": literal}


def _clean_prices(typed: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Prices that are some, the lower first."""
    given = {key: _price(typed.get(key, [""])[-1]) for key in ("from", "to")}
    prices = {key: price for key, price in given.items() if price}
    if len(prices) == 2:
        prices = dict(zip(prices, sorted(prices.values()), strict=True))
    return {key: (f"{price:f}".removesuffix(".00"),) for key, price in prices.items()}


def _clean_place(typed: Mapping[str, list[str]], *, is_ranked: bool) -> dict[str, tuple[str, ...]]:
    """A page; only where books have an order of their own, the place after a book or the last page."""
    page, after = (typed.get(key, [""])[-1] for key in PLACE)
    if is_ranked:
        page, after = page if page != LAST else "", ""
    if after:
        return {"after": (after,)}
    return {"page": (page,) if page not in ("", "1") else ()}


def _price(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text.strip()):
        return Decimal(0)
    return Decimal(text.strip().replace(",", ".")).quantize(Decimal("0.01"))


def _one_of(known: Iterable[str], typed: Iterable[str]) -> tuple[str, ...]:
    names = set(typed)
    return tuple(name for name in known if name in names)[:1]
