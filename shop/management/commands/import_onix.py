from catalog.feeds.kinds import Kind
from shop.management.feed_command import STATUSES, FeedCommand

EXAMPLE = f"""
example:
  manage.py import_onix publisher.xml --dry-run
  manage.py import_onix publisher.xml
  manage.py import_onix publisher.xml --resume

The file is a message of ONIX for Books, 2.1, 3.0 or 3.1, with reference names or short tags; its
encoding is found by itself. Books are updated by their EAN or ISBN. What a record does not say stays
as it is, and so does the stock. What a record says badly is left out and stands in the report with
its line, field and reason; a record without a usable number or title, or of what the shop does not
sell, is skipped. Of a record that comes twice the first counts, and an older message changes nothing
that a newer one has said.

A record that its sender has deleted takes its book off sale, unless copies are here or readers wait
for it, which the report says then. It is back on sale when the record comes again.

The same file can be imported again at any time. An import that was stopped or killed goes on with
--resume, behind what is in, and ends as if nothing had happened. No two imports run at once.
{STATUSES}"""


class Command(FeedCommand):
    help = "Bring books from an ONIX message into the shop, or up to date."
    example = EXAMPLE
    kind = Kind.ONIX
