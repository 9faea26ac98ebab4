"""What was sent to whom, in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookstore.looking import ReadOnlyAdmin

from . import outbox_views, resending
from .models import OutboxMessage, OutboxQuerySet
from .showing import for_staff


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", _("Failed")), ("waiting", _("Waiting")), ("sent", _("Sent"))]

    def queryset(self, request: HttpRequest, mails: Any) -> Any:
        wanted = {"failed": mails.failed, "waiting": mails.waiting, "sent": mails.sent}
        return wanted.get(self.value() or "", mails.all)()


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """What was written to whom. Nobody edits a mail, and a link that lets somebody in is not shown."""

    counted_as = _("mails")
    list_display = ("created_at", "to", "subject", "all_of_its_state", "last_error")
    list_display_links = ("created_at", "subject")
    list_filter = (StateFilter,)
    sortable_by = ()
    search_fields = ("to",)
    search_help_text = _("A whole email address, or the number of an order.")
    actions = ("try_failed_again",)
    fields = (
        *(
            "to",
            "subject",
            "readable_body",
            "set_out",
            "state",
            "is_repeat",
            "created_at",
            "sent_at",
        ),
        *("next_try_at", "attempts", "last_error"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[OutboxMessage], bool]:
        """By what an index finds: this is a long table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return _found(queryset, term).order_by("-pk"), False

    def get_urls(self) -> list[Any]:
        again = path(
            "<int:message_id>/again/",
            self.admin_site.admin_view(outbox_views.mail_again),
            name="accounts_outboxmessage_again",
        )
        html = path(
            "<int:message_id>/html/",
            self.admin_site.admin_view(outbox_views.mail_html),
            name="accounts_outboxmessage_html",
        )
        return [again, html, *super().get_urls()]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.resend_outboxmessage"))

    @admin.action(description=_("Send failed mails again"), permissions=["resend"])
    def try_failed_again(self, request: HttpRequest, chosen: QuerySet[OutboxMessage]) -> None:
        """One that was sent is not sent once more by a tick in a list."""
        for mail in chosen.order_by("pk"):
            try:
                resending.try_again(message_id=mail.pk, now=timezone.now())
            except resending.CannotSendAgain as refusal:
                messages.error(request, f"“{mail}”: {refusal}")
            else:
                words = _("“%(subject)s” is on its way again.")
                messages.success(request, words % {"subject": mail.subject})

    @admin.display(description=_("state"))
    def state(self, message: OutboxMessage) -> str:
        return message.state_text

    @admin.display(description=_("state"))
    def all_of_its_state(self, message: OutboxMessage) -> str:
        """In one column, for a list with many of them."""
        at = message.sent_at and date_format(timezone.localtime(message.sent_at), "DATETIME_FORMAT")
        tries = ngettext("%(number)d attempt", "%(number)d attempts", message.attempts)
        words = (
            message.state_text,
            at,
            tries % {"number": message.attempts} if message.attempts else "",
            _("once more") if message.is_repeat else "",
        )
        return format_html_join("", "{}<br>", ((line,) for line in words if line))

    @admin.display(description=_("body"))
    def readable_body(self, message: OutboxMessage) -> str:
        if not message.may_be_read:
            return str(_("Not shown: it holds a link that only its reader may use."))
        body = linebreaksbr(for_staff(message.body), autoescape=True)
        return format_html('<div class="panel">{}</div>', body)

    @admin.display(description=_("as HTML"))
    def set_out(self, message: OutboxMessage) -> str:
        """The same set out, on a light screen and on a dark one."""
        if not message.may_be_read:
            return str(_("Not shown either."))
        if not message.html:
            return str(_("It is text alone."))
        address = reverse("admin:accounts_outboxmessage_html", args=[message.pk])
        return render_to_string("admin/accounts/mail/_looks.html", {"address": f"{address}?"})


def _found(mails: OutboxQuerySet, term: str) -> OutboxQuerySet:
    if "@" in term:
        return mails.of_address(term)
    # As people copy the number of an order: with spaces, hyphens, small letters.
    tidy = "".join(letter for letter in term if letter.isalnum()).upper()
    return mails.of_thread(term, tidy)
