"""The filters of a list as its template writes them.

A list offers some eighty boxes to tick. A template takes longer over them than over all the rest
of the page, so they are written here, and each text is escaped where it is put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from catalog.money import format_count, format_money
from catalog.sorts import SORT_NAMES
from catalog.tags import ALL_BOOKS

from .address import Choice
from .counting import Counts, Tally
from .facets import FACETS, Facet, Value, vocabulary
from .listing import Listing

# More values than these are behind “12 more”.
SHOWN = 8


class Part(NamedTuple):
    """Boxes that are shown, or that stand behind `more`."""

    more: str
    is_open: bool
    boxes: SafeString


class Group(NamedTuple):
    legend: str
    parts: list[Part]


class Chip(NamedTuple):
    """A value that is applied, and the list without it."""

    label: str
    address: str


def groups(listing: Listing) -> list[Group]:
    """The facets of which the shop has any value."""
    values, counts = vocabulary().values, listing.counts
    facets = [facet for key, facet in FACETS.items() if key not in listing.choice.kind.without]
    return [
        _group(facet, values[facet.key], listing.choice, counts)
        for facet in facets
        if values[facet.key]
    ]


def chips(listing: Listing) -> list[Chip]:
    choice = listing.choice
    applied = [
        Chip(value.label, choice.less(key, value.name).address)
        for key, values in choice.chosen.items()
        for value in values
    ]
    prices = {"from": _("From %(amount)s"), "to": _("To %(amount)s")}
    for key, text in prices.items():
        if amount := choice.one(key):
            applied.append(
                Chip(text % {"amount": format_money(Decimal(amount))}, choice.but(key).address)
            )
    return applied


def sort_options(choice: Choice) -> SafeString:
    """The orders that a list offers, with its own one selected."""
    return _options(tuple(choice.kind.sorts(choice.words)), choice.sort, get_language() or "")


def books_text(tally: Tally) -> str:
    """How many books there are, as people say it who have not counted to the end."""
    number = number_text(tally, ALL_BOOKS)
    return ngettext("%(number)s book", "%(number)s books", tally.books) % {"number": number}


def number_text(tally: Tally, tag: int) -> str:
    """How many of the books have `tag`."""
    books = tally.of(tag)
    if tally.is_exact:
        return format_count(books)
    if tally.books == tally.counted.get(tag):
        # As many as were looked at, and nobody expects many more.
        return _("more than %(number)s") % {"number": format_count(books - 1)}
    return rough_text(books)


def rough_text(books: int) -> str:
    """The number in two digits, and that it is no more than about right."""
    rounded = round(books, min(0, 2 - len(str(books))))
    return _("about %(number)s") % {"number": format_count(rounded)}


@lru_cache(maxsize=256)
def _options(sorts: tuple[str, ...], shown: str, language: str) -> SafeString:
    names = [(sort, escape(str(SORT_NAMES[sort])), sort == shown) for sort in sorts]
    return SafeString(
        "".join(
            f'<option value="{sort}"{" selected" if is_shown else ""}>{name}</option>'
            for sort, name, is_shown in names
        )
    )


def _group(facet: Facet, known: Sequence[Value], choice: Choice, counts: Counts) -> Group:
    ticked = set(choice.values.get(facet.key, ()))
    values = _offered(known, ticked)
    tops = [place for place, value in enumerate(values) if not value.above]
    cut = tops[SHOWN] if len(tops) > SHOWN + 1 else len(values)
    shown = _boxes(facet, values[:cut], ticked, counts)
    if facet.is_single:
        shown = _any(facet, counts.of_facet(facet.key), is_ticked=not ticked) + shown
    parts = [Part("", is_open=True, boxes=shown)]
    if rest := values[cut:]:
        more = len(tops) - SHOWN
        text = ngettext("%(more)s more", "%(more)s more", more) % {"more": format_count(more)}
        is_open = any(value.name in ticked for value in rest)
        parts.append(Part(text, is_open, _boxes(facet, rest, ticked, counts)))
    return Group(str(facet.legend), parts)


def _offered(values: Sequence[Value], ticked: set[str]) -> list[Value]:
    """Values that stand open to the eye: a genre below another one only if that one is ticked."""
    opened = {tag for v in values if v.name in ticked for tag in (v.tag, *v.above)}
    return [value for value in values if opened.issuperset(value.above)]


def _boxes(facet: Facet, values: Iterable[Value], ticked: set[str], counts: Counts) -> SafeString:
    word = escape(_("books"))
    boxes = []
    for value in values:
        tally = counts.of_value(facet.key, value.tag)
        look = f"tick in{min(len(value.above), 3)}" if value.above else "tick"
        state = " checked" if value.name in ticked else ""
        # Where not all books were counted there may be some after all.
        if not state and not tally.of(value.tag) and tally.is_exact:
            state, look = " disabled", f"{look} none"
        number = _beside(tally, value.tag, word)
        boxes.append(_box(facet, value.name, value.label, number, state, look))
    return SafeString("".join(boxes))


def _any(facet: Facet, tally: Tally, *, is_ticked: bool) -> SafeString:
    number = _beside(tally, ALL_BOOKS, escape(_("books")))
    state = " checked" if is_ticked else ""
    return SafeString(_box(facet, "", _("Any"), number, state, "tick"))


def _box(facet: Facet, name: str, label: str, number: str, state: str, look: str) -> str:
    kind = "radio" if facet.is_single else "checkbox"
    return (
        f'<label class="{look}"><input id="f-{facet.key}-{escape(name or "any")}" type="{kind}"'
        f' name="{facet.key}" value="{escape(name)}"{state}><span>{escape(label)}</span>'
        f"<span>{number}</span></label>\n"
    )


def _beside(tally: Tally, tag: int, word: str) -> str:
    """A number beside a box; none where no such book was met but not all were counted."""
    if not tally.of(tag) and not tally.is_exact:
        return ""
    return f'{escape(number_text(tally, tag))}<span class="vh"> {word}</span>'
