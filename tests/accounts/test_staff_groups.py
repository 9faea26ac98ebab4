"""What each group of staff sees and does in the admin, and what it cannot."""

import re
import uuid

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.apps.registry import Apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import OutboxMessage, User
from bookstore import staff_groups
from catalog.models import (
    Book,
    StockMovement,
)
from shop.cart import Shopper
from shop.models import Order, Refund, Voucher
from tests.factories import (
    BookFactory,
    DeliveryMethodFactory,
    UserFactory,
)
from tests.shop.conftest import fill, pay, place
from tests.staff_scene import a_bit_of_everything, member_of

pytestmark = pytest.mark.django_db
# Jobs of the queue are the operator's.
FOR_SUPERUSERS = {"procrastinate.ProcrastinateJob"}
SECRET = "JBSWY3DPEHPK3PXP"


def of_group(name: str) -> set[str]:
    pairs = Group.objects.get(name=name).permissions.values_list(
        "content_type__app_label", "codename"
    )
    return {f"{app}.{codename}" for app, codename in pairs}


def address(thing: models.Model | type[models.Model], act: str, *args: object) -> str:
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_{act}", args=args)


@pytest.fixture
def emma() -> Book:
    return BookFactory(title="Emma", stock=5)


@pytest.fixture
def order(emma) -> Order:
    """Three copies, paid."""
    shopper = Shopper(token=uuid.uuid4())
    fill(shopper, emma, quantity=3)
    return pay(place(shopper).number)


@pytest.fixture
def sam(shopper) -> User:
    """A member with everything that the shop keeps secret."""
    EmailAddress.objects.create(user=shopper, email=shopper.email, verified=True, primary=True)
    SocialAccount.objects.create(user=shopper, provider="github", uid="81", extra_data={"x": "y"})
    TOTP.activate(shopper, SECRET)
    return shopper


@pytest.fixture
def everything(sam, staff_client) -> None:
    """At least one row of whatever the admin shows."""
    DeliveryMethodFactory()
    a_bit_of_everything(staff_client)


def registered() -> list[type[models.Model]]:
    return [model for model in admin.site._registry if model._meta.label not in FOR_SUPERUSERS]


def test_the_groups_are_made_after_migrating():
    assert set(staff_groups.GROUPS) <= set(Group.objects.values_list("name", flat=True))
    assert {"catalog.change_book", "catalog.add_stockmovement"} <= of_group("Bookseller")
    assert {"shop.post_order", "shop.view_order"} <= of_group("Fulfilment")
    assert {"shop.refund_order", "shop.change_voucher"} <= of_group("Manager")


def test_every_pattern_without_a_star_names_a_permission():
    known = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    named = {
        pattern
        for patterns in staff_groups.GROUPS.values()
        for pattern in patterns
        if "*" not in pattern
    }

    assert named <= known


def test_what_an_owner_added_stays_and_what_is_new_comes():
    group = Group.objects.get(name="Auditor")
    extra = Permission.objects.get(codename="add_voucher")
    group.permissions.add(extra)
    group.permissions.remove(Permission.objects.get(codename="view_order"))
    before = of_group("Auditor")

    for _ in range(2):
        staff_groups.grant(apps.get_app_config("shop"))

    assert of_group("Auditor") == before | {"shop.view_order"}


def test_permissions_that_are_not_there_yet_are_made_first():
    Permission.objects.filter(content_type__app_label="shop").delete()

    staff_groups.grant(apps.get_app_config("shop"))

    assert "shop.post_order" in of_group("Fulfilment")


def test_before_there_are_groups_nothing_is_done():
    """As after `migrate catalog` on an empty database, and after `migrate auth zero`."""
    Group.objects.all().delete()

    staff_groups.grant(apps.get_app_config("catalog"), apps=Apps())

    assert not Group.objects.exists()


def test_no_group_holds_a_right_over_rights_or_a_key_of_allauth():
    held = {permission for name in staff_groups.GROUPS for permission in of_group(name)}

    assert not {right for right in held if right.startswith(("mfa.", "usersessions.", "sessions."))}
    over_accounts = {right for right in held if right.startswith(("acc", "auth."))}
    assert over_accounts - of_group("Auditor") == {
        "accounts.deactivate_user",
        "accounts.resend_outboxmessage",
    }
    assert "accounts.deactivate_user" not in of_group("Bookseller") | of_group("Fulfilment")
    assert all(
        permission.partition(".")[2].startswith("view_") for permission in of_group("Auditor")
    )


def test_a_bookseller_keeps_the_catalogue_and_sees_no_orders(emma, order):
    client = member_of("Bookseller")
    movement = {"book": emma.pk, "quantity": 3, "reason": "delivery", "note": ""}

    assert client.get(address(emma, "change", emma.pk)).status_code == 200
    assert 'name="_save"' in client.get(address(emma, "change", emma.pk)).text
    assert client.post(address(StockMovement, "add"), movement).status_code == 302
    assert client.get(address(order, "change", order.pk)).status_code == 403
    emma.refresh_from_db()
    assert emma.stock == 5


@pytest.mark.parametrize("act", ["post", "cancel", "refund"])
def test_who_only_sees_orders_does_nothing_with_them(act, order):
    client = member_of("Auditor")
    page = f"/admin/shop/order/{order.pk}/{act}/"

    assert page not in client.get(address(order, "change", order.pk)).text
    assert client.get(page).status_code == 403
    assert client.post(page, {"tracking": ""}).status_code == 403
    order.refresh_from_db()
    assert order.is_confirmed
    assert not order.is_posted


def test_fulfilment_posts_orders_and_gives_no_money_back(order, emma):
    client = member_of("Fulfilment")
    page = client.get(address(order, "change", order.pk)).text
    acts = {act for act in ("post", "cancel", "refund") if f"/{order.pk}/{act}/" in page}
    assert acts == {"post"}

    for act in ("cancel", "refund"):
        assert client.post(f"/admin/shop/order/{order.pk}/{act}/", {}).status_code == 403
    assert client.post(f"/admin/shop/order/{order.pk}/post/", {"tracking": ""}).status_code == 302

    order.refresh_from_db()
    assert order.is_posted
    assert client.get(address(emma, "change", emma.pk)).status_code == 200
    assert client.post(address(emma, "change", emma.pk), {}).status_code == 403


def test_a_manager_runs_the_shop(order, sam):
    client = member_of("Manager")
    key = str(uuid.uuid4())
    refund = {"delivery": "0", "reason": "returned", "note": "", "key": key}
    voucher = {
        "code": "SPRING",
        "kind": "percent",
        "value": "10",
        "is_active": "on",
        "minimum": "0",
    }

    assert (
        client.post(
            f"/admin/shop/order/{order.pk}/refund/", {f"copies_{order.items.get().pk}": 1, **refund}
        ).status_code
        == 302
    )
    assert Refund.objects.count() == 1
    page = client.post(address(Voucher, "add"), voucher)
    assert Voucher.objects.filter(code="SPRING").exists(), page.text
    assert client.get(address(sam, "change", sam.pk)).status_code == 200


def test_a_manager_deactivates_and_reactivates_members_and_no_staff(sam, staff):
    client = member_of("Manager")
    colleague = UserFactory(is_staff=True)

    def choose(action: str) -> None:
        everybody = [user.pk for user in (sam, staff, colleague)]
        form = {"action": action, "_selected_action": everybody}
        client.post(address(User, "changelist"), form)

    choose("deactivate")
    assert [*User.objects.filter(is_active=False)] == [sam]
    choose("reactivate")
    assert not User.objects.filter(is_active=False).exists()


@pytest.mark.parametrize("group", ["Bookseller", "Fulfilment", "Manager", "Auditor"])
def test_no_group_changes_users_or_rights(group, sam):
    client = member_of(group)
    everybody = [*User.objects.all()]

    for user in everybody:
        assert (
            client.post(address(user, "change", user.pk), {"is_superuser": "on"}).status_code == 403
        )
        password = f"/admin/accounts/user/{user.pk}/password/"
        assert client.get(password).status_code == 403
    assert client.post(address(User, "add"), {}).status_code == 403
    assert client.post(address(Group, "add"), {"name": "x"}).status_code == 403
    some = Group.objects.first()
    assert client.post(address(some, "change", some.pk), {"name": "x"}).status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()


def test_who_may_change_users_grants_no_rights_and_touches_no_staff(sam, staff):
    helper = UserFactory(is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = Client()
    client.force_login(helper)
    page = client.get(address(sam, "change", sam.pk)).text
    for field in ("is_staff", "is_superuser", "groups", "user_permissions"):
        assert f'name="{field}"' not in page

    for other in (staff, helper, UserFactory(is_superuser=True)):
        assert client.post(address(other, "change", other.pk), {}).status_code == 403
        assert client.post(f"/admin/accounts/user/{other.pk}/password/", {}).status_code == 403
        assert client.post(address(other, "delete", other.pk), {"post": "yes"}).status_code == 403
    client.post(
        address(User, "changelist"),
        {"action": "delete_selected", "_selected_action": [staff.pk], "post": "yes"},
    )

    assert User.objects.filter(pk=staff.pk).exists()
    assert client.get(f"/admin/accounts/user/{sam.pk}/password/").status_code == 200


def test_a_superuser_still_gives_rights(staff_client, sam):
    page = staff_client.get(address(sam, "change", sam.pk)).text

    for field in ("is_staff", "is_superuser", "groups", "user_permissions"):
        assert f'name="{field}"' in page


@pytest.mark.slow
def test_an_auditor_opens_every_page_and_changes_nothing(everything):
    client = member_of("Auditor")
    assert client.get("/admin/").status_code == 200
    for model in registered():
        rows = client.get(address(model, "changelist"))
        assert rows.status_code == 200, model
        assert 'name="action"' not in rows.text, model
        assert client.get(address(model, "add")).status_code == 403, model
        row = model._default_manager.first()
        assert row is not None, model
        page = client.get(address(model, "change", row.pk))
        assert page.status_code == 200, model
        assert 'name="_save"' not in page.text, model
        for act in ("change", "delete"):
            refused = client.post(address(model, act, row.pk), {"post": "yes"})
            assert refused.status_code == 403, (model, act)
        assert model._default_manager.filter(pk=row.pk).exists()


def test_an_auditor_cannot_send_refunds_again(everything):
    Refund.objects.update(status=Refund.Status.FAILED, next_try_at=None)
    refund = Refund.objects.get()

    member_of("Auditor").post(
        address(Refund, "changelist"), {"action": "send_again", "_selected_action": [refund.pk]}
    )

    assert Refund.objects.get().status == Refund.Status.FAILED


def test_jobs_of_the_queue_are_for_superusers(staff_client):
    jobs = "/admin/procrastinate/procrastinatejob/"

    for group in staff_groups.GROUPS:
        assert member_of(group).get(jobs).status_code == 403
    assert staff_client.get(jobs).status_code == 200


def test_the_page_of_a_user_tells_of_ways_in_and_shows_no_secret(sam, staff_client):
    for client in (staff_client, member_of("Auditor")):
        page = client.get(address(sam, "change", sam.pk)).text

        assert "TOTP Authenticator × 1" in page
        assert "github" in page
        assert page.count(sam.email) > 1
        assert SECRET not in page
        assert Authenticator.objects.get(type="totp").data["secret"] not in page
        assert User.objects.get(pk=sam.pk).password not in page


@pytest.mark.parametrize(
    "pages",
    [
        "mfa/authenticator",
        "account/emailaddress",
        "usersessions/usersession",
        "socialaccount/socialaccount",
        "socialaccount/socialapp",
        "socialaccount/socialtoken",
    ],
)
def test_keys_and_secrets_of_allauth_are_not_in_the_admin(staff_client, pages):
    assert staff_client.get(f"/admin/{pages}/").status_code == 404


def test_a_one_time_link_in_a_mail_is_shown_to_nobody(client, sam, staff_client):
    client.post("/accounts/password/reset/", {"email": sam.email})
    mail = OutboxMessage.objects.get(to=sam.email)
    assert "/password/reset/key/" in mail.body

    for reader in (staff_client, member_of("Manager"), member_of("Auditor")):
        page = reader.get(address(mail, "change", mail.pk))
        assert page.status_code == 200
        assert "/password/reset/key/" not in page.text


def test_a_guests_link_to_an_order_is_shown_to_nobody(order, staff_client):
    mail = OutboxMessage.objects.filter(thread=order.number).earliest("pk")
    key = re.search(r"/orders/open/([^/]+)/", mail.body)[1]

    for reader in (staff_client, member_of("Manager"), member_of("Auditor")):
        page = reader.get(address(mail, "change", mail.pk)).text
        assert key not in page
        assert "/orders/open/…/" in page
