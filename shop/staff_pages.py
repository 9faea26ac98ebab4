"""The shop's own pages inside the admin."""

from django.utils.translation import gettext_lazy as _

from bookstore.staff_menu import StaffPage

from .views import picking

PAGES = [
    StaffPage(
        name="shop_pick_list",
        route="pick-list/",
        view=picking.pick_list,
        permission="shop.post_order",
        title=_("Pick list"),
    )
]
