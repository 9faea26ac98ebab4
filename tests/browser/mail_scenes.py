"""Mails as staff look at them."""

from collections.abc import Callable

from django.utils import timezone

from accounts import outbox
from accounts.models import OutboxMessage
from accounts.samples import samples

from .scenes import Scene


def _staff(scene: Scene, address: str) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return address


def _of_the_outbox(scene: Scene) -> str:
    words = {"to": "nadia@example.org", "language": "en-gb", "now": timezone.now()}
    outbox.write_from("waitlist/emails/offer", samples()["offer"].context(), **words)
    mail = OutboxMessage.objects.latest("pk")
    return _staff(scene, f"/admin/accounts/outboxmessage/{mail.pk}/change/")


MAIL_PAGES: dict[str, Callable[[Scene], str]] = {
    "what mails look like": lambda scene: _staff(scene, "/admin/mails/"),
    "a sample of a mail": lambda scene: _staff(scene, "/admin/mails/order-confirmation/"),
    "a mail of the outbox": _of_the_outbox,
}
