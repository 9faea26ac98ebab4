from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self) -> None:
        from catalog import linked_data

        from . import linked_delivery, merging
        from .views import visible

        linked_data.register_delivery(linked_delivery.delivery_of)
        # Sign-in happens in allauth and in the admin; the signal is the one place that sees both.
        # First, since the orders are those of the basket that is merged then.
        user_logged_in.connect(visible.adopt_at_sign_in, dispatch_uid="shop.adopt_at_sign_in")
        user_logged_in.connect(merging.merge_at_sign_in, dispatch_uid="shop.merge_at_sign_in")
