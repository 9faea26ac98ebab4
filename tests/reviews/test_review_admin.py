"""What staff see of reviews in the admin and do with them, group by group."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import OutboxMessage
from reviews import services
from reviews.models import ModerationEvent, Reason, Review, ReviewReport
from tests.factories import BookFactory, UserFactory

from .readers import buy, delete, edit, said, write
from .test_moderation import remove, report

pytestmark = pytest.mark.django_db

LIST = "/admin/reviews/review/"
ACTS = ("remove", "keep", "restore")
MAY = ("Bookseller", "Manager")
MAY_LOOK = (*MAY, "Auditor")


def member_of(group: str) -> Client:
    user = UserFactory(email=f"{group.lower()}@octavo.example", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def bookseller() -> Client:
    return member_of("Bookseller")


@pytest.fixture
def review() -> Review:
    """A reported one."""
    review = write(BookFactory(title="Emma"), title="Do not buy")
    report(review)
    return review


def page_of(review: Review) -> str:
    return f"{LIST}{review.pk}/change/"


def act(name: str, *reviews: Review) -> str:
    return f"{LIST}{name}/?" + "&".join(f"id={review.pk}" for review in reviews)


def shown(client: Client, **asked: str) -> list[Review]:
    return [*client.get(LIST, asked).context["cl"].result_list]


def choose(client: Client, action: str, *reviews: Review, follow: bool = False) -> Any:
    form = {"action": action, "_selected_action": [review.pk for review in reviews]}
    return client.post(f"{LIST}?state=all", form, follow=follow)


def test_the_list_begins_with_what_waits_longest(bookseller, review):
    write(BookFactory())
    older = write(BookFactory())
    ReviewReport.objects.filter(pk=report(older).pk).update(at=timezone.now() - timedelta(days=2))

    page = bookseller.get(LIST)

    assert [*page.context["cl"].result_list] == [older, review]
    assert "<h1>2 reported reviews wait</h1>" in page.text


def test_the_list_can_be_empty(bookseller):
    page = bookseller.get(LIST)

    assert shown(bookseller) == []
    assert "0 reported reviews wait" in page.text


def test_all_other_reviews_can_be_listed(bookseller, review):
    plain, removed, deleted = (write(BookFactory()) for _ in range(3))
    remove(removed)
    delete(deleted)

    assert shown(bookseller, state="shown") == [plain, review]
    assert shown(bookseller, state="removed") == [removed]
    assert shown(bookseller, state="deleted") == [deleted]
    assert shown(bookseller, state="all") == [deleted, removed, plain, review]
    assert shown(bookseller, state="nonsense") == [review]


def test_the_list_asks_as_often_for_many_as_for_one(bookseller, review):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            bookseller.get(LIST)
        return len(queries)

    before = asked()
    for _ in range(10):
        report(write(BookFactory()))

    assert asked() == before


def test_the_page_shows_all_that_a_decision_rests_on(bookseller, review):
    order = buy(review.user, review.book)
    edit(review, title="Do not buy this")
    services.vote(
        user=UserFactory(email="vera@example.org"),
        review_id=review.pk,
        is_helpful=True,
        now=timezone.now(),
    )

    page = bookseller.get(page_of(review)).text

    for words in (
        *("Do not buy this", "Do not buy<", review.text, review.user.email),
        *("It insults or threatens people", "Rude", "vera@example.org"),
        order.number,
    ):
        assert words in page, words


def test_the_page_of_a_review_without_its_writer_opens(bookseller, review):
    Review.objects.update(user=None)

    assert bookseller.get(page_of(review)).status_code == 200


def test_removing_one_with_its_reason(bookseller, review):
    page = bookseller.get(act("remove", review)).text
    assert review.text in page
    assert "It insults or threatens people. Rude" in page

    done = bookseller.post(
        act("remove", review), {"reason": "insult", "words": "Be kind."}, follow=True
    )

    assert "1 review removed." in done.text
    review.refresh_from_db()
    assert (review.removal_reason, review.removal_words) == ("insult", "Be kind.")
    assert review.removed_by == "bookseller@octavo.example"
    assert "Be kind." in OutboxMessage.objects.get().body


def test_removing_many_chosen_in_the_list(bookseller, review):
    other = write(BookFactory(title="Persuasion"))

    to_page = choose(bookseller, "remove_chosen", review, other)
    assert to_page.url == act("remove", review, other)
    assert "Persuasion" in bookseller.get(to_page.url).text
    bookseller.post(to_page.url, {"reason": "advert", "words": ""})

    assert not Review.objects.living().exists()
    assert OutboxMessage.objects.count() == ModerationEvent.objects.count() == 2


def test_more_than_a_hundred_are_refused_in_the_list(bookseller, monkeypatch):
    monkeypatch.setattr("reviews.moderation.MOST_AT_ONCE", 2)
    reviews = [write(BookFactory()) for _ in range(3)]

    assert choose(bookseller, "remove_chosen", *reviews[:2]).status_code == 302
    refused = choose(bookseller, "remove_chosen", *reviews, follow=True)
    assert "Choose 2 reviews at the most." in refused.text
    assert bookseller.get(act("remove", *reviews)).status_code == 404


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "whim"}, "reason"),
        ({"reason": "other"}, "words"),
        ({"reason": "other", "words": "  "}, "words"),
        ({"reason": "advert", "words": "x" * 501}, "words"),
        ({"reason": "advert", "words": "a\x00b"}, "words"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_removed(bookseller, review, form, field):
    page = bookseller.post(act("remove", review), form)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert Review.objects.living().get() == review
    assert not OutboxMessage.objects.exists()


def test_what_somebody_else_has_removed_is_said_on_the_page(bookseller, review):
    remove(review)

    page = bookseller.post(act("remove", review), {"reason": "advert", "words": ""})

    assert page.status_code == 422
    assert "Nothing was left to remove" in page.text
    assert OutboxMessage.objects.count() == 1


def test_leaving_it_settles_the_reports(bookseller, review):
    done = bookseller.post(act("keep", review), {"words": "Harsh, but fair."}, follow=True)

    assert "1 review stays." in done.text
    assert ReviewReport.objects.get().settled_by == "bookseller@octavo.example"
    assert ModerationEvent.objects.get().words == "Harsh, but fair."
    assert not OutboxMessage.objects.exists()
    again = bookseller.post(act("keep", review), {"words": ""})
    assert again.status_code == 422
    assert "No report waits any more" in again.text


def test_many_are_left_as_they_are_from_the_list(bookseller, review):
    assert choose(bookseller, "keep_chosen", review).url == act("keep", review)


def test_putting_one_back(bookseller, review):
    remove(review)
    assert "Its writer gets a mail" in bookseller.get(act("restore", review)).text

    done = bookseller.post(act("restore", review), {"words": "Sorry."}, follow=True)

    assert "“Do not buy” is back in the shop." in done.text
    assert Review.objects.living().get() == review
    assert "Sorry." in OutboxMessage.objects.latest("pk").body


def test_one_is_not_put_back_beside_a_newer_one(bookseller, review):
    remove(review)
    services.write_review(user=review.user, book=review.book, said=said(), now=timezone.now())

    page = bookseller.post(act("restore", review), {"words": ""})

    assert page.status_code == 422
    assert "has written a new review of this book since" in page.text


def test_what_its_writer_deleted_has_no_buttons_and_stays(bookseller, review):
    delete(review)

    page = bookseller.get(page_of(review)).text

    assert not any(act(name, review) in page for name in ACTS)
    assert bookseller.post(act("restore", review), {"words": ""}).status_code == 422
    assert not Review.objects.living().exists()


def test_buttons_are_there_for_what_can_be_done(bookseller, review):
    def offered() -> set[str]:
        page = bookseller.get(page_of(review)).text
        return {name for name in ACTS if f'"{act(name, review)}"' in page}

    assert offered() == {"remove", "keep"}
    bookseller.post(act("keep", review), {"words": ""})
    assert offered() == {"remove"}
    bookseller.post(act("remove", review), {"reason": "advert", "words": ""})
    assert offered() == {"restore"}


@pytest.mark.parametrize("query", ["", "?id=", "?id=x", "?id=-1", "?id=²", "?id=" + "9" * 40])
@pytest.mark.parametrize("name", ACTS)
def test_an_address_that_names_no_review_is_404(bookseller, name, query):
    assert bookseller.get(f"{LIST}{name}/{query}").status_code == 404


def test_two_are_not_put_back_at_once(bookseller, review):
    assert bookseller.get(act("restore", review, write(BookFactory()))).status_code == 404


@pytest.mark.parametrize("group", MAY)
def test_who_moderates_opens_every_page(group, review):
    client = member_of(group)

    for name in ACTS:
        assert client.get(act(name, review)).status_code == 200
    page = client.get(f"{LIST}?state=all").text
    assert 'value="remove_chosen"' in page
    assert 'value="delete_selected"' not in page


@pytest.mark.parametrize("group", ["Auditor", "Fulfilment"])
@pytest.mark.parametrize("name", ACTS)
def test_all_others_decide_nothing(group, name, review):
    client = member_of(group)

    assert client.get(act(name, review)).status_code == 403
    assert client.post(act(name, review), {"reason": "advert", "words": ""}).status_code == 403
    choose(client, "remove_chosen", review)
    assert Review.objects.living().get() == review
    assert not ModerationEvent.objects.exists()


def test_an_auditor_sees_it_all_without_buttons(review):
    page = member_of("Auditor").get(page_of(review))

    assert page.status_code == 200
    assert not any(act(name, review) in page.text for name in ACTS)


def test_fulfilment_sees_no_reviews(review):
    client = member_of("Fulfilment")

    assert client.get(LIST).status_code == 403
    assert client.get(page_of(review)).status_code == 403


@pytest.mark.parametrize("group", MAY_LOOK)
def test_nobody_edits_what_others_wrote(group, review):
    client = member_of(group)

    assert 'name="_save"' not in client.get(page_of(review)).text
    assert client.post(page_of(review), {"title": "Buy it"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{review.pk}/delete/", {"post": "yes"}).status_code == 403
    review.refresh_from_db()
    assert review.title == "Do not buy"


@pytest.mark.parametrize("group", MAY_LOOK)
def test_what_was_done_is_there_to_read(group, review):
    remove(review, reason=Reason.INSULT)
    event = ModerationEvent.objects.get()
    client = member_of(group)

    rows = client.get("/admin/reviews/moderationevent/")
    assert "It insults or threatens people" in rows.text
    address = f"/admin/reviews/moderationevent/{event.pk}/change/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"words": "x"}).status_code == 403


@pytest.mark.parametrize("name", ACTS)
def test_shoppers_stay_outside(shopper_client, name, review):
    assert shopper_client.post(act(name, review), {"reason": "advert"}).status_code == 302
    assert Review.objects.living().get() == review
