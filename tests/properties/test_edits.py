"""Whatever people edit between the nights, and during them, their edits stay and every address is one person's."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain import email
from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import EMAIL, FieldSettings, Switches
from sync_core.domain.ids import GroupId
from sync_core.domain.on_demand import Scope
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.edit_people import add_recipient, edit_recipient, give_card, take_card
from sync_core.flows.sync_person import sync_person
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.world import WORKSPACE, World
from tests.properties.tenants import group_ids, happen, happenings, tenants, titles, user_ids

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId
    from tests.fakes.memory_entra import MemoryEntra

KEEPING = Rulebook(
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False)),
    settings=FieldSettings({"jobTitle": Switches(overwrite=False)}),
)

#  One thing that somebody does here: its name, a user or somebody made by hand, a group, a title.
Deed = tuple[str, str, str, "str | None"]
people_here = st.one_of(user_ids, st.sampled_from(["hand0", "hand1"]))
deeds = st.tuples(
    st.sampled_from(["add", "title", "mail", "steal", "give", "take", "info", "full"]), people_here, group_ids, titles
)
Day = tuple[list[tuple[str, str, str, "str | None"]], list[Deed]]
days = st.lists(st.tuples(st.lists(happenings, max_size=4), st.lists(deeds, max_size=5)), min_size=1, max_size=4)


class Office:
    """Does the deeds, and remembers what must be true of the people from then on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._number = 0
        self.by_hand: dict[str, RecipientId] = {}
        self.titles: dict[RecipientId, str | None] = {}
        self.given: dict[tuple[RecipientId, str], bool] = {}

    async def do(self, done: Sequence[Deed]) -> None:
        for deed in done:
            with suppress(SyncRefused):
                await self._do(*deed)

    async def _do(self, what: str, who: str, group: str, title: str | None) -> None:
        self._number += 1
        services = self._world.services
        if what == "add":
            values = {EMAIL: f"{who}@example.com"}
            added = await add_recipient(services, WORKSPACE, values=values, by="boss")
            self.by_hand[who] = added.person.id
            return
        recipient = await self._find(who)
        if recipient is None:
            return
        if what == "title":
            before = (await services.people.people(WORKSPACE, [recipient]))[recipient].value
            edited = await edit_recipient(services, WORKSPACE, recipient, values={"jobTitle": title}, by="boss")
            if edited.change is not None and before.values.get("jobTitle") != title:
                self.titles[recipient] = title
        elif what in {"mail", "steal"}:
            address = f"new{self._number}@example.com" if what == "mail" else "U1@example.com"
            await edit_recipient(services, WORKSPACE, recipient, values={EMAIL: address}, by="boss")
        elif what == "give":
            stored = await give_card(services, WORKSPACE, recipient, GroupId(group), by="boss")
            self.given[recipient, group] = GroupId(group) in stored.person.cards
        elif what == "take":
            await take_card(services, WORKSPACE, recipient, GroupId(group), by="boss")
            self.given.pop((recipient, group), None)
        else:
            await sync_person(services, WORKSPACE, recipient, Scope(what), by="boss")

    async def _find(self, who: str) -> RecipientId | None:
        if who in self.by_hand:
            return self.by_hand[who]
        person = (await self._world.recipients()).get(who)
        return None if person is None else person.id


def _expect_right(people: dict[str, Recipient], office: Office) -> None:
    by_id = {person.id: person for person in people.values()}
    addresses = [email.key_of(person.values[EMAIL]) for person in people.values()]
    assert len(set(addresses)) == len(addresses)
    assert len({person.entra_id for person in people.values() if person.entra_id}) == sum(
        person.entra_id is not None for person in people.values()
    )
    for recipient, title in office.titles.items():
        assert by_id[recipient].values.get("jobTitle") == title
    for recipient, group in office.given:
        assert GroupId(group) in by_id[recipient].cards


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tenants(), days, st.booleans(), st.randoms(use_true_random=False))
def test_edits_stay_and_addresses_are_unique_through_all_nights(
    entra: MemoryEntra, history: list[Day], during: bool, turns: Random
) -> None:
    """*during*: the edits are made while the night's runs are at work, taking turns at every storage call."""

    async def take_turns(*_call: object) -> None:
        for _ in range(turns.randrange(4)):
            await asyncio.sleep(0)

    async def live() -> None:
        tables = MemoryTables(before_read=take_turns, before_write=take_turns)
        world = await World(entra, tables=tables).set_up(KEEPING)
        office = Office(world)
        await world.night()
        for number, (happened, done) in enumerate(history, 1):
            for one in happened:
                happen(entra, one, number=number)
            if during:
                await asyncio.gather(world.night(together=True), office.do(done))
            else:
                await office.do(done)
                await world.night()
            _expect_right(await world.recipients(), office)
        await world.night()
        before = await world.recipients()
        await world.night()

        assert await world.recipients() == before
        _expect_right(before, office)

    asyncio.run(live())
