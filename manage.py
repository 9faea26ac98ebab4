#!/usr/bin/env python
"""The operator's command line: `python manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line

from bookstore.request_ids import name_this_run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookstore.settings")
    name_this_run(" ".join(sys.argv[1:2]))
    execute_from_command_line(sys.argv)
