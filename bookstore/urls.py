from django.contrib import admin
from django.urls import include, path, re_path

from .views import language, machines, metrics, pages

# allauth answers with it when somebody tries too often.
handler429 = "bookstore.views.pages.too_many_tries"
handler500 = "bookstore.views.pages.broken"

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("shop.urls")),
    path("", include("waitlist.urls")),
    path("", include("reviews.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    re_path(r"^media/(?P<path>covers/[\w.-]{1,150})$", pages.media, name="media"),
    path("language/", language.language, name="language"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap_index, name="sitemap_index"),
    path("sitemaps/pages.xml", machines.sitemap_pages, name="sitemap_pages"),
    path("sitemaps/<slug:kind>-<int:number>.xml", machines.sitemap, name="sitemap"),
    path(".well-known/security.txt", machines.security_txt, name="security_txt"),
    path(".well-known/change-password", machines.change_password, name="change_password"),
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    *[path(f"{page}/", pages.plain_page, {"page": page}, name=page) for page in pages.PLAIN_PAGES],
]
