"""No table is forgotten, and no column of one, when people ask for their data or have it erased."""

import io
import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils import timezone
from django_countries.fields import CountryField

from accounts import erasing
from accounts.exporting import write_archive
from accounts.models import OutboxMessage, PostalAddress, User
from accounts.person import ERASED, Part, Person, parts
from bookstore.logs import without_keys
from shop.cart import Shopper
from shop.models import DeliveryMethod
from tests.factories import BookFactory, DeliveryMethodFactory, UserFactory
from tests.shop import whole_life
from tests.shop.conftest import draft, fill, pay, place

from .doors import ask_for_change, ask_for_reset, link_in, mails_to, member, sign_in

Model = type[models.Model]
BOOKS = "books and what is told of them"
RULES = "a rule of the shop, which staff make"
TASKS = "tasks and workers; tasks name mails and orders by their keys"
# Tables that no part answers for, and why none need.
HOLDS_NOBODY = {
    **dict.fromkeys(
        (
            *("Genre", "Publisher", "Series", "Work", "Book", "Book_genres", "BookText"),
            *(
                "Contribution",
                "FrontTableEntry",
                "PriceChange",
                "Repricing",
                "RepricedBook",
                "FacetCount",
                "Lexeme",
                "Word",
            ),
            *("Suggestion", "SuggestionPrefix", "AlsoLiked", "Arrival", "ExpectedDelivery"),
            *("GoodsInLine", "GoodsInScan", "FeedRun", "FeedProblem", "FeedRecord"),
        ),
        BOOKS,
    ),
    "Contributor": "people who made books, not who buy them",
    "MissedSearch": "words that were looked for, not by whom",
    "BookSales": "copies of books, not who bought them",
    **dict.fromkeys(
        (
            *("Voucher", "Voucher_excluded_genres", "Voucher_excluded_books"),
            *("DeliveryMethod", "DeliveryBand", "TaxRate", "InvoiceCounter"),
        ),
        RULES,
    ),
    "StockTakeLine": "copies of books that were counted, not by whom",
    "WebhookEvent": "what providers say of people is taken out before it is kept",
    **dict.fromkeys(("Permission", "Group", "Group_permissions", "ContentType"), RULES),
    "SocialApp": "keys of the shop at other sites",
    **dict.fromkeys(
        (
            *("ProcrastinateWorker", "ProcrastinateJob"),
            *("ProcrastinateEvent", "ProcrastinatePeriodicDefer"),
        ),
        TASKS,
    ),
}
# Columns that the export leaves out, and why.
SECRET = "would open the account to whoever finds the file"
KEY = "a key of the machine, which says nothing of anybody"
SAME = "the order says the same"
LINK = "would open the list to whoever finds the file"
SURPRISE = "what givers said is no business of the one who gets the book"
DELIVERY = "what came to the shop, and when"
STAFF = "somebody of the staff, who is none of theirs"
WITHHELD = {
    "User.password": SECRET,
    "EmailConfirmation.key": SECRET,
    "SocialToken.token": SECRET,
    "Authenticator.data": SECRET,
    "UserSession.session_key": SECRET,
    "Session.session_key": SECRET,
    "Session.session_data": SECRET,
    "Session.expire_date": KEY,
    "Cart.token": SECRET,
    "PreBooking.key": SECRET,
    "RestockAlert.key": SECRET,
    "NoticeChoice.key": SECRET,
    "Payment.url": SECRET,
    "Payment.key": KEY,
    "Order.idempotency_key": KEY,
    "Withdrawal.key": KEY,
    "RefundRequest.key": KEY,
    "StockTake.key": KEY,
    "StockTakeScan.key": KEY,
    "OutboxMessage.dedupe_key": KEY,
    "OutboxMessage.html": "the text says the same (tests/accounts/test_letters.py)",
    "OutboxMessage.message_id": KEY,
    "OutboxMessage.thread": KEY,
    "OutboxMessage.unsubscribe_url": "the mail says the same, but for a key",
    "LogEntry.object_id": KEY,
    "Invoice.seller": "the shop itself",
    "Review.removed_by": STAFF,
    "ReviewReport.settled_by": STAFF,
    "ModerationEvent.who": STAFF,
    "CustomerLook.who": STAFF,
    "StockMovement.reason": SAME,
    "StockMovement.at": SAME,
    "GoodsIn.reference": DELIVERY,
    "GoodsIn.started_at": DELIVERY,
    "GoodsIn.posted_at": DELIVERY,
    "GoodsIn.closed_at": DELIVERY,
    "Wishlist.key": LINK,
    "WishlistItem.taken_at": SURPRISE,
    "WishlistItem.taken_by": SURPRISE,
}


def all_models() -> list[Model]:
    return apps.get_models(include_auto_created=True)


def points_at_people(all_of_them: Iterable[Model]) -> set[Model]:
    """Models from which foreign keys lead to a user, however many tables lie between."""
    all_of_them, reached = list(all_of_them), {User}
    while True:
        more = {
            model
            for model in all_of_them
            for field in model._meta.get_fields(include_parents=True)
            if field.is_relation and not field.auto_created and field.related_model in reached
        } - reached
        if not more:
            return reached
        reached |= more


def names_people(model: Model) -> bool:
    """Whether it has a column for what tells people apart."""
    kinds = (models.EmailField, models.GenericIPAddressField)
    fields = model._meta.get_fields()
    return issubclass(model, PostalAddress) or any(
        isinstance(field, kinds) or field.name in ("who", "phone", "user_agent") for field in fields
    )


def claimed(known: Iterable[Part]) -> set[Model]:
    return {model for part in known for model in part.models}


def forgotten(known: Iterable[Part], all_of_them: Iterable[Model]) -> set[str]:
    """Models that no part answers for, unless it is said why none need, and they hold nobody."""
    people = points_at_people(all_of_them)
    return {
        model.__name__
        for model in set(all_of_them) - claimed(known)
        if model.__name__ not in HOLDS_NOBODY or model in people or names_people(model)
    }


def test_no_table_is_forgotten():
    assert forgotten(parts(), all_models()) == set()


@pytest.mark.parametrize("model", sorted(claimed(parts()), key=lambda model: model.__name__))
def test_a_table_is_missed_as_soon_as_no_part_answers_for_it(model):
    others = [part for part in parts() if model not in part.models]

    assert model.__name__ in forgotten(others, all_models())


@isolate_apps("accounts")
@pytest.mark.parametrize("target", [User, EmailAddress, "names"])
def test_a_table_to_come_is_missed(target):
    class Word(models.Model):  # noqa: DJ008
        """Named as one that holds nobody, which is not enough."""

        class Meta:
            app_label = "accounts"

    column = models.EmailField()
    if target != "names":
        column = models.ForeignKey(target, models.CASCADE, related_name="+")
    column.contribute_to_class(Word, "somebody")

    assert forgotten(parts(), [*all_models(), Word]) == {"Word"}


def test_the_list_of_what_holds_nobody_names_only_what_is_there():
    assert HOLDS_NOBODY.keys() <= {model.__name__ for model in all_models()}


def test_each_part_has_a_file_of_its_own():
    names = [part.name for part in parts()]

    assert len(names) == len(set(names))


def read(person: Person) -> dict[str, str]:
    file = io.BytesIO()
    write_archive(person=person, file=file, now=timezone.now())
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def person(delivery) -> Person:
    user = whole_life.live(Client())
    whole_life.add_second_steps(user)
    return Person.of(user)


@pytest.fixture
def delivery(db):
    DeliveryMethod.objects.all().delete()
    return DeliveryMethodFactory()


@pytest.fixture
def guest() -> Shopper:
    return Shopper(token=uuid.uuid4())


def rows_about_them(model: Model) -> Iterable[models.Model]:
    """The rows of a database that holds this person, the staff, and books."""
    others = {
        "User": {"is_staff": True},
        "StockMovement": {"who__in": ["a test", "the waiting list"]},
        "Review": {"user__is_staff": True},
        "ReviewVote": {"user__is_staff": True},
        "ReviewReport": {"user__is_staff": True},
        "ReviewVersion": {"review__user__is_staff": True},
        "ModerationEvent": {"review__user__is_staff": True},
        "CustomerLook": {"user__is_staff": True},
        # Of a link that only its reader may use, the export says that there was one.
        "OutboxMessage": {"has_one_time_link": True},
    }
    rows = model._default_manager.all()
    return rows.exclude(**others[model.__name__]) if model.__name__ in others else rows


def told_by(row: models.Model) -> Iterable[tuple[str, str]]:
    """Each column of a row that says something, with how the export has to say it."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.is_relation or field.primary_key or isinstance(value, bool | int) or not value:
            continue
        has_words = field.choices and not isinstance(field, CountryField)
        shown = getattr(row, f"get_{field.name}_display")() if has_words else str(value)
        shown = value if isinstance(value, datetime | dict) else shown
        text = json.dumps(shown, cls=DjangoJSONEncoder, ensure_ascii=False).strip('"{}')
        yield f"{type(row).__name__}.{field.name}", text


@pytest.mark.django_db
def test_every_column_of_every_table_is_in_the_export_or_left_out_for_a_reason(person):
    files = read(person)
    told = dict.fromkeys(claimed(parts()), "")
    for part in parts():
        for model in part.models:
            told[model] += json.dumps(json.loads(files[f"{part.name}.json"]), ensure_ascii=False)

    missing = {
        f"{column}: {text}"
        for model, words in told.items()
        for row in rows_about_them(model)
        for column, text in told_by(row)
        if without_keys(text) not in words and column not in WITHHELD
    }

    assert missing == set()


@pytest.mark.django_db
def test_no_secret_is_in_the_export(person):
    told = "".join(read(person).values())

    assert "/orders/open/" in told
    assert told == without_keys(told)
    for secret in ("token-of-hers", "CONFIRM-KEY-OF-HERS", "A link", person.user.password):
        assert secret not in told
    for row in UserSession.objects.all():
        assert row.session_key not in told


@pytest.mark.django_db
def test_it_is_written_in_words_numbers_and_times_that_anybody_can_read(person):
    files = read(person)

    order = json.loads(files["orders.json"])[1]
    assert order["sums"]["total"] == "22.95 GBP"
    assert order["placed_at"].endswith("Z")
    assert order["books"][0]["price"] == "10.00 GBP"
    assert order["invoice"]["number"] == "INV-000002"
    assert "orders.json\n    Orders: 5\n" in files["README.txt"]
    assert f"{whole_life.EMAIL}, {whole_life.SECOND}" in files["README.txt"]
    assert {"README.txt", *(f"{part.name}.json" for part in parts())} == files.keys()


@pytest.mark.django_db
def test_it_holds_nothing_of_anybody_else(person):
    other = UserFactory(email="other@example.org", name="Otto Other")
    fill(Shopper(user=other), BookFactory())
    place(Shopper(user=other), said=draft(email=whole_life.SECOND))

    files = read(person)

    assert "other@example.org" not in "".join(files.values())
    assert len(json.loads(files["orders.json"])) == 5
    assert [row["email"] for row in json.loads(files["account.json"])] == [whole_life.EMAIL]


@pytest.mark.django_db
def test_an_address_that_nobody_confirmed_brings_no_orders(shopper, delivery, guest):
    EmailAddress.objects.create(user=shopper, email="nadia@example.org", verified=False)
    fill(guest, BookFactory())
    place(guest)

    assert json.loads(read(Person.of(shopper))["orders.json"]) == []


def mails_in_export(user: User) -> list[tuple[str, str]]:
    mails = json.loads(read(Person.of(user))["mails.json"])
    return [(mail["to"], mail["subject"]) for mail in mails]


@pytest.mark.django_db
def test_to_ask_for_an_address_brings_no_mails_of_whoever_has_it(client):
    victim, sam = member("victim@example.org"), member()
    ask_for_reset(Client(), victim.email)
    OutboxMessage.objects.update(next_try_at=None, sent_at=timezone.now())
    sign_in(client)
    ask_for_change(client, victim.email)
    theirs, to_confirm = OutboxMessage.objects.order_by("pk")

    assert mails_in_export(sam) == [(victim.email, to_confirm.subject)]

    erasing.erase(person=Person.of(sam), now=timezone.now())
    assert OutboxMessage.objects.filter(pk=theirs.pk).exists()
    assert not OutboxMessage.objects.filter(pk=to_confirm.pk).exists()


@pytest.mark.django_db
def test_mails_to_an_address_that_they_had_once_are_theirs(client):
    sam = member("old@example.org")
    sign_in(client, "old@example.org")
    ask_for_change(client, "new@example.org")
    client.get(link_in(mails_to("new@example.org")[0]))
    sam.refresh_from_db()

    assert [to for to, _subject in mails_in_export(sam)] == ["new@example.org", "old@example.org"]

    erasing.erase(person=Person.of(sam), now=timezone.now())
    assert mails_to("old@example.org") == []


@pytest.mark.django_db
def test_what_staff_did_to_others_is_not_theirs(staff_client):
    ann, joe = member("ann@gmail.example"), member("joe.ann@gmail.example")
    chosen = {"action": "deactivate", "_selected_action": [ann.pk, joe.pk]}
    staff_client.post("/admin/accounts/user/", chosen)

    (change,) = json.loads(read(Person.of(ann))["changes_by_staff.json"])
    assert (change["what"], change["change"]) == ("ann@gmail.example", "Deactivated")

    erasing.erase(person=Person.of(ann), now=timezone.now())
    assert list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")) == [
        (ERASED, ""),
        ("joe.ann@gmail.example", "Deactivated"),
    ]


@pytest.mark.django_db
def test_an_address_that_staff_wrote_into_an_account_is_not_yet_theirs():
    sam = member("sam@example.org")
    User.objects.filter(pk=sam.pk).update(email="written@example.org")
    sam.refresh_from_db()

    assert Person.of(sam).emails == ("sam@example.org",)


@pytest.mark.django_db
def test_somebody_of_whom_little_is_known_gets_lists_that_are_empty(shopper):
    files = read(Person.of(shopper))

    assert json.loads(files["orders.json"]) == []
    assert len(json.loads(files["account.json"])) == 1


@pytest.mark.django_db
def test_more_orders_take_no_more_queries(shopper, delivery):
    def order_and_count() -> int:
        fill(Shopper(user=shopper), BookFactory(), BookFactory())
        pay(place(Shopper(user=shopper)).number)
        with CaptureQueriesContext(connection) as queries:
            read(Person.of(shopper))
        return len(queries)

    assert order_and_count() == [order_and_count() for _ in range(4)][-1]
