"""Every page of the shop and each of its states, by name: where it is, for the visitor of a scene."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.shop.conftest import decline, pay

from .account_scenes import ACCOUNT_PAGES, SENT_EMPTY, addresses, members
from .catalogue_scenes import CATALOGUE_PAGES
from .count_scenes import COUNT_PAGES, COUNT_SENT, COUNT_SENT_IN_PLACE
from .customer_scenes import CUSTOMER_PAGES
from .dashboard_scenes import DASHBOARD_PAGES
from .feed_scenes import FEED_PAGES, FEEDS_SENT
from .further_scenes import FURTHER_PAGES
from .mail_scenes import MAIL_PAGES
from .notice_scenes import ENDED, NOTICE_PAGES
from .order_scenes import ORDER_PAGES
from .price_scenes import PRICE_PAGES, PRICES_SENT
from .queue_scenes import QUEUE_PAGES
from .review_scenes import REVIEW_PAGES
from .scenes import Scene, cancel, post
from .staff_scenes import STAFF_PAGES, STAFF_SENT
from .state_scenes import STATE_PAGES, STATES_STIRRED
from .stock_scenes import STOCK_PAGES, STOCK_SENT, STOCK_SENT_IN_PLACE
from .wishlist_scenes import WISHLIST_PAGES

SMALLEST, PHONE = {"width": 320, "height": 640}, {"width": 390, "height": 844}
TABLET, DESK = {"width": 768, "height": 1024}, {"width": 1280, "height": 900}

PAGES: dict[str, Callable[[Scene], str]] = {
    "home": lambda scene: "/",
    "list": lambda scene: "/books/",
    "search": lambda scene: "/books/?q=emma",
    "empty search": lambda scene: "/books/?q=xyzzy",
    "book": lambda scene: scene.emma.get_absolute_url(),
    "book out of stock": lambda scene: scene.book("Sanditon", stock=0).get_absolute_url(),
    "book not for sale": lambda scene: scene.book("Lady Susan", price=None).get_absolute_url(),
    "author": lambda scene: scene.author.get_absolute_url(),
    "genres": lambda scene: "/genres/",
    "genre": lambda scene: scene.genre.get_absolute_url(),
    "empty basket": lambda scene: "/basket/",
    "basket": Scene.basket,
    "basket with too many copies": Scene.short_basket,
    "basket of two parcels": Scene.parcels,
    "checkout": Scene.checkout,
    "checkout of a member": Scene.members_checkout,
    "checkout with errors": Scene.checkout,
    "checkout to America": Scene.american_checkout,
    "last look before paying": Scene.payment,
    "payment": lambda scene: f"{scene.order()}demo-payment/",
    "order not paid yet": Scene.order,
    "order paid": lambda scene: scene.order(pay),
    "order declined": lambda scene: scene.order(decline),
    "order posted": lambda scene: scene.order(post),
    "order cancelled": lambda scene: scene.order(cancel),
    "invoice": Scene.invoice,
    "find an order": lambda scene: "/orders/find/",
    "find an order with errors": lambda scene: "/orders/find/",
    "withdraw": lambda scene: "/withdraw/",
    "withdraw with errors": lambda scene: "/withdraw/",
    "confirm a withdrawal": Scene.declaration,
    "withdrawn": Scene.receipt,
    "orders": Scene.list_of_orders,
    "no orders": lambda scene: "/orders/",
    "orders of a member": members("/orders/", addresses),
    "terms": lambda scene: "/terms/",
    "privacy": lambda scene: "/privacy/",
    "delivery": lambda scene: "/delivery/",
    "returns": lambda scene: "/returns/",
    "contact": lambda scene: "/contact/",
    "language": lambda scene: "/language/",
    "accessibility": lambda scene: "/accessibility/",
    **REVIEW_PAGES,
    "how reviews work": lambda scene: "/how-reviews-work/",
    "not found": lambda scene: "/no/such/page/",
    "admin for a visitor": lambda scene: "/admin/",
    "post an order": lambda scene: scene.staff_act("post"),
    "cancel an order": lambda scene: scene.staff_act("cancel"),
    "refund an order": lambda scene: scene.staff_act("refund"),
    "approve a refund": lambda scene: scene.refund_to_decide("approve"),
    "decline a refund": lambda scene: scene.refund_to_decide("decline"),
    "send a mail again": Scene.mail_to_send_again,
    "how a delivery is shared out": Scene.delivery_of_what_people_wait_for,
    "take a held copy back": lambda scene: scene.override("take-back"),
    "end a place on a list": lambda scene: scene.override("end"),
    **ACCOUNT_PAGES,
    **COUNT_PAGES,
    **CATALOGUE_PAGES,
    **CUSTOMER_PAGES,
    **DASHBOARD_PAGES,
    **FEED_PAGES,
    **FURTHER_PAGES,
    **MAIL_PAGES,
    **NOTICE_PAGES,
    **ORDER_PAGES,
    **PRICE_PAGES,
    **QUEUE_PAGES,
    **STATE_PAGES,
    **STOCK_PAGES,
    **WISHLIST_PAGES,
    **STAFF_PAGES,
}
# Sent empty, by the button of this name, before anything is looked at.
SENT = {
    "checkout with errors": "Continue to payment",
    "find an order with errors": "Show the order",
    "withdraw with errors": "Continue",
    "make a list with errors": "Make the list",
    "how a delivery is shared out": "Save",
    "note about an order with errors": "Keep the note",
    "write a review with errors": "Publish the review",
    "report a review with errors": "Report the review",
    **COUNT_SENT,
    "withdraw a book with errors": "Withdraw it",
    **PRICES_SENT,
    **FEEDS_SENT,
    **SENT_EMPTY,
    **STOCK_SENT,
    **ENDED,
    **STAFF_SENT,
}
# The same, of forms whose answer takes the place of a part of the page.
SENT_IN_PLACE = {**COUNT_SENT_IN_PLACE, **STOCK_SENT_IN_PLACE}
# What somebody does in the page, once it is there, before anything is looked at.
STIRRED: dict[str, Callable[[Page], None]] = STATES_STIRRED
