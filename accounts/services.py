"""What members do with what the shop keeps about them."""

from datetime import datetime

from django.db import transaction

from .models import Address, PostalAddress, User


@transaction.atomic
def save_address(*, user: User, address: PostalAddress, now: datetime) -> Address:
    """Keep an address for the next order, and give it back as it is kept.

    An address that differs in nothing, not even the phone, is kept once. The first one becomes the
    default. `address` itself, which may be that of an order, is left unchanged.
    """
    # Two orders sent at once must not both find the book of addresses empty.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    kept = Address.objects.filter(user=user, **address.postal_fields).for_choice().first()
    if kept is not None:
        return kept
    return Address.objects.create(
        user=user,
        **address.postal_fields,
        is_default=not Address.objects.filter(user=user).exists(),
        created_at=now,
    )
