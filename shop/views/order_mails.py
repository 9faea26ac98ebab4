"""Where staff send a mail about an order again: a small page inside the admin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import resending
from accounts.models import OutboxMessage
from accounts.outbox_forms import SendAgainForm
from bookstore import acts
from bookstore.forms import sent
from shop.models import Order
from shop.services import order_mails


@require_http_methods(["GET", "HEAD", "POST"])
def order_mail_again(request: HttpRequest, order_id: int, mail_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    mail = get_object_or_404(OutboxMessage.objects.of_thread(order.number), pk=mail_id)
    form = SendAgainForm(sent(request))
    if form.is_valid():
        try:
            order_mails.send_again(
                number=order.number,
                mail_id=mail.pk,
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except resending.CannotSendAgain as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("“%(subject)s” is on its way again.") % {"subject": mail.subject}
            return acts.done(request, words, model=Order, about=order)
    template = "admin/accounts/outboxmessage/again.html"
    return acts.ask(request, template, form, model=Order, about=order, mail=mail)
