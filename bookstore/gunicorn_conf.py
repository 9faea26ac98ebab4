"""How gunicorn serves the shop: `gunicorn -c bookstore/gunicorn_conf.py bookstore.wsgi`.

`manage.py start` takes the same. Where it listens is for the caller to say (--bind, or PORT), and the
number of processes may be (WEB_CONCURRENCY).
"""

import os
from typing import Any

from bookstore.settings import LOGGING

# isort: split
# Only now: settings name the folder that it counts in.
from bookstore import metrics

# What starts asks for the settings before bookstore.wsgi is loaded, which names them too.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookstore.settings")

worker_class = "sync"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# A request that takes longer has its process ended; one that is told to stop ends its request first.
timeout = graceful_timeout = 30
# Each request has a line of the shop's own, which names nobody (bookstore/requests.py).
accesslog = None
# The same shape as all other lines, also before Django has been loaded.
logconfig_dict = LOGGING
# It would listen in the home folder of whoever runs it.
control_socket_disable = True


def on_starting(server: Any) -> None:
    metrics.forget_the_dead()


def child_exit(server: Any, worker: Any) -> None:
    metrics.mark_dead(worker.pid)
