"""Whether somebody has an account is told by no page, no cookie and no clock."""

import gc
import re
import time
import uuid
from collections.abc import Callable
from statistics import median

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.backends import EmailBackend
from accounts.door_forms import SignupForm
from accounts.models import OutboxMessage
from bookstore import settings as real_settings
from tests.factories import UserFactory

from .doors import OTHER_PASSWORD, PASSWORD, RESET, SIGN_IN, SIGN_UP, mails_to, member, sign_up

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@example.org"
# Without a hash a try takes a few milliseconds, of which chance is a larger part.
TRIES, TRIES_WITHOUT_HASH = 20, 100
LEAST, MOST = 0.9, 1.1


def waits_for_the_mail() -> None:
    sign_up(Client(), "waiting@example.org")


def has_no_password() -> None:
    user = member("social@example.org")
    user.set_unusable_password()
    user.save()


KNOWN: dict[str, Callable[[], object]] = {
    "sam@example.org": lambda: member("sam@example.org"),
    "SAM@Example.ORG": lambda: member("sam@example.org"),
    "waiting@example.org": waits_for_the_mail,
    "social@example.org": has_no_password,
    "closed@example.org": lambda: member("closed@example.org", is_active=False),
    "bare@example.org": lambda: UserFactory(email="bare@example.org"),
}
DOORS: dict[str, Callable[[str], dict[str, str]]] = {
    SIGN_IN: lambda email: {"login": email, "password": "wrong"},
    SIGN_UP: lambda email: {"email": email, "password1": PASSWORD, "password2": PASSWORD},
    f"{SIGN_UP}?email=x&next=/orders/ABC/": lambda email: {
        "email": email,
        "password1": PASSWORD,
        "password2": PASSWORD,
    },
    RESET: lambda email: {"email": email},
}
each_door = pytest.mark.parametrize("door", DOORS)


def answer(door: str, email: str) -> list[object]:
    """Everything a browser sees of a try, without what differs at every try."""
    client = Client()
    page = client.post(door, DOORS[door](email))
    landing = client.get(page["Location"]) if page.has_header("Location") else page
    cookies = sorted((name, cookie["max-age"]) for name, cookie in client.cookies.items())
    words = words_without(landing, email)
    headers = sorted(set(page.headers) - {"Expires"})
    return [page.status_code, page.get("Location"), headers, landing.status_code, words, cookies]


@each_door
@pytest.mark.parametrize("email", KNOWN)
def test_the_answer_is_the_same(door, email):
    KNOWN[email]()

    assert answer(door, email) == answer(door, UNKNOWN)


@pytest.mark.slow
@pytest.mark.parametrize("is_same_browser", [True, False])
@pytest.mark.parametrize("email", KNOWN)
def test_ones_own_password_after_signing_up_tells_nothing(email, is_same_browser):
    """A sign-up that opened an account would let its password in, one that did not would not."""
    KNOWN[email]()

    assert answers_after_sign_up(email, is_same_browser=is_same_browser) == answers_after_sign_up(
        UNKNOWN, is_same_browser=is_same_browser
    )


def answers_after_sign_up(email: str, *, is_same_browser: bool) -> list[object]:
    sign_up(browser := Client(), email, OTHER_PASSWORD)
    form = {"login": email, "password": OTHER_PASSWORD}
    tries = [
        (browser if is_same_browser else Client()).post(SIGN_IN, form, REMOTE_ADDR="203.0.113.9")
        for _ in range(6)
    ]
    return [(page.status_code, page.get("Location"), words_without(page, email)) for page in tries]


def words_without(page, email: str) -> str:
    """A page as it is for every address and at every try."""
    words = page.content.decode().replace(email, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", words)


@each_door
def test_a_known_address_is_told_only_to_its_owner(door):
    member("sam@example.org")
    before = OutboxMessage.objects.count()

    answer(door, "sam@example.org")
    answer(door, UNKNOWN)

    written = OutboxMessage.objects.count() - before
    assert written == (0 if door == SIGN_IN else 2)
    assert len(mails_to("sam@example.org")) == len(mails_to(UNKNOWN))


@each_door
def test_the_database_is_asked_as_often(door):
    """Within what is read of a new account after it is opened."""
    member("sam@example.org")
    answer(door, "first@example.org")

    counts = []
    for email in ("sam@example.org", UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            Client().post(door, DOORS[door](email))
        counts.append(len(queries))

    assert abs(counts[0] - counts[1]) <= 2, counts


def ratio_of_times(door: str, known: str) -> float:
    """Median time of tries with a known address to that with unknown ones, taken in turns.

    It is the processor's time. On a busy machine the clock's differs by a fifth for the same work.
    What the database does besides is counted in the test above. Python's collector waits meanwhile:
    its rounds fall upon one kind of try more often than upon the other, by a tenth of their time.
    """
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(TRIES_WITHOUT_HASH if door == RESET else TRIES):
        for is_known in (turn % 2 == 0, turn % 2 == 1):
            client = Client()
            form = DOORS[door](known if is_known else f"{uuid.uuid4()}@example.org")
            start = time.process_time()
            client.post(door, form)
            times[is_known].append(time.process_time() - start)
    return median(times[True]) / median(times[False])


def takes_as_long(door: str, known: str) -> bool:
    """In one of two series: what another process does to one of them is not what a guesser measures."""
    return any(LEAST < ratio_of_times(door, known) < MOST for _series in range(2))


@pytest.fixture(autouse=True)
def _collector_waits():
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def as_in_production(transactional_db, settings):
    """The real hasher, real commits, and nobody who counts the tries."""
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(settings.ACCOUNT_RATE_LIMITS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("door", "email"),
    [
        (SIGN_IN, "sam@example.org"),
        pytest.param(SIGN_IN, "social@example.org", marks=pytest.mark.deep),
        pytest.param(SIGN_IN, "closed@example.org", marks=pytest.mark.deep),
        pytest.param(SIGN_UP, "sam@example.org", marks=pytest.mark.deep),
        (RESET, "sam@example.org"),
        pytest.param(RESET, "closed@example.org", marks=pytest.mark.deep),
    ],
)
def test_the_answer_takes_as_long(as_in_production, door, email):
    KNOWN[email]()

    assert takes_as_long(door, email)


@pytest.mark.slow
@pytest.mark.deep
@pytest.mark.parametrize("door", [SIGN_IN, SIGN_UP])
def test_a_difference_of_one_hash_would_be_found(as_in_production, door, monkeypatch):
    member()
    monkeypatch.setattr(SignupForm, "_open_for_nobody", lambda form, request: None)
    monkeypatch.setattr(EmailBackend, "_mitigate_timing_attack", lambda backend, password: None)

    assert not takes_as_long(door, "sam@example.org")
