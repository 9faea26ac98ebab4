"""Staff in front of each page on which they keep the catalogue."""

from collections.abc import Callable

from django.utils import timezone

from catalog import withdrawal
from catalog.models import Book
from tests.factories import GenreFactory
from tests.waitlist.lists import line

from .scenes import Scene

BOOK = "/admin/catalog/book"


def _staff(scene: Scene) -> None:
    scene.sign_in(is_staff=True, is_superuser=True)


def _withdrawn(scene: Scene) -> Book:
    _staff(scene)
    said = {"reason": "Misprinted: page 16 is missing", "end_places": True}
    who = "stella@octavo.example"
    return withdrawal.withdraw(book_id=scene.emma.pk, who=who, now=timezone.now(), **said)


def books(scene: Scene) -> str:
    _staff(scene)
    return f"{BOOK}/"


def form_of_a_book(scene: Scene) -> str:
    _staff(scene)
    return f"{BOOK}/{scene.emma.pk}/change/"


def history(scene: Scene) -> str:
    return f"{BOOK}/{_withdrawn(scene).pk}/history/"


def withdraw(scene: Scene) -> str:
    _staff(scene)
    wanted = scene.book("Sanditon", stock=0)
    line(wanted, 2)
    return f"{BOOK}/{wanted.pk}/withdraw/"


def put_back(scene: Scene) -> str:
    return f"{BOOK}/{_withdrawn(scene).pk}/put-back/"


def delete_what_is_kept(scene: Scene) -> str:
    _staff(scene)
    scene.basket()
    return f"{BOOK}/{scene.emma.pk}/delete/"


def delete(scene: Scene) -> str:
    _staff(scene)
    return f"{BOOK}/{scene.book('Emmma', stock=0).pk}/delete/"


def genres(scene: Scene) -> str:
    _staff(scene)
    GenreFactory(name="Regency novels", parent=scene.genre)
    return "/admin/catalog/genre/"


def form_of_a_genre(scene: Scene) -> str:
    _staff(scene)
    return f"/admin/catalog/genre/{scene.genre.pk}/change/"


CATALOGUE_PAGES: dict[str, Callable[[Scene], str]] = {
    "books of staff": books,
    "form of a book": form_of_a_book,
    "history of a book": history,
    "withdraw a book": withdraw,
    "withdraw a book with errors": withdraw,
    "put a book back": put_back,
    "delete a book that is kept": delete_what_is_kept,
    "delete a book": delete,
    "genres of staff": genres,
    "form of a genre": form_of_a_genre,
}
