"""What those who have the link of a list see of its books, and by what they are known again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

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
    """`giver` is the token of their session, if it has one; `reader` whoever is signed in."""
    if wishlist.is_of(reader):
        return [Gift(item) for item in items]
    tokens = tokens_of(wishlist=wishlist, giver=giver, reader=reader)
    return [_gift(item, tokens) for item in items]


def tokens_of(*, wishlist: Wishlist, giver: UUID | None, reader: Any) -> list[UUID]:
    """All by which a giver is known again on the lists of one owner, first the one to write.

    For a member that is a token of their account, the same wherever they sign in. That of the
    session, `giver`, counts too: they may have given before they signed in, and then it lasts
    until they sign out. For anybody else it is the only one; without it there is none.

    A token is made with SECRET_KEY, so a row tells nobody who gives, nor whether they have an
    account; only who holds that key besides the database could try one account after the other.
    It goes by the owner rather than by the link, since a book keeps its giver when the link is
    renewed, and on its way from list to list. After a change of SECRET_KEY members are known by
    those in SECRET_KEY_FALLBACKS; of what was said under none of them nobody is the giver, and it
    stays given.
    """
    of_session = [giver] if giver else []
    if not reader.is_authenticated:
        return of_session
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    whose = f"{wishlist.user_id}:{reader.pk}"
    return [*(_token(whose, secret) for secret in secrets), *of_session]


def _token(whose: str, secret: str) -> UUID:
    mac = salted_hmac("waitlist.gifts", whose, secret=secret, algorithm="sha256")
    # Marked as those of sessions are, or it would show that there is an account.
    return UUID(bytes=mac.digest()[:16], version=4)


def _gift(item: WishlistItem, tokens: list[UUID]) -> Gift:
    is_by_reader = item.is_taken and item.taken_by in tokens
    return Gift(
        item,
        can_be_taken=not item.is_taken,
        is_by_reader=is_by_reader,
        is_by_another=item.is_taken and not is_by_reader,
    )
