"""The pages of reviews, as a reader sees them who bought a book here, and who did not."""

from collections.abc import Callable

from django.utils import timezone

from accounts.models import User
from reviews import moderation, services
from reviews.models import Review
from tests.factories import UserFactory
from tests.reviews.readers import TEXT, buy, write

from .scenes import Scene

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 2


def reviewed(scene: Scene) -> None:
    """Twelve reviews, one of them reported, one edited, one with a word that no line holds."""
    for number in range(10):
        write(scene.emma, 1 + number % 5, title=f"Review {number}")
    write(scene.emma, 2, title=LONG_WORD, text=LONG_WORD, shown_as="W" * 60)
    reported = write(scene.emma, 1, title="Rubbish", text=TEXT * 20)
    services.report_review(
        user=UserFactory(), review_id=reported.pk, reason="insult", words="", now=timezone.now()
    )


def signed_in(scene: Scene) -> User:
    scene.sign_in()
    return User.objects.get(name="Sam Shopper")


def book(scene: Scene) -> str:
    reviewed(scene)
    return scene.emma.get_absolute_url()


def for_a_stranger(scene: Scene) -> str:
    reviewed(scene)
    return f"/reviews/of/{scene.emma.ean}/"


def for_a_writer(scene: Scene) -> str:
    reviewed(scene)
    write(scene.emma, 5, user=signed_in(scene), title="Mine")
    return f"/reviews/of/{scene.emma.ean}/"


def writing(scene: Scene) -> str:
    buy(signed_in(scene), scene.emma)
    return f"/reviews/of/{scene.emma.ean}/write/"


def own(act: str) -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        return f"/reviews/{write(scene.emma, 4, user=signed_in(scene)).pk}/{act}/"

    return arrive


def reporting(scene: Scene) -> str:
    reviewed(scene)
    signed_in(scene)
    return f"/reviews/{Review.objects.latest('pk').pk}/report/"


def not_bought(scene: Scene) -> str:
    signed_in(scene)
    return f"/reviews/of/{scene.emma.ean}/write/"


def for_staff(act: str) -> Callable[[Scene], str]:
    """Where staff decide about a review that was reported, or that they have removed."""

    def arrive(scene: Scene) -> str:
        reviewed(scene)
        scene.sign_in(is_staff=True, is_superuser=True)
        review = Review.objects.get(title="Rubbish")
        if act == "restore":
            facts = {"reason": "insult", "words": "", "who": "staff", "now": timezone.now()}
            moderation.remove(review_ids=[review.pk], **facts)
        return f"/admin/reviews/review/{act}/?id={review.pk}"

    return arrive


REVIEW_PAGES: dict[str, Callable[[Scene], str]] = {
    "book with reviews": book,
    "reviews": for_a_stranger,
    "reviews of one row": lambda scene: f"{for_a_stranger(scene)}?stars=2&sort=helpful",
    "reviews, one of them yours": for_a_writer,
    "no reviews": lambda scene: f"/reviews/of/{scene.emma.ean}/",
    "write a review": writing,
    "write a review with errors": writing,
    "edit a review": own("edit"),
    "delete a review": own("delete"),
    "report a review": reporting,
    "report a review with errors": reporting,
    "review a book not bought": not_bought,
    "remove a review": for_staff("remove"),
    "keep a review": for_staff("keep"),
    "put a review back": for_staff("restore"),
}
