"""The local Entra's tokens and keys, over TLS, are what the API verifies: neither side is a fake of the other's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import azure.functions as func
import pytest

from devkit.entra_simulator.tokens import TokenSigner
from schedules_api.callers import Role
from schedules_api.problems import Problem
from schedules_api.sign_in.who import caller_of
from sync_core.adapters.sign_in.signing_keys import PublishedKeys
from sync_core.domain.errors import TryAgainLater
from sync_core.settings import ApiSettings, EntraSettings, Settings, StorageSettings
from sync_core.telemetry import event_log
from tests.devkit.simulated import CLIENT, TENANT, simulated
from tests.fakes.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from schedules_api.callers import Caller
    from tests.devkit.simulated import Simulated

API = "0f2b6c1d-0000-4000-8000-000000000003"


class Now:
    """The real time, as tokens have it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """The API's own sign-in before the local Entra, whose app may act as the platform."""

    entra: Simulated
    trusted: Path | None

    async def caller_of(self, token: str) -> Caller:
        api = ApiSettings(frozenset({API}), self.entra.url, TENANT, frozenset({CLIENT}))
        request = func.HttpRequest("GET", "/api/me", headers={"Authorization": f"Bearer {token}"}, body=b"")
        keys = PublishedKeys(
            self.entra.url,
            clock=Now(),
            log=event_log("tests"),
            ca_file=None if self.trusted is None else str(self.trusted),
        )
        return await caller_of(
            request,
            settings=Settings(StorageSettings(), EntraSettings(API), api),
            services=replace(World().services, clock=Now(), signing_keys=keys),
        )


@pytest.fixture(scope="module")
def signer() -> TokenSigner:
    return TokenSigner()


@pytest.fixture
async def door(tmp_path: Path, signer: TokenSigner) -> AsyncIterator[Door]:
    async with simulated(tmp_path, signer) as entra:
        await entra.load()
        await entra.control.register_app(API)
        yield Door(entra, entra.server.authority_file)


async def test_a_persons_token_is_believed(door: Door) -> None:
    token = await door.entra.control.mint_token(TENANT, audience=API, roles=[Role.MANAGE], person="Ada Admin")

    caller = await door.caller_of(token)

    assert (caller.tenant, caller.roles, caller.name) == (TENANT, {Role.MANAGE}, "Ada Admin")


async def test_the_platforms_own_token_is_believed(door: Door) -> None:
    await door.entra.control.assign_app_roles(TENANT, CLIENT, [Role.PLATFORM], api=API)
    token = (await door.entra.ask_token(scope=f"{API}/.default")).json()["access_token"]

    assert (await door.caller_of(token)).roles == {Role.PLATFORM}


async def test_a_person_with_the_platforms_role_is_not_the_platform(door: Door) -> None:
    token = await door.entra.control.mint_token(TENANT, audience=API, roles=[Role.PLATFORM], person="Ada Admin")

    assert (await door.caller_of(token)).roles == frozenset()


async def test_a_token_for_graph_is_refused(door: Door) -> None:
    with pytest.raises(Problem) as raised:
        await door.caller_of(door.entra.token())

    assert raised.value.code == "token-invalid"


async def test_a_token_of_yesterday_is_refused(door: Door) -> None:
    yesterday = Now().now() - timedelta(days=1)
    token = await door.entra.control.mint_token(
        TENANT, audience=API, roles=[Role.MANAGE], person="Ada Admin", issued=yesterday
    )

    with pytest.raises(Problem) as raised:
        await door.caller_of(token)

    assert raised.value.detail == "The token has expired."


async def test_a_service_with_a_certificate_that_is_not_trusted_gives_no_keys(door: Door) -> None:
    token = await door.entra.control.mint_token(TENANT, audience=API, roles=[Role.MANAGE], person="Ada Admin")

    with pytest.raises(TryAgainLater):
        await replace(door, trusted=None).caller_of(token)
