from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline, bounded_count

from . import moderation, staff_views
from .models import ModerationEvent, Review, ReviewReport, ReviewVersion
from .services import purchases

# How many votes the page of a review names.
VOTES_NAMED = 20


class StateFilter(admin.SimpleListFilter):
    """Whoever comes without a choice sees what waits for a decision."""

    title = _("state")
    parameter_name = "state"
    STATES = {
        "shown": Q(deleted_at__isnull=True),
        "removed": Q(deleted_by=Review.DeletedBy.STAFF),
        "deleted": Q(deleted_at__isnull=False) & ~Q(deleted_by=Review.DeletedBy.STAFF),
        "all": Q(),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("shown", _("In the shop")),
            ("removed", _("Removed by the shop")),
            ("deleted", _("Deleted otherwise")),
            ("all", _("All")),
        ]

    def queryset(self, request: HttpRequest, reviews: Any) -> Any:
        if state := self.STATES.get(self.value() or ""):
            return reviews.filter(state)
        return reviews if self.value() == "all" else reviews.reported()

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        waiting, *others = super().choices(changelist)
        return iter([{**waiting, "display": _("Reported, waiting")}, *others])


class ReviewList(ChangeList):
    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        """What has waited longest comes first where all of them wait."""
        if {StateFilter.parameter_name, ORDER_VAR} & request.GET.keys():
            return list(super().get_ordering(request, queryset))
        return ["waiting_since", "pk"]


class ReportInline(ReadOnlyInline):
    model = ReviewReport
    fields = ("at", "user", "reason", "words", "settled_at", "settled_by", "outcome")


class VersionInline(ReadOnlyInline):
    model = ReviewVersion
    fields = ("since", "until", "rating", "title", "text", "shown_as", "helpful_count")


class ModerationInline(ReadOnlyInline):
    model = ModerationEvent
    fields = ("at", "kind", "reason", "words", "who")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """What readers wrote, to look at. What staff do with it are pages of their own."""

    list_display = ("title", "rating", "book", "user", "created_at", "reports", "deleted_by")
    list_filter = (StateFilter,)
    list_select_related = ("book", "user")
    search_fields = ("book__ean__exact", "user__email__exact")
    actions = ("remove_chosen", "keep_chosen")
    fields = (
        *("title", "rating", "text", "book", "user", "shown_as", "created_at", "edited_at"),
        *("purchase", "votes_so_far", "deleted_at", "deleted_by"),
        *("removal_reason", "removal_words", "removed_by"),
    )
    readonly_fields = ("purchase", "votes_so_far")
    inlines = (ReportInline, VersionInline, ModerationInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        """With the reports that wait: how many, and since when."""
        reports = ReviewReport.objects.open().filter(review=OuterRef("pk")).order_by()
        of_review = reports.values("review")
        return Review.objects.defer("book__search").annotate(
            waiting=Subquery(of_review.annotate(number=Count("pk")).values("number")),
            waiting_since=Subquery(of_review.annotate(first=Min("at")).values("first")),
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReviewList

    @admin.display(description=_("reports that wait"), ordering="waiting")
    def reports(self, review: Any) -> int:
        return review.waiting or 0

    @admin.display(description=_("bought with"))
    def purchase(self, review: Review) -> str:
        """The paid orders of an edition of the work, newest first."""
        rows = (
            (line.order.number, _day(line.order.placed_at), line.title)
            for line in purchases(review.user, review.book)
        )
        return format_html_join("", "<div>{}, {}, {}</div>", rows) or "-"

    @admin.display(description=_("found helpful by"))
    def votes_so_far(self, review: Review) -> str:
        """How many, and the newest of them."""
        votes = review.votes.select_related("user").order_by("-pk")[:VOTES_NAMED]
        rows = ((vote.user, _day(vote.at)) for vote in votes)
        return format_html(
            "{}{}", review.helpful_count, format_html_join("", "<div>{}, {}</div>", rows)
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waiting = bounded_count(Review.objects.reported())
        title = ngettext(
            "%(number)d reported review waits", "%(number)d reported reviews wait", waiting
        ) % {"number": waiting}
        return super().changelist_view(request, {**(extra_context or {}), "title": title})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may = self.has_moderate_permission(request)
        context = {**(extra_context or {}), "may_moderate": may}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description=_("Remove from the shop"), permissions=["moderate"])
    def remove_chosen(self, request: HttpRequest, chosen: QuerySet[Review]) -> HttpResponse | None:
        return self._decide(request, "remove", chosen)

    @admin.action(description=_("Leave as they are: settle the reports"), permissions=["moderate"])
    def keep_chosen(self, request: HttpRequest, chosen: QuerySet[Review]) -> HttpResponse | None:
        return self._decide(request, "keep", chosen)

    def _decide(
        self, request: HttpRequest, act: str, chosen: QuerySet[Review]
    ) -> HttpResponse | None:
        """On to the page that asks for the reason; back to the list if it would be too long."""
        keys = list(
            chosen.order_by("pk").values_list("pk", flat=True)[: moderation.MOST_AT_ONCE + 1]
        )
        if len(keys) > moderation.MOST_AT_ONCE:
            messages.error(request, str(moderation.TooMany()))
            return None
        return redirect(reverse(f"admin:reviews_review_{act}", query={"id": keys}))

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("reviews.moderate_review"))

    def get_urls(self) -> list[Any]:
        acts = {
            "remove": staff_views.review_remove,
            "keep": staff_views.review_keep,
            "restore": staff_views.review_restore,
        }
        own = [
            path(f"{act}/", self.admin_site.admin_view(view), name=f"reviews_review_{act}")
            for act, view in acts.items()
        ]
        return own + super().get_urls()


@admin.register(ModerationEvent)
class ModerationEventAdmin(ReadOnlyAdmin):
    """What staff did with reviews, and why."""

    list_display = ("at", "kind", "book", "review", "reason", "words", "who")
    list_filter = ("kind", "reason")
    list_select_related = ("book", "review")
    search_fields = ("book__ean__exact", "who__exact")


def _day(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "DATE_FORMAT")
