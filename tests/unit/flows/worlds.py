"""Small worlds, and the questions that tests of the flows ask of them again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.email import key_of
from sync_core.domain.errors import RowConflict
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.orders import decode
from sync_core.domain.runs import night_run_id
from sync_core.domain.schedule import night_of
from sync_core.domain.workspaces import Rulebook
from sync_core.ports import RecipientWrite
from tests.builders import GROUP, WORKSPACE
from tests.fakes.world import World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sync_core.domain.directory import Recipient
    from sync_core.domain.field_settings import FieldSettings
    from sync_core.domain.ids import RunId
    from sync_core.domain.journal import JournalEntry
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Run
    from sync_core.ports import RowWrite

NO_GUARD = RemovalGuard(enabled=False)

CONDITIONAL = {"insert", "replace", "merge", "delete"}
"""Kinds of writes of which a repeat finds that its condition does not hold any more."""


def rulebook(settings: FieldSettings | None = None, **options: Any) -> Rulebook:
    """Return rules without a removal guard, unless the options bring one."""
    rules = Rulebook(options=SyncOptions(**({"removal_guard": NO_GUARD} | options)))
    return rules if settings is None else replace(rules, settings=settings)


async def a_world(*members: str, rules: Rulebook | None = None, **users: dict[str, Any]) -> World:
    """Return a connected workspace whose one group, `GROUP`, has *members*; *users* have properties of their own."""
    tenant = a_tenant([a_user(user, **users.get(user, {})) for user in members], [a_group(GROUP, *members)])
    return await World(tenant).set_up(rules or rulebook())


def now_in(world: World, group: str, *members: str, **properties: Any) -> None:
    """Give *group* these members in Entra."""
    world.entra.groups[group] = a_group(group, *members, **properties)


async def the_run(world: World) -> Run:
    """Live through the next night and return its one run."""
    [run] = await world.night()
    return run


def orders_on_queue(world: World) -> list[SyncOrder]:
    return [decode(message.text) for message in world.queue.messages(GROUP_SYNCS)]


async def stored_run(world: World, run: RunId | None = None) -> Run:
    """Return the record of *run*, or of tonight's."""
    wanted = run or night_run_id(night_of(world.clock.now()), generation=1)
    found = await world.services.runs.run(WORKSPACE, GROUP, wanted)
    assert found is not None
    return found.value


async def journal_of(world: World, run: Run) -> list[JournalEntry]:
    pages = world.services.journal.pages(WORKSPACE, GROUP, run.id)
    return [entry async for page in pages for entry in page.entries]


async def put_person(world: World, person: Recipient) -> None:
    """Store a recipient as the platform would, with the claims that belong to it."""
    now = world.clock.now()
    keys = [key_of(person.values["email"])] + ([f"entra:{person.entra_id}"] if person.entra_id else [])
    await world.services.identities.claim(WORKSPACE, dict.fromkeys(keys, person.id), at=now)
    held = await world.services.people.people(WORKSPACE, [person.id])
    etag = held[person.id].etag if person.id in held else None
    await world.services.people.write(WORKSPACE, [RecipientWrite(person, etag)])


async def change_person(world: World, user: str, **changes: Any) -> None:
    """Change what is stored about an Entra user, behind the product's back."""
    await put_person(world, replace((await world.recipients())[user], **changes))


def on_write_to(
    table: str, *, number: int = 1, then: Callable[[], Awaitable[None]]
) -> Callable[[str, str, Sequence[RowWrite]], Awaitable[None]]:
    """Return a hook that does something at the *number*-th write to *table*."""
    seen = 0

    async def hook(written: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        nonlocal seen
        seen += written == table
        if written == table and seen == number:
            await then()

    return hook


def lost_answer_of(table: str, *, number: int = 1) -> Callable[[str, str, Sequence[RowWrite]], Awaitable[None]]:
    """Return an after-write hook: the write landed, its answer was lost, and its repeat finds it there."""

    async def repeat() -> None:
        raise RowConflict(table, 0)

    return on_write_to(table, number=number, then=repeat)
