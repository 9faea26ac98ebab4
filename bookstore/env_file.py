"""`python -m bookstore.env_file` writes the settings of a machine of one's own into `.env`, once."""

import secrets
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / ".env"

TEXT = """\
# Settings of this machine, written by `make`. Never in git. .env.example explains every setting.
DATABASE_URL=embedded
SECRET_KEY={secret_key}
ALLOWED_HOSTS=localhost,127.0.0.1,[::1]
SITE_URL=http://localhost:8000
HTTPS_ONLY=off
STAFF_SECOND_FACTOR=off
MAIL_FOLDER=.local/mail
MAIL_KEEP_ONE_TIME_LINKS=on
PAYMENT_PROVIDER=demo
DEMO_SHOP=on
LOG_FORMAT=console
"""


def write_once(path: Path = PATH) -> bool:
    """Write the file, readable by its owner alone. False, and untouched, when it is there."""
    if path.exists():
        return False
    path.touch(mode=0o600)
    path.write_text(TEXT.format(secret_key=secrets.token_urlsafe(50)))
    return True


if __name__ == "__main__":
    if write_once():
        sys.stdout.write("Wrote .env with settings for this machine.\n")
