"""Wishlists and pre-bookings: their models and pages come with the waiting list."""

from django.apps import AppConfig


class WaitlistConfig(AppConfig):
    name = "waitlist"

    def ready(self) -> None:
        from bookstore import marks

        from . import save_buttons

        marks.register("save", save_buttons.MARKS)
