from django.urls import path

from .views import addresses, callbacks, email, linking, personal_data, sessions
from .views.overview import name_change, overview, sign_in_again
from .views.second_factor import (
    confirm_by_passkey,
    remove_passkey,
    second_step,
    sign_in_by_passkey,
    totp_qr,
)

app_name = "accounts"

# Many stand in front of pages of allauth's, and are reached by the names that it has for them.
urlpatterns = [
    path("", overview, name="overview"),
    path("name/", name_change, name="name_change"),
    path("addresses/", addresses.address_list, name="address_list"),
    path("addresses/add/", addresses.address_add, name="address_add"),
    path("addresses/<int:address_id>/", addresses.address_edit, name="address_edit"),
    path("addresses/<int:address_id>/delete/", addresses.address_delete, name="address_delete"),
    path("addresses/<int:address_id>/default/", addresses.address_default, name="address_default"),
    # At the addresses that allauth has for the same, and before it.
    path("email/", email.change_email, name="email"),
    path("confirm-email/<str:key>/", email.confirm_email, name="confirm_email"),
    path("3rdparty/", linking.links, name="links"),
    path("sign-in-again/", sign_in_again, name="sign_in_again"),
    path("3rdparty/signup/", callbacks.closed, name="no_other_address"),
    path("google/login/token/", callbacks.closed, name="no_tokens"),
    path("google/login/callback/", callbacks.google_callback, name="google_callback"),
    path("github/login/callback/", callbacks.github_callback, name="github_callback"),
    path("2fa/totp/qr.svg", totp_qr, name="totp_qr"),
    path("2fa/authenticate/", second_step, name="second_step"),
    path("2fa/webauthn/login/", sign_in_by_passkey, name="passkey_sign_in"),
    path("2fa/webauthn/reauthenticate/", confirm_by_passkey, name="passkey_confirm"),
    path("2fa/webauthn/keys/<int:pk>/remove/", remove_passkey, name="passkey_remove"),
    path("sessions/", sessions.session_list, name="session_list"),
    path("sessions/<int:session_id>/end/", sessions.session_end, name="session_end"),
    path("sessions/end-others/", sessions.session_end_others, name="session_end_others"),
    path("sessions/end-all/", sessions.session_end_all, name="session_end_all"),
    path("data/", personal_data.your_data, name="your_data"),
    path("data/download/", personal_data.download_data, name="download_data"),
    path("delete/", personal_data.delete_account, name="delete_account"),
    path("deleted/", personal_data.account_deleted, name="account_deleted"),
]
