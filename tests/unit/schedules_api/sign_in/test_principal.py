"""The header that the platform's own sign-in writes, and what is made of it where it can be believed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from schedules_api.callers import Role
from schedules_api.problems import Problem
from tests.fakes.tokens import OTHER_TENANT, PERSON, TENANT
from tests.unit.schedules_api.sign_in.asking import EASY_AUTH, SETTINGS, principal, who_sent

if TYPE_CHECKING:
    from schedules_api.callers import Caller
    from tests.fakes.world import World

TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
IDS = ((TENANT_ID, TENANT), (OBJECT_ID, PERSON))
HEADER = "X-MS-CLIENT-PRINCIPAL"


async def told(world: World, *claims: tuple[str, Any], **members: Any) -> Caller:
    return await who_sent(world, {HEADER: principal(*claims, **members)}, settings=EASY_AUTH)


async def refused(world: World, header: str) -> str:
    with pytest.raises(Problem) as raised:
        await who_sent(world, {HEADER: header}, settings=EASY_AUTH)

    assert raised.value.kind.status == 401
    return raised.value.code


async def test_the_platforms_word_is_believed_where_it_signs_in(world: World) -> None:
    caller = await told(world, *IDS, ("roles", "Schedules.Read"), ("name", "Ada Admin"))

    assert (caller.id, caller.tenant, caller.by_header, caller.name) == (PERSON, TENANT, True, "Ada Admin")
    assert caller.roles == {Role.READ}


async def test_anywhere_else_the_header_is_anybodys(world: World) -> None:
    with pytest.raises(Problem) as raised:
        await who_sent(world, {HEADER: principal(*IDS, ("roles", "Schedules.Manage"))}, settings=SETTINGS)

    assert raised.value.code == "not-signed-in"


async def test_claims_are_known_by_short_names_too(world: World) -> None:
    caller = await told(world, ("tid", TENANT), ("oid", PERSON))

    assert (caller.id, caller.tenant) == (PERSON, TENANT)


@pytest.mark.parametrize(
    ("name", "members"), [("roles", {}), (ROLE, {}), (ROLE, {"role_typ": ROLE}), ("role", {"role_typ": "role"})]
)
async def test_roles_are_read_from_whichever_claim_holds_them(
    world: World, name: str, members: dict[str, str]
) -> None:
    caller = await told(world, *IDS, (name, "Schedules.Read"), (name, "Schedules.Manage"), **members)

    assert caller.roles == {Role.READ, Role.MANAGE}


async def test_nobody_is_the_platform_by_a_header(world: World) -> None:
    app = (("idtyp", "app"), ("azp", "0c11e7f0-aaaa-4bbb-8ccc-dddddddddddd"), ("roles", "Workspaces.Manage.All"))

    caller = await told(world, ("tid", "f0f0f0f0-1111-4222-8333-444444444444"), ("oid", PERSON), *app)

    assert caller.roles == frozenset()


async def test_a_token_beside_the_header_alone_counts(world: World) -> None:
    header = principal(("tid", OTHER_TENANT), ("oid", PERSON), ("roles", "Schedules.Manage"))
    token = world.signer.token(role=Role.READ)

    caller = await who_sent(world, {"Authorization": f"Bearer {token}", HEADER: header}, settings=EASY_AUTH)

    assert (caller.tenant, caller.roles, caller.by_header) == (TENANT, {Role.READ}, False)


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic dXNlcg=="])
async def test_a_bad_token_beside_the_header_is_refused(world: World, authorization: str) -> None:
    headers = {"Authorization": authorization, HEADER: principal(*IDS)}

    with pytest.raises(Problem) as raised:
        await who_sent(world, headers, settings=EASY_AUTH)

    assert raised.value.kind.status == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "not base64!",
        "bm9wZQ==",
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[" * 100_000).decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"{}").decode(),
        "\udce4",
        f"{principal(*IDS)},{principal(*IDS)}",
    ],
    ids=range(9),
)
async def test_a_header_that_cannot_be_read_is_nobody(world: World, header: str) -> None:
    assert await refused(world, header) == "not-signed-in"


@pytest.mark.parametrize(
    "header",
    [
        principal(*IDS, auth_typ="google"),
        principal(*IDS, auth_typ=None),
        principal(claims=None),
        principal(claims={"tid": TENANT, "oid": PERSON}),
        principal(claims=["tid", "oid"]),
        principal((TENANT_ID, TENANT)),
        principal((OBJECT_ID, PERSON)),
        principal((TENANT_ID, "contoso.com"), (OBJECT_ID, PERSON)),
        principal((TENANT_ID, TENANT), (OBJECT_ID, "ada")),
        principal(*IDS, (TENANT_ID, OTHER_TENANT)),
        principal(*IDS, ("tid", OTHER_TENANT)),
        principal(*IDS, ("oid", OTHER_TENANT)),
        principal(*IDS, ("roles", ["Schedules.Manage"])),
        principal(*IDS, ("roles", None)),
    ],
    ids=range(14),
)
async def test_a_header_that_names_no_person_of_entra_is_nobody(world: World, header: str) -> None:
    assert await refused(world, header) == "not-signed-in"
