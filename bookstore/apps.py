from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class BookstoreConfig(AppConfig):
    """The project itself: its commands."""

    name = "bookstore"
    default = True


class ShopAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "bookstore.admin.ShopAdminSite"
