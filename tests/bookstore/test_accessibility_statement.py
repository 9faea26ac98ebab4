"""What the operator adds to the accessibility statement."""

from datetime import date


def test_the_statement_says_what_the_operator_knows_of_this_shop(client, db, settings):
    known = {"accessibility_gaps": "The map has no words."}
    settings.SHOP = {**settings.SHOP, **known, "accessibility_checked_on": date(2026, 11, 27)}

    page = client.get("/accessibility/").text

    assert "<li>The map has no words.</li>" in page
    assert "27 November 2026" in page


def test_the_statement_claims_no_day_on_which_nobody_looked(client, db):
    assert "last looked through" not in client.get("/accessibility/").text
