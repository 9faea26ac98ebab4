from .wishlists import LONGEST_NAME, Wishlist, WishlistItem

__all__ = ["LONGEST_NAME", "Wishlist", "WishlistItem"]
