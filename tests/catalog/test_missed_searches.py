from datetime import date

import pytest

from catalog.models import MissedSearch
from catalog.search import misses

TODAY = date(2026, 11, 23)

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, int]]:
    return list(MissedSearch.objects.order_by("words").values_list("words", "times"))


def test_the_same_words_are_counted_together():
    misses.note("War  and PEECE!", today=TODAY)
    misses.note("war & peece", today=TODAY)

    assert kept() == [("war and peece", 2)]


def test_a_number_that_we_do_not_have_is_worth_knowing():
    misses.note("do you have 978-0-14-143958-7 please", today=TODAY)

    assert kept() == [("9780141439587", 1)]


@pytest.mark.parametrize(
    "words",
    ["", "!!!", "me@example.org", "0117 496 0000", "4242 4242 4242 4242", "+44 (117) 4960000"],
)
def test_what_could_tell_of_a_person_is_not_kept(words):
    misses.note(words, today=TODAY)

    assert kept() == []
