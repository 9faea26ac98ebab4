#!/usr/bin/env python
"""The operator's command line: `python manage.py help`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from bookstore.request_ids import name_this_run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookstore.settings")
    name_this_run(" ".join(sys.argv[1:2]))
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A setting is wrong: that says it, and no line of code would say more.
        sys.exit(f"{type(error).__name__}: {error}")
