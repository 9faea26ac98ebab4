"""Text as search compares it: the same for a title, a name, and what somebody types.

PostgreSQL's own lower() and unaccent() depend on the server's locale, so we fold before we store
and before we ask, and search is the same on every server.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

from .numerals import other_numerals
from .titles import split_article

# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)
# What people type, or feeds have, for an apostrophe. Unicode takes some of them for accents.
# “`” is the only one in ASCII, and replaced apart from these, so that plain text is done quickly.
_APOSTROPHES = str.maketrans(dict.fromkeys("‘’‛ʼʹꞌ´′＇", "'"))
_WITH_APOSTROPHES = re.compile(r"[\w']+")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
# “&” and “+” are words; “C++” and “C#” are names.
_SIGNS = (
    (re.compile(r"(?<=\b[a-z])\+\+"), "plusplus"),
    (re.compile(r"(?<=\b[a-z])#"), "sharp"),
    (re.compile(r"[&+]"), " and "),
    (re.compile(r"(?<=\d)[,.](?=\d{3}(?!\d))"), ""),  # 20,000 leagues
)
_HAS_SIGNS = re.compile(r"[+#&,.]")
_SIGN_WORD = re.compile(r"\b([a-z])(plusplus|sharp)\b")
_WORD = re.compile(r"[^\W_]+")
_SINGLE = re.compile(r"(?<![^\W_])[^\W_](?![^\W_])")
# What may follow an apostrophe without being a word: Salem’s, don’t, we’ll.
_ENDINGS = {"s", "t", "d", "m", "ll", "re", "ve", "n"}
LONGEST_KEY = 200  # characters; an index holds it
LONGEST_REMEMBERED = 300


def fold_words(text: str) -> str:
    """`text` as words of plain lower-case letters and digits with one space between them.

    Accents and apostrophes go, “&” is “and”, and initials stand together: “J. R. R.” is “jrr”.
    """
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _fold(text)


def _fold(text: str) -> str:
    return " ".join(_merge_initials(_WORD.findall(_joined_up(_plain(text)))))


def _joined_up(plain: str) -> str:
    return _APOSTROPHE.sub("", plain) if "'" in plain else plain


# One book folds its title five times, and feeds name the same people and publishers again and again.
_remembered = lru_cache(maxsize=4096)(_fold)


def is_worded(text: str) -> bool:
    """Whether there is any letter or digit in `text`, and not only “&” or “+”, which are words too."""
    return any(letter.isalnum() for letter in text)


def is_sign_word(word: str) -> bool:
    """Whether folding made `word` out of signs, as in “C++”."""
    return bool(_SIGN_WORD.fullmatch(word))


def unfolded(text: str) -> str:
    """Folded words as readers know them: with “c++” instead of what stands for it."""
    signs = {"plusplus": "++", "sharp": "#"}
    return _SIGN_WORD.sub(lambda found: found[1] + signs[found[2]], text)


def _plain(text: str) -> str:
    straight = text.replace("`", "'")
    plain = straight.lower() if straight.isascii() else _without_accents(straight)
    for sign, word in _SIGNS if _HAS_SIGNS.search(plain) else ():
        plain = sign.sub(word, plain)
    return plain


def _without_accents(text: str) -> str:
    text = text.translate(_APOSTROPHES)
    # Before as well, since “𝐀” has no lower case, and after, since “ǆ” comes apart only then.
    lower = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", lower)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _merge_initials(words: list[str]) -> list[str]:
    """Runs of single letters as one word, other words as they are."""
    if min(map(len, words), default=2) > 1:
        return words
    runs = groupby(words, key=lambda word: len(word) == 1 and word.isalpha())
    return [("" if single else " ").join(run) for single, run in runs]


def extra_words(text: str) -> str:
    """Words by which `text` is also found: the letters of initials, the halves of “L’Étranger”."""
    plain = _plain(text)
    extra: dict[str, None] = {}
    for whole in _WITH_APOSTROPHES.findall(plain) if "'" in plain else ():
        head, _apostrophe, tail = whole.strip("'").partition("'")
        if tail and tail not in _ENDINGS:
            extra |= dict.fromkeys(_WORD.findall(f"{head} {tail}"))
    extra |= dict.fromkeys(_SINGLE.findall(_joined_up(plain)))
    present = set(fold_words(text).split()) if extra else ()
    return " ".join(word for word in extra if word not in present)


def title_key(title: str, language: str = "") -> tuple[str, str]:
    """A folded title without its leading article, and the article."""
    article, rest = split_article(title, language)
    key = fold_words(rest)
    return (key, fold_words(article)) if key else (fold_words(title), "")


def search_lines(
    *,
    title: str,
    language: str,
    byline: str,
    subtitle: str,
    series_title: str,
    series_number: str,
    publisher_name: str,
) -> list[str]:
    """What `Book.search_text` holds, line by line: what search weighs and compares.

    1 the title without its article; 2 the article, a space, and other spellings of title words;
    3 the names; 4 the subtitle; 5 the series with its number; 6 the publisher.
    """
    key, article = title_key(title, language)
    key, rest = _cut(key)
    return [
        key,
        f"{article} {_joined(rest, _other_words(title, article))}",
        _joined(fold_words(byline), extra_words(byline)),
        _joined(fold_words(subtitle), extra_words(subtitle)),
        _joined(fold_words(series_title), fold_words(series_number)),
        _joined(fold_words(publisher_name), extra_words(publisher_name)),
    ]


def _cut(key: str) -> tuple[str, str]:
    """The words of a title that fit into its key, and those that do not."""
    if len(key) <= LONGEST_KEY:
        return key, ""
    head, space, _half = key[: LONGEST_KEY + 1].rpartition(" ")
    return (head, key[len(head) + 1 :]) if space else (key[:LONGEST_KEY], key[LONGEST_KEY:])


def _other_words(title: str, article: str) -> str:
    """Words by which a title is found besides its own."""
    return _joined(
        extra_words(title), _whole_article(title, article), other_numerals(fold_words(title))
    )


def _whole_article(title: str, article: str) -> str:
    """“letranger” for “L’Étranger”, whose article is part of the word."""
    first = fold_words(title).partition(" ")[0]
    return first if article and first != article else ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
