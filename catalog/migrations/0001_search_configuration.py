"""What the catalogue's tables are made with: the search configuration and the in-store numbers."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

# Accents are folded, then an English stemmer without stop words: titles such as "It" and "Them"
# consist of stop words alone. A configuration, unlike the function unaccent(), may stand in a
# generated column.
MAKE_CONFIGURATION = """
CREATE TEXT SEARCH DICTIONARY bookstore_stem (TEMPLATE = snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION bookstore (COPY = english);
ALTER TEXT SEARCH CONFIGURATION bookstore
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part
    WITH unaccent, bookstore_stem;
"""
DROP_CONFIGURATION = """
DROP TEXT SEARCH CONFIGURATION bookstore;
DROP TEXT SEARCH DICTIONARY bookstore_stem;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(MAKE_CONFIGURATION, DROP_CONFIGURATION),
        migrations.RunSQL(
            "CREATE SEQUENCE catalog_in_store_number MAXVALUE 9999999999",
            "DROP SEQUENCE catalog_in_store_number",
        ),
    ]
