"""A page of a list as its template writes it: ready texts and addresses."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookstore.paging import pages_to_name
from bookstore.process_cache import remembered
from catalog.money import currency_sign, decimal_mark, format_count

from . import panel
from .address import LAST, SERIES
from .facets import FACETS
from .listing import Listing


class PageLink(NamedTuple):
    """A page by its number. Without an address it is the one shown, without a label a gap."""

    label: str
    address: str


class WayOn(NamedTuple):
    """Another list, for somebody whose own has no books."""

    text: str
    address: str


class ListPage:
    """What a template says of a listing. Raises Http404 if the list ends before the page."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.choice = listing.choice
        self.books = listing.books
        self._first_address = self.choice.but().address

    # What is here

    @property
    def is_first(self) -> bool:
        return self.listing.is_numbered and self.listing.number == 1

    @property
    def is_series(self) -> bool:
        return self.choice.kind is SERIES

    @cached_property
    def count_text(self) -> str:
        return panel.books_text(self.listing.counts.listed)

    @property
    def range_text(self) -> str:
        """Which books of the list are on the page, as far as anybody has counted.

        Nothing of a list of one page, whose count says the same above it.
        """
        here, listed = len(self.books), self.listing.counts.listed
        if listed.is_exact and here == listed.books:
            return ""
        facts = {"here": format_count(here), "all": self.count_text}
        if self.choice.one("after") or (self.listing.is_last and not listed.is_exact):
            return _("Showing %(here)s of %(all)s.") % facts
        first = listed.books - here if self.listing.is_last else self.listing.start
        facts |= {"first": format_count(first + 1), "last": format_count(first + here)}
        return _("Showing %(first)s to %(last)s of %(all)s.") % facts

    # Narrowing and sorting

    @property
    def filters(self) -> SafeString:
        """The boxes to tick, as HTML; each process remembers them as long as their numbers."""
        return remembered(f"filters-{get_language()}", self.listing.key, self._draw_filters)

    def _draw_filters(self) -> SafeString:
        return render_to_string("catalog/_filters.html", {"list": self})

    @property
    def groups(self) -> list[panel.Group]:
        return panel.groups(self.listing)

    @cached_property
    def chips(self) -> list[panel.Chip]:
        return panel.chips(self.listing)

    @property
    def without_filters(self) -> str:
        return self.choice.but(*FACETS, "from", "to").address

    @property
    def lowest_price(self) -> str:
        return self._price_as_typed("from")

    @property
    def highest_price(self) -> str:
        return self._price_as_typed("to")

    def _price_as_typed(self, key: str) -> str:
        """An address has a point before the cents in every language, a field what its reader writes."""
        return self.choice.one(key).replace(".", decimal_mark())

    @property
    def currency_sign(self) -> str:
        return currency_sign()

    @property
    def show_text(self) -> str:
        return _("Show %(books)s") % {"books": self.count_text}

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of filters keeps of the address without showing it."""
        return [
            (key, self.choice.one(key)) for key in ("q", "literal", "role") if self.choice.one(key)
        ]

    @property
    def sort_options(self) -> SafeString:
        return panel.sort_options(self.choice)

    # Words

    @property
    def corrected(self) -> str:
        return self.listing.found.corrected if self.listing.found else ""

    @property
    def as_typed(self) -> str:
        return self.choice.but(literal="1").address

    @property
    def suggestion(self) -> str:
        return self.listing.found.suggestion if self.listing.found else ""

    @property
    def suggested(self) -> str:
        return self.choice.but("literal", q=self.suggestion).address

    @property
    def ways_on(self) -> list[WayOn]:
        """The lists that there would be without one of the filters, and without any."""
        ways = [
            (str(FACETS[key].legend), tally, self.choice.but(key))
            for key, tally in self.listing.counts.without.items()
        ]
        if self.choice.has_prices and ways:
            anew = self.choice.but("from", "to")
            ways.append((_("Price"), self.listing.count_without_prices(), anew))
        text = _("Without the filter “%(filter)s”: %(books)s")
        found = [
            WayOn(text % {"filter": legend, "books": panel.books_text(tally)}, choice.address)
            for legend, tally, choice in ways
            if tally.books
        ]
        anywhere = WayOn(_("The same without any filter"), self.without_filters)
        is_named = any(way.address == anywhere.address for way in found)
        return found if is_named or not self.choice.is_narrowed else [*found, anywhere]

    # Other pages

    @cached_property
    def last_number(self) -> int:
        """The last page that has a number."""
        listing = self.listing
        if listing.is_numbered and not listing.goes_on:
            return listing.number
        counted = -(-listing.counts.listed.books // listing.size)
        return min(max(counted, listing.number + listing.goes_on), listing.LAST_NUMBER)

    @property
    def numbers(self) -> list[PageLink]:
        listing = self.listing
        shown = listing.number if listing.is_numbered else 0
        return [
            PageLink("", "")
            if number is None
            else PageLink(str(number), "" if number == shown else self._numbered(number))
            for number in pages_to_name(shown or self.last_number, self.last_number)
        ]

    @property
    def previous(self) -> str:
        listing = self.listing
        return (
            self._numbered(listing.number - 1) if listing.is_numbered and listing.number > 1 else ""
        )

    @property
    def next(self) -> str:
        listing = self.listing
        if not listing.goes_on:
            return ""
        if listing.is_numbered and listing.number < listing.LAST_NUMBER:
            return self._numbered(listing.number + 1)
        return "" if listing.is_ranked else self._at("after", self.books[-1].ean)

    @property
    def ends_early(self) -> bool:
        """Whether there are more books, but no page of them in this order."""
        listing = self.listing
        return listing.is_ranked and listing.number == listing.LAST_NUMBER and not self._is_short

    @property
    def _is_short(self) -> bool:
        """Whether all its pages have numbers."""
        listing = self.listing
        return listing.counts.listed.books <= listing.LAST_NUMBER * listing.size

    @property
    def last(self) -> str:
        """The end of a list that goes on after its last number."""
        listing = self.listing
        ends_here = listing.is_last or not listing.goes_on or listing.is_ranked
        return "" if ends_here or self._is_short else self._at("page", LAST)

    def _numbered(self, number: int) -> str:
        return self._first_address if number == 1 else self._at("page", str(number))

    def _at(self, key: str, value: str) -> str:
        """The list from another place on: these keys are the last ones of an address."""
        first = self._first_address
        return f"{first}{'&' if '?' in first else '?'}{key}={value}"

    # Robots

    @property
    def is_indexed(self) -> bool:
        return self.choice.is_plain and self.listing.is_numbered and bool(self.books)

    @property
    def canonical(self) -> str:
        return self.choice.address if self.is_indexed else self.choice.path
