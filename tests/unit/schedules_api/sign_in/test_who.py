"""Which roles of a believed caller count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from schedules_api.callers import Role
from tests.fakes.tokens import API, OTHER_TENANT, PERSON, PLATFORM_CLIENT, PLATFORM_TENANT, PORTAL_CLIENT, TENANT
from tests.unit.schedules_api.sign_in.asking import SETTINGS, bearer_of, why_refused

if TYPE_CHECKING:
    from tests.fakes.world import World


@pytest.mark.parametrize("role", [Role.READ, Role.MANAGE])
async def test_a_persons_role_counts_in_their_tenant(world: World, role: Role) -> None:
    caller = await bearer_of(world, world.signer.token(role=role, tenant=OTHER_TENANT))

    assert (caller.tenant, caller.roles) == (OTHER_TENANT, {role})


@pytest.mark.parametrize(
    "roles", [None, [], ["Schedules.read"], ["Else"], "Schedules.Manage", {"Schedules.Manage": 1}, [1, None], 7]
)
async def test_what_is_no_role_of_ours_gives_none(world: World, roles: Any) -> None:
    assert (await bearer_of(world, world.signer.token(roles=roles))).roles == frozenset()


async def test_the_platforms_app_may_act_as_the_platform(world: World) -> None:
    caller = await bearer_of(world, world.signer.app_token())

    assert (caller.tenant, caller.roles) == (PLATFORM_TENANT, {Role.PLATFORM})


async def test_ids_are_compared_in_any_spelling(world: World) -> None:
    tenant = PLATFORM_TENANT.upper()
    caller = await bearer_of(world, world.signer.app_token(tenant=tenant, client=PLATFORM_CLIENT.upper()))

    assert (caller.tenant, caller.roles) == (PLATFORM_TENANT, {Role.PLATFORM})


async def test_a_customers_app_with_the_platforms_role_is_an_app_without_it(world: World) -> None:
    """Each customer's admin hands out the app's roles to whom they like."""
    caller = await bearer_of(world, world.signer.app_token(tenant=TENANT))

    assert (caller.tenant, caller.roles) == (TENANT, frozenset())


async def test_another_app_of_the_platforms_tenant_is_not_the_platform(world: World) -> None:
    assert not (await bearer_of(world, world.signer.app_token(client=PORTAL_CLIENT))).roles


@pytest.mark.parametrize(
    "claims", [{"idtyp": "user"}, {}, {"idtyp": None, "sub": PERSON}], ids=["user", "none", "scp"]
)
async def test_a_person_is_not_the_platform_whatever_their_role(world: World, claims: dict[str, Any]) -> None:
    """Signed in through the platform's own app, in its own tenant."""
    token = world.signer.token(role=Role.PLATFORM, tenant=PLATFORM_TENANT, azp=PLATFORM_CLIENT, **claims)

    assert not (await bearer_of(world, token)).roles


async def test_other_roles_stay_where_the_platforms_is_dropped(world: World) -> None:
    caller = await bearer_of(world, world.signer.token(roles=[Role.PLATFORM, Role.READ]))

    assert caller.roles == {Role.READ}


async def test_nobody_is_the_platform_where_none_is_set(world: World) -> None:
    without = replace(SETTINGS, api=replace(API, platform_tenant_id=None, platform_client_ids=frozenset()))

    assert not (await bearer_of(world, world.signer.app_token(), settings=without)).roles


async def test_an_app_is_told_from_a_person_without_the_optional_claim(world: World) -> None:
    """Then its subject is its own object, and it has no scopes."""
    caller = await bearer_of(world, world.signer.app_token(idtyp=None))

    assert caller.roles == {Role.PLATFORM}


@pytest.mark.parametrize(
    "claims",
    [{"sub": "pairwise"}, {"scp": "access_as_user"}, {"scp": ""}, {"oid": None, "sub": None}],
    ids=["another subject", "scopes", "empty scopes", "no ids"],
)
async def test_what_is_not_surely_an_app_is_a_person(world: World, claims: dict[str, Any]) -> None:
    token = world.signer.app_token(**{"idtyp": None, **claims})
    if "oid" in claims:
        assert await why_refused(world, token) == "The token names nobody by object id."
    else:
        assert not (await bearer_of(world, token)).roles


async def test_an_app_without_an_object_id_goes_by_its_own(world: World) -> None:
    assert (await bearer_of(world, world.signer.app_token(oid=None))).id == PLATFORM_CLIENT


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ada Admin", "Ada Admin"), (None, ""), (7, ""), ("a\nb", ""), ("\x1b[31m", ""), ("x" * 300, "x" * 256)],
)
async def test_a_name_is_shown_where_it_can_be(world: World, name: Any, shown: str) -> None:
    assert (await bearer_of(world, world.signer.token(name=name))).name == shown
