"""What a page says of a form that the shop did not take: in words, at its head and by each field."""

from playwright.sync_api import Page

# By the field that a link of the summary leads to, what a screen reader cannot tell of it.
UNTOLD = """() => {
    const told = (ids) => (ids || "").split(/\\s+/).map((id) => document.getElementById(id)?.innerText || "").join(" ");
    const faults = [];
    for (const link of document.querySelectorAll("#problems a")) {
        const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        const words = link.parentElement.innerText.slice(link.innerText.length + 1).trim();
        if (!place) { faults.push(`nothing at ${link.hash}`); continue; }
        const field = place.matches("input, select, textarea") ? place : place.querySelector("input");
        if (field?.getAttribute("aria-invalid") !== "true") faults.push(`${link.hash} is not marked`);
        const by = [field, field?.closest("fieldset")].map((box) => told(box?.getAttribute("aria-describedby")));
        if (!by.join(" ").includes(words)) faults.push(`${link.hash} is not told: ${words}`);
    }
    return faults;
}"""


def faults_of_refusal(page: Page, status: int) -> list[str]:
    """Of a page as it is when a form comes back. Each problem leads to its field, which tells it, too."""
    summary = page.locator("#problems")
    if summary.count() != 1:
        return [f"{summary.count()} summaries"]
    said = {
        "answers with 422": status == 422,
        "says so in its title": page.title().startswith("Error: "),
        "reads the summary out": summary.get_attribute("role") == "alert",
        "has the focus on it": summary.evaluate("box => box === document.activeElement"),
        "shows it": summary.evaluate(
            "box => { const at = box.getBoundingClientRect();"
            " return at.top >= 0 && at.top < innerHeight }"
        ),
        "says what to do": summary.locator("li").count() > 0,
    }
    return [f"not: {what}" for what, is_so in said.items() if not is_so] + page.evaluate(UNTOLD)
