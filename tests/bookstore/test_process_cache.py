import time

import pytest

from bookstore.process_cache import ProcessCache


@pytest.fixture
def memory() -> ProcessCache:
    cache = ProcessCache("tested", {"OPTIONS": {"MAX_ENTRIES": 3}})
    cache.clear()
    return cache


def test_what_is_put_in_comes_out_as_it_is(memory):
    page = ["<p>", "</p>"]

    memory.set("page", page)

    assert memory.get("page") is page
    assert memory.get_many(["page", "other"]) == {"page": page}
    assert memory.get("other", "nothing") == "nothing"


def test_it_is_forgotten_in_time(memory):
    memory.set("page", "old", timeout=0.01)
    time.sleep(0.02)

    assert memory.get("page") is None
    assert memory.add("page", "new")
    assert not memory.add("page", "newer")
    assert memory.get("page") == "new"


def test_the_least_used_goes_when_there_is_no_room(memory):
    for number in range(3):
        memory.set(f"page-{number}", number)
    memory.get("page-0")
    memory.set("page-3", 3)

    assert memory.get("page-0") == 0
    assert memory.get("page-1") is None


def test_nothing_is_counted_in_it(memory):
    with pytest.raises(NotImplementedError):
        memory.incr("attempts")
