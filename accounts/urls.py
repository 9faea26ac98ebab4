from django.urls import path

from .views import addresses, callbacks, linking
from .views.overview import name_change, overview

app_name = "accounts"

urlpatterns = [
    path("", overview, name="overview"),
    path("name/", name_change, name="name_change"),
    path("addresses/", addresses.address_list, name="address_list"),
    path("addresses/add/", addresses.address_add, name="address_add"),
    path("addresses/<int:address_id>/", addresses.address_edit, name="address_edit"),
    path("addresses/<int:address_id>/delete/", addresses.address_delete, name="address_delete"),
    path("addresses/<int:address_id>/default/", addresses.address_default, name="address_default"),
    # At the addresses that allauth has for the same, and before it.
    path("3rdparty/", linking.links),
    path("3rdparty/signup/", callbacks.closed),
    path("google/login/token/", callbacks.closed),
    path("google/login/callback/", callbacks.google_callback),
    path("github/login/callback/", callbacks.github_callback),
]
