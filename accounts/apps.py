from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added, authenticator_used

        from . import factors

        authenticator_added.connect(factors.prove_new_one, dispatch_uid="prove_new_one")
        authenticator_used.connect(factors.tell_codes_left, dispatch_uid="tell_codes_left")
