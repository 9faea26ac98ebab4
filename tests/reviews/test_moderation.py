"""Staff remove reviews for a reason, put them back, or leave them, and each writer is told once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import erasing
from accounts.models import OutboxMessage
from accounts.person import Person
from catalog.models import Work
from reviews import moderation, services
from reviews.models import ModerationEvent, Reason, Review, ReviewReport
from reviews.personal_data import ModerationPart
from shop.models import Order
from tests.factories import BookFactory, UserFactory

from .readers import delete, ratings_of, said, write

pytestmark = pytest.mark.django_db

ANNA = "anna@octavo.example"


def remove(*reviews: Review, **changes: Any) -> list[Review]:
    asked = {"reason": Reason.ADVERT, "words": "", "who": ANNA, "now": timezone.now(), **changes}
    return moderation.remove(review_ids=[review.pk for review in reviews], **asked)


def keep(*reviews: Review, words: str = "") -> list[Review]:
    keys = [review.pk for review in reviews]
    return moderation.keep(review_ids=keys, words=words, who=ANNA, now=timezone.now())


def restore(review: Review, words: str = "") -> Review:
    return moderation.restore(review_id=review.pk, words=words, who=ANNA, now=timezone.now())


def report(review: Review, user: Any = None) -> ReviewReport:
    return services.report_review(
        user=user or UserFactory(),
        review_id=review.pk,
        reason=Reason.INSULT,
        words="Rude",
        now=timezone.now(),
    )


def test_a_removed_review_is_kept_with_who_why_and_when():
    review, now = write(BookFactory()), timezone.now()

    assert remove(review, reason=Reason.PRIVATE, words="A neighbour’s name", now=now) == [review]

    review.refresh_from_db()
    assert (review.deleted_by, review.deleted_at) == ("staff", now)
    assert (review.removal_reason, review.removal_words) == ("private", "A neighbour’s name")
    assert review.removed_by == ANNA
    event = ModerationEvent.objects.get()
    assert (event.kind, event.reason, event.words) == ("removed", "private", "A neighbour’s name")
    assert (event.who, event.at, event.review, event.book) == (ANNA, now, review, review.book)


def test_its_writer_is_told_why_and_where_to_object(settings):
    review = write(BookFactory(title="Emma"), title="Buy <mine>")

    remove(review, reason=Reason.ADVERT, words="It names & praises a shop.")

    mail = OutboxMessage.objects.get()
    assert mail.to == review.user.email
    assert mail.subject == "Your review of “Emma” was removed"
    for words in ("“Buy <mine>”", "It is advertising, or was paid for.", "It names & praises"):
        assert words in mail.body
    assert f"write to {settings.SHOP['email']}" in mail.body
    assert ANNA not in mail.body


def test_each_removal_is_one_mail_of_its_own():
    review = write(BookFactory())

    remove(review)
    restore(review)
    remove(review)

    mails = OutboxMessage.objects.order_by("pk")
    assert [mail.subject.rpartition(" ")[2] for mail in mails] == ["removed", "back", "removed"]
    assert len({mail.dedupe_key for mail in mails}) == 3
    assert {mail.thread for mail in mails} == {f"review-{review.pk}"}


def test_its_reports_are_settled_and_nobody_who_reported_is_written_to():
    review = write(BookFactory())
    report(review)
    report(review)

    remove(review)

    settled = set(ReviewReport.objects.values_list("outcome", "settled_by"))
    assert settled == {("removed", ANNA)}
    assert [mail.to for mail in OutboxMessage.objects.all()] == [review.user.email]


def test_ratings_of_all_editions_follow():
    work = Work.objects.create(title="Emma")
    paperback, hardback = BookFactory(work=work), BookFactory(work=work)
    write(paperback, 2)
    review = write(hardback, 5)

    remove(review)
    assert ratings_of(paperback) == ratings_of(hardback) == (2, 1, [0, 1, 0, 0, 0])
    restore(review)
    assert ratings_of(paperback) == ratings_of(hardback) == (7, 2, [0, 1, 0, 0, 1])


def test_what_is_gone_already_is_left_as_it_is():
    book = BookFactory()
    deleted, living = delete(write(book)), write(book)

    assert remove(deleted, living) == [living]

    deleted.refresh_from_db()
    assert (deleted.deleted_by, deleted.removed_by) == ("writer", "")
    assert OutboxMessage.objects.count() == 1


def test_nothing_left_to_remove_is_refused():
    review = write(BookFactory())
    remove(review)

    with pytest.raises(moderation.AllGone):
        remove(review, who="somebody else")

    assert ModerationEvent.objects.get().who == ANNA
    assert OutboxMessage.objects.count() == 1


def test_something_else_needs_words():
    review = write(BookFactory())

    with pytest.raises(moderation.WordsAreMissing):
        remove(review, reason=Reason.OTHER)

    assert Review.objects.living().get() == review


def test_a_hundred_at_once_and_no_more():
    keys = list(range(1, moderation.MOST_AT_ONCE + 2))
    asked = {"words": "", "who": ANNA, "now": timezone.now()}

    with pytest.raises(moderation.TooMany):
        moderation.remove(review_ids=keys, reason=Reason.ADVERT, **asked)
    with pytest.raises(moderation.TooMany):
        moderation.keep(review_ids=keys, **asked)
    with pytest.raises(moderation.AllGone):
        moderation.remove(review_ids=keys[1:], reason=Reason.ADVERT, **asked)


def test_left_as_it_is_the_review_stays_and_its_reports_are_settled():
    review, unreported = write(BookFactory()), write(BookFactory())
    report(review)

    assert keep(review, unreported) == [review]

    assert Review.objects.living().count() == 2
    assert ReviewReport.objects.get().outcome == "kept"
    assert ModerationEvent.objects.get().kind == "kept"
    assert not OutboxMessage.objects.exists()
    with pytest.raises(moderation.NothingWaits):
        keep(review)


def test_a_restored_review_is_as_it_was_and_its_writer_is_told():
    review = write(BookFactory(title="Emma"))
    remove(review)

    restore(review, "You were right.")

    review.refresh_from_db()
    assert (review.deleted_at, review.deleted_by, review.removed_by) == (None, "", "")
    mail = OutboxMessage.objects.latest("pk")
    assert mail.subject == "Your review of “Emma” is back"
    assert "You were right." in mail.body
    assert review.get_absolute_url() in mail.body


def test_a_review_is_not_put_back_beside_a_newer_one():
    book = BookFactory()
    review = write(book)
    remove(review)
    services.write_review(user=review.user, book=book, said=said(2), now=timezone.now())

    with pytest.raises(moderation.WroteAnother):
        restore(review)

    review.refresh_from_db()
    assert review.is_removed


def test_a_newer_review_of_another_edition_is_one_of_the_same_work():
    work = Work.objects.create(title="Emma")
    book, other = BookFactory(work=work), BookFactory(work=work)
    review = write(book)
    remove(review)
    write(other, user=review.user)

    with pytest.raises(moderation.WroteAnother):
        restore(review)


def test_what_its_writer_deleted_stays_deleted():
    with pytest.raises(moderation.NotRemoved):
        restore(delete(write(BookFactory())))


def test_a_review_in_the_shop_is_not_put_back_again():
    review = write(BookFactory())
    remove(review)
    restore(review)

    with pytest.raises(moderation.NotRemoved):
        restore(review)

    assert OutboxMessage.objects.count() == 2


def test_a_writer_who_has_gone_is_not_written_to():
    review = write(BookFactory())
    Review.objects.update(user=None)

    remove(review)
    restore(review)

    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "kept"},
        {"reason": "other"},
        {"who": "bob@octavo.example"},
        {"words": "Changed"},
        {"at": timezone.now() - timedelta(days=9)},
    ],
)
def test_what_was_done_is_never_changed(change):
    remove(write(BookFactory()), words="Told so")

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ModerationEvent.objects.update(**change)


def test_what_was_done_is_never_deleted_nor_about_another_review():
    remove(write(BookFactory()))
    other = write(BookFactory())

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ModerationEvent.objects.all().delete()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ModerationEvent.objects.update(review=other)


def test_what_was_done_outlives_its_writer_without_their_words():
    review = write(BookFactory())
    remove(review, words="You name Nadia")
    Order.objects.all().delete()

    erasing.erase(person=Person.of(review.user), now=timezone.now())

    event = ModerationEvent.objects.get()
    assert (event.review, event.words, event.reason, event.who) == (None, "", "advert", ANNA)


def test_who_did_it_is_forgotten_when_they_were_staff_and_have_gone():
    anna = UserFactory(email=ANNA)
    review, reported = write(BookFactory()), write(BookFactory())
    report(reported)
    remove(review)
    keep(reported)

    erasing.erase(person=Person.of(anna), now=timezone.now())

    assert set(ModerationEvent.objects.values_list("who", flat=True)) == {"erased"}
    review.refresh_from_db()
    assert (review.removed_by, ReviewReport.objects.get().settled_by) == ("erased", "erased")


def test_writers_are_given_the_words_to_them_and_not_those_among_colleagues():
    review = write(BookFactory())
    report(review)
    keep(review, words="Third time, watch them")
    remove(review, words="It names a shop.")
    restore(review, "We were wrong.")
    part = ModerationPart()

    told = [part.describe(event) for event in part.rows(Person.of(review.user))]

    assert [event["words"] for event in told] == ["", "It names a shop.", "We were wrong."]
