"""The picture beside a shared link."""

import io

import pytest
from django.utils import timezone
from PIL import Image, ImageChops

from catalog import share_card
from catalog.covers import draw_cover
from catalog.covers.raster import rasterise
from catalog.models import Book
from tests.factories import BookFactory

from .test_cover_address import picture

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{}</svg>'


def opened(png: bytes) -> Image.Image:
    card = Image.open(io.BytesIO(png))
    assert (card.format, card.size) == ("PNG", (1200, 630))
    return card


def colours(image: Image.Image) -> int:
    return len(image.getcolors(1200 * 630))


@pytest.fixture
def emma(db) -> Book:
    return BookFactory(title="Emma", byline="Jane Austen")


def test_a_book_has_a_picture_that_caches_keep_for_good(client, emma):
    response = client.get(share_card.card_address(emma))

    assert response.headers["Content-Type"] == "image/png"
    assert "immutable" in response.headers["Cache-Control"]
    assert colours(opened(response.content)) > 20


def test_the_picture_is_the_same_every_time(emma):
    assert share_card.book_card(emma) == share_card.book_card(Book.objects.get(pk=emma.pk))


@pytest.mark.parametrize(
    "change", [{"title": "Emma, or"}, {"byline": "A Lady"}, {"cover_mood": "sea"}]
)
def test_its_address_and_the_picture_change_with_the_book(emma, change):
    address, card = share_card.card_address(emma), share_card.book_card(emma)
    Book.objects.update(**change)
    changed = Book.objects.get(pk=emma.pk)

    assert share_card.card_address(changed) != address
    assert share_card.book_card(changed) != card


def test_its_address_does_not_change_with_the_price(emma):
    address = share_card.card_address(emma)
    Book.objects.update(price="5.00", bestseller_rank=3)

    assert share_card.card_address(Book.objects.get(pk=emma.pk)) == address


def test_an_old_address_leads_to_the_present_picture(client, emma):
    response = client.get(f"/cards/{emma.ean}-0123456789ab.png")

    assert response.headers["Location"] == share_card.card_address(emma)


def test_an_uploaded_cover_stands_on_the_shelf(emma):
    emma.cover_image = picture(300, 450)
    emma.save()

    card = opened(share_card.book_card(emma))

    assert card.getpixel((200, 300)) == (0, 0, 128)


def test_an_upload_whose_file_has_gone_is_drawn(emma):
    Book.objects.update(cover_image="covers/gone.jpg", cover_width=300, cover_height=450)

    assert colours(opened(share_card.book_card(Book.objects.get(pk=emma.pk)))) > 20


def test_a_title_in_letters_we_do_not_have_leaves_the_cover_in_the_middle():
    card = opened(share_card.book_card(Book(title="源氏物語", byline="紫式部")))

    right_of_it = card.crop((800, 80, 1200, 540))
    assert colours(right_of_it) == 1
    assert colours(card.crop((450, 80, 750, 540))) > 10


def test_the_longest_title_stays_on_the_card():
    title = "Incomprehensibilities " * 22
    card = opened(share_card.book_card(Book(title=title, byline="Author " * 140)))

    assert colours(card.crop((1160, 80, 1200, 540))) == 1


def test_the_shop_has_a_picture_of_its_own(client, settings):
    address = share_card.shop_card_address()

    response = client.get(address)

    assert colours(opened(response.content)) > 20
    settings.SHOP = {**settings.SHOP, "name": "Quarto"}
    assert client.get(address).headers["Location"] == share_card.shop_card_address() != address


def test_a_withdrawn_book_has_none(client, emma):
    address = share_card.card_address(emma)
    emma.withdrawn_at = timezone.now()
    emma.save()

    assert client.get(address).status_code == 404


# Pixels


def at(drawing: str, *place: int) -> tuple[int, ...]:
    return rasterise(SQUARE.format(drawing), 100, 100).getpixel(place)


@pytest.mark.parametrize(
    ("drawing", "inside", "outside"),
    [
        ('<rect x="10" y="10" width="30" height="30" fill="#000000"/>', (25, 25), (45, 45)),
        ('<circle cx="50" cy="50" r="20" fill="#000000"/>', (50, 50), (66, 66)),
        ('<ellipse cx="50" cy="50" rx="40" ry="10" fill="#000000"/>', (20, 50), (50, 70)),
        ('<path d="M50 50A40 40 0 0 1 90 90H50Z" fill="#000000"/>', (60, 80), (88, 52)),
        ('<path d="M10 50a40 40 0 0 1 80 0z" fill="#000000"/>', (50, 20), (50, 60)),
        ('<path d="M0 100Q50 -100 100 100Z" fill="#000000"/>', (50, 20), (5, 20)),
        ('<path d="M0 0H90V90H0ZM20 20V70H70V20Z" fill="#000000"/>', (10, 10), (45, 45)),
        ('<path d="M10 50L90 50" stroke="#000000" stroke-width="6"/>', (50, 50), (50, 58)),
        (
            '<path d="M0 50L99 50" stroke="#000000" stroke-width="6" stroke-dasharray="20 20"/>',
            (10, 50),
            (30, 50),
        ),
        (
            '<rect width="40" height="10" fill="#000000" transform="translate(50 0) rotate(90 0 0)"/>',
            (45, 20),
            (70, 5),
        ),
        (
            '<clipPath id="w"><path d="M0 0H50V50H0Z"/></clipPath>'
            '<g clip-path="url(#w)"><rect width="100" height="100" fill="#000000"/></g>',
            (25, 25),
            (75, 75),
        ),
    ],
)
def test_what_covers_are_made_of_becomes_pixels(drawing, inside, outside):
    assert at(drawing, *inside) == (0, 0, 0)
    assert at(drawing, *outside) == (255, 255, 255)


def test_a_small_drawing_is_the_large_one_made_small():
    cover = draw_cover(title="Emma", author="Jane Austen")

    large = rasterise(cover, 516, 792).reduce(2)
    difference = ImageChops.difference(large, rasterise(cover, 258, 396)).convert("L")

    # But for edges.
    assert sum(difference.point(lambda value: value > 60).histogram()[1:]) < 258 * 396 / 100
