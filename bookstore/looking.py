"""What staff look at in the admin and do not change there."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyInline(admin.TabularInline):
    """Rows that the shop or its members write and staff do not edit."""

    can_delete = False
    extra = 0
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at. Only services write them."""

    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
