"""How titles are put in order."""

import unicodedata

from .slugs import slug_for

LONGEST = 200
# Quotes, brackets, dashes and dots that do not count at the start of a title.
OPENING = " \"'‘“„«‹([¿¡.-–—"
# What a title may begin with without being filed under it, by language.
ARTICLES = {
    "en": ("the ", "a ", "an "),
    "fr": ("le ", "la ", "les ", "l'", "un ", "une "),
    "de": ("der ", "die ", "das ", "ein ", "eine "),
    "es": ("el ", "la ", "los ", "las ", "un ", "una "),
    "it": ("il ", "lo ", "la ", "i ", "gli ", "le ", "l'", "un ", "uno ", "una "),
}


def derived_from_title(title: str, language: str) -> dict[str, str]:
    """The fields of a book that follow from its title: the slug, and what lists by title go by."""
    return {
        "slug": slug_for(title, fallback="book"),
        "sort_title": sort_title(title, language),
    }


def sort_title(title: str, language: str = "") -> str:
    """`title` in lower case without accents, punctuation at its start, or a leading article.

    A book whose language is unknown is taken for English, the language of most of the shop.
    """
    return split_article(fold(title), language)[1][:LONGEST]


def split_article(title: str, language: str = "") -> tuple[str, str]:
    """The leading article of `title`, or nothing, and the rest without opening punctuation."""
    whole = _without_opening(title)
    plain = whole.casefold().replace("’", "'")
    for article in ARTICLES.get((language or "en")[:2], ()):
        if plain.startswith(article) and len(plain) > len(article):
            return whole[: len(article)], _without_opening(whole[len(article) :])
    return "", whole


def fold(text: str) -> str:
    """`text` for comparing: lower case, no accents, plain apostrophes, no opening punctuation."""
    if text.isascii():
        return _without_opening(text.lower())
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _without_opening(plain)


def _without_opening(text: str) -> str:
    return text.lstrip(OPENING) or text
