"""Groups of staff in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookstore.looking import StaffAdmin
from bookstore.staff_groups import GROUPS

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(StaffAdmin, BaseGroupAdmin):
    """The shop’s own groups stay, under their names: it knows by them who runs it."""

    list_display = ("name",)

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        words = _(
            "The shop knows this group by its name, so it keeps it and is not deleted. What somebody "
            "may do is changed by taking them out of it, or by a group of your own."
        )
        told = {"description": words} if _is_of_the_shop(obj) else {}
        return [(None, {"fields": ("name", "permissions"), **told})]

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> Any:
        return ("name",) if _is_of_the_shop(obj) else ()

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_of_the_shop(obj)


def _is_of_the_shop(group: Group | None) -> bool:
    return group is not None and group.name in GROUPS
