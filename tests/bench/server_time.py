"""One request at a time, inside this process: what a page takes without any web server around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import quantiles
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection

from .counters import counters_of, recorded
from .pages import Page

REQUESTS = 100
# Each of these is explained statement by statement, which takes longer than the page itself.
COUNTED = 20
_SECONDS_OF_SQL = 0.5


class NotThere(Exception):
    """The shop has no such page (yet); str() names the status that came instead."""


@dataclass(frozen=True)
class ServerTime:
    """Milliseconds of a page, one request at a time; and the most that any one asked for."""

    p50: float
    p95: float
    # All statements of one page, sent again and again without Django's ORM.
    bare_sql: float
    statements: int
    buffers: int
    rows: int


class Shop:
    """The shop's own WSGI application, asked directly."""

    def __init__(self) -> None:
        self._application: WSGIHandler = get_wsgi_application()

    def get(self, address: str, cookie: str = "", tag: str = "") -> tuple[int, dict[str, str]]:
        """The status and the headers that a page is answered with, once all of it has been read."""
        path, _mark, query = address.partition("?")
        environ = {"PATH_INFO": unquote(path), "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
        environ |= {"HTTP_COOKIE": cookie} if cookie else {}
        environ |= {"HTTP_IF_NONE_MATCH": tag} if tag else {}
        setup_testing_defaults(environ)
        status: list[int] = []
        headers: dict[str, str] = {}

        def start(line: str, found: Iterable[tuple[str, str]], *_error: object) -> None:
            status.append(int(line.split()[0]))
            headers.update(found)

        answer = self._application(environ, start)
        try:
            for _piece in answer:
                pass
        finally:
            answer.close()
        return status[0], headers

    def lines_for(self, page: Page) -> list[str]:
        """The addresses of a page with the entity tags to ask with. NotThere if it is not built."""
        if not page.addresses:
            raise NotThere("no address")
        status, headers = self.get(page.addresses[0], page.cookie)
        if status != 200:
            raise NotThere(str(status))
        if not page.revalidates:
            return [f"{address}\t" for address in page.addresses]
        tag = headers.get("ETag", "")
        if not tag or self.get(page.addresses[0], page.cookie, tag)[0] != 304:
            raise NotThere("no 304")
        return [f"{page.addresses[0]}\t{tag}"]


def measure(shop: Shop, page: Page, lines: Sequence[str]) -> ServerTime:
    """Ask for a hundred addresses, one after the other, once other addresses have warmed all up."""
    visits = [_visit(shop, page, line) for line in lines]
    for visit in visits[-REQUESTS:]:
        visit()
    # Of few addresses each is asked several times.
    times = [_milliseconds(visit) for visit in islice(cycle(visits), REQUESTS)]
    counted = [counters_of(visit) for visit in visits[:COUNTED]]
    return ServerTime(
        p50=_percentile(times, 50),
        p95=_percentile(times, 95),
        bare_sql=_bare_sql(visits[0]),
        statements=max(counters.statements for counters in counted),
        buffers=max(counters.buffers for counters in counted),
        rows=max(counters.rows for counters in counted),
    )


def _visit(shop: Shop, page: Page, line: str) -> Callable[[], object]:
    address, _tab, tag = line.partition("\t")

    def visit() -> None:
        if not page.from_cache:
            caches["pages"].clear()
        shop.get(address, page.cookie, tag)

    return visit


def _milliseconds(visit: Callable[[], object]) -> float:
    began = time.perf_counter()
    visit()
    return (time.perf_counter() - began) * 1000


def _percentile(times: Sequence[float], percent: int) -> float:
    return quantiles(times, n=100, method="inclusive")[percent - 1]


def _bare_sql(visit: Callable[[], object]) -> float:
    with recorded() as sent:
        visit()
    statements = [statement for statement in sent if statement.only_reads]
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < _SECONDS_OF_SQL or len(times) < 2:
        times.append(_milliseconds(lambda: _send(statements)))
    return _percentile(times, 50)


def _send(statements: Iterable) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.sql, statement.params)
            cursor.fetchall()
