"""Pictures in a bucket that all machines share (the extra `s3`)."""

from urllib.parse import quote, urljoin

from django.conf import settings
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):  # type: ignore[misc]
    """A bucket that nobody but the shop reads: pages name addresses of the shop, which caches keep."""

    def url(self, name: str) -> str:
        return urljoin(settings.MEDIA_URL, quote(name))
