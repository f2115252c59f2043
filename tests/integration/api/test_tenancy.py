"""Nobody reaches another tenant's workspace: by no route of the API's description, so none can be forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from schedules_api.callers import Role
from schedules_api.openapi.document import document_of
from schedules_api.routes import sections
from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.ids import GroupId
from tests.fakes.tokens import OTHER_TENANT
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.integration.api.callers import MANAGER, NO_ROLE, READER, STRANGER, As
from tests.integration.api.client import Api

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sync_core.flows.services import Services
    from tests.integration.api.client import Answered

SALES = GroupId("sales")
METHODS = ("get", "put", "post", "delete", "patch")
OPEN = {
    ("get", "/api/health"),
    ("get", "/api/openapi.json"),
    ("get", "/api/docs"),
    ("get", "/api/docs/{file}"),
    ("get", "/api/connection/callback"),
}
OF_NO_WORKSPACE = {("get", "/api/me")}
OF_THE_PLATFORM = {("get", "/api/workspaces/{workspaceId}"), ("put", "/api/workspaces/{workspaceId}")}

CUSTOMER_WITH_THE_PLATFORMS_ROLE = As(Role.PLATFORM, OTHER_TENANT, app=True)
OUR_OWN_WITH_THE_PLATFORMS_ROLE = As(Role.PLATFORM)


def operations() -> Iterator[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = document_of(sections())["paths"]
    for path, item in paths.items():
        for method in METHODS:
            if method in item:
                yield method, path


EVERY = sorted(operations())
GUARDED = [operation for operation in EVERY if operation not in OPEN]
OF_A_WORKSPACE = [operation for operation in GUARDED if operation not in OF_NO_WORKSPACE]


@dataclass(frozen=True, slots=True)
class Reached:
    """A workspace with a group, a run and people; *ids* are theirs, all of which exist."""

    api: Api
    world: World
    ids: Mapping[str, str]

    async def call(self, method: str, path: str, caller: As | None, **others: str) -> Answered:
        """Call an address of the description with the ids that exist, or *others*; nothing may change by it."""
        before = self._everything()
        found = re.sub(r"{(\w+)}", lambda name: {**self.ids, **others}[name[1]], path)
        answered = await self.api.call(method.upper(), found, {}, caller=caller)
        assert self._everything() == before
        return answered

    def _everything(self) -> list[object]:
        rows = [self.world.tables.rows(table) for table in (*TABLES, *DIRECTORY_TABLES)]
        return [*rows, self.world.queue.messages(GROUP_SYNCS)]


@pytest.fixture
async def reached() -> Reached:
    world = World(a_tenant([a_user("u1"), a_user("u2")], [a_group("sales", "u1", "u2")]))
    await world.set_up()
    [run] = await world.night()
    person = next(iter((await world.recipients()).values()))
    ids = {"workspaceId": WORKSPACE, "groupId": SALES, "runId": run.id, "recipientId": person.id}

    async def services() -> Services:
        return world.services

    return Reached(Api(services), world, ids)


def test_what_is_open_is_meant_to_be() -> None:
    assert {operation for operation in EVERY if operation not in OF_A_WORKSPACE} == OPEN | OF_NO_WORKSPACE
    assert all("{workspaceId}" in path for _, path in OF_A_WORKSPACE)


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_nobody_comes_in_without_a_token(reached: Reached, method: str, path: str) -> None:
    refused = await reached.call(method, path, caller=None)

    assert (refused.status, refused.problem) == (401, "not-signed-in")


@pytest.mark.parametrize("caller", [STRANGER, CUSTOMER_WITH_THE_PLATFORMS_ROLE], ids=["stranger", "platform-role"])
@pytest.mark.parametrize(("method", "path"), OF_A_WORKSPACE)
async def test_another_tenant_finds_nothing_that_exists(reached: Reached, method: str, path: str, caller: As) -> None:
    there = await reached.call(method, path, caller)
    nowhere = await reached.call(method, path, caller, workspaceId="nowhere")

    assert (there.status, there.problem) == (404, "workspace-not-found")
    assert {**there.json, "instance": ""} == {**nowhere.json, "instance": ""}


@pytest.mark.parametrize(("method", "path"), sorted(OF_THE_PLATFORM))
@pytest.mark.parametrize("caller", [MANAGER, OUR_OWN_WITH_THE_PLATFORMS_ROLE], ids=["manager", "platform-role"])
async def test_what_is_the_platforms_is_not_there_for_anybody_else(
    reached: Reached, method: str, path: str, caller: As
) -> None:
    refused = await reached.call(method, path, caller)

    assert (refused.status, refused.problem) == (404, "workspace-not-found")


@pytest.mark.parametrize(("method", "path"), [one for one in OF_A_WORKSPACE if one not in OF_THE_PLATFORM])
async def test_a_role_is_needed_in_ones_own_tenant(reached: Reached, method: str, path: str) -> None:
    refused = await reached.call(method, path, NO_ROLE)

    assert (refused.status, refused.problem) == (403, "role-needed")


@pytest.mark.parametrize(("method", "path"), [one for one in OF_A_WORKSPACE if one not in OF_THE_PLATFORM])
async def test_a_reader_changes_nothing(reached: Reached, method: str, path: str) -> None:
    answered = await reached.call(method, path, READER)

    assert answered.status in ({200, 404, 409, 410} if method == "get" else {400, 403})
