from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import tasks
from catalog.models import Lexeme, MissedSearch, Suggestion, Word
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db


def test_searches_that_found_nothing_are_kept_for_90_days():
    today = timezone.localdate()
    for days in (0, 90, 91, 400):
        MissedSearch.objects.create(words="xyzzy", day=today - timedelta(days=days))

    tasks.delete_old_missed_searches.call()

    assert set(MissedSearch.objects.values_list("day", flat=True)) == {
        today,
        today - timedelta(days=90),
    }


def test_the_night_learns_the_words_of_new_books():
    BookFactory(title="Persuasion")

    tasks.refresh_vocabulary.call()
    tasks.refresh_suggestions.call()

    assert Lexeme.objects.exists()
    assert Word.objects.filter(word="persuasion").exists()
    assert Suggestion.objects.filter(label="Persuasion").exists()
