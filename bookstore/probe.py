"""`python -m bookstore.probe /readyz` asks the web processes of this machine, as health checks do.

The exit status is 0 where the answer is 200. Without Django: it is asked every few seconds.
"""

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 4


def problem(path: str) -> str:
    """What keeps the address from being answered with 200, or nothing."""
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}{path}"
    try:
        urlopen(address, timeout=SECONDS).close()
    except (URLError, OSError) as error:
        return f"{address}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1] if len(sys.argv) > 1 else "/readyz") or 0)
