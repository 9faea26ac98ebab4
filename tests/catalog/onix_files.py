"""Writes ONIX for tests: one product with what a test says of it, or a file of any size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

REFERENCE = "http://ns.editeur.org/onix/3.0/reference"
HEADER = """<Header><Sender><SenderName>Tests</SenderName></Sender>
<SentDateTime>20261101T0900Z</SentDateTime></Header>"""
_WORDS = [
    "river",
    "stone",
    "winter",
    "garden",
    "letter",
    "harbour",
    "shadow",
    "orchard",
    "ladder",
    "window",
]
_FORMS = ("BB", "BC", "BC", "BC")
_THEMA = ("FBA", "FF", "FL", "NH", "DC", "YF", "WB", "PD", "QD", "AG")


def message(*products: str, release: str = "3.0", header: str = HEADER) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ONIXMessage release="{release}" '
        f'xmlns="{REFERENCE}">\n{header}\n{"\n".join(products)}\n</ONIXMessage>\n'
    )


def isbn(number: int) -> str:
    """The ISBN of a number from 0 to 999,999,999."""
    digits = f"978{number:09}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def product(
    *,
    ean: str = "9780141439587",
    reference: str = "ref-1",
    notification: str = "03",
    identifiers: str = "",
    title: str = "<TitleElement><TitleElementLevel>01</TitleElementLevel>"
    "<TitleText>Emma</TitleText></TitleElement>",
    form: str = "BC",
    described: str = "",
    texts: str = "",
    published: str = "",
    supplied: str = "",
) -> str:
    """A product in release 3.0; the last parameters are XML of its blocks."""
    number = f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{ean}</IDValue></ProductIdentifier>"
    return f"""<Product>
<RecordReference>{reference}</RecordReference>
<NotificationType>{notification}</NotificationType>
{identifiers or number}
<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>{form}</ProductForm>
<TitleDetail><TitleType>01</TitleType>{title}</TitleDetail>{described}</DescriptiveDetail>
<CollateralDetail>{texts}</CollateralDetail>
<PublishingDetail>{published}</PublishingDetail>
<ProductSupply><SupplyDetail>{supplied}</SupplyDetail></ProductSupply>
</Product>"""


def write_products(path: Path, number: int) -> None:
    """A file of `number` different books, each as long as in a publisher's feed (2 kB and more)."""
    start, end = message("\0").split("\0")
    with path.open("w", encoding="utf-8") as file:
        file.write(start)
        file.writelines(_books(number))
        file.write(end)


def _books(number: int) -> Iterator[str]:
    for one in range(number):
        words = [_WORDS[one // 10**power % 10] for power in range(4)]
        day = f"{1990 + one % 36}{1 + one % 12:02}{1 + one % 28:02}"
        yield (
            product(
                ean=isbn(100_000_000 + one),
                reference=f"org.example.{one}",
                form=_FORMS[one % 4],
                title=_title(f"The {words[0]} and the {words[1]}, {one}"),
                described=_described(one, words),
                texts=_text(words, one),
                published="<Imprint><ImprintName>Quarto</ImprintName></Imprint><Publisher>"
                f"<PublishingRole>01</PublishingRole><PublisherName>House of {words[3]} {one % 300}"
                "</PublisherName></Publisher><PublishingStatus>04</PublishingStatus><PublishingDate>"
                f"<PublishingDateRole>01</PublishingDateRole><Date>{day}</Date></PublishingDate>",
                supplied=_supplied(one),
            )
            + "\n"
        )


def _title(text: str) -> str:
    return (
        "<TitleElement><TitleElementLevel>01</TitleElementLevel>"
        f"<TitleText>{text}</TitleText><Subtitle>A novel</Subtitle></TitleElement>"
    )


def _described(one: int, words: list[str]) -> str:
    people = "".join(
        f"<Contributor><SequenceNumber>{place}</SequenceNumber><ContributorRole>{role}"
        f"</ContributorRole><NamesBeforeKey>{words[place].title()}</NamesBeforeKey>"
        f"<KeyNames>Writer{one % (5000 * place)}</KeyNames></Contributor>"
        for place, role in ((1, "A01"), (2, "B06"))
    )
    measures = "".join(
        f"<Measure><MeasureType>{kind}</MeasureType><Measurement>{amount}</Measurement>"
        f"<MeasureUnitCode>{unit}</MeasureUnitCode></Measure>"
        for kind, amount, unit in (
            ("01", 198, "mm"),
            ("02", 129, "mm"),
            ("08", 200 + one % 500, "gr"),
        )
    )
    return (
        f"{measures}{people}<Language><LanguageRole>01</LanguageRole><LanguageCode>eng"
        "</LanguageCode></Language><Extent><ExtentType>00</ExtentType><ExtentValue>"
        f"{100 + one % 500}</ExtentValue><ExtentUnit>03</ExtentUnit></Extent><Subject>"
        "<SubjectSchemeIdentifier>93</SubjectSchemeIdentifier><SubjectCode>"
        f"{_THEMA[one % 10]}</SubjectCode></Subject>"
    )


def _text(words: list[str], one: int) -> str:
    sentence = f"A story of the {words[2]} &amp; the {words[3]}, told anew. "
    return (
        "<TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience>"
        f'<Text textformat="05"><p>{sentence * 3}</p><p><em>Number {one}.</em></p></Text>'
        "</TextContent>"
    )


def _supplied(one: int) -> str:
    prices = "".join(
        f"<Price><PriceType>02</PriceType><PriceAmount>{5 + one % 20}.99</PriceAmount>"
        f"<CurrencyCode>{currency}</CurrencyCode></Price>"
        for currency in ("EUR", "GBP")
    )
    return (
        "<Supplier><SupplierRole>01</SupplierRole><SupplierName>Depot</SupplierName></Supplier>"
        f"<ProductAvailability>21</ProductAvailability>{prices}"
    )
