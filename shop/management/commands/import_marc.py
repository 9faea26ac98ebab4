from catalog.feeds.kinds import Kind
from shop.management.feed_command import STATUSES, FeedCommand

EXAMPLE = f"""
example:
  manage.py import_marc library.mrc --dry-run
  manage.py import_marc library.mrc --price 9.99

The file holds records of MARC 21 (ISO 2709), in UTF-8 or in MARC-8. It needs the package pymarc:
pip install "pymarc>=5.4,<6".

A record becomes a book by the first ISBN of a printed edition (020 $a), or an article number (024).
A record without one, of an e-book, or of what is no book is skipped, as is one that is broken; those
around it are read. What is skipped or left out stands in the report with the number of the record in
the file, the field and the reason.

Where a record stands in two scripts, the book gets the one on its cover (880). People are named as
covers name them; what each did is read from $e and $4, else from the statement in 245 $c. Genres are
BISAC headings, terms of genre (655) and the codes for fiction, verse and children: subject headings
are not, since each would be a room with one book in it. A price counts in the shop's currency and
with tax (365). Books are updated by their EAN, and what a record does not say stays as it is.

The same file can be imported again at any time, and an import that was stopped or killed goes on with
--resume. No two imports run at once.
{STATUSES}"""


class Command(FeedCommand):
    help = "Bring books from records of libraries (MARC 21) into the shop, or up to date."
    example = EXAMPLE
    kind = Kind.MARC
