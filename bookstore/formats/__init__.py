"""How each language writes dates and times.

Pages, mails and panels name one of these formats and never a pattern, so that no language is
written in another's way. Besides the names that Django has there are some of our own; each
language must have all of them, since Django would print a name that it does not find
(tests/bookstore/test_formats.py). A time carries all that belongs to it: 10:42, 10:42 Uhr.
"""
