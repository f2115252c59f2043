from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from devkit.entra_simulator.apps import App, Secret
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.ids import EntraGroupId, TenantId
from tests.integration.entra.tenants import MARKS, SECRET, group, new_id

if TYPE_CHECKING:
    from tests.integration.entra.tenants import Rig

pytestmark = MARKS

TOKEN = "/oauth2/v2.0/token"


async def refusal(rig: Rig, group: EntraGroupId, tenant: TenantId | None = None) -> str:
    with pytest.raises(EntraRefused) as raised:
        await rig.entra.group(tenant or rig.tenant, group)
    assert raised.value.__cause__ is not None or raised.value.code == "token-refused"
    return raised.value.code


async def test_a_refused_token_is_replaced_once(rig: Rig) -> None:
    sales = rig.load(group())
    await rig.entra.group(rig.tenant, sales)
    rig.fault("/groups/", status=401)

    await rig.entra.group(rig.tenant, sales)

    assert rig.asked(TOKEN) == 2
    assert rig.slept == []


async def test_a_refused_fresh_token_is_final(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", times=None, status=401)

    assert await refusal(rig, sales) == "token-refused"
    assert (rig.asked("/groups/"), rig.asked(TOKEN)) == (2, 2)


async def test_a_claims_challenge_is_answered(rig: Rig) -> None:
    sales = rig.load(group())
    claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ=="
    challenge = f'Bearer realm="", error="insufficient_claims", claims="{claims}"'
    rig.fault("/groups/", status=401, headers={"WWW-Authenticate": challenge})

    await rig.entra.group(rig.tenant, sales)

    assert (rig.asked("/groups/"), rig.asked(TOKEN)) == (2, 2)


async def test_calls_that_are_refused_together_sign_in_again_together(rig: Rig) -> None:
    sales = rig.load(group())
    await rig.entra.group(rig.tenant, sales)
    rig.fault("/groups/", times=8, status=401, delaySeconds=0.05)

    await asyncio.gather(*(rig.entra.group(rig.tenant, sales) for _ in range(8)))

    assert rig.asked("/groups/") == 17
    assert rig.asked(TOKEN) == 2


async def test_groups_that_start_together_share_one_token(rig: Rig) -> None:
    sales = rig.load(group())

    await asyncio.gather(*(rig.entra.group(rig.tenant, sales) for _ in range(8)))

    assert rig.asked(TOKEN) == 1


async def test_a_wrong_secret_is_told(rig: Rig) -> None:
    sales = rig.load(group())
    rig.sign_in_with(client_secret="another")

    assert await refusal(rig, sales) == "secret-refused"


async def test_an_expired_secret_is_told(rig: Rig) -> None:
    sales = rig.load(group())
    expired = Secret(SECRET, datetime.now(UTC) - timedelta(days=1))
    rig.simulator.simulation.apps[rig.client_id] = App(rig.client_id, (expired,))

    assert await refusal(rig, sales) == "secret-expired"


async def test_a_withdrawn_consent_is_told(rig: Rig) -> None:
    sales = rig.load(group())
    rig.simulator.simulation.consents.clear()

    assert await refusal(rig, sales) == "consent-missing"


async def test_an_unknown_app_is_a_missing_consent(rig: Rig) -> None:
    sales = rig.load(group())
    rig.simulator.simulation.apps.clear()

    assert await refusal(rig, sales) == "consent-missing"


async def test_an_unknown_tenant_is_told(rig: Rig) -> None:
    sales = rig.load(group())

    assert await refusal(rig, sales, TenantId(new_id())) == "tenant-gone"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_sign_in_service_is_tried_again(rig: Rig, status: int) -> None:
    sales = rig.load(group())
    rig.fault(TOKEN, times=2, status=status, headers={"Retry-After": "3"})

    await rig.entra.group(rig.tenant, sales)

    assert rig.asked(TOKEN) == 3
    assert rig.slept == [3, 3]


async def test_a_broken_connection_to_the_sign_in_service_is_tried_again(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault(TOKEN, drop="before")

    await rig.entra.group(rig.tenant, sales)

    assert rig.slept == [0.5]


async def test_a_sign_in_service_that_stays_away_goes_back_to_the_queue(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault(TOKEN, times=None, status=503, body="<html>busy, an error</html>")

    with pytest.raises(TryAgainLater):
        await rig.entra.group(rig.tenant, sales)

    assert rig.asked(TOKEN) == 4
