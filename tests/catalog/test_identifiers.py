import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from catalog.identifiers import (
    find_isbn,
    find_number,
    has_broken_isbn,
    is_ean,
    next_in_store_ean,
    to_isbn13,
    validate_ean,
)

EMMA = "9780141439587"
GODEL = "9780465026562"


@pytest.mark.parametrize(
    "spelling",
    [
        "9780141439587",
        "978-0-14-143958-7",
        "978 0 14 143958 7",
        "978–0–14–143958–7",
        "978‑0‑14‑143958‑7",
        "978\u00a00141439587",
        "0141439580",
        "0-14-143958-0",
        " 0 14 143958 0 ",
    ],
)
def test_an_isbn_is_read_in_any_spelling(spelling):
    assert to_isbn13(spelling) == EMMA
    assert find_isbn(spelling) == EMMA


@pytest.mark.parametrize("spelling", ["080442957X", "0-8044-2957-x", "0 8044 2957 X"])
def test_the_check_digit_x_counts_ten(spelling):
    assert find_isbn(spelling) == "9780804429573"


@pytest.mark.parametrize("spelling", ["9791090636071", "979-10-90636-07-1"])
def test_numbers_of_the_979_range_are_isbns(spelling):
    assert find_isbn(spelling) == "9791090636071"


@pytest.mark.parametrize(
    "sentence",
    [
        "Have you got Emma, 978-0-14-143958-7, in paperback?",
        "Please order 2 of 978 0 14 143958 7.",
        "Emma (Penguin, 2003; ISBN-10 0141439580)",
        "ISBN-13: 978‑0141439587",
        "https://shop.example/isbn/9780141439587/",
        "order 1234567890 of 3 May: 9780141439587",
    ],
)
def test_an_isbn_is_found_in_a_pasted_sentence(sentence):
    assert find_isbn(sentence) == EMMA


@pytest.mark.parametrize(
    "spelling",
    [
        "9 780141 439587",
        "978-0-14- 143958-7",
        "978-0-14-\n143958-7",
        "978 - 0 - 14 - 143958 - 7",
        "978--0141439587",
        "9 7 8 0 1 4 1 4 3 9 5 8 7",
        "978.0.14.143958.7",
        "978/0/14/143958/7",
        "978_0141439587",
        "978\u200b0141439587",
        "９７８０１４１４３９５８７",
    ],
)
def test_an_isbn_is_found_however_its_digits_are_kept_apart(spelling):
    assert find_isbn(spelling) == find_isbn(f"Emma, {spelling}.") == EMMA
    assert has_broken_isbn(spelling[:-1] + {"7": "8", "７": "８"}[spelling[-1]])


@pytest.mark.parametrize("text", ["1939 - 1945", "0117 / 496 00 00 0", "1.2.3", "2001: 1984"])
def test_years_and_telephones_are_no_broken_isbns(text):
    assert find_isbn(text) is None
    assert not has_broken_isbn(text)


def test_the_first_of_several_isbns_is_found():
    assert find_isbn(f"{GODEL} and {EMMA}") == GODEL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "emma",
        "0141439581",
        "978-0-14-143958-0",
        "97801414395871",
        "19780141439587",
        "9780141439587x",
        "0117 496 0000",
        "1984",
        "X",
        "٠١٤١٤٣٩٥٨٠",
    ],
)
def test_what_is_no_valid_isbn_finds_nothing(text):
    assert find_isbn(text) is None


def test_an_ean_that_is_no_book_is_no_isbn():
    assert is_ean("5449000000996")
    assert to_isbn13("5449000000996") is None


@pytest.mark.parametrize("number", [EMMA, "9790260000438", "5449000000996", "2900000000018"])
def test_a_thirteen_digit_number_with_its_check_digit_is_an_ean(number):
    assert is_ean(number)
    validate_ean(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "9780141439580",
        "978014143958",
        "97801414395870",
        "978-0141439587",
        " 9780141439587",
        "978014143958X",
        "९७८०१४१४३९५८७",
        "９７８０１４１４３９５８７",
    ],
)
def test_any_other_text_is_refused_as_an_ean(number):
    assert not is_ean(number)
    with pytest.raises(ValidationError):
        validate_ean(number)


@pytest.mark.django_db
def test_an_in_store_number_is_an_ean_of_the_shops_own_range():
    number = next_in_store_ean()

    assert is_ean(number)
    assert number.startswith("29")
    assert to_isbn13(number) is None


@pytest.mark.django_db
def test_in_store_numbers_never_repeat():
    numbers = [next_in_store_ean() for _ in range(50)]

    assert len(set(numbers)) == 50


@pytest.mark.django_db
def test_an_in_store_number_is_not_given_again_when_its_transaction_fails():
    with transaction.atomic():
        lost = next_in_store_ean()
        transaction.set_rollback(True)

    assert next_in_store_ean() != lost


@pytest.mark.parametrize("text", ["439785960", "97801419040", "9790001000390", "", "X"])
def test_what_only_looks_like_an_isbn_is_none(text):
    assert to_isbn13(text) is None


def test_a_number_of_the_shop_alone_names_its_book_and_none_inside_a_sentence():
    assert find_number(" 2020000000013 ") == "2020000000013"
    assert find_number("our 2020000000013 please") is None
    assert find_number("ISBN 978-0-14-143958-7, please") == EMMA
