"""What lists by price and date go by, known to the planner; an index of the books to come."""

from django.db import migrations, models

# The planner does not look at what it knows of a partial index's expressions when it guesses how
# many books a condition leaves: it would take a third of the shop for any price.
STATISTICS = """
CREATE STATISTICS catalog_book_price_up ON (coalesce(price, 99999999.99)) FROM catalog_book;
CREATE STATISTICS catalog_book_price_down ON (coalesce(price, 0.00)) FROM catalog_book;
CREATE STATISTICS catalog_book_newest ON (coalesce(published_on, '0001-01-01'::date))
    FROM catalog_book;
"""
BACK = """
DROP STATISTICS catalog_book_price_up;
DROP STATISTICS catalog_book_price_down;
DROP STATISTICS catalog_book_newest;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_orders_of_lists")]

    operations = [
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True), ("on_sale_on__isnull", False)),
                fields=["on_sale_on"],
                name="catalog_book_to_come",
            ),
        ),
        migrations.RunSQL(STATISTICS, BACK),
    ]
