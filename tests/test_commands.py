"""Every command of ours: its help teaches, and two at once do no more harm than one.

What each does with good and with bad input stands in the tests of its own.
"""

import json
import os
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import (
    CommandError,
    call_command,
    get_commands,
    load_command_class,
)
from django.utils import timezone

from accounts.models import OutboxMessage, User
from bookstore import maintenance
from catalog.models import Book, StockMovement
from shop.models import FeedRun
from tests.accounts.second_factors import give_app
from tests.bookstore import test_backup, test_cluster, test_health, test_start
from tests.catalog import marc
from tests.catalog.onix_files import message, product
from tests.factories import BookFactory, UserFactory
from tests.threads import at_once
from tests.waitlist.lists import deliver, line, sold_out, states

OURS = {name: app for name, app in get_commands().items() if app in settings.INSTALLED_APPS[:6]}
# Where a test of its own has two of it at once.
ELSEWHERE: dict[str, Callable[..., None]] = {
    "backup": test_backup.test_no_two_backups_run_at_once,
    "health": test_health.test_two_at_once_tell_the_same,
    "migrate": test_start.test_of_two_migrations_at_once_the_second_waits_and_finds_nothing_to_do,
    "restore": test_backup.test_of_two_restores_at_once_the_second_is_refused,
    "start": test_start.test_two_at_once_make_one_shop,
    "worker": test_cluster.test_nothing_is_lost_when_a_part_of_each_kind_dies,
}


@pytest.mark.parametrize("name", OURS)
def test_help_teaches_by_an_example(name):
    command = load_command_class(OURS[name], name)

    text = command.create_parser("manage.py", name).format_help()

    assert command.help
    assert f"manage.py {name}" in text.partition("example:")[2]


def test_each_command_is_run_twice_at_once():
    assert OURS.keys() == {*AT_ONCE, *ELSEWHERE}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(OURS.keys() - ELSEWHERE))
def test_two_at_once_are_as_good_as_one(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    steps = AT_ONCE[name]()
    arguments = next(steps)

    outcomes = at_once([lambda: run(name, *arguments)] * 2)

    broken = [one for one in outcomes if not isinstance(one, str | CommandError)]
    assert not broken, broken
    with pytest.raises(StopIteration):
        steps.send(outcomes)


def run(name: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def split(outcomes: Iterable[Any]) -> tuple[list[str], list[str]]:
    """What those said that did something, and what those said that refused."""
    said = [one for one in outcomes if isinstance(one, str)]
    return said, [str(one) for one in outcomes if isinstance(one, CommandError)]


# Each makes a scene, yields the arguments, and looks at what came of it.
type Scene = Callable[[], Any]


def audit() -> Any:
    BookFactory()
    outcomes = yield ()
    assert split(outcomes)[1] == []


def deactivate_user() -> Any:
    UserFactory(email="sam@example.org")
    outcomes = yield ("sam@example.org",)
    assert split(outcomes)[1] == []
    assert not User.objects.get(email="sam@example.org").is_active


def evaluate_search() -> Any:
    book = BookFactory(title="Emma")
    with open("cases.csv", "w") as file:
        file.write(f"query,expected_isbn,kind,acceptable_isbns\nemma,{book.ean},exact,\n")
    one, other = yield ("cases.csv",)
    assert one == other
    assert "100.0%" in one


def expire_holds() -> Any:
    waiting = line(book := sold_out(), 2)
    deliver(book, 1, now=timezone.now() - timedelta(hours=49))
    outcomes = yield ()
    assert sorted(text[:14] for text in split(outcomes)[0]) == ["Holds ended: 0", "Holds ended: 1"]
    assert states(waiting) == ["lapsed", "offered"]


def export_catalogue() -> Any:
    BookFactory()
    outcomes = yield ("books.csv",)
    done, refused = split(outcomes)
    assert len(done) == len(refused) == 1
    assert os.listdir() == ["books.csv"]


def gdpr_erase() -> Any:
    UserFactory(email="sam@example.org")
    outcomes = yield ("sam@example.org",)
    done, refused = split(outcomes)
    assert len(done) == len(refused) == 1
    assert not User.objects.exists()
    assert OutboxMessage.objects.count() == 1


def gdpr_export() -> Any:
    UserFactory(email="sam@example.org")
    outcomes = yield "sam@example.org", "--output=sam.zip"
    done, refused = split(outcomes)
    assert len(done) == len(refused) == 1
    with ZipFile("sam.zip") as archive:
        assert json.loads(archive.read("account.json"))


def import_books() -> Any:
    with open("feed.csv", "w") as file:
        file.write("isbn,title\n9780141439587,Emma\n")
    yield "feed.csv", "--price=9.99", "--stock=3"
    assert_books_once(1)
    assert Book.objects.get().stock == 3


def import_marc() -> Any:
    with open("records.mrc", "wb") as file:
        file.write(marc.book())
    yield "records.mrc", "--price=9.99", "--stock=3"
    assert_books_once(1)
    assert Book.objects.get().stock == 3


def import_onix() -> Any:
    Path("feed.xml").write_text(message(product()))
    yield "feed.xml", "--price=9.99", "--stock=3"
    assert_books_once(1)
    assert FeedRun.objects.filter(state="done").count() == FeedRun.objects.count()


def load_demo() -> Any:
    yield ()
    assert_books_once(Book.objects.count())


def make_catalogue() -> Any:
    yield ("--books=50",)
    assert_books_once(50)


def close_for_maintenance() -> Any:
    outcomes = yield ("on",)
    assert split(outcomes) == (["The shop is closed.\n"] * 2, [])
    maintenance.open_again()


def remove_second_factor() -> Any:
    give_app(UserFactory(email="sam@example.org"))
    outcomes = yield ("sam@example.org",)
    done, refused = split(outcomes)
    assert len(done) == len(refused) == 1
    assert not Authenticator.objects.exists()
    assert OutboxMessage.objects.count() == 1


def assert_books_once(number: int) -> None:
    assert Book.objects.count() == number > 0
    assert StockMovement.objects.filter(reason="opening").count() <= number


AT_ONCE: dict[str, Scene] = {
    "audit": audit,
    "deactivate_user": deactivate_user,
    "evaluate_search": evaluate_search,
    "expire_holds": expire_holds,
    "export_catalogue": export_catalogue,
    "gdpr_erase": gdpr_erase,
    "gdpr_export": gdpr_export,
    "import_books": import_books,
    "import_marc": import_marc,
    "import_onix": import_onix,
    "load_demo": load_demo,
    "make_catalogue": make_catalogue,
    "maintenance": close_for_maintenance,
    "remove_second_factor": remove_second_factor,
}
