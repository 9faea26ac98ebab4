"""Who made a book, as a cover names them: “Hunt, Andrew, 1964-” is Andrew Hunt, by whatever role."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.feeds.values import BadValue
from catalog.models import Contribution

from .records import Field
from .texts import bare

Role = Contribution.Role
type Person = tuple[str, Contribution.Role]

_CODES = {
    **dict.fromkeys(("aut", "cre", "dub", "aud", "070"), Role.AUTHOR),
    **dict.fromkeys(("edt", "com", "edc", "pbd", "340"), Role.EDITOR),
    **dict.fromkeys(("trl", "730"), Role.TRANSLATOR),
    **dict.fromkeys(("ill", "art", "pht", "440"), Role.ILLUSTRATOR),
    "nrt": Role.READER,
    **dict.fromkeys(("aui", "win", "wpr", "wfw", "aft", "080"), Role.INTRODUCTION),
}
# In the order in which they are looked for: “author of introduction” introduces.
_WORDS = {
    role: re.compile(words, re.IGNORECASE)
    for role, words in {
        Role.INTRODUCTION: r"\bintro|\bforew|\bpref\b|\bprefac|\bafterw|\beinl|\b(?:vor|nach|geleit)wort"
        r"|\bpréf|\bprólog|\bprolog|序",
        Role.READER: r"\bnarrat|\bread by\b|\bgelesen|\bsprecher|\blu par\b",
        Role.TRANSLATOR: r"\btr\b|\btrans(?!cri|form)|\btrad|\bübers|\büberset|\bvert\b|\bvertaa"
        r"|\bperev|перев|译|譯|訳",
        Role.ILLUSTRATOR: r"\bill?us|\bill\b|\bdrawings|\bpictures\b|\bphoto|\bzeichn|\bbild"
        r"|\bdessin|絵|绘|画",
        Role.EDITOR: r"\bed\b|\bedit|\beds\b|\bcomp\b|\bcompil|\bhrsg|\bhg\b|\bherausg|\béd\b|\bédit"
        r"|\ba cura\b|\bselected\b|\bred\b|ред|编|編",
        Role.AUTHOR: r"\baut|\bauthor|\bwrit|\bverf|\btext\b|\bby\b|\bcreator|\bcollab|著",
    }.items()
}
_OLD_MARK = re.compile(r"\s*\[from old catalog\]|\s*\.\.\.$|^\s*(?:by|par|von)\s+", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,،，]\s*")
_GENERATION = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def name_of(field: Field) -> str:
    """The name of a person or body as it is printed, without dates, offices and the like."""
    if field.tag.endswith("10"):
        return ". ".join(part for text in field.texts("ab") if (part := bare(text)))
    name = bare(_OLD_MARK.sub("", field.text("a")).rstrip(" ,"))
    if not name.strip(".-"):
        return ""
    numeral = field.text("b").strip(" ,.")
    ending = next((t for t in map(bare, field.texts("c")) if _GENERATION.fullmatch(t)), "")
    return " ".join(part for part in (_in_order(name), numeral, ending) if part)


def _in_order(name: str) -> str:
    """“Hunt, Andrew” as “Andrew Hunt”; Chinese, Japanese and Korean names keep their order."""
    last, *first = [part for part in _COMMA.split(name) if part]
    if not first:
        return last
    if _EAST_ASIAN.fullmatch(last) and _EAST_ASIAN.fullmatch(first[0]):
        return "".join([last, *first])
    endings = [part for part in first if _GENERATION.fullmatch(part)]
    names = [part for part in first if part not in endings]
    return " ".join([*names, last, *endings])


def roles_of(field: Field, statement: str) -> list[Contribution.Role]:
    """What a person did for a book: as codes and terms say, else as the title page does.

    Empty where they say what the shop does not name, as who designed the cover, and for bodies that have
    published or paid. Raises BadValue where nothing says anything about a person who is no main author.
    """
    said = [*field.texts("4"), *field.texts("e")]
    if said:
        found = [role for term in said for role in _roles_of_term(term)]
        return list(dict.fromkeys(found))
    if clause := _clause_of(field, statement):
        return [_role_in(clause) or Role.AUTHOR]
    if field.tag in ("100", "110"):
        return [Role.AUTHOR]
    if field.tag == "710":
        return []
    raise BadValue(_("Nothing says what %(name)s did for the book.") % {"name": name_of(field)})


def _roles_of_term(term: str) -> Iterator[Contribution.Role]:
    code = term.rstrip("/").rpartition("/")[2].strip(" .").casefold()
    if code in _CODES:
        yield _CODES[code]
    # Only a person who did nothing else for the cover counts as its artist.
    elif "cover" not in code:
        # “translator and editor”, “tr. [and] ed.”
        for part in re.split(r"\band\b|\bund\b|\bet\b|[,&]", code):
            if role := _role_in(part):
                yield role


def _role_in(text: str) -> Contribution.Role | None:
    return next((role for role, words in _WORDS.items() if words.search(text)), None)


def _clause_of(field: Field, statement: str) -> str:
    """The part of a statement of responsibility that names this person, or ""."""
    surname = _COMMA.split(bare(field.text("a")))[0]
    if not surname:
        return ""
    clauses = re.split(r"\s*[;；]\s*|(?<![A-Z])\.\s+(?=[A-Z])", statement)
    return next((clause for clause in clauses if surname.casefold() in clause.casefold()), "")
