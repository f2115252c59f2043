from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import CardState, InactiveBecause, Status
from sync_core.domain.errors import EntraRefused, SyncRefused, TryAgainLater
from sync_core.domain.on_demand import Scope, StepName, StepState
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import ConnectionStatus, Rulebook, Workspace
from sync_core.flows.edit_people import add_recipient, edit_recipient
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.sync_person import sync_person
from sync_core.ports import RecipientWrite
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import G1, rid

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.on_demand import PersonSync, Step

UNGUARDED = Rulebook(
    options=SyncOptions(
        removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE, update_cards=False
    )
)
DONE, SKIPPED, FAILED = StepState.DONE, StepState.SKIPPED, StepState.FAILED


async def a_world(rulebook: Rulebook = UNGUARDED) -> World:
    """One night old, u1 and u2 in g1; then u1 gets another title in Entra, at noon."""
    world = World(a_tenant([a_user("u1", jobTitle="Analyst"), a_user("u2")], [a_group("g1", "u1", "u2")]))
    await world.set_up(rulebook)
    await world.night()
    world.clock.advance(timedelta(hours=12))
    world.entra.users["u1"]["jobTitle"] = "Engineer"
    return world


async def sync(world: World, scope: Scope = Scope.FULL, recipient: RecipientId | None = None) -> PersonSync:
    return await sync_person(world.services, WORKSPACE, recipient or rid("u1"), scope, by="boss")


async def stored(world: World, user: str = "u1") -> Recipient:
    return (await world.services.people.people(WORKSPACE, [rid(user)]))[rid(user)].value


def step_of(result: PersonSync, name: StepName) -> Step:
    return next(step for step in result.steps if step.name is name)


def states_of(result: PersonSync) -> list[StepState]:
    return [step.state for step in result.steps]


async def test_a_full_sync_shows_each_step_with_old_and_new() -> None:
    world = await a_world()

    result = await sync(world)

    assert [step.name for step in result.steps] == list(StepName)
    assert states_of(result) == [DONE] * 5
    assert step_of(result, StepName.FIELDS).changes == {"values.jobTitle": ["Analyst", "Engineer"]}
    assert step_of(result, StepName.CARDS).changes == {"cards.g1": [[1, "active"], [2, "active"]]}
    assert result.person == await stored(world)
    assert not result.failed


async def test_info_leaves_the_cards_as_they_are_and_cards_brings_them_up() -> None:
    """Without a question to Entra: what is here is what the cards are to show."""
    world = await a_world()

    info = await sync(world, Scope.INFO)
    between = await stored(world)
    world.entra.users["u1"]["jobTitle"] = "Not asked for"
    cards = await sync(world, Scope.CARDS)

    assert (between.values["jobTitle"], between.card_content["jobTitle"]) == ("Engineer", "Analyst")
    assert (between.cards[G1].version, (await stored(world)).cards[G1].version) == (1, 2)
    assert (await stored(world)).card_content["jobTitle"] == "Engineer"
    assert step_of(info, StepName.CARDS).text == "The cards go on showing what they showed."
    assert states_of(cards) == [SKIPPED, SKIPPED, DONE, SKIPPED, DONE]


async def test_a_second_sync_changes_nothing() -> None:
    world = await a_world()
    await sync(world)
    before = await stored(world)

    again = await sync(world)

    assert states_of(again) == [DONE, DONE, DONE, SKIPPED, SKIPPED]
    assert await stored(world) == before


async def test_the_night_takes_back_what_entra_took_back() -> None:
    """The night before has put down the old values as applied; a sync on demand must make it forget that."""
    world = await a_world()
    await sync(world)
    world.entra.users["u1"]["jobTitle"] = "Analyst"

    await world.night()

    assert (await stored(world)).values["jobTitle"] == "Analyst"


async def test_a_run_that_read_earlier_does_not_undo_it() -> None:
    """The night's pages were read before noon and are applied after it."""
    world = await a_world()
    world.entra.users["u1"]["jobTitle"] = "Old news"
    world.entra.page_size = 1

    async def meanwhile() -> None:
        world.entra.before_page = None
        world.clock.advance(timedelta(seconds=1))
        world.entra.users["u1"]["jobTitle"] = "New"
        await sync(world)
        world.entra.users["u1"]["jobTitle"] = "Old news"

    world.entra.before_page = meanwhile
    await world.night()

    assert (await stored(world)).values["jobTitle"] == "New"


async def test_of_two_syncs_on_demand_the_later_read_counts() -> None:
    world = await a_world()

    async def meanwhile() -> None:
        world.entra.before_page = None
        world.clock.advance(timedelta(seconds=1))
        world.entra.users["u1"]["jobTitle"] = "Later"
        await sync(world)
        world.entra.users["u1"]["jobTitle"] = "Earlier"

    world.entra.before_page = meanwhile
    result = await sync(world)

    assert step_of(result, StepName.FIELDS).code == "outdated"
    assert (await stored(world)).values["jobTitle"] == "Later"


async def test_who_leaves_the_last_group_meanwhile_is_not_touched() -> None:
    world = await a_world()

    async def leave() -> None:
        found = (await world.services.people.people(WORKSPACE, [rid("u1")]))[rid("u1")]
        await world.services.people.write(WORKSPACE, [RecipientWrite(replace(found.value, cards={}), found.etag)])

    world.entra.before_page = leave
    with pytest.raises(SyncRefused) as raised:
        await sync(world)

    assert raised.value.code == "recipient-changed"
    assert not (await stored(world)).deleted


async def test_somebody_disabled_becomes_inactive_and_the_cards_pause() -> None:
    world = await a_world()
    world.entra.users["u1"]["accountEnabled"] = False

    result = await sync(world, Scope.INFO)

    person = await stored(world)
    assert (person.status, person.inactive_because) == (Status.INACTIVE, InactiveBecause.DISABLED)
    assert person.cards[G1].state is CardState.PAUSED
    assert step_of(result, StepName.FIELDS).changes["status"] == ["active", "inactive"]


async def test_who_is_inactive_by_hand_stays_so() -> None:
    world = await a_world()
    await edit_recipient(world.services, WORKSPACE, rid("u1"), status=Status.INACTIVE, by="boss")

    await sync(world)

    assert (await stored(world)).status is Status.INACTIVE


async def test_a_user_who_is_gone_from_entra_is_a_failed_step_and_nothing_else() -> None:
    world = await a_world()
    before = await stored(world)
    del world.entra.users["u1"]

    result = await sync(world)

    assert states_of(result) == [FAILED, SKIPPED, DONE, SKIPPED, SKIPPED]
    assert step_of(result, StepName.FOUND).code == "not-in-entra"
    assert await stored(world) == before


async def test_a_guest_is_out_of_scope_and_stays() -> None:
    world = await a_world()
    before = await stored(world)
    world.entra.users["u1"]["userType"] = "Guest"

    result = await sync(world)

    assert step_of(result, StepName.IN_SCOPE).code == "guest-left-out"
    assert await stored(world) == before


async def test_somebody_in_no_group_is_out_of_scope_and_stays() -> None:
    """The leave options were asked when the last group let go; nobody is revived or deleted on demand."""
    world = await a_world(replace(UNGUARDED, options=SyncOptions(removal_guard=RemovalGuard(enabled=False))))
    world.entra.groups["g1"] = a_group("g1", "u2")
    await world.night()
    before = await stored(world)

    result = await sync(world)

    assert step_of(result, StepName.IN_SCOPE).code == "in-no-group"
    assert await stored(world) == before


async def test_somebody_made_by_hand_is_linked_to_nobody() -> None:
    world = await a_world()
    made = await add_recipient(world.services, WORKSPACE, values={"email": "hand@example.com"}, by="boss")

    result = await sync(world, recipient=made.person.id)

    assert states_of(result) == [SKIPPED, SKIPPED, FAILED, SKIPPED, SKIPPED]
    assert step_of(result, StepName.MATCHED).code == "not-linked"


async def test_an_address_that_is_somebody_elses_is_kept_off_and_the_rest_goes_through() -> None:
    world = await a_world()
    world.entra.users["u1"]["mail"] = "U2@example.com"

    result = await sync(world)

    assert step_of(result, StepName.FIELDS).code == "email-taken"
    assert (result.person.values["email"], result.person.values["jobTitle"]) == ("u1@example.com", "Engineer")


async def test_a_new_address_is_claimed_and_the_old_one_given_up() -> None:
    world = await a_world()
    world.entra.users["u1"]["mail"] = "new@example.com"
    await sync(world)

    await add_recipient(world.services, WORKSPACE, values={"email": "u1@example.com"}, by="boss")
    with pytest.raises(SyncRefused, match="address"):
        await add_recipient(world.services, WORKSPACE, values={"email": "new@example.com"}, by="boss")


async def test_a_tenant_that_refuses_is_a_failed_step_with_the_fix_and_a_failed_connection() -> None:
    world = await a_world()

    async def refuse() -> None:
        raise EntraRefused("consent-missing", "Connect again.")

    world.entra.before_page = refuse
    result = await sync(world)

    connection = await world.services.workspaces.connection(WORKSPACE)
    assert (step_of(result, StepName.FOUND).code, step_of(result, StepName.FOUND).text) == (
        "consent-missing",
        "Connect again.",
    )
    assert connection is not None
    assert connection.value.status is ConnectionStatus.FAILED


async def test_entra_out_of_reach_is_for_later() -> None:
    world = await a_world()
    before = await stored(world)

    async def busy() -> None:
        raise TryAgainLater("busy", after=timedelta(minutes=2))

    world.entra.before_page = busy
    with pytest.raises(TryAgainLater):
        await sync(world)

    assert await stored(world) == before


async def test_a_workspace_that_may_not_sync_is_refused() -> None:
    world = await a_world()
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "free"))

    with pytest.raises(SyncRefused) as raised:
        await sync(world)

    assert raised.value.code == "plan-required"


async def test_nobody_is_not_found() -> None:
    world = await a_world()

    with pytest.raises(SyncRefused) as raised:
        await sync(world, recipient=rid("u9"))

    assert raised.value.code == "recipient-not-found"
