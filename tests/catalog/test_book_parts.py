import pytest

from catalog import book_parts
from catalog.volumes import volume_by_ean
from tests.factories import BookFactory


@pytest.fixture
def no_parts(monkeypatch):
    monkeypatch.setattr(book_parts, "_PARTS", {})


def test_a_part_is_drawn_for_the_reader_and_the_book(db, rf, no_parts):
    book = volume_by_ean(BookFactory(title="Emma").ean)
    request = rf.get("/")
    book_parts.register("greeting", lambda request, book: f"{request.path} {book.title}")

    assert book_parts.parts_for(request, book)["greeting"]() == "/ Emma"


def test_a_part_that_no_page_asks_for_is_not_drawn(db, rf, no_parts):
    drawn = []
    book_parts.register("greeting", lambda request, book: drawn.append(book) or "")

    book_parts.parts_for(rf.get("/"), volume_by_ean(BookFactory().ean))

    assert drawn == []
