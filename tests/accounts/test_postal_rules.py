"""What an address needs in one country is not what it needs in the next."""

import pytest
from django_countries import countries

from accounts import postal

HERE = {
    "name": "Nadia Rahman",
    "line1": "1 Some Street",
    "city": "Bristol",
    "postcode": "BS1 4ZZ",
    "country": "GB",
}
NOWHERE = "XX"
EVERY_COUNTRY = [code for code, _name in countries]


def address(**changes) -> dict[str, str]:
    return {**HERE, **changes}


@pytest.mark.parametrize(
    ("country", "asked"),
    [
        ("GB", "name line1 line2 city postcode"),
        ("US", "name line1 line2 city region postcode"),
        ("IE", "name line1 line2 district city region postcode"),
        ("DE", "name line1 line2 postcode city"),
        ("FR", "name line1 line2 postcode city"),
        ("JP", "name line1 line2 region postcode"),
        ("HK", "name line1 line2 city region"),
        (NOWHERE, "name line1 line2 district city region postcode"),
    ],
)
def test_each_country_is_asked_for_its_own_fields_in_its_own_order(country, asked):
    assert postal.rules_for(country).fields == ("country", *asked.split(), "phone")


@pytest.mark.parametrize(
    ("country", "required"),
    [
        ("GB", {"line1", "city", "postcode"}),
        ("US", {"line1", "city", "region", "postcode"}),
        ("IE", {"line1", "city"}),
        ("DE", {"line1", "city", "postcode"}),
        ("JP", {"line1", "region", "postcode"}),
        ("HK", {"line1", "region"}),
        (NOWHERE, {"line1"}),
    ],
)
def test_what_must_be_given(country, required):
    assert postal.rules_for(country).required == {"country", "name", *required}


@pytest.mark.parametrize(
    ("country", "field", "label"),
    [
        ("GB", "postcode", "Postcode"),
        ("US", "postcode", "ZIP code"),
        ("IE", "postcode", "Eircode"),
        ("IN", "postcode", "PIN code"),
        ("DE", "postcode", "Postal code"),
        (NOWHERE, "postcode", "Postcode"),
        ("US", "region", "State"),
        ("IE", "region", "County"),
        ("JP", "region", "Prefecture"),
        ("CA", "region", "Province"),
        ("AU", "city", "Suburb"),
        ("HK", "city", "District"),
        ("IE", "district", "Townland"),
    ],
)
def test_fields_are_called_what_the_country_calls_them(country, field, label):
    assert postal.rules_for(country).label(field) == label


@pytest.mark.parametrize(
    ("country", "value", "label"),
    [
        ("US", "NY", "New York"),
        ("IE", "Co. Cork", "Co. Cork"),
        ("JP", "東京都", "Tokyo"),
        ("HK", "Kowloon", "Kowloon"),
        ("CA", "NS", "Nova Scotia"),
    ],
)
def test_regions_of_a_fixed_list_read_in_latin_letters(country, value, label):
    assert (value, label) in postal.rules_for(country).regions


@pytest.mark.parametrize("country", ["GB", "DE", "FR", NOWHERE])
def test_where_regions_are_not_asked_or_not_known_none_are_listed(country):
    assert postal.rules_for(country).regions == ()


@pytest.mark.parametrize("country", ["", "gb", "ALL", "ZZ", "../all", "\ud800", "G" * 10_000])
def test_what_is_no_country_has_lenient_rules(country):
    assert postal.rules_for(country).country == ""


@pytest.mark.parametrize("country", EVERY_COUNTRY)
def test_the_rules_of_every_country_agree_with_themselves(country):
    rules = postal.rules_for(country)

    assert rules.required <= set(rules.fields)
    assert len(dict(rules.regions)) == len(rules.regions)
    for example in rules.postcode_examples:
        assert rules.wrong_postcode(example) == ""
        assert rules.spell_postcode(example.replace(" ", "").replace("-", "").lower()) == example


@pytest.mark.parametrize(
    ("country", "typed", "spelt"),
    [
        ("GB", "bs14zz", "BS1 4ZZ"),
        ("GB", " bs1  4zz ", "BS1 4ZZ"),
        ("GB", "ec1y8sy", "EC1Y 8SY"),
        ("GB", "BFPO 12", "BFPO 12"),
        ("US", "221621010", "22162-1010"),
        ("IE", "a65f4e2", "A65 F4E2"),
        ("CA", "h3z-2y7", "H3Z 2Y7"),
        ("JP", "〒1540023", "154-0023"),
        ("JP", "１５４－００２３", "154-0023"),
        ("CH", "CH-8001", "8001"),
        ("FR", "33 380", "33 380"),
        ("GB", "not one", "not one"),
        ("HK", "999077", ""),
        (NOWHERE, "a1", "a1"),
    ],
)
def test_postcodes_are_spelt_as_their_country_spells_them(country, typed, spelt):
    tidied = postal.tidy(address(country=country, postcode=typed))

    assert tidied["postcode"] == spelt


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("US", "new york", "NY"),
        ("US", "ny", "NY"),
        ("JP", "tokyo", "東京都"),
        ("US", "Narnia", "Narnia"),
        ("GB", "Avon", ""),
    ],
)
def test_a_region_named_in_words_is_found_in_the_list(country, typed, kept):
    assert postal.tidy(address(country=country, region=typed))["region"] == kept


def test_a_tidy_address_has_every_field_and_stays_as_it_is():
    tidied = postal.tidy(address(postcode="bs14zz", line1=" 1  Some\nStreet "))

    assert tuple(tidied) == postal.FIELDS
    assert tidied["line1"] == "1 Some Street"
    assert postal.tidy(tidied) == tidied


@pytest.mark.parametrize(
    "changes",
    [
        {"postcode": "bs14zz"},
        {"country": "US", "city": "New York", "region": "New York", "postcode": "10001"},
        {"country": "IE", "city": "Cork", "postcode": ""},
        {"country": "DE", "city": "Köln", "postcode": "50667"},
        {"country": "FR", "city": "Paris", "postcode": "75001"},
        {"country": "JP", "city": "", "region": "Tokyo", "postcode": "1540023"},
        {"country": "HK", "city": "", "region": "Kowloon", "postcode": ""},
    ],
)
def test_nothing_is_said_of_an_address_that_is_right(changes):
    assert postal.check(address(**changes)) == {}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "Please enter the full name."),
        ({"line1": " "}, "line1", "Please enter the street and house number."),
        ({"city": ""}, "city", "Please enter the town or city."),
        ({"postcode": ""}, "postcode", "Please enter the postcode. It looks like BS1 4ZZ."),
        (
            {"postcode": "BS1"},
            "postcode",
            "This postcode is not complete. Try something like BS1 4ZZ.",
        ),
        (
            {"postcode": "BS1 4ZZZ"},
            "postcode",
            "This postcode does not look right. Try something like BS1 4ZZ.",
        ),
        (
            {"country": "IE", "postcode": "BS1 4ZZ ZZ"},
            "postcode",
            "This Eircode does not look right. Try something like A65 F4E2.",
        ),
        (
            {"country": "US", "region": "NY", "postcode": "1000"},
            "postcode",
            "This ZIP code is not complete. Try something like 95014.",
        ),
        (
            {"country": "US", "region": "Narnia", "postcode": "10001"},
            "region",
            "Please choose the state from the list.",
        ),
        (
            {"country": "JP", "postcode": "154-0023"},
            "region",
            "Please choose the prefecture from the list.",
        ),
        ({"country": NOWHERE}, "country", "Please choose the country from the list."),
        ({"country": ""}, "country", "Please choose the country from the list."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_with_how_to_mend_it(changes, field, message):
    assert postal.check(address(**changes)) == {field: message}


def test_an_empty_address_is_told_everything_at_once():
    assert set(postal.check({"country": "GB"})) == {"name", "line1", "city", "postcode"}


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["1 Some Street", "BRISTOL", "BS1 4ZZ", "United Kingdom"]),
        (
            {"country": "US", "city": "New York", "region": "NY", "postcode": "10001"},
            ["1 Some Street", "NEW YORK, NY 10001", "United States of America"],
        ),
        (
            {"country": "IE", "city": "Cobh", "region": "Co. Cork", "postcode": ""},
            ["1 Some Street", "COBH", "Co. Cork", "Ireland"],
        ),
        (
            {"country": "DE", "city": "Köln", "postcode": "50667"},
            ["1 Some Street", "50667 KÖLN", "Germany"],
        ),
        (
            {"country": "FR", "city": "Paris", "postcode": "75001"},
            ["1 Some Street", "75001 PARIS", "France"],
        ),
        (
            {"country": "JP", "city": "", "region": "東京都", "postcode": "154-0023"},
            ["1 Some Street, TOKYO", "154-0023", "Japan"],
        ),
        (
            {"country": "HK", "city": "Mong Kok", "region": "Kowloon", "postcode": ""},
            ["1 Some Street", "Mong Kok", "KOWLOON", "Hong Kong"],
        ),
        (
            {"country": NOWHERE, "postcode": "A1"},
            ["1 Some Street", "A1", "BRISTOL", NOWHERE],
        ),
    ],
)
def test_an_address_is_written_as_its_country_writes_it(changes, lines):
    assert postal.lines(address(**changes)) == ["Nadia Rahman", *lines]


def test_an_address_in_japanese_begins_with_the_postcode_and_ends_with_the_name():
    in_japanese = {
        "name": "佐藤花子",
        "line1": "世田谷区1-2-3",
        "region": "東京都",
        "postcode": "154-0023",
        "country": "JP",
    }

    lines = postal.lines(in_japanese)

    assert lines == ["〒154-0023", "東京都", "世田谷区1-2-3", "佐藤花子", "Japan"]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"line1": "", "city": "", "postcode": ""}, ["Nadia Rahman", "United Kingdom"]),
        (
            {"line1": "", "city": "", "postcode": "", "country": "CH"},
            ["Nadia Rahman", "Switzerland"],
        ),
        (
            {"country": "US", "city": "", "region": "NY", "postcode": ""},
            ["Nadia Rahman", "1 Some Street", "NY", "United States of America"],
        ),
        ({"line1": "", "city": "", "postcode": "", "country": ""}, ["Nadia Rahman"]),
    ],
)
def test_gaps_leave_no_empty_line_and_no_lonely_comma(changes, lines):
    assert postal.lines(address(**changes)) == lines


def test_what_the_format_has_no_place_for_goes_with_the_street():
    lines = postal.lines(address(country="HK", region="Kowloon", city="", postcode="999077"))

    assert lines == ["Nadia Rahman", "1 Some Street", "999077", "KOWLOON", "Hong Kong"]


@pytest.mark.parametrize("country", EVERY_COUNTRY)
def test_nothing_written_is_lost_on_the_label_of_any_country(country):
    written = {
        **{field: f"the{field}" for field in postal.FIELDS},
        "country": country,
    }

    label = "\n".join(postal.lines(written)).casefold()

    for field in set(postal.FIELDS) - {"country", "phone"}:
        assert f"the{field}" in label
