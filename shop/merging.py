"""What sign-in makes of two baskets, the visitor's and the user's, and what it tells of that."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User

from . import cart
from .cart import Shopper
from .models import Cart, CartItem

# Of so many books the message says what changed; of the others only how many they are.
MOST_TOLD = 5


def merge_at_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """The visitor's basket becomes the user's, see merge()."""
    if request is None or not hasattr(request, "session"):
        return
    if token := cart.token_in(request.session):
        if told := merge(token=token, user=user, now=timezone.now()):
            # Sign-in by a program brings no page that could say it.
            messages.info(request, told, fail_silently=True)
        del request.session[cart.SESSION_KEY]


@transaction.atomic
def merge(*, token: uuid.UUID, user: User, now: datetime) -> str:
    """Move a visitor's lines into the user's basket. Returns what that changed, in words for them.

    A book in both is one line, see cart.combine(), and of what can be bought not in more copies
    than are left. One that cannot be had at all stays as it was wanted: the basket says so, and no
    line goes without a word. Returns "" unless both baskets had lines.
    """
    # Visitor's basket, then user's: an order that gives its lines back takes them in this order too.
    visitors = Cart.objects.of(Shopper(token=token)).locked().first()
    if visitors is None:
        return ""
    users = cart.locked_cart(Shopper(user=user), now)
    # Nobody waits for their stock: the checkout, which locks it, decides.
    there = {line.book_id: line for line in cart.seen_lines(users.items.all(), now)}
    coming = cart.seen_lines(visitors.items.all(), now)
    new = [line for line in coming if line.book_id not in there]
    changes = [_unite(there[line.book_id], line) for line in coming if line.book_id in there]
    CartItem.objects.filter(pk__in=[line.pk for line in new]).update(cart=users)
    # What is left there are books that the user's basket had, too.
    CartItem.objects.filter(cart=visitors).delete()
    visitors.merged_into = users
    visitors.save(update_fields=["merged_into"])
    cart.offer_voucher(users, visitors.voucher_id)
    return _told(list(filter(None, changes)), new) if there and coming else ""


def _unite(line: CartItem, other: CartItem) -> str:
    """Make one line of two, and say what that changed for either basket; "" if nothing."""
    words = _difference(line, other)
    numbers = sorted([line.quantity, other.quantity])
    if other.is_held and not line.is_held:
        line.book = other.book
    cart.combine(line, other)
    if line.is_short and not line.is_saved:
        line.quantity, line.missing_seen = line.copies_to_be_had, 0
        words = ngettext(
            "“%(title)s”: one copy, no more are left.",
            "“%(title)s”: %(copies)d copies, no more are left.",
            line.quantity,
        )
    line.save()
    fewer, more = numbers
    return words % {
        "title": line.book.title,
        "copies": line.quantity,
        "fewer": fewer,
        "more": more,
    }


def _difference(line: CartItem, other: CartItem) -> str:
    if (line.is_held or other.is_held) and line.quantity != other.quantity:
        return _("“%(title)s”: the one copy that is held for you.")
    if line.is_saved != other.is_saved:
        return _("“%(title)s”: in your basket, no longer saved for later.")
    if line.quantity != other.quantity:
        return _("“%(title)s”: %(more)d copies, the larger of %(fewer)d and %(more)d.")
    return ""


def _told(changes: Sequence[str], new: Sequence[CartItem]) -> str:
    """A sentence on each line."""
    told = [_("Your basket from before you signed in has joined the one you had.")]
    told += changes[:MOST_TOLD]
    if others := len(changes[MOST_TOLD:]):
        words = ngettext(
            "One more book has changed.", "%(others)d more books have changed.", others
        )
        told.append(words % {"others": others})
    if copies := sum(line.copies_in_basket for line in new):
        words = ngettext("One book was added.", "%(copies)d books were added.", copies)
        told.append(words % {"copies": copies})
    if saved := sum(line.quantity for line in new if line.is_saved):
        words = ngettext(
            "One more is saved for later.", "%(saved)d more are saved for later.", saved
        )
        told.append(words % {"saved": saved})
    return "\n".join(told)
