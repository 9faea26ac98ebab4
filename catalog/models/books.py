"""What is sold."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog import covers
from catalog.availability import Availability, PublishingStatus, availability
from catalog.cover_address import CoverAddress, cover_address, cover_path
from catalog.dates import date_as_known
from catalog.folding import search_lines
from catalog.identifiers import MUSIC_PREFIX, validate_ean
from catalog.languages import lang_attribute, language_name
from catalog.locks import locked_fields, only_known_locks
from catalog.money import format_money
from catalog.querysets import BookQuerySet
from catalog.tax_classes import GOODS, GOODS_CHOICES, TaxClass
from catalog.titles import derived_from_title

from .book_indexes import INDEXES, weighted_lines
from .genres import Genre
from .past import history_of_books
from .people import Contributor, Publisher, Series
from .ratings import no_ratings, ratings_add_up
from .works import Work


class Book(models.Model):
    """What is sold: one edition in one format."""

    class Format(models.TextChoices):
        PAPERBACK = "paperback", _("Paperback")
        POCKET = "pocket", _("Pocket")
        HARDBACK = "hardback", _("Hardback")
        CLOTHBOUND = "clothbound", _("Clothbound")
        LARGE_PRINT = "large_print", _("Large print")

    class DatePrecision(models.TextChoices):
        YEAR = "year", _("year")
        MONTH = "month", _("month")
        DAY = "day", _("day")

    ean = models.CharField(_("EAN or ISBN-13"), max_length=13, validators=[validate_ean])
    title = models.CharField(_("title"), max_length=500)
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True)
    byline = models.CharField(_("byline"), max_length=1000, blank=True)
    # Decoration: the EAN decides which book an address means.
    slug = models.SlugField(_("slug"), max_length=100, db_index=False)
    # Lower case, no accents, no leading article: what lists by title go by.
    sort_title = models.CharField(max_length=200, editable=False)
    format = models.CharField(_("format"), max_length=12, choices=Format, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    height_mm = models.PositiveSmallIntegerField(_("height in mm"), null=True, blank=True)
    width_mm = models.PositiveSmallIntegerField(_("width in mm"), null=True, blank=True)
    thickness_mm = models.PositiveSmallIntegerField(_("thickness in mm"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in g"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_precision = models.CharField(
        _("published on is exact to the"),
        max_length=5,
        choices=DatePrecision,
        default=DatePrecision.DAY,
    )
    on_sale_on = models.DateField(_("on sale from"), null=True, blank=True)
    publishing_status = models.CharField(
        _("publisher’s status"),
        max_length=12,
        choices=PublishingStatus,
        blank=True,
        default="",
        db_default="",
        help_text=_("Readers see it once no copies are here. What is recalled is not sold."),
    )
    price = models.DecimalField(
        _("price"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01)],
        help_text=_("Without a price the book is shown, but not for sale."),
    )
    tax_class = models.CharField(
        _("taxed as"),
        max_length=10,
        choices=GOODS_CHOICES,
        default=TaxClass.BOOK,
        db_default=TaxClass.BOOK,
    )
    # Copies that anyone may buy now. Only a StockMovement changes it; no index may hold it.
    stock = models.IntegerField(_("stock"), default=0, db_default=0, editable=False)
    # Where it stands in the shop: pick lists and counts go by it. Feeds leave it alone.
    shelf = models.CharField(
        _("shelf"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where the copies stand, as “B3” or “Crime 2”."),
    )
    # People with a living place on its waiting list. Only their places change it.
    queue_length = models.PositiveIntegerField(
        _("people waiting"), default=0, db_default=0, editable=False
    )
    cover_image = models.ImageField(
        _("cover image"),
        upload_to=cover_path,
        blank=True,
        width_field="cover_width",
        height_field="cover_height",
    )
    cover_width = models.PositiveIntegerField(null=True, editable=False)
    cover_height = models.PositiveIntegerField(null=True, editable=False)
    cover_mood = models.CharField(
        _("mood of a drawn cover"),
        max_length=10,
        default="novel",
        choices=[(mood, mood) for mood in covers.MOODS],
    )
    rating_sum = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # How many readers gave one star, two stars and so on to five.
    rating_counts = ArrayField(
        models.IntegerField(), default=no_ratings, db_default=[0] * 5, editable=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn from sale at"), null=True, blank=True)
    added_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    locked_fields = locked_fields()

    publisher = models.ForeignKey(
        Publisher,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="books",
        verbose_name=_("publisher"),
    )
    publisher_name = models.CharField(max_length=300, blank=True, editable=False)
    series = models.ForeignKey(
        Series,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="books",
        verbose_name=_("series"),
    )
    series_title = models.CharField(max_length=300, blank=True, editable=False)
    series_number = models.CharField(_("number in the series"), max_length=20, blank=True)
    # The number that `series_number` begins with: “3-5” stands where 3 would.
    series_position = models.GeneratedField(
        expression=Cast(
            models.Func(
                models.F("series_number"),
                models.Value(r"^[0-9]{1,6}(?:[.][0-9]{1,2})?"),
                function="substring",
                output_field=models.TextField(),
            ),
            models.DecimalField(max_digits=8, decimal_places=2),
        ),
        output_field=models.DecimalField(max_digits=8, decimal_places=2, null=True),
        db_persist=True,
    )
    work = models.ForeignKey(
        Work,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name=_("work"),
        help_text=_(
            "Books of one work are shown as its editions and formats. Left empty: a new book joins"
            " its other editions, any other one stands alone."
        ),
    )
    genres = models.ManyToManyField(
        Genre, related_name="books", blank=True, verbose_name=_("genres")
    )
    contributors = models.ManyToManyField(Contributor, through="Contribution", related_name="books")

    # What lists are ordered by. Sales and ratings change all day; the worker copies them here in
    # batches, so that a sale or a review rewrites no index.
    bestseller_rank = models.IntegerField(default=0, db_default=0, editable=False)
    rating_rank = models.IntegerField(default=0, db_default=0, editable=False)
    # Where a search for a common word looks first: 0 for the 20,000 books that sell best, 1 for
    # the next 100,000, 2 for all others. The worker keeps it.
    tier = models.SmallIntegerField(default=2, db_default=2, editable=False)
    # Readers' ratings elsewhere, if a feed names them. They help to order books that have not
    # been sold or rated here yet, and are never shown as the word of our readers.
    outside_rating = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, blank=True, editable=False
    )
    outside_ratings = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    # The book's genres, with all genres above them (positive), and its facets (negative; see
    # catalog/tags.py). Triggers of the database keep it.
    tags = ArrayField(models.IntegerField(), default=list, db_default=[], editable=False)

    # Folded text, in the lines of catalog.folding.search_lines().
    search_text = models.TextField(editable=False)
    search = models.GeneratedField(
        expression=weighted_lines("search_text"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = BookQuerySet.as_manager()
    history = history_of_books()

    DERIVED = ("slug", "sort_title", "publisher_name", "series_title", "search_text")

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        constraints = [
            models.UniqueConstraint(fields=["ean"], name="catalog_book_ean_once"),
            models.CheckConstraint(
                condition=models.Q(ean__regex=r"^[0-9]{13}$"), name="catalog_book_ean_is_13_digits"
            ),
            models.CheckConstraint(
                condition=~models.Q(title__regex=r"^\s*$"), name="catalog_book_title_not_blank"
            ),
            models.CheckConstraint(
                condition=~models.Q(slug=""), name="catalog_book_slug_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gt=0),
                name="catalog_book_price_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(stock__gte=0), name="catalog_book_stock_not_negative"
            ),
            models.CheckConstraint(condition=ratings_add_up(), name="catalog_book_ratings_add_up"),
            models.CheckConstraint(
                condition=~models.Q(search_text=""), name="catalog_book_search_text_filled"
            ),
            models.CheckConstraint(
                condition=models.Q(tier__in=[0, 1, 2]), name="catalog_book_tier_from_0_to_2"
            ),
            models.CheckConstraint(
                condition=models.Q(tax_class__in=GOODS), name="catalog_book_tax_class_of_goods"
            ),
            models.CheckConstraint(condition=only_known_locks(), name="catalog_book_locks_known"),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalog:book_detail", args=[self.ean, self.slug])

    def fill_derived(self) -> None:
        """Set the DERIVED fields from the others: slug, title to sort by, copied names.

        Whoever edits a book calls it before saving; search and addresses read these copies.
        """
        for field, value in derived_from_title(self.title, self.language).items():
            setattr(self, field, value)
        self.publisher_name = self.publisher.name if self.publisher else ""
        self.series_title = self.series.title if self.series else ""
        self.fill_search_text()

    def fill_search_text(self) -> None:
        """Set what search goes by from the title, the names and the copied names."""
        self.search_text = "\n".join(
            search_lines(
                title=self.title,
                language=self.language,
                byline=self.byline,
                subtitle=self.subtitle,
                series_title=self.series_title,
                series_number=self.series_number,
                publisher_name=self.publisher_name,
            )
        )

    @property
    def is_withdrawn(self) -> bool:
        """Whether the book has no page any more."""
        return self.withdrawn_at is not None

    @property
    def isbn(self) -> str | None:
        """The ISBN-13, or None for goods that go by another EAN or an in-store number."""
        is_isbn = self.ean.startswith(("978", "979")) and not self.ean.startswith(MUSIC_PREFIX)
        return self.ean if is_isbn else None

    @cached_property
    def availability(self) -> Availability:
        return availability(self, timezone.localdate())

    @cached_property
    def cover(self) -> CoverAddress:
        return cover_address(self)

    @property
    def price_text(self) -> str:
        return "" if self.price is None else format_money(self.price)

    @property
    def published_text(self) -> str:
        """The date of publication, no more exact than it is known."""
        return date_as_known(self.published_on, self.published_precision)

    @property
    def size_text(self) -> str:
        """Height × width × thickness and weight, as far as they are known."""
        measures = [self.height_mm, self.width_mm, self.thickness_mm]
        size = " × ".join(str(measure) for measure in measures if measure)
        return ", ".join(
            part for part in (size and f"{size} mm", self.weight_g and f"{self.weight_g} g") if part
        )

    @property
    def language_text(self) -> str:
        return language_name(self.language)

    @property
    def lang_attribute(self) -> SafeString:
        """For an element that holds the title."""
        return lang_attribute(self.language, get_language() or "")

    @property
    def format_text(self) -> str:
        return format_text(self.format, self.pages)


def format_text(book_format: str, pages: int | None) -> str:
    """Format and length as a card has them: Paperback, 288 pages."""
    name = str(Book.Format(book_format).label) if book_format else ""
    length = _("%(pages)d pages") % {"pages": pages} if pages else ""
    return ", ".join(part for part in (name, str(length)) if part)
