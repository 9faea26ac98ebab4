"""Pages of the shop's own inside the admin, see bookstore/staff_menu.py."""

from bookstore.staff_menu import StaffPage

from .views import order_mails

PAGES = [
    StaffPage(
        name="shop_order_mail_again",
        route="shop/order/<int:order_id>/mails/<int:mail_id>/again/",
        view=order_mails.order_mail_again,
        # Whoever posts the books may write to their reader again that they are on their way.
        permission="shop.post_order",
    )
]
