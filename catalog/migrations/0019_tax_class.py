"""What a book is taxed as.

The default lives in the catalogue of the database, so that no row is written anew.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0018_copies_come_back")]

    operations = [
        migrations.AddField(
            model_name="book",
            name="tax_class",
            field=models.CharField(
                choices=[
                    ("book", "printed book"),
                    ("ebook", "e-book"),
                    ("audio", "audiobook"),
                    ("other", "other goods"),
                ],
                db_default="book",
                default="book",
                max_length=10,
                verbose_name="taxed as",
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(tax_class__in=["book", "ebook", "audio", "other"]),
                name="catalog_book_tax_class_of_goods",
            ),
        ),
    ]
