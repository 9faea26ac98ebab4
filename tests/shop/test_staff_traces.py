"""What staff did is kept without them, once their data is erased."""

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.person import ERASED, Person
from catalog import repricing
from catalog.models import Book, Repricing
from shop.staff_traces import StaffTracesPart
from tests.factories import BookFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_change_of_prices_forgets_who_made_and_who_undid_it():
    BookFactory(price="10.00")
    stella, other = UserFactory(is_staff=True), UserFactory(is_staff=True)
    rule = repricing.Rule(Repricing.Kind.PERCENT, Decimal(5), Repricing.Ending.EXACT)
    now = timezone.now()
    books = Book.objects.all()
    for who, ended_by in ((stella, other), (other, stella)):
        change = repricing.plan(
            books=books,
            rule=rule,
            scope="All",
            starts_at=now,
            seen=repricing.preview(books, rule).token,
            key=uuid.uuid4(),
            who=who.email,
            now=now,
        )
        repricing.call_off(repricing_id=change.pk, who=ended_by.email, now=now)
    part, person = StaffTracesPart(), Person.of(stella)
    assert part.count(person) == len([*part.export(person)]) == 2

    part.erase(person, now)

    named = Repricing.objects.order_by("pk").values_list("who", "ended_by")
    assert [*named] == [(ERASED, other.email), (other.email, ERASED)]
    assert part.count(person) == 0
