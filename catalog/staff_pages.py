"""Pages of the catalogue inside the admin."""

from django.utils.translation import gettext_lazy as _

from bookstore.staff_menu import StaffPage

from .views import repricing

PAGES = [
    StaffPage(
        "price_changes",
        "prices/",
        repricing.price_changes,
        "catalog.view_repricing",
        title=_("Price changes"),
    ),
    StaffPage(
        "price_change_new", "prices/new/", repricing.price_change_new, "catalog.add_repricing"
    ),
    StaffPage(
        "price_change",
        "prices/<int:repricing_id>/",
        repricing.price_change,
        "catalog.view_repricing",
    ),
    StaffPage(
        "price_change_undo",
        "prices/<int:repricing_id>/undo/",
        repricing.price_change_undo,
        "catalog.change_repricing",
    ),
    StaffPage(
        "price_change_call_off",
        "prices/<int:repricing_id>/call-off/",
        repricing.price_change_call_off,
        "catalog.change_repricing",
    ),
]
