"""What a start without settings says. Each in a process of its own, as an operator would see it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bookstore import env_file

PROJECT = Path(__file__).resolve().parent.parent.parent
COMPLETE = {
    "DATABASE_URL": "postgres://bookstore:secret@localhost:1/bookstore",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "shop.example",
}

STRIPE_KEYS = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}


def settings_with(environment: dict[str, str], show: str = "1") -> subprocess.CompletedProcess[str]:
    """Import the settings without any .env, with just these variables."""
    script = (
        "import environ; environ.Env.read_env = staticmethod(lambda *a, **k: None)\n"
        f"from bookstore import settings\nprint({show})"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", COMPLETE)
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_what_is_missing_is_named_at_the_start(missing, how):
    environment = {**COMPLETE, missing: ""}
    if how == "absent":
        del environment[missing]

    result = settings_with(environment)

    assert result.returncode != 0
    assert f"ImproperlyConfigured: {missing} is not set" in result.stderr


@pytest.mark.parametrize("name", ["STATIC_ROOT", "MEDIA_ROOT"])
def test_an_empty_folder_means_the_default_and_the_project_is_refused(name):
    default = settings_with({**COMPLETE, name: ""}, f"settings.{name}")
    project = settings_with({**COMPLETE, name: "."})
    above = settings_with({**COMPLETE, name: ".."})

    assert Path(default.stdout.strip()).parent == PROJECT / ".local", default.stderr
    assert f"{name} is" in project.stderr
    assert f"{name} is" in above.stderr


def test_an_unknown_payment_provider_is_an_error_at_the_start():
    result = settings_with({**COMPLETE, "PAYMENT_PROVIDER": "barter"})

    assert "PAYMENT_PROVIDER is 'barter'" in result.stderr


@pytest.mark.parametrize("missing", STRIPE_KEYS)
def test_the_keys_of_stripe_are_missed_when_it_is_to_take_the_money(missing):
    keys = {**STRIPE_KEYS, missing: ""}

    with_stripe = settings_with({**COMPLETE, **keys, "PAYMENT_PROVIDER": "stripe"})
    without = settings_with({**COMPLETE, **keys, "PAYMENT_PROVIDER": "demo"})

    assert f"ImproperlyConfigured: {missing} is not set" in with_stripe.stderr
    assert without.returncode == 0, without.stderr


@pytest.mark.parametrize(
    ("changes", "origins"),
    [
        ({"PAYMENT_PROVIDER": ""}, []),
        ({"PAYMENT_PROVIDER": "demo"}, []),
        ({"PAYMENT_PROVIDER": "stripe"}, ["https://checkout.stripe.com"]),
        (
            {"PAYMENT_PROVIDER": "stripe", "STRIPE_API_BASE": "http://127.0.0.1:12111/"},
            ["https://checkout.stripe.com", "http://127.0.0.1:12111"],
        ),
    ],
)
def test_forms_lead_to_the_payment_page_and_nowhere_else(changes, origins):
    result = settings_with(
        {**COMPLETE, **STRIPE_KEYS, **changes}, "settings.SECURE_CSP['form-action'][1:]"
    )

    assert result.stdout.strip() == repr(origins), result.stderr


@pytest.mark.parametrize("site", ["GOOGLE", "GITHUB"])
def test_the_secret_of_a_site_to_sign_in_by_is_missed_when_its_id_is_there(site):
    result = settings_with({**COMPLETE, f"{site}_CLIENT_ID": "bookshop"})

    assert f"ImproperlyConfigured: {site}_CLIENT_SECRET is not set" in result.stderr


@pytest.mark.parametrize(
    ("site", "address"),
    [("GOOGLE", "https://accounts.google.com"), ("GITHUB", "https://github.com")],
)
def test_forms_lead_to_a_site_to_sign_in_by_that_the_shop_has_keys_of(site, address):
    keys = {f"{site}_CLIENT_ID": "bookshop", f"{site}_CLIENT_SECRET": "x"}
    show = "settings.SECURE_CSP['form-action'][1:], list(settings.SOCIALACCOUNT_PROVIDERS)"

    result = settings_with({**COMPLETE, **keys}, show)

    assert result.stdout.strip() == f"['{address}'] ['{site.lower()}']", result.stderr


def test_every_empty_line_of_the_example_is_as_if_it_were_not_there():
    lines = (PROJECT / ".env.example").read_text().splitlines()
    empty = {line[:-1]: "" for line in lines if line.endswith("=") and not line.startswith("#")}
    required = {"SECRET_KEY"}
    show = "{k: v for k, v in vars(settings).items() if k.isupper()}"

    with_empty = settings_with({**empty, **COMPLETE}, show)
    without = settings_with(COMPLETE, show)

    assert required < empty.keys()
    assert with_empty.stdout == without.stdout, with_empty.stderr


def test_everything_else_has_a_safe_default():
    result = settings_with(
        COMPLETE,
        "settings.DEBUG, settings.HTTPS_ONLY, settings.STAFF_SECOND_FACTOR,"
        " settings.MAIL_KEEP_ONE_TIME_LINKS, settings.PAYMENT_PROVIDER, settings.IS_DEMO",
    )

    assert result.stdout.strip() == "False True True False  False", result.stderr


def test_replicas_come_from_their_addresses():
    urls = "postgres://reader:secret@one.example/shop,postgres://reader:secret@two.example/shop"
    show = "[one['HOST'] for one in settings.DATABASES.values()], settings.DATABASE_ROUTERS"

    result = settings_with({**COMPLETE, "REPLICA_URLS": urls}, show)

    assert "['localhost', 'one.example', 'two.example']" in result.stdout, result.stderr
    assert "CatalogueRouter" in result.stdout


def test_the_written_file_starts_the_shop_and_is_for_its_owner_alone(tmp_path):
    path = tmp_path / ".env"

    assert env_file.write_once(path) is True
    written = path.read_text()
    assert env_file.write_once(path) is False

    assert path.read_text() == written
    assert path.stat().st_mode & 0o777 == 0o600
    lines = dict(line.split("=", 1) for line in written.splitlines() if "=" in line)
    assert settings_with(lines, "settings.EMBEDDED_DATABASE").stdout.strip() == "True"


def test_every_setting_that_is_read_stands_in_the_example():
    import re

    modules = ("settings.py", "particulars.py")
    source = "".join((PROJECT / "bookstore" / module).read_text() for module in modules)
    read = set(re.findall(r'(?:env\.\w+|day)\(\s*"([A-Z_]+)"', source))
    read |= set(re.findall(r'required\(\s*"([A-Z_]+)"', source))
    example = (PROJECT / ".env.example").read_text()

    assert len(read) > 30
    assert [name for name in sorted(read) if f"{name}=" not in example] == []


def test_a_currency_with_three_decimals_is_an_error_at_the_start():
    result = settings_with({**COMPLETE, "SHOP_CURRENCY": "KWD"})

    assert "SHOP_CURRENCY is KWD" in result.stderr


def test_a_day_that_is_none_is_an_error_at_the_start():
    result = settings_with({**COMPLETE, "SHOP_ACCESSIBILITY_CHECKED": "last week"})

    assert "SHOP_ACCESSIBILITY_CHECKED is last week" in result.stderr


@pytest.mark.parametrize("text", ["a lot", "-1", "0.001", "NaN", "Infinity"])
def test_what_one_gives_back_alone_is_a_sum_of_money(text):
    refused = settings_with({**COMPLETE, "REFUND_ALONE_UP_TO": text})

    assert f"ImproperlyConfigured: REFUND_ALONE_UP_TO is {text}" in refused.stderr


def test_a_sum_may_have_pence_and_be_nothing():
    show = "settings.REFUND_ALONE_UP_TO"

    for text in ("49.50", "0"):
        assert settings_with({**COMPLETE, "REFUND_ALONE_UP_TO": text}, show).stdout.strip() == text
    assert settings_with({**COMPLETE, "REFUND_ALONE_UP_TO": ""}, show).stdout.strip() == "100"
