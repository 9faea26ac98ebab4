"""What programs ask of every site: search engines, password managers, whoever finds a hole."""

from collections.abc import Iterable
from datetime import timedelta
from html import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bookstore.addresses import site_of
from catalog import sitemaps

from .pages import PLAIN_PAGES

ONE_HOUR = 60 * 60
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Beyond any key of a row.
MOST_FILES = 10**9

# What nobody need fetch: the pages of one reader, the way to sign in, which every page links with
# an address of its own, what is asked at each keystroke, and lists narrowed in three ways or more,
# of which there are millions. All else that is not for search engines says so itself (noindex) and
# must not stand here: of a page that may not be fetched, nobody reads that.
LISTS = ("/books/", "/genres/*", "/authors/*", "/series/*", "/publishers/*")
LEFT_ALONE = (
    # The page of the basket may be fetched: a search engine's is empty, and links lead to it everywhere.
    *("/accounts/", "/admin/", "/basket/*/", "/checkout/", "/orders/", "/payments/"),
    *("/reviews/of/*/write/", "/search/", "/wishlist/"),
    *(f"{path}?*&*&" for path in LISTS),
)
# The longest line that fits counts (RFC 9309, 2.2.2). A shared list is not for search engines, and
# says so.
NOT_LEFT_ALONE = ("/wishlist/shared/",)
IN_MAPS = ("catalog:home", "catalog:book_list", "catalog:genre_list", "waitlist:queue_index")
SECURITY_DAYS = 180


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines are to leave alone (RFC 9309), and where the sitemaps are."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {path}" for path in LEFT_ALONE]
    lines += [f"Allow: {path}" for path in NOT_LEFT_ALONE]
    lines += ["", f"Sitemap: {site_of(request)}{reverse('sitemap_index')}"]
    return _for_an_hour("\n".join(lines) + "\n", "text/plain")


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """All files of addresses. Five queries, however many books there are."""
    paths = [reverse("sitemap", args=file) for file in sitemaps.files()]
    paths.insert(0, reverse("sitemap_pages"))
    return _sitemap(request, "sitemapindex", "sitemap", paths)


@require_safe
def sitemap_pages(request: HttpRequest) -> HttpResponse:
    """The pages that are no page of a row."""
    return _sitemap(request, "urlset", "url", map(reverse, (*IN_MAPS, *PLAIN_PAGES)))


@require_safe
def sitemap(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    if kind not in sitemaps.KINDS or number > MOST_FILES:
        raise Http404
    return _sitemap(request, "urlset", "url", sitemaps.addresses(kind, number))


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole in the shop (RFC 9116)."""
    expires = timezone.now() + timedelta(days=SECURITY_DAYS)
    languages = ", ".join(dict.fromkeys(code.partition("-")[0] for code, _ in settings.LANGUAGES))
    lines = (
        f"Contact: mailto:{settings.SHOP['email']}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {languages}",
        f"Canonical: {site_of(request)}{request.path}",
    )
    return _for_an_hour("\n".join(lines) + "\n", "text/plain")


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers lead to (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect("account_change_password")


def _sitemap(request: HttpRequest, root: str, entry: str, paths: Iterable[str]) -> HttpResponse:
    site = site_of(request)
    entries = "".join(f"<{entry}><loc>{escape(site + path)}</loc></{entry}>\n" for path in paths)
    xml = f'{_XML}<{root} xmlns="{_SITEMAPS}">\n{entries}</{root}>\n'
    return _for_an_hour(xml, "application/xml")


def _for_an_hour(content: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    patch_cache_control(response, public=True, max_age=ONE_HOUR)
    return response
