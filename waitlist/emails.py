"""What the shop writes to people on waiting lists: each step once, in the order of what happened."""

from datetime import datetime

from django.conf import settings

from accounts import outbox
from accounts.languages import language_of
from catalog.models import Book

from .models import PreBooking, PreBookingEvent


def write_offer(place: PreBooking, book: Book, event: PreBookingEvent, now: datetime) -> None:
    _write("offer", place, book, event, now)


def write_reminder(place: PreBooking, book: Book, event: PreBookingEvent, now: datetime) -> None:
    _write("reminder", place, book, event, now)


def write_lapsed(place: PreBooking, event: PreBookingEvent, now: datetime) -> None:
    _write("lapsed", place, place.book, event, now)


def write_taken_back(place: PreBooking, event: PreBookingEvent, now: datetime) -> None:
    _write("taken_back", place, place.book, event, now)


def write_ended(place: PreBooking, event: PreBookingEvent, now: datetime) -> None:
    _write("ended", place, place.book, event, now)


def _write(
    template: str, place: PreBooking, book: Book, event: PreBookingEvent, now: datetime
) -> None:
    """Put a mail about a step of a place into the outbox; once, however often it is told."""
    if place.user is None:
        return
    context = {
        "place": place,
        "book": book,
        "event": event,
        "place_url": settings.SITE_URL + place.get_absolute_url(),
    }
    outbox.write_from(
        f"waitlist/emails/{template}",
        context,
        language=language_of(place.user),
        to=place.user.email,
        user=place.user,
        dedupe_key=f"waiting-list-{template.replace('_', '-')}-{event.pk}",
        thread=f"place-{place.pk}",
        now=now,
    )
