"""The people of the demo tenant: made up, the same on every machine and at every start."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devkit.tenants.tenant_file import Entity

DOMAIN = "contoso.example"
PARTNER_DOMAIN = "fabrikam.example"
DEPARTMENTS = ("Sales", "Engineering", "Design", "Marketing", "Finance", "Operations")

_GIVEN_NAMES = (
    "Ada Bruno Chiara David Elena Farid Greta Hugo Ines Jonas Katja Liam Mara Nils Olga Pablo Quentin Rosa"
    " Samir Tilda Uwe Vera Wanda Xavier Yara Zoë Łukasz Søren Aïcha Björk Dagný Émile Fátima Gökçe Håkon"
    " Ísold Jürgen Květa Lūcija Mónica Nuño Øyvind Păun Rūta Şeyma Țvetana Úna Věra Đorđe Žofia Anna-Lena"
    " D'Arcy Mary Ann"
)
_SURNAMES = (
    "Abel Baker Costa Dietz Ekberg Falk Gruber Horvat Ibsen Jansen Keller Lopez Meyer Novak Okafor Peters"
    " Quist Rossi Schmid Torres Ueda Vogel Weber Xu Yilmaz Zimmer O'Neill Müller Þórsson Ångström"
)
_TITLES = ("Specialist", "Manager", "Analyst", "Lead", "Assistant", "Director")
_OFFICES = (
    ("Berlin", "10115", "Germany", "Invalidenstraße 44"),
    ("Genève", "1201", "Switzerland", "Rue du Mont-Blanc 18"),
    ("Seattle", "98101", "United States", "1301 2nd Ave"),
)
_GIVEN = _GIVEN_NAMES.split()
_FAMILY = _SURNAMES.split()


def stable_id(kind: str, name: str) -> str:
    """Return the object id of the demo tenant's *kind* called *name*."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://{DOMAIN}/{kind}/{name}"))


def employee(number: int) -> Entity:
    """Return the employee with this *number*, from 0; the names repeat after a while, the addresses do not."""
    given = _GIVEN[number % len(_GIVEN)]
    surname = _FAMILY[(number * 7 + number // len(_GIVEN)) % len(_FAMILY)]
    address = f"person{number + 1:02}@{DOMAIN}"
    city, postal_code, country, street = _OFFICES[number % len(_OFFICES)]
    department = DEPARTMENTS[number % len(DEPARTMENTS)]
    return {
        "id": stable_id("user", address),
        "userPrincipalName": address,
        "mail": address,
        "displayName": f"{given} {surname}",
        "givenName": given,
        "surname": surname,
        "accountEnabled": True,
        "userType": "Member",
        "businessPhones": [f"+49 30 5550 {number + 1:04}"],
        "mobilePhone": f"+49 170 555 {number + 1:04}" if number % 2 else None,
        "jobTitle": f"{department} {_TITLES[number % len(_TITLES)]}",
        "department": department,
        "companyName": "Contoso",
        "officeLocation": f"{number % 4 + 1}/{100 + number % 50}",
        "streetAddress": street,
        "city": city,
        "state": None,
        "postalCode": postal_code,
        "country": country,
        "preferredLanguage": "de-DE" if number % 2 else "en-US",
        "onPremisesExtensionAttributes": {"extensionAttribute1": f"CC-{1000 + number % 6}"},
    }


def guest(number: int, *, mail: bool) -> Entity:
    """Return a guest from a partner; one without *mail* is known by the user principal name alone."""
    address = f"guest{number + 1:02}@{PARTNER_DOMAIN}"
    principal = f"{address.replace('@', '_')}#EXT#@{DOMAIN}"
    person: dict[str, Any] = {
        "id": stable_id("user", principal),
        "userPrincipalName": principal,
        "mail": address if mail else None,
        "displayName": f"{_GIVEN[number]} {_FAMILY[number + 9]} (Fabrikam)",
        "givenName": _GIVEN[number] if mail else None,
        "surname": _FAMILY[number + 9] if mail else None,
        "accountEnabled": True,
        "userType": "Guest",
        "externalUserState": "Accepted" if mail else "PendingAcceptance",
        "companyName": "Fabrikam",
        "businessPhones": [],
    }
    return person
