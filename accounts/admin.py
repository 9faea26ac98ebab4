from typing import Any

# allauth's own page shows what is kept of a factor, and lets it be changed for another one. Taking
# it in here, where it registers that page, is what makes it possible to take the page out again.
from allauth.mfa.admin import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import Address, OutboxMessage, User

admin.site.unregister(Authenticator)


class UserCreationForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": forms.EmailField}


class AddressInline(admin.TabularInline):
    """The addresses a member had kept, to look at: they are the member's to change."""

    model = Address
    fields = readonly_fields = ("label", "written", "phone", "is_default", "created_at")
    ordering = ("-is_default", "-created_at", "-pk")
    can_delete = False
    extra = 0

    @admin.display(description=_("address"))
    def written(self, address: Address) -> str:
        return ", ".join(address.address_lines)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    show_full_result_count = False
    add_form = UserCreationForm
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return [AddressInline] if obj else []


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    """What was written to whom. Nobody edits a mail, and a one-time link is nobody's to read."""

    list_display = ("subject", "to", "created_at", "sent_at", "attempts", "last_error")
    search_fields = ("to", "subject")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        "to",
        "subject",
        "readable_body",
        "created_at",
        "sent_at",
        "next_try_at",
        "attempts",
        "last_error",
    )

    @admin.display(description=_("body"))
    def readable_body(self, message: OutboxMessage) -> str:
        if message.has_one_time_link and not settings.MAIL_KEEP_ONE_TIME_LINKS:
            return str(_("Not shown: it holds a link that only its reader may use."))
        return message.body

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
