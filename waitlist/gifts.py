"""What those who have the link of a list see of its books."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .models import Wishlist, WishlistItem


@dataclass(frozen=True)
class Gift:
    """A book on a shared list. For its owner it is neither given nor to be given."""

    item: WishlistItem
    can_be_taken: bool = False
    is_by_reader: bool = False
    is_by_another: bool = False


def gifts_among(
    items: Iterable[WishlistItem], *, wishlist: Wishlist, giver: UUID | None, reader: Any
) -> list[Gift]:
    """`giver` is the token of whoever reads, if they have one; `reader` whoever is signed in."""
    if wishlist.is_of(reader):
        return [Gift(item) for item in items]
    return [_gift(item, giver) for item in items]


def _gift(item: WishlistItem, giver: UUID | None) -> Gift:
    is_by_reader = item.is_taken and item.taken_by == giver
    return Gift(
        item,
        can_be_taken=not item.is_taken,
        is_by_reader=is_by_reader,
        is_by_another=item.is_taken and not is_by_reader,
    )
