"""The tenant's groups, to link some of them."""

from __future__ import annotations

import pytest

from sync_core.domain.errors import EntraRefused, SyncRefused
from sync_core.flows.find_entra_groups import find_entra_groups
from tests.builders import WORKSPACE
from tests.fakes.world import World, a_group, a_tenant


async def a_world() -> World:
    groups = [a_group("g1", displayName="Sales"), a_group("g2", displayName="Support"), a_group("g3")]
    return await World(a_tenant([], groups)).set_up(groups=("g2",))


async def test_each_group_tells_whether_it_is_linked_here() -> None:
    world = await a_world()

    found = await find_entra_groups(world.services, WORKSPACE, search="", limit=10)

    assert [(one.group.name, one.linked_to) for one in found.groups] == [
        ("Sales", None),
        ("Support", "g2"),
        ("Group g3", None),
    ]


async def test_the_pages_follow_each_other() -> None:
    world = await a_world()
    first = await find_entra_groups(world.services, WORKSPACE, search="s", limit=1)

    second = await find_entra_groups(world.services, WORKSPACE, search="s", limit=1, after=first.next_after)

    assert [one.group.name for one in (*first.groups, *second.groups)] == ["Sales", "Support"]
    assert second.next_after is None


async def test_a_page_that_entra_does_not_know_is_no_trouble_with_the_connection() -> None:
    world = await a_world()

    with pytest.raises(SyncRefused) as refused:
        await find_entra_groups(world.services, WORKSPACE, search="", limit=1, after="made up")

    assert refused.value.code == "no-such-page"


@pytest.mark.parametrize(("code", "after"), [("consent-missing", "behind g1"), ("request-refused", None)])
async def test_other_refusals_are_of_the_connection(code: str, after: str | None) -> None:
    world = await a_world()
    world.entra.refusal = EntraRefused(code, "Do this.")

    with pytest.raises(SyncRefused) as refused:
        await find_entra_groups(world.services, WORKSPACE, search="", limit=1, after=after)

    assert (refused.value.code, refused.value.reason) == ("connection-failed", "Do this.")
