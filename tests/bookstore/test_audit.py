"""`manage.py audit`: one line for each check, what differs by its key, and an honest exit status."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from bookstore.auditing import checks, one_moment
from catalog.models import Book
from tests.audits import without_triggers
from tests.factories import BookFactory, receive

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_shop_whose_books_balance_is_told_so(capsys):
    BookFactory(stock=3)

    call_command("audit")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Stock is the sum of the movements of a book (1 books) … ok"
    assert len(lines) == len(checks())
    assert all(line.endswith("… ok") for line in lines)


def test_what_differs_is_named_with_its_key(capsys):
    BookFactory(stock=3)
    wrong = BookFactory(stock=2)
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=wrong.pk).update(stock=7)

    with pytest.raises(CommandError, match=r"Wrong: 1\.") as told:
        call_command("audit")

    assert told.value.returncode == 1
    assert f"    book {wrong.pk} ({wrong.ean}): stock 7, movements 2" in capsys.readouterr().out


def test_all_checks_see_the_same_moment():
    book = BookFactory(stock=3)
    [stock] = [check for check in checks() if check.name.startswith("Stock")]

    with one_moment():
        stock.looked_at()
        in_another_session(receive, book, 4)
        assert Book.objects.get().stock == 3

    assert Book.objects.get().stock == 7


def test_nothing_can_be_written_meanwhile():
    with pytest.raises(DatabaseError, match="read-only"), one_moment():
        Book.objects.update(title="Changed")


def in_another_session(act, *args) -> None:
    from threading import Thread

    def run() -> None:
        act(*args)
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
