"""What the shop does with orders: each function is one business action in one transaction.

Locks are taken in one order everywhere: order, visitor's basket, user's basket, voucher, books by
ascending key. Signing in (shop/cart.py) keeps to it. docs/money.md tells the whole of it.
"""
