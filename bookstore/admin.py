from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import factors

from . import dashboard, staff_menu

# Pages of allauth's that show secrets, or let staff give themselves a way into any account. What staff
# need of it is to be looked at on the page of the user.
NOT_IN_THE_ADMIN = (
    *(Authenticator, EmailAddress, UserSession),
    *(SocialAccount, SocialApp, SocialToken),
)


class ShopAdminSite(admin.AdminSite):
    """The admin, entered through the shop's own sign-in with its limits on attempts."""

    site_header = settings.SHOP["name"]
    site_title = settings.SHOP["name"]
    index_title = _("The shop")
    # Our own stands beside every page: templates/admin/menu.html.
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and where STAFF_SECOND_FACTOR is on only in a session proven by one."""
        if not super().has_permission(request):
            return False
        return not settings.STAFF_SECOND_FACTOR or factors.is_proven(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """On to where one wanted to go, to the shop's own sign-in, or to the second step.

        Never Django's form: it knows of no second step and no limits, also for those who are in.
        """
        return secure_admin_login(self._enter)(request)

    def _enter(self, request: HttpRequest) -> HttpResponse:
        if self.has_permission(request):
            return redirect(_wanted(request))
        return _ask_for_second_factor(request)

    def get_urls(self) -> list[Any]:
        own = path(
            "r/<int:content_type_id>/<path:object_id>/",
            self.admin_view(self.open_on_site),
            name="view_on_site",
        )
        pages = [
            path(page.route, self.admin_view(page.guarded), name=page.name)
            for page in (*staff_menu.pages(), *dashboard.csv_pages())
        ]
        return [own, *pages, *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """What happens in the shop; 422 if it was asked for what cannot be chosen."""
        given, now = request.GET, timezone.now()
        panels, is_fine = dashboard.front_page(user=request.user, given=given, now=now)
        known = {**(extra_context or {}), "panels": panels, "now": now}
        page = super().index(request, known)
        page.status_code = 200 if is_fine else 422
        return page

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "staff_menu": staff_menu.menu_for(request.user)}

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """What this user may see, under headings; of one app, as Django lists it."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else staff_menu.under_headings(apps)

    def open_on_site(
        self, request: HttpRequest, content_type_id: int, object_id: str
    ) -> HttpResponse:
        """Only what its page in the admin has a button for: some addresses are keys."""
        kind = get_object_or_404(ContentType, pk=content_type_id)
        known = self._registry.get(cast(Any, kind.model_class()))
        if known is None or not known.view_on_site:
            raise Http404
        return shortcut(request, content_type_id, object_id)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """On the page of everybody, which counts tries and tells by mail."""
        return redirect("account_change_password")


def _wanted(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or reverse("admin:index")


def _ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page that asks for one, and from there to where one wanted to go; or to set one up."""
    address = factors.address_to_prove_one(request.user)
    if address is None:
        messages.warning(
            request,
            _("The admin asks for a second step. Set one up here, then open the admin again."),
        )
        return redirect("mfa_index")
    messages.info(request, _("The admin asks for your second step."))
    return redirect(add_query_params(address, {REDIRECT_FIELD_NAME: _wanted(request)}))


def hide_secrets() -> None:
    """Take out of the admin what allauth has put there; once everybody has registered."""
    admin.site.unregister([model for model in NOT_IN_THE_ADMIN if admin.site.is_registered(model)])
