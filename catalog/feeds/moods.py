"""The mood of drawn covers that the name of a genre suggests."""

import re
from collections.abc import Iterable
from typing import Final

DEFAULT_MOOD = "novel"
# The first line that fits wins: a children's book about animals is drawn as a children's book.
_WORDS: Final = {
    "child": "child|children|childrens|juvenile|picture books?|middle grade|fairy tales?|kids",
    "gothic": "gothic|horror|ghosts?|vampires?|paranormal|occult|witches",
    "sf": "science fiction|sci-fi|space|cyberpunk|dystopia|fantasy|time travel",
    "crime": "crime|myster(?:y|ies)|detectives?|thrillers?|suspense|noir|espionage|true crime",
    "sea": "sea|maritime|pirates|travel|adventure|exploration|nautical",
    "poetry": "poetry|poems|plays|drama|theat(?:re|er)|music|art|photography|design",
    "nature": "nature|animals|gardening|plants|science|environment|cooking|food|biology|medicine",
    "ideas": "philosophy|history|politics|religion|psychology|essays|biography|autobiography"
    "|memoirs?|reference|business|economics|education|sociology|theology|nonfiction|criticism",
}
_MOODS: Final = {
    mood: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for mood, words in _WORDS.items()
}


def mood_for(path: Iterable[str]) -> str:
    """The mood for a genre that stands at the end of `path`."""
    names = " / ".join(path)
    return next((mood for mood, words in _MOODS.items() if words.search(names)), DEFAULT_MOOD)
