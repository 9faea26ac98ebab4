"""Wishlists and pre-bookings."""

from django.apps import AppConfig


class WaitlistConfig(AppConfig):
    name = "waitlist"

    def ready(self) -> None:
        from catalog import book_parts

        from .views import lists

        book_parts.register("waiting-list", lists.waiting_list)
