"""What somebody reads the shop with, in words."""

import re
from functools import lru_cache

from django.utils.translation import gettext as _

# How the same thing is called on a telephone.
ON_THE_MOVE = re.compile(r"^Mobile | (Mobile|iOS)\b|^Headless")
SYSTEMS = {"Mac OS X": "macOS"}


def name_of(user_agent: str) -> str:
    """Browser and system, as far as the browser tells and the words are known."""
    browser, system = _parts(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


@lru_cache(maxsize=1000)
def _parts(user_agent: str) -> tuple[str, str]:
    # Its rules take a tenth of a second to read, and only the list of sessions needs them.
    from ua_parser import parse

    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    return ON_THE_MOVE.sub("", browser), SYSTEMS.get(system, system)
