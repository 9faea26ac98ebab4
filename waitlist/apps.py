"""Wishlists and pre-bookings."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WaitlistConfig(AppConfig):
    name = "waitlist"
    verbose_name = _("Waiting lists")

    def ready(self) -> None:
        from bookstore import marks
        from catalog import book_parts

        from . import save_buttons
        from .views import lists

        marks.register("save", save_buttons.MARKS)
        book_parts.register("waiting-list", lists.waiting_list)
        book_parts.register("restock-alert", lists.restock_alert)
