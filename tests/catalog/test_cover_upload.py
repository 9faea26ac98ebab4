"""Staff upload covers: what is taken, what is made of it, and what becomes of the files."""

import io
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.tasks import default_task_backend
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from catalog import cover_files, cover_upload
from catalog.cover_address import small_name
from catalog.models import Book
from catalog.tasks import make_small_cover, remove_cover
from tests.factories import BookFactory
from tests.shop.test_admin import book_form

pytestmark = pytest.mark.django_db


def picture(kind="JPEG", *, size=(600, 900), mode="RGB", colour="navy", **options) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, colour).save(content, kind, **options)
    return content.getvalue()


def upload(content: bytes, name: str = "cover.jpg", kind: str = "image/jpeg"):
    return SimpleUploadedFile(name, content, kind)


def send(client, book: Book, file, **fields):
    form = book_form(book, cover_image=file, slug="a-book", byline=book.byline, **fields)
    return client.post(f"/admin/catalog/book/{book.pk}/change/", form)


def stored(book: Book) -> Image.Image:
    book.refresh_from_db()
    return Image.open(default_storage.open(book.cover_image.name))


def run_tasks() -> None:
    """What the worker does once the page has committed."""
    for result in list(default_task_backend.results):
        result.task.call(**result.kwargs)
    default_task_backend.clear()


@pytest.fixture
def emma() -> Book:
    return BookFactory(title="Emma")


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("JPEG", "a.JPEG"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_pictures_of_three_kinds_are_taken_and_made_anew_as_webp(kind, name, staff_client, emma):
    original = picture(kind)

    assert send(staff_client, emma, upload(original, name)).status_code == 302

    made = stored(emma)
    assert (made.format, made.mode, made.size) == ("WEBP", "RGB", (600, 900))
    assert emma.cover_image.name.endswith(".webp")
    assert (emma.cover_width, emma.cover_height) == (600, 900)
    assert default_storage.open(emma.cover_image.name).read() != original


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def moving() -> bytes:
    frames = [Image.new("RGB", (60, 90), colour) for colour in ("navy", "white")]
    content = io.BytesIO()
    frames[0].save(content, "WEBP", save_all=True, append_images=frames[1:])
    return content.getvalue()


def bomb() -> bytes:
    """A PNG that says of itself that it is 60,000 by 60,000 pixels."""
    head = (60_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (HTML, "cover.png", "no picture that we can read"),
        (SVG, "cover.svg", "no picture that we can read"),
        (SVG, "cover.png", "no picture that we can read"),
        (picture("GIF"), "cover.gif", "no picture that we can read"),
        (picture("BMP"), "cover.jpg", "no picture that we can read"),
        (picture("PNG"), "cover.jpg", "“.jpg”, but it is a PNG picture"),
        (picture("JPEG"), "cover.html", "“.html”, but it is a JPEG picture"),
        (picture("JPEG"), "cover", "but it is a JPEG picture"),
        (picture("PNG")[:60], "cover.png", "no picture that we can read"),
        (picture("JPEG")[:300], "cover.jpg", "no picture that we can read"),
        (moving(), "cover.webp", "This picture moves"),
        (bomb(), "cover.png", "no picture that we can read"),
        (picture("PNG", size=(7000, 6000), mode="1", colour=1), "cover.png", "40 million"),
        (picture(size=(60, 900)), "cover.jpg", "too long and narrow"),
        (b"", "cover.jpg", "empty"),
    ],
    ids=[
        *("html", "svg", "svg named png", "gif", "bmp named jpg", "png named jpg"),
        *("jpeg named html", "no ending", "cut png", "cut jpeg", "moving", "bomb"),
        *("too many pixels", "too long", "empty"),
    ],
)
def test_anything_else_is_refused_at_the_field(content, name, words, staff_client, emma):
    page = send(staff_client, emma, upload(content, name, "image/png"), title="Another")

    [message] = page.context["adminform"].form.errors["cover_image"]
    assert words in message
    emma.refresh_from_db()
    assert (emma.title, emma.cover_image.name) == ("Emma", "")
    assert default_task_backend.results == []
    assert f"/covers/{emma.ean}-" in page.text


def test_a_file_of_more_than_ten_megabytes_is_not_even_looked_at(monkeypatch, staff_client, emma):
    monkeypatch.setattr(cover_upload, "MOST_BYTES", 1000)
    monkeypatch.delattr(cover_upload.Image, "open")

    page = send(staff_client, emma, upload(picture()))

    assert "larger than 10 MB" in page.context["adminform"].form.errors["cover_image"][0]


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("profile", [PROFILE, b""], ids=["with a profile", "without"])
def test_nothing_that_came_with_the_picture_is_kept(profile, staff_client, emma):
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(exif=exif, comment=b"SECRET WORDS", icc_profile=profile) + b"SECRET TAIL"
    assert sent.count(b"SECRET") == 3

    send(staff_client, emma, upload(sent))

    made = stored(emma)
    assert b"SECRET" not in default_storage.open(emma.cover_image.name).read()
    assert not made.getexif()
    assert not {"exif", "icc_profile", "comment"} & made.info.keys()


def test_words_in_a_png_are_not_kept(staff_client, emma):
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "SECRET")

    send(staff_client, emma, upload(picture("PNG", pnginfo=words), "a.png"))

    assert b"SECRET" not in default_storage.open(stored(emma) and emma.cover_image.name).read()


def test_a_picture_that_lies_on_its_side_is_set_upright(staff_client, emma):
    exif = Image.Exif()
    exif[0x0112] = 6

    send(staff_client, emma, upload(picture(size=(900, 600), exif=exif)))

    assert stored(emma).size == (600, 900)


@pytest.mark.parametrize(
    ("mode", "kind", "colour", "wanted"),
    [
        ("CMYK", "JPEG", (0, 0, 0, 0), (255, 255, 255)),
        ("L", "PNG", 0, (0, 0, 0)),
        ("P", "PNG", 0, (0, 0, 0)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("RGBA", "PNG", (0, 0, 0, 0), (255, 255, 255)),
        ("LA", "PNG", (0, 0), (255, 255, 255)),
    ],
)
def test_pictures_of_every_make_become_plain_ones(mode, kind, colour, wanted, staff_client, emma):
    name = "a.jpg" if kind == "JPEG" else "a.png"

    send(staff_client, emma, upload(picture(kind, mode=mode, colour=colour), name))

    seen = stored(emma).getpixel((300, 450))
    assert all(abs(one - other) < 4 for one, other in zip(seen, wanted, strict=True)), seen


def test_a_broken_profile_costs_no_more_than_shades(staff_client, emma):
    send(staff_client, emma, upload(picture(icc_profile=b"nonsense")))

    assert stored(emma).size == (600, 900)


def test_a_large_picture_is_made_smaller(staff_client, emma):
    send(staff_client, emma, upload(picture("PNG", size=(3000, 4500)), "a.png"))

    assert stored(emma).size == (1000, 1500)


def test_an_upload_that_lies_in_a_file_is_read_as_well(staff_client, emma, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100

    send(staff_client, emma, upload(picture()))

    assert stored(emma).size == (600, 900)


def test_lists_show_a_small_picture_once_the_worker_has_made_it(client, staff_client, emma):
    send(staff_client, emma, upload(picture()))
    emma = Book.objects.get(pk=emma.pk)
    small = emma.cover.small
    assert small == f"/media/{small_name(emma.cover_image.name)}"
    assert f'src="{small}"' in client.get("/books/").text
    assert f'src="{emma.cover.url}"' in client.get(emma.get_absolute_url()).text

    before = client.get(small)
    run_tasks()
    after = client.get(small)

    assert b"".join(before) == b"".join(client.get(emma.cover.url))
    assert "max-age=60" in before.headers["Cache-Control"]
    assert Image.open(io.BytesIO(b"".join(after))).size == (300, 450)
    assert "immutable" in after.headers["Cache-Control"]


def test_covers_of_earlier_years_stay_jpegs(client, emma):
    emma.cover_image = default_storage.save("covers/old.jpg", ContentFile(picture("JPEG")))
    emma.save()

    make_small_cover.call(name="covers/old.jpg")
    small = client.get(emma.cover.small)

    assert small.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(b"".join(small))).format == "JPEG"
    assert client.get(emma.cover.url).status_code == 200


def test_a_small_picture_is_made_once_and_not_of_what_is_gone(staff_client, emma):
    send(staff_client, emma, upload(picture()))
    name = stored(emma) and emma.cover_image.name
    for _ in range(2):
        make_small_cover.call(name=name)
    make_small_cover.call(name="covers/gone.jpg")

    folder = default_storage.listdir("covers")[1]
    assert sorted(folder) == sorted(file.rpartition("/")[2] for file in (name, small_name(name)))


def test_a_picture_that_is_small_already_is_shown_as_it_is(staff_client, emma):
    send(staff_client, emma, upload(picture(size=(400, 600))))

    cover = Book.objects.get(pk=emma.pk).cover
    assert cover.small == cover.url


def test_no_other_file_stands_in_for_a_small_one(client):
    assert client.get("/media/covers/nothing-w300.jpg").status_code == 404
    assert client.get("/media/covers/-w300.jpg").status_code == 404
    assert cover_files.instead_of_small("covers/x.jpg") is None


def test_the_file_before_goes_after_the_new_one_is_committed(staff_client, emma):
    send(staff_client, emma, upload(picture()))
    first = stored(emma) and emma.cover_image.name
    run_tasks()

    send(staff_client, emma, upload(picture(colour="white")))

    second = stored(emma) and emma.cover_image.name
    assert default_storage.exists(first) and second != first
    run_tasks()
    assert not default_storage.exists(first) and not default_storage.exists(small_name(first))
    assert default_storage.exists(second) and default_storage.exists(small_name(second))


def test_a_file_that_a_book_shows_is_not_removed(staff_client, emma):
    send(staff_client, emma, upload(picture()))
    other = BookFactory(cover_image=stored(emma) and emma.cover_image.name)

    send(staff_client, emma, upload(picture(colour="white")))
    run_tasks()

    assert default_storage.exists(other.cover_image.name)


def test_a_cover_that_is_removed_gives_way_to_a_drawn_one(client, staff_client, emma):
    send(staff_client, emma, upload(picture()))
    name = stored(emma) and emma.cover_image.name

    form = book_form(emma, slug="a-book", **{"cover_image-clear": "on"})
    staff_client.post(f"/admin/catalog/book/{emma.pk}/change/", form)
    run_tasks()

    emma = Book.objects.get(pk=emma.pk)
    assert emma.cover.url.endswith(".svg")
    assert (emma.cover_width, emma.cover_height) == (None, None)
    assert not default_storage.exists(name)


def test_the_form_shows_the_cover_as_it_is(staff_client, emma):
    page = staff_client.get(f"/admin/catalog/book/{emma.pk}/change/").text

    assert f'<img src="{emma.cover.small}" alt="The cover as readers see it"' in page


def test_a_save_without_a_file_leaves_the_cover_alone(staff_client, emma):
    send(staff_client, emma, upload(picture()))
    name = stored(emma) and emma.cover_image.name
    default_task_backend.clear()

    send(staff_client, emma, "", title="Emma, again")

    emma.refresh_from_db()
    assert (emma.title, emma.cover_image.name) == ("Emma, again", name)
    assert default_task_backend.results == []


def test_the_cover_of_a_deleted_book_goes_with_it(staff_client):
    book = BookFactory(stock=0)
    send(staff_client, book, upload(picture()))
    name = stored(book) and book.cover_image.name
    default_task_backend.clear()

    staff_client.post(f"/admin/catalog/book/{book.pk}/delete/")

    assert [result.task for result in default_task_backend.results] == [remove_cover]
    run_tasks()
    assert not default_storage.exists(name)


def test_a_tag_of_the_wrong_kind_does_not_keep_a_picture_from_being_set_upright(staff_client, emma):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    # The text says of itself that it is a fraction.
    tags = exif.tobytes().replace(
        b"\x01\x0e\x00\x02\x00\x00\x00\x0e", b"\x01\x0e\x00\x05\x00\x00\x00\x01"
    )
    assert tags != exif.tobytes()

    sent = send(staff_client, emma, upload(picture(size=(900, 600), exif=tags)))

    assert sent.status_code == 302
    assert stored(emma).size == (600, 900)


@pytest.mark.parametrize("way", range(1, 9))
def test_pictures_are_turned_by_every_way_a_camera_can_be_held(way):
    exif = Image.Exif()
    exif[0x0112] = way
    content = io.BytesIO()
    drawn = Image.frombytes("L", (3, 2), bytes(range(0, 240, 40)))
    drawn.save(content, "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(content))

    made = cover_upload._upright(Image.open(content))

    assert (made.size, made.tobytes()) == (expected.size, expected.tobytes())
