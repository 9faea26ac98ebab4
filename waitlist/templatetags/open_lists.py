from typing import Any

from django import template
from django.utils import timezone

from waitlist import slips
from waitlist.models import PreBooking

register = template.Library()

# As many as stand in one row.
ON_THE_FRONT_PAGE = 3


@register.inclusion_tag("waitlist/_longest_lists.html")
def longest_lists() -> dict[str, Any]:
    """The lists that most people wait on, the same to everybody. Five queries, or one if nobody waits."""
    page = list(PreBooking.objects.longest_lists()[:ON_THE_FRONT_PAGE])
    return {"slips": slips.slips_of_lists(page, timezone.now()) if page else []}
