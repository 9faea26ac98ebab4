import io
import re
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from catalog.cover_address import drawn_cover_hash, nearest_trim, thickness_step, trim_as_tall
from catalog.models import Book
from tests.factories import BookFactory


def picture(width: int = 30, height: int = 45) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(content, "PNG")
    return SimpleUploadedFile("emma.png", content.getvalue(), "image/png")


@pytest.fixture
def emma(db) -> Book:
    return BookFactory(title="Emma", byline="Jane Austen")


def test_the_address_of_a_drawn_cover_is_the_same_every_time(emma):
    again = Book.objects.get(pk=emma.pk)

    assert again.cover == emma.cover
    assert emma.cover.url == f"/covers/{emma.ean}-{drawn_cover_hash(emma)}.svg"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Emma, or"},
        {"byline": "A Lady"},
        {"cover_mood": "sea"},
        {"width_mm": 210, "height_mm": 210},
    ],
)
def test_the_address_changes_with_what_is_drawn(emma, change):
    before = emma.cover.url
    Book.objects.update(**change)

    assert Book.objects.get(pk=emma.pk).cover.url != before


def test_the_address_does_not_change_with_anything_else(emma):
    before = emma.cover.url
    Book.objects.update(price="5.00", pages=300, subtitle="A Novel", bestseller_rank=3)

    assert Book.objects.get(pk=emma.pk).cover.url == before


def test_words_that_move_from_author_to_title_change_the_address():
    one = Book(title="Emma Jane", byline="Austen")
    other = Book(title="Emma", byline="Jane Austen")

    assert drawn_cover_hash(one) != drawn_cover_hash(other)


def test_a_drawn_cover_is_a_picture_that_may_be_kept_for_ever(client, emma):
    response = client.get(emma.cover.url)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert ElementTree.fromstring(response.content).tag == "{http://www.w3.org/2000/svg}svg"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_picture_has_the_shape_that_its_address_promises(client, emma):
    svg = ElementTree.fromstring(client.get(emma.cover.url).content)

    _, _, width, height = (float(number) for number in svg.attrib["viewBox"].split())
    assert width / height == pytest.approx(emma.cover.width / emma.cover.height, rel=0.01)


def test_an_old_address_leads_to_the_present_cover(client, emma):
    old = emma.cover.url
    Book.objects.update(title="Emma, or")

    response = client.get(old)

    assert response.status_code == 302
    assert response.headers["Location"] == Book.objects.get(pk=emma.pk).cover.url
    assert "immutable" not in response.headers.get("Cache-Control", "")


@pytest.mark.django_db
def test_a_cover_of_no_book_is_not_found(client):
    assert client.get("/covers/9780141439587-0123456789ab.svg").status_code == 404


def test_a_withdrawn_book_keeps_its_cover_for_the_orders_that_show_it(client, emma):
    Book.objects.update(withdrawn_at=timezone.now())

    assert client.get(emma.cover.url).status_code == 200


def test_a_cover_costs_one_query(client, emma, django_assert_num_queries):
    address = emma.cover.url

    with django_assert_num_queries(1):
        client.get(address)


# Uploaded pictures


def test_an_uploaded_picture_is_used_when_there_is_one(client, emma):
    emma.cover_image = picture()
    emma.save()

    cover = Book.objects.get(pk=emma.pk).cover

    assert re.fullmatch(rf"/media/covers/{emma.ean}-[0-9a-f]{{12}}\.png", cover.url)
    assert (cover.width, cover.height) == (30, 45)
    assert f'src="{cover.url}"' in client.get("/books/").text
    assert f'src="{cover.url}"' in client.get(emma.get_absolute_url()).text
    assert client.get(cover.url).status_code == 200


def test_the_drawn_covers_old_address_leads_to_the_uploaded_picture(client, emma):
    emma.cover_image = picture()
    emma.save()

    response = client.get(f"/covers/{emma.ean}-0123456789ab.svg")

    assert response.headers["Location"].startswith(f"/media/covers/{emma.ean}-")


# To scale


@pytest.mark.parametrize(
    ("width", "height", "trim"),
    [
        (None, None, "t-b"),
        (129, None, "t-b"),
        (110, 178, "t-a"),
        (135, 216, "t-d"),
        (150, 230, "t-r"),
        (300, 400, "t-c"),
        (200, 205, "t-s"),
    ],
)
def test_a_book_is_drawn_at_the_nearest_trim(width, height, trim):
    assert nearest_trim(width, height) == trim


@pytest.mark.parametrize(
    ("thickness", "step"), [(None, "p2"), (5, "p1"), (12, "p1"), (13, "p2"), (35, "p4"), (90, "p5")]
)
def test_a_thick_book_looks_thick(thickness, step):
    assert thickness_step(thickness) == step


@pytest.mark.parametrize(
    ("trim", "proportion", "drawn_as"),
    [("t-c", 1.5, "t-r"), ("t-b", 1.5, "t-b"), ("t-b", 198 / 129, "t-b"), ("t-s", 1.0, "t-s")],
)
def test_a_picture_stands_as_tall_as_its_book(trim, proportion, drawn_as):
    assert trim_as_tall(trim, proportion) == drawn_as
