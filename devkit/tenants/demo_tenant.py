"""The tenant that the demo syncs: small, and with one of everything that a sync must get right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.tenants.demo_people import DEPARTMENTS, DOMAIN, employee, guest, stable_id
from devkit.tenants.properties import DEVICE, GROUP, ORG_CONTACT, SERVICE_PRINCIPAL, USER
from devkit.tenants.tenant_file import Entity, TenantFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEMO_TENANT_ID = stable_id("tenant", "contoso")
_EMPLOYEES = 55
_GUESTS = 5
_DISABLED = (7, 20, 33)
_WITHOUT_MAIL = (12, 24, 37)
_SPARSE = 27
_DESCRIPTION_LIMIT = 1024


def demo_tenant(large_group_members: int = 0) -> TenantFile:
    """Return 60 people in 8 groups; some are in none.

    With *large_group_members*, that many more people are in a ninth group, "All company".
    """
    staff = [_made_special(employee(number), number) for number in range(_EMPLOYEES)]
    guests = [guest(number, mail=number != _GUESTS - 1) for number in range(_GUESTS)]
    company = [employee(_EMPLOYEES + number) for number in range(large_group_members)]
    others = [_DEVICE, _CONTACT, _ROBOT]
    groups = _groups(staff, guests, others)
    if company:
        groups.append(_group("All company", "Everybody, generated.", company))
    return TenantFile(DEMO_TENANT_ID, (*staff, *guests, *company), tuple(groups), tuple(others))


def _made_special(person: Entity, number: int) -> Entity:
    changes: Entity = {}
    if number in _DISABLED:
        changes["accountEnabled"] = False
    if number in _WITHOUT_MAIL:
        changes["mail"] = None
    if number == _SPARSE:
        changes |= dict.fromkeys(("givenName", "surname", "jobTitle", "department", "companyName", "city"))
        changes["businessPhones"] = []
    if number == 0:
        changes["businessPhones"] = ["+49 30 5550 0001", "+49 30 5550 9001"]
        changes["onPremisesExtensionAttributes"] = {
            f"extensionAttribute{index}": f"value {index}" for index in range(1, 16)
        }
    return {**person, **changes}


def _groups(staff: Sequence[Entity], guests: Sequence[Entity], others: Sequence[Entity]) -> list[Entity]:
    sales, engineering, design, marketing = (
        [person for person in staff if person["department"] == department] for department in DEPARTMENTS[:4]
    )
    engineers = _group("Engineering", "Builds and runs what Contoso sells.", engineering)
    return [
        _group("Sales", "Customer-facing people of all regions.", sales),
        engineers,
        _group("Leadership", None, staff[::9]),
        _group("Équipe Genève / 日本チーム", "Marketing in Genève and 東京.", [*marketing, *staff[1:20:3]]),
        _group("Partner network", "Contoso's people and guests.", [*sales[:5], *guests]),
        _group("Berlin site", _long_description(), [*staff[::3], guests[0], *others]),
        _group("Product", "Design, and Engineering as a nested group.", [*design, staff[1], engineers]),
        _group("Newcomers", "Nobody yet.", []),
    ]


def _group(name: str, description: str | None, members: Iterable[Entity]) -> Entity:
    listed = {member["id"]: _type_of(member) for member in members}
    return {
        "id": stable_id("group", name),
        "displayName": name,
        "description": description,
        "createdDateTime": "2024-03-01T08:00:00Z",
        "groupTypes": [],
        "mailEnabled": False,
        "securityEnabled": True,
        "members": [{"@odata.type": odata_type, "id": member_id} for member_id, odata_type in listed.items()],
    }


def _type_of(member: Entity) -> str:
    return str(member.get("@odata.type") or (GROUP if "members" in member else USER))


def _long_description() -> str:
    sentence = "Everybody who works at the Berlin site, with the room devices and the front desk. "
    return (sentence * (_DESCRIPTION_LIMIT // len(sentence) + 1))[:_DESCRIPTION_LIMIT].strip()


_DEVICE: Entity = {
    "@odata.type": DEVICE,
    "id": stable_id("device", "front-desk"),
    "displayName": "BER-FRONTDESK-01",
    "deviceId": stable_id("device", "front-desk-hardware"),
    "operatingSystem": "Windows",
    "operatingSystemVersion": "10.0.22631",
    "accountEnabled": True,
}
_CONTACT: Entity = {
    "@odata.type": ORG_CONTACT,
    "id": stable_id("contact", "reception"),
    "displayName": "Reception Berlin",
    "mail": f"reception@{DOMAIN}",
}
_ROBOT: Entity = {
    "@odata.type": SERVICE_PRINCIPAL,
    "id": stable_id("app", "room-booking"),
    "displayName": "Room booking",
    "appId": stable_id("app", "room-booking-registration"),
    "accountEnabled": True,
}
