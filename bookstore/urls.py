from django.contrib import admin
from django.urls import include, path, re_path

from . import views

# allauth answers with it when somebody tries too often.
handler429 = "bookstore.views.too_many_tries"

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("shop.urls")),
    path("", include("waitlist.urls")),
    path("", include("reviews.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    re_path(r"^media/(?P<path>covers/[\w.-]{1,150})$", views.media, name="media"),
    path("language/", views.language, name="language"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    *[path(f"{page}/", views.plain_page, {"page": page}, name=page) for page in views.PLAIN_PAGES],
]
