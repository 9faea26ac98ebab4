"""Tag a book in a simple expression: a query for each new row was a tenth of an import."""

from django.db import migrations

TAG = """
CREATE OR REPLACE FUNCTION catalog_tag_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF 0 > ANY (NEW.tags) THEN
        NEW.tags := ARRAY(SELECT tag FROM unnest(NEW.tags) tag WHERE tag > 0);
    END IF;
    NEW.tags := NEW.tags || catalog_facet_tags(
        NEW.format, NEW.published_on, NEW.pages, NEW.rating_sum, NEW.rating_count, NEW.language);
    RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION catalog_tag_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tags := ARRAY(SELECT tag FROM unnest(NEW.tags) tag WHERE tag > 0) || catalog_facet_tags(
        NEW.format, NEW.published_on, NEW.pages, NEW.rating_sum, NEW.rating_count, NEW.language);
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0015_fewer_indexes")]

    operations = [migrations.RunSQL(TAG, BACK)]
