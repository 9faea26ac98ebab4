"""What staff may do, by what they are. The groups are made and kept up after each migration."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS

LOOK_AT_ORDERS = (
    "shop.view_order",
    "shop.view_orderitem",
    "shop.view_orderevent",
    "shop.view_fulfilmentmove",
    "shop.view_ordernote",
    "shop.view_payment",
    "shop.view_refund",
    "shop.view_refunditem",
    "shop.view_refundrequest",
    "shop.view_refundrequestitem",
    "shop.view_withdrawal",
)
# Who waits for a book, and what is to come. Readers' wishlists are none of it.
LOOK_AT_QUEUES = (
    "waitlist.view_arrival",
    "waitlist.view_expecteddelivery",
    "waitlist.view_prebooking",
    "waitlist.view_prebookingevent",
)
LOOK_AT_STOCK = ("shop.view_stocktake", "shop.view_goodsin", "shop.view_goodsinline")
# Members by what the shop knows of them, without the keys and secrets that allauth keeps.
LOOK_AT_MEMBERS = (
    "accounts.view_*",
    "account.view_emailaddress",
    "socialaccount.view_socialaccount",
)
# Those who run the shop: there is always one of them, see accounts/running.py.
MANAGERS = "Manager"
# Permissions as "app.codename", where * stands for anything: those of a model to come arrive with it.
GROUPS: dict[str, Sequence[str]] = {
    "Bookseller": (
        *("catalog.add_*", "catalog.change_*", "catalog.view_*"),
        *("catalog.delete_contribution", "catalog.delete_fronttableentry"),
        # What was entered by mistake: whatever is in use anywhere is kept (bookstore/keeping.py).
        *("catalog.delete_book", "catalog.delete_contributor", "catalog.delete_genre"),
        *("catalog.delete_publisher", "catalog.delete_series", "catalog.delete_work"),
        *("waitlist.add_expecteddelivery", "waitlist.change_expecteddelivery"),
        "waitlist.delete_expecteddelivery",
        *LOOK_AT_QUEUES,
        *LOOK_AT_STOCK,
        *("shop.view_feed*", "shop.add_feedupload"),
        *("reviews.view_*", "reviews.moderate_review"),
    ),
    "Fulfilment": (
        *("catalog.view_book", "catalog.view_booktext", "catalog.view_contribution"),
        *("catalog.view_stockmovement", "catalog.add_stockmovement"),
        *LOOK_AT_QUEUES,
        *LOOK_AT_ORDERS,
        *LOOK_AT_STOCK,
        "shop.post_order",
    ),
    MANAGERS: (
        *("catalog.*", "waitlist.*", "shop.*", "reviews.*"),
        *LOOK_AT_MEMBERS,
        *("accounts.deactivate_user", "accounts.resend_outboxmessage"),
    ),
    "Auditor": (
        *("catalog.view_*", "waitlist.view_*", "shop.view_*", "reviews.view_*"),
        *LOOK_AT_MEMBERS,
        # Not the jobs of procrastinate: whoever may see them may also cancel them.
        "auth.view_group",
    ),
}
APPS = frozenset(pattern.partition(".")[0] for patterns in GROUPS.values() for pattern in patterns)


def grant(
    sender: AppConfig, using: str = DEFAULT_DB_ALIAS, apps: Any = all_apps, **kwargs: Any
) -> None:
    """Make the groups, and give them what GROUPS says of the app that was migrated.

    Nothing is taken away: what an owner has added stays. What an owner has taken from one of these
    groups comes back; who needs less makes a group of their own.
    """
    if sender.label not in APPS:
        return
    try:
        group_model, permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    except LookupError:
        # Only some apps were migrated, so there are no groups yet, or no longer.
        return
    # Django's own receiver may come after this one.
    create_permissions(sender, verbosity=0, using=using, apps=apps)
    groups = group_model.objects.using(using)
    groups.bulk_create([group_model(name=name) for name in GROUPS], ignore_conflicts=True)
    ids = dict(groups.filter(name__in=GROUPS).values_list("name", "pk"))
    there = permission.objects.using(using).filter(content_type__app_label=sender.label)
    pairs = group_model.permissions.through
    pairs.objects.using(using).bulk_create(
        [
            pairs(group_id=ids[name], permission_id=pk)
            for pk, codename in there.values_list("pk", "codename")
            for name, patterns in GROUPS.items()
            if any(fnmatchcase(f"{sender.label}.{codename}", pattern) for pattern in patterns)
        ],
        ignore_conflicts=True,
    )
