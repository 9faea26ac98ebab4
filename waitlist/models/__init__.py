from .queue import Arrival, ExpectedDelivery, PreBooking, PreBookingEvent
from .wishlists import LONGEST_NAME, Wishlist, WishlistItem

__all__ = [
    "LONGEST_NAME",
    "Arrival",
    "ExpectedDelivery",
    "PreBooking",
    "PreBookingEvent",
    "Wishlist",
    "WishlistItem",
]
