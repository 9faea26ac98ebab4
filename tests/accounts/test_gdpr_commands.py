"""What operators do when somebody writes that they want their data, or want it gone."""

import json
from zipfile import ZipFile

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.management import CommandError, call_command

from accounts.models import OutboxMessage, User
from accounts.person import Person

pytestmark = pytest.mark.django_db


def test_the_export_is_a_zip_for_its_owner_alone(shopper, tmp_path, capsys):
    path = tmp_path / "sam.zip"

    call_command("gdpr_export", "SAM@example.org ", output=path)

    assert path.stat().st_mode & 0o777 == 0o600
    with ZipFile(path) as archive:
        (account,) = json.loads(archive.read("account.json"))
    assert (account["email"], account["name"]) == ("sam@example.org", "Sam Shopper")
    assert capsys.readouterr().out == f"1 entry is in {path}\n"


def test_the_export_has_a_name_that_tells_of_nobody(shopper, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    call_command("gdpr_export", "sam@example.org")

    (path,) = tmp_path.iterdir()
    assert path.name.startswith("personal-data-20")


def test_the_export_never_overwrites(shopper, tmp_path):
    path = tmp_path / "sam.zip"
    path.write_text("mine")

    with pytest.raises(CommandError, match="cannot be written: File exists"):
        call_command("gdpr_export", "sam@example.org", output=path)

    assert path.read_text() == "mine"


def test_an_export_that_breaks_leaves_no_file(shopper, tmp_path, monkeypatch):
    def break_down(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("accounts.exporting.render_to_string", break_down)

    with pytest.raises(ZeroDivisionError):
        call_command("gdpr_export", "sam@example.org", output=tmp_path / "sam.zip")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["gdpr_export", "gdpr_erase"])
def test_nobody_is_told_so(command, db, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match="holds nothing about this address") as told:
        call_command(command, "nobody@example.org")

    assert told.value.returncode == 3
    assert list(tmp_path.iterdir()) == []
    assert not OutboxMessage.objects.exists()


def test_erasing_again_finds_nothing_and_lets_the_last_mail_leave(shopper, capsys):
    call_command("gdpr_erase", "sam@example.org")
    assert capsys.readouterr().out == "Erased: 1 entry.\n"

    with pytest.raises(CommandError) as told:
        call_command("gdpr_erase", "sam@example.org")

    assert told.value.returncode == 3
    (farewell,) = OutboxMessage.objects.all()
    assert (farewell.to, farewell.sent_at) == ("sam@example.org", None)
    assert farewell.subject == "Your data at Octavo is deleted"


def test_the_log_names_nobody(shopper, caplog):
    with caplog.at_level("INFO", logger="bookstore"):
        call_command("gdpr_erase", "sam@example.org")

    assert "erased a person" in caplog.text
    assert "sam" not in caplog.text.lower()


def test_staff_are_deactivated_instead(staff):
    with pytest.raises(CommandError, match="a superuser can deactivate it") as refusal:
        call_command("gdpr_erase", staff.email)

    assert refusal.value.returncode == 1
    assert User.objects.get() == staff


def test_so_is_whoever_has_worked_in_the_admin_once(shopper):
    LogEntry.objects.create(user=shopper, action_flag=ADDITION, object_repr="a book")

    with pytest.raises(CommandError, match="a superuser can deactivate it"):
        call_command("gdpr_erase", shopper.email)

    assert LogEntry.objects.get().user == shopper


def test_it_is_all_or_nothing(shopper, monkeypatch):
    from accounts import erasing

    def break_down(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(erasing, "_say_goodbye", break_down)

    with pytest.raises(ZeroDivisionError):
        call_command("gdpr_erase", shopper.email)

    assert User.objects.get() == shopper


@pytest.mark.parametrize("command", ["gdpr_export", "gdpr_erase"])
def test_the_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")

    told = capsys.readouterr().out
    assert f"\n  manage.py {command} sam@example.org" in told
    assert "exit status: 0" in told


def test_a_second_confirmed_address_finds_the_account(shopper):
    shopper.emailaddress_set.create(email="Sammy@example.org", verified=True)
    shopper.emailaddress_set.create(email="not.mine@example.org", verified=False)

    assert Person.with_email("sammy@EXAMPLE.org").user == shopper
    assert Person.with_email("not.mine@example.org").user is None


def test_an_address_that_its_account_never_confirmed_is_theirs_if_the_operator_says_so(shopper):
    shopper.emailaddress_set.create(email=shopper.email, verified=False)

    assert Person.of(shopper).emails == ()
    assert Person.with_email(shopper.email) == Person(shopper, (shopper.email,))
