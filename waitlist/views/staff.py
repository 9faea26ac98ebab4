"""What staff do against the order of a waiting list: pages inside the admin (waitlist/admin.py)."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookstore import acts
from bookstore.forms import sent
from waitlist import offers, overrides, places
from waitlist.models import PreBooking
from waitlist.staff_forms import ReasonForm


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("waitlist.override_prebooking", raise_exception=True)
def place_take_back(request: HttpRequest, place_id: int) -> HttpResponse:
    done = _("The held copy was taken back.")
    return _override(request, "take_back", overrides.take_back, place_id, done)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("waitlist.override_prebooking", raise_exception=True)
def place_end(request: HttpRequest, place_id: int) -> HttpResponse:
    return _override(request, "end", overrides.end_place, place_id, _("The place was ended."))


def _override(
    request: HttpRequest,
    act: str,
    override: Callable[..., PreBooking],
    place_id: int,
    done: str,
) -> HttpResponse:
    place = get_object_or_404(PreBooking.objects.for_staff(), pk=place_id)
    form = ReasonForm(sent(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            override(key=place.key, reason=reason, who=str(request.user), now=timezone.now())
        except offers.NotHeld:
            form.add_error(None, _("No copy is held for this place now."))
        except places.CannotQueue as refusal:
            form.add_error(None, str(refusal))
        else:
            admin.site.get_model_admin(PreBooking).log_change(request, place, done)
            return acts.done(request, done, model=PreBooking, about=place)
    template = f"admin/waitlist/prebooking/{act}.html"
    return acts.ask(request, template, form, model=PreBooking, about=place, place=place)
