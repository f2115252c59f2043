"""From the portal's button to a connection, by Entra ID's consent page and its real redirect."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from devkit.entra_simulator.apps import App, Secret
from schedules_api.callers import Role
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.workspaces import Workspace
from sync_core.flows.set_up_workspace import link_group, put_workspace
from sync_core.settings import EntraSettings
from tests.fakes.world import WORKSPACE, World
from tests.integration.api.callers import As
from tests.integration.api.client import SETTINGS, Api
from tests.integration.entra.tenants import MARKS, PERMISSIONS, SECRET, Rig, group
from tests.unit.flows.connecting import next_trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync_core.flows.services import Services

pytestmark = MARKS

CONNECTION = f"/api/workspaces/{WORKSPACE}/connection"
HERE = "http://localhost:7071"


@dataclass
class Portal:
    """An admin of the workspace and an administrator of its tenant, who has not consented yet."""

    rig: Rig
    world: World
    group: EntraGroupId

    @property
    def api(self) -> Api:
        async def services() -> Services:
            return self.world.services

        entra = EntraSettings(self.rig.client_id, authority=self.rig.simulator.url)
        return Api(services, replace(SETTINGS, entra=entra, public_url=HERE))

    async def connection(self) -> dict[str, Any]:
        shown = await self.api.get(CONNECTION, caller=As(Role.MANAGE, self.rig.tenant))
        assert shown.status == 200
        return dict(shown.json)

    async def consent(self, decision: str) -> dict[str, Any]:
        """Start the connection, answer on the consent page and come back; return what that answers."""
        started = await self.api.call("POST", CONNECTION, caller=As(Role.MANAGE, self.rig.tenant))
        address = started.json["consentUrl"]
        trust = ssl.create_default_context(cafile=str(self.rig.simulator.authority_file))
        async with httpx.AsyncClient(verify=trust, trust_env=False) as browser:
            page = await browser.get(address)
            assert page.status_code == 200
            form = {**dict(parse_qsl(urlsplit(address).query)), "decision": decision}
            answer = await browser.post(address.partition("?")[0], data=form)
        back = answer.headers["Location"]
        assert back.startswith(f"{HERE}/api/connection/callback?")
        came_back = await self.api.call("GET", back.removeprefix(HERE), caller=None)
        assert came_back.status == 200
        return dict(came_back.json)


@pytest.fixture
async def portal(rig: Rig) -> Portal:
    sales = rig.load(group())
    rig.simulator.simulation.grants.forget_tenant(rig.tenant)
    rig.simulator.simulation.apps[rig.client_id] = App(
        rig.client_id,
        (Secret(SECRET),),
        redirect_uris=(f"{HERE}/api/connection/callback",),
        permissions=PERMISSIONS,
    )
    world = World()
    world.services = replace(world.services, entra=rig.entra)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "business", rig.tenant))
    return Portal(rig, world, sales)


@pytest.fixture
def late_roles(rig: Rig) -> Iterator[timedelta]:
    """What is consented to takes effect after this time."""
    simulation = rig.simulator.simulation
    simulation.grants.delay = timedelta(minutes=5)
    yield simulation.grants.delay
    simulation.grants.delay = simulation.clock_offset = timedelta(0)


async def test_who_accepts_has_connected_the_workspace(portal: Portal) -> None:
    came_back = await portal.consent("accept")

    assert (came_back["status"], came_back["code"]) == ("connected", "")
    assert (
        await link_group(portal.world.services, WORKSPACE, GroupId("g1"), entra_group=portal.group)
    ).name == "Sales"


async def test_who_cancels_has_not(portal: Portal) -> None:
    came_back = await portal.consent("cancel")

    assert (came_back["status"], came_back["code"]) == ("failed", "consent-denied")


async def test_roles_that_arrive_later_connect_the_workspace_without_anybody(
    portal: Portal, late_roles: timedelta
) -> None:
    came_back = await portal.consent("accept")
    assert (came_back["status"], came_back["consent"]["state"]) == ("pending", "trying")
    await next_trial(portal.world)
    assert (await portal.connection())["status"] == "pending"
    portal.rig.simulator.simulation.clock_offset = late_roles

    await next_trial(portal.world)

    assert (await portal.connection())["status"] == "connected"


async def test_roles_that_never_arrive_leave_a_reason(portal: Portal, late_roles: timedelta) -> None:
    assert late_roles
    await portal.consent("accept")

    while await next_trial(portal.world) is not None:
        pass

    assert (await portal.connection())["code"] == "permission-missing"
