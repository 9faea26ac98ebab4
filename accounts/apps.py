from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.account import signals
        from allauth.mfa.signals import authenticator_added, authenticator_used

        from . import factors, visits

        connected = (
            (signals.authentication_step_completed, visits.change_key),
            (signals.email_changed, visits.end_other_sessions),
            (signals.password_changed, visits.keep_this_session),
            (signals.password_set, visits.keep_this_session),
            (signals.password_reset, visits.keep_no_session),
            (authenticator_added, factors.prove_new_one),
            (authenticator_used, factors.tell_codes_left),
        )
        for signal, receiver in connected:
            signal.connect(receiver, dispatch_uid=f"accounts.{receiver.__name__}")
