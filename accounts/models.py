"""People, where they live, and the mail that is sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from bookstore import logs, request_ids

from . import postal

# What staff look names up by, as they are written: no word of a name is left out or shortened.
NAME_WORDS = SearchVector("name", config="simple")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Made by whoever runs the shop: their word for the address is as good as a link in a mail."""
        from allauth.account.models import EmailAddress

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """One spelling for one mailbox: all of it in lower case."""
        return (email or "").strip().lower()

    def hold(self, pk: int) -> User:
        """The user as they are now. Whoever else holds them waits until this transaction ends."""
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractUser):
    """Somebody with an account. The e-mail address is the name they sign in with."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    # Part of what every session is checked against: counting it up ends all of them at once.
    sessions_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # The one they chose last (accounts/languages.py); empty: the shop's own.
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", db_default="", editable=False
    )

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [("deactivate_user", "Can deactivate user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_lower_case"
            )
        ]
        # For the list in the admin (accounts/user_list.py).
        indexes = [
            GinIndex(NAME_WORDS, name="accounts_user_by_name"),
            models.Index(fields=["date_joined"], name="accounts_user_by_date"),
            models.Index(
                fields=["email"],
                condition=models.Q(is_staff=True) | models.Q(is_superuser=True),
                name="accounts_user_with_rank",
            ),
            models.Index(
                fields=["email"],
                condition=models.Q(is_active=False),
                name="accounts_user_deactivated",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_rank(self) -> bool:
        """Whether only a superuser may touch the account."""
        return self.is_staff or self.is_superuser

    def clean(self) -> None:
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        of_password = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{of_password}.{self.sessions_epoch}" if self.sessions_epoch else of_password

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def waiting(self) -> OutboxQuerySet:
        return self.filter(next_try_at__isnull=False)

    def sent(self) -> OutboxQuerySet:
        return self.filter(sent_at__isnull=False)

    def of_address(self, email: str) -> OutboxQuerySet:
        return self.annotate(address=Lower("to")).filter(address=email.lower())

    def of_thread(self, *threads: str) -> OutboxQuerySet:
        return self.filter(thread__in=threads).exclude(thread="").order_by("pk")

    def due(self, now: datetime) -> OutboxQuerySet:
        """Mails that should leave now: those of a thread only after all earlier ones of it.

        A mail that was given up holds up nobody.
        """
        earlier = OutboxMessage.objects.filter(
            thread=models.OuterRef("thread"),
            pk__lt=models.OuterRef("pk"),
            next_try_at__isnull=False,
        )
        is_next = models.Q(thread="") | ~models.Exists(earlier)
        return self.filter(is_next, next_try_at__lte=now)

    def failed(self) -> OutboxQuerySet:
        """Mails that the shop has given up on."""
        return self.filter(sent_at__isnull=True, next_try_at__isnull=True)


class PostalAddress(models.Model):
    """Where somebody is reached by post, in any country.

    Only the country is always there: what is collected in the shop needs no street.
    """

    name = models.CharField(_("name"), max_length=150)
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("flat or building"), max_length=200, blank=True)
    district = models.CharField(_("district"), max_length=100, blank=True)
    city = models.CharField(_("town or city"), max_length=100, blank=True)
    region = models.CharField(_("state, county or province"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country: Any = CountryField(_("country"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(country=""), name="%(app_label)s_%(class)s_has_a_country"
            )
        ]

    @property
    def postal_fields(self) -> dict[str, str]:
        """The address by the names of its fields, as forms and `accounts.postal` take it."""
        return {field: str(getattr(self, field)) for field in postal.FIELDS}

    @property
    def address_lines(self) -> list[str]:
        """The address as its country writes it, ending with the country; never an empty line."""
        return postal.lines(self.postal_fields)


class AddressQuerySet(models.QuerySet["Address"]):
    def for_choice(self) -> AddressQuerySet:
        """As they are offered: the default first, then the newest."""
        return self.order_by("-is_default", "-created_at", "-pk")


class Address(PostalAddress):
    """An address that a member had kept, to be chosen again. `accounts.address_book` writes it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="addresses", verbose_name=_("user"))
    label = models.CharField(_("label"), max_length=60, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(_("kept at"))

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            *PostalAddress.Meta.constraints,
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default=True),
                name="accounts_address_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.label or ", ".join(self.address_lines)

    @property
    def short_name(self) -> str:
        """What pages call it in a sentence."""
        return self.label or self.line1 or self.name


class OutboxMessage(models.Model):
    """A mail that a committed transaction wants sent. `accounts.outbox` writes and sends it."""

    to = models.EmailField(pgettext_lazy("mail", "to"))
    # Whose account it is about, to whatever address it goes: one may be theirs no longer, or not yet.
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("body"))
    # The same as HTML, as accounts/letters.py makes it; empty: the mail is text alone.
    html = models.TextField(_("HTML"), blank=True, default="", db_default="", editable=False)
    # What it is written in; empty: the shop's own, or whatever was spoken in the shop before.
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", db_default="", editable=False
    )
    # Names the reason for this one mail: a second row with it is refused, so nobody gets it twice.
    # Null, not empty, for mails that may be written again: the key is unique.
    dedupe_key = models.CharField(  # noqa: DJ001
        max_length=100, unique=True, null=True, editable=False
    )
    # Stays the same when a mail is sent again after a crash, so that mail programs show it once.
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    # Mails of one thread leave in the order in which they were written.
    thread = models.CharField(max_length=40, blank=True, editable=False)
    has_one_time_link = models.BooleanField(_("holds a one-time link"), default=False)
    # Where its reader, or their mail program by itself, says that they want no more of its kind.
    unsubscribe_url = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False
    )
    # Of the request that caused it: its line in the log, and a header of the mail, name it.
    request_id = models.CharField(max_length=64, default=request_ids.current, db_default="")
    # Of a mail that was sent before, which staff sent once more.
    is_repeat = models.BooleanField(_("sent once more"), default=False, db_default=False)
    created_at = models.DateTimeField(_("written at"))
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        permissions = [("resend_outboxmessage", "Can send mails again")]
        constraints = [
            # Once sent there is no next try; without either, it has failed for good.
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(next_try_at__isnull=True),
                name="accounts_outboxmessage_sent_is_final",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=models.Q(next_try_at__isnull=False),
                name="accounts_outbox_due",
            ),
            models.Index(
                fields=["thread", "id"],
                condition=models.Q(next_try_at__isnull=False) & ~models.Q(thread=""),
                name="accounts_outbox_by_thread",
            ),
            # For staff, who look for mails among millions.
            models.Index(
                fields=["thread", "id"],
                condition=~models.Q(thread=""),
                name="accounts_outbox_all_of_thread",
            ),
            # For the page of whoever got them, and for what is theirs.
            models.Index(Lower("to"), name="accounts_outbox_by_reader"),
            models.Index(
                fields=["id"],
                condition=models.Q(sent_at__isnull=True, next_try_at__isnull=True),
                name="accounts_outbox_failed",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def body_without_links(self) -> str:
        """The body for anybody but its reader: links that are as good as a password lack their key."""
        return logs.without_keys(self.body)

    @property
    def may_be_read(self) -> bool:
        """By anybody but its reader."""
        return not self.has_one_time_link or settings.MAIL_KEEP_ONE_TIME_LINKS

    @property
    def has_failed(self) -> bool:
        """Whether the shop has given up on it."""
        return self.sent_at is None and self.next_try_at is None

    @property
    def is_waiting(self) -> bool:
        return self.next_try_at is not None

    @property
    def can_be_sent_again(self) -> bool:
        """A link that worked once works no more, and who subscribed may have thought better of it."""
        return not (self.is_waiting or self.has_one_time_link or self.unsubscribe_url)

    @property
    def state_text(self) -> str:
        if self.has_failed:
            return str(_("Failed"))
        return str(_("Waiting")) if self.is_waiting else str(_("Sent"))

    def try_anew(self, now: datetime) -> None:
        """As if it had never been tried."""
        self.attempts, self.next_try_at = 0, now
        self.save(update_fields=["attempts", "next_try_at"])


class CustomerLook(models.Model):
    """Somebody of the staff looked at what the shop holds about a customer. `accounts.looks` writes it.

    It is never changed or deleted. Whose data it was, and who looked, is forgotten when they have
    their data erased.
    """

    class Page(models.TextChoices):
        CUSTOMER = "customer", _("The customer’s page")
        ACCOUNT = "account", _("The page of the account")

    at = models.DateTimeField(_("at"))
    who = models.CharField(_("who"), max_length=254)
    # Their groups at that time: what the customer is told of them.
    role = models.CharField(_("role"), max_length=200)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("member")
    )
    email = models.EmailField(_("guest"), blank=True)
    page = models.CharField(_("page"), max_length=8, choices=Page)

    class Meta:
        verbose_name = _("look at a customer")
        verbose_name_plural = _("looks at customers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) | models.Q(email=""),
                name="accounts_customerlook_at_one_of_them",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="accounts_customerlook_lower_case",
            ),
        ]
        indexes = [
            models.Index(
                fields=["email", "id"],
                condition=~models.Q(email=""),
                name="accounts_looks_at_guests",
            ),
            models.Index(fields=["who", "id"], name="accounts_looks_by_who"),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.user or self.email}"
