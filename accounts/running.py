"""Who runs the shop: superusers and managers. The last active one of each is not taken away."""

from enum import Enum

from django.db.models import Q, QuerySet

from bookstore.staff_groups import MANAGERS

from .models import User


class Post(Enum):
    SUPERUSER = "superuser"
    # A member of the group who is staff: nobody else finds the way in.
    MANAGER = "manager"


def hold(*named: User | None) -> dict[int, User]:
    """Those named and all who run the shop, as they are now, by key; locked until the transaction ends.

    In ascending order of keys, so that none wait in a ring. Who asks `of_which_last` afterwards may
    rely on the answer, for whoever would take another of them away waits here.
    """
    rows = User.objects.filter(
        Q(pk__in=[user.pk for user in named if user]) | _superusers() | Q(pk__in=_managers())
    )
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return {user.pk: user for user in locked}


def of_which_last(user_id: int) -> set[Post]:
    """Of which posts this is the last active holder. Must run after `hold`, in its transaction."""
    holders = {
        Post.SUPERUSER: set(User.objects.filter(_superusers()).values_list("pk", flat=True)),
        Post.MANAGER: set(_managers()),
    }
    return {post for post, keys in holders.items() if keys == {user_id}}


def _superusers() -> Q:
    return Q(is_superuser=True, is_active=True)


def _managers() -> QuerySet[User, int]:
    managers = User.objects.filter(groups__name=MANAGERS, is_staff=True, is_active=True)
    return managers.values_list("pk", flat=True)
