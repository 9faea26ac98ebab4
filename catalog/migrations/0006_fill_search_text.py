"""Folds the texts of the books that are there already."""

from django.db import migrations

from catalog.folding import search_lines

BATCH = 2000
# What search_lines() reads, under the names of its arguments.
FIELDS = (
    "title",
    "language",
    "byline",
    "subtitle",
    "series_title",
    "series_number",
    "publisher_name",
)


def fill(apps, schema_editor):
    books = apps.get_model("catalog", "Book").objects
    last = 0
    while batch := list(books.filter(pk__gt=last).only(*FIELDS).order_by("pk")[:BATCH]):
        for book in batch:
            lines = search_lines(**{name: getattr(book, name) for name in FIELDS})
            book.search_text = "\n".join(lines)
        books.bulk_update(batch, ["search_text"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_book_facets_and_folded_text")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
