"""What a visitor sees while a page loads: nothing moves, however late the letters come."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.conftest import NO_SCRIPTS

from .pages import PHONE

pytestmark = pytest.mark.browser

WATCH_FOR_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries())
    window.shifts.push([shift.value, ...shift.sources.map((source) => source.node?.outerHTML ?? "")]);
}).observe({ type: "layout-shift", buffered: true });
"""
# Once the page is drawn: shifts are told of after the frame that has them.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Under a name of its own: a face that came too late is not shown on this page any more.
MEASURED = """
const size = 100, face = new FontFace("Measured", "url(/static/fonts/instrument-sans.woff2)");
document.fonts.add(await face.load());
const pen = new OffscreenCanvas(1, 1).getContext("2d");
pen.font = `${size}px Measured`;
const width = (text) => pen.measureText(text).width;
"""
# From the ink of the 1 to the ink of the 4, in sizes of the font.
GAP_AFTER_1 = f"""async () => {{ {MEASURED}
  const start = width("1 4") - width("4") - pen.measureText("4").actualBoundingBoxLeft;
  return (start - pen.measureText("1").actualBoundingBoxRight) / size;
}}"""
# What a figure or its neighbour moves over the mark between them.
DRAWN_TOGETHER = f"""async () => {{ {MEASURED}
  return [...".,:"].flatMap((mark) => [..."0123456789"].map((figure) => figure + mark + figure))
    .filter((text) => width(text) < [...text].reduce((sum, letter) => sum + width(letter), 0) - 0.1);
}}"""


STAYS = ["home", "list", "book", "basket"]
DEEP = ["search", "genre", "checkout", "orders of a member", "contact", "sign in"]


class LateFonts:
    """Holds back the fonts of pages until it is told to let them go."""

    def __init__(self) -> None:
        self._held: list[Route] = []
        self._is_time = False

    def hold(self, route: Route) -> None:
        if self._is_time:
            route.continue_()
        else:
            self._held.append(route)

    def come(self) -> int:
        """How many there were to let go."""
        self._is_time = True
        for route in self._held:
            route.continue_()
        return len(self._held)


@pytest.fixture
def late_fonts() -> LateFonts:
    return LateFonts()


@pytest.fixture
def open_page(open_page, late_fonts: LateFonts):
    """Pages that note what moves on them, and whose fonts come late."""

    def open_watched(**look: Any) -> Page:
        page = open_page(**look)
        page.add_init_script(WATCH_FOR_SHIFTS)
        page.route("**/*.woff2", late_fonts.hold)
        return page

    return open_watched


@pytest.mark.skipif(NO_SCRIPTS, reason="a script of the test's own watches what moves")
@pytest.mark.parametrize(
    "name", [*STAYS, *(pytest.param(name, marks=pytest.mark.deep) for name in DEEP)]
)
def test_nothing_moves_when_the_fonts_come_late(name, show, late_fonts):
    page, _response = show(name, until="domcontentloaded", viewport=PHONE)
    page.evaluate(TWO_FRAMES)

    assert late_fonts.come() >= 3
    page.wait_for_load_state("load")
    page.evaluate(TWO_FRAMES)

    assert page.evaluate("window.shifts") == []


def test_a_space_after_the_figure_1_can_be_seen(show, late_fonts):
    """“BS1 4ZZ” in an address would read as one word."""
    late_fonts.come()
    page, _response = show("contact")

    assert page.evaluate(GAP_AFTER_1) > 0.33


def test_the_point_of_an_amount_can_be_seen(show, late_fonts):
    """£10.00 would read as £1000."""
    late_fonts.come()
    page, _response = show("contact")

    assert page.evaluate(DRAWN_TOGETHER) == []
