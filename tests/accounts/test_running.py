"""There is always somebody who can run the shop."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from accounts import deactivating, running
from accounts.models import User
from bookstore.staff_groups import GROUPS, MANAGERS
from tests.factories import UserFactory
from tests.threads import at_once

from .doors import is_in, member
from .signing_in import sign_in

pytestmark = pytest.mark.django_db


def manager(**facts: bool) -> User:
    user = UserFactory(**{"is_staff": True, **facts})
    user.groups.add(Group.objects.get_or_create(name=MANAGERS)[0])
    return user


def deactivate(user: User, who: User | None = None) -> None:
    deactivating.deactivate(user=user, who=who)


def is_active(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


def change(client: Client, user: User, **changes: object):
    """Send the page of a user as it is, but for these fields."""
    address = f"/admin/accounts/user/{user.pk}/change/"
    page = client.get(address)
    form = page.context["adminform"].form
    fields = {name: form[name].value() for name in ("name", "is_staff", "is_superuser", "groups")}
    fields["groups"] = [group.pk for group in user.groups.all()]
    shown = (inline.formset.prefix for inline in page.context["inline_admin_formsets"])
    counts = {f"{prefix}-{kind}_FORMS": "0" for prefix in shown for kind in ("TOTAL", "INITIAL")}
    said = {**counts, **fields, **changes}
    return client.post(address, {name: value for name, value in said.items() if value is not False})


def test_the_group_is_one_of_those_that_are_made():
    assert MANAGERS in GROUPS


def test_the_last_active_manager_is_not_deactivated(staff):
    anna = manager()
    manager(is_active=False)
    # Whoever is no staff finds no way into the admin.
    manager(is_staff=False)

    with pytest.raises(deactivating.LastOne, match="last active manager"):
        deactivate(anna, staff)
    with pytest.raises(CommandError, match="last active manager"):
        call_command("deactivate_user", anna.email)
    assert is_active(anna)


def test_with_another_manager_one_can_go(staff):
    anna, _ben = manager(), manager()

    deactivate(anna, staff)

    assert not is_active(anna)


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_managers_one_stays_when_both_are_deactivated_at_once(staff):
    anna, ben, other = manager(), manager(), UserFactory(is_superuser=True)

    outcomes = at_once([lambda: deactivate(anna, staff), lambda: deactivate(ben, other)])

    assert {type(outcome).__name__ for outcome in outcomes} == {"NoneType", "LastOne"}
    assert {is_active(anna), is_active(ben)} == {True, False}


@pytest.mark.parametrize("change_of", [{"groups": []}, {"is_staff": False}])
def test_the_last_manager_keeps_what_makes_them_one(staff_client, change_of):
    anna = manager()

    page = change(staff_client, anna, **change_of)

    (field,) = change_of
    assert page.status_code == 200
    (error,) = page.context["adminform"].form.errors[field]
    assert "last active manager" in error
    anna.refresh_from_db()
    assert anna.is_staff
    assert anna.groups.filter(name=MANAGERS).exists()


@pytest.mark.parametrize("field", ["is_superuser", "is_staff"])
def test_the_last_superuser_keeps_what_makes_them_one(staff_client, staff, field):
    page = change(staff_client, staff, **{field: False})

    assert "last active superuser" in page.context["adminform"].form.errors[field][0]
    staff.refresh_from_db()
    assert getattr(staff, field)


def test_one_manager_of_two_can_be_made_something_else(staff_client):
    anna, _ben = manager(), manager()

    assert change(staff_client, anna, groups=[]).status_code == 302
    assert not anna.groups.exists()


def test_a_name_of_the_last_manager_can_be_mended(staff_client):
    anna = manager()

    assert change(staff_client, anna, name="Anna").status_code == 302
    anna.refresh_from_db()
    assert anna.name == "Anna"


@pytest.mark.django_db(transaction=True)
def test_a_post_is_not_taken_while_another_is_looked_at(meeting, staff):
    """One takes the group away by the form; the other deactivates meanwhile, and is refused."""
    anna, ben = manager(), manager()

    def take_the_group() -> None:
        with transaction.atomic():
            running.hold(anna)
            assert not running.of_which_last(anna.pk)
            meeting.stop(anna.groups.clear)

    first, second = at_once([take_the_group, lambda: meeting.join(lambda: deactivate(ben, staff))])

    assert first is None
    assert isinstance(second, deactivating.LastOne)
    assert is_active(ben)


def test_signing_somebody_out_leaves_them_free_to_come_back(staff):
    sam = member()
    at_home = sign_in(sam)

    deactivating.sign_out(user=sam, who=staff)

    assert not is_in(at_home)
    assert is_in(sign_in(sam))


def test_a_manager_signs_out_no_staff(staff, staff_client):
    anna = manager()

    with pytest.raises(deactivating.ForSuperusers):
        deactivating.sign_out(user=staff, who=anna)
    assert staff_client.get("/admin/").status_code == 200


GROUP_LIST = "/admin/auth/group/"


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_of_the_shop_is_not_deleted(staff_client, name):
    group = Group.objects.get(name=name)

    page = staff_client.post(f"{GROUP_LIST}{group.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
    staff_client.post(GROUP_LIST, chosen)

    assert page.status_code == 403
    assert Group.objects.filter(name=name).exists()


def test_a_group_of_the_shop_is_not_renamed_but_may_be_given_more(staff_client):
    group, more = Group.objects.get(name=MANAGERS), Permission.objects.get(codename="view_group")
    address = f"{GROUP_LIST}{group.pk}/change/"

    page = staff_client.post(address, {"name": "Bosses", "permissions": [more.pk]}, follow=True)

    assert page.status_code == 200
    assert "The shop knows this group by its name" in staff_client.get(address).text
    group.refresh_from_db()
    assert group.name == MANAGERS
    assert list(group.permissions.all()) == [more]


def test_a_group_of_an_owner_is_renamed_and_deleted(staff_client):
    group = Group.objects.create(name="Helpers")

    staff_client.post(f"{GROUP_LIST}{group.pk}/change/", {"name": "Friends"})
    assert Group.objects.get(pk=group.pk).name == "Friends"
    staff_client.post(f"{GROUP_LIST}{group.pk}/delete/", {"post": "yes"})

    assert not Group.objects.filter(pk=group.pk).exists()
