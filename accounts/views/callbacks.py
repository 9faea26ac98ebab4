"""The way back from Google and GitHub, and doors of allauth's that are closed here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """A form where one could give any address for a new account, and an entrance for tokens that
    Google's own script hands over: allauth has them, the shop has no use for them."""
    raise Http404


@contextmanager
def _answers_read() -> Iterator[None]:
    """Make an answer that is not as documented the other site's fault, not an error of the shop."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OAuth2Error("an answer that cannot be read") from error


class _Careful:
    """For an adapter of allauth's, which trusts that answers are as documented."""

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Any:
        with _answers_read():
            return super().get_access_token_data(*args, **kwargs)  # type: ignore[misc]

    def parse_token(self, data: Any) -> Any:
        with _answers_read():
            return super().parse_token(data)  # type: ignore[misc]

    def complete_login(self, *args: Any, **kwargs: Any) -> Any:
        with _answers_read():
            return super().complete_login(*args, **kwargs)  # type: ignore[misc]


class _Google(_Careful, GoogleOAuth2Adapter):  # type: ignore[misc]
    pass


class _GitHub(_Careful, GitHubOAuth2Adapter):  # type: ignore[misc]
    def complete_login(self, *args: Any, **kwargs: Any) -> Any:
        login = super().complete_login(*args, **kwargs)
        # Their ids are numbers; of whatever came instead allauth makes a text, of nothing "None".
        if not login.account.uid.isdecimal():
            raise OAuth2Error("an account without an id")
        return login


google_callback = OAuth2CallbackView.adapter_view(_Google)
github_callback = OAuth2CallbackView.adapter_view(_GitHub)
