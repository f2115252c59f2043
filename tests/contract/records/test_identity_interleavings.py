"""Another claimer may come in between any two requests of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.directory.identities import TableIdentities
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import RecipientId
from tests.builders import MIDNIGHT, WORKSPACE, entra_user_id
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.ports import RowWrite

ADA, BOB = RecipientId("r-ada"), RecipientId("r-bob")
LATER = MIDNIGHT + timedelta(minutes=1)
KEYS = [f"email:{number:031x}0" for number in range(3)]
USER = f"entra:{entra_user_id(1)}"


async def test_a_claim_made_while_the_taken_ones_were_read_is_respected() -> None:
    """Our insert finds the first key taken; the second is taken before we insert again."""
    tables = MemoryTables()
    await TableIdentities(tables).claim(WORKSPACE, {KEYS[0]: BOB}, at=MIDNIGHT)
    writes = 0

    async def come_in_between(_table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            tables.before_write = None
            await TableIdentities(tables).claim(WORKSPACE, {KEYS[1]: BOB}, at=MIDNIGHT)

    tables.before_write = come_in_between
    claims = await TableIdentities(tables).claim(WORKSPACE, dict.fromkeys(KEYS, ADA), at=LATER)

    assert {key: (claim.owner, claim.fresh) for key, claim in claims.items()} == {
        KEYS[0]: (BOB, False),
        KEYS[1]: (BOB, False),
        KEYS[2]: (ADA, True),
    }


async def test_a_key_that_was_taken_and_released_again_meanwhile_is_claimed() -> None:
    tables = MemoryTables()
    await TableIdentities(tables).claim(WORKSPACE, {KEYS[0]: BOB}, at=MIDNIGHT)

    async def release_first(_table: str, _partition: str) -> None:
        tables.before_read = None
        await TableIdentities(tables).release(WORKSPACE, {KEYS[0]: BOB}, claimed_before=LATER)

    tables.before_read = release_first
    claims = await TableIdentities(tables).claim(WORKSPACE, {KEYS[0]: ADA}, at=LATER)

    assert (claims[KEYS[0]].owner, claims[KEYS[0]].fresh) == (ADA, True)


async def test_a_claim_whose_answer_was_lost_is_found_to_be_ours() -> None:
    tables = MemoryTables()

    async def lose_the_answer(table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        tables.after_write = None
        raise RowConflict(table, 0)

    tables.after_write = lose_the_answer
    claims = await TableIdentities(tables).claim(WORKSPACE, {USER: ADA}, at=MIDNIGHT)

    assert claims[USER].owner == ADA


async def test_a_claim_taken_over_while_it_was_to_be_released_stays() -> None:
    tables = MemoryTables()
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {USER: ADA}, at=MIDNIGHT))[USER]

    async def take_over(_table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        tables.before_write = None
        await identities.take_over(WORKSPACE, USER, owner=BOB, claim=claim, at=LATER)

    tables.before_write = take_over
    await identities.release(WORKSPACE, {USER: ADA}, claimed_before=LATER)

    assert (await identities.owners(WORKSPACE, [USER]))[USER].owner == BOB
