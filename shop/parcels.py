"""The parcels that a basket comes in: what can be posted on the same day goes together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from .models import CartItem


@dataclass(frozen=True)
class Parcel:
    """Lines that are posted together, and what to call them: "" if there is no other parcel."""

    words: str
    lines: list[CartItem]


def parcels_of(lines: Iterable[CartItem]) -> list[Parcel]:
    """The parcels in the order they are posted; what cannot be bought stands last, in none of them.

    Where all is posted on one day they are one group without words, whatever can be bought of it.
    """
    everything = list(lines)
    by_day: dict[date, list[CartItem]] = {}
    for line in everything:
        can = line.book.availability
        if can.can_buy:
            by_day.setdefault(can.posted_on or date.min, []).append(line)
    if len(by_day) < 2:
        return [Parcel("", everything)] if everything else []
    days = enumerate(sorted(by_day), start=1)
    parcels = [Parcel(_words(number, day), by_day[day]) for number, day in days]
    stuck = [line for line in everything if not line.book.availability.can_buy]
    return [*parcels, Parcel(_("In no parcel yet"), stuck)] if stuck else parcels


def _words(number: int, day: date) -> str:
    if day == date.min:
        return _("Parcel %(number)d, posted as soon as it is paid") % {"number": number}
    words = _("Parcel %(number)d, when it is published, %(date)s")
    return words % {"number": number, "date": formats.date_format(day, "DATE_FORMAT")}
