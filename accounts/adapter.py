from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils import timezone

from . import outbox


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks the shop: mails go through the outbox, addresses are one spelling."""

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail to the outbox. All of allauth's mails count as holding a one-time link."""
        # allauth's own words name a "site"; ours is the shop.
        site = {"name": settings.SHOP["name"], "domain": settings.SITE_URL.partition("://")[2]}
        words = {"email": email, "shop": settings.SHOP, "current_site": site, **context}
        message = self.render_mail(template_prefix, email, words)
        outbox.write(
            to=email,
            subject=message.subject,
            body=message.body,
            has_one_time_link=True,
            now=timezone.now(),
        )
