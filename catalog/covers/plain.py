"""Templates made of type and flat shapes: title page, bands, initial, tiles."""

import re

from catalog.covers.letters import Family, Style, can_write, measure, write
from catalog.covers.page import MARGIN, PAGE_WIDTH, TEXT_WIDTH, Page
from catalog.covers.rng import Rng
from catalog.covers.svg import number, point, tag
from catalog.covers.typesetting import SMALL_WORDS, Box, author_line, title_lines

# On shorter title pages the ornament stands where the year would.
_SHORTEST_WITH_YEAR = 1000


def titlepage(page: Page) -> list[str]:
    """A double frame, everything centred, an ornament and the year."""
    ink, accent = page.colours.ink, page.colours.accent
    family: Family = "italic" if page.rng.below(3) == 0 else "roman"
    # On a square page the ornament comes up to meet the title.
    room = min(page.height * 0.42, page.height * 0.66 - 290)
    box = Box(150, 270, 700, room)
    parts = [_frame(page, inset=58, weight=10), _frame(page, inset=80, weight=2.5)]
    parts += author_line(page.author, 500, 196, ink, size=50, anchor="middle", widest=740)
    parts.append(tag("rect", x=440, y=224, width=120, height=3, fill=accent))
    parts += title_lines(
        page.title,
        box,
        ink,
        largest=205,
        family=family,
        anchor="middle",
        stand="middle",
        leading=1.04,
    )
    parts.append(_rosette(page.rng, page.height * 0.745, page.height * 0.085, accent))
    return parts + _year_line(page)


def _year_line(page: Page) -> list[str]:
    if not page.year or page.height < _SHORTEST_WITH_YEAR:
        return []
    style, y, ink = Style("roman", 0.04), page.height - 128, page.colours.ink
    return [write(page.year, style, size=58, x=500, y=y, fill=ink, anchor="middle")]


def _frame(page: Page, *, inset: float, weight: float) -> str:
    return tag(
        "rect",
        x=inset,
        y=inset,
        width=PAGE_WIDTH - 2 * inset,
        height=page.height - 2 * inset,
        fill="none",
        stroke=page.colours.ink,
        stroke_width=weight,
    )


def _rosette(rng: Rng, y: float, radius: float, fill: str) -> str:
    """Five to twelve petals around an eye."""
    count, kind = rng.pick([5, 6, 7, 8, 10, 12]), rng.below(3)
    petals = "".join(
        _petal(kind, y, radius, f"rotate({360 * k / count:.2f} 500 {number(y)})")
        for k in range(count)
    )
    eye = tag("circle", cx=500, cy=y, r=radius * 0.13)
    return tag("g", petals + eye, fill=fill)


def _petal(kind: int, y: float, radius: float, turn: str) -> str:
    if kind == 0:
        rx, ry = radius * 0.17, radius * 0.36
        return tag("ellipse", cx=500, cy=y - radius * 0.62, rx=rx, ry=ry, transform=turn)
    if kind == 2:
        return tag("circle", cx=500, cy=y - radius * 0.74, r=radius * 0.17, transform=turn)
    foot, tip, belly = y - radius * 0.2, y - radius, y - radius * 0.6
    right = f"Q{point(500 + radius * 0.32, belly)} {point(500, tip)}"
    left = f"Q{point(500 - radius * 0.32, belly)} {point(500, foot)}"
    return tag("path", d=f"M{point(500, foot)}{right}{left}Z", transform=turn)


def bands(page: Page) -> list[str]:
    """Stripes that grow by a fixed ratio towards the words, or away from them."""
    rng, ink = page.rng, page.colours.ink
    count, stripes_above = 4 + rng.below(4), rng.below(2) == 1
    words_height = page.height * (0.46 + 0.06 * rng.below(2))
    rest = page.height - words_height
    heights = _growing(count, rest, ratio=rng.uniform(1.28, 1.58))
    if not stripes_above:
        heights.reverse()
    words_top = rest if stripes_above else 0
    parts = _stripes(page, heights, top=0 if stripes_above else words_height)
    if rng.below(2):
        parts.append(_resting_disc(page, words_height, stripes_above=stripes_above))
    box = Box(MARGIN, words_top + 80, TEXT_WIDTH, words_height - 240)
    parts += title_lines(page.title, box, ink, largest=240)
    parts += author_line(page.author, MARGIN, words_top + words_height - 76, ink, size=50)
    return parts


def _growing(count: int, total: float, *, ratio: float) -> list[float]:
    """Numbers that each grow by the same ratio and add up to the total."""
    weights = [1.0]
    while len(weights) < count:
        weights.append(weights[-1] * ratio)
    return [weight / sum(weights) * total for weight in weights]


def _stripes(page: Page, heights: list[float], *, top: float) -> list[str]:
    colours = [page.colours.accent, page.colours.second, page.colours.ink]
    first, parts = page.rng.below(3), []
    for k, height in enumerate(heights):
        fill = colours[(k + first) % 3]
        # A hair of overlap hides the seam between two stripes.
        parts.append(tag("rect", y=top, width=PAGE_WIDTH, height=height + 0.6, fill=fill))
        top += height
    return parts


def _resting_disc(page: Page, words_height: float, *, stripes_above: bool) -> str:
    rest = page.height - words_height
    radius = rest * page.rng.uniform(0.16, 0.24)
    x = 740 if page.rng.below(2) else 300
    y = rest - radius if stripes_above else words_height + radius
    return tag("circle", cx=x, cy=y, r=radius, fill=page.colours.ground)


def initial(page: Page) -> list[str]:
    """A giant letter, cut off by the edges, behind the words."""
    rng, colours, height = page.rng, page.colours, page.height
    parts = [_giant(page)] if page.title else []
    if rng.below(2):
        parts.append(tag("rect", y=height - 26, width=PAGE_WIDTH, height=26, fill=colours.accent))
    else:
        parts.append(tag("rect", x=MARGIN, y=86, width=26, height=26, fill=colours.accent))
    if rng.below(2):
        box = Box(MARGIN, height * 0.5, TEXT_WIDTH, height * 0.5 - 190)
        parts += title_lines(page.title, box, colours.ink, largest=215, stand="bottom")
    else:
        box = Box(MARGIN, 140, TEXT_WIDTH, height * 0.42)
        parts += title_lines(page.title, box, colours.ink, largest=215)
    return parts + author_line(page.author, MARGIN, height - 90, colours.ink, size=50)


def _giant(page: Page) -> str:
    letter, style = _first_letter(page.title), Style(page.rng.pick(["roman", "italic"]), 0)
    size = page.height * page.rng.uniform(1.12, 1.32)
    width = measure(letter, style) * size
    x = page.rng.pick([-width * 0.10, PAGE_WIDTH - width * 0.86, 500 - width / 2])
    y = page.height * 0.5 + size * 0.38
    return write(letter, style, size=size, x=x, y=y, fill=page.colours.second)


def _first_letter(title: str) -> str:
    """The capital of the first word that is not a small one."""
    words = re.sub(r"[^\w\s]", "", title).split()
    letter = next((word[0] for word in words if word.lower() not in SMALL_WORDS), title[0])
    # The capital of µ is Greek, and we have no Greek.
    return letter.upper() if can_write(letter.upper(), "roman") else letter


def tiles(page: Page) -> list[str]:
    """A wall of turned tiles above the words."""
    rng, ink = page.rng, page.colours.ink
    across = rng.pick([4, 5])
    side = PAGE_WIDTH / across
    # On a square page the wall gives way, to leave 400 for the words.
    room = int((page.height - 400) // side)
    rows = max(1, min(max(3, round(page.height * 0.60 / side)), room))
    bottom = rows * side
    kind = rng.below(3)
    parts = [
        _tile(page, kind, side, i * side, j * side) for j in range(rows) for i in range(across)
    ]
    box = Box(MARGIN, bottom + 56, TEXT_WIDTH, page.height - bottom - 220)
    parts += title_lines(page.title, box, ink, largest=190)
    return parts + author_line(page.author, MARGIN, page.height - 76, ink, size=48)


def _tile(page: Page, kind: int, side: float, x: float, y: float) -> str:
    rng, (ground, ink, accent, second) = page.rng, page.colours
    quarter_turns = rng.below(4)
    front, back = rng.pick([ink, accent, second, second]), rng.pick([ground, second, ground])
    if back == front:
        back = ground
    turn = f"rotate({90 * quarter_turns} {point(side / 2, side / 2)})"
    square = tag("rect", width=side + 0.5, height=side + 0.5, fill=back)
    figure = _tile_figure(rng, kind, side, front)
    return tag("g", square + figure, transform=f"translate({point(x, y)}) {turn}")


def _tile_figure(rng: Rng, kind: int, side: float, fill: str) -> str:
    """A quarter disc, a half disc (with or without a dot) or a triangle."""
    s, half = number(side), number(side / 2)
    if kind == 0:
        return tag("path", d=f"M0 0H{s}A{s} {s} 0 0 1 0 {s}Z", fill=fill)
    if kind == 2:
        return tag("path", d=f"M0 0L{s} {s}H0Z", fill=fill)
    figure = tag("path", d=f"M0 0H{s}A{half} {half} 0 0 1 0 0Z", fill=fill)
    if rng.below(2):
        figure += tag("circle", cx=side / 2, cy=side * 0.76, r=side * 0.12, fill=fill)
    return figure
