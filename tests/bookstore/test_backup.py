"""`manage.py backup` and `restore`: a shop goes into a file and comes back whole, or not at all."""

import json
import os
import random
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import outbox
from accounts.models import OutboxMessage
from bookstore import maintenance
from bookstore.backups import last, postgres, restoring, taking
from bookstore.backups.archive import Archive
from bookstore.backups.only import only_one
from catalog.models import Book
from reviews.models import Review
from shop.models import DeliveryMethod
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.processes import PROJECT, database_url, wait_for
from tests.shop.whole_life import live

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

COVER = "covers/a/emma.jpg"


@pytest.fixture
def shop() -> None:
    """A book with a picture, and one whose picture is gone."""
    BookFactory(
        title="Emma", stock=3, cover_image=default_storage.save(COVER, ContentFile(b"E" * 900))
    )


@pytest.fixture
def life() -> None:
    """A shop with a row of every kind: orders, payments, refunds, reviews, places, mails, a picture."""
    caches["default"].clear()  # of attempts that another test counted
    DeliveryMethod.objects.all().delete()
    DeliveryMethodFactory()
    live(Client())
    # Stella reviewed what she never bought.
    Review.objects.filter(user__email="stella@x.example").delete()
    # No worker has sent the mails of the last months.
    OutboxMessage.objects.waiting().update(next_try_at=timezone.now())
    BookFactory(cover_image=default_storage.save(COVER, ContentFile(b"E" * 900)))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "shop.tar"


@contextmanager
def another_database() -> Iterator[None]:
    """An empty one on the same server, in the place of the test database; its owner has no other right."""
    settings = connection.settings_dict
    usual = {name: settings[name] for name in ("NAME", "USER", "PASSWORD")}
    name, password = f"{settings['NAME']}_restored", "only-for-this-test"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'DROP ROLE IF EXISTS "{name}"')
        cursor.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'")
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 OWNER "{name}"')
    connection.close()
    settings |= {"NAME": name, "USER": name, "PASSWORD": password}
    try:
        yield
    finally:
        connection.close()
        settings |= usual
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            cursor.execute(f'DROP ROLE "{name}"')


def rows() -> dict[str, list[str]]:
    """Every row of every table that a backup holds."""
    with connection.cursor() as cursor:
        tables = sorted({*connection.introspection.table_names(cursor)} - {*postgres.LEFT_OUT})
        found = {}
        for table in tables:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}" ORDER BY 1')
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def manage(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_a_shop_with_a_whole_life_comes_back_row_by_row(life, archive):
    call_command("backup", str(archive))
    before = rows()
    newest = Book.objects.latest("pk").pk
    default_storage.delete(COVER)

    with another_database():
        assert "only-for-this-test" not in postgres._arguments()
        call_command("restore", str(archive), send_mails=True)

        assert rows() == before
        call_command("audit")
        call_command("migrate", check_unapplied=True, verbosity=0)
        assert BookFactory().pk > newest

    assert default_storage.open(COVER).read() == b"E" * 900
    assert all(
        before[table]
        for table in ("shop_order", "shop_payment", "reviews_review", "waitlist_prebooking")
    )


def test_a_backup_is_a_tar_for_its_owner_alone_and_says_what_it_is(shop, archive, capsys):
    BookFactory(cover_image="covers/b/gone.jpg", cover_width=1, cover_height=1)

    call_command("backup", str(archive))

    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.iterdir()] == ["shop.tar"]
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["database.dump", f"media/{COVER}", "manifest.json", "seal"]
        assert tar.extractfile(f"media/{COVER}").read() == b"E" * 900
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["missing"] == ["covers/b/gone.jpg"]
    assert manifest["format"] == 1
    assert django_settings.SECRET_KEY not in json.dumps(manifest)
    assert "missing picture: covers/b/gone.jpg" in capsys.readouterr().err


def test_mails_that_waited_are_held_unless_somebody_says_otherwise(archive):
    with transaction.atomic():
        outbox.write(to="sam@example.org", subject="Hello", body="", now=timezone.now())
    call_command("backup", str(archive))

    with another_database():
        call_command("restore", str(archive))
        [mail] = OutboxMessage.objects.failed()
        assert mail.last_error.startswith("Held by a restore")
        assert mail.can_be_sent_again

        call_command("restore", str(archive), replace=True, send_mails=True)
        [mail] = OutboxMessage.objects.waiting()
        assert not mail.last_error


def test_whatever_byte_is_flipped_it_is_refused(shop, archive):
    call_command("backup", str(archive))
    whole = archive.read_bytes()
    with archive.open("rb") as file:
        members = Archive(file).members
    chance = random.Random(9)
    # In every member, its header and its padding, the manifest, the seal, and anywhere.
    places = [place for each in members for place in (each.at - 300, each.at, each.end - 1)]
    places += [members[-1].end + at for at in (5, 130, 600)]
    places += [len(whole) - at for at in (1, 1025, 1500, 1530, 1600, 2040)]
    places += [chance.randrange(len(whole)) for _ in range(60)]
    for place in places:
        broken = bytearray(whole)
        broken[place] ^= 1 << chance.randrange(8)
        archive.write_bytes(broken)
        with pytest.raises(CommandError, match="no whole backup"):
            call_command("restore", str(archive), verify=True)


def test_what_is_cut_off_longer_or_foreign_is_refused_and_nothing_is_touched(shop, archive):
    call_command("backup", str(archive))
    whole = archive.read_bytes()
    before = rows()
    cuts = [
        whole[:at] for at in (0, 1, 512, 700, len(whole) // 2, len(whole) - 2048, len(whole) - 1)
    ]
    for content in (*cuts, whole + b"\0", whole + whole[-2048:], b"PK\3\4" + bytes(9000)):
        archive.write_bytes(content)
        with pytest.raises(CommandError, match="no whole backup"):
            call_command("restore", str(archive), replace=True)

    assert rows() == before


def test_a_dump_that_postgresql_cannot_read_is_refused(shop, archive, monkeypatch):
    monkeypatch.setattr(postgres, "dump", lambda snapshot: (chunk for chunk in [b"no dump"]))
    call_command("backup", str(archive))

    with pytest.raises(CommandError, match="pg_restore failed"):
        call_command("restore", str(archive), verify=True)


def test_verifying_changes_nothing_and_needs_no_shop(shop, archive, capsys):
    call_command("backup", str(archive))
    before = rows()
    default_storage.delete(COVER)

    call_command("restore", str(archive), verify=True)
    assert "A whole backup of" in capsys.readouterr().out
    assert rows() == before
    with another_database():
        call_command("restore", str(archive), verify=True)
        assert rows() == {}
    assert not default_storage.exists(COVER)


def test_a_database_that_is_not_empty_is_replaced_only_when_told(shop, archive):
    call_command("backup", str(archive))
    before = rows()
    Book.objects.update(title="Changed")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_newer_code (book bigint REFERENCES catalog_book (id))")

    with pytest.raises(CommandError, match=r"not empty.*--replace"):
        call_command("restore", str(archive))
    assert Book.objects.get().title == "Changed"

    call_command("restore", str(archive), replace=True)
    assert rows() == before


def test_a_restore_that_breaks_off_leaves_the_old_shop(shop, archive, monkeypatch):
    call_command("backup", str(archive))
    Book.objects.update(title="Changed")
    monkeypatch.setattr(restoring, "_holding_mails", lambda: ["SELECT 1 / 0"])

    with pytest.raises(CommandError, match="division by zero"):
        call_command("restore", str(archive), replace=True)

    assert Book.objects.get().title == "Changed"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "_add", stop)
    with pytest.raises(CommandError, match="as it was") as told:
        call_command("restore", str(archive), replace=True)
    assert told.value.returncode == 130
    assert Book.objects.get().title == "Changed"


@pytest.mark.deep
def test_a_restore_that_is_killed_leaves_the_old_shop(shop, archive):
    call_command("backup", str(archive))
    Book.objects.update(title="Changed")

    # Somebody reads a book: the restore waits for them in the middle of its transaction.
    with transaction.atomic():
        assert Book.objects.get()
        process = manage("restore", "--replace", str(archive))
        try:
            assert wait_for(is_waiting, 30)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    assert wait_for(lambda: not is_loading(), 30)
    assert Book.objects.get().title == "Changed"


def test_a_restore_whose_pictures_break_off_says_that_the_database_is_new(
    shop, archive, monkeypatch
):
    call_command("backup", str(archive))
    Book.objects.update(title="Changed")
    default_storage.delete(COVER)
    default_storage.save(COVER, ContentFile(b"newer"))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "_replace", stop)
    with pytest.raises(CommandError, match="database is restored and whole"):
        call_command("restore", str(archive), replace=True)

    assert Book.objects.get().title == "Emma"


def is_waiting() -> bool:
    return activity("wait_event_type = 'Lock'")


def is_loading() -> bool:
    return activity("application_name = 'psql'")


def activity(condition: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            f" AND {condition}"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("broken", "code"), [(OSError("No space left"), 1), (KeyboardInterrupt(), 130)]
)
def test_a_backup_that_breaks_off_leaves_no_file(shop, archive, monkeypatch, broken, code):
    def breaking_off(*_: object) -> Iterator[str]:
        yield from ()
        raise broken

    monkeypatch.setattr(taking, "_stored", breaking_off)

    with pytest.raises(CommandError, match="There is no new file") as told:
        call_command("backup", str(archive))

    assert told.value.returncode == code
    assert list(archive.parent.iterdir()) == []


@pytest.mark.deep
def test_a_backup_that_is_killed_leaves_nothing_under_the_name(shop, archive):
    with transaction.atomic(), connection.cursor() as cursor:
        # pg_dump waits for this table.
        cursor.execute("LOCK TABLE catalog_book IN ACCESS EXCLUSIVE MODE")
        process = manage("backup", str(archive))
        try:
            assert wait_for(is_waiting, 30)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    assert not archive.exists()
    assert wait_for(lambda: not activity("application_name = 'pg_dump'"), 30)
    call_command("backup", str(archive))
    call_command("restore", str(archive), verify=True)


def test_a_backup_is_noted_when_it_is_whole_and_a_restore_notes_its_own(shop, archive, tmp_path):
    caches["lasting"].delete(last.KEY)
    call_command("backup", str(archive))
    first = last.last_backup()
    with archive.open("rb") as file:
        assert first.made_at.isoformat() == Archive(file).manifest["made_at"]
    assert first.made_at < first.ended_at

    call_command("backup", str(tmp_path / "newer.tar"))
    assert last.last_backup().made_at > first.ended_at

    # What is here now is as old as the first one.
    call_command("restore", str(archive), replace=True)
    assert last.last_backup() == (first.made_at, None)


def test_a_backup_that_breaks_off_is_not_noted(shop, archive, monkeypatch):
    caches["lasting"].delete(last.KEY)
    monkeypatch.setattr(taking, "_stored", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        call_command("backup", str(archive))

    assert last.last_backup() is None


def test_a_backup_that_cannot_be_noted_is_whole_and_says_so(shop, archive, monkeypatch, capsys):
    def breaking(error: BaseException) -> None:
        def note(**_: object) -> None:
            raise error

        monkeypatch.setattr(last, "note", note)

    breaking(OperationalError("gone away"))
    call_command("backup", str(archive))
    assert "health will not know of it" in capsys.readouterr().err
    call_command("restore", str(archive), verify=True)

    archive.unlink()
    breaking(KeyboardInterrupt())
    with pytest.raises(CommandError, match="The new file is whole"):
        call_command("backup", str(archive))
    call_command("restore", str(archive), verify=True)


def test_no_two_backups_run_at_once(shop, archive):
    with only_one():
        process = manage("backup", str(archive))
        told = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert "Another backup or restore of this shop is running" in told
    assert not archive.exists()


def test_of_two_restores_at_once_the_second_is_refused(shop, archive):
    call_command("backup", str(archive))
    before = rows()
    Book.objects.update(title="Changed")
    command = ("restore", "--replace", str(archive))

    # Somebody reads a book: the first waits for them in the middle of its transaction.
    with transaction.atomic():
        assert Book.objects.get()
        first = manage(*command)
        assert wait_for(is_waiting, 30)
        second = manage(*command)
        told = second.communicate(timeout=60)[0]
        assert Book.objects.get().title == "Changed"

    assert second.returncode == 1
    assert "Another backup or restore of this shop is running" in told
    assert "Restored" in first.communicate(timeout=60)[0]
    assert first.returncode == 0
    assert rows() == before
    call_command("audit")


@pytest.mark.deep
def test_no_restore_begins_while_a_backup_runs(shop, archive, tmp_path):
    call_command("backup", str(archive))
    Book.objects.update(title="Changed")
    before = rows()
    newer = tmp_path / "newer.tar"

    with transaction.atomic():
        with connection.cursor() as cursor:
            # pg_dump waits for this table.
            cursor.execute("LOCK TABLE catalog_book IN ACCESS EXCLUSIVE MODE")
        backup = manage("backup", str(newer))
        assert wait_for(is_waiting, 30)
        restore = manage("restore", "--replace", str(archive))
        told = restore.communicate(timeout=60)[0]

    assert restore.returncode == 1
    assert "Another backup or restore of this shop is running" in told
    assert rows() == before
    assert "Traceback" not in told + backup.communicate(timeout=60)[0]
    assert backup.returncode == 0
    call_command("restore", str(newer), replace=True)
    assert rows() == before


def test_a_backup_replaces_no_file(shop, archive):
    archive.write_text("mine")

    with pytest.raises(CommandError, match="exists"):
        call_command("backup", str(archive))

    assert archive.read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_kept(shop, archive, monkeypatch):
    def appears() -> Iterator[str]:
        archive.write_text("mine")
        yield from ()

    monkeypatch.setattr(taking, "_stored", appears)

    with pytest.raises(CommandError, match="A backup replaces no other"):
        call_command("backup", str(archive))

    assert archive.read_text() == "mine"
    assert list(archive.parent.iterdir()) == [archive]


def test_whether_the_name_is_free_is_asked_once_nobody_else_backs_up(shop, archive, monkeypatch):
    @contextmanager
    def after_another() -> Iterator[None]:
        archive.write_text("theirs")
        yield

    monkeypatch.setattr(taking, "only_one", after_another)
    monkeypatch.setattr(taking, "_fill", lambda *_: pytest.fail("it had begun"))

    with pytest.raises(CommandError, match="exists"):
        call_command("backup", str(archive))


def test_another_picture_of_the_same_name_is_kept_aside(shop, archive):
    call_command("backup", str(archive))
    default_storage.delete(COVER)
    default_storage.save(COVER, ContentFile(b"newer"))

    call_command("restore", str(archive), replace=True)

    assert default_storage.open(COVER).read() == b"E" * 900
    assert default_storage.open(f"before-restore/{COVER}").read() == b"newer"


def test_another_secret_key_newer_code_and_older_programs_are_told_of(
    shop, archive, capsys, settings, monkeypatch
):
    call_command("backup", str(archive))
    settings.SECRET_KEY = "another" * 9
    call_command("restore", str(archive), verify=True)
    assert "another SECRET_KEY" in capsys.readouterr().err

    known = restoring._known()
    monkeypatch.setattr(restoring, "_known", lambda: known - {("catalog", "0002_catalogue")})
    with pytest.raises(CommandError, match=r"newer code: it has catalog\.0002_catalogue"):
        call_command("restore", str(archive), verify=True)

    monkeypatch.setattr(restoring, "_known", lambda: known | {("catalog", "9999_next")})
    call_command("restore", str(archive), verify=True)
    assert "run manage.py migrate" in capsys.readouterr().err

    monkeypatch.setattr(postgres, "server_version", lambda: 99)
    with pytest.raises(CommandError, match="the server of PostgreSQL 99"):
        call_command("backup", f"{archive}.new")


def test_an_address_may_name_the_folder_of_a_socket(monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "host", "/run/postgresql")

    assert "-h /run/postgresql" in " ".join(postgres._arguments())


def test_a_shop_that_was_closed_stays_closed(shop, archive):
    call_command("backup", str(archive))
    maintenance.close(None)

    call_command("restore", str(archive), replace=True)

    maintenance.believe(None, seconds=0)
    assert maintenance.closure() is not None
    maintenance.open_again()
