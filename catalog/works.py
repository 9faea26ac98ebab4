"""Which books are editions of one work: the rule for feeds and for the back office."""

from __future__ import annotations

import hashlib
import re

from django.db.models import Q

from .folding import fold_words, title_key
from .models import Book, Contribution, Work

# “Emma (Penguin Classics) [large print]”: what stands in brackets behind a title is the edition's.
_BRACKETS = re.compile(r"(?:\s*[(\[][^()\[\]]*[)\]])+\s*$")
# Of four bytes each, so many letters still fit into an index of PostgreSQL; else a digest stands in.
_LONGEST_KEY = 600


def title_of(title: str) -> str:
    """What the work is called of which an edition is called `title`."""
    return _BRACKETS.sub("", title) or title


def key_of(*, title: str, author: str, series: str = "", number: str = "") -> str | None:
    """The same key for all editions of a work; None where the title or the author says nothing.

    Volumes that all go by the title of their series are different works. The language of an
    edition does not count: “Les Misérables” is one work in French and English.
    """
    work, by = _folded(title_of(title)), fold_words(author)
    if not work or not by:
        return None
    volume = fold_words(number) if work == _folded(series) else ""
    key = "|".join(part for part in (work, volume, by) if part)
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _folded(title: str) -> str:
    words, _article = title_key(title)
    return words


def assign(book: Book) -> None:
    """Set the work of a book that has none, by the rule for feeds; whoever calls it saves the book.

    The first author counts, or the byline of a book whose contributors are not known yet. Without
    an author there is no work. A work that staff gave the book stays.
    """
    if book.work_id is not None:
        return
    key = key_of(
        title=book.title,
        author=_first_author(book),
        series=book.series_title,
        number=book.series_number,
    )
    if key:
        book.work, _made = Work.objects.get_or_create(
            key=key, defaults={"title": title_of(book.title)}
        )


def set_apart(book: Book) -> None:
    """Give a book a work of its own, which no feed joins; whoever calls it saves the book."""
    book.work = Work.objects.create(title=title_of(book.title))


def lock_editions(book: Book, *works: int | None) -> None:
    """Lock a book that is moved from one of these works to another, and all editions of both.

    The database rates them anew once the book is moved, and would lock the others after it then;
    all writers lock books by ascending key. Must run inside `atomic`.
    """
    editions = Book.objects.filter(Q(pk=book.pk) | Q(work__in=works))
    list(Book.objects.locked(editions.values_list("pk", flat=True)).values_list("pk"))


def _first_author(book: Book) -> str:
    people = book.contributions.select_related("contributor") if book.pk else None
    if people is None or not people.exists():
        return book.byline
    author = people.filter(role=Contribution.Role.AUTHOR).order_by("position", "pk").first()
    return author.contributor.name if author else ""
