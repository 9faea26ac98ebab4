"""Languages by their names."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale


def language_name(code: str) -> str:
    """The language of an ISO 639 code in the reader's language, or the code if we have no name for it."""
    return _name(code, to_locale(get_language() or "en-gb"))


@lru_cache(maxsize=1024)
def lang_attribute(code: str, page: str) -> SafeString:
    """What tells that a text is in the language `code`, in a page in another one (WCAG 3.1.2).

    "" where they are the same, where nobody knows, and for what is no language code.
    """
    is_other = code.isascii() and code.isalpha() and code != page.partition("-")[0]
    return SafeString(f' lang="{code}"' if is_other else "")


@lru_cache(maxsize=1024)
def _name(code: str, locale: str) -> str:
    if not code:
        return ""
    try:
        return Locale.parse(code).get_display_name(locale) or code
    except (UnknownLocaleError, ValueError):
        return code
