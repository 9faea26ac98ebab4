from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class BookstoreConfig(AppConfig):
    """The project itself: its commands, and the groups of its staff."""

    name = "bookstore"
    default = True

    def ready(self) -> None:
        from . import staff_groups

        post_migrate.connect(staff_groups.grant, dispatch_uid="bookstore.staff_groups")


class ShopAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "bookstore.admin.ShopAdminSite"

    def ready(self) -> None:
        super().ready()
        from .admin import hide_secrets

        hide_secrets()
