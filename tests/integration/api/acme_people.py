"""People of the workspace that the API's tests look at, and who can be asked about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.ids import EntraUserId, recipient_of
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.integration.api.client import Api

if TYPE_CHECKING:
    from sync_core.flows.services import Services

RECIPIENTS = "/api/workspaces/acme/recipients"

KEEPING_TITLES = Rulebook(
    settings=FieldSettings({"jobTitle": Switches(overwrite=False)}),
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE),
)


async def a_synced_world() -> World:
    """One night old: u1 and u2 in g1, nobody in g2; titles can be edited here, whoever leaves is deleted."""
    users = [a_user("u1", jobTitle="Analyst"), a_user("u2")]
    world = await World(a_tenant(users, [a_group("g1", "u1", "u2"), a_group("g2")])).set_up(KEEPING_TITLES)
    await world.night()
    return world


def api_of(world: World) -> Api:
    async def services() -> Services:
        return world.services

    return Api(services)


def of(user: str) -> str:
    """Return the address of an Entra user's person."""
    return f"{RECIPIENTS}/{recipient_of(EntraUserId(user))}"
