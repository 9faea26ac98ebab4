"""What the front page of the admin says of mails."""

from datetime import datetime

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from bookstore.panels import Content, Figure, Panel

from .models import OutboxMessage


def failed_mails(*, now: datetime, is_whole: bool) -> Content:
    failed = OutboxMessage.objects.failed().count()
    url = reverse("admin:accounts_outboxmessage_changelist", query={"state": "failed"})
    number = formats.number_format(failed, force_grouping=True)
    return Content(
        words=_("The shop has given up on these: nobody was told what they say."),
        figures=[Figure(_("Failed mails"), number, url)],
    )


PANELS = [
    Panel(
        name="failed_mails",
        title=_("Mails that failed"),
        permission="accounts.view_outboxmessage",
        content=failed_mails,
        place=14,
        has_table=False,
    )
]
