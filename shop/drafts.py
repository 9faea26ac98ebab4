"""What a shopper has said on the way to an order. Their session keeps it, so that back loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

KEY = "checkout"


@dataclass(frozen=True)
class Draft:
    """E-mail, addresses (by the names of their fields) and way of delivery, as the form checked them.

    Without a `billing` address the bill goes where the parcel goes. `keep` is whether a member
    wants the address in their account.
    """

    email: str
    address: Mapping[str, str]
    delivery_id: int
    billing: Mapping[str, str] | None = None
    keep: bool = False

    @property
    def country(self) -> str:
        return self.address["country"]


def keep(session: SessionBase, draft: Draft) -> None:
    session[KEY] = asdict(draft)


def kept_in(session: SessionBase) -> Draft | None:
    kept: dict[str, Any] | None = session.get(KEY)
    return Draft(**kept) if kept else None
