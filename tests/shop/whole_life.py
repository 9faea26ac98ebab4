"""Somebody of whom the shop holds a row of every kind, all of it settled."""

import re
import uuid
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts import looks, outbox
from accounts.models import Address, CustomerLook, OutboxMessage, User
from accounts.person import Person
from catalog import stock
from catalog.models import Book, StockMovement
from reviews import moderation
from reviews import services as reviewing
from reviews.models import Reason, Review
from shop.cart import Shopper
from shop.models import GoodsIn, Order, Refund, StockTake
from shop.services import (
    cancelling,
    counting,
    discounts,
    noting,
    posting,
    posting_counts,
    refund_requests,
    refunds,
    withdrawing,
)
from tests.factories import BookFactory, UserFactory, VoucherFactory, receive
from waitlist import alert_mails, alerts, holds, notice_mails, notices, overrides, places, wishlists
from waitlist.models import WishlistItem

from .conftest import decline, draft, fill, pay, place

EMAIL, SECOND, PENDING = "zenobia@quartermain.example", "zq@second.example", "zq@pending.example"
# What she signed in with at first.
FORMER = "zq@former.example"
NAME, PHONE, STREET = "Zenobia Quartermain", "+44 7700 900123", "77 Marmalade Row"
AUNT, AUNTS_STREET = "Hortensia Bellweather", "3 Treacle Mews"
TRACKING, AGENT, IP = "PARCEL-ZQ-991", "ZenBrowser/9.1", "203.0.113.77"
PASSWORD = "a-good-password"
HERE = {"name": NAME, "line1": STREET, "city": "Bristol", "postcode": "BS1 4ZZ", "phone": PHONE}
AT_THE_AUNTS = {**HERE, "name": AUNT, "line1": AUNTS_STREET, "country": "GB"}
# Whatever of these is found anywhere tells of them.
SIGNS = (
    *(EMAIL, SECOND, PENDING, FORMER, NAME, PHONE, STREET, AUNT, AUNTS_STREET, TRACKING, AGENT, IP),
    *("zenobia", "quartermain", "google-uid-of-hers", "Her telephone", "the marmalade one"),
    *("Sorry, dear reader", "Her home", "token-of-hers", "CONFIRM-KEY-OF-HERS"),
)
LONG_AGO = timezone.now() - timedelta(days=90)


def live(client: Client) -> User:
    """Signed in with `client`; another browser has signed in, too."""
    user = UserFactory(email=FORMER, name=NAME, date_joined=LONG_AGO)
    EmailAddress.objects.create(user=user, email=FORMER, verified=True, primary=True)
    _sign_in(client, FORMER)
    _buy_and_change_address(client, user)
    _open_every_door(user)
    _sign_in(Client(), EMAIL)
    _keep_addresses(user)
    _buy_with_the_account(user)
    _buy_as_a_guest()
    _be_changed_by_staff(user)
    _be_refused_a_refund(Order.objects.get(items__title="Emma"))
    _wait_in_line(user)
    _talk_of_books(user)
    fill(Shopper(user=user), BookFactory(title="Middlemarch"))
    _wish(user)
    _ask_to_be_told(user)
    outbox.write(
        to=EMAIL, subject=f"Hello {NAME}", body="A link", has_one_time_link=True, now=LONG_AGO
    )
    outbox.write(
        to=PENDING,
        user=user,
        subject="Is it you?",
        body="",
        has_one_time_link=True,
        now=LONG_AGO,
    )
    # What staff were told of her reached them long ago.
    to_staff = OutboxMessage.objects.filter(to=settings.SHOP["email"])
    to_staff.update(next_try_at=None, sent_at=LONG_AGO)
    return user


def past_second_step(client: Client) -> None:
    """Give the password once more, as the pages about one's data ask."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def _sign_in(browser: Client, email: str) -> None:
    agent = {"headers": {"User-Agent": AGENT}, "REMOTE_ADDR": IP}
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD}, **agent)


def _buy_and_change_address(client: Client, user: User) -> None:
    """An order that was placed and cancelled under the former address."""
    order = _order(Shopper(user=user), "Pamela", email="aunt@second.example")
    client.post(f"/orders/{order.number}/cancel/")
    _money_went_back(order)
    past_second_step(client)
    client.post("/accounts/email/", {"action_add": "", "email": EMAIL})
    mail = OutboxMessage.objects.filter(to=EMAIL).latest("pk")
    client.get(re.search(r"/accounts/confirm-email/\S+", mail.body).group())
    user.refresh_from_db()
    assert user.email == EMAIL


def _open_every_door(user: User) -> None:
    main = EmailAddress.objects.get(user=user, email=EMAIL)
    EmailConfirmation.objects.create(email_address=main, key="CONFIRM-KEY-OF-HERS")
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    EmailAddress.objects.create(user=user, email=PENDING, verified=False)
    user.groups.add(Group.objects.create(name="Reading circle"))
    user.user_permissions.add(Permission.objects.order_by("pk").first())
    account = SocialAccount.objects.create(
        user=user, provider="google", uid="google-uid-of-hers", extra_data={"name": NAME}
    )
    SocialToken.objects.create(account=account, token="token-of-hers")


def add_second_steps(user: User) -> None:
    """Apart, since they would stand before the sign-in of live()."""
    kinds = Authenticator.Type
    for kind, data in (
        (kinds.TOTP, {"secret": "token-of-hers"}),
        (kinds.RECOVERY_CODES, {"seed": "token-of-hers", "used_mask": 0}),
        (kinds.WEBAUTHN, {"name": "Her telephone", "credential": {"id": "token-of-hers"}}),
    ):
        Authenticator.objects.create(user=user, type=kind, data=data)


def _keep_addresses(user: User) -> None:
    Address.objects.create(
        user=user, label="Her home", is_default=True, created_at=LONG_AGO, country="GB", **HERE
    )


def _said(**changes: Any) -> Any:
    usual = draft()
    address = {**usual.address, **HERE}
    return draft(**{"email": EMAIL, "address": address, **changes})


def _buy_with_the_account(user: User) -> None:
    """One order that came, was withdrawn from in part and refunded; one not paid; one cancelled."""
    shopper, bill = Shopper(user=user), {**draft().address, **AT_THE_AUNTS}
    order = _order(shopper, "Emma", billing=bill, copies=2)
    _post(order)
    withdrawing.withdraw(
        number=order.number,
        key=uuid.uuid4(),
        name=NAME,
        email=SECOND,
        words="the marmalade one",
        now=LONG_AGO + timedelta(days=8),
    )
    _refund(order)
    decline(_placed(shopper, "Persuasion").number, LONG_AGO)
    cancelled = _order(shopper, "Sanditon")
    cancelling.cancel_order(number=cancelled.number, who=EMAIL, now=LONG_AGO)
    _money_went_back(cancelled)


def _buy_as_a_guest() -> None:
    """With the second address, in capitals, and withdrawn from before it left."""
    guest = Shopper(token=uuid.uuid4())
    order = _order(guest, "Evelina", email=SECOND.upper())
    withdrawing.withdraw(
        number=order.number, key=uuid.uuid4(), name=NAME, email=SECOND, words="", now=LONG_AGO
    )
    _money_went_back(order)
    fill(guest, BookFactory(title="Cecilia"))
    voucher = VoucherFactory()
    discounts.use_voucher(shopper=guest, code=voucher.code, email=SECOND, now=timezone.now())


def _talk_of_books(user: User) -> None:
    """A review that was edited, found helpful and removed; a vote for another, and a report of it."""
    stella = User.objects.get(email="stella@x.example")
    hers = _review_of("Emma", user, f"{NAME} of {STREET} read it twice.")
    other = _review_of("Belinda", stella, "One for the long evenings.")
    for reader, review in ((user, other), (stella, hers)):
        at = {"review_id": review.pk, "now": LONG_AGO}
        reviewing.vote(user=reader, is_helpful=True, **at)
        reviewing.report_review(user=reader, reason="advert", words=f"{NAME} said", **at)
    by_staff = {"who": "stella@x.example", "now": LONG_AGO}
    words = f"Too much of {NAME}"
    moderation.remove(review_ids=[hers.pk], reason=Reason.PRIVATE, words=words, **by_staff)
    moderation.keep(review_ids=[other.pk], words="", **by_staff)


def _review_of(title: str, writer: User, words: str) -> Review:
    said = reviewing.Said(rating=2, title=words, text=words, shown_as=writer.name or "S.")
    review = Review.objects.create(
        user=writer, book=Book.objects.get(title=title), created_at=LONG_AGO, **asdict(said)
    )
    again = replace(said, title=f"{words} Again.")
    return reviewing.edit_review(user=writer, review_id=review.pk, said=again, now=LONG_AGO)


def _placed(shopper: Shopper, title: str, *, copies: int = 1, **changes: Any) -> Order:
    fill(shopper, BookFactory(title=title, stock=9), quantity=copies)
    return place(shopper, said=_said(**changes), now=LONG_AGO)


def _order(shopper: Shopper, title: str, **changes: Any) -> Order:
    return pay(_placed(shopper, title, **changes).number, LONG_AGO)


def _post(order: Order) -> None:
    later = LONG_AGO + timedelta(days=1)
    by_staff = {"number": order.number, "who": "stella@x.example", "now": later}
    noting.add_note(text=f"{NAME} rings twice", **by_staff)
    posting.post_order(tracking=TRACKING, **by_staff)


def _refund(order: Order) -> None:
    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: 1},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.WITHDRAWN,
        who="stella@x.example",
        words="Sorry, dear reader",
        now=LONG_AGO + timedelta(days=9),
    )
    _money_went_back(order)


def _be_refused_a_refund(order: Order) -> None:
    """Stella asked for it, and another one of the staff said no."""
    stella, other = User.objects.get(email="stella@x.example"), UserFactory(is_staff=True)
    with override_settings(REFUND_ALONE_UP_TO=Decimal(0)):
        request = refund_requests.ask(
            number=order.number,
            quantities={order.items.get().pk: 1},
            delivery=Decimal("1.11"),
            goodwill=Decimal("0.22"),
            restock=False,
            reason=Refund.Reason.GOODWILL,
            words=f"Dear {NAME}",
            key=uuid.uuid4(),
            by=stella,
            now=LONG_AGO + timedelta(days=10),
        )
    words, now = f"{NAME} has it already", LONG_AGO + timedelta(days=11)
    refund_requests.decline(request_id=request.pk, words=words, by=other, now=now)


def _money_went_back(order: Order) -> None:
    for refund in Refund.objects.filter(payment__order=order):
        assert refunds.send(refund_id=refund.pk, now=timezone.now())


def _wait_in_line(user: User) -> None:
    """On one list still, with a copy held; on another one no longer, which she ended as staff."""
    now = timezone.now()
    wanted, unwanted = BookFactory(title="Ruth", stock=0), BookFactory(title="Sylvia", stock=0)
    places.join(user=user, book_id=wanted.pk, now=now)
    with transaction.atomic():
        holds.receive({wanted.pk: 1}, reason=StockMovement.Reason.DELIVERY, who="a test", at=now)
    key = places.join(user=user, book_id=unwanted.pk, now=now).key
    overrides.end_place(key=key, reason="asked for by letter", who=EMAIL, now=now)


def _wish(user: User) -> None:
    """On a list that others may look at; one of them gives the book."""
    made = wishlists.make_list(user=user, name="Zenobia’s birthday", now=LONG_AGO)
    wish = wishlists.save(user=user, book=BookFactory(title="Shirley"), wishlist=made, now=LONG_AGO)
    WishlistItem.objects.filter(pk=wish.pk).update(price_told=Decimal("9.87"))
    shared = wishlists.share(wishlist=made, shown_name=NAME)
    giver = {"giver": uuid.uuid4(), "reader": AnonymousUser(), "now": LONG_AGO}
    wishlists.take(key=shared.key, item_id=wish.pk, **giver)


def _ask_to_be_told(user: User) -> None:
    """Of a book that came, of one that did not, and of news of her wishlists."""
    came, missing = BookFactory(title="Cranford", stock=0), BookFactory(title="Lois", stock=0)
    for book in (came, missing):
        alerts.ask(user=user, book=book, now=LONG_AGO)
    receive(came, 1)
    assert alert_mails.mail(book_ids=[came.pk], now=timezone.now()) == 1
    notices.choose(user=user, wants_price_falls=True, wants_restock=False, now=LONG_AGO)
    wishlists.save(user=user, book=BookFactory(title="Agnes Grey"), now=LONG_AGO)
    Book.objects.filter(title="Agnes Grey").update(price=5)
    assert notice_mails.mail(now=timezone.now().replace(hour=12)) == 1


def _be_changed_by_staff(user: User) -> None:
    """And leave a movement in the ledger and a count, as somebody does who was staff once."""
    stella = UserFactory(email="stella@x.example", is_staff=True)
    LogEntry.objects.create(
        user=stella,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=EMAIL,
        action_flag=CHANGE,
        change_message=f"{NAME} had asked for it.",
    )
    counted = {BookFactory(title="Belinda").pk: 1}
    with transaction.atomic():
        stock.record(counted, reason=StockMovement.Reason.CORRECTION, who=EMAIL, at=LONG_AGO)
    by_her = {"key": uuid.uuid4(), "who": EMAIL, "now": LONG_AGO}
    take = counting.begin(scope=StockTake.Scope.BOOKS, shelf="", **by_her)
    belinda = Book.objects.get(title="Belinda")
    all_of_it = {"book_id": belinda.pk, "total": belinda.stock, "seen": 0}
    counting.put_total(take_id=take.pk, **all_of_it, **by_her)
    posting_counts.post(
        take_id=take.pk,
        seen=posting_counts.review(take, now=LONG_AGO).seen,
        who=EMAIL,
        now=LONG_AGO,
    )
    GoodsIn.objects.create(reference="box 7", who=EMAIL, started_at=LONG_AGO)
    _be_looked_at(user, stella)


def _be_looked_at(user: User, stella: User) -> None:
    """By staff: at her account, and at what she ordered as a guest. She looked at others once."""
    page = CustomerLook.Page.CUSTOMER
    looks.note(who=stella, person=Person.of(user), page=page, now=LONG_AGO)
    looks.note(who=stella, person=Person(None, (SECOND,)), page=page, now=LONG_AGO)
    looks.note(who=user, person=Person.of(stella), page=page, now=LONG_AGO)
