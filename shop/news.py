"""What has changed about a line of a basket since the shopper last looked, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import CartItem


def news_of(line: CartItem) -> list[str]:
    """Whole sentences, none if all is as it was, or if the line itself says so in red."""
    sentences = []
    if line.is_hold_over:
        sentences.append(_about_hold(line))
    elif line.missing != line.missing_seen and not line.says_what_is_missing:
        sentences.append(_about_copies(line))
    if line.is_price_changed:
        sentences.append(_("“%(title)s” now costs %(now)s, it was %(before)s."))
    facts = {
        "title": line.book.title,
        "wanted": line.quantity,
        "now": line.book.price_text,
        "before": line.price_seen_text,
    }
    return [sentence % facts for sentence in sentences]


def _about_hold(line: CartItem) -> str:
    place = line.held
    if place is not None and place.order_number:
        return _("The copy of “%(title)s” that was held for you has been ordered.")
    if place is not None and place.has_lapsed:
        return _("The time your copy of “%(title)s” was held for is over.")
    return _("No copy of “%(title)s” is held for you any more.")


def _about_copies(line: CartItem) -> str:
    if not line.copies_to_be_had:
        return _("“%(title)s” can no longer be bought.")
    return ngettext(
        "“%(title)s” can be bought again.",
        "All %(wanted)d copies of “%(title)s” can be bought again.",
        line.quantity,
    )
