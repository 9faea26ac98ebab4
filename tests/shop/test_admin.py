import io
import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import OutboxMessage, User
from catalog.models import Book, Genre, Publisher, Series, StockMovement
from catalog.search import found_among
from tests.factories import BookFactory, GenreFactory, receive

pytestmark = pytest.mark.django_db

LISTS = [
    "accounts/user",
    "accounts/outboxmessage",
    "catalog/book",
    "catalog/genre",
    "catalog/contributor",
    "catalog/publisher",
    "catalog/series",
    "catalog/fronttableentry",
    "catalog/stockmovement",
    "shop/order",
    "shop/refund",
    "shop/webhookevent",
    "shop/deliverymethod",
    "shop/taxrate",
    "shop/voucher",
    "waitlist/arrival",
    "waitlist/expecteddelivery",
    "waitlist/prebooking",
]


def book_form(book: Book | None = None, **changes):
    """The admin's form of a book with nothing but what must be there."""
    inlines = {
        f"{prefix}-{part}": "0"
        for prefix in ("contributions", "text")
        for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    fields = {"ean": book.ean if book else "", "title": "Emma", "published_precision": "day"}
    return {**inlines, **fields, "cover_mood": "novel", "tax_class": "book", **changes}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_and_can_be_searched(staff_client, name):
    BookFactory()

    assert staff_client.get(f"/admin/{name}/").status_code == 200
    assert staff_client.get(f"/admin/{name}/", {"q": "emma"}).status_code == 200


def test_shoppers_and_strangers_stay_outside(shopper_client):
    assert shopper_client.get("/admin/").status_code == 302
    assert Client().get("/admin/catalog/book/").status_code == 302


def test_strangers_sign_in_by_the_shops_own_page():
    page = Client().get("/admin/login/", follow=True)

    assert page.redirect_chain[-1][0].startswith("/accounts/login/")


def test_a_book_without_a_number_gets_one_of_the_shops(staff_client):
    staff_client.post("/admin/catalog/book/add/", book_form(title="源氏物語"))

    book = Book.objects.get()
    assert book.ean.startswith("29")
    assert book.isbn is None
    assert book.slug == "book"


def test_editing_a_title_changes_what_follows_from_it(staff_client):
    book = BookFactory(title="Ema")

    staff_client.post(f"/admin/catalog/book/{book.pk}/change/", book_form(book, title="The Emma"))

    book.refresh_from_db()
    assert (book.slug, book.sort_title) == ("the-emma", "emma")


def test_staff_say_what_a_book_is_taxed_as(staff_client):
    book = BookFactory()

    staff_client.post(f"/admin/catalog/book/{book.pk}/change/", book_form(book, tax_class="audio"))

    book.refresh_from_db()
    assert book.tax_class == "audio"


def test_no_book_is_taxed_as_delivery(staff_client):
    book = BookFactory()

    staff_client.post(
        f"/admin/catalog/book/{book.pk}/change/", book_form(book, tax_class="delivery")
    )

    book.refresh_from_db()
    assert book.tax_class == "book"


def test_a_sale_while_staff_edit_is_not_undone(staff_client, monkeypatch):
    book = BookFactory(title="Ema", stock=5)
    fill_derived = Book.fill_derived

    def sell_meanwhile(edited: Book) -> None:
        receive(Book.objects.get(pk=book.pk), -2)
        fill_derived(edited)

    monkeypatch.setattr(Book, "fill_derived", sell_meanwhile)
    staff_client.post(f"/admin/catalog/book/{book.pk}/change/", book_form(book))

    book.refresh_from_db()
    assert (book.title, book.stock) == ("Emma", 3)


def test_a_delivery_raises_the_stock_and_names_who_wrote_it(staff_client, staff):
    book = BookFactory(stock=1)
    form = {"book": book.pk, "quantity": 4, "reason": "delivery", "note": "box 7"}

    staff_client.post("/admin/catalog/stockmovement/add/", form)

    book.refresh_from_db()
    movement = StockMovement.objects.latest("pk")
    assert book.stock == 5
    assert (movement.who, movement.note) == (staff.email, "box 7")


def test_more_than_there_are_cannot_be_taken_away(staff_client):
    book = BookFactory(stock=1)
    form = {"book": book.pk, "quantity": -2, "reason": "correction", "note": ""}

    page = staff_client.post("/admin/catalog/stockmovement/add/", form)

    assert "There are only 1 copies to take away." in page.content.decode()
    book.refresh_from_db()
    assert book.stock == 1


@pytest.mark.parametrize("name", ["order", "stockmovement", "outboxmessage"])
def test_what_happened_is_not_edited(staff_client, name):
    app = {"order": "shop", "stockmovement": "catalog", "outboxmessage": "accounts"}[name]

    assert staff_client.post(f"/admin/{app}/{name}/1/delete/").status_code in (302, 403)


def test_a_renamed_publisher_is_found_by_the_new_name(staff_client):
    publisher = Publisher.objects.create(name="Old House", slug="old-house")
    book = BookFactory(publisher=publisher, publisher_name="Old House")

    staff_client.post(
        f"/admin/catalog/publisher/{publisher.pk}/change/", {"name": "Quux", "slug": "quux"}
    )

    assert list(found_among(Book.objects.all(), "quux")) == [book]


def test_a_renamed_series_is_found_by_the_new_title(staff_client):
    series = Series.objects.create(title="Old Row", slug="old-row")
    book = BookFactory(series=series, series_title="Old Row")

    staff_client.post(
        f"/admin/catalog/series/{series.pk}/change/", {"title": "Quux", "slug": "quux"}
    )

    assert list(found_among(Book.objects.all(), "quux")) == [book]


def test_a_genre_does_not_become_part_of_itself(staff_client):
    above, below = GenreFactory(), GenreFactory()
    Genre.objects.filter(pk=below.pk).update(parent=above)
    form = {"name": above.name, "slug": above.slug, "parent": below.pk, "mood": "novel"}

    page = staff_client.post(f"/admin/catalog/genre/{above.pk}/change/", form)

    assert "This would make a genre part of itself." in page.content.decode()


def test_a_user_is_added_by_e_mail_in_one_spelling(staff_client):
    form = {
        "email": "New@Example.org",
        "password1": "tulips-41-snow",
        "password2": "tulips-41-snow",
    }

    staff_client.post("/admin/accounts/user/add/", {**form, "usable_password": "true"})

    assert User.objects.filter(email="new@example.org").exists()


def test_the_demos_mails_can_be_read(staff_client, settings):
    settings.MAIL_KEEP_ONE_TIME_LINKS = True
    message = OutboxMessage.objects.create(
        to="a@example.org",
        subject="Hello",
        body="a secret link",
        has_one_time_link=True,
        message_id="<1@example.org>",
        created_at="2026-01-01T00:00Z",
    )

    page = staff_client.get(f"/admin/accounts/outboxmessage/{message.pk}/change/")

    assert "a secret link" in page.content.decode()


def test_a_cover_is_uploaded_under_a_name_that_holds_its_hash(staff_client):
    book = BookFactory(title="Ema")
    content = io.BytesIO()
    Image.new("RGB", (40, 60), "navy").save(content, "JPEG")
    picture = SimpleUploadedFile("my picture.JPG", content.getvalue(), "image/jpeg")

    staff_client.post(
        f"/admin/catalog/book/{book.pk}/change/", book_form(book, cover_image=picture)
    )

    book.refresh_from_db()
    assert re.fullmatch(rf"covers/{book.ean}-[0-9a-f]{{12}}\.webp", book.cover_image.name)
    assert (book.cover_width, book.cover_height) == (40, 60)


def test_a_picture_that_is_none_is_refused(staff_client):
    book = BookFactory(title="Ema")
    page = SimpleUploadedFile("cover.png", b"<script>alert(1)</script>", "image/png")

    answer = staff_client.post(
        f"/admin/catalog/book/{book.pk}/change/", book_form(book, cover_image=page)
    )

    assert answer.context["adminform"].form.errors["cover_image"]
    book.refresh_from_db()
    assert not book.cover_image


def test_a_movement_of_stock_can_be_looked_at(staff_client):
    movement = BookFactory(stock=5).movements.get()

    page = staff_client.get(f"/admin/catalog/stockmovement/{movement.pk}/change/")

    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()


def test_a_book_is_opened_in_the_shop_from_its_page(staff_client):
    book = BookFactory()
    page = staff_client.get(f"/admin/catalog/book/{book.pk}/change/").text
    link = re.search(r'href="(/admin/r/[^"]+)"', page)[1]

    assert staff_client.get(link).url.endswith(book.get_absolute_url())


@pytest.mark.parametrize("model", [LogEntry, ContentType])
def test_what_the_admin_has_no_page_of_is_not_opened_from_it(staff_client, staff, model):
    LogEntry.objects.create(user=staff, action_flag=CHANGE, object_repr="x")
    kind = ContentType.objects.get_for_model(model)

    assert staff_client.get(f"/admin/r/{kind.pk}/{model.objects.first().pk}/").status_code == 404
    assert staff_client.get("/admin/r/999999/1/").status_code == 404
