"""What was taken off a list, kept in the session of its owner.

Never in a page: it holds what givers said.
"""

from collections.abc import Sequence
from typing import cast

from django.core import serializers

from .models import WishlistItem


def pack(items: Sequence[WishlistItem]) -> str:
    return serializers.serialize("json", items)


def unpack(packed: str) -> list[WishlistItem]:
    """The items as they were, on no list yet."""
    # A session may be older than the columns of today.
    rows = serializers.deserialize("json", packed, ignorenonexistent=True)
    return [cast(WishlistItem, row.object) for row in rows]
