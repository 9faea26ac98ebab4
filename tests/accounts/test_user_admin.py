"""What the page of a user in the admin leaves to the member, and to the ways that do all of it."""

import pytest
from django.test import Client

from accounts.models import User

from .doors import is_in, member, sign_in

pytestmark = pytest.mark.django_db


def page_of(user: User, act: str = "change") -> str:
    return f"/admin/accounts/user/{user.pk}/{act}/"


def test_an_address_is_its_members_to_change(staff_client):
    sam = member()
    page = staff_client.get(page_of(sam))
    assert 'name="email"' not in page.text
    shown = (inline.formset.prefix for inline in page.context["inline_admin_formsets"])
    counts = {f"{prefix}-{kind}_FORMS": "0" for prefix in shown for kind in ("TOTAL", "INITIAL")}

    staff_client.post(page_of(sam), {**counts, "email": "else@example.org", "name": "Sam"})

    sam.refresh_from_db()
    assert (sam.email, sam.name) == ("sam@example.org", "Sam")
    sign_in(client := Client())
    assert is_in(client)


def test_nobody_deletes_an_account_past_its_erasure(staff_client):
    sam = member()
    chosen = {"action": "delete_selected", "_selected_action": [sam.pk], "post": "yes"}

    assert "gdpr_erase" in staff_client.get(page_of(sam)).text
    assert staff_client.post(page_of(sam, "delete"), {"post": "yes"}).status_code == 403
    staff_client.post("/admin/accounts/user/", chosen)

    assert User.objects.filter(pk=sam.pk).exists()
