"""Who can sign in to the local portal: people of the demo tenant, and of one that the product does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.curl_token import ROLES
from devkit.functions_host.people import Person
from devkit.tenants.demo_people import PARTNER_DOMAIN, employee, stable_id
from devkit.tenants.demo_tenant import DEMO_TENANT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.tenants.tenant_file import Entity

OTHER_TENANT_ID = stable_id("tenant", "fabrikam")
#  By what they may do, as `python -m devkit token --role` names it; "none" is signed in and no more.
NO_ROLE = "none"
_ROLES: Mapping[str, tuple[str, ...]] = {"manage": (ROLES["manage"],), "read": (ROLES["read"],), NO_ROLE: ()}
_CONTOSO = dict(zip(_ROLES, map(employee, range(len(_ROLES))), strict=True))


def contoso_admin(role: str, *, tenant: str = DEMO_TENANT_ID) -> Person:
    """Return the one of the demo tenant who has this *role*; in another *tenant* it is that one's person."""
    return _as_person(_CONTOSO[role], tenant, "Contoso", _ROLES[role])


def demo_admins() -> tuple[Person, ...]:
    fabrikam = [_as_person(_partner(role), OTHER_TENANT_ID, "Fabrikam", roles) for role, roles in _ROLES.items()]
    return (*map(contoso_admin, _ROLES), *fabrikam)


def _partner(role: str) -> Entity:
    address = f"{role}@{PARTNER_DOMAIN}"
    name = {"manage": "Manager of Fabrikam", "read": "Reader of Fabrikam", NO_ROLE: "Visitor of Fabrikam"}[role]
    return {"id": stable_id("user", address), "displayName": name, "userPrincipalName": address}


def _as_person(user: Entity, tenant: str, tenant_name: str, roles: tuple[str, ...]) -> Person:
    return Person(user["id"], user["displayName"], user["userPrincipalName"], tenant, tenant_name, roles)
