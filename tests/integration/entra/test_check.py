"""The cheap question whether a tenant lets us read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import EntraRefused
from tests.integration.entra.tenants import MARKS, group

if TYPE_CHECKING:
    from tests.integration.entra.tenants import Rig

pytestmark = MARKS


async def test_a_tenant_that_lets_us_read_is_asked_for_one_group_and_one_user(rig: Rig) -> None:
    rig.load(group(), group())

    await rig.entra.check(rig.tenant)

    assert (rig.asked("/v1.0/groups"), rig.asked("/v1.0/users")) == (1, 1)


@pytest.mark.parametrize("granted", [(), ("User.Read.All",), ("GroupMember.Read.All",)], ids=str)
async def test_a_permission_that_is_missing_is_found(rig: Rig, granted: tuple[str, ...]) -> None:
    rig.load(group())
    rig.consent(*granted)

    with pytest.raises(EntraRefused) as refused:
        await rig.entra.check(rig.tenant)

    assert refused.value.code == "permission-missing"


async def test_a_consent_that_was_withdrawn_is_found(rig: Rig) -> None:
    rig.load(group())
    del rig.simulator.simulation.consents[rig.tenant]

    with pytest.raises(EntraRefused) as refused:
        await rig.entra.check(rig.tenant)

    assert refused.value.code == "consent-missing"
