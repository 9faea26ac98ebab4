"""Pages on which staff upload feeds, each in a state worth looking at."""

from collections.abc import Callable

from django.utils import timezone

from shop.models import FeedUpload
from shop.services import feeding
from tests.catalog.onix_files import HEADER, isbn, message, product
from tests.shop.feeding import ONIX, applied, apply, looked_at, upload

from .scenes import Scene


def _staff(scene: Scene) -> None:
    scene.sign_in(is_staff=True, is_superuser=True)


def _of(make: Callable[[], FeedUpload]) -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        _staff(scene)
        return make().get_absolute_url()

    return arrive


def _form(scene: Scene) -> str:
    _staff(scene)
    return "/admin/feeds/new/"


def _with_everything() -> FeedUpload:
    """New books, some that change, and records that are refused."""
    applied(message(product(form="BB")).encode())
    books = [product(ean=isbn(n), reference=f"new-{n}") for n in range(8)]
    wrong = product(ean="9780000000000", reference="ref-wrong")
    newer = HEADER.replace("20261101", "20261102")
    return looked_at(
        message(product(form="BC"), *books, wrong, header=newer).encode(), price="7.50", stock=2
    )


def _nothing_new() -> FeedUpload:
    applied()
    return looked_at()


def _half_read() -> FeedUpload:
    made = upload()
    FeedUpload.objects.filter(pk=made.pk).update(position=made.size // 3, records=12_345)
    return made


def _half_applied() -> FeedUpload:
    return apply(looked_at())


def _dropped() -> FeedUpload:
    return feeding.drop(upload_id=looked_at().pk, who="stella@example.org", now=timezone.now())


def _list(scene: Scene) -> str:
    _staff(scene)
    applied()
    looked_at(ONIX[:-200], "a-very-long-name-of-a-feed-from-a-publisher-2026-11-27.xml")
    upload(ONIX + b" ", "winter.xml")
    return "/admin/feeds/"


def _empty_list(scene: Scene) -> str:
    _staff(scene)
    return "/admin/feeds/"


FEED_PAGES: dict[str, Callable[[Scene], str]] = {
    "feeds": _list,
    "no feeds": _empty_list,
    "upload a feed": _form,
    "upload a feed with errors": _form,
    "a feed looked at": _of(_with_everything),
    "a feed that is read": _of(_half_read),
    "a feed that waits to be applied": _of(_half_applied),
    "a feed without news": _of(_nothing_new),
    "a feed applied": _of(applied),
    "a feed dropped": _of(_dropped),
    "a feed that failed": _of(lambda: looked_at(ONIX[:-200])),
}
FEEDS_SENT = {"upload a feed with errors": "Upload and look at it"}
