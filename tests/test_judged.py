"""Histories are judged after every step that could have broken something."""

import pytest
from django.db.models import F
from hypothesis import Phase, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from catalog.models import Book
from tests.factories import BookFactory
from tests.judged import JudgedWhenChanged


class Shop(JudgedWhenChanged):
    def __init__(self) -> None:
        super().__init__()
        self.reference = {"price": Book.objects.get().price}
        self.judged = 0

    @rule()
    def look(self) -> None:
        Book.objects.select_for_update(no_key=True).get()

    @invariant()
    def both_agree(self) -> None:
        self.judged += 1
        assert Book.objects.get().price == self.reference["price"]


class ShopThatIsWrong(Shop):
    @rule()
    def change(self) -> None:
        Book.objects.update(price=F("price") + 1)


class ReferenceThatIsWrong(Shop):
    @rule()
    def change(self) -> None:
        self.reference["price"] += 1


class Looking(Shop):
    def teardown(self) -> None:
        super().teardown()
        assert self.judged == 1


def run(machine: type[Shop]) -> None:
    phases = [Phase.generate]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=5, phases=phases, deadline=None)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [ShopThatIsWrong, ReferenceThatIsWrong])
def test_a_change_of_either_side_is_judged(machine):
    BookFactory()

    with pytest.raises(AssertionError):
        run(machine)


@pytest.mark.django_db
def test_what_nothing_changed_is_not_judged_again():
    BookFactory()

    run(Looking)
