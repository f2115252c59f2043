"""Who can sign in locally: the demo tenant's own people, each role once, the same at every start."""

from __future__ import annotations

from devkit.demo_admins import OTHER_TENANT_ID, contoso_admin, demo_admins
from devkit.tenants.demo_tenant import DEMO_TENANT_ID, demo_tenant


def test_each_role_can_be_tried_in_both_tenants() -> None:
    by_tenant = {
        tenant: [person.roles for person in demo_admins() if person.tenant == tenant]
        for tenant in (DEMO_TENANT_ID, OTHER_TENANT_ID)
    }

    assert by_tenant[DEMO_TENANT_ID] == by_tenant[OTHER_TENANT_ID] == [("Schedules.Manage",), ("Schedules.Read",), ()]


def test_the_demo_tenants_are_its_own_people() -> None:
    users = {user["id"]: user["displayName"] for user in demo_tenant().users}

    assert all(users[person.id] == person.name for person in demo_admins() if person.tenant == DEMO_TENANT_ID)


def test_nobody_is_two_people() -> None:
    assert len({person.id for person in demo_admins()}) == len(demo_admins())


def test_they_stay_the_same() -> None:
    assert contoso_admin("manage").id == "f8c44730-96b8-5f27-ade5-a461fd5b6150"
