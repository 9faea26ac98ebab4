from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.search import vocabulary
from catalog.search.evaluation import CannotEvaluate, Score, evaluate, read_cases
from shop.imports import Feed, import_feed
from tests.conftest import IN_CI
from tests.factories import BookFactory

HEADER = "query,expected_isbn,kind,acceptable_isbns\n"


@pytest.fixture
def cases(tmp_path):
    def write(*lines: str, header: str = HEADER):
        path = tmp_path / "cases.csv"
        path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.mark.django_db
def test_it_prints_how_often_the_right_book_is_first(cases):
    emma = BookFactory(title="Emma")
    sequel = BookFactory(title="Emma Again")
    path = cases(
        f"emma,{emma.ean},exact,",
        f"emma,{sequel.ean},second,",
        f"emma,9780000000002,either,9780000000002 {emma.ean}",
        "xyzzy,,absent,",
        "emma,,absent,",
    )
    out = StringIO()

    call_command("evaluate_search", path, "--misses", stdout=out, stderr=StringIO())

    text = out.getvalue()
    assert "in all" in text
    assert "60.0%" in text
    assert "second: 'emma' at 2" in text


@pytest.mark.django_db
def test_the_figures_are_those_of_the_definition(cases):
    first, second = BookFactory(title="Emma"), BookFactory(title="Emma Two")
    path = cases(f"emma,{first.ean},a,", f"emma,{second.ean},a,", f"xyzzy,{first.ean},a,")

    score = Score.of(list(evaluate(read_cases(path))))

    assert score == Score(cases=3, at_1=1 / 3, at_5=2 / 3, reciprocal=0.5)


def test_a_file_that_is_none_is_refused(cases):
    with pytest.raises(CannotEvaluate, match="no column"):
        read_cases(cases(header="query,isbn\n"))
    with pytest.raises(CannotEvaluate, match="no cases"):
        read_cases(cases())


def test_the_command_says_what_is_wrong(tmp_path):
    with pytest.raises(CommandError):
        call_command("evaluate_search", tmp_path / "none.csv")


@pytest.mark.slow
@pytest.mark.django_db
def test_the_right_book_is_first_in_a_real_catalogue(data_folder, django_db_blocker):
    import_feed(
        Feed(data_folder / "books_real.csv"),
        now=timezone.now(),
        report=lambda problem: None,
        progress=lambda summary: None,
    )
    vocabulary.refresh()

    cases = read_cases(data_folder / "eval_dev.csv")
    results = list(evaluate(cases if IN_CI else cases[::4]))

    kinds = {result.case.kind for result in results}
    scores = {
        kind: Score.of([result for result in results if result.case.kind == kind]).at_1
        for kind in kinds
    }
    assert Score.of(results).at_1 >= 0.97
    assert {kind: at_1 for kind, at_1 in scores.items() if "typo" in kind and at_1 < 0.92} == {}
    assert {kind: at_1 for kind, at_1 in scores.items() if "isbn" in kind and at_1 < 1} == {}
