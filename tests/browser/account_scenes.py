"""A member of the shop in front of each page of their account, and whoever wants to be one."""

import time
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.models import Address, User
from tests.accounts import doors
from tests.accounts.conftest import came_by_another_site, leave_for, linked, without_password
from tests.accounts.conftest import member as unconfirmed
from tests.accounts.second_factors import give_app
from tests.fake_sign_in import FakeGitHub, FakeGoogle, FakeSite
from tests.shop.conftest import ADDRESS, pay

from .scenes import Scene

LONG_ADDRESS = "2001:db8:1234:5678:9abc:def0:1234:5678"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def at(address: str) -> Callable[[Scene], str]:
    """For whoever comes without an account."""
    return lambda scene: address


def members(address: str, *prepare: Callable[[Scene, User], None]) -> Callable[[Scene], str]:
    """For somebody who has just given the password. `{pk}` is that of what was made last."""

    def arrive(scene: Scene) -> str:
        user = doors.member(name="Sam Shopper")
        doors.sign_in(scene.client)
        scene.client.post("/accounts/reauthenticate/", {"password": doors.PASSWORD})
        made = [made for step in prepare if (made := step(scene, user))]
        return address.format(pk=made[-1].pk if made else "")

    return arrive


# What somebody has.


def addresses(scene: Scene, user: User) -> Address:
    fields = {name: text for name, text in ADDRESS.items() if name != "email"}
    facts = {"user": user, "created_at": timezone.now(), **fields}
    Address.objects.create(is_default=True, label="Home", **facts)
    return Address.objects.create(**{**facts, "line1": "2 Other Street"})


def american_address(scene: Scene, user: User) -> Address:
    place = {"line1": "20 W 34th St", "city": "New York", "region": "NY", "postcode": "10001"}
    facts = {"user": user, "created_at": timezone.now(), "name": user.name, "country": "US"}
    return Address.objects.create(**facts, **place)


def app(scene: Scene, user: User) -> None:
    give_app(user)


def passkey(scene: Scene, user: User) -> Authenticator:
    """Whole enough to be asked for."""
    key = ES256.from_cryptography_key(ec.derive_private_key(1, ec.SECP256R1()).public_key())
    made = AttestedCredentialData.create(Aaguid.NONE, b"one", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    signed = AuthenticatorData.create(bytes(32), flags, 0, made)
    told = CollectedClientData.create("webauthn.create", "", "http://localhost")
    credential = {
        "id": websafe_encode(b"one"),
        "rawId": websafe_encode(b"one"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(told),
            "attestationObject": websafe_encode(AttestationObject.create("none", signed, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": False}},
    }
    data = {"name": "My phone", "credential": credential}
    return Authenticator.objects.create(user=user, type="webauthn", data=data)


def second_steps(scene: Scene, user: User) -> Authenticator:
    app(scene, user)
    return passkey(scene, user)


def both_sites(scene: Scene, user: User) -> SocialAccount:
    scene.open_site(FakeGoogle)
    scene.open_site(FakeGitHub)
    SocialAccount.objects.create(
        user=user,
        provider="google",
        uid="1",
        extra_data={"email": "a.rather.long.name@example.org"},
    )
    return linked(user, "github")


def only_github(scene: Scene, user: User) -> SocialAccount:
    scene.open_site(FakeGitHub)
    without_password(user)
    scene.client.force_login(user)
    came_by_another_site(scene.client, user, at=time.time())
    return linked(user, "github")


def sessions(scene: Scene, user: User) -> UserSession:
    """Two of them, with the longest kind of network address."""
    other = Client()
    other.force_login(user)
    for client in (other, scene.client):
        key = client.session.session_key
        facts = {"ip": LONG_ADDRESS, "user_agent": FIREFOX}
        UserSession.objects.update_or_create(session_key=key, user=user, defaults=facts)
    return UserSession.objects.latest("pk")


def new_address(scene: Scene, user: User) -> None:
    doors.ask_for_change(scene.client, "a.rather.long.name.for.a.new.address@example.org")


def order(scene: Scene, user: User) -> None:
    """Under way, so that its account cannot be deleted."""
    scene.order(pay)


# Who stands at the doors.


def waiting_for_the_second_step(scene: Scene) -> str:
    second_steps(scene, doors.member())
    doors.sign_in(scene.client)
    return "/accounts/2fa/authenticate/"


def is_it_still_you(address: str, *prepare: Callable[[Scene, User], object]) -> Callable:
    def arrive(scene: Scene) -> str:
        user = doors.member()
        for step in prepare:
            step(scene, user)
        scene.client.force_login(user)
        return f"/accounts/{address}reauthenticate/?next=/accounts/email/"

    return arrive


def from_both_sites(scene: Scene) -> str:
    """In front of the sign-in page of a shop that has the keys of both."""
    scene.open_site(FakeGoogle)
    scene.open_site(FakeGitHub)
    return "/accounts/login/"


def open_reset_link(scene: Scene) -> str:
    member = doors.member()
    doors.ask_for_reset(scene.client, member.email)
    return doors.link_in(doors.mails_to(member.email)[-1])


def from_google(path: str) -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        scene.open_site(FakeGoogle)
        return f"/accounts/google/login/{path}"

    return arrive


def google_is_down(scene: Scene) -> str:
    google = scene.open_site(FakeGoogle)
    google.trouble["token"] = "fail"
    return _back_from(scene, google)


def google_knows_no_address(scene: Scene) -> str:
    google = scene.open_site(FakeGoogle)
    google.person.is_verified = False
    return _back_from(scene, google)


def google_brings_an_address_that_is_taken(scene: Scene) -> str:
    google = scene.open_site(FakeGoogle)
    unconfirmed(google.person.email, verified=False)
    return _back_from(scene, google)


def _back_from(scene: Scene, site: FakeSite) -> str:
    return site.agree(leave_for(scene.client, site))


def one_try_too_many(scene: Scene) -> str:
    """The next try is refused, however right it is."""
    for _ in range(30):
        scene.client.post("/accounts/login/", {})
    return "/accounts/login/"


MEMBER_PAGES: dict[str, Callable[[Scene], str]] = {
    "list of a member": members("/books/"),
    "book of a member": lambda scene: members(scene.emma.get_absolute_url())(scene),
    "account": members("/accounts/", addresses, second_steps, both_sites, sessions),
    "empty account": members("/accounts/"),
    "account without a password": members("/accounts/", only_github),
    "name": members("/accounts/name/"),
    "addresses": members("/accounts/addresses/", addresses),
    "no addresses": members("/accounts/addresses/"),
    "add an address": members("/accounts/addresses/add/"),
    "address with errors": members("/accounts/addresses/add/"),
    "edit an address": members("/accounts/addresses/{pk}/", addresses),
    "edit an American address": members("/accounts/addresses/{pk}/", american_address),
    "delete an address": members("/accounts/addresses/{pk}/delete/", addresses),
    "email address": members("/accounts/email/"),
    "email address with errors": members("/accounts/email/"),
    "email address that waits": members("/accounts/email/", new_address),
    "change the password": members("/accounts/password/change/"),
    "change the password with errors": members("/accounts/password/change/"),
    "sign in again": members("/accounts/sign-in-again/?next=/accounts/data/", only_github),
    "set a password": members("/accounts/password/set/", only_github),
    "where one is signed in": members("/accounts/sessions/", sessions),
    "signed in here only": members("/accounts/sessions/"),
    "Google and GitHub": members("/accounts/3rdparty/", both_sites),
    "GitHub alone": members("/accounts/3rdparty/", only_github),
    "no Google, no GitHub": members("/accounts/3rdparty/"),
    "link Google": members("/accounts/google/login/?process=connect", both_sites),
    "no second step": members("/accounts/2fa/"),
    "second step": members("/accounts/2fa/", second_steps),
    "set up an app": members("/accounts/2fa/totp/activate/"),
    "set up an app with errors": members("/accounts/2fa/totp/activate/"),
    "stop using the app": members("/accounts/2fa/totp/deactivate/", app),
    "recovery codes": members("/accounts/2fa/recovery-codes/", app),
    "new recovery codes": members("/accounts/2fa/recovery-codes/generate/", app),
    "passkeys": members("/accounts/2fa/webauthn/", second_steps),
    "no passkeys": members("/accounts/2fa/webauthn/"),
    "add a passkey": members("/accounts/2fa/webauthn/add/"),
    "rename a passkey": members("/accounts/2fa/webauthn/keys/{pk}/edit/", second_steps),
    "remove a passkey": members("/accounts/2fa/webauthn/keys/{pk}/remove/", second_steps),
    "your data": members("/accounts/data/", addresses),
    "delete an account": members("/accounts/delete/"),
    "delete an account with errors": members("/accounts/delete/"),
    "an account that cannot be deleted": members("/accounts/delete/", order),
    "sign out": members("/accounts/logout/"),
}
DOORS: dict[str, Callable[[Scene], str]] = {
    "sign in": at("/accounts/login/"),
    "sign in by Google or GitHub": from_both_sites,
    "sign in with errors": at("/accounts/login/"),
    "too many tries": one_try_too_many,
    "sign in on the way to the checkout": at("/accounts/login/?next=/checkout/"),
    "sign in with a second step": waiting_for_the_second_step,
    "sign in with a second step and errors": waiting_for_the_second_step,
    "is it still you": is_it_still_you(""),
    "is it still you, in several ways": is_it_still_you("", second_steps),
    "is it still you, by code": is_it_still_you("2fa/", second_steps),
    "is it still you, by passkey": is_it_still_you("2fa/webauthn/", second_steps),
    "sign up": at("/accounts/signup/"),
    "sign up with errors": at("/accounts/signup/"),
    "look in your inbox": at("/accounts/confirm-email/"),
    "confirm by a link that has ended": at("/accounts/confirm-email/ended/"),
    "confirm by a link that has ended, signed in": members("/accounts/confirm-email/ended/"),
    "password reset": at("/accounts/password/reset/"),
    "password reset with errors": at("/accounts/password/reset/"),
    "password reset, signed in": members("/accounts/password/reset/"),
    "password reset, done": at("/accounts/password/reset/done/"),
    "choose a new password": open_reset_link,
    "choose a new password with errors": open_reset_link,
    "reset by a link that has ended": at("/accounts/password/reset/key/1-ended/"),
    "password is reset": at("/accounts/password/reset/key/done/"),
    "account closed": at("/accounts/inactive/"),
    "account deleted": at("/accounts/deleted/"),
    "sign in by Google": from_google(""),
    "said no at Google": at("/accounts/3rdparty/login/cancelled/"),
    "back from Google too late": from_google("callback/?code=old&state=old"),
    "Google is down": google_is_down,
    "Google knows no address": google_knows_no_address,
    "Google brings an address that is taken": google_brings_an_address_that_is_taken,
}
ACCOUNT_PAGES = MEMBER_PAGES | DOORS
# The forms that are sent empty, and by which button.
SENT_EMPTY = {
    "address with errors": "Save the address",
    "email address with errors": "Send the link",
    "change the password with errors": "Change the password",
    "set up an app with errors": "Use this app",
    "delete an account with errors": "Delete my account for good",
    "sign in with errors": "Sign in",
    "too many tries": "Sign in",
    "sign in with a second step and errors": "Sign in",
    "sign up with errors": "Open an account",
    "password reset with errors": "Send me the link",
    "choose a new password with errors": "Save the password",
}
