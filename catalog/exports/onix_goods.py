"""What a book is, for ONIX: its form and size, its titles and people, its language and subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.feeds import own
from catalog.genre_paths import Path
from catalog.models import Book
from catalog.titles import split_article

from . import onix_codes as codes
from .books import WholeBook
from .xml import Xml, element


def descriptive_detail(whole: WholeBook) -> Xml:
    book = whole.book
    is_large = book.format == Book.Format.LARGE_PRINT
    return element(
        "DescriptiveDetail",
        # One thing, alone in its wrapping.
        element("ProductComposition", "00"),
        *_form(book),
        *_measures(book),
        _series(book),
        _titles(book),
        *_people(whole.people),
        element("EditionType", codes.LARGE_PRINT_EDITION) if is_large else None,
        _language(book),
        _pages(book),
        *map(_genre, whole.genres),
    )


def _form(book: Book) -> Iterator[Xml]:
    form, *details = codes.FORMS.get(book.format, [codes.FORMS_OF_GOODS[book.tax_class]])
    yield element("ProductForm", form)
    for detail in details:
        yield element("ProductFormDetail", detail)


def _measures(book: Book) -> Iterator[Xml]:
    for kind, value, unit in (
        ("01", book.height_mm, "mm"),
        ("02", book.width_mm, "mm"),
        ("03", book.thickness_mm, "mm"),
        ("08", book.weight_g, "gr"),
    ):
        if value:
            yield element(
                "Measure",
                element("MeasureType", kind),
                element("Measurement", str(value)),
                element("MeasureUnitCode", unit),
            )


def _titles(book: Book) -> Xml:
    subtitle = own.write_line(book.subtitle)
    return _title_detail(
        element("TitleElementLevel", "01"),
        *_title(own.write_line(book.title), book.language),
        element("Subtitle", subtitle) if subtitle else None,
    )


def _title(title: str, language: str) -> tuple[Xml, Xml]:
    """A title with its article apart, where putting the two together gives the title again."""
    article, rest = split_article(title, language)
    if article and article + rest == title:
        return element("TitlePrefix", article.strip()), element("TitleWithoutPrefix", rest)
    return element("NoPrefix"), element("TitleWithoutPrefix", title)


def _series(book: Book) -> Xml | None:
    title, number = own.write_line(book.series_title), own.write_line(book.series_number)
    if not title:
        return None
    return element(
        "Collection",
        element("CollectionType", "10"),
        _title_detail(
            element("TitleElementLevel", "02"),
            element("PartNumber", number) if number else None,
            *_title(title, book.language),
        ),
    )


def _title_detail(*parts: str | None) -> Xml:
    return element("TitleDetail", element("TitleType", "01"), element("TitleElement", *parts))


def _people(people: Sequence[tuple[str, str]]) -> Iterator[Xml]:
    named = [(text, role) for name, role in people if (text := own.write_line(name))]
    for place, (name, role) in enumerate(named, 1):
        yield element(
            "Contributor",
            element("SequenceNumber", str(place)),
            element("ContributorRole", role),
            element("PersonName", name),
        )


def _language(book: Book) -> Xml | None:
    code = codes.language_code(book.language)
    if not code:
        return None
    # That of the text.
    return element("Language", element("LanguageRole", "01"), element("LanguageCode", code))


def _pages(book: Book) -> Xml | None:
    if not book.pages:
        return None
    return element(
        "Extent",
        element("ExtentType", "00"),
        element("ExtentValue", str(book.pages)),
        element("ExtentUnit", "03"),
    )


def _genre(path: Path) -> Xml:
    return element(
        "Subject",
        element("SubjectSchemeIdentifier", codes.PROPRIETARY),
        element("SubjectSchemeName", own.GENRES),
        element("SubjectHeadingText", own.write_genres([path])),
    )
