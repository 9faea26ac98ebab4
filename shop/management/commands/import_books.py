from catalog.feeds.kinds import Kind
from shop.management.feed_command import STATUSES, FeedCommand

EXAMPLE = f"""
example:
  manage.py import_books spring.csv --price 9.99 --stock 3 --dry-run
  manage.py import_books spring.csv --price 9.99 --stock 3

The file needs a header with a column for the title and one for the ISBN (isbn13, isbn, ean ...).
Encoding, delimiter and the usual names of other columns are found by themselves. Books are
updated by their ISBN: an empty field never erases anything, and the stock of a book that is
there already stays as it is. The same file can be imported again at any time, and an import that
was stopped or killed goes on with --resume. No two imports run at once.

A book is sold from its on_sale_date on or, without such a column, from a publication date to come.
A publishing_status (active, postponed, cancelled, reprinting, out of stock, out of print, replaced,
unavailable, unknown, or the number in ONIX list 64) is what readers are told once there are no
copies here. What is recalled is not sold at all.
{STATUSES}"""


class Command(FeedCommand):
    help = "Bring books from a CSV file into the shop, or up to date."
    example = EXAMPLE
    kind = Kind.CSV
