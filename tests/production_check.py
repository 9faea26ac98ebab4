"""`manage.py check --deploy` with settings as in production: any warning fails.

Only the database stays this machine's, since some checks ask its version.
"""

import os
import sys
from pathlib import Path

PRODUCTION = {
    "SECRET_KEY": "only-for-this-check-Zt5vQk8wLr2xYn6bHc9mPd4sFg7jKa1eUo3iTy0w",
    "ALLOWED_HOSTS": "shop.example",
    "SITE_URL": "https://shop.example",
    "CACHE_URL": "valkeys://:secret@cache.example:6379/0",
    "HTTPS_ONLY": "on",
    "STAFF_SECOND_FACTOR": "on",
    "DEBUG": "off",
    "MAIL_FOLDER": "",
    "SMTP_HOST": "mail.example",
    "MAIL_KEEP_ONE_TIME_LINKS": "off",
    "PAYMENT_PROVIDER": "",
    "DEMO_SHOP": "off",
    "DJANGO_SETTINGS_MODULE": "bookstore.settings",
}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ |= PRODUCTION
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", "check", "--deploy", "--fail-level=WARNING"])
