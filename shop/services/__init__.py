"""What the shop does with orders: each function is one business action in one transaction.

Locks are taken in one order everywhere: order, visitor's basket, user's basket, books by ascending
key. Signing in (shop/cart.py) keeps to it.
"""
