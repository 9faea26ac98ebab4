"""Three web processes, two workers, a primary and a replica under load; some of them are killed."""

import logging
import os
import re
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import OutboxMessage
from catalog.models import Book
from shop.models import Order
from tests.factories import BookFactory, ContributorFactory, DeliveryMethodFactory, GenreFactory
from tests.processes import PROJECT, database_url, empty_queue, wait_for
from tests.replication import Replica
from tests.shop.audit import wrong_books, wrong_orders

from .cluster import Cluster, running
from .load import Crowd, Visitor, buy, can_be_bought

log = logging.getLogger("bookstore.tests")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.deep]

BUYERS, BROWSERS = 3, 2
PURCHASES = 80
# Of each of the hot books there are so many copies, fewer than are wanted.
HOT_BOOKS, HOT_COPIES = 2, 10
# Seconds: longer than it takes to buy a book on a busy machine.
MAX_LAG = 20
# A worker that dies at its work is missed after 15 seconds, and its work begun again at the turn of
# a minute; a mail that it had begun to send, a minute later.
SECONDS_FOR_MAILS = 240
SECONDS_TO_BUY = 240


@pytest.fixture
def books(db) -> list[Book]:
    """The hot ones first, and last one of which there is a single copy."""
    empty_queue()
    DeliveryMethodFactory()
    genre, author = GenreFactory(name="Novels"), ContributorFactory(name="Jane Austen")
    copies = [HOT_COPIES] * HOT_BOOKS + [PURCHASES] * 5 + [1]
    made = [
        BookFactory(title=f"Novel {number}", stock=stock) for number, stock in enumerate(copies)
    ]
    for book in made:
        book.genres.add(genre)
        book.contributions.create(contributor=author, role="A01", position=1)
    return made


@pytest.fixture
def mails(tmp_path) -> Path:
    return tmp_path / "mails"


@pytest.fixture
def a_cluster(books, replica, tmp_path, mails) -> Iterator[AbstractContextManager[Cluster]]:
    """It runs inside the block of the test, so that what fails there is told with the logs."""
    replica.catch_up()
    yield running(tmp_path, mails, replica.url, MAX_LAG)
    empty_queue()


def pages_of(books: list[Book]) -> list[str]:
    pages = ["/", "/books/", "/books/?q=novel", "/books/?q=austen", "/genres/", "/new.atom"]
    pages += ["/search/suggest/?q=nov", "/sitemap.xml", "/basket/"]
    return pages + [book.get_absolute_url() for book in books]


def test_nothing_is_lost_when_a_part_of_each_kind_dies(a_cluster, books, replica, mails):
    wanted = [books[number % (len(books) - 1)].get_absolute_url() for number in range(PURCHASES)]
    hot = [books[number % HOT_BOOKS].get_absolute_url() for number in range(HOT_COPIES * 3)]

    with a_cluster as cluster:
        crowd = Crowd(cluster.balancer, pages_of(books), deque(hot + wanted))
        let_die_under_load(cluster, crowd, replica)
        assert wait_for(nothing_waits, SECONDS_FOR_MAILS), what_waits()

        assert unexcused_losses(cluster) == []
        assert {status for status in cluster.balancer.answered if status >= 500} == set()
        assert confirmed() == set(crowd.orders)
        assert len(crowd.refused) >= HOT_COPIES
        hot_books = Book.objects.order_by("pk")[:HOT_BOOKS]
        assert [book.stock for book in hot_books] == [0] * HOT_BOOKS
        assert wrong_books() == []
        assert wrong_orders() == []
        assert unsent_mails(crowd, mails) == []
        assert len(sent_again(mails)) <= 1
        assert audit() == ""


def test_who_has_just_bought_the_last_copy_sees_that_it_is_gone(a_cluster, books, replica):
    last = books[-1]
    address = last.get_absolute_url()

    with a_cluster as cluster:
        visitor = Visitor(cluster.balancer)
        strangers = [Visitor(cluster.balancer, web.port) for web in cluster.webs]
        assert all(can_be_bought(one, address) for one in (visitor, *strangers))

        with replica.standing_still():
            assert buy(visitor, address, "nadia@example.org")
            for web, stranger in zip(cluster.webs, strangers, strict=True):
                visitor.port = web.port
                assert not can_be_bought(visitor, address)
                assert can_be_bought(stranger, address)
            # All others see it, too, once the replica is too far behind.
            assert wait_for(lambda: not any(can_be_bought(one, address) for one in strangers), 60)

        assert [status for status in cluster.balancer.answered if status >= 400] == []


def let_die_under_load(cluster: Cluster, crowd: Crowd, replica: Replica) -> None:
    """A web process, a worker and the replica, which stands still before, one after another."""
    begun_at = time.monotonic()
    listed = len(crowd.wanted)
    crowd.start(buyers=BUYERS, browsers=BROWSERS)
    crowd.wait_until(listed * 3 // 4, SECONDS_TO_BUY)
    assert wait_for(lambda: is_read_by_the_shop(replica), 30)
    cluster.webs[0].kill()
    crowd.wait_until(listed // 2, SECONDS_TO_BUY)
    cluster.workers[0].kill()
    crowd.wait_until(listed // 4, SECONDS_TO_BUY)
    replica.halt()
    crowd.wait_until(listed // 8, SECONDS_TO_BUY)
    replica.kill()
    crowd.finish(SECONDS_TO_BUY)
    log.info(
        "%d requests, %d lost in flight, %d pages looked at, %d orders, %d refused, %.0f seconds",
        *(len(cluster.balancer.answered), len(cluster.balancer.lost), crowd.looked_at),
        *(len(crowd.orders), len(crowd.refused), time.monotonic() - begun_at),
    )


def is_read_by_the_shop(replica: Replica) -> bool:
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    asked = (
        f"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND {others}"
    )
    return replica.ask(asked) == 3


def nothing_waits() -> bool:
    return not any(what_waits().values())


def what_waits() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        waiting = dict(cursor.fetchall())
    return {**waiting, "mails": OutboxMessage.objects.filter(sent_at=None).count()}


def unexcused_losses(cluster: Cluster) -> list:
    """Requests that broke off, but for those that the killed web process had in its hands."""
    killed = cluster.webs[0]
    excused = [
        lost
        for lost in cluster.balancer.lost
        if lost.port == killed.port and lost.begun_at <= killed.gone_at
    ]
    assert len(excused) <= 2 * (BUYERS + BROWSERS)
    return [lost for lost in cluster.balancer.lost if lost not in excused]


def confirmed() -> set[str]:
    """All orders that there are, each of which is confirmed."""
    assert not Order.objects.exclude(status=Order.Status.CONFIRMED).exists()
    return set(Order.objects.values_list("number", flat=True))


def message_ids(folder: Path) -> Counter[str]:
    text = "\n".join(path.read_text() for path in folder.iterdir())
    return Counter(re.findall(r"^Message-ID: (.+)$", text, re.MULTILINE))


def unsent_mails(crowd: Crowd, folder: Path) -> list[str]:
    """Orders without a mail, or whose mail is not in the folder."""
    sent = message_ids(folder)
    written = dict(OutboxMessage.objects.values_list("to", "message_id"))
    assert OutboxMessage.objects.count() == len(crowd.orders)
    return [number for number, to in crowd.orders.items() if not sent[written[to]]]


def sent_again(folder: Path) -> list[str]:
    """The one that a killed worker had sent and not noted may be sent again, under the same id."""
    return [message_id for message_id, times in message_ids(folder).items() if times > 1]


def audit() -> str:
    """What the command says, if not all is right."""
    done = subprocess.run(
        [sys.executable, "manage.py", "audit"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr if done.returncode else ""
