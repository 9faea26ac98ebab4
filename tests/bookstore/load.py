"""People in a shop of several machines: some look around, some buy, by the forms of its pages."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count, cycle

from tests.shop.conftest import ADDRESS

from .cluster import Answer, Balancer, BrokeOff

REDIRECTS = 5
# The second may come to a machine that is just dying, too.
TRIES = 4
_INPUT = r'name="{name}" value="([^"]+)"'
_NUMBER = re.compile(r"/orders/([^/]+)/demo-payment/$")


class WrongAnswer(Exception):
    """Neither the page that was asked for nor a refusal in words."""


@dataclass
class Visitor:
    """A browser: it keeps cookies, follows redirects, and asks once more when a machine dies."""

    balancer: Balancer
    port: int | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._follow(path, self._ask(path, None))

    def post(self, path: str, **form: str) -> Answer:
        """What the shop leads to; or the page with the refusal, of status 422."""
        form |= {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self._follow(path, self._ask(path, form))

    def _follow(self, path: str, answer: Answer) -> Answer:
        for _ in range(REDIRECTS):
            if answer.status not in {301, 302}:
                break
            path = answer.to
            answer = self._ask(path, None)
        if answer.status not in {200, 422}:
            raise WrongAnswer(f"{path}: {answer.status}")
        self.path = path
        return answer

    def _ask(self, path: str, form: dict[str, str] | None) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for _attempt in range(TRIES):
            with suppress(BrokeOff):
                answer = self.balancer.ask(path, form, cookie, self.port)
                break
        else:
            raise WrongAnswer(f"{path} broke off again and again")
        for text in answer.cookies:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(text).items()}
        return answer


def can_be_bought(visitor: Visitor, address: str) -> bool:
    return "/basket/add/" in visitor.get(address).text


def value_of(name: str, page: Answer) -> str:
    found = re.search(_INPUT.format(name=name), page.text)
    if found is None:
        raise WrongAnswer(f"no field {name} in a page of status {page.status}")
    return found[1]


def buy(visitor: Visitor, address: str, email: str) -> str | None:
    """The number of the order that the shop has confirmed; None if it has said that it cannot be."""
    if not can_be_bought(visitor, address):
        return None
    visitor.post(f"/basket/add/{address.split('/')[2]}/", quantity="1")
    delivery = visitor.get("/checkout/")
    if visitor.path == "/basket/":
        return None
    said = {**ADDRESS, "email": email, "delivery_id": value_of("delivery_id", delivery)}
    page = visitor.post("/checkout/", **said, then="payment")
    if 'name="seen"' not in page.text:
        return None
    form = {name: value_of(name, page) for name in ("seen", "form_key")}
    visitor.post("/checkout/payment/", **form)
    placed = _NUMBER.search(visitor.path)
    if placed is None:
        return None
    thanks = visitor.post(visitor.path, choice="pay")
    if thanks.status != 200 or placed[1] not in thanks.text:
        raise WrongAnswer(f"{visitor.path} says nothing of {placed[1]}")
    return placed[1]


@dataclass
class Crowd:
    """Some people look around for as long as others buy what is on a list, book by book."""

    balancer: Balancer
    pages: list[str]
    wanted: deque[str]
    _numbers: Iterator[int] = field(default_factory=count)
    # {number: address of its buyer} of orders that were confirmed.
    orders: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    looked_at: int = 0
    broken: list[str] = field(default_factory=list)

    def start(self, *, buyers: int, browsers: int) -> None:
        self._closed = threading.Event()
        self._buyers = [threading.Thread(target=self._buy, daemon=True) for _ in range(buyers)]
        self._browsers = [
            threading.Thread(target=self._browse, args=[first], daemon=True)
            for first in range(browsers)
        ]
        for thread in (*self._buyers, *self._browsers):
            thread.start()

    def wait_until(self, left: int, seconds: float) -> None:
        """Until no more than so many are left on the list."""
        give_up = time.monotonic() + seconds
        while len(self.wanted) > left:
            assert not self.broken, self.broken
            assert time.monotonic() < give_up, f"{len(self.wanted)} are still to be bought"
            time.sleep(0.05)

    def finish(self, seconds: float) -> None:
        self.wait_until(0, seconds)
        give_up = time.monotonic() + seconds
        for thread in self._buyers:
            thread.join(max(give_up - time.monotonic(), 0))
        self._closed.set()
        for thread in (*self._buyers, *self._browsers):
            thread.join(max(give_up - time.monotonic(), 0))
            assert not thread.is_alive(), "somebody still waits for an answer"
        assert not self.broken, self.broken

    def _buy(self) -> None:
        while self.wanted and not self.broken:
            try:
                address = self.wanted.popleft()
            except IndexError:
                return
            email = f"buyer{next(self._numbers)}@example.org"
            self._try(lambda address=address, email=email: self._note(address, email))

    def _note(self, address: str, email: str) -> None:
        number = buy(Visitor(self.balancer), address, email)
        if number is None:
            self.refused.append(address)
        else:
            self.orders[number] = email

    def _browse(self, first: int) -> None:
        for page in cycle(self.pages[first:] + self.pages[:first]):
            if self._closed.is_set() or self.broken:
                return
            self._try(lambda page=page: Visitor(self.balancer).get(page))
            self.looked_at += 1

    def _try(self, act) -> None:
        try:
            act()
        except Exception as error:
            self.broken.append(repr(error))
