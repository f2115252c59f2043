from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.directory.members import TableMembers
from sync_core.adapters.directory.names import MEMBERS
from sync_core.domain.directory import Member, MemberState
from sync_core.domain.ids import GroupId, RecipientId
from tests.builders import GROUP, RECIPIENT, WORKSPACE, a_member, entra_user_id
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync_core.ports import TableStore

TABLES = (MEMBERS,)

spread_or_not = pytest.mark.parametrize("spread", [False, True], ids=["together", "spread"])


def members(numbers: Iterable[int], fingerprint: str = "f1") -> list[Member]:
    return [Member(RecipientId(f"r-{number}"), entra_user_id(number), fingerprint) for number in numbers]


def ids(numbers: Iterable[int]) -> list[RecipientId]:
    return [RecipientId(f"r-{number}") for number in numbers]


async def index_of(tables: TableStore, *, spread: bool, group: GroupId = GROUP) -> list[Member]:
    found = [member async for member in TableMembers(tables).index(WORKSPACE, group, spread=spread)]
    return sorted(found, key=lambda member: member.entra_id)


@spread_or_not
async def test_an_index_of_more_than_a_page_is_read_as_it_was_saved(tables: TableStore, *, spread: bool) -> None:
    everybody = members(range(1100))
    await TableMembers(tables).save(WORKSPACE, GROUP, spread=spread, changed=everybody)

    assert await index_of(tables, spread=spread) == everybody
    assert await index_of(tables, spread=spread, group=GroupId("other")) == []


@spread_or_not
async def test_some_change_and_some_go(tables: TableStore, *, spread: bool) -> None:
    index = TableMembers(tables)
    await index.save(WORKSPACE, GROUP, spread=spread, changed=members(range(300)))
    await index.save(WORKSPACE, GROUP, spread=spread, changed=members(range(100, 350), "f2"), gone=ids(range(100)))

    assert await index_of(tables, spread=spread) == members(range(100, 350), "f2")


@spread_or_not
async def test_rows_that_are_already_gone_stay_gone_and_the_rest_goes(tables: TableStore, *, spread: bool) -> None:
    index = TableMembers(tables)
    await index.save(WORKSPACE, GROUP, spread=spread, changed=members(range(40)))
    await index.save(WORKSPACE, GROUP, spread=spread, changed=[], gone=ids(range(10, 30)))
    await index.save(WORKSPACE, GROUP, spread=spread, changed=[], gone=ids(range(35)))

    assert await index_of(tables, spread=spread) == members(range(35, 40))


async def test_somebody_who_was_refused_and_is_in_now_has_no_reason_any_more(tables: TableStore) -> None:
    index = TableMembers(tables)
    refused = a_member(state=MemberState.REFUSED, reason="email-missing", fingerprint="")
    await index.save(WORKSPACE, GROUP, spread=False, changed=[refused])

    assert await index_of(tables, spread=False) == [refused]

    await index.save(WORKSPACE, GROUP, spread=False, changed=[a_member()])

    assert await index_of(tables, spread=False) == [a_member()]


async def test_of_two_changes_of_one_member_the_later_counts(tables: TableStore) -> None:
    changed = [a_member(fingerprint="f1"), a_member(fingerprint="f2")]
    await TableMembers(tables).save(WORKSPACE, GROUP, spread=False, changed=changed, gone=[RECIPIENT, RECIPIENT])

    assert await index_of(tables, spread=False) == [a_member(fingerprint="f2")]


@spread_or_not
async def test_one_row_is_read_by_itself(tables: TableStore, *, spread: bool) -> None:
    index = TableMembers(tables)
    await index.save(WORKSPACE, GROUP, spread=spread, changed=members(range(3)))

    assert await index.row(WORKSPACE, GROUP, RecipientId("r-1"), spread=spread) == members([1])[0]
    assert await index.row(WORKSPACE, GROUP, RecipientId("r-9"), spread=spread) is None


@spread_or_not
async def test_who_is_forgotten_has_no_fingerprint_and_nobody_is_added(tables: TableStore, *, spread: bool) -> None:
    """Somebody who left meanwhile must not come back as half a row."""
    index = TableMembers(tables)
    await index.save(WORKSPACE, GROUP, spread=spread, changed=members(range(120)))

    await index.forget(WORKSPACE, GROUP, [*ids(range(100, 140)), *ids([100])], spread=spread)

    assert await index_of(tables, spread=spread) == [*members(range(100)), *members(range(100, 120), "")]


@spread_or_not
async def test_somebody_who_is_forgotten_stays_refused_for_the_same_reason(
    tables: TableStore, *, spread: bool
) -> None:
    index = TableMembers(tables)
    refused = a_member(state=MemberState.REFUSED, reason="email-missing")
    await index.save(WORKSPACE, GROUP, spread=spread, changed=[refused])

    await index.forget(WORKSPACE, GROUP, [RECIPIENT], spread=spread)

    assert await index_of(tables, spread=spread) == [replace(refused, fingerprint="")]


async def in_order(
    tables: TableStore, *, spread: bool, after: RecipientId | None = None, at_a_time: int = 1000
) -> list[RecipientId]:
    index = TableMembers(tables).in_order(WORKSPACE, GROUP, spread=spread, after=after, at_a_time=at_a_time)
    return [member.recipient async for member in index]


@spread_or_not
@pytest.mark.parametrize("at_a_time", [3, 1000])
async def test_the_index_in_order_is_everybody_once(tables: TableStore, *, spread: bool, at_a_time: int) -> None:
    await TableMembers(tables).save(WORKSPACE, GROUP, spread=spread, changed=members(range(40)))

    found = await in_order(tables, spread=spread, at_a_time=at_a_time)

    assert sorted(found) == sorted(ids(range(40)))
    assert found == await in_order(tables, spread=spread)


@spread_or_not
async def test_the_order_goes_on_behind_each_one(tables: TableStore, *, spread: bool) -> None:
    await TableMembers(tables).save(WORKSPACE, GROUP, spread=spread, changed=members(range(20)))
    whole = await in_order(tables, spread=spread)

    for place, recipient in enumerate(whole):
        assert await in_order(tables, spread=spread, after=recipient) == whole[place + 1 :]


@spread_or_not
async def test_the_order_goes_on_behind_one_who_is_gone(tables: TableStore, *, spread: bool) -> None:
    index = TableMembers(tables)
    await index.save(WORKSPACE, GROUP, spread=spread, changed=members(range(20)))
    whole = await in_order(tables, spread=spread)
    await index.save(WORKSPACE, GROUP, spread=spread, changed=[], gone=[whole[7]])

    assert await in_order(tables, spread=spread, after=whole[7]) == whole[8:]


async def test_a_few_members_of_a_large_group_cost_one_request() -> None:
    """A page of fifty must not read the other hundred thousand."""
    tables, read = MemoryTables(), list[str]()
    await TableMembers(tables).save(WORKSPACE, GROUP, spread=True, changed=members(range(400)))

    async def note(_: str, partition: str) -> None:
        read.append(partition)

    tables.before_read = note
    index = TableMembers(tables).in_order(WORKSPACE, GROUP, spread=True, at_a_time=5)
    found = [await anext(index) for _ in range(5)]

    assert len(found) == 5
    assert len(read) == 1
