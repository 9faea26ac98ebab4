"""The shop's settings, for processes that tests start and that no collectstatic has prepared."""

from bookstore.settings import *  # noqa: F403
from bookstore.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
