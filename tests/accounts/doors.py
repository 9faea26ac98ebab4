"""What somebody does at the doors of the shop, through its pages."""

import re

from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import OutboxMessage, User
from tests.factories import UserFactory

PASSWORD = "tulips-under-snow-41"
OTHER_PASSWORD = "lanterns-over-water-7"
SIGN_IN = "/accounts/login/"
SIGN_UP = "/accounts/signup/"
RESET = "/accounts/password/reset/"
EMAIL = "/accounts/email/"


def member(
    email: str = "sam@example.org", password: str = PASSWORD, *, verified: bool = True, **fields
) -> User:
    """Somebody with an account and an address, which they have confirmed."""
    user = UserFactory(email=email, password=password, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def sign_up(client: Client, email: str = "new@example.org", password: str = PASSWORD, **more):
    form = {"email": email, "password1": password, "password2": password, **more}
    return client.post(SIGN_UP, form, follow=True)


def sign_in(client: Client, email: str = "sam@example.org", password: str = PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password, **more}, follow=True)


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def ask_for_reset(client: Client, email: str):
    return client.post(RESET, {"email": email}, follow=True)


def reset(client: Client, link: str, password: str = OTHER_PASSWORD):
    """Open a link for a new password and choose one."""
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(address, {"password1": password, "password2": password}, follow=True)


def ask_for_change(client: Client, email: str, password: str = PASSWORD):
    """Give the password once more, and ask for another address."""
    client.post("/accounts/reauthenticate/", {"password": password})
    return client.post(EMAIL, {"action_add": "", "email": email}, follow=True)


def mails_to(email: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(to=email).order_by("pk"))


def link_in(message: OutboxMessage) -> str:
    """The first link of a mail into the pages of accounts, without the name of the host."""
    return re.search(r"https?://[^/\s]+(/accounts/\S+)", message.body)[1]


def words_of(page) -> str:
    return page.content.decode()
