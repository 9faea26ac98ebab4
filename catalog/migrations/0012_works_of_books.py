"""Groups the editions that are there already, by the rule for feeds."""

from django.db import migrations

from catalog.works import key_of, title_of

BATCH = 2000
AUTHOR = "A01"


def group(apps, schema_editor):
    books = apps.get_model("catalog", "Book").objects.filter(work=None).order_by("pk")
    fields = ("title", "byline", "series_title", "series_number", "work")
    last = 0
    while batch := list(books.filter(pk__gt=last).only(*fields)[:BATCH]):
        group_batch(apps, batch)
        last = batch[-1].pk


def group_batch(apps, batch):
    authors = authors_of(apps, batch)
    keys = {
        book.pk: key_of(
            title=book.title,
            author=authors.get(book.pk, book.byline),
            series=book.series_title,
            number=book.series_number,
        )
        for book in batch
    }
    works = apps.get_model("catalog", "Work").objects
    titles = {keys[book.pk]: title_of(book.title) for book in batch if keys[book.pk]}
    works.bulk_create(
        [works.model(key=key, title=title) for key, title in titles.items()], ignore_conflicts=True
    )
    found = dict(works.filter(key__in=titles).values_list("key", "pk"))
    for book in batch:
        book.work_id = found.get(keys[book.pk])
    apps.get_model("catalog", "Book").objects.bulk_update(batch, ["work"])


def authors_of(apps, batch):
    """The first author of each book that has any people, "" where none of them is an author."""
    people = apps.get_model("catalog", "Contribution").objects.filter(book__in=batch)
    authors = {}
    for book, role, name in people.order_by("-position", "-pk").values_list(
        "book_id", "role", "contributor__name"
    ):
        authors[book] = name if role == AUTHOR else authors.get(book, "")
    return authors


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_prices_and_days_to_come")]

    operations = [migrations.RunPython(group, migrations.RunPython.noop)]
