"""Staff, in front of each page of a count of the stock."""

from collections.abc import Callable

from shop.models import StockTake
from tests.factories import receive
from tests.shop.stock_taking import address, begin, post, scan, scan_all
from tests.waitlist.lists import join

from .scenes import Scene

LIST = "/admin/stock-takes/"


def of(act: str, scope: str = "shop") -> Callable[[Scene], str]:
    return lambda scene: address(counted(scene, scope), act)


def counted(scene: Scene, scope: str) -> StockTake:
    """One book as it should be, one that copies of came meanwhile, one found that people wait for."""
    books = [scene.book(f"A book to count {n}", stock=2, shelf="B3") for n in range(3)]
    waited_for = scene.book("A book that people wait for", stock=0)
    join(waited_for)
    scene.sign_in(is_staff=True, is_superuser=True)
    take = begin(scene.client, scope)
    scan_all(scene.client, take, books[0], 2)
    scan(scene.client, take, books[1])
    receive(books[1], 1)
    scan(scene.client, take, books[1])
    scan(scene.client, take, waited_for)
    scan(scene.client, take, books[2])
    return take


def to_begin(scene: Scene) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return f"{LIST}begin/"


def listed(scene: Scene) -> str:
    counted(scene, "books")
    return LIST


def to_count_again(scene: Scene) -> str:
    """The page shows a book large that must be counted again."""
    take = counted(scene, "shop")
    line = take.lines.get(is_unsure=True)
    return f"{address(take, 'count')}?book={line.book_id}"


def posted(scene: Scene) -> str:
    take = counted(scene, "books")
    take.lines.filter(is_unsure=True).delete()
    post(scene.client, take)
    return address(take)


COUNT_PAGES = {
    "stock takes": listed,
    "begin a stock take": to_begin,
    "begin a stock take with errors": to_begin,
    "count the stock": of("count"),
    "count the stock with errors": of("count"),
    "count a book again": to_count_again,
    "books not counted yet": of("missing"),
    "review a stock take": of("review"),
    "give up a stock take": of("abandon"),
    "stock take posted": posted,
}
COUNT_SENT = {"begin a stock take with errors": "Begin to count"}
COUNT_SENT_IN_PLACE = {"count the stock with errors": "Count one"}
