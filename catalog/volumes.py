"""Books as shelves show them: rows with what a card needs, at a fraction of a model's price."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from bookstore.addresses import address_of
from bookstore.replicas.reading import catalogue_connection

from .availability import Availability, availability
from .cover_address import CoverAddress, cover_address
from .money import format_money


class Volume(NamedTuple):
    """What a card shows of a book. The names are those of the columns of Book."""

    pk: int
    ean: str
    slug: str
    title: str
    byline: str
    format: str
    language: str
    pages: int | None
    published_on: date | None
    on_sale_on: date | None
    publishing_status: str
    withdrawn_at: datetime | None
    price: Decimal | None
    stock: int
    queue_length: int
    rating_sum: int
    rating_count: int
    series_number: str
    width_mm: int | None
    height_mm: int | None
    thickness_mm: int | None
    # The name of an uploaded picture, or "".
    cover_image: str
    cover_width: int | None
    cover_height: int | None
    cover_mood: str

    def get_absolute_url(self) -> str:
        return address_of("catalog:book_detail", self.ean, self.slug)

    @property
    def cover(self) -> CoverAddress:
        return cover_address(self)

    @property
    def availability(self) -> Availability:
        return availability(self, timezone.localdate())

    @property
    def price_text(self) -> str:
        return "" if self.price is None else format_money(self.price)


_SELECT = f"SELECT id, {', '.join(Volume._fields[1:])} FROM catalog_book WHERE withdrawn_at IS NULL"


def volume_by_ean(ean: str) -> Volume | None:
    """The book on sale that has this EAN. One query."""
    return next(iter(_read(f"{_SELECT} AND ean = %s", ean)), None)


def volumes_by_key(keys: Iterable[int]) -> dict[int, Volume]:
    """The books on sale that have one of `keys`. One query, or none without keys."""
    wanted = list(keys)
    found = _read(f"{_SELECT} AND id = ANY(%s)", wanted) if wanted else []
    return {volume.pk: volume for volume in found}


def _read(sql: str, parameter: str | list[int]) -> list[Volume]:
    """Every page asks this, and a queryset takes four times as long to ask it."""
    with catalogue_connection().cursor() as cursor:
        cursor.execute(sql, [parameter])
        return [Volume._make(row) for row in cursor.fetchall()]
