"""A Django database backend: PostgreSQL from the folder in OPTIONS, started when it is needed.

DATABASES = {
    "default": {
        "ENGINE": "bookstore.embedded",
        "NAME": "bookstore",
        "OPTIONS": {"folder": BASE_DIR / ".local" / "postgres"},
    }
}

OPTIONS may say `"durable": False` for a server that only tests use.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.postgresql import client

from bookstore.embedded.programs import program
from bookstore.embedded.server import Server, ServerError
from bookstore.postgresql import base


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql that came with the server."""

    connection: "DatabaseWrapper"

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.server.start()
        super().runshell(parameters)

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(program("psql")), *arguments[1:]], environment


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(settings_dict, *args, **kwargs)
        options = settings_dict["OPTIONS"]
        if not options.get("folder"):
            raise ImproperlyConfigured("The embedded database needs OPTIONS['folder'].")
        self.server = Server(Path(options["folder"]), durable=options.get("durable", True))
        params = self.server.connection_params()
        settings_dict |= {
            "HOST": params["host"],
            "PORT": params["port"],
            "USER": params["user"],
        }

    def get_connection_params(self) -> dict[str, Any]:
        """All that psycopg needs, for a server that runs: started here if it did not.

        OperationalError if it cannot be started. Here and not in get_new_connection, because
        the task worker takes these parameters to connect without Django.
        """
        try:
            self.server.start()
        except ServerError as error:
            raise OperationalError(str(error)) from error
        params = super().get_connection_params()
        del params["folder"]
        params.pop("durable", None)
        return params
