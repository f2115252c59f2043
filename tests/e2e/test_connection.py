"""A connection that somebody consents to while the host runs: by the real callback, and by its trials alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from devkit.demo_workspace import WORKSPACE
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from sync_core.adapters.entra.failures import refused
from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS, CONNECTION_TRIALS_POISON
from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.finish_consent import finish_consent
from sync_core.flows.manage_connection import disconnect, start_connection
from tests.e2e.local_stack import MARKS, eventually, local_stack
from tests.e2e.tenants import group, person
from tests.fakes.memory_entra import MemoryEntra

if TYPE_CHECKING:
    from pathlib import Path

    from devkit.stack import Insight
    from sync_core.domain.workspaces import Connection

pytestmark = MARKS


async def connection_in(insight: Insight) -> Connection:
    found = await insight.services.workspaces.connection(WORKSPACE)
    assert found is not None
    return found.value


async def test_a_running_host_takes_the_administrators_answer_and_tries_what_has_to_wait(tmp_path: Path) -> None:
    async with local_stack(tmp_path, [person("ada")], [group("sales", ["ada"])]) as (stack, insight):
        services = insight.services
        await disconnect(services, WORKSPACE, by="admin-1")
        link = await start_connection(services, WORKSPACE, by="admin-1")

        said = {"state": link.state, "tenant": DEMO_TENANT_ID, "admin_consent": "True"}
        async with httpx.AsyncClient(base_url=stack.url, trust_env=False, headers={"Accept": "text/html"}) as browser:
            pages = [await browser.get("/api/connection/callback", params=said) for _ in range(2)]

        assert [page.status_code for page in pages] == [200, 410]
        assert "Entra ID is connected" in pages[0].text
        assert pages[0].headers["Content-Type"].startswith("text/html")
        assert (await connection_in(insight)).status is ConnectionStatus.CONNECTED

        await disconnect(services, WORKSPACE, by="admin-1")
        link = await start_connection(services, WORKSPACE, by="admin-1")
        not_yet = replace(services, entra=MemoryEntra(refusal=refused("permission-missing")))
        pending = await finish_consent(not_yet, state=link.state, tenant=DEMO_TENANT_ID, granted=True)
        assert pending.status is ConnectionStatus.PENDING
        assert pending.consent is not None
        #  The one that waits comes in 20 seconds; nobody has to.
        await insight.queues.send(CONNECTION_TRIALS, "no trial at all")
        await services.trials.send(ConnectionTrial(WORKSPACE, pending.consent.token), delay=timedelta(0))

        async def connected() -> bool:
            return (await connection_in(insight)).status is ConnectionStatus.CONNECTED

        async def poisoned() -> bool:
            return await insight.queues.depth(CONNECTION_TRIALS_POISON) == 1

        await eventually(connected)
        await eventually(poisoned)
