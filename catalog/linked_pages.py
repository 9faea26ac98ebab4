"""What machines read of the shop's front page and of its lists: schema.org terms as JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from .linked_data import breadcrumbs, person, script
from .lists.page import ListPage
from .models import Contributor
from .share_card import shop_card_address
from .trails import Step


def home_graph(site: str) -> SafeString:
    """The shop itself, and how it is searched. Its hours are a text for people, and stay one."""
    shop, home = settings.SHOP, site + reverse("catalog:home")
    search = f"{site}{reverse('catalog:book_list')}?q={{words}}"
    return script(
        {
            "@type": "BookStore",
            "@id": f"{home}#shop",
            "name": shop["name"],
            "slogan": shop["tagline"],
            "url": home,
            "image": site + shop_card_address(),
            "telephone": shop["phone"],
            "email": shop["email"],
            "address": {
                "@type": "PostalAddress",
                "streetAddress": shop["street"],
                "addressLocality": shop["city"],
                "postalCode": shop["postcode"],
                "addressCountry": shop["country"],
            },
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": search},
                "query-input": "required name=words",
            },
        }
    )


def list_graph(
    page: ListPage, trail: Sequence[Step], *, about: Contributor | None, site: str
) -> SafeString:
    """A page of a list: the way to it, its books in their places, and whom they are by."""
    url = site + page.canonical
    collection = {
        "@type": "CollectionPage",
        "@id": f"{url}#list",
        "name": trail[-1].name,
        "url": url,
        "mainEntity": _items(page, site),
    }
    nodes = [breadcrumbs(trail, site), collection]
    if about:
        who = person(about, site)
        collection["about"] = {"@id": who["@id"]}
        nodes.append(who)
    return script(*nodes)


def _items(page: ListPage, site: str) -> dict[str, Any]:
    first = page.listing.start + 1
    return {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "url": site + book.get_absolute_url()}
            for position, book in enumerate(page.books, first)
        ],
    }
