"""Who the people of a journal are: as it names them, else as they are called now."""

from __future__ import annotations

from typing import Any

from sync_core.domain.ids import RecipientId
from sync_core.domain.journal import JournalEntry
from sync_core.flows.name_people import name_people
from sync_core.ports import RecipientWrite
from tests.builders import a_recipient
from tests.fakes.world import WORKSPACE, World

ADA = RecipientId("r-ada")


async def named(world: World, *entries: JournalEntry) -> list[tuple[str, str]]:
    return [(one.name, one.email) for one in await name_people(world.services, WORKSPACE, entries)]


async def a_world() -> World:
    world = World()
    person = a_recipient(id=ADA, values={"name": "Ada Lovelace", "email": "ada@example.com"})
    await world.services.people.write(WORKSPACE, [RecipientWrite(person, None)])
    return world


def an_entry(recipient: RecipientId = ADA, **changes: Any) -> JournalEntry:
    return JournalEntry(recipient, None, "updated", changes={f"values.{k}": v for k, v in changes.items()})


async def test_who_is_not_named_in_the_journal_is_called_as_they_are_now() -> None:
    assert await named(await a_world(), an_entry(jobTitle=[None, "x"])) == [("Ada Lovelace", "ada@example.com")]


async def test_who_was_renamed_is_called_as_the_run_named_them() -> None:
    entry = an_entry(name=["Ada", "Ada King"])

    assert await named(await a_world(), entry) == [("Ada King", "ada@example.com")]


async def test_who_was_deleted_is_called_as_they_were() -> None:
    gone = an_entry(RecipientId("r-gone"), name=["Bob", None], email=["bob@example.com", None])

    assert await named(World(), gone) == [("Bob", "bob@example.com")]


async def test_whom_nobody_knows_has_no_name() -> None:
    assert await named(World(), an_entry(RecipientId("r-gone"))) == [("", "")]


async def test_nobody_is_looked_up_twice_or_without_need() -> None:
    world = await a_world()
    reads = 0

    async def count(*_: object) -> None:
        nonlocal reads
        reads += 1

    world.tables.before_read = count
    known = an_entry(RecipientId("r-new"), name=[None, "New"], email=[None, "new@example.com"])
    await name_people(world.services, WORKSPACE, [an_entry(), an_entry(), known])

    assert reads == 1
