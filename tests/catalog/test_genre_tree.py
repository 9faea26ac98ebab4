"""Staff keep the genres as one tree."""

import re
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from catalog.models import Genre
from tests.accounts.test_staff_groups import member_of
from tests.factories import GenreFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/genre/"


@pytest.fixture
def tree(db) -> dict[str, Genre]:
    genres = {}
    for name, above in [
        ("Thrillers", None),
        ("fiction", None),
        ("Crime", "fiction"),
        ("Noir", "Crime"),
        ("Adventure", "fiction"),
        ("Art", None),
    ]:
        genres[name] = GenreFactory(name=name, parent=genres.get(above))
    return genres


def form(genre: Genre, **changes):
    known = {"name": genre.name, "slug": genre.slug, "mood": "novel"}
    return {**known, "parent": genre.parent_id or "", **changes}


def move(client: Client, genre: Genre, above: Genre):
    return client.post(f"{LIST}{genre.pk}/change/", form(genre, parent=above.pk))


def test_genres_are_listed_in_the_order_of_the_tree(staff_client, tree):
    page = staff_client.get(LIST).text

    names = re.findall(r'class="field-in_the_tree"><a [^>]*>((?:– )*)([^<]*)</a>', page)
    assert [(len(steps) // 2, name) for steps, name in names] == [
        *((0, "Art"), (0, "fiction"), (1, "Adventure"), (1, "Crime"), (2, "Noir")),
        (0, "Thrillers"),
    ]


def test_some_of_them_are_found_by_name(staff_client, tree):
    found = staff_client.get(LIST, {"q": "noi"}).context["cl"].result_list

    assert [genre.name for genre in found] == ["Noir"]


def test_a_genre_is_added_inside_another(staff_client, tree):
    page = staff_client.get(LIST).text
    address = f"{LIST}add/?parent={tree['Crime'].pk}"
    assert f'href="{address}"' in page

    form_page = staff_client.get(address).text
    assert f'<option value="{tree["Crime"].pk}" selected>' in form_page
    cosy = {"name": "Cosy", "slug": "cosy", "mood": "novel", "parent": tree["Crime"].pk}
    staff_client.post(address, cosy)

    assert Genre.objects.get(name="Cosy").parent == tree["Crime"]


def test_whoever_may_add_none_is_offered_none(tree):
    page = member_of("Auditor").get(LIST)

    assert page.status_code == 200
    assert "add/?parent=" not in page.text


@pytest.mark.parametrize("above", ["fiction", "Crime", "Noir"])
def test_a_genre_is_not_moved_into_itself_or_below(above, staff_client, tree):
    page = move(staff_client, tree["fiction"], tree[above])

    assert page.context["adminform"].form.errors["parent"]
    tree["fiction"].refresh_from_db()
    assert tree["fiction"].parent is None


@pytest.mark.parametrize("nonsense", ["abc", "-1", "0", "9" * 30, "²"])
def test_nonsense_as_the_genre_above_is_refused_at_the_field(nonsense, staff_client, tree):
    answer = staff_client.post(
        f"{LIST}{tree['Art'].pk}/change/", form(tree["Art"], parent=nonsense)
    )

    assert answer.context["adminform"].form.errors["parent"]
    assert staff_client.get(f"{LIST}add/", {"parent": nonsense}).status_code == 200


def test_the_database_keeps_the_tree_a_tree(tree):
    with pytest.raises(IntegrityError, match="never part of itself"):
        Genre.objects.filter(pk=tree["fiction"].pk).update(parent=tree["Noir"])


def test_a_form_that_read_an_older_tree_is_checked_against_the_new_one(tree):
    art = Genre.objects.select_related("parent").get(pk=tree["Art"].pk)
    art.parent = tree["Thrillers"]
    Genre.objects.filter(pk=tree["Thrillers"].pk).update(parent=tree["Art"])

    with pytest.raises(ValidationError):
        art.full_clean()


@pytest.mark.slow
def test_two_moves_at_once_make_no_circle(transactional_db, staff):
    one, other = GenreFactory(), GenreFactory()
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(staff)

    answers = at_once(
        [partial(move, clients[0], one, other), partial(move, clients[1], other, one)]
    )

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Genre.objects.filter(parent=None).count() == 1


def test_the_list_costs_the_same_for_two_genres_and_for_forty(
    staff_client, django_assert_max_num_queries
):
    GenreFactory(parent=GenreFactory())
    with django_assert_max_num_queries(8) as few:
        staff_client.get(LIST)
    for _number in range(19):
        GenreFactory(parent=GenreFactory())

    with django_assert_max_num_queries(len(few)):
        staff_client.get(LIST)
