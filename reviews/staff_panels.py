"""What the front page of the admin says of reviews."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookstore.panels import Content, Figure, Panel
from catalog.money import format_count

from .models import Review


def reported(*, now: datetime, is_whole: bool) -> Content:
    waiting = format_count(Review.objects.reported().count())
    # The list begins with those.
    url = reverse("admin:reviews_review_changelist")
    return Content(figures=[Figure(_("Waiting for a decision"), waiting, url)])


PANELS = [
    Panel(
        name="reported_reviews",
        title=_("Reported reviews"),
        permission="reviews.view_review",
        content=reported,
        place=13,
        has_table=False,
    )
]
