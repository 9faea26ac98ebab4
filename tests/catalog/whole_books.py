"""A catalogue of few books that has everything which may get lost on the way to a file and back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from catalog.models import Book, BookText, Contribution, Contributor, Genre, Publisher, Series
from catalog.slugs import slug_for
from tests.factories import BookFactory

Role = Contribution.Role
FULL = "9780141439587"
IN_STORE = "2900000000018"
WITHDRAWN = "9780141439600"


def fill() -> None:
    shelve(
        FULL,
        title='The “Émile”; or, On "Education" &amp; R&D',
        subtitle="=SUM(A1:A9)",
        people=[
            ("Rousseau; Jean-Jacques", Role.AUTHOR),
            ("村上 春樹", Role.AUTHOR),
            ("Back\\slash, Jr.", Role.EDITOR),
            ("مودن عبد الرحيم", Role.TRANSLATOR),
            ("Ann > Bob / Co", Role.ILLUSTRATOR),
            ("Ann > Bob / Co", Role.INTRODUCTION),
            ("Nobody [editor]", Role.AUTHOR),
            ("A. Voice", Role.READER),
        ],
        genres=[("Fiction", "Crime; thrillers"), ("Fiction",), ("Mind / Body > Soul",)],
        publisher="Пингвин & Söhne",
        series="-Isms, all of them",
        series_number="3-5",
        description="First line\nsecond line\n\n“Quotes”, 'more', \"most\"; a comma,\n- a point",
        language="fr",
        pages=345,
        height_mm=198,
        width_mm=129,
        thickness_mm=21,
        weight_g=240,
        format=Book.Format.LARGE_PRINT,
        published_on=date(1762, 5, 1),
        published_precision="month",
        publishing_status="reprinting",
        price=Decimal("1234.50"),
        outside_rating=Decimal("4.25"),
        outside_ratings=12,
    )
    shelve(
        "9780141439518",
        title="+1: Adding",
        format="pocket",
        published_precision="year",
        published_on=date(1999, 1, 1),
        price=None,
        publishing_status="out_of_stock",
    )
    # Sold since it came in, before the day that its publisher names.
    shelve("9780141439556", title="@home", published_on=date(2026, 12, 24), language="grc")
    shelve(
        "9780141439662",
        title="Pré-order",
        published_on=date(2027, 3, 14),
        on_sale_on=date(2027, 3, 10),
        format="clothbound",
        publishing_status="postponed",
        people=[("Jane Austen", Role.AUTHOR)],
    )
    # No ISBN: goods of another kind, and one that the shop has numbered itself.
    shelve("4006381333931", title="'=A game", tax_class="other", publishing_status="out_of_print")
    shelve(IN_STORE, title="A tote bag", genres=[("Fiction", "Crime; thrillers")])
    shelve(WITHDRAWN, title="Gone", withdrawn_at=datetime(2026, 1, 1, tzinfo=UTC))


def shelve(
    ean: str,
    *,
    people: Any = (),
    genres: Any = (),
    publisher: str = "",
    series: str = "",
    description: str = "",
    **fields: Any,
) -> Book:
    if publisher:
        fields["publisher"] = Publisher.objects.get_or_create(
            name=publisher, slug=slug_for(publisher, fallback="p")
        )[0]
    if series:
        fields["series"] = Series.objects.get_or_create(
            title=series, slug=slug_for(series, fallback="s")
        )[0]
    book = BookFactory(ean=ean, byline="", stock=0, **fields)
    book.fill_derived()
    book.save()
    for position, (name, role) in enumerate(people):
        slug = slug_for(name, fallback=f"person-{position}")
        person, _made = Contributor.objects.get_or_create(
            name=name, defaults={"sort_name": name, "slug": slug}
        )
        book.contributions.create(contributor=person, role=role, position=position)
    for path in genres:
        book.genres.add(genre(path))
    if description:
        BookText.objects.create(book=book, description=description)
    return book


def genre(path: tuple[str, ...]) -> Genre | None:
    above = None
    for depth, name in enumerate(path):
        slug = slug_for(" ".join(path[: depth + 1]), fallback="genre")
        above, _made = Genre.objects.get_or_create(name=name, parent=above, defaults={"slug": slug})
    return above
