from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.directory.identities import TableIdentities
from sync_core.adapters.directory.names import IDENTITIES
from sync_core.domain import email
from sync_core.domain.ids import RecipientId, WorkspaceId, nibble_of, recipient_of
from tests.builders import MIDNIGHT, WORKSPACE, entra_user_id

if TYPE_CHECKING:
    from sync_core.ports import TableStore

TABLES = (IDENTITIES,)

ADA, BOB = RecipientId("r-ada"), RecipientId("r-bob")
LATER = MIDNIGHT + timedelta(minutes=1)
ADDRESS = email.key_of("ada@example.com")
USER = f"entra:{entra_user_id(1)}"


def many(owner: RecipientId | None = None, *, first: int = 0, last: int = 250) -> dict[str, RecipientId]:
    """Return keys of both kinds, wanted for *owner* or for a recipient each."""
    users = [entra_user_id(number) for number in range(first, last)]
    return {f"entra:{user}": owner or recipient_of(user) for user in users} | {
        email.key_of(f"{user}@example.com"): owner or recipient_of(user) for user in users
    }


async def owners_of(identities: TableIdentities, *keys: str) -> dict[str, RecipientId]:
    return {key: claim.owner for key, claim in (await identities.owners(WORKSPACE, keys)).items()}


async def test_what_nobody_owned_is_claimed_afresh(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    claims = await identities.claim(WORKSPACE, {ADDRESS: ADA, USER: ADA}, at=MIDNIGHT)

    assert {key: (claim.owner, claim.fresh, claim.claimed_at) for key, claim in claims.items()} == {
        ADDRESS: (ADA, True, MIDNIGHT),
        USER: (ADA, True, MIDNIGHT),
    }
    found = await identities.owners(WORKSPACE, [ADDRESS, USER])
    assert {key: claim.etag for key, claim in found.items()} == {key: claim.etag for key, claim in claims.items()}


async def test_what_somebody_owns_stays_theirs(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT)

    for wanted_by in (ADA, BOB):
        claim = (await identities.claim(WORKSPACE, {ADDRESS: wanted_by}, at=LATER))[ADDRESS]

        assert (claim.owner, claim.fresh, claim.claimed_at) == (ADA, False, MIDNIGHT)


async def test_many_keys_are_claimed_past_those_that_are_taken(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    await identities.claim(WORKSPACE, many(BOB, first=100, last=110), at=MIDNIGHT)

    claims = await identities.claim(WORKSPACE, many(), at=LATER)

    taken = many(BOB, first=100, last=110)
    assert {key: claim.owner for key, claim in claims.items()} == many() | taken
    assert {key for key, claim in claims.items() if not claim.fresh} == set(taken)


async def test_of_two_claimers_at_once_each_key_has_one_owner_and_both_see_it(tables: TableStore) -> None:
    both = await asyncio.gather(
        TableIdentities(tables).claim(WORKSPACE, many(ADA), at=MIDNIGHT),
        TableIdentities(tables).claim(WORKSPACE, many(BOB), at=LATER),
    )

    first, second = ({key: claim.owner for key, claim in claims.items()} for claims in both)
    assert first == second == await owners_of(TableIdentities(tables), *many())
    assert all(first_claim.fresh != both[1][key].fresh for key, first_claim in both[0].items())


async def test_people_who_are_stored_together_are_claimed_together(tables: TableStore) -> None:
    await TableIdentities(tables).claim(WORKSPACE, {USER: ADA}, at=MIDNIGHT)

    partition = f"{WORKSPACE}|{nibble_of(recipient_of(entra_user_id(1)))}"
    assert await tables.get(IDENTITIES, partition, USER) is not None


async def test_workspaces_do_not_share_owners(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT)

    claims = await identities.claim(WorkspaceId("other"), {ADDRESS: BOB}, at=MIDNIGHT)

    assert claims[ADDRESS].owner == BOB


async def test_a_claim_that_is_as_it_was_read_can_be_taken_over(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT))[ADDRESS]

    assert await identities.take_over(WORKSPACE, ADDRESS, owner=BOB, claim=claim, at=LATER)

    now = (await identities.owners(WORKSPACE, [ADDRESS]))[ADDRESS]
    assert (now.owner, now.claimed_at) == (BOB, LATER)


async def test_a_claim_that_has_changed_cannot_be_taken_over(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT))[ADDRESS]
    await identities.take_over(WORKSPACE, ADDRESS, owner=BOB, claim=claim, at=LATER)

    eve = RecipientId("r-eve")
    assert not await identities.take_over(WORKSPACE, ADDRESS, owner=eve, claim=claim, at=LATER)
    assert await owners_of(identities, ADDRESS) == {ADDRESS: BOB}


async def test_a_claim_that_is_gone_cannot_be_taken_over(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT))[ADDRESS]
    await identities.release(WORKSPACE, {ADDRESS: ADA}, claimed_before=LATER)

    assert not await identities.take_over(WORKSPACE, ADDRESS, owner=BOB, claim=claim, at=LATER)
    assert await owners_of(identities, ADDRESS) == {}


async def test_a_take_over_whose_answer_was_lost_is_ours(tables: TableStore) -> None:
    """The write is repeated then and finds its own row."""
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT))[ADDRESS]
    await identities.take_over(WORKSPACE, ADDRESS, owner=BOB, claim=claim, at=LATER)

    assert await identities.take_over(WORKSPACE, ADDRESS, owner=BOB, claim=claim, at=LATER)


async def test_only_what_still_belongs_to_the_one_named_is_released(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    await identities.claim(WORKSPACE, {ADDRESS: ADA, USER: BOB}, at=MIDNIGHT)
    missing = email.key_of("nobody@example.com")

    await identities.release(WORKSPACE, {ADDRESS: ADA, USER: ADA, missing: ADA}, claimed_before=LATER)

    assert await owners_of(identities, ADDRESS, USER, missing) == {USER: BOB}


async def test_what_was_released_can_be_claimed_again(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    await identities.claim(WORKSPACE, many(ADA, last=40), at=MIDNIGHT)
    await identities.release(WORKSPACE, many(ADA, last=40), claimed_before=LATER)

    claims = await identities.claim(WORKSPACE, many(BOB, last=40), at=LATER)

    assert {claim.owner for claim in claims.values() if claim.fresh} == {BOB}


async def test_a_claim_that_was_renewed_since_is_not_released(tables: TableStore) -> None:
    """Its recipient is moving back to the address just now: freeing it would give it to two."""
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT))[ADDRESS]
    await identities.take_over(WORKSPACE, ADDRESS, owner=ADA, claim=claim, at=LATER)
    await identities.release(WORKSPACE, {ADDRESS: ADA}, claimed_before=LATER)

    assert await owners_of(identities, ADDRESS) == {ADDRESS: ADA}


async def test_what_another_run_gave_to_the_same_recipient_meanwhile_is_theirs(tables: TableStore) -> None:
    """Two groups renew one person's claim at the same moment: neither may think that somebody else has it."""
    identities = TableIdentities(tables)
    claim = (await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT))[ADDRESS]
    await identities.take_over(WORKSPACE, ADDRESS, owner=ADA, claim=claim, at=LATER)

    assert await identities.take_over(WORKSPACE, ADDRESS, owner=ADA, claim=claim, at=LATER + timedelta(seconds=1))
    assert not await identities.take_over(WORKSPACE, ADDRESS, owner=BOB, claim=claim, at=LATER)


async def test_what_was_claimed_by_a_host_whose_clock_is_a_little_behind_is_not_released(tables: TableStore) -> None:
    identities = TableIdentities(tables)
    await identities.claim(WORKSPACE, {ADDRESS: ADA}, at=MIDNIGHT)
    await identities.release(WORKSPACE, {ADDRESS: ADA}, claimed_before=MIDNIGHT + timedelta(seconds=2))

    assert await owners_of(identities, ADDRESS) == {ADDRESS: ADA}
