"""`manage.py audit`: one line for each check, what differs by its key, and an honest exit status."""

import contextlib
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.db import DatabaseError, connection

from bookstore.auditing import Check, checks, one_moment
from catalog.models import Book
from tests.audits import without_triggers
from tests.factories import BookFactory, receive

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_shop_whose_books_balance_is_told_so(capsys):
    BookFactory(stock=3)

    call_command("audit")

    lines = capsys.readouterr().out.splitlines()
    assert "Stock is the sum of the movements of a book (1 books) … ok" in lines
    assert len(lines) == len(checks())
    assert all(line.endswith("… ok") for line in lines)


def test_what_differs_is_named_with_its_key(capsys):
    BookFactory(stock=3)
    wrong = spoilt_stock()

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


def audit_json(*arguments: str) -> dict:
    """What a program reads. That something differs is known by the exit status alone."""
    out = StringIO()
    with contextlib.suppress(CommandError):
        call_command("audit", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_programs_read_one_object():
    BookFactory(stock=3)
    wrong = spoilt_stock()

    told = audit_json()

    assert [check["slug"] for check in told["checks"]] == [check.slug for check in checks()]
    [stock] = [check for check in told["checks"] if check["slug"] == "stock"]
    assert stock.pop("seconds") >= 0
    words = f"book {wrong.pk} ({wrong.ean}): stock 7, movements 2"
    assert stock == {
        "slug": "stock",
        "name": "Stock is the sum of the movements of a book",
        "rows": 2,
        "can_be_repaired": False,
        "findings": [{"id": wrong.pk, "words": words}],
    }
    assert told["wrong"] == 1


def test_what_can_be_repaired_is_said():
    can_be = {check["slug"] for check in audit_json()["checks"] if check["can_be_repaired"]}

    assert can_be == {"tags", "queue-lengths", "ratings", "votes"}
    text = (
        load_command_class("bookstore", "audit").create_parser("manage.py", "audit").format_help()
    )
    assert {slug for slug in can_be if f"\n  * {slug} " in text} == can_be
    assert "\n    stock " in text


@pytest.mark.parametrize("name", ["stock", "STOCK", "Stock is the sum of the movements of a book"])
def test_one_check_alone_can_be_asked_for(name):
    told = audit_json("--only", name, "votes")

    assert [check["slug"] for check in told["checks"]] == ["stock", "votes"]


@pytest.mark.parametrize("more", [[], ["--fix"], ["--json"]])
def test_an_unknown_check_is_refused_with_the_names_of_all(capsys, more):
    with pytest.raises(CommandError, match="no check “stocks”") as told:
        call_command("audit", "--only", "votes", "stocks", *more)

    assert told.value.returncode == 1
    assert all(f"{check.slug} " in str(told.value) for check in checks())
    assert capsys.readouterr().out == ""


def test_names_are_short_and_each_is_one_checks():
    slugs, names = [[getattr(check, by) for check in checks()] for by in ("slug", "name")]

    assert len({*slugs, *names}) == 2 * len(slugs)
    assert all(len(slug) <= 15 and slug == slug.lower() for slug in slugs)


def test_ctrl_c_ends_it_in_a_word(monkeypatch):
    def stop(check):
        raise KeyboardInterrupt

    monkeypatch.setattr(Check, "findings", stop)

    with pytest.raises(CommandError, match=r"Stopped\.") as told:
        call_command("audit", stdout=StringIO())

    assert told.value.returncode == 130


def spoilt_stock() -> Book:
    book = BookFactory(stock=2)
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=book.pk).update(stock=7)
    return book


def in_another_session(act, *args) -> None:
    from threading import Thread

    def run() -> None:
        act(*args)
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
