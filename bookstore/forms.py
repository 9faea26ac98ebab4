"""What every view does with a form that is asked for and then sent."""

from typing import Any

from django.http import HttpRequest


def sent(request: HttpRequest) -> Any:
    """What a form is made from: nothing, as long as it was not sent."""
    return request.POST if request.method == "POST" else None
