"""Two groups that share people, synced at the same moment, in every order of their calls to the shared tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.directory.names import IDENTITIES, RECIPIENTS
from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain import email
from sync_core.domain.ids import EntraUserId, nibble_of, recipient_of
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.wiring import assemble
from tests.fakes.clock import FakeClock
from tests.fakes.memory_queue import MemoryQueue
from tests.fakes.tokens import MemoryKeys
from tests.fakes.turns import Explorer, SteppedTables
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.properties.model import after_night
from tests.properties.tenants import directory_as_model

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from tests.fakes.memory_entra import MemoryEntra

SHARED = frozenset({RECIPIENTS, IDENTITIES})


def rulebook(on_leave_last: OnLeaveLast) -> Rulebook:
    guard = RemovalGuard(enabled=False)
    return Rulebook(options=SyncOptions(removal_guard=guard, when_user_leaves_last_group=on_leave_last))


@dataclass(frozen=True)
class Night:
    """What two groups found the night before, and what each finds tonight; the second reads a second later."""

    before: MemoryEntra
    first: MemoryEntra
    second: MemoryEntra


def _people_stored_together(number: int) -> Iterator[tuple[str, str]]:
    """Yield ids and names of addresses that lie in one partition each: fewer calls, so every order can be tried."""
    found = (f"u{n}" for n in count() if nibble_of(recipient_of(EntraUserId(f"u{n}"))) == "0")
    names = (f"n{n}" for n in count() if email.key_of(f"n{n}@example.com").endswith("0"))
    return zip(islice(found, number), names, strict=False)


U1, U2, U3 = (user for user, _ in _people_stored_together(3))
M1, M2, M3, M4 = (f"{name}@example.com" for _, name in _people_stored_together(4))


def _user(user: str, mail: str, **properties: Any) -> dict[str, Any]:
    return a_user(user, displayName="Somebody", mail=mail, userPrincipalName=mail, **properties)


def new_people() -> Night:
    """Both groups import the same two people, whom nobody knows."""
    nobody = a_tenant([], [a_group("g1"), a_group("g2")])
    both = a_tenant([_user(U1, M1), _user(U2, M2)], [a_group("g1", U1, U2), a_group("g2", U1, U2)])
    return Night(nobody, both, both)


def movers() -> Night:
    """One moves from the first group to the second, one the other way; a third leaves both and was in both."""
    users = [_user(U1, M1), _user(U2, M2), _user(U3, M3)]
    before = a_tenant(users, [a_group("g1", U1, U3), a_group("g2", U2, U3)])
    after = a_tenant(users, [a_group("g1", U2), a_group("g2", U1)])
    return Night(before, after, after)


def renamed() -> Night:
    """Both have one who gets another title and another address and is disabled."""
    groups = [a_group("g1", U1), a_group("g2", U1)]
    after = a_tenant([_user(U1, M2, jobTitle="Analyst", accountEnabled=False)], groups)
    return Night(a_tenant([_user(U1, M1)], groups), after, after)


def renamed_between_the_reads() -> Night:
    """The first group reads a title and an address that have changed when the second reads them."""
    groups = [a_group("g1", U1, U2), a_group("g2", U1, U2)]
    old = [_user(U1, M1, jobTitle="Analyst"), _user(U2, M3)]
    new = [_user(U1, M1, jobTitle="Director"), _user(U2, M4)]
    return Night(a_tenant([_user(U1, M1), _user(U2, M2)], groups), a_tenant(old, groups), a_tenant(new, groups))


def heirs() -> Night:
    """One leaves the first group with a new address; somebody new joins the second with the old one."""
    before = a_tenant([_user(U1, M1)], [a_group("g1", U1), a_group("g2", U1)])
    after = a_tenant([_user(U1, M3), _user(U2, M1)], [a_group("g1"), a_group("g2", U1, U2)])
    return Night(before, after, after)


def joined_left_and_renamed() -> Night:
    """Of three that the groups share one joins the second, one leaves the first, and all are renamed."""
    users = [_user(U1, M1), _user(U2, M2), _user(U3, M3)]
    before = a_tenant(users, [a_group("g1", U1, U2, U3), a_group("g2", U2, U3)])
    renamed = [_user(user, mail, jobTitle="Analyst") for user, mail in ((U1, M1), (U2, M2), (U3, M4))]
    after = a_tenant(renamed, [a_group("g1", U1, U3), a_group("g2", U1, U2, U3)])
    return Night(before, after, after)


async def _lived(night: Night, rules: Rulebook) -> tuple[World, list[str]]:
    """Return the world after the night before, and tonight's orders."""
    world = await World(night.before).set_up(rules)
    await world.night()
    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    orders = []
    while (text := world.queue.receive(GROUP_SYNCS)) is not None:
        orders.append(text)
    return world, orders


def _worker(
    tables: SteppedTables, queue: MemoryQueue, entra: MemoryEntra, order: str, *, now: datetime
) -> Callable[[], Awaitable[None]]:
    """Return what delivers *order* in a process of its own: own clock, own reading of Entra, shared tables."""
    tokens = (f"{now.second}x{number}" for number in count())
    services = assemble(tables=tables, sender=queue, clock=FakeClock(now), entra=entra, signing_keys=MemoryKeys())
    services = replace(services, new_token=lambda: next(tokens))
    return lambda: deliver_order(services, order)


def _check_identities(world: World) -> None:
    """Nobody is there twice, and everybody owns what they carry."""
    people = [row for row in world.tables.rows(RECIPIENTS) if not row.cells["deleted"]]
    owners = {row.key: row.cells["owner"] for row in world.tables.rows(IDENTITIES)}
    for name in ("entraId", "email"):
        carried = [row.cells[name] for row in people]
        assert len(set(carried)) == len(carried), f"two have one {name}"
    for row in people:
        assert owners[f"entra:{row.cells['entraId']!s}"] == row.key
        assert owners[email.key_of(str(row.cells["email"]))] == row.key


Directory = Mapping[str, tuple[Mapping[str, str], bool, Mapping[str, int]]]


def _looks(directory: Directory, *, versions: bool) -> Directory:
    """Return *directory*, with all cards of one version where the number of visible changes depends on the order."""
    return {
        key: (values, active, {group: version if versions else 0 for group, version in cards.items()})
        for key, (values, active, cards) in directory.items()
    }


@pytest.mark.parametrize(
    ("story", "on_leave_last"),
    [
        (new_people, OnLeaveLast.DEACTIVATE),
        (movers, OnLeaveLast.DEACTIVATE),
        (movers, OnLeaveLast.DELETE),
        (renamed, OnLeaveLast.DEACTIVATE),
        (renamed_between_the_reads, OnLeaveLast.DEACTIVATE),
        (heirs, OnLeaveLast.DEACTIVATE),
        (joined_left_and_renamed, OnLeaveLast.DELETE),
    ],
)
async def test_every_order_of_two_groups_calls_ends_in_the_directory_that_the_model_says(
    story: Callable[[], Night], on_leave_last: OnLeaveLast
) -> None:
    """Nobody is there twice, no card counts a change twice, the later read wins, and the next night is quiet."""
    night, rules = story(), rulebook(on_leave_last)
    world, (first, second) = await _lived(night, rules)
    now = world.clock.now()
    before = after_night({}, night.before, rules.options)
    expected = {key: one for key, one in after_night(before, night.second, rules.options).items() if not one.deleted}
    queue = MemoryQueue(world.clock.now)

    def begin() -> tuple[SteppedTables, dict[str, Callable[[], Awaitable[None]]]]:
        tables = SteppedTables(world.tables.copy(), shared=SHARED)
        return tables, {
            "first": _worker(tables, queue, night.first, first, now=now),
            "second": _worker(tables, queue, night.second, second, now=now + timedelta(seconds=1)),
        }

    async def end(stepped: SteppedTables) -> None:
        after = World(night.second, clock=FakeClock(now + timedelta(seconds=2)), tables=stepped.tables)
        tonight = directory_as_model(await after.recipients())

        assert _looks(tonight, versions=night.first is night.second) == _looks(
            {key: (one.values, one.active, one.cards) for key, one in expected.items()},
            versions=night.first is night.second,
        )
        assert queue.messages(GROUP_SYNCS) == [], "an order was put off"
        _check_identities(after)
        quiet = await after.night()
        assert {(run.counts.added, run.counts.updated, run.counts.removed) for run in quiet} == {(0, 0, 0)}
        assert directory_as_model(await after.recipients()) == tonight

    explored = await Explorer(begin, end).explore()

    assert explored.schedules > explored.ended > 1
