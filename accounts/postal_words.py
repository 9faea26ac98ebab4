"""What the parts of an address are called, and what is said when one is missing."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Words(NamedTuple):
    """The name of a part: above its field, and in the middle of a sentence."""

    label: Promise
    inside: Promise


WORDS = {
    "name": Words(_("Full name"), _("full name")),
    "line1": Words(_("Address"), _("street and house number")),
    "line2": Words(_("Flat or building"), _("flat or building")),
    "phone": Words(_("Phone"), _("phone number")),
    "country": Words(_("Country"), _("country")),
}

# The keys are the library's names for what a country calls the part.
DISTRICTS = {
    "district": Words(_("District"), _("district")),
    "neighborhood": Words(_("Neighbourhood"), _("neighbourhood")),
    "suburb": Words(_("Suburb"), _("suburb")),
    "townland": Words(_("Townland"), _("townland")),
    "village_township": Words(_("Village or township"), _("village or township")),
}
CITIES = {
    "city": Words(_("Town or city"), _("town or city")),
    "district": DISTRICTS["district"],
    "post_town": Words(_("Town or city"), _("town or city")),
    "suburb": DISTRICTS["suburb"],
}
REGIONS = {
    "area": Words(_("Area"), _("area")),
    "county": Words(_("County"), _("county")),
    "department": Words(_("Department"), _("department")),
    "district": DISTRICTS["district"],
    "do_si": Words(_("Province or city"), _("province or city")),
    "emirate": Words(_("Emirate"), _("emirate")),
    "island": Words(_("Island"), _("island")),
    "oblast": Words(_("Oblast"), _("oblast")),
    "parish": Words(_("Parish"), _("parish")),
    "prefecture": Words(_("Prefecture"), _("prefecture")),
    "province": Words(_("Province"), _("province")),
    "state": Words(pgettext_lazy("address", "State"), pgettext_lazy("address", "state")),
}
POSTCODES = {
    "eircode": Words(_("Eircode"), _("Eircode")),
    "pin": Words(_("PIN code"), _("PIN code")),
    "postal": Words(_("Postal code"), _("postal code")),
    "zip": Words(_("ZIP code"), _("ZIP code")),
}
POSTCODE = Words(_("Postcode"), _("postcode"))
# Where English is spoken and the word is this one; the library calls it postal, as it does elsewhere.
SAY_POSTCODE = frozenset({"AU", "GB", "GG", "GI", "IM", "JE", "NZ"})
