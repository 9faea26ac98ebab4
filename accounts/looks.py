"""Whoever of the staff looks at a customer's data leaves a trace, which the customer is told of."""

from datetime import datetime, timedelta

from .models import CustomerLook, User
from .person import Person

# Looking again, at the same page within this time, is the same look.
ONE_LOOK = timedelta(minutes=10)


def note(*, who: User, person: Person, page: CustomerLook.Page, now: datetime) -> None:
    """Write that `who` looks at `person`; nothing if they look at themself, or still do.

    Two of their requests in the same moment may leave two rows, which say nothing wrong.
    """
    if person.user == who:
        return
    whom = {"user": person.user, "email": "" if person.user else person.emails[0]}
    before = CustomerLook.objects.filter(who=str(who), page=page, at__gt=now - ONE_LOOK, **whom)
    if not before.exists():
        CustomerLook.objects.create(at=now, who=str(who), role=_role_of(who), page=page, **whom)


def _role_of(user: User) -> str:
    if user.is_superuser:
        return "Superuser"
    groups = ", ".join(user.groups.order_by("name").values_list("name", flat=True))
    return groups[:200] or "Staff"
