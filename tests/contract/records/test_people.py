from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.directory.names import RECIPIENTS
from sync_core.adapters.directory.people import TablePeople
from sync_core.domain.directory import CardState, InactiveBecause, Origin, Recipient, Status
from sync_core.domain.errors import RowConflict
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.ids import GroupId, RecipientId, WorkspaceId, nibble_of
from sync_core.domain.outlines import Outline
from sync_core.ports import RecipientWrite, Stored
from tests.builders import GROUP, MIDNIGHT, RECIPIENT, WORKSPACE, a_card, a_recipient
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from sync_core.ports import StoredRow, TableStore

TABLES = (RECIPIENTS,)

#  Of one nibble, so that one transaction takes them.
ONE_NIBBLE = [RecipientId(f"r-{n}") for n in range(2000) if nibble_of(f"r-{n}") == "7"][:101]


async def stored(people: TablePeople, recipient: Recipient, *, etag: str | None = None) -> Stored[Recipient]:
    """Store *recipient* and return what is read then."""
    await people.write(WORKSPACE, [RecipientWrite(recipient, etag)])
    return (await people.people(WORKSPACE, [recipient.id]))[recipient.id]


async def row_of(tables: TableStore, recipient: RecipientId = RECIPIENT) -> StoredRow:
    row = await tables.get(RECIPIENTS, f"{WORKSPACE}|{nibble_of(recipient)}", recipient)
    assert row is not None
    return row


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"entra_id": None, "origin": Origin.BY_HAND, "enabled_in_entra": None, "read_at": None, "cards": {}},
        {"status": Status.INACTIVE, "inactive_because": InactiveBecause.LEFT, "enabled_in_entra": False},
        {"values": {}, "shown": {NAME: "Ada Byron"}, "edited": frozenset({"jobTitle", "city"}), "runs": ()},
        {"shown": {}, "fingerprint": "", "revision": 2**40, "runs": tuple(f"sales/run/a-{n}" for n in range(50))},
        {"values": {NAME: "Ada L\u00f6v\u0000elace \U0001f600 \ud800", "jobTitle": "a'b\"c\\d\n"}},
        {
            "cards": {
                GROUP: a_card(version=7, state=CardState.PAUSED),
                GroupId("board"): a_card(read_at=None, origin=Origin.BY_HAND),
            }
        },
    ],
    ids=lambda changes: ",".join(changes) or "plain",
)
async def test_a_recipient_is_read_as_it_was_written(tables: TableStore, changes: dict[str, Any]) -> None:
    found = await stored(TablePeople(tables), a_recipient(**changes))

    assert found.value == a_recipient(**changes)


async def test_a_change_leaves_nothing_of_what_was_there_before(tables: TableStore) -> None:
    people = TablePeople(tables)
    full = a_recipient(shown={NAME: "Ada Byron"}, edited=frozenset({"city"}), inactive_because=InactiveBecause.LEFT)
    bare = Recipient(RECIPIENT, None, {})
    before = await stored(people, full)

    after = await stored(people, bare, etag=before.etag)

    assert after.value == bare


async def test_email_and_name_can_be_searched_by_themselves(tables: TableStore) -> None:
    await stored(TablePeople(tables), a_recipient(values={EMAIL: "ada@example.com", NAME: "Ada\u0007 L\ud800"}))

    cells = (await row_of(tables)).cells

    assert (cells["email"], cells["name"]) == ("ada@example.com", "Ada  L ")


async def test_a_tombstone_keeps_its_runs_and_no_personal_data(tables: TableStore) -> None:
    people = TablePeople(tables)
    before = await stored(people, a_recipient(shown={NAME: "Ada Byron"}, edited=frozenset({"city"})))

    after = await stored(people, a_recipient(deleted=True, revision=2, runs=("a", "b")), etag=before.etag)

    assert after.value == Recipient(RECIPIENT, None, {}, revision=2, runs=("a", "b"), deleted=True)
    text = json.dumps({name: str(cell) for name, cell in (await row_of(tables)).cells.items()})
    for personal in ("Ada", "example.com", "Analyst", str(a_recipient().entra_id), GROUP, "city"):
        assert personal not in text


async def test_a_person_who_was_changed_meanwhile_is_not_written_over(tables: TableStore) -> None:
    people = TablePeople(tables)
    read = await stored(people, a_recipient())
    await stored(people, a_recipient(revision=2), etag=read.etag)

    with pytest.raises(RowConflict):
        await people.write(WORKSPACE, [RecipientWrite(a_recipient(revision=3), read.etag)])
    with pytest.raises(RowConflict):
        await people.write(WORKSPACE, [RecipientWrite(a_recipient(revision=3), None)])


async def test_one_conflict_keeps_all_of_a_write_back(tables: TableStore) -> None:
    people = TablePeople(tables)
    new, there = ONE_NIBBLE[:2]
    await stored(people, a_recipient(id=there))

    with pytest.raises(RowConflict):
        await people.write(WORKSPACE, [RecipientWrite(a_recipient(id=id_), None) for id_ in (new, there)])

    assert list(await people.people(WORKSPACE, [new, there])) == [there]


async def test_a_hundred_people_are_written_and_read_at_once(tables: TableStore) -> None:
    people = TablePeople(tables)
    hundred = ONE_NIBBLE[:100]
    await people.write(WORKSPACE, [RecipientWrite(a_recipient(id=id_), None) for id_ in hundred])

    found = await people.people(WORKSPACE, [*ONE_NIBBLE, *hundred])

    assert {id_: person.value for id_, person in found.items()} == {id_: a_recipient(id=id_) for id_ in hundred}


async def test_people_of_two_partitions_cannot_be_one_write(tables: TableStore) -> None:
    strangers = [RecipientId("r-0"), next(id_ for id_ in ONE_NIBBLE if nibble_of("r-0") != "7")]

    with pytest.raises(ValueError, match="one nibble"):
        await TablePeople(tables).write(WORKSPACE, [RecipientWrite(a_recipient(id=id_), None) for id_ in strangers])


async def test_250_cards_of_guids_fit(tables: TableStore) -> None:
    guids = [GroupId(f"00000000-0000-4000-8000-{number:012d}") for number in range(250)]
    cards = {guid: a_card(state=CardState.PAUSED, read_at=MIDNIGHT.replace(microsecond=123456)) for guid in guids}

    found = await stored(TablePeople(tables), a_recipient(cards=cards))

    assert found.value.cards == cards


async def test_more_cards_than_a_row_holds_are_refused_in_a_sentence_and_nothing_is_stored(
    tables: TableStore,
) -> None:
    people = TablePeople(tables)
    cards = {GroupId(f"00000000-0000-4000-8000-{number:012d}"): a_card() for number in range(500)}

    with pytest.raises(ValueError, match="at most some 300 cards; r-ada would have 500"):
        await people.write(WORKSPACE, [RecipientWrite(a_recipient(cards=cards), None)])

    assert await people.people(WORKSPACE, [RECIPIENT]) == {}


async def test_all_are_the_people_of_this_workspace_but_the_deleted_ones(tables: TableStore) -> None:
    people = TablePeople(tables)
    for number in range(40):
        recipient = a_recipient(id=RecipientId(f"r-{number}"), deleted=number % 4 == 0)
        await people.write(WORKSPACE, [RecipientWrite(recipient, None)])
    await people.write(WorkspaceId("other"), [RecipientWrite(a_recipient(id=RecipientId("r-99")), None)])

    found = {recipient.id async for recipient in people.all(WORKSPACE)}

    assert found == {f"r-{number}" for number in range(40) if number % 4}


async def outlines(people: TablePeople, *, after: RecipientId | None = None) -> list[Outline]:
    return [outline async for outline in people.outlines(WORKSPACE, after=after)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"values": {}, "entra_id": None, "origin": Origin.BY_HAND},
        {"status": Status.INACTIVE, "inactive_because": InactiveBecause.LEFT, "revision": 7},
    ],
    ids=lambda changes: ",".join(changes) or "plain",
)
async def test_an_outline_says_what_the_person_says(tables: TableStore, changes: dict[str, Any]) -> None:
    people = TablePeople(tables)
    found = await stored(people, a_recipient(**changes))

    assert await outlines(people) == [Outline.of(found.value)]


async def test_outlines_tell_of_deleted_people_that_they_are(tables: TableStore) -> None:
    people = TablePeople(tables)
    before = await stored(people, a_recipient())
    await stored(people, a_recipient(deleted=True, revision=2), etag=before.etag)

    [outline] = await outlines(people)

    assert (outline.id, outline.name, outline.email, outline.deleted) == (RECIPIENT, "", "", True)


async def test_outlines_go_on_behind_anybody_there_or_not(tables: TableStore) -> None:
    people = TablePeople(tables)
    everybody = {RecipientId(f"r-{number}") for number in range(60)}
    for recipient in everybody:
        await people.write(WORKSPACE, [RecipientWrite(a_recipient(id=recipient), None)])
    await people.write(WorkspaceId("other"), [RecipientWrite(a_recipient(id=RecipientId("r-99")), None)])

    whole = [outline.id for outline in await outlines(people)]

    assert (len(whole), set(whole)) == (60, everybody)
    for number in (0, 17, 58, 59):
        assert [one.id for one in await outlines(people, after=whole[number])] == whole[number + 1 :]
    [gone] = [id_ for id_ in ONE_NIBBLE if id_ > "r-59"][:1]
    behind = [id_ for id_ in whole if (nibble_of(id_), id_) > ("7", gone)]
    assert [one.id for one in await outlines(people, after=gone)] == behind


async def test_the_first_outlines_are_had_without_reading_everybody() -> None:
    """A page of a list is read from a workspace of any size."""
    read: list[str] = []

    async def note(_table: str, partition: str) -> None:
        read.append(partition)

    tables = MemoryTables(before_read=note)
    people = TablePeople(tables)
    for number in range(100):
        await people.write(WORKSPACE, [RecipientWrite(a_recipient(id=RecipientId(f"r-{number}")), None)])

    first = await anext(aiter(people.outlines(WORKSPACE)))

    assert read == [f"{WORKSPACE}|{nibble_of(first.id)}"]
