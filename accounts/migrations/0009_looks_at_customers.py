"""Who of the staff looked at whose data. A row may forget people, and changes in nothing else."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# Compared as a whole but for three columns, so that a column to come is guarded, too.
FINAL = """
CREATE FUNCTION accounts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER accounts_customerlook_stays
    BEFORE DELETE ON accounts_customerlook
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse('A look at a customer is never changed or deleted.');

CREATE TRIGGER accounts_customerlook_is_final
    BEFORE UPDATE ON accounts_customerlook
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - '{who,user_id,email}'::text[] IS DISTINCT FROM
            to_jsonb(NEW) - '{who,user_id,email}'::text[]
        OR NEW.who NOT IN (OLD.who, 'erased')
        OR NEW.email NOT IN (OLD.email, '')
        OR NEW.user_id <> OLD.user_id
        OR NEW.user_id IS NOT NULL AND OLD.user_id IS NULL
    )
    EXECUTE FUNCTION accounts_refuse('A look at a customer is never changed or deleted.');
"""
BACK = """
DROP TRIGGER accounts_customerlook_is_final ON accounts_customerlook;
DROP TRIGGER accounts_customerlook_stays ON accounts_customerlook;
DROP FUNCTION accounts_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_lists_of_users"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("who", models.CharField(max_length=254, verbose_name="who")),
                ("role", models.CharField(max_length=200, verbose_name="role")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="guest")),
                (
                    "page",
                    models.CharField(
                        choices=[
                            ("customer", "The customer’s page"),
                            ("account", "The page of the account"),
                        ],
                        max_length=8,
                        verbose_name="page",
                    ),
                ),
            ],
            options={
                "verbose_name": "look at a customer",
                "verbose_name_plural": "looks at customers",
            },
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                django.db.models.functions.text.Lower("to"), name="accounts_outbox_by_reader"
            ),
        ),
        migrations.AddField(
            model_name="customerlook",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="member",
            ),
        ),
        migrations.AddIndex(
            model_name="customerlook",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True),
                fields=["email", "id"],
                name="accounts_looks_at_guests",
            ),
        ),
        migrations.AddIndex(
            model_name="customerlook",
            index=models.Index(fields=["who", "id"], name="accounts_looks_by_who"),
        ),
        migrations.AddConstraint(
            model_name="customerlook",
            constraint=models.CheckConstraint(
                condition=models.Q(("user__isnull", True), ("email", ""), _connector="OR"),
                name="accounts_customerlook_at_one_of_them",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerlook",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_customerlook_lower_case",
            ),
        ),
        migrations.RunSQL(FINAL, BACK),
    ]
