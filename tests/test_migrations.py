"""Old code goes on while a new release migrates: see "A new release" in docs/deploy.md."""

from collections.abc import Iterable

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

# The last ones before the rule: no shop runs code that is older than they are.
BEFORE = {"accounts": 15, "catalog": 33, "reviews": 8, "shop": 37, "waitlist": 10}
# Migrations that break it all the same, and why that does no harm.
AGREED: dict[tuple[str, str], str] = {}
# What old code may still read or write.
GONE = (
    *(migrations.RemoveField, migrations.RenameField),
    *(migrations.DeleteModel, migrations.RenameModel, migrations.AlterModelTable),
)


def faults(operations: Iterable[Operation]) -> list[str]:
    """What in these operations the code before them, or whoever is shopping, would not survive."""
    found: list[str] = []
    made: set[str] = set()
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            found += faults(operation.database_operations)
        elif isinstance(operation, GONE):
            found.append(f"{operation.describe()}: old code may still ask for it")
        elif isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", "") in made:
            continue
        elif isinstance(operation, migrations.AddField) and not is_filled(operation.field):
            found.append(f"{operation.describe()}: rows of old code lack it")
        elif isinstance(operation, migrations.AddIndex) and not isinstance(
            operation, AddIndexConcurrently
        ):
            found.append(f"{operation.describe()}: whoever writes waits for it")
    return found


def is_filled(field: models.Field) -> bool:
    """Whether the database has a value for rows that do not name one."""
    return field.many_to_many or field.null or field.db_default is not NOT_PROVIDED


def test_old_code_survives_each_migration():
    found = {
        name: wrong
        for name, migration in MigrationLoader(None).disk_migrations.items()
        if name[0] in BEFORE and int(name[1][:4]) > BEFORE[name[0]] and name not in AGREED
        if (wrong := faults(migration.operations))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("operation", "is_fault"),
    [
        (migrations.AddField("book", "hue", models.TextField()), True),
        (migrations.AddField("book", "hue", models.TextField(default="")), True),
        (migrations.AddField("book", "hue", models.TextField(db_default="")), False),
        (migrations.AddField("book", "hue", models.TextField(null=True)), False),
        (migrations.AddField("book", "hues", models.ManyToManyField("shop.Hue")), False),
        (migrations.RemoveField("book", "hue"), True),
        (migrations.RenameField("book", "hue", "colour"), True),
        (migrations.DeleteModel("Hue"), True),
        (
            migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("A")]),
            False,
        ),
        (migrations.SeparateDatabaseAndState([migrations.DeleteModel("A")]), True),
        (migrations.AddIndex("book", models.Index(fields=["hue"], name="hue")), True),
        (AddIndexConcurrently("book", models.Index(fields=["hue"], name="hue")), False),
    ],
)
def test_the_rule_knows_what_breaks_it(operation, is_fault):
    assert bool(faults([operation])) is is_fault


def test_a_new_table_may_have_what_it_likes():
    index = migrations.AddIndex("hue", models.Index(fields=["name"], name="hue"))

    assert faults([migrations.CreateModel("Hue", []), index]) == []
