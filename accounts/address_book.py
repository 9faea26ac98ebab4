"""The addresses that members keep: at most one of them is the default, and none is kept twice.

Whatever is done here holds the member's own row, so that two requests at once follow one another.
Orders have copies of their own, which nothing here touches.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from . import postal
from .models import Address, PostalAddress, User

MOST_ADDRESSES = 50


class CannotChangeAddresses(Exception):
    """Base of every refusal here; str() is written for the member, and nothing was changed."""


class AlreadyKept(CannotChangeAddresses):
    def __init__(self, twin: Address) -> None:
        words = _("This address is among yours already, as “%(name)s”.")
        super().__init__(words % {"name": twin.short_name})


class TooManyAddresses(CannotChangeAddresses):
    def __init__(self) -> None:
        words = _("You have %(most)d addresses, the most we keep. Delete one to add another.")
        super().__init__(words % {"most": MOST_ADDRESSES})


class AddressIsGone(CannotChangeAddresses):
    def __init__(self) -> None:
        super().__init__(_("That address is no longer in your account."))


@transaction.atomic
def save_address(*, user: User, address: PostalAddress, now: datetime) -> Address:
    """Keep an address for the next order, and give it back as it is kept.

    An address that differs in nothing, not even the phone, is kept once. The first one becomes the
    default. `address` itself, which may be that of an order, is left unchanged.
    Raises TooManyAddresses.
    """
    User.objects.hold(user.pk)
    return _twin(user.pk, address.postal_fields) or _keep(user, address.postal_fields, now)


@transaction.atomic
def add_address(*, user: User, fields: Mapping[str, str], now: datetime) -> Address:
    """Keep a new address, {name of a field: text}, with its label. The first one is the default.

    Raises AlreadyKept or TooManyAddresses.
    """
    User.objects.hold(user.pk)
    if twin := _twin(user.pk, fields):
        raise AlreadyKept(twin)
    return _keep(user, fields, now)


@transaction.atomic
def change_address(*, address: Address, fields: Mapping[str, str]) -> Address:
    """Let an address have these fields and this label. Raises AlreadyKept or AddressIsGone."""
    kept = _held(address)
    if twin := _twin(kept.user_id, fields, other_than=kept.pk):
        raise AlreadyKept(twin)
    for name, text in _columns(fields).items():
        setattr(kept, name, text)
    kept.save(update_fields=list(_columns(fields)))
    return kept


@transaction.atomic
def make_default(*, address: Address) -> Address:
    """Offer an address before the others. Raises AddressIsGone."""
    kept = _held(address)
    Address.objects.filter(user=kept.user_id, is_default=True).update(is_default=False)
    kept.is_default = True
    kept.save(update_fields=["is_default"])
    return kept


@transaction.atomic
def remove_address(*, address: Address) -> Address | None:
    """Delete an address. The newest other one takes the place of the default.

    Returns the one that has become the default, if any has. Raises AddressIsGone.
    """
    kept = _held(address)
    kept.delete()
    heir = Address.objects.filter(user=kept.user_id).for_choice().first()
    return make_default(address=heir) if heir and not heir.is_default else None


def _held(address: Address) -> Address:
    """The address as it is now, with its member held."""
    User.objects.hold(address.user_id)
    kept = Address.objects.filter(pk=address.pk).first()
    if kept is None:
        raise AddressIsGone
    return kept


def _twin(user_id: int, fields: Mapping[str, str], other_than: int = 0) -> Address | None:
    """The address that differs in nothing but perhaps its label."""
    same = {name: fields[name] for name in postal.FIELDS}
    twins = Address.objects.filter(user=user_id, **same).exclude(pk=other_than)
    return twins.for_choice().first()


def _keep(user: User, fields: Mapping[str, str], now: datetime) -> Address:
    others = Address.objects.filter(user=user).count()
    if others >= MOST_ADDRESSES:
        raise TooManyAddresses
    return Address.objects.create(
        user=user, **_columns(fields), is_default=not others, created_at=now
    )


def _columns(fields: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a form; an address that comes from elsewhere has no label."""
    return {name: fields[name] for name in postal.FIELDS} | {"label": fields.get("label", "")}
