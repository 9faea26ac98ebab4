"""The admin of what has a history (see catalog/history.py): each save writes a row, its page shows them."""

from typing import Any

from django.contrib.admin.options import ActionLocation
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookstore.keys import key_in
from bookstore.looking import StaffAdmin

from . import history
from .fresh_forms import FreshForm
from .views import staff


class KeptAdmin(StaffAdmin):
    """Rows that are deleted one by one, and only if nothing names them (see catalog/deleting.py)."""

    def get_actions(
        self, request: HttpRequest, action_location: Any = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        return staff.delete(request, row)


class HistoryAdmin(KeptAdmin):
    """Nothing is put back from here: a save goes through the form, which checks and derives."""

    form = FreshForm
    object_history_template = "admin/catalog/history.html"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Of a row that was there, no more than what was edited: a colleague's work must stay."""
        if change:
            history.catch_up(type(obj), obj.pk, now=timezone.now())
            columns = {field.name for field in obj._meta.concrete_fields}
            obj.save(update_fields=columns & set(form.changed_data))
        else:
            super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Django calls it once all of a new row is saved, in the same transaction."""
        history.note(obj, history.CREATED, who=str(request.user), now=timezone.now())
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As `log_addition`, for a row that was there."""
        history.note(obj, history.CHANGED, who=str(request.user), now=timezone.now())
        return super().log_change(request, obj, message)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Also of what was deleted, as long as somebody knows its key."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        steps = history.steps_of(self.model, object_id) if key_in(object_id) is not None else []
        if row is None and not steps:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(row)s") % {"row": row or object_id},
            "opts": self.model._meta,
            "object": row,
            "steps": steps,
            "most": history.MOST_SHOWN,
        }
        return TemplateResponse(request, self.object_history_template, context)
