"""A shop in which every panel of the admin's front page has something to show."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import MissedSearch
from reviews.models import ReviewReport
from shop import sales
from shop.models import Order
from tests.factories import BookFactory, UserFactory
from tests.reviews.readers import write
from tests.shop.sold import refund, sell
from tests.waitlist.lists import line, sold_out


def fill_every_panel() -> None:
    now = timezone.now()
    emma, persuasion = BookFactory(title="Emma", stock=2), BookFactory(title="Persuasion")
    ReviewReport.objects.create(review=write(emma), user=UserFactory(), reason="advert", at=now)
    # What the reader of the review bought is none of these sales.
    Order.objects.all().delete()
    sell({emma: 2, persuasion: 1}, at=now)
    old = sell({emma: 1}, at=now - timedelta(days=7))
    refund(old, at=now)
    refund(old, at=now - timedelta(days=1), status="failed")
    sell({emma: 1}, at=now, status="pending")
    sales.count_book_sales(now=timezone.now())
    line(sold_out(title="Sanditon"), 3)
    MissedSearch.objects.create(words="=emmma", day=sales.local_day(now), times=4)
    OutboxMessage.objects.create(to="a@example.org", message_id="<1@x>", created_at=now)
