"""Templates that are a picture first: orbit, contour, window."""

import math

from catalog.covers.letters import Family
from catalog.covers.page import MARGIN, PAGE_WIDTH, TEXT_WIDTH, Page
from catalog.covers.rng import Rng
from catalog.covers.svg import tag
from catalog.covers.typesetting import Box, author_line, title_foot, title_lines


def orbit(page: Page) -> list[str]:
    """Bodies on rings around a sun, over the words."""
    rng, (ground, ink, accent, _), height = page.rng, page.colours, page.height
    x, y = rng.uniform(220, 780), height * rng.uniform(0.24, 0.38)
    sun, rings = rng.uniform(130, 215), 4 + rng.below(3)
    parts = []
    for k in range(rings, 0, -1):
        parts += _ring(page, k, x, y, radius=sun + k * k * 16 + k * 66)
    parts.append(tag("circle", cx=round(x), cy=round(y), r=round(sun), fill=accent))
    if rng.below(2):
        r = round(sun)
        dome = f"M{round(x - sun)} {round(y)}a{r} {r} 0 0 1 {round(2 * sun)} 0z"
        parts.append(tag("path", d=dome, fill=ink))
    edge = round(height * 0.63)
    parts.append(tag("rect", y=edge, width=PAGE_WIDTH, height=height - edge + 1, fill=ground))
    parts.append(tag("rect", x=MARGIN, y=edge, width=TEXT_WIDTH, height=4, fill=ink))
    # On a square page the author stands closer below the title.
    room = min(height * 0.22, height * 0.345 - 145)
    box = Box(MARGIN, height * 0.655, TEXT_WIDTH, room)
    parts += title_lines(page.title, box, ink, largest=220)
    return parts + author_line(page.author, MARGIN, height - 84, ink, size=50)


def _ring(page: Page, k: int, x: float, y: float, *, radius: float) -> list[str]:
    """A ring, solid or dashed, and the body somewhere on it."""
    rng, (_, ink, accent, second) = page.rng, page.colours
    line: dict[str, str | float] = {"cx": round(x), "cy": round(y), "r": round(radius)}
    if k % 2 == rng.below(2):
        line |= {"stroke": second, "stroke_width": rng.uniform(6, 26) if k % 3 == 0 else 3}
    else:
        dashes = rng.pick(["2 16", "40 14", "6 10"])
        line |= {"stroke": ink, "stroke_width": 3, "stroke_dasharray": dashes}
    angle, size = rng.uniform(0, 2 * math.pi), rng.uniform(16, 54)
    body = tag(
        "circle",
        cx=round(x + radius * math.cos(angle)),
        cy=round(y + radius * math.sin(angle)),
        r=round(size),
        fill=rng.pick([ink, accent, accent]),
    )
    return [tag("circle", fill="none", **line), body]


def contour(page: Page) -> list[str]:
    """A sun going down behind waves or hills, under the words."""
    rng, ink = page.rng, page.colours.ink
    radius, x = rng.uniform(110, 180), rng.uniform(250, 750)
    base = page.height * rng.uniform(0.5, 0.58)
    sun_y = base - radius * rng.uniform(0.1, 0.75)
    hills = _hills(page, base)
    family: Family = "italic" if rng.below(3) == 0 else "roman"
    box = Box(MARGIN, 176, TEXT_WIDTH, page.height * 0.25)
    title = title_lines(page.title, box, ink, largest=225, family=family)
    # Ink is not promised to be legible on accent: the sun stays below the words.
    sun_y = max(sun_y, title_foot(page.title, box, largest=225, family=family) + radius)
    sun = tag("circle", cx=round(x), cy=round(sun_y), r=round(radius), fill=page.colours.accent)
    return [sun, *hills, *title, *author_line(page.author, MARGIN, 124, ink, size=48)]


def _hills(page: Page, base: float) -> list[str]:
    rng, kind = page.rng, page.rng.below(3)
    # All three counts are drawn, so that the choices after them do not depend on the kind.
    count = (9 + rng.below(7), 5 + rng.below(2), 20 + rng.below(8))[kind]
    wave = _Wave(rng)
    hills = []
    for k in range(count):
        y = base + (page.height - base + 60) * (k / (count - 1)) ** 1.25
        crest = wave.crest(k, y, calm=1 - 0.35 * k / count)
        path = f"{crest}L{PAGE_WIDTH} {round(page.height)}L0 {round(page.height)}Z"
        hills.append(tag("path", d=path, **_hill_style(page, kind, k)))
    return hills


class _Wave:
    """Three sines that drift against each other from one crest to the next."""

    def __init__(self, rng: Rng) -> None:
        self.phases = [rng.uniform(0, 6.3) for _ in range(3)]
        self.amplitude = rng.uniform(22, 54)
        self.slow, self.quick = rng.uniform(0.7, 1.5), rng.uniform(1.8, 3.2)

    def crest(self, k: int, y: float, *, calm: float) -> str:
        places = (
            f"{x} {round(y + self.amplitude * calm * self._height(k, x))}"
            for x in range(0, PAGE_WIDTH + 1, 50)
        )
        return "M" + "L".join(places)

    def _height(self, k: int, x: int) -> float:
        t = x / PAGE_WIDTH * 2 * math.pi
        first, second, third = self.phases
        return (
            math.sin(self.slow * t + first + k * 0.42)
            + 0.5 * math.sin(self.quick * t + second - k * 0.31)
            + 0.25 * math.sin(4.1 * t + third + k)
        )


def _hill_style(page: Page, kind: int, k: int) -> dict[str, str]:
    """Outlined swell, solid hills, or bare lines."""
    ground, ink, accent, second = page.colours
    if kind == 0:
        fill, width = (ground if k % 2 else second), ("3" if k % 3 else "6")
        return {"fill": fill, "stroke": ink, "stroke_width": width}
    if kind == 1:
        return {"fill": (second, ink, ground, accent)[k % 4]}
    return {"fill": ground, "stroke": ink, "stroke_width": "4"}


def window(page: Page) -> list[str]:
    """A moon over a jagged skyline, seen through an arch."""
    rng, ink = page.rng, page.colours.ink
    width = rng.uniform(400, 520)
    view = Box((PAGE_WIDTH - width) / 2, page.height * 0.075, width, page.height * 0.54)
    arch = _arch(rng.below(3), view)
    # The id is safe while a cover is a document of its own, shown in <img>.
    clip = tag("clipPath", tag("path", d=arch), id="w")
    sky = tag("rect", width=PAGE_WIDTH, height=page.height, fill=page.colours.second)
    scene = sky + _moon(page, view) + _skyline(page, view)
    parts = [clip, tag("g", scene, clip_path="url(#w)")]
    parts.append(tag("path", d=arch, fill="none", stroke=ink, stroke_width=9))
    if rng.below(3):
        parts.append(_glazing_bars(view, ink))
    below = view.y + view.height
    box = Box(90, below + 60, 820, page.height - below - 220)
    parts += title_lines(page.title, box, ink, largest=200, anchor="middle", stand="middle")
    return parts + author_line(page.author, 500, page.height - 78, ink, size=48, anchor="middle")


def _arch(kind: int, view: Box) -> str:
    """Pointed, round or square."""
    left, right = round(view.x), round(view.x + view.width)
    top, foot = round(view.y), round(view.y + view.height)
    if kind == 0:
        spring, shoulder = round(view.y + view.width * 0.62), round(view.y + view.width * 0.2)
        peak = f"Q{left} {shoulder} 500 {top}Q{right} {shoulder} {right} {spring}"
        return f"M{left} {foot}V{spring}{peak}V{foot}Z"
    if kind == 1:
        half, spring = round(view.width / 2), round(view.y + view.width / 2)
        return f"M{left} {foot}V{spring}A{half} {half} 0 0 1 {right} {spring}V{foot}Z"
    return f"M{left} {top}H{right}V{foot}H{left}Z"


def _moon(page: Page, view: Box) -> str:
    """A disc, or a crescent when the sky covers part of it."""
    rng = page.rng
    radius = rng.uniform(60, 105)
    x = rng.uniform(view.x + radius, view.x + view.width - radius)
    y = view.y + view.height * rng.uniform(0.28, 0.45)
    moon = tag("circle", cx=round(x), cy=round(y), r=round(radius), fill=page.colours.accent)
    if rng.below(2):
        cx, cy, r = round(x + radius * 0.42), round(y - radius * 0.2), round(radius * 0.86)
        moon += tag("circle", cx=cx, cy=cy, r=r, fill=page.colours.second)
    return moon


def _skyline(page: Page, view: Box) -> str:
    """Roofs, or firs."""
    rng, foot = page.rng, round(view.y + view.height)
    y = view.y + view.height * 0.74
    path, x = f"M0 {foot}V{round(y)}", 0.0
    while x < PAGE_WIDTH:
        width, height = rng.uniform(34, 80), rng.uniform(20, 120)
        dip = rng.uniform(-10, 24)
        path += f"L{round(x + width / 2)} {round(y - height)}L{round(x + width)} {round(y + dip)}"
        x += width
    return tag("path", d=f"{path}V{foot}Z", fill=page.colours.ground)


def _glazing_bars(view: Box, ink: str) -> str:
    top, foot, middle = (round(view.y + view.height * part) for part in (0, 1, 0.55))
    bars = f"M500 {top}V{foot}M{round(view.x)} {middle}H{round(view.x + view.width)}"
    return tag("path", d=bars, stroke=ink, stroke_width=7)
