"""What all mails have in common: text and HTML that say the same, in the shop's look, safe to open."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import CharField, Model, TextField
from django.template import engines

from accounts.letters import PLACE_OF_NOTE, Letter, letter
from accounts.samples import Sample, samples
from shop import mail_samples as orders

TEMPLATES = Path(settings.TEMPLATES[0]["DIRS"][0])
SAMPLES = list(samples().values())
each_mail = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
LINK = re.compile(r"https?://[^\s<>\"]+")
# Sums, numbers of orders, days, codes.
WITH_DIGITS = re.compile(r"[^\s,;:()]*\d[^\s,;:()]*")
EVIL = "<script>alert(1)</script>\r\nBcc: everybody@example.org"
# At which a mail program would ask somebody, and tell them that the mail was opened.
LOADED = re.compile(
    r"<(?:img|link|script|iframe|object|video|audio|svg)\b|url\(|@import|@font-face"
)


class Reader(HTMLParser):
    """What somebody reads in a mail, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        if not self.tags or self.tags[-1][0] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def sentences(body: str) -> Iterable[str]:
    """The lines of a text that end as a sentence does, and what stands before them as a heading.

    What ends in a colon leads to a link.
    """
    for line in body.splitlines():
        if line.endswith("."):
            yield from " ".join(line.split()).split(": ")


@pytest.fixture
def english(sample: Sample) -> Letter:
    return sample.letter("en-gb")


def templates() -> set[str]:
    """The mails that there are templates for, without what several of them share."""
    found = set()
    for path in TEMPLATES.glob("*/email*/*"):
        name = str(path.relative_to(TEMPLATES))
        name = re.sub(r"(\.subject)?\.(txt|html)$|_(message|subject)\.(txt|html)$", "", name)
        found.add(name)
    return {name for name in found if not name.rpartition("/")[2].startswith(("_", "base"))}


def test_every_mail_has_a_sample():
    assert {sample.template for sample in SAMPLES} == templates()
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)


@each_mail
def test_the_html_says_all_that_the_text_says(english):
    seen = read(english.html)

    assert set(LINK.findall(english.body)) <= {link.rstrip() for link in seen.links}
    words = LINK.sub(" ", english.body)
    assert {word.rstrip(".") for word in WITH_DIGITS.findall(words)} <= {
        word.rstrip(".") for word in WITH_DIGITS.findall(seen.text)
    }
    assert [line for line in sentences(words) if line not in seen.text] == []


@each_mail
def test_a_mail_knows_all_that_it_speaks_of(sample, monkeypatch):
    """A name that no context has would be a gap in a sentence."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "[missing %s]")

    mail = sample.letter("en-gb")

    assert "[missing" not in "".join(mail)


@each_mail
def test_a_mail_asks_no_server_for_anything(english):
    assert not LOADED.search(english.html)


@each_mail
def test_links_lead_to_the_whole_address(english):
    assert [
        link
        for link in read(english.html).links
        if not link.startswith(("http://", "https://", "mailto:"))
    ] == []


@each_mail
def test_a_mail_can_be_read_aloud(english):
    """Tables for the looks say that they are; those of facts and of books have headings."""
    tags = read(english.html).tags

    page = dict(tags)["html"]
    assert (page["lang"], page["dir"]) == ("en-gb", "ltr")
    tables = [attrs for tag, attrs in tags if tag == "table"]
    assert all(("role" in table) != (table["class"] in ("lines", "facts")) for table in tables)
    headings = [attrs for tag, attrs in tags if tag == "th"]
    assert all(heading["scope"] in ("row", "col") for heading in headings)
    assert len([tag for tag, _attrs in tags if tag == "h1"]) == 1


@each_mail
def test_styles_stand_in_the_elements_and_rules_are_for_phones_and_dark_screens(english):
    [rules] = re.findall(r"<style[^>]*>(.*?)</style>", english.html, re.S)

    assert rules.startswith("@media (max-width: 480px)")
    assert "@media (prefers-color-scheme: dark)" in rules
    assert '<meta name="color-scheme" content="light dark">' in english.html
    assert re.search(r'<h1 style="[^"]*color:#16173b', english.html)
    assert english.html.count(PLACE_OF_NOTE) == 1


def spoil(thing: Any) -> None:
    """Have the people in a sample call themselves and their books something evil."""
    if isinstance(thing, Model):
        for field in thing._meta.concrete_fields:
            is_free = isinstance(field, CharField | TextField) and not field.choices
            kept = ("number", "slug", "ean", "country", "language", "tracking", "provider")
            if is_free and field.name not in kept and thing.__dict__.get(field.attname):
                setattr(thing, field.attname, EVIL)
        for name in ("book", "item", "order"):
            spoil(thing.__dict__.get("_state") and thing._state.fields_cache.get(name))
    elif isinstance(thing, list | tuple):
        for each in thing:
            spoil(each)


def spoiled(sample: Sample) -> Letter:
    context = dict(sample.context())
    for name, value in context.items():
        spoil(value)
        if isinstance(value, str) and not name.endswith("_url"):
            context[name] = EVIL
    return letter(sample.template, context, language="en-gb")


@each_mail
def test_what_people_call_themselves_and_their_books_is_no_markup(sample, english):
    mail = spoiled(sample)

    assert "<script" not in mail.html
    assert mail.subject == " ".join(mail.subject.splitlines())
    was = {tag for tag, _attrs in read(english.html).tags}
    assert {tag for tag, _attrs in read(mail.html).tags} <= was | {"br"}


def test_the_same_text_is_as_it_was_written():
    mail = spoiled(samples()["order-confirmation"])

    assert "Dear <script>alert(1)</script>" in mail.body
    assert "Dear &lt;script&gt;alert(1)&lt;/script&gt;" in mail.html


def test_an_apostrophe_is_one_in_the_text():
    context = dict(samples()["offer"].context())
    context["book"].title = "Sultana’s Dream & 'Padmarag'"

    mail = letter("waitlist/emails/offer", context, language="en-gb")

    assert context["book"].title in mail.subject
    assert context["book"].title in mail.body
    assert context["book"].title in read(mail.html).text


def test_an_order_of_fifty_books_is_no_large_mail():
    context = dict(samples()["order-confirmation"].context())
    context["items"] = [
        item for _book in range(25) for item in orders.SAMPLES[0].context()["items"]
    ]

    mail = letter("shop/emails/order_confirmation", context, language="en-gb")

    assert mail.html.count("<tr>") > 50
    assert len(mail.html.encode()) <= 30_000


def test_a_mail_is_written_from_right_to_left_where_its_language_is(settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]

    mail = samples()["restock"].letter("ar")

    assert dict(read(mail.html).tags)["html"]["dir"] == "rtl"
