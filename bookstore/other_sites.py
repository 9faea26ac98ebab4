"""The other sites that people may sign in by, as the environment has their keys."""

from typing import Any

from .environment import env, required

# Where their buttons lead.
PAGES = {"google": "https://accounts.google.com", "github": "https://github.com"}


def with_keys() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What allauth takes as SOCIALACCOUNT_PROVIDERS, and the pages that forms may lead on to.

    Raises ImproperlyConfigured for a site with half of its keys.
    """
    providers, pages = {}, []
    for site, page in PAGES.items():
        if client := env.str(f"{site.upper()}_CLIENT_ID", default=""):
            secret = required(f"{site.upper()}_CLIENT_SECRET", f"it belongs to {client}")
            app = {"client_id": client, "secret": secret}
            providers[site] = {"APP": app, "OAUTH_PKCE_ENABLED": True}
            pages.append(page)
    return providers, pages
