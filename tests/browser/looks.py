"""How a page is looked at: how wide, light or dark, with more room between letters, enlarged."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.conftest import IN_CI

from .pages import DESK, PHONE, SMALLEST, TABLET

LOOKS = [(PHONE, "light")]
if IN_CI:
    LOOKS = [
        (viewport, scheme)
        for viewport in (SMALLEST, PHONE, TABLET, DESK)
        for scheme in ("light", "dark")
    ]
# A desk at which everything is enlarged to twice its size. At four times its size it is SMALLEST.
ENLARGED = {"width": DESK["width"] // 2, "height": DESK["height"] // 2}

# What people see until our fonts have come, and where they never come.
FALLBACKS = """for (const [kind, font] of [["sans", "system-ui"], ["serif", "serif"]])
    document.documentElement.style.setProperty(`--${kind}`, font)"""
NO_FALLBACKS = "document.documentElement.removeAttribute('style')"

# WCAG 1.4.12: what a reader may set without losing anything. Outside all layers, as a reader's own.
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
NOT_SPACED = "document.adoptedStyleSheets = []"
# Boxes that cut off words of theirs. Words that only a screen reader is told are cut off on purpose, and
# so are titles that end in an ellipsis: they are whole on the book's own page, or below as its heading.
CUT_OFF = """() => {
    const HIDDEN = ".vh, .visually-hidden";
    const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
    const isOutside = (box, words) => {
        const style = getComputedStyle(box), edge = box.getBoundingClientRect();
        return (cuts(style.overflowY) && (words.bottom > edge.bottom + 1 || words.top < edge.top - 1))
            || (cuts(style.overflowX) && (words.right > edge.right + 1 || words.left < edge.left - 1));
    };
    const lines = (box) => {
        const found = [], walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT), range = new Range();
        while (walker.nextNode()) {
            const text = walker.currentNode, place = text.parentElement;
            if (!text.data.trim() || place.closest(HIDDEN) || !place.checkVisibility()) continue;
            range.selectNodeContents(text);
            found.push(...range.getClientRects());
        }
        return found;
    };
    return [...document.querySelectorAll("body *")].filter((box) => {
        const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(box);
        const isDotted = textOverflow === "ellipsis" || webkitLineClamp !== "none";
        return (cuts(overflowX) || cuts(overflowY)) && !isDotted && !box.closest(HIDDEN)
            && lines(box).some((words) => isOutside(box, words));
    }).map((box) => box.outerHTML.slice(0, 200));
}"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def looks(page: Page) -> Iterator[str]:
    """Show the page in one look after the other; the name of each."""
    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        yield f"{viewport['width']} {scheme}"


def faults_of_reflow(page: Page) -> list[str]:
    """Where one would scroll sideways to read: enlarged twice and four times, without our fonts, spaced."""
    faults = []
    for viewport in (ENLARGED, SMALLEST):
        page.set_viewport_size(viewport)
        faults += [f"too wide at {viewport['width']}"] * page.evaluate(TOO_WIDE)
    page.evaluate(FALLBACKS)
    faults += ["too wide in other fonts"] * page.evaluate(TOO_WIDE)
    page.evaluate(NO_FALLBACKS)
    return faults + faults_of_spacing(page)


def faults_of_spacing(page: Page) -> list[str]:
    """What gets lost when a reader sets letters, words and lines further apart."""
    faults = []
    page.evaluate(SPACED)
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        faults += [f"too wide when spaced at {viewport['width']}"] * page.evaluate(TOO_WIDE)
        faults += [f"cut off when spaced: {box}" for box in page.evaluate(CUT_OFF)]
    page.evaluate(NOT_SPACED)
    return faults
