"""What codes of ONIX's lists mean to the shop."""

from typing import Final

from catalog.availability import PublishingStatus
from catalog.models import Contribution

_S = PublishingStatus
_R = Contribution.Role

# List 64, what the publisher says of an edition.
PUBLISHING_STATUS: Final = {
    "01": _S.CANCELLED,
    "02": _S.ACTIVE,
    "03": _S.POSTPONED,
    "04": _S.ACTIVE,
    "05": _S.UNAVAILABLE,
    "06": _S.OUT_OF_STOCK,
    "07": _S.OUT_OF_PRINT,
    "08": _S.OUT_OF_PRINT,
    "09": _S.UNKNOWN,
    "10": _S.OUT_OF_PRINT,
    "11": _S.RECALLED,
    "12": _S.RECALLED,
    "13": _S.UNAVAILABLE,
    "15": _S.RECALLED,
    "16": _S.UNAVAILABLE,
    "17": _S.RECALLED,
    "18": _S.UNAVAILABLE,
}
# List 65, what a supplier says of it.
PRODUCT_AVAILABILITY: Final = {
    "01": _S.CANCELLED,
    "09": _S.POSTPONED,
    "10": _S.ACTIVE,
    "11": _S.ACTIVE,
    "12": _S.ACTIVE,
    "20": _S.ACTIVE,
    "21": _S.ACTIVE,
    "22": _S.ACTIVE,
    "23": _S.ACTIVE,
    "30": _S.OUT_OF_STOCK,
    "31": _S.OUT_OF_STOCK,
    "32": _S.REPRINTING,
    "33": _S.REPRINTING,
    "34": _S.UNAVAILABLE,
    "40": _S.UNAVAILABLE,
    "41": _S.REPLACED,
    "42": _S.REPLACED,
    "43": _S.UNAVAILABLE,
    "44": _S.UNAVAILABLE,
    "45": _S.UNAVAILABLE,
    "46": _S.RECALLED,
    "47": _S.OUT_OF_PRINT,
    "48": _S.REPLACED,
    "49": _S.RECALLED,
    "50": _S.UNAVAILABLE,
    "51": _S.OUT_OF_PRINT,
    "52": _S.OUT_OF_PRINT,
    "97": _S.UNKNOWN,
    "98": _S.UNKNOWN,
    "99": _S.UNKNOWN,
}
# List 54, which release 2.1 had before list 65.
AVAILABILITY_CODE: Final = {
    "AB": _S.CANCELLED,
    "AD": _S.UNAVAILABLE,
    "CS": _S.UNKNOWN,
    "EX": _S.UNAVAILABLE,
    "IP": _S.ACTIVE,
    "MD": _S.ACTIVE,
    "NP": _S.ACTIVE,
    "NY": _S.ACTIVE,
    "OF": _S.REPLACED,
    "OI": _S.OUT_OF_STOCK,
    "OP": _S.OUT_OF_PRINT,
    "OR": _S.REPLACED,
    "PP": _S.POSTPONED,
    "RF": _S.UNAVAILABLE,
    "RM": _S.OUT_OF_PRINT,
    "RP": _S.REPRINTING,
    "RU": _S.REPRINTING,
    "TO": _S.ACTIVE,
    "TP": _S.OUT_OF_STOCK,
    "TU": _S.OUT_OF_STOCK,
    "UR": _S.REPRINTING,
    "WR": _S.ACTIVE,
    "WS": _S.RECALLED,
}
# Of several suppliers the one counts who has most to offer, but a recall counts before all.
MOST_FIRST: Final = (
    _S.RECALLED,
    _S.ACTIVE,
    _S.REPRINTING,
    _S.OUT_OF_STOCK,
    _S.POSTPONED,
    _S.UNKNOWN,
    _S.REPLACED,
    _S.UNAVAILABLE,
    _S.OUT_OF_PRINT,
    _S.CANCELLED,
)

_AUTHORS = (
    "A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A14 A26 A28 A31 A38 A42 A43 A44 A45 A99 B03 B05 B07 "
    "B22 B36 B99 Z05"
)
_EDITORS = "B01 B02 B04 B11 B12 B13 B16 B18 B19 B20 B21 B24 B26 B29 B31 C01 C02 C03 C04 C99"
_ILLUSTRATORS = "A12 A13 A35 A39 A40 A41 A46 A47 A51 A52"
# List 17. Whoever did something else for a book (an index, its cover) is not named by the shop.
ROLES: Final[dict[str, tuple[Contribution.Role, ...]]] = {
    **dict.fromkeys(_AUTHORS.split(), (_R.AUTHOR,)),
    **dict.fromkeys(_EDITORS.split(), (_R.EDITOR,)),
    **dict.fromkeys(_ILLUSTRATORS.split(), (_R.ILLUSTRATOR,)),
    **dict.fromkeys(["B06", "B08", "B32"], (_R.TRANSLATOR,)),
    **dict.fromkeys(["A15", "A16", "A23", "A24", "A29"], (_R.INTRODUCTION,)),
    "B10": (_R.EDITOR, _R.TRANSLATOR),
    "E03": (_R.READER,),
    "E07": (_R.READER,),
}

# Lists 7 and 150: the beginnings of the forms of goods, the longest that fits decides.
BOOK_FORMS: Final = ("B", "P", "C")
DOWNLOADS: Final = ("E", "AJ", "AN", "AO", "DG", "DH", "SG")
LICENCES: Final = ("L", "DO")
TRADE_FORMS: Final = ("X", "WX")
AUDIO_FORMS: Final = ("A",)
# List 78 and 175: paperbacks that fit a pocket, and bindings in cloth.
POCKET_DETAILS: Final = frozenset(["B101", "B104", "B107", "B111", "B113", "B118", "B132", "B133"])
CLOTH_DETAILS: Final = frozenset(["B401", "B409", "B410"])
LARGE_PRINT_EDITIONS: Final = frozenset(("LTE", "ULP"))

# Thema and BIC by the beginnings of their codes: what the shop calls the genre.
THEMA: Final = {
    "A": "Art, music and design",
    "AB": "Art, music and design",
    "C": "Language",
    "CF": "Language",
    "D": "Biography and letters",
    "DC": "Poetry",
    "DD": "Plays",
    "DS": "Literary studies",
    "F": "Fiction",
    "FF": "Crime and mystery",
    "FH": "Spies and thrillers",
    "FK": "Horror",
    "FL": "Science fiction",
    "FM": "Fantasy and myth",
    "FP": "Love stories",
    "FR": "Love stories",
    "FV": "Historical fiction",
    "G": "Reference",
    "J": "Politics and society",
    "JM": "Mind and psychology",
    "JN": "Education and conduct",
    "K": "Business",
    "L": "Law",
    "M": "Medicine and health",
    "N": "History",
    "P": "Science and mathematics",
    "Q": "Philosophy",
    "QR": "Religion",
    "R": "Earth and sky",
    "S": "Sport",
    "T": "Inventions and engineering",
    "U": "Computing",
    "V": "Health and relationships",
    "W": "Food, home and games",
    "WM": "Plants and gardens",
    "WN": "Animals and birds",
    "WT": "Travel",
    # Miscellaneous, which says nothing.
    "WZ": "",
    "X": "Comics",
    "Y": "Children",
}
BIC: Final = {
    **{code: name for code, name in THEMA.items() if code[0] not in "NQSX"},
    "B": "Biography and letters",
    "D": "Literary studies",
    "DN": "Biography and letters",
    "E": "Language",
    "H": "History",
    "HP": "Philosophy",
    "HR": "Religion",
    "WS": "Sport",
}
