"""What a start without settings says. Each in a process of its own, as an operator would see it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bookstore import env_file, other_sites

PROJECT = Path(__file__).resolve().parent.parent.parent
COMPLETE = {
    "DATABASE_URL": "postgres://bookstore:secret@localhost:1/bookstore",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "shop.example",
}

EXAMPLE = (PROJECT / ".env.example").read_text()
STRIPE_KEYS = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}


def settings_with(
    environment: dict[str, str], show: str = "1", *, run_as: str = "gunicorn", without: str = ""
) -> subprocess.CompletedProcess[str]:
    """Import the settings without any .env, with just these variables."""
    script = (
        "import environ; environ.Env.read_env = staticmethod(lambda *a, **k: None)\n"
        "import importlib.util, sys; known = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name: None if name == {without!r} else known(name)\n"
        f"sys.argv = [{run_as!r}]\n"
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


@pytest.mark.parametrize("name", ["STATIC_ROOT", "MEDIA_ROOT", "PRIVATE_ROOT"])
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
    lines = EXAMPLE.splitlines()
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


def settings_read(*functions: str) -> set[str]:
    """The names that the project gives to one of these functions."""
    source = "".join(path.read_text() for path in (PROJECT / "bookstore").glob("*.py"))
    names = set(re.findall(rf'(?:{"|".join(functions)})\(\s*"([A-Z_]+)"', source))
    if "secret" in functions:
        names |= {f"{site.upper()}_CLIENT_SECRET" for site in other_sites.PAGES}
    return names


def settings_in_the_example() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_the_example_has_every_setting_that_is_read_and_no_other():
    read = settings_read(r"env\.\w+", "required", "secret", "folder", "day", "sum_of_money")
    read |= {f"{site.upper()}_CLIENT_ID" for site in other_sites.PAGES}

    assert len(read) > 40
    assert settings_in_the_example() == read


def test_the_example_names_the_file_of_every_secret():
    secrets = settings_read("secret")

    assert len(secrets) > 10
    assert [name for name in sorted(secrets) if f"{name}_FILE" not in EXAMPLE] == []


@pytest.mark.parametrize(
    ("name", "show"),
    [
        ("SECRET_KEY", "settings.SECRET_KEY"),
        ("SECRET_KEY_FALLBACKS", "settings.SECRET_KEY_FALLBACKS[0]"),
        ("DATABASE_PASSWORD", "settings.DATABASES['default']['PASSWORD']"),
        ("SMTP_PASSWORD", "settings.MAILERS['default']['OPTIONS']['password']"),
        ("STRIPE_SECRET_KEY", "settings.STRIPE_SECRET_KEY"),
    ],
)
def test_a_secret_may_stand_in_a_file_and_the_environment_wins(name, show, tmp_path):
    (tmp_path / "secret").write_text("from-a-file\n")
    rest = {key: value for key, value in COMPLETE.items() if key != name}
    in_file = {f"{name}_FILE": str(tmp_path / "secret")}

    alone = settings_with({**rest, **in_file, name: ""}, show)
    both = settings_with({**rest, **in_file, name: "from-the-environment"}, show)

    assert alone.stdout.strip() == "from-a-file", alone.stderr
    assert both.stdout.strip() == "from-the-environment", both.stderr


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file or directory"), (b"", "empty"), (b"\xff\xfe\xff", "no text")],
)
def test_a_file_without_a_secret_in_it_is_an_error_at_the_start(content, why, tmp_path):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)

    result = settings_with({**COMPLETE, "SMTP_PASSWORD_FILE": str(path)})

    assert f"ImproperlyConfigured: SMTP_PASSWORD_FILE is {path}" in result.stderr
    assert why in result.stderr


def test_pages_go_through_the_pool_and_commands_past_it():
    pooled = {**COMPLETE, "DATABASE_POOL_URL": "postgres://bookstore@pool:6432/bookstore"}
    show = (
        "settings.DATABASES['default']['HOST'],"
        " settings.DATABASES['default'].get('DISABLE_SERVER_SIDE_CURSORS')"
    )

    assert settings_with(pooled, show).stdout.strip() == "pool True"
    assert settings_with(pooled, show, run_as="manage.py").stdout.strip() == "localhost None"


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("valkey://cache:6379/0", "redis://cache:6379/0"),
        ("valkeys://:secret@cache:6379/1", "rediss://:secret@cache:6379/1"),
        ("redis://cache:6379", "redis://cache:6379"),
    ],
)
def test_a_valkey_is_reached_as_a_redis(url, location):
    show = "settings.CACHES['default']['LOCATION'], settings.CACHES['lasting']['LOCATION']"

    result = settings_with({**COMPLETE, "CACHE_URL": url}, show)

    assert result.stdout.strip() == f"{location} bookstore_cache", result.stderr


@pytest.mark.parametrize("url", ["memcached://cache:11211", "cache:6379", "valkey://"])
def test_another_cache_is_an_error_at_the_start(url):
    assert "ImproperlyConfigured: CACHE_URL" in settings_with({**COMPLETE, "CACHE_URL": url}).stderr


@pytest.mark.parametrize(
    ("setting", "module"),
    [("CACHE_URL", "redis"), ("MEDIA_BUCKET", "storages"), ("PRIVATE_BUCKET", "storages")],
)
def test_what_needs_a_package_that_is_missing_says_which(setting, module):
    result = settings_with({**COMPLETE, setting: "valkey://cache:6379/0"}, without=module)

    assert f"ImproperlyConfigured: {setting} needs the package {module}" in result.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"MEDIA_ROOT": "/srv/files", "PRIVATE_ROOT": "/srv/files/private"},
            "PRIVATE_ROOT is /srv",
        ),
        ({"STATIC_ROOT": "/srv/files", "PRIVATE_ROOT": "/srv/files"}, "PRIVATE_ROOT is /srv/files"),
        ({"MEDIA_BUCKET": "books", "PRIVATE_BUCKET": "books"}, "PRIVATE_BUCKET is MEDIA_BUCKET"),
    ],
)
def test_what_is_private_lies_where_nothing_is_served(changes, words):
    assert f"ImproperlyConfigured: {words}" in settings_with({**COMPLETE, **changes}).stderr


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
