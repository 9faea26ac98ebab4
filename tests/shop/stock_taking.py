"""Counts of stock in tests, through the pages that staff use."""

import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from catalog.models import Book
from shop.models import StockTake
from shop.services import posting

TAKES = "/admin/stock-takes/"


def begin(client: Client, scope: str = "books", shelf: str = "") -> StockTake:
    form = {"scope": scope, "shelf": shelf, "key": str(uuid.uuid4())}
    response = client.post(f"{TAKES}begin/", form)
    assert response.status_code == 302, response.context["form"].errors
    return StockTake.objects.latest("pk")


def address(take: StockTake, act: str = "") -> str:
    return f"{TAKES}{take.pk}/{act}/" if act else f"{TAKES}{take.pk}/"


def scan(client: Client, take: StockTake, book: Book | str, *, key: str = "") -> Any:
    number = book if isinstance(book, str) else book.ean
    form = {"number": number, "key": key or str(uuid.uuid4())}
    return client.post(address(take, "count"), form)


def scan_all(client: Client, take: StockTake, book: Book, copies: int) -> None:
    for _copy in range(copies):
        assert scan(client, take, book).status_code == 302


def total(client: Client, take: StockTake, book: Book, copies: int, seen: int) -> Any:
    form = {"book": book.pk, "total": copies, "seen": seen, "key": str(uuid.uuid4())}
    return client.post(address(take, "total"), form)


def again(client: Client, take: StockTake, book: Book) -> None:
    form = {"book": book.pk, "seen": take.lines.get(book=book).counted}
    assert client.post(address(take, "again"), form).status_code == 302


def not_found(client: Client, take: StockTake, *books: Book, page: Any = None) -> Any:
    """Tick these books on the page of those that were not counted, as it is or was."""
    shown = page or client.get(address(take, "missing"))
    choices = {book.pk: book.choice for book in shown.context["books"]}
    return client.post(address(take, "missing"), {"books": [choices[book.pk] for book in books]})


def post(client: Client, take: StockTake) -> Any:
    """Look at the review, and press the button there."""
    page = client.get(address(take, "review"))
    return client.post(address(take, "review"), {"seen": page.context["review"].seen})


def stock_of(book: Book) -> int:
    return Book.objects.values_list("stock", flat=True).get(pk=book.pk)


def send(number: str) -> None:
    posting.post_order(number=number, tracking="", who="a test", now=timezone.now())
