"""The front page of the admin, in a busy shop and in a new one."""

from collections.abc import Callable

from tests.bookstore.busy import fill_every_panel

from .scenes import Scene


def busy(query: str = "") -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        fill_every_panel()
        return empty(scene) + query

    return arrive


def empty(scene: Scene) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return "/admin/"


DASHBOARD_PAGES: dict[str, Callable[[Scene], str]] = {
    "dashboard": busy(),
    "dashboard with an error": busy("?low=many"),
    "dashboard of a new shop": empty,
}
