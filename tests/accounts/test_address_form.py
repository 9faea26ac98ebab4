"""One form that asks each country for what it writes on a parcel."""

import pytest
from django.http import QueryDict

from accounts import postal
from accounts.forms import PostalAddressForm

HERE = {
    "name": "Nadia Rahman",
    "line1": "1 Some Street",
    "city": "Bristol",
    "postcode": "BS1 4ZZ",
    "country": "GB",
}


def typed(**changes) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({**HERE, **changes})
    return data


def test_the_form_begins_in_the_country_of_the_shop(settings):
    settings.SHOP = {**settings.SHOP, "country": "IE"}

    form = PostalAddressForm()

    assert form["country"].value() == "IE"
    assert form["country"].field.choices[0] == ("IE", "Ireland")
    assert form["postcode"].label == "Eircode"


def test_every_country_is_offered_once():
    codes = [code for code, _name in PostalAddressForm()["country"].field.choices]

    assert codes[0] == "GB"
    assert len(codes) == len(set(codes)) > 240


@pytest.mark.parametrize(
    ("country", "fields"),
    [
        ("GB", "country name line1 line2 city postcode phone"),
        ("DE", "country name line1 line2 postcode city phone"),
        ("HK", "country name line1 line2 city region phone"),
    ],
)
def test_the_form_has_the_fields_of_its_country(country, fields):
    assert list(PostalAddressForm(initial={"country": country}).fields) == fields.split()


@pytest.mark.parametrize(
    ("country", "required"),
    [
        ("GB", {"country", "name", "line1", "city", "postcode"}),
        ("IE", {"country", "name", "line1", "city"}),
        ("JP", {"country", "name", "line1", "region", "postcode"}),
    ],
)
def test_the_form_requires_what_its_country_requires(country, required):
    form = PostalAddressForm(initial={"country": country})

    assert {name for name, field in form.fields.items() if field.required} == required


def test_a_country_with_a_list_of_regions_offers_it():
    form = PostalAddressForm(initial={"country": "JP"})

    assert form["region"].label == "Prefecture"
    assert '<option value="東京都">Tokyo</option>' in str(form["region"])


def test_one_form_does_not_change_the_next():
    PostalAddressForm(initial={"country": "US"})

    assert "region" not in PostalAddressForm().fields
    assert PostalAddressForm()["postcode"].label == "Postcode"


@pytest.mark.parametrize(
    ("field", "token"),
    [
        ("name", "name"),
        ("line1", "address-line1"),
        ("line2", "address-line2"),
        ("district", "address-level3"),
        ("city", "address-level2"),
        ("region", "address-level1"),
        ("postcode", "postal-code"),
        ("country", "country"),
        ("phone", "tel"),
    ],
)
def test_browsers_are_told_what_each_field_is_for(field, token):
    form = PostalAddressForm(initial={"country": "IE"})
    of_the_bill = PostalAddressForm(initial={"country": "IE"}, prefix="bill")

    assert f'autocomplete="{token}"' in str(form[field])
    assert f'autocomplete="billing {token}"' in str(of_the_bill[field])


def test_a_valid_address_has_all_fields_and_is_spelt_properly():
    form = PostalAddressForm(typed(postcode="bs14zz"))

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        **HERE,
        "line2": "",
        "district": "",
        "region": "",
        "phone": "",
    }


def test_the_form_reads_the_names_with_its_prefix():
    form = PostalAddressForm({f"bill-{name}": value for name, value in HERE.items()}, prefix="bill")

    assert form.is_valid(), form.errors


def test_what_another_country_has_is_not_taken_along():
    form = PostalAddressForm(typed(region="Avon"))

    assert form.is_valid()
    assert form.cleaned_data["region"] == ""


def test_errors_stand_at_their_fields_and_say_how_to_mend_them():
    form = PostalAddressForm(typed(line1="", postcode="BS1"))

    assert form.errors == {
        "line1": ["Please enter the street and house number."],
        "postcode": ["This postcode is not complete. Try something like BS1 4ZZ."],
    }


def test_a_region_that_is_not_in_the_list_is_refused_in_words():
    form = PostalAddressForm(typed(country="US", region="Narnia", postcode="10001"))

    assert form.errors == {"region": ["Please choose the state from the list."]}


def test_an_address_that_is_not_needed_is_not_checked():
    data = {"country": "GB", "postcode": "nonsense"}

    form = PostalAddressForm(data, required=False)

    assert form.is_valid(), form.errors
    assert set(form.cleaned_data) == set(postal.FIELDS)
    assert not form.fields["name"].required


def test_the_country_is_needed_even_so():
    form = PostalAddressForm({"country": ""}, required=False)

    assert form.errors == {"country": ["Please choose the country from the list."]}


def test_another_country_shows_what_was_typed_and_complains_of_nothing():
    form = PostalAddressForm.retyped(typed(country="US", line1="", postcode="BS1"))

    assert form["city"].value() == "Bristol"
    assert form["postcode"].value() == "BS1"
    assert form["region"].label == "State"
    assert not form.errors


def test_what_a_country_has_no_field_for_waits_until_one_goes_back():
    data = typed(country="HK")

    form = PostalAddressForm.retyped(data)

    assert form.kept_values == [("postcode", "BS1 4ZZ")]
    assert PostalAddressForm.retyped(typed(country="GB")).kept_values == []


def test_kept_values_have_the_names_that_the_form_reads():
    data = {f"bill-{name}": value for name, value in {**HERE, "country": "HK"}.items()}

    form = PostalAddressForm.retyped(data, prefix="bill")

    assert form.kept_values == [("bill-postcode", "BS1 4ZZ")]
    assert form["city"].value() == "Bristol"


@pytest.mark.slow
@pytest.mark.parametrize("country", ["GB", "US", "JP", "XX"])
@pytest.mark.parametrize("field", postal.FIELDS)
@pytest.mark.parametrize("nonsense", ["\ud800", "x" * 10_000, "\x00", "\x1b[2J", "ZZ", "∅"])
def test_nonsense_never_breaks_the_form(country, field, nonsense):
    form = PostalAddressForm(typed(**{"country": country, field: nonsense}))

    form.is_valid()

    form.as_p().encode()
    PostalAddressForm.retyped(form.data).as_p().encode()


@pytest.mark.parametrize(
    ("nonsense", "message"),
    [
        ("\ud800", "Please leave out the characters that cannot be shown."),
        ("\x1b", "Please leave out the characters that cannot be shown."),
        ("x" * 201, "Please use at most 200 characters here."),
    ],
)
def test_nonsense_is_refused_where_it_was_typed(nonsense, message):
    assert PostalAddressForm(typed(line1=nonsense)).errors == {"line1": [message]}


@pytest.mark.parametrize("country", ["XX", "\ud800", "ALL", "x" * 10_000])
def test_what_is_no_country_is_refused_where_it_was_chosen(country):
    form = PostalAddressForm(typed(country=country))

    assert form.errors == {"country": ["Please choose the country from the list."]}


def test_line_breaks_cannot_forge_a_line_of_the_label():
    form = PostalAddressForm(typed(line1="1 Some Street\nUnder the mat"))

    assert form.is_valid()
    assert form.cleaned_data["line1"] == "1 Some Street Under the mat"
