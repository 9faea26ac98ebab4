"""The page of a customer for staff: what it shows, and that whoever looks is noted."""

import re
import uuid
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import looks, outbox
from accounts.models import Address, CustomerLook, OutboxMessage, User
from accounts.person import Person
from shop.cart import Shopper
from shop.models import Order
from shop.services import noting
from tests.factories import BookFactory, DeliveryMethodFactory, UserFactory
from tests.reviews.readers import write
from tests.shop.conftest import ADDRESS, draft, fill, place
from tests.staff_scene import member_of
from tests.waitlist.lists import join, sold_out

from .doors import is_in, member
from .signing_in import sign_in

pytestmark = pytest.mark.django_db
GUEST = "nadia@example.org"


@pytest.fixture
def auditor() -> Client:
    return member_of("Auditor")


@pytest.fixture
def delivery():
    return DeliveryMethodFactory()


@pytest.fixture
def sam(delivery) -> User:
    """A member with one row in every part."""
    user = member()
    live(user)
    return user


def live(user: User) -> None:
    sign_in(user, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0")
    postal = {name: text for name, text in ADDRESS.items() if name != "email"}
    Address.objects.create(user=user, label="Home", created_at=timezone.now(), **postal)
    outbox.write(to=user.email, user=user, subject="Hello, Sam", body="", now=timezone.now())
    write(BookFactory(title="Emma"), user=user)
    join(sold_out(title="Persuasion"), user=user)


def order(shopper: Shopper, email: str = GUEST) -> Order:
    fill(shopper, BookFactory())
    return place(shopper, said=draft(email=email))


def order_of_guest(email: str = GUEST) -> Order:
    return order(Shopper(token=uuid.uuid4()), email)


def page_of(user: User) -> str:
    return f"/admin/customers/{user.pk}/"


def parts(page) -> dict[str, int]:
    return {shown.part.name: len(shown.rows) for shown in page.context["parts"]}


def test_it_shows_what_every_app_knows_of_a_member(auditor, sam):
    auditor.get(page_of(sam))

    page = auditor.get(page_of(sam))

    assert parts(page) == {
        "addresses": 1,
        "sessions": 1,
        "mails": 1,
        "looks": 1,
        "orders": 1,
        "order_notes": 0,
        "places": 1,
        "reviews": 1,
    }
    for words in ("Firefox on Linux", "1 Some Street", "Hello, Sam", "Emma", "Persuasion"):
        assert words in page.text
    assert Order.objects.get().number in page.text


def test_what_staff_noted_about_their_orders_is_on_it(auditor, sam):
    words = {"text": "Rings twice.", "who": "a test", "now": timezone.now()}
    noting.add_note(number=Order.objects.get().number, **words)

    assert "Rings twice." in auditor.get(page_of(sam)).text
    assert "Rings twice." not in auditor.get("/admin/customers/guest/", {"email": GUEST}).text


def test_no_link_that_lets_somebody_in_and_no_key_is_on_it(auditor, sam):
    Client().post("/accounts/password/reset/", {"email": sam.email})
    mail = OutboxMessage.objects.get(has_one_time_link=True)
    page = auditor.get(page_of(sam)).text

    assert mail.subject in page
    assert re.search(r"/password/reset/key/\S+", mail.body)
    assert "/password/reset/key/" not in page
    for session in sam.usersession_set.all():
        assert session.session_key not in page


def test_what_they_ordered_as_a_guest_with_a_confirmed_address_is_theirs(auditor, sam):
    EmailAddress.objects.create(user=sam, email=GUEST, verified=True)
    order_of_guest()

    assert parts(auditor.get(page_of(sam)))["orders"] == 2


def test_each_part_is_shown_only_to_who_may_see_its_like(sam):
    helper = UserFactory(is_staff=True)
    seen = ("view_user", "view_review")
    helper.user_permissions.set(Permission.objects.filter(codename__in=seen))
    client = Client()
    client.force_login(helper)

    assert parts(client.get(page_of(sam))) == {"sessions": 1, "reviews": 1}


@pytest.mark.parametrize("group", ["Bookseller", "Fulfilment"])
def test_who_sees_no_members_finds_no_customers(group, sam):
    client = member_of(group)

    for address in ("/admin/customers/", page_of(sam), f"/admin/customers/guest/?email={GUEST}"):
        assert client.get(address).status_code == 403
    assert not CustomerLook.objects.exists()


def test_more_rows_take_no_more_queries(auditor, sam):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            auditor.get(page_of(sam))
        return len(queries)

    auditor.get(page_of(sam))
    before = count()
    for _ in range(4):
        Address.objects.update(is_default=False)
        live(sam)

    assert count() == before


def test_the_newest_are_shown_and_a_link_to_all_of_them(auditor, sam):
    for number in range(20):
        outbox.write(to=sam.email, user=sam, subject=f"No. {number}", body="", now=timezone.now())

    page = auditor.get(page_of(sam))

    assert parts(page)["mails"] == 20
    assert "Hello, Sam" not in page.text
    assert "All of them: Mails" in page.text


def test_the_lists_of_all_of_them_open(auditor, sam):
    auditor.get(page_of(sam))

    page = auditor.get(page_of(sam))

    for shown in page.context["parts"]:
        if shown.whole_list:
            rows = auditor.get(shown.whole_list)
            assert rows.status_code == 200, shown.whole_list
            assert len(rows.context["cl"].result_list) == len(shown.rows), shown.whole_list


def test_nobody_is_404(auditor, staff_client):
    for address in ("/admin/customers/999999/", f"/admin/customers/{'9' * 30}/"):
        assert auditor.get(address).status_code == 404
    assert staff_client.post("/admin/customers/999999/sign-out/").status_code == 404


# Guests.


def test_a_guest_has_a_page_by_their_address(auditor, delivery):
    placed = order_of_guest()

    page = auditor.get("/admin/customers/guest/", {"email": GUEST.upper()})

    assert parts(page)["orders"] == 1
    assert placed.number in page.text


def test_the_address_of_a_member_leads_to_their_page(auditor, sam):
    page = auditor.get("/admin/customers/guest/", {"email": sam.email})

    assert page["Location"] == page_of(sam)


def test_to_write_an_address_into_an_account_brings_no_orders_of_its_owner(auditor, delivery):
    thief = UserFactory(email="thief@example.org")
    User.objects.filter(pk=thief.pk).update(email=GUEST)
    EmailAddress.objects.create(user=thief, email="thief@example.org", verified=True)
    order_of_guest()

    assert parts(auditor.get(page_of(thief)))["orders"] == 0
    page = auditor.get("/admin/customers/guest/", {"email": GUEST})
    assert parts(page)["orders"] == 1


@pytest.mark.parametrize("email", ["nobody@example.org", "not an address", ""])
def test_of_whom_there_is_nothing_there_is_no_page_and_no_note(auditor, email):
    page = auditor.get("/admin/customers/guest/", {"email": email}, follow=True)

    assert page.context["title"] == "Customers"
    assert not CustomerLook.objects.exists()


# Looking for them.


@pytest.mark.parametrize("text", ["sam@", "SAM shop", "number"])
def test_members_are_found(auditor, sam, text):
    User.objects.filter(pk=sam.pk).update(name="Sam Shopper")
    text = Order.objects.get().number if text == "number" else text

    page = auditor.get("/admin/customers/", {"q": text})

    assert f'href="{page_of(sam)}"' in page.text


def test_guests_are_found_by_their_address_and_by_the_number_of_an_order(auditor, delivery):
    placed = order_of_guest("Nadia@Example.org")

    for text in ("nadia@example.org", placed.number, placed.number.lower()):
        page = auditor.get("/admin/customers/", {"q": text})
        assert '/admin/customers/guest/?email=nadia%40example.org"' in page.text


def test_who_sees_no_orders_finds_no_guests(delivery):
    placed = order_of_guest()
    helper = UserFactory(is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(helper)

    assert "Nobody is found" in client.get("/admin/customers/", {"q": placed.number}).text


@pytest.mark.parametrize("text", ["", "x" * 300])
def test_what_cannot_be_looked_for_is_said_at_the_field(auditor, text):
    page = auditor.get("/admin/customers/", {"q": text})

    assert page.status_code == 422
    assert 'id="q-problem"' in page.text


def test_looking_for_people_is_no_look_at_them(auditor, sam):
    auditor.get("/admin/customers/", {"q": "sam"})
    auditor.get("/admin/accounts/user/")

    assert not CustomerLook.objects.exists()


# Looks.


def test_a_look_is_noted_with_who_and_as_what(auditor, sam):
    before = timezone.now()

    auditor.get(page_of(sam))

    look = CustomerLook.objects.get()
    assert (look.who, look.role) == ("auditor@octavo.example", "Auditor")
    assert (look.user, look.email, look.page) == (sam, "", "customer")
    assert before <= look.at <= timezone.now()


def test_a_look_at_a_guest_is_noted_by_their_address(staff_client, delivery):
    order_of_guest()

    staff_client.get("/admin/customers/guest/", {"email": GUEST})

    look = CustomerLook.objects.get()
    assert (look.user, look.email, look.role) == (None, GUEST, "Superuser")


def test_the_page_of_the_account_counts_as_well(auditor, sam):
    auditor.get(f"/admin/accounts/user/{sam.pk}/change/")
    auditor.get("/admin/accounts/user/999999/change/")
    auditor.get("/admin/accounts/user/x/change/")

    assert CustomerLook.objects.get().page == "account"


def test_looking_again_within_minutes_is_one_look(auditor, staff_client, sam):
    for client in (auditor, auditor, staff_client):
        client.get(page_of(sam))
    assert CustomerLook.objects.count() == 2

    later = timezone.now() + timedelta(minutes=11)
    who = User.objects.get(email="auditor@octavo.example")
    looks.note(who=who, person=Person.of(sam), page=CustomerLook.Page.CUSTOMER, now=later)

    assert CustomerLook.objects.count() == 3


def test_to_ask_whether_it_is_there_is_no_look(auditor, sam):
    assert auditor.head(page_of(sam)).status_code == 200
    assert auditor.head(f"/admin/accounts/user/{sam.pk}/change/").status_code == 200

    assert not CustomerLook.objects.exists()


def test_ones_own_page_is_nobody_elses(staff_client, staff):
    staff_client.get(page_of(staff))

    assert not CustomerLook.objects.exists()


@pytest.mark.parametrize(
    "change", [{"role": "Nobody"}, {"who": "else@example.org"}, {"page": "account"}, {"email": "x"}]
)
def test_a_look_is_never_changed(auditor, sam, change):
    auditor.get(page_of(sam))

    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerLook.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerLook.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerLook.objects.update(user=UserFactory())


def test_looks_are_listed_and_found_by_who_and_whom(auditor, staff_client, sam, delivery):
    order_of_guest()
    auditor.get(page_of(sam))
    staff_client.get("/admin/customers/guest/", {"email": GUEST})

    def found(text: str) -> set[str]:
        page = auditor.get("/admin/accounts/customerlook/", {"q": text})
        return {look.who for look in page.context["cl"].result_list}

    assert found("") == {"auditor@octavo.example", "stella@example.org"}
    assert found("AUDITOR@octavo.example") == {"auditor@octavo.example"}
    assert found(GUEST) == {"stella@example.org"}
    assert found(sam.email) == {"auditor@octavo.example"}
    assert found("auditor") == set()


# What is done there.


def test_a_manager_signs_a_member_out_everywhere(sam):
    client, at_home = member_of("Manager"), sign_in(sam)
    address = f"{page_of(sam)}sign-out/"
    assert "Every device is signed out at once" in client.get(address).text
    assert is_in(at_home)

    page = client.post(address, follow=True)

    assert f"Signed out everywhere: {sam.email}" in page.text
    assert not is_in(at_home)
    assert LogEntry.objects.get().get_change_message() == "Signed out everywhere"
    assert is_in(sign_in(sam))


def test_a_manager_deactivates_and_reactivates_a_member(sam):
    client = member_of("Manager")

    client.post(f"{page_of(sam)}deactivate/")
    assert not User.objects.get(pk=sam.pk).is_active
    assert "This account is deactivated." in client.get(page_of(sam)).text

    client.post(f"{page_of(sam)}reactivate/")
    assert User.objects.get(pk=sam.pk).is_active


@pytest.mark.parametrize("act", ["sign-out", "deactivate", "reactivate"])
def test_what_cannot_be_done_is_said_and_not_done(act, staff):
    client = member_of("Manager")

    page = client.post(f"{page_of(staff)}{act}/")

    assert page.status_code == 422
    assert "Only a superuser can do this to one of the staff." in page.text
    assert User.objects.get(pk=staff.pk).is_active
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("act", ["sign-out", "deactivate", "reactivate"])
def test_an_auditor_does_none_of_it(auditor, sam, act):
    at_home = sign_in(sam)
    address = f"{page_of(sam)}{act}/"

    assert address not in auditor.get(page_of(sam)).text
    assert auditor.get(address).status_code == 403
    assert auditor.post(address).status_code == 403
    assert is_in(at_home)


# The ways there.


def test_lists_and_pages_lead_to_it(auditor, sam):
    placed, review = Order.objects.get(), sam.reviews.get()
    guests = order_of_guest("a+b@example.org")

    for address in (
        "/admin/accounts/user/",
        f"/admin/accounts/user/{sam.pk}/change/",
        f"/admin/shop/order/{placed.pk}/change/",
        f"/admin/reviews/review/{review.pk}/change/",
    ):
        assert f'href="{page_of(sam)}"' in auditor.get(address).text, address
    page = auditor.get(f"/admin/shop/order/{guests.pk}/change/").text
    href = re.search(r'href="(/admin/customers/guest/[^"]*)"', page)[1]
    assert guests.number in auditor.get(href).text


def test_who_may_not_see_customers_is_led_to_none(sam):
    placed = Order.objects.get()

    page = member_of("Fulfilment").get(f"/admin/shop/order/{placed.pk}/change/")

    assert "/admin/customers/" not in page.text
