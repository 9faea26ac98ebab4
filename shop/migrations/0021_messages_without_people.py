"""Messages of payment providers lose what they say of people, as new ones do before they are kept."""

from typing import Any

from django.db import migrations

PERSONAL = {
    *("address", "billing_details", "collected_information", "custom_fields", "customer"),
    *("customer_details", "customer_email", "email", "evidence", "name", "payment_method_details"),
    *("phone", "receipt_email", "receipt_url", "shipping", "shipping_details"),
}


def without_person(told: Any) -> Any:
    if isinstance(told, list):
        return [without_person(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {key: without_person(value) for key, value in told.items() if key not in PERSONAL}


def strip(apps: Any, schema_editor: Any) -> None:
    events = apps.get_model("shop", "WebhookEvent").objects.filter(provider="stripe")
    for event in events.order_by("pk").iterator(chunk_size=500):
        event.body = without_person(event.body)
        event.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("shop", "0020_history_forgets_people")]

    operations = [migrations.RunPython(strip, migrations.RunPython.noop)]
