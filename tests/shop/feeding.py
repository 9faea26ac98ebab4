"""Feeds that tests upload, and the worker's part of the work."""

import uuid
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalog.feeds.kinds import Kind
from shop import feed_work
from shop.models import FeedUpload
from shop.services import feeding
from tests.catalog.marc import ISBN, book, data
from tests.catalog.onix_files import message, product

EMMA = "9780141439587"
PERSUASION = "9780141439686"
ONIX = message(product(), product(ean="9780000000000", reference="ref-2")).encode()
CSV = f"isbn13,title,price\n{EMMA},Emma,9.99\nbad,Persuasion,1\n".encode()
MARC = book(
    ("020", data("  ", f"a{ISBN} (pbk.) :", "c£9.99")), ("245", data("10", "aEmma /", "cJane."))
)


def send(client: Client, content: bytes, name: str = "autumn.xml", **fields: object):
    """The answer to the form."""
    file = SimpleUploadedFile(name, content)
    return client.post("/admin/feeds/new/", {"file": file, **fields})


def upload(content: bytes = ONIX, name: str = "autumn.xml", **facts: object) -> FeedUpload:
    """One that nobody has looked at yet."""
    told = {"kind": Kind.ONIX, "price": None, "stock": 0, "who": "stella@example.org", **facts}
    made, _is_new = feeding.upload(
        file=SimpleUploadedFile(name, content), now=timezone.now(), **told
    )
    return made


def work(upload: FeedUpload) -> FeedUpload:
    """What the worker does for it now."""
    feed_work.work_on(upload_id=upload.pk, now=timezone.now())
    upload.refresh_from_db()
    return upload


def looked_at(content: bytes = ONIX, name: str = "autumn.xml", **facts: object) -> FeedUpload:
    return work(upload(content, name, **facts))


def apply(upload: FeedUpload, who: str = "stella@example.org") -> FeedUpload:
    return feeding.apply(upload_id=upload.pk, who=who, now=timezone.now())


def applied(content: bytes = ONIX, name: str = "autumn.xml", **facts: object) -> FeedUpload:
    return work(apply(looked_at(content, name, **facts)))


def one_of_each(book: str) -> dict[str, int]:
    """An upload that was applied and refused something, with its run, for pages to show."""
    wrong = product(ean="9780000000000", reference=f"ref-{uuid.uuid4()}")
    made = applied(message(product(ean=book, reference=f"ref-{book}"), wrong).encode())
    return {"upload_id": made.pk, "run_id": made.run_id}


def stored(folder: Path) -> set[str]:
    """The names of the files that lie in the private storage."""
    return {path.name for path in folder.rglob("*") if path.is_file()}
