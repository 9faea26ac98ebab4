"""What a request is counted and logged as: the name of its address, never the address itself."""

from django.conf import settings
from django.http import HttpRequest

STATIC = "static"
# Machines ask there how this one is.
FOR_MACHINES = ("healthz", "readyz", "metrics")
UNKNOWN = "unknown"


def route_of(request: HttpRequest) -> str:
    """The name of the address in the URLconf: there are as many as patterns, and they tell nothing
    of who asks. UNKNOWN for what is not found, and for what was refused before anybody looked.
    """
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else UNKNOWN
