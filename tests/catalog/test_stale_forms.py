"""A page of staff that was opened before somebody else changed the same thing."""

import re
from decimal import Decimal

import pytest

from catalog.fresh_forms import CHANGED_MEANWHILE
from catalog.models import Book, Series
from tests.factories import BookFactory, GenreFactory
from tests.shop.test_admin import book_form

pytestmark = pytest.mark.django_db


def opened(client, address: str, **more) -> dict[str, object]:
    """What a browser would send of the form at `address`, if nobody touched it."""
    page = client.get(address)
    shown = {field.name: field.value() for field in page.context["adminform"].form}
    values = {name: value for name, value in shown.items() if value is not None}
    hidden: dict[str, object] = {}
    for tag in re.findall(r'<input type="hidden" name="initial-[^>]*>', page.text):
        name, value = (re.search(rf' {part}="([^"]*)"', tag) for part in ("name", "value"))
        hidden.setdefault(name[1], []).append(value[1] if value else "")
    return {**more, **values, **hidden}


@pytest.fixture
def emma() -> Book:
    return BookFactory(title="Emma", price=Decimal("10.00"))


def open_book(client, book: Book):
    address = f"/admin/catalog/book/{book.pk}/change/"
    form = opened(client, address, **book_form(book))
    form["genres"] = ",".join(str(genre.pk) for genre in form["genres"])
    return address, {name: value for name, value in form.items() if name != "cover_image"}


def test_a_field_that_nobody_touched_keeps_what_a_colleague_made_of_it(staff_client, emma):
    address, form = open_book(staff_client, emma)
    genre = GenreFactory()
    emma.genres.set([genre])
    Book.objects.filter(pk=emma.pk).update(price=Decimal("12.00"))

    sent = staff_client.post(address, {**form, "subtitle": "A novel"})

    assert sent.status_code == 302
    emma.refresh_from_db()
    assert (emma.price, emma.subtitle) == (Decimal("12.00"), "A novel")
    assert list(emma.genres.all()) == [genre]


def test_a_field_that_two_people_changed_is_refused_at_the_field(staff_client, emma):
    address, form = open_book(staff_client, emma)
    Book.objects.filter(pk=emma.pk).update(price=Decimal("12.00"))

    sent = staff_client.post(address, {**form, "price": "9.00", "subtitle": "A novel"})

    assert sent.context["adminform"].form.errors == {"price": [str(CHANGED_MEANWHILE)]}
    emma.refresh_from_db()
    assert (emma.price, emma.subtitle) == (Decimal("12.00"), "")


def test_two_people_may_make_the_same_change(staff_client, emma):
    address, form = open_book(staff_client, emma)
    Book.objects.filter(pk=emma.pk).update(price=Decimal("12.00"))

    assert staff_client.post(address, {**form, "price": "12.00"}).status_code == 302


def test_the_name_of_a_series_is_not_taken_back_by_an_old_page(staff_client):
    series = Series.objects.create(title="Old", slug="old")
    address = f"/admin/catalog/series/{series.pk}/change/"
    form = opened(staff_client, address)
    Series.objects.filter(pk=series.pk).update(title="New")

    assert staff_client.post(address, {**form, "slug": "other"}).status_code == 302

    series.refresh_from_db()
    assert (series.title, series.slug) == ("New", "other")
