"""A feed of several batches is read in a second process, and comes out as from the first."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from datetime import date
from itertools import batched
from pathlib import Path

import pytest

from catalog.feeds import ahead
from catalog.feeds.ahead import ReadingBroke, batches
from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.kinds import Kind
from catalog.feeds.reader_process import answer
from catalog.feeds.reading import Batch, FeedReader
from tests.depth import deep_after

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 26)
EMMA = "9780141439587"
EANS = [EMMA, "9780141439686", "9780141439518", "9780141040349", "9780141439662"]


def feed(folder: Path, eans: list[str]) -> Path:
    path = folder / "feed.csv"
    lines = [f"{ean},Book {number}" for number, ean in enumerate(eans)]
    path.write_text("\n".join(["isbn13,title", *lines]), encoding="utf-8")
    return path


def read(path: Path, size: int, *, with_derived: bool = True, skip: int = 0) -> list[Batch]:
    return list(begin(path, size, with_derived=with_derived, skip=skip))


def begin(path: Path, size: int, *, with_derived: bool = True, skip: int = 0) -> Iterator[Batch]:
    return batches(
        path, size, kind=Kind.CSV, today=TODAY, with_derived=lambda: with_derived, skip=skip
    )


@pytest.mark.parametrize("size", deep_after(2, [2, 5, 1, 3, 6]))
def test_every_line_comes_once_and_in_order(tmp_path, size):
    path = feed(tmp_path, EANS)

    found = [tuple(row.ean for row in batch.rows) for batch in read(path, size)]

    assert [eans for eans in found if eans] == list(batched(EANS, size))


def test_a_feed_of_one_batch_starts_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead, "_SPAWN", None)

    [batch] = read(feed(tmp_path, EANS), len(EANS) + 1)

    assert len(batch.rows) == len(EANS)


def test_it_reads_as_this_process_would(tmp_path):
    path = feed(tmp_path, [*EANS, "978-0-000"])
    here = FeedReader(path, today=TODAY)

    there = read(path, 3)

    assert there == [here.read(3, with_derived=True) for _batch in there]
    assert there[1].derived[0].sort_title == "book 3"


def test_nothing_is_worked_out_ahead_that_nobody_wants(tmp_path):
    first, second, _end = read(feed(tmp_path, EANS), 2, with_derived=False)

    assert len(first.derived) == 2
    # Asked for before the first batch was written.
    assert len(second.derived) == 2
    assert _end.derived == ()


def test_a_book_of_the_first_batch_is_known_in_the_later_ones(tmp_path):
    *_before, last = read(feed(tmp_path, [*EANS, EMMA]), 4)

    assert [problem.reason for problem in last.problems] == ["The same book as in line 2."]
    assert last.skipped == 1


def test_whoever_stops_early_leaves_no_process_behind(tmp_path):
    reading = begin(feed(tmp_path, EANS), 2)
    next(reading)
    assert multiprocessing.active_children()

    reading.close()

    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("skip", deep_after(2, (3, 4, 1, 2, 5, 6)))
def test_the_first_records_can_be_read_past(tmp_path, skip):
    path = feed(tmp_path, [*EANS, EMMA])

    found = read(path, 2, skip=skip)

    assert [row.ean for batch in found for row in batch.rows] == EANS[skip:]
    told = [problem.reason for batch in found for problem in batch.problems]
    assert told == (["The same book as in line 2."] if skip < 6 else [])


@pytest.mark.parametrize("is_sending", [False, True])
def test_a_reader_that_is_killed_is_told(tmp_path, is_sending):
    # An answer that is more than a pipe holds: the reader waits in the middle of it.
    path = feed(tmp_path, EANS * 1800)
    reading = begin(path, 3000)
    next(reading)
    [process] = multiprocessing.active_children()
    if is_sending:
        time.sleep(3)
    process.kill()

    with pytest.raises(ReadingBroke, match="has ended"):
        list(reading)


def test_a_file_that_cannot_be_read_any_more_is_told(tmp_path):
    path = feed(tmp_path, EANS)
    here, there = multiprocessing.Pipe()
    here.send(True)

    class Lost(FeedReader):
        def read(self, size, *, with_derived):
            if with_derived:
                raise OSError("Stale file handle")
            return super().read(size, with_derived=with_derived)

    serving = threading.Thread(target=answer, args=(there, Lost(path, today=TODAY), 2, 0))
    serving.start()

    assert here.recv() == "Stale file handle"
    here.close()
    serving.join()


def test_what_is_no_feed_is_refused_before_anything_is_read(tmp_path):
    path = tmp_path / "feed.csv"
    path.write_text("name,number\na,b", encoding="utf-8")

    with pytest.raises(CannotReadFeed):
        next(begin(path, 2))


def test_a_feed_that_breaks_off_says_so_behind_what_it_gives(tmp_path, monkeypatch):
    class Breaking(FeedReader):
        def read(self, size, *, with_derived):
            batch = super().read(size, with_derived=with_derived)
            if not batch.lines:
                raise OSError("it breaks off in line 3")
            return batch

    monkeypatch.setattr(ahead, "reader_of", lambda kind: Breaking)
    reading = begin(feed(tmp_path, EANS), 9)

    assert len(next(reading).rows) == len(EANS)
    with pytest.raises(ReadingBroke, match="in line 3"):
        next(reading)
