"""Pages for everybody, seen by one small view of our own under the shop's whole middleware."""

import gzip
from unittest.mock import Mock

import pytest
from django.contrib import messages
from django.core.cache import caches
from django.core.cache.backends import locmem
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from bookstore import caching, marks, urls
from bookstore.caching import kept, same_for_everybody
from tests.conftest import KEPT
from tests.factories import BookFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

PAGE = """{% extends "base.html" %}
{% block main %}{% partialdef results inline %}<p>{{ words }}</p>{% endpartialdef %}{% endblock %}"""
ON_THE_SHELF = ["Emma", "Ivanhoe", "Emma"]
MARKED = PAGE.replace("words", "hearts")
WORDS = "Everybody may read this."


class Drawn:
    """What the view below does, and how often it was asked."""

    def __init__(self) -> None:
        self.times = 0
        self.words = WORDS
        self.look = lambda request: None
        self.page = PAGE


@pytest.fixture(autouse=True)
def _kept_as_in_the_shop(settings) -> None:
    settings.CACHES = {**settings.CACHES, **KEPT}


@pytest.fixture(autouse=True)
def drawn(monkeypatch) -> Drawn:
    monkeypatch.setitem(globals(), "now_drawn", Drawn())
    return now_drawn


now_drawn = Drawn()


@require_safe
@same_for_everybody
def page(request) -> HttpResponse:
    now_drawn.times += 1
    answer = now_drawn.look(request)
    template = engines["django"].from_string(now_drawn.page)
    return answer or TemplateResponse(request, template, {"words": now_drawn.words})


@require_safe
def personal(request) -> HttpResponse:
    page = (
        '{% extends "base.html" %}{% load frame_tags %}'
        '{% block main %}<p>Drawn {{ times }}</p>{% personal_part "greeting" %}{% endblock %}'
    )

    def draw() -> HttpResponse:
        now_drawn.times += 1
        template = engines["django"].from_string(page)
        return TemplateResponse(request, template, {"times": now_drawn.times})

    name, facts = request.COOKIES.get("name", ""), [request.COOKIES.get("taste", "")]
    return kept(request, draw, facts=facts, personal={"greeting": lambda: f"<p>Dear {name}</p>"})


@require_safe
@same_for_everybody
def marked(request) -> HttpResponse:
    now_drawn.times += 1
    hearts = format_html_join("", "{}", [[marks.mark("like", book)] for book in ON_THE_SHELF])
    return TemplateResponse(request, engines["django"].from_string(MARKED), {"hearts": hearts})


@require_safe
def nested(request) -> HttpResponse:
    """A personal part with a mark in it, on a page with another."""
    page = MARKED.replace("<p>", '{% load frame_tags %}{% personal_part "shelf" %}<p>')

    def draw() -> HttpResponse:
        template = engines["django"].from_string(page)
        return TemplateResponse(request, template, {"hearts": marks.mark("like", "Emma")})

    return kept(request, draw, personal={"shelf": lambda: marks.mark("like", "Ivanhoe")})


@require_safe
def say(request) -> HttpResponse:
    messages.info(request, "Only you may read this.")
    return HttpResponse("")


urlpatterns = [
    path("page/", page),
    path("personal/", personal),
    path("marked/", marked),
    path("nested/", nested),
    path("say/", say),
    *urls.urlpatterns,
]


def seen_again(client: Client, response: HttpResponse) -> HttpResponse:
    return client.get("/page/", headers={"If-None-Match": response.headers["ETag"]})


# Kept


def test_a_page_is_drawn_once_for_all_strangers(client, drawn):
    first, second = client.get("/page/"), Client().get("/page/")

    assert drawn.times == 1
    assert WORDS in first.text
    assert first.content == second.content
    assert {**first.headers, "X-Request-ID": ""} == {**second.headers, "X-Request-ID": ""}
    assert "\0" not in first.text


def test_what_is_kept_asks_the_database_nothing(client, django_assert_num_queries):
    client.get("/page/")

    with django_assert_num_queries(0):
        response = client.get("/page/")

    assert response.status_code == 200


def test_a_page_is_drawn_again_after_a_minute(client, drawn, monkeypatch):
    client.get("/page/")
    drawn.words = "News."
    now = locmem.time.time()
    monkeypatch.setattr(locmem.time, "time", lambda: now + 61)

    assert "News." in client.get("/page/").text


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/page/?page=2", {}),
        ("/page/", {"Host": "localhost"}),
        ("/page/", {"HX-Request": "true", "HX-Target": "results"}),
    ],
)
def test_other_addresses_and_regions_are_kept_apart(client, drawn, address, headers):
    client.get("/page/")
    client.get(address, headers=headers)

    assert drawn.times == 2


def test_languages_are_kept_apart(client, drawn):
    client.get("/page/")
    client.get("/page/", headers={"Accept-Language": "de"})

    assert drawn.times == 2


# Unchanged


def test_who_has_the_page_gets_no_second_copy_and_costs_no_query(client, django_assert_num_queries):
    response = client.get("/page/")

    with django_assert_num_queries(0):
        again = seen_again(client, response)

    assert again.status_code == 304
    assert not again.content
    for header in ("ETag", "Vary", "Cache-Control"):
        assert again.headers[header] == response.headers[header]


def test_another_process_draws_the_same_page_and_knows_it(client, drawn):
    response = client.get("/page/")
    caches["pages"].clear()

    assert seen_again(client, response).status_code == 304
    assert drawn.times == 2


def test_a_changed_page_is_sent(client, drawn):
    response = client.get("/page/")
    drawn.words = "News."
    caches["pages"].clear()

    again = seen_again(client, response)

    assert again.status_code == 200
    assert "News." in again.text


def test_the_browser_asks_each_time_and_tells_readers_apart(client):
    response = client.get("/page/")

    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]


# Readers


def test_each_reader_gets_the_frame_that_is_theirs(client, shopper_client, staff_client):
    stranger, shopper, staff = (
        reader.get("/page/").text for reader in (client, shopper_client, staff_client)
    )

    assert "Sign in" in stranger
    assert "Sign out" not in stranger
    assert "Sign out" in shopper
    assert "For staff" not in shopper
    assert "For staff" in staff
    assert client.get("/page/").text == stranger


def test_signing_in_is_a_change(client, shopper, drawn):
    response = client.get("/page/")
    client.force_login(shopper)

    again = seen_again(client, response)

    assert again.status_code == 200
    assert "Sign out" in again.text
    assert drawn.times == 1


def test_a_basket_is_seen_by_its_owner_alone(client, drawn):
    before = client.get("/page/")
    client.post(f"/basket/add/{BookFactory().ean}/", {"quantity": 2})
    client.get("/basket/")

    again = seen_again(client, before)

    assert again.status_code == 200
    assert ", 2 books" in again.text
    assert ", 2 books" not in Client().get("/page/").text
    assert seen_again(client, again).status_code == 304
    assert drawn.times == 1


def test_nothing_that_is_kept_names_a_person(shopper_client, shopper):
    shopper_client.get("/page/")

    kept = "".join(
        str(value)
        for value in [*caches["pages"]._cache.values(), *caches["process"]._cache.values()]
    )
    assert "Orders" in kept
    assert shopper.email not in kept
    assert shopper.name not in kept


def test_a_message_is_seen_once_and_by_one_reader(client):
    before = client.get("/page/")
    client.get("/say/")

    told = seen_again(client, before)

    assert told.status_code == 200
    assert "Only you may read this." in told.text
    assert "ETag" not in told.headers
    assert "Only you may read this." not in Client().get("/page/").text
    assert seen_again(client, before).status_code == 304


def test_a_message_comes_along_with_a_region(client, drawn):
    drawn.page = "A region, not a page"
    region = {"HX-Request": "true", "HX-Target": "results"}
    client.get("/page/", headers=region)
    client.get("/say/")

    assert "Only you may read this." in client.get("/page/", headers=region).text
    assert "Only you may read this." not in client.get("/page/", headers=region).text


# Not kept


@pytest.mark.parametrize(
    "look",
    [
        lambda request: request.session.get("anything"),
        lambda request: request.user.is_authenticated and None,
    ],
)
def test_a_page_that_looks_at_the_reader_is_not_kept(client, shopper_client, drawn, look):
    drawn.look = look

    for reader in (client, shopper_client, client):
        response = reader.get("/page/")
        assert WORDS in response.text
        assert "\0" not in response.text
        assert "ETag" not in response.headers
    assert drawn.times == 3


def test_the_view_sees_no_cookies_and_the_reader_keeps_them(client, drawn):
    client.cookies["taste"] = "crime"
    seen = []
    drawn.look = lambda request: seen.append(dict(request.COOKIES))

    response = client.get("/page/")

    assert seen == [{}]
    assert response.wsgi_request.COOKIES == {"taste": "crime"}


def test_a_page_with_a_token_is_not_kept(client, drawn):
    drawn.page = PAGE.replace("<p>", "{% csrf_token %}<p>")

    first, second = client.get("/page/"), Client().get("/page/")

    assert "ETag" not in first.headers
    assert drawn.times == 2
    assert first.cookies["csrftoken"].value != second.cookies["csrftoken"].value


def test_a_page_that_sets_a_cookie_is_not_kept(client, drawn):
    def with_cookie(request):
        response = TemplateResponse(request, engines["django"].from_string(PAGE))
        response.set_cookie("taste", "crime")
        return response

    drawn.look = with_cookie

    assert client.get("/page/").cookies["taste"].value == "crime"
    assert client.get("/page/").cookies["taste"].value == "crime"


def not_found(request):
    raise Http404


@pytest.mark.parametrize(
    ("look", "status"),
    [
        (lambda request: HttpResponse(status=302, headers={"Location": "/"}), 302),
        (lambda request: TemplateResponse(request, "404.html", status=422), 422),
        (not_found, 404),
    ],
)
def test_only_pages_are_kept(client, drawn, look, status):
    drawn.look = look

    for _ in range(2):
        response = client.get("/page/")
        assert response.status_code == status
        assert "ETag" not in response.headers
        assert "\0" not in response.text
    assert drawn.times == 2


# Personal parts


def test_a_personal_part_is_drawn_for_each_reader_into_a_kept_page(client, drawn):
    client.cookies["name"] = "Ann"

    first, second = client.get("/personal/"), Client().get("/personal/")

    assert "<p>Dear Ann</p>" in first.text
    assert "<p>Dear </p>" in second.text
    assert drawn.times == 1
    assert "\0" not in first.text
    assert "ETag" not in first.headers


def test_a_page_is_kept_for_the_facts_that_it_shows(client, drawn):
    client.get("/personal/")
    client.cookies["taste"] = "crime"

    assert "Drawn 2" in client.get("/personal/").text
    assert "Drawn 1" in Client().get("/personal/").text


def test_staff_see_pages_as_they_are_now(staff_client, client, drawn):
    client.get("/page/")
    drawn.words = "News."

    assert "News." in staff_client.get("/page/").text
    assert WORDS in client.get("/page/").text
    assert "<p>Dear </p>" in staff_client.get("/personal/").text


# Marks


class Likes:
    """A kind of mark: a heart with the name of the reader, and how often readers were asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def for_member(self, request, books) -> list[str]:
        self.asked.append(list(books))
        return [f"<b>{request.user.name} likes {book}</b>" for book in books]

    def alone(self, request, element) -> str:
        return f"<b>{request.user.name} alone</b>" if element == "like-emma" else ""


@pytest.fixture(autouse=True)
def likes(monkeypatch) -> Likes:
    likes = Likes()
    kind = marks.Kind(
        lambda books: [f"<i>{book}?</i>" for book in books], likes.for_member, likes.alone
    )
    monkeypatch.setitem(marks._KINDS, "like", kind)
    return likes


def test_marks_are_the_same_for_all_strangers_who_keep_their_304(
    client, likes, django_assert_num_queries
):
    response = client.get("/marked/")
    with django_assert_num_queries(0):
        again = Client().get("/marked/", headers={"If-None-Match": response.headers["ETag"]})

    assert "<i>Emma?</i><i>Ivanhoe?</i><i>Emma?</i>" in response.text
    assert again.status_code == 304
    assert likes.asked == []


def test_marks_of_a_member_are_drawn_at_once_into_the_kept_page(
    client, shopper_client, likes, drawn
):
    client.get("/marked/")

    response = shopper_client.get("/marked/")

    whole = "<b>Sam Shopper likes Emma</b><b>Sam Shopper likes Ivanhoe</b>"
    assert f"{whole}<b>Sam Shopper likes Emma</b>" in response.text
    assert likes.asked == [ON_THE_SHELF]
    assert "ETag" not in response.headers
    assert "\0" not in response.text
    assert drawn.times == 1


def test_nobody_sees_the_marks_of_another(client, shopper_client, staff_client):
    shopper_client.get("/marked/")

    assert "Sam Shopper" not in client.get("/marked/").text
    assert "Sam Shopper" not in staff_client.get("/marked/").text
    assert "Sam Shopper" in shopper_client.get("/marked/").text


def test_marks_in_personal_parts_are_drawn_with_the_others(client, shopper_client, likes):
    stranger, member = client.get("/nested/").text, shopper_client.get("/nested/").text

    assert "<i>Ivanhoe?</i><p><i>Emma?</i>" in stranger
    assert "<b>Sam Shopper likes Ivanhoe</b><p><b>Sam Shopper likes Emma</b>" in member
    assert likes.asked == [["Ivanhoe", "Emma"]]


def test_a_page_that_is_drawn_anew_has_its_marks(client, shopper_client, staff_client, likes):
    for reader in (client, shopper_client):
        reader.get("/say/")
    told, member, staff = (
        reader.get("/marked/").text for reader in (client, shopper_client, staff_client)
    )

    assert "Only you may read this." in told
    assert "<i>Emma?</i>" in told
    assert "Sam Shopper likes Emma" in member
    assert "likes Emma" in staff
    assert len(likes.asked) == 2


def test_a_page_that_is_not_kept_has_its_marks(shopper_client, drawn):
    drawn.look = lambda request: request.session.get("anything")
    drawn.words = marks.mark("like", "Emma")

    assert "Sam Shopper likes Emma" in shopper_client.get("/page/").text


def test_a_member_can_fetch_one_mark_alone(client, shopper_client, drawn):
    region = {"HX-Request": "true", "HX-Target": "like-emma"}

    alone = shopper_client.get("/marked/", headers=region)

    assert alone.text == "<b>Sam Shopper alone</b>"
    assert "no-store" in alone.headers["Cache-Control"]
    assert "HX-Target" in alone.headers["Vary"]
    assert drawn.times == 0
    for reader, target in ((client, "like-emma"), (shopper_client, "like-nothing")):
        led = reader.get("/marked/", headers=region | {"HX-Target": target})
        assert led.headers["HX-Redirect"] == "/marked/"


# Compressed


def unpacked(response: HttpResponse) -> bytes:
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    return gzip.decompress(response.content)


def test_a_page_for_all_is_compressed_once(client, monkeypatch):
    plain = client.get("/page/")
    packed = Mock(side_effect=gzip.compress)
    monkeypatch.setattr(caching.gzip, "compress", packed)

    answers = [Client().get("/page/", headers={"Accept-Encoding": "gzip"}) for _ in range(2)]

    assert [unpacked(answer) for answer in answers] == [plain.content] * 2
    assert packed.call_count == 1
    assert "Content-Encoding" not in plain.headers
    assert seen_again(client, answers[0]).status_code == 304


def test_what_differs_between_readers_is_compressed_each_time(client, shopper_client):
    for address in ("/page/", "/basket/"):
        plain = shopper_client.get(address)
        packed = shopper_client.get(address, headers={"Accept-Encoding": "br, gzip"})

        assert len(unpacked(packed)) == len(plain.content)


def test_pictures_are_not_compressed_again(client):
    name = default_storage.save("covers/a.webp", ContentFile(b"x" * 1000))

    answer = client.get(f"/media/{name}", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert b"".join(answer) == b"x" * 1000
