"""What becomes of waiting lists and wishlists when a book is withdrawn: catalog/withdrawal.py."""

from django.utils.translation import ngettext

from catalog.models import Book
from catalog.money import format_count
from catalog.withdrawal import Effect, Withdrawal

from .models import PreBooking, WishlistItem
from .overrides import end_places


class PlacesEffect(Effect):
    """Copies that are held come back into the stock. A copy in an order that waits for its payment is
    that order's: if it is not paid, its place goes on waiting, and staff may end it then.
    """

    def words(self, book: Book) -> str:
        number = PreBooking.objects.living().filter(book=book).count()
        words = ngettext(
            "%(number)s person waits for it. Either the place ends now, with a mail that says why, or "
            "it is kept, and nothing is offered until the book is back.",
            "%(number)s people wait for it. Either their places end now, with a mail that says why, or "
            "they are kept, and nothing is offered until the book is back.",
            number,
        )
        return words % {"number": format_count(number)} if number else ""

    def follow(self, book: Book, withdrawal: Withdrawal) -> None:
        if withdrawal.end_places:
            end_places(book, reason=withdrawal.reason, who=withdrawal.who, now=withdrawal.now)


class WishesEffect(Effect):
    def words(self, book: Book) -> str:
        number = WishlistItem.objects.filter(book=book).count()
        words = ngettext(
            "It is on %(number)s wishlist, and stays there without a link.",
            "It is on %(number)s wishlists, and stays there without a link.",
            number,
        )
        return words % {"number": format_count(number)} if number else ""


EFFECTS = [PlacesEffect(), WishesEffect()]
