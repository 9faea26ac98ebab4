from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin

from . import (
    deactivating,
    group_admin,  # noqa: F401
    looks,
    outbox_admin,  # noqa: F401
    user_list,
)
from .models import Address, CustomerLook, User
from .person import Person
from .staff_forms import UserChangeForm, UserCreationForm

# Who may change these could make themself anything.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class AddressInline(ReadOnlyInline):
    model = Address
    fields = readonly_fields = ("label", "written", "phone", "is_default", "created_at")
    ordering = ("-is_default", "-created_at", "-pk")

    @admin.display(description=_("address"))
    def written(self, address: Address) -> str:
        return ", ".join(address.address_lines)


class EmailAddressInline(ReadOnlyInline):
    """Whoever could change these could have the password sent to an address of their own."""

    model = EmailAddress
    fields = readonly_fields = ("email", "verified", "primary")
    ordering = ("-primary", "pk")


class SocialAccountInline(ReadOnlyInline):
    """By which other sites the member signs in; what those sites told is left out."""

    model = SocialAccount
    fields = readonly_fields = ("provider", "uid", "date_joined", "last_login")


@admin.register(User)
class UserAdmin(StaffAdmin, BaseUserAdmin):
    """Accounts. Staff who are no superuser grant no rights, and change nobody who has some."""

    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined", "customer")
    # What an index serves, and a million rows are never put in order for.
    sortable_by = ("email", "date_joined")
    list_filter = (user_list.RoleFilter, user_list.StateFilter, user_list.JoinedFilter)
    search_fields = ("email", "name")
    search_help_text = _("Name, email address as it begins, or order number")
    form = UserChangeForm
    add_form = UserCreationForm
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    fieldsets = (
        (
            None,
            {
                "fields": ("email", "password", "name", "second_factors"),
                "description": _(
                    "Accounts are not deleted here. “Deactivate” in the list of users closes one; "
                    "members delete theirs themselves, and gdpr_erase does it for those who write."
                ),
            },
        ),
        (_("Permissions"), {"fields": ("is_active", *RIGHTS)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    # Deactivating is more than a tick: it ends sessions, and not everybody can be deactivated.
    readonly_fields = ("is_active", "second_factors", "last_login", "date_joined")
    actions = ("deactivate", "reactivate")

    def get_list_display(self, request: HttpRequest) -> Any:
        return (*super().get_list_display(request), *(more.show for more in user_list.added()))

    def get_list_filter(self, request: HttpRequest) -> Any:
        more = (more.list_filter for more in user_list.added())
        return (*super().get_list_filter(request), *more)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return user_list.with_columns(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return user_list.find(queryset, search_term), False

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return [AddressInline, EmailAddressInline, SocialAccountInline] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        # An address is its owner's once they have confirmed it, so they alone change it.
        fields = (*fields, "email") if obj else fields
        return fields if request.user.is_superuser else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may_touch = obj is None or not obj.has_rank or request.user.is_superuser
        return may_touch and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """It would go round the erasure: orders would keep their person, and staff take their log along."""
        return False

    def has_deactivate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.deactivate_user"))

    @admin.display(description=_("customer’s page"))
    def customer(self, user: User) -> str:
        words = _("Open the page of %(user)s") % {"user": user}
        address = reverse("admin:customer", args=[user.pk])
        return format_html(
            '<a href="{}" aria-label="{}">{}</a>', address, words, pgettext("link", "Open")
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if request.method == "GET" and response.status_code == HTTPStatus.OK:
            seen = Person.of(cast(Any, response).context_data["original"])
            page = CustomerLook.Page.ACCOUNT
            looks.note(who=cast(User, request.user), person=seen, page=page, now=timezone.now())
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Write what was edited: an account closed in this moment must stay closed."""
        columns = {field.name for field in User._meta.concrete_fields}
        obj.save(update_fields=columns & set(form.changed_data) if change else None)

    @admin.display(description=_("second factors"))
    def second_factors(self, user: User) -> str:
        types = (
            Authenticator.objects.filter(user=user).order_by("pk").values_list("type", flat=True)
        )
        kinds = Counter(Authenticator.Type(kind).label for kind in types)
        return ", ".join(f"{kind} × {times}" for kind, times in kinds.items()) or "-"

    @admin.action(description=_("Deactivate, and sign out everywhere"), permissions=["deactivate"])
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, deactivating.deactivate, _("Deactivated"))

    @admin.action(description=_("Reactivate"), permissions=["deactivate"])
    def reactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, deactivating.reactivate, _("Active again"))

    def _each(
        self, request: HttpRequest, chosen: QuerySet[User], act: Callable[..., None], words: Any
    ) -> None:
        for user in chosen.order_by("pk"):
            try:
                act(user=user, who=request.user)
            except deactivating.CannotDeactivate as refusal:
                messages.error(request, f"{refusal} ({user})")
            else:
                # Without the address: the row points at the account, and may outlive it.
                self.log_change(request, user, words)
                messages.success(request, f"{words}: {user}")


@admin.register(CustomerLook)
class CustomerLookAdmin(ReadOnlyAdmin):
    """Who looked at whose data. Nobody changes it; a customer finds theirs in what they can download."""

    list_display = ("at", "who", "role", "whose", "page")
    list_filter = ("page",)
    list_select_related = ("user",)
    sortable_by = ("at",)
    search_fields = ("who__exact", "email__exact")
    search_help_text = _("Email address of who looked, or of the customer, in whole")
    fields = readonly_fields = ("at", "who", "role", "whose", "page")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[CustomerLook], bool]:
        email = search_term.strip().lower()
        # Looked up before, so that an index serves each of the three.
        members = list(User.objects.filter(email=email).values_list("pk", flat=True))
        named = Q(who=email) | Q(user__in=members) | Q(email=email) & ~Q(email="")
        return (queryset.filter(named) if email else queryset), False

    @admin.display(description=_("whose data"))
    def whose(self, look: CustomerLook) -> str:
        return str(look.user or look.email or _("somebody who was erased"))
