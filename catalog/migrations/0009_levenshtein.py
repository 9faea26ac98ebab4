"""Distances between words, to correct what people type."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_tags")]

    operations = [CreateExtension("fuzzystrmatch")]
