"""Where staff look at a mail as its reader does, and send it again: pages inside the admin."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookstore import acts
from bookstore.forms import sent

from . import resending
from .models import OutboxMessage
from .outbox_forms import SendAgainForm
from .showing import for_staff, show


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("accounts.resend_outboxmessage", raise_exception=True)
def mail_again(request: HttpRequest, message_id: int) -> HttpResponse:
    mail = get_object_or_404(OutboxMessage, pk=message_id)
    form = SendAgainForm(sent(request))
    if form.is_valid():
        try:
            resending.send_again(
                message_id=mail.pk, key=form.cleaned_data["key"], now=timezone.now()
            )
        except resending.CannotSendAgain as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("“%(subject)s” is on its way again.") % {"subject": mail.subject}
            return acts.done(request, words, model=OutboxMessage)
    template = "admin/accounts/outboxmessage/again.html"
    return acts.ask(request, template, form, model=OutboxMessage, about=mail, mail=mail)


@require_safe
@permission_required("accounts.view_outboxmessage", raise_exception=True)
def mail_html(request: HttpRequest, message_id: int) -> HttpResponse:
    mail = get_object_or_404(OutboxMessage, pk=message_id)
    if not (mail.may_be_read and mail.html):
        raise Http404
    return show(request, for_staff(mail.html))
