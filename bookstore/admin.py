from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class ShopAdminSite(admin.AdminSite):
    """The admin, entered through the shop's own sign-in with its limits on attempts."""

    site_header = settings.SHOP["name"]
    site_title = settings.SHOP["name"]
    index_title = _("The shop")

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and where STAFF_SECOND_FACTOR is on only those who signed in with one."""
        if settings.STAFF_SECOND_FACTOR and not request.session.get("second_factor"):
            return False
        return super().has_permission(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        if (
            request.user.is_authenticated
            and request.user.is_staff
            and not self.has_permission(request)
        ):
            raise PermissionDenied(
                _("The admin asks for a second factor, and you came without one.")
            )
        return secure_admin_login(super().login)(request, extra_context)
