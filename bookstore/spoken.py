"""The languages that the shop speaks, as the settings have them."""

from django.core.exceptions import ImproperlyConfigured

from .environment import env

# Each by its own name, which its readers find whatever language the page is in.
ALL = {"en-gb": "English", "de": "Deutsch"}


def languages() -> tuple[str, list[tuple[str, str]]]:
    """The language of who asks for none of them, and all that readers may choose from.

    Raises ImproperlyConfigured for one that has no translation, and for a shop that speaks others
    than its own.
    """
    own = env.str("SHOP_LANGUAGE", default="") or "en-gb"
    chosen = env.list("SHOP_LANGUAGES", default=[]) or list(ALL)
    codes = [code.strip().lower() for code in chosen]
    for name, code in [("SHOP_LANGUAGE", own), *[("SHOP_LANGUAGES", code) for code in codes]]:
        if code not in ALL:
            raise ImproperlyConfigured(f"{name} names {code!r}; there are {' and '.join(ALL)}.")
    if own not in codes:
        raise ImproperlyConfigured(f"SHOP_LANGUAGES leaves out {own!r}, which is SHOP_LANGUAGE.")
    return own, [(code, name) for code, name in ALL.items() if code in codes]
