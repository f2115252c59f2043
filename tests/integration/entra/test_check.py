"""The cheap question whether a tenant lets us read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import EntraRefused
from tests.integration.entra.tenants import MARKS, PERMISSIONS, group

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


async def test_what_was_consented_to_since_the_last_sign_in_is_found(rig: Rig) -> None:
    rig.load(group())
    rig.consent("User.Read.All")
    with pytest.raises(EntraRefused):
        await rig.entra.check(rig.tenant)
    rig.consent(*PERMISSIONS)

    await rig.entra.check(rig.tenant)


async def test_what_was_withdrawn_since_the_last_sign_in_is_found(rig: Rig) -> None:
    """The token that was given out before goes on saying otherwise for an hour."""
    rig.load(group())
    await rig.entra.check(rig.tenant)
    rig.consent("User.Read.All")

    with pytest.raises(EntraRefused):
        await rig.entra.check(rig.tenant)


async def test_a_token_that_allows_too_little_is_not_kept(rig: Rig) -> None:
    """Another instance found that the connection works: this one must not answer by what it heard before."""
    sales = rig.load(group())
    rig.consent("User.Read.All")
    with pytest.raises(EntraRefused):
        await rig.entra.group(rig.tenant, sales)
    rig.consent(*PERMISSIONS)

    assert (await rig.entra.group(rig.tenant, sales)).id == sales
