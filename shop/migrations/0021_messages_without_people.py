"""Messages of payment providers lose what they say of people, as new ones do before they are kept."""

from typing import Any

from django.db import migrations

AT_A_TIME = 500
KEPT = {
    *("id", "object", "type", "api_version", "created", "livemode", "data", "previous_attributes"),
    *("request", "idempotency_key", "metadata", "key", "order", "client_reference_id", "mode"),
    *("status", "payment_status", "reason", "failure_reason", "failure_code", "expires_at"),
    *("amount", "amount_total", "amount_subtotal", "amount_refunded", "currency"),
    *("payment_intent", "charge", "latest_charge", "balance_transaction", "refunds", "has_more"),
}


def without_person(told: Any) -> Any:
    if isinstance(told, list):
        return [without_person(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {key: without_person(value) for key, value in told.items() if key in KEPT}


def strip(apps: Any, schema_editor: Any) -> None:
    """A few at a time, each committed by itself: the shop goes on meanwhile."""
    messages = apps.get_model("shop", "WebhookEvent").objects
    of_stripe, last = messages.filter(provider="stripe").order_by("pk"), 0
    while batch := list(of_stripe.filter(pk__gt=last)[:AT_A_TIME]):
        for event in batch:
            event.body = without_person(event.body)
        messages.bulk_update(batch, ["body"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("shop", "0020_history_forgets_people")]

    operations = [migrations.RunPython(strip, migrations.RunPython.noop)]
