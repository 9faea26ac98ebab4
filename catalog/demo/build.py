"""Make the demo catalogue: ``python catalog/demo/build.py SOURCE_FOLDER``.

Reads ``standardebooks/`` and ``gutenberg.csv`` from the source folder and writes
``books.csv``, ``front_table.csv`` and ``covers/`` beside this file. The same
source always gives the same bytes: whatever the sources do not know (format,
measures, price, stock) is derived from a hash of the book's number.
"""

import csv
import hashlib
import html
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent

# How many Gutenberg books to take in each language, English by room of the shop.
ENGLISH_ROOMS = {
    "fiction": 890, "short-stories": 120, "crime": 240, "gothic": 120, "science-fiction": 250,
    "fantasy": 140, "poetry-plays": 350, "history": 190, "biography": 180, "ideas": 200,
    "nature-science": 200, "travel": 150, "children": 280, "religion": 100, "arts": 100,
    "home": 80, "languages": 80,
}  # fmt: skip
LANGUAGES = {
    "fr": 330, "de": 270, "es": 120, "it": 120, "nl": 60, "fi": 60, "pt": 50, "hu": 30, "sv": 30,
    "la": 40, "zh": 50, "el": 40, "ja": 18, "ru": 9, "da": 15, "eo": 20, "ca": 12, "pl": 12,
    "no": 8, "cs": 4, "tl": 6, "cy": 5, "is": 4, "he": 3, "bg": 3, "sr": 2, "te": 2, "ga": 2,
    "af": 4, "fy": 3,
}  # fmt: skip
OTHER_SCRIPTS = {"zh", "el", "ja", "ru", "he", "bg", "sr", "te"}
KNOWN_AUTHOR_CAP, AUTHOR_CAP = 16, 4
ROOMY_AUTHORS = {"Shakespeare, William": 44, "Dickens, Charles": 24, "Verne, Jules": 24}

FRONT_TABLE = (
    "jane-austen_pride-and-prejudice",
    "mary-shelley_frankenstein",
    "herman-melville_moby-dick",
    "virginia-woolf_mrs-dalloway",
    "lewis-carroll_alices-adventures-in-wonderland_john-tenniel",
    "agatha-christie_the-murder-of-roger-ackroyd",
    "h-g-wells_the-time-machine",
    "henry-david-thoreau_walden",
)


@dataclass(slots=True)
class Book:
    """One line of books.csv."""

    ean: str
    title: str
    subtitle: str = ""
    authors: str = ""
    genres: str = ""
    language: str = "en"
    format: str = ""
    pages: int = 0
    height_mm: int = 0
    width_mm: int = 0
    thickness_mm: int = 0
    weight_g: int = 0
    published_on: str = ""
    publisher: str = ""
    series: str = ""
    series_number: str = ""
    price: str = ""
    stock: int = 0
    cover: str = ""
    description: str = ""


def main(source: Path, target: Path = HERE, *, covers: bool = True) -> None:
    """Write the catalogue into ``target``; without ``covers``, only the two CSV files."""
    standard = list(standard_books(source / "standardebooks"))
    gutenberg = choose(read_csv(source / "gutenberg.csv"), taken=standard)
    names = [field.name for field in fields(Book)]
    write_csv(target / "books.csv", names, [asdict(book) for book in [*standard, *gutenberg]])
    by_cover = {book.cover: book.ean for book in standard}
    front_table = [{"ean": by_cover[f"{slug}.webp"]} for slug in FRONT_TABLE]
    write_csv(target / "front_table.csv", ["ean"], front_table)
    if covers:
        copy_covers(source / "standardebooks", target / "covers", by_cover)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_csv(path: Path, names: list[str], rows: Iterable[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def copy_covers(source: Path, target: Path, names: Iterable[str]) -> None:
    # They are 400 pixels wide already, and a third of each file is saved.
    target.mkdir(exist_ok=True)
    for name in names:
        with Image.open(source / "covers" / f"{Path(name).stem}.jpg") as picture:
            picture.save(target / name, quality=78, method=6)


# --- Standard Ebooks -------------------------------------------------------------------

# A prize is no series, a publishing house no translator, and Lord Braybrooke
# (Richard Griffin) edited Pepys and drew nothing.
NO_SERIES = {"Pulitzer Prize for Fiction Winners"}
NO_TRANSLATORS = {"Chapman and Hall"}
EDITED = {"samuel-pepys_the-diary"}


def standard_books(folder: Path) -> Iterator[Book]:
    """The Standard Ebooks titles, numbered by the order of their slugs."""
    rows = sorted(read_csv(folder / "standardebooks.csv"), key=lambda row: row["slug"])
    for number, row in enumerate(rows, start=1):
        series, series_number = series_of(row["series"])
        book = Book(
            ean=shop_number(2, number),
            title=row["title"],
            authors=standard_authors(row),
            genres=STANDARD_GENRES[row["slug"]],
            language=row["language"][:2],
            published_on=row["released"],
            publisher="Standard Ebooks",
            series=series,
            series_number=series_number,
            cover=Path(row["cover"]).with_suffix(".webp").name,
            description=description_of(row),
        )
        yield dress(book, pages=pages_for(int(row["word_count"])))


def standard_authors(row: dict[str, str]) -> str:
    drawn_by = "editor" if row["slug"] in EDITED else "illustrator"
    people = [row["authors"]]
    for column, role in (("translators", "translator"), ("illustrators", drawn_by)):
        names = [name for name in row[column].split("; ") if name]
        people += [f"{name} [{role}]" for name in names if name not in NO_TRANSLATORS]
    return "; ".join(people)


def series_of(text: str) -> tuple[str, str]:
    name, _, number = text.partition(" #")
    return ("", "") if name in NO_SERIES else (name, number)


def description_of(row: dict[str, str]) -> str:
    """The blurb as paragraphs of plain text; the one-line summary leads if there is one."""
    paragraphs = re.split(r"</p>|</blockquote>|</li>", row["long_description_html"])
    texts = [row["description"], *(plain(paragraph) for paragraph in paragraphs)]
    return "\n\n".join(text for text in texts if text)


def plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


def pages_for(words: int) -> int:
    # Very long works are set closer and on thin paper, as in print: no 4,000-page Pepys.
    pages = words // 300 if words < 290_000 else min(words // 420, 1600)
    return in_signatures(max(pages, 64))


# --- Project Gutenberg: which books ----------------------------------------------------

# Parts of sets, issues of papers, indexes: nothing one would look for in a shop.
PART = re.compile(
    r"\b(vol(ume|umes|s)?|tome|tomo|tomos|band|bd|teil|thl|part|parts|parte|partie|book|books|bok|"
    r"deel|osa|kötet|series|serie|série|number|no|nr|chapters?|acts?|cantos?|livre|libro|liber|"
    r"zeszyt|svazek|issue|edition|heft|füzet|fascicle|section|bulletin|paper|circular|del|"
    r"τόμος|μέρος)\b"
    r"[ .:,#(]*(\d|[ivxlc]+\b|one\b|two\b|three\b|four\b|five\b|six\b|first\b|second\b|i\b|"
    r"first|primero|segundo|premi|second|deuxi|prima|seconda|a’|α|β|γ|δ)|"
    r"\b(first|second|third|fourth|fifth|last|erster|zweiter|dritter|ensimmäinen|toinen|primeira|"
    r"premi[eè]re|deuxi[eè]me|prima|seconda|erstes|zweites)"
    r" (series|part|volume|book|edition|teil|band|theil|buch|osa|parte|serie|partie|série|section)"
    r"|\d+回|卷|第.{1,3}(回|冊|集|部)|\d+ ?/ ?\d+|\bof \d+\)|\bvolumes?\b|\bkötet\b|\btom[oe]\b"
    r"|osa\b|τόμος|\(\d+-\d+\)|\bparte? \b|, [ivx]+$|[–-] ?[ivx]+$"
)
NOT_FOR_SALE = re.compile(
    r"project gutenberg|\bindex\b|widger|charivari|world factbook|copyright|catalog|calendar|"
    r"quotations|quotes and images|^(latin vulgate|the world english bible|bible, |the bible, |weymouth|"
    r"deuterocanonical|the new testament: |biblia)|periodical|magazine\b.*\d|\bchurch census|"
    r"annual report|\balmanac|human genome|\bpi to|digits|number e\b|square root|jargon file|"
    r", illustrated\b|letters to his son|\(from .twice|^\[|\d de \d|\([ivx]+/[ivx]+\)|vol(ume)?\d|"
    r"\bday \d|\bextracts?\b|abridg|words of one syllable|condensed|\bsale\b catalogue|prospectus|"
    r"advertise|folio format|retold|told to the children|linked index|audio|screenplay|"
    r"complete works|works of|complete poetical|\boeuvres|œuvres|sämtliche|gesammelte|obras comp|"
    r"farmers'? bulletin|standard operating|sermon|funeral|\bhandbook of the\b|\bbibliography\b|"
    r"sketches of the .* regiment|regiment of foot|a dictionary of|bulletin|proceedings|"
    r"list of|vocabulary|\b(1[5-9]|20)\d\d, ?(no|vol)|(january|february|march|april|may|june|july|"
    r"august|september|october|november|december),? \d|\bletter from|an address|a lecture|"
    r"a speech|a letter to|historical record|\btreatment of\b|\breview\b.*\d|report (of|on)"
)
# Slurs, hate and what does not belong on a shop's front pages.
UNWELCOME = re.compile(
    r"nigg|dark(y|ies|ie|ey)\b|\bcoons?\b|sambo\b|pickaninn|piccaninn|\bchink|\bjaps?\b|redskin|"
    r"\bsquaw|half-?breed|half-?caste|mulatto|quadroon|octoroon|kaf+irs?\b|heathen chinee|minstrel|"
    r"ku klux|clansman|klansman|jewish peril|international jew|\bjew\b|elders of zion|"
    r"mein kampf|great race|rising tide|negro(es)?\b|savages?\b|\bslut|whore|bastard|hottentot|"
    r"inferior race|white man|yellow peril|gyps(y|ies)|eskimo|cannibal|injun|dago|"
    r"eugenic|idiot|cripple|lynch|rape\b(?! of)|flagell|erotic|prostitut|\bsex\b|sexual|"
    r"venus in fur|^1601"
)
UNWELCOME_AUTHORS = re.compile(
    r"Dixon, Thomas|Ford, Henry|Hitler|Gobineau|Stoddard, Lothrop|Sade, |Cleland, John|"
    r"Sacher-Masoch|Chamberlain, Houston|Weininger|Grant, Madison|Bannerman, Helen"
)
SIGNALS = {
    "Best Books Ever": 26, "Harvard Classics": 16, "Category: Classics of Literature": 14,
    "Movie Books": 12, "Banned Books": 10, "Nobel Prizes": 6, "Bestsellers, American": 6,
    "Science Fiction by Women": 8, "African American Writers": 8, "Gothic Fiction": 8,
    "Precursors of Science Fiction": 8, "Arthurian Legends": 8, "Children's Literature": 6,
    "Women in Science": 6, "Natural History": 6, "Category: Cooking": 5, "Astronomy": 5,
    "Detective Fiction": 5, "Folklore": 5, "Women's Travel": 6, "Napoleonic": 4,
}  # fmt: skip
ARTICLES = re.compile(
    r"^((the|an|a|le|la|les|l|der|die|das|el|los|las|il|lo|i|gli|de|het|o|a|os|as|ein|eine|un|une|"
    r"en|et) )?((adventures|tragedy|history|life and adventures|life|works|plays|comedy) of )?"
    r"(the )?"
)


@dataclass(slots=True)
class Candidate:
    """A Gutenberg book that may be chosen."""

    row: dict[str, str]
    title: str
    subtitle: str
    genres: list[str]
    known: bool
    score: float

    @property
    def author(self) -> str:
        return self.row["authors"].partition("; ")[0]


def choose(rows: list[dict[str, str]], *, taken: list[Book]) -> list[Book]:
    """The best books of each language and room, in the order of their Gutenberg ids."""
    candidates = sorted(candidates_in(rows), key=lambda one: (-one.score, int(one.row["id"])))
    candidates = without_repeats(candidates, taken)
    room_of = {genre["slug"]: genre["parent"] or genre["slug"] for genre in GENRES}
    places = Counter({("en", room): count for room, count in ENGLISH_ROOMS.items()})
    places.update({(language, ""): count for language, count in LANGUAGES.items()})
    by_author: Counter[tuple[str, str]] = Counter()
    chosen = []
    for one in candidates:
        language = one.row["language"]
        place = (language, room_of[one.genres[0]] if language == "en" else "")
        author = (language, one.author)
        if places[place] > 0 and by_author[author] < author_cap(one):
            places[place] -= 1
            by_author[author] += 1
            chosen.append(one)
    chosen.sort(key=lambda one: int(one.row["id"]))
    eastern = eastern_authors(rows)
    return [gutenberg_book(one, eastern) for one in chosen]


def author_cap(one: Candidate) -> int:
    if one.author in {"", "Various", "Anonymous"}:
        return 40
    cap = ROOMY_AUTHORS.get(one.author, KNOWN_AUTHOR_CAP if one.known else AUTHOR_CAP)
    return cap if one.row["language"] == "en" else min(cap, 10)


def candidates_in(rows: list[dict[str, str]]) -> Iterator[Candidate]:
    for row in rows:
        if not is_wanted(row):
            continue
        title, subtitle = split_title(row["title"], row["language"])
        known = row["authors"].startswith(KNOWN_AUTHORS)
        one = Candidate(row, title, subtitle, genres_of(row, known=known), known, 0)
        if len(title) <= 100:
            one.score = score(one)
            yield one


def is_wanted(row: dict[str, str]) -> bool:
    """Whether the row is a whole book of the kind and language a shop would put out."""
    title = row["title"].lower()
    language = row["language"]
    if language != "en" and language not in LANGUAGES:
        return False
    if language in OTHER_SCRIPTS and re.search(r"[a-zA-Z]{3}", row["title"].partition(" : ")[0]):
        return False
    if re.search(r"Periodicals|Indexes|Erotic|Racism", row["subjects"] + row["bookshelves"]):
        return False
    if re.search(r"Journals|Sexuality & Erotica|Punch|Séduction|Reports &", row["bookshelves"]):
        return False
    if re.search(r"\bAP\b|\bKF\b", row["lcc"]) or not row["lcc"]:
        return False
    shakespeare = row["authors"].startswith("Shakespeare")
    if PART.search(title) and not (shakespeare and re.match(r"king henry \w+, part \d$", title)):
        return False
    numbered = language != "en" and re.search(r"( [IVX]+| \d+)\.?($|[:;]| \$b| \()", row["title"])
    people = row["authors"].split("; ")
    corporate = any(re.search(r"\. [A-Z]\w\w|\(Firm\)|Company|Society", name) for name in people)
    refused = NOT_FOR_SALE.search(title) or UNWELCOME.search(title) or numbered or corporate
    return not refused and not UNWELCOME_AUTHORS.search(row["authors"]) and len(people) <= 4


def score(one: Candidate) -> float:
    """How likely a reader is to be glad of it; only good for comparing."""
    number = int(one.row["id"])
    points = 45.0 if one.known else 0.0
    points += sum(gain for shelf, gain in SIGNALS.items() if shelf in one.row["bookshelves"])
    points += max(0.0, 22 - number / 3000)
    points += 3 * min(one.row["bookshelves"].count("; ") / 3, 2)
    points += 1.5 * min(one.row["subjects"].count("; "), 4)
    points -= max(0, len(one.title) - 40) / 3 + max(0, len(one.subtitle) - 80) / 8
    if one.row["authors"] in {"", "Various", "Anonymous", "Unknown"}:
        points -= 18
    return points


def without_repeats(candidates: list[Candidate], taken: list[Book]) -> list[Candidate]:
    """Drop later editions of a work: same author and language, same first words of the title."""
    shelf: dict[tuple[str, str], list[list[str]]] = {}
    for book in taken:
        surname = words_of(book.authors.partition(";")[0].partition(" [")[0])[-1]
        shelf.setdefault((book.language, surname), []).append(title_key(book.title))
    standard = {tuple(key) for keys in shelf.values() for key in keys}
    kept = []
    for one in candidates:
        key = title_key(one.title)
        others = shelf.setdefault((one.row["language"], surname_of(one.author)), [])
        if not any(same_work(key, other, standard) for other in others):
            others.append(key)
            kept.append(one)
    return kept


def same_work(key: list[str], other: list[str], standard: set[tuple[str, ...]]) -> bool:
    shorter, longer = sorted((key, other), key=len)
    if shorter == longer:
        return True
    # "Dracula" and "Dracula, a play" are one work; "Tom Sawyer" and "Tom Sawyer Abroad" are two.
    enough = len(shorter) >= 3 or tuple(shorter) in standard
    return enough and longer[: len(shorter)] == shorter and not longer[-1].isdigit()


def title_key(title: str) -> list[str]:
    text = ARTICLES.sub("", " ".join(words_of(title)))
    return TITLE_ALIASES.get(text, text).split() or words_of(title)


def words_of(text: str) -> list[str]:
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", text.lower()) if c.isalnum() or c in " -"
    )
    return bare.replace("-", " ").split()


def surname_of(author: str) -> str:
    words = words_of(author.partition(",")[0]) or [""]
    return SURNAME_ALIASES.get(words[-1], words[-1])


# Only where Gutenberg spells someone otherwise than Standard Ebooks does.
SURNAME_ALIASES = {"dostoyevsky": "dostoevsky", "sunzi": "tzu"}


TITLE_ALIASES = {
    "peter pan": "peter and wendy",
    "alice in wonderland": "alices adventures in wonderland",
    "twenty thousand leagues under the sea": "twenty thousand leagues under the seas",
    "diary of samuel pepys": "diary",
    "thoughts of the emperor marcus aurelius antoninus": "meditations",
    "thoughts of marcus aurelius": "meditations",
    "shakespeares sonnets": "sonnets",
}


# --- Project Gutenberg: how a book is written down --------------------------------------


def gutenberg_book(one: Candidate, eastern: set[str]) -> Book:
    row = one.row
    ean = shop_number(1, int(row["id"]))
    names = [printed_name(name, eastern) for name in row["authors"].split("; ") if name]
    book = Book(
        ean=ean,
        title=one.title,
        subtitle=one.subtitle,
        authors="; ".join(dict.fromkeys(names)),
        genres="; ".join(one.genres),
        language=row["language"],
        publisher="Project Gutenberg",
    )
    return dress(book, pages=invented_pages(ean, one.genres[0]))


COMPLETE = re.compile(
    r"\s+[—-]+ complete.*$|,? complete$| \(complete\)|, illustrated$", re.IGNORECASE
)
EDITION_NOTE = re.compile(
    r"\s*\[[^\]]*\]?$|\s+\((c\. )?(?:1[5-9]|20)\d\d( ed\.)?\)$|"
    r" \((Novel|Novela|Play|Selections)\)$| - 1[89]\d\d$| 1653$"
)
SUBTITLE_MARKS = (
    r"\s+: \$b\s+",
    r"\s+: ",
    r";? *[,;] (?=(?:[Oo]r|ou|oder|of|ovvero|ossia|eli|tai|ó|o|eller),? )",
    r": (?=\S)",
    r" / ",
    r"; ",
)


def split_title(text: str, language: str) -> tuple[str, str]:
    """Title and subtitle, tidied: "Moby-Dick; or, The Whale" is two."""
    text = EDITION_NOTE.sub("", COMPLETE.sub("", " ".join(text.split())))
    for mark in SUBTITLE_MARKS:
        title, *rest = re.split(mark, text, maxsplit=1)
        if rest and len(title) > 1:
            break
    subtitle = rest[0] if rest else ""
    subtitle = shortened(re.sub(r"\s*:? \$b ", ": ", subtitle).strip(" .:;,"))
    title = title.strip(" :;,").removesuffix(".") if not title.endswith("...") else title
    if language == "en":
        title = title_case(title)
    return quotes(title)[:300], quotes(subtitle[:1].upper() + subtitle[1:])[:300]


def shortened(subtitle: str) -> str:
    """A title page of 1720 goes on and on; stop at a comma, and leave out bare years."""
    subtitle = re.sub(r"[\[\]]", "", subtitle)
    if re.fullmatch(r"[\d ,-]+", subtitle):
        return ""
    if re.fullmatch(r"\([^()]*\)", subtitle):
        subtitle = subtitle[1:-1]
    if len(subtitle) <= 140:
        return subtitle
    stop = max(subtitle.rfind(mark, 40, 140) for mark in (", ", ". ", "; ", ": "))
    return subtitle[:stop] if stop > 0 else subtitle[: subtitle.rfind(" ", 0, 140)] + " …"


SMALL_WORDS = {
    "a", "an", "and", "as", "at", "but", "by", "de", "for", "from", "in", "into", "la", "le", "nor",
    "of", "on", "or", "the", "to", "upon", "van", "von", "with",
}  # fmt: skip


def title_case(title: str) -> str:
    """Capitals on an English title that is written without them or only in them."""
    words = title.split()
    large = [word for word in words[1:] if word.lower() not in SMALL_WORDS]
    shouting = title.isupper() and len(title) > 5 and "." not in title
    if not shouting and sum(word[:1].islower() for word in large) * 2 <= len(large):
        return title
    if shouting:
        words = title.lower().split()
    return " ".join(
        word if number and word in SMALL_WORDS else re.sub(r"[^\W\d_]", upper, word, count=1)
        for number, word in enumerate(words)
    )


def upper(match: re.Match[str]) -> str:
    return match[0].upper()


def quotes(text: str) -> str:
    """Printers' quotation marks for the typewriter's, as the Standard Ebooks titles have them."""
    text = re.sub(
        r"(^|[\s(—])'(?=(?:tis|twas|twixt|em|neath|way|round|eighty)\b)",
        r"\1’",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"(^|[\s(—\"])'", r"\1‘", text).replace("'", "’")
    text = re.sub(r'(^|[\s(—‘])"', r"\1“", text).replace('"', "”")
    return text.replace(" -- ", " — ").replace("--", "—")


# Ranks that are printed before the name, and the French and German "of" that belongs to it.
BEFORE = {"Sir", "Lady", "Dame", "Mrs.", "Saint", "Princess"}
AFTER = {"Jr.", "Sr.", "II", "III"}
PARTICLE = re.compile(
    r"(?:comte|comtesse|duc|duchesse|baron|marquis|marquise|vicomte|princesse|chevalier|abbé|"
    r"freiherr|graf|ritter|freifrau|gräfin|baronin) (de|d'|von|zu)$",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(r"active |approximately |\d|pseud|[A-Z]\.[A-Z]\.$")
EPITHET = re.compile(r"(of|the|da|de|à|von) ")


def printed_name(name: str, eastern: set[str]) -> str:
    """ "Lewis, C. S. (Clive Staples)" as it stands on a title page: "C. S. Lewis"."""
    for start, printed in AUTHOR_NAMES:
        if name == start or name.startswith((f"{start},", f"{start} (")):
            return printed
    given_in_full = re.search(r"(?:Mrs\.|Mme\.?|Miss|Mr\.|Dr\.) \(([^)]+)\)", name)
    if given_in_full:
        name = name.replace(given_in_full[0], given_in_full[1])
    bare = " ".join(re.sub(r"\([^)]*\)|\[[^\]]*\]", "", name).split()).replace(" ,", ",")
    family, *rest = bare.split(", ")
    rest = [part for part in rest if not NOT_A_NAME.match(part)]
    if not rest:
        return quotes(family)
    if rest[0][0].islower() and not PARTICLE.match(rest[0]):
        return quotes(f"{family} {rest[0]}" if EPITHET.match(rest[0]) else family)
    return quotes(with_ranks(family, rest[0], rest[1:], name in eastern))


def with_ranks(family: str, given: str, ranks: list[str], is_eastern: bool) -> str:
    if given in {"Saint", "Sir", "Lady", "Lord"}:
        return f"{given} {family}"
    if re.match(r"(Queen|King|Emperor|Empress|Pope|Bishop|Prince|Duke)\b", given):
        return family
    before = next((f"{rank} " for rank in ranks if rank in BEFORE), "")
    after = next((f" {rank}" for rank in ranks if rank in AFTER), "")
    particle = next((match[1] for rank in ranks if (match := PARTICLE.search(rank))), "")
    if is_eastern:
        return f"{family} {given}"
    if given.endswith(family) and given != family:
        # A peer: "Macaulay, Thomas Babington Macaulay, Baron".
        return f"{before}{given}{after}"
    joint = "" if given.endswith(("d'", "'")) else " "
    link = f"{particle} ".replace("' ", "'") if particle and particle not in given.split() else ""
    return f"{before}{given}{joint}{link}{family}{after}"


def eastern_authors(rows: list[dict[str, str]]) -> set[str]:
    """Authors who wrote in Chinese or Japanese: there the family name is printed first."""
    return {
        name
        for row in rows
        if row["language"] in {"zh", "ja"} and re.search(r"\bPL\b|\bB\b|\bDS\b|\bU\b", row["lcc"])
        for name in row["authors"].split("; ")
    } - {"Luther, Martin"}


# --- Genres ----------------------------------------------------------------------------


def genres_of(row: dict[str, str], *, known: bool) -> list[str]:
    """One to three of our genres; the first is where the book would stand."""
    text = f"{row['subjects']} | {row['bookshelves']}; | lcc:{row['lcc'].replace('; ', ' ')}"
    kinds = kinds_of(row, text)
    found = [slug for slug, kind, pattern in GENRE_RULES if kind in kinds and pattern.search(text)]
    found = found[:3]
    parents = {PARENTS[slug] for slug in found}
    found = [slug for slug in found if slug not in parents] or ["essays"]
    if found[-1] == "fiction" and known and "Category: Novels" in text and len(found) == 1:
        return ["classic-novels"]
    return found


STORY = re.compile(
    r"Category: (Novels|Short Stories|Historical Novels|Science-Fiction)|[Ff]iction\b|stories\b|"
    r"Romans|Romanzi|Nouvelles|Prosa"
)
VERSE = re.compile(
    r"[Pp]oetry\b|[Dd]rama\b|Category: Plays|plays\b|Tragedies|Poésie|Lyrik|Poesia|Théâtre|Teatro|"
    r"Sonnets|Ballads"
)
VERSE_SUBJECT = re.compile(r"[Dd]rama( --|;)|[Pp]oetry( --|;)|plays;|Tragedies")
LITERARY_FACT = re.compile(
    r"[Ee]ssays|Biogr|Corresp|Diaries|Travel|Letters|Philosophy|lcc:P[A-FJ-N]\b"
)


def kinds_of(row: dict[str, str], text: str) -> set[str]:
    """Story, verse (which is plays, too) or fact: each has rules of its own."""
    literature = re.match(r"P[A-Z]", row["lcc"]) or not row["lcc"]
    about = re.search(r"History and criticism|Criticism and interpretation", text)
    if not literature or about:
        return {"any", "fact"} - ({"any"} if about else set())
    kinds = {"any"}
    if STORY.search(text) and not VERSE_SUBJECT.search(row["subjects"] + ";"):
        kinds.add("story")
    elif VERSE.search(text):
        kinds.add("verse")
    elif not LITERARY_FACT.search(text):
        kinds.add("story")
    return kinds if len(kinds) > 1 else {"any", "fact"}


# --- What nobody knows and the hash decides ----------------------------------------------


def shop_number(source: int, number: int) -> str:
    """An EAN-13 from the range shops may use for themselves; it is no ISBN."""
    body = f"20{source}{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def dice(ean: str, what: str, sides: int) -> int:
    """A number from 0 to sides - 1 that this book will always throw."""
    digest = hashlib.sha256(f"{ean} {what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % sides


def invented_pages(ean: str, genre: str) -> int:
    least, spread = {"picture-books": (32, 60), "plays": (80, 120), "poetry": (80, 180)}.get(
        genre, (128, 240)
    )
    # Two throws make middling lengths likely; a third now and then makes a thick book.
    pages = least + dice(ean, "pages", spread) + dice(ean, "more pages", spread)
    if least > 100 and dice(ean, "thick", 8) == 0:
        pages += 200
    return in_signatures(pages)


def in_signatures(pages: int) -> int:
    """Books are bound from sheets of sixteen pages."""
    return -(-pages // 16) * 16


# format: (share of 100, measures as height and width, weight of the cover, price of no pages)
FORMATS = {
    "pocket": (22, ((178, 110),), 18, 3.6),
    "paperback": (44, ((198, 129), (198, 129), (216, 135)), 26, 5.2),
    "hardback": (18, ((234, 156), (216, 135)), 130, 12.0),
    "clothbound": (9, ((234, 156), (216, 135), (246, 189)), 180, 16.5),
    "large_print": (7, ((234, 156), (246, 189)), 40, 11.0),
}
BOARDS = {"hardback": 6, "clothbound": 6}


def dress(book: Book, *, pages: int) -> Book:
    """Give the book a format, measures, a price and a stock."""
    book.format = invented_format(book.ean, pages)
    _, sizes, cover_weight, base_price = FORMATS[book.format]
    book.pages = in_signatures(pages * 13 // 10) if book.format == "large_print" else pages
    thin = book.pages > 800
    book.height_mm, book.width_mm = sizes[dice(book.ean, "size", len(sizes))]
    book.thickness_mm = round(book.pages * (0.035 if thin else 0.06)) + BOARDS.get(book.format, 1)
    leaf_g = book.height_mm * book.width_mm / 1_000_000 * (45 if thin else 80)
    book.weight_g = round(leaf_g * book.pages / 2) + cover_weight
    book.price = shelf_price(base_price + book.pages * 0.013 + dice(book.ean, "price", 5) * 0.5)
    book.stock = invented_stock(book.ean)
    return book


def invented_format(ean: str, pages: int) -> str:
    throw = dice(ean, "format", 100)
    for name, (share, *_) in FORMATS.items():
        if throw < share:
            # Nobody binds 900 pages for the pocket, or prints them large.
            return "paperback" if pages > 640 and name in {"pocket", "large_print"} else name
        throw -= share
    raise AssertionError("the shares make 100")


def shelf_price(pounds: float) -> str:
    ending = 0.50 if 0.25 <= pounds % 1 < 0.75 else 0.99
    whole = int(pounds) if ending == 0.50 or pounds % 1 >= 0.75 else int(pounds) - 1
    return f"{min(max(whole + ending, 4.99), 45):.2f}"


def invented_stock(ean: str) -> int:
    throw = dice(ean, "shelf", 100)
    if throw < 8:
        return 0
    if throw < 18:
        return 1 + dice(ean, "few", 3)
    return 4 + dice(ean, "many", 37)


GENRES = read_csv(HERE / "genres.csv")
# Standard Ebooks calls nearly all of its books "Fiction", so their genres were chosen by hand.
STANDARD_GENRES = {row["slug"]: row["genres"] for row in read_csv(HERE / "standard_genres.csv")}
PARENTS = {genre["slug"]: genre["parent"] for genre in GENRES}
GENRE_RULES = [
    (rule["genre"], rule["kind"], re.compile(rule["pattern"]))
    for rule in read_csv(HERE / "genre_rules.csv")
]
AUTHOR_NAMES = [(row["gutenberg"], row["printed"]) for row in read_csv(HERE / "author_names.csv")]
KNOWN_AUTHORS = tuple(
    line
    for line in (HERE / "known_authors.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)

if __name__ == "__main__":
    main(Path(sys.argv[1]))
