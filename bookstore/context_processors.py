from django.conf import settings
from django.http import HttpRequest


def shop(request: HttpRequest) -> dict[str, object]:
    """The shop's own particulars, for every page."""
    return {"shop": settings.SHOP, "is_demo": settings.IS_DEMO}
