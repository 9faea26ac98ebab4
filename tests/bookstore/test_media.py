"""Pictures that are kept in a bucket are served by the shop all the same."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings):
    """One that is none: it has no files that could be served from a folder."""
    settings.MEDIA_BUCKET = "pictures"
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": memory}


def test_a_picture_of_the_bucket_is_served_and_kept_for_good(client, bucket):
    default_storage.save("covers/emma.png", ContentFile(b"a picture"))

    response = client.get("/media/covers/emma.png")

    assert b"".join(response) == b"a picture"
    assert response.headers["Content-Type"] == "image/png"
    assert "immutable" in response.headers["Cache-Control"]
    assert "attachment" not in response.headers.get("Content-Disposition", "")


def test_until_there_is_a_small_picture_the_whole_one_stands_in(client, bucket):
    default_storage.save("covers/emma.png", ContentFile(b"a picture"))

    response = client.get("/media/covers/emma-w300.png")

    assert b"".join(response) == b"a picture"
    assert "max-age=60" in response.headers["Cache-Control"]


def test_a_picture_that_the_bucket_does_not_have_is_not_found(client, bucket):
    assert client.get("/media/covers/nothing.png").status_code == 404
