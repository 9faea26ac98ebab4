"""Pages on which staff change the prices of many books, each in a state worth looking at."""

from .scenes import Scene


def _form(scene: Scene) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return "/admin/prices/new/"


def _made(scene: Scene, **fields: str) -> str:
    """Where a change of one price stands."""
    address, book = _form(scene), scene.book("Emma")
    form = {"numbers": book.ean, "kind": "percent", "value": "5", "ending": "99", **fields}
    form["key"] = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    looked = scene.client.post(address, form)
    seen = looked.context["preview"].token
    return scene.client.post(address, {**form, "seen": seen, "go": "1"}).headers["Location"]


def _list(scene: Scene) -> str:
    _made(scene)
    return "/admin/prices/"


PRICE_PAGES = {
    "change prices": _form,
    "change prices with errors": _form,
    "a change of prices": _made,
    "a change of prices to come": lambda scene: _made(scene, day="2030-01-01"),
    "changes of prices": _list,
}
PRICES_SENT = {"change prices with errors": "Show what would change"}
