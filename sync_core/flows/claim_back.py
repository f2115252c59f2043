"""Claim again, for people who are put back, the addresses and Entra ids that they had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.undoing import EMAIL_PATH, ENTRA_PATH
from sync_core.flows.locate_people import CLAIM_SETTLES, entra_key
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId, WorkspaceId
    from sync_core.flows.services import Services
    from sync_core.ports import Claim

_TAKE_OVERS_AT_A_TIME = 8


async def claim_back(
    services: Services,
    workspace: WorkspaceId,
    wanted: Mapping[str, RecipientId],
    *,
    leaving: AbstractSet[RecipientId] = frozenset(),
) -> dict[str, RecipientId]:
    """Claim each key for its recipient; return those that cannot be had, with who has them.

    *leaving*: recipients who give up what they have, because all of them move at once. A claim of our own from before
    is renewed, so that nobody takes it for one that a killed run has left.
    """
    now = services.clock.now()
    claims = await services.identities.claim(workspace, wanted, at=now)
    owners = {claim.owner for key, claim in claims.items() if claim.owner != wanted[key]}
    holders = await services.people.people(workspace, sorted(owners))

    def may_take(key: str, claim: Claim) -> bool:
        if claim.owner == wanted[key] or claim.owner in leaving:
            return True
        holder = holders.get(claim.owner)
        carried = holder is not None and key in keys_of(holder.value)
        return not carried and now - claim.claimed_at > CLAIM_SETTLES

    async def take(item: tuple[str, Claim]) -> bool:
        key, claim = item
        return may_take(key, claim) and await services.identities.take_over(
            workspace, key, owner=wanted[key], claim=claim, at=now
        )

    older = {key: claim for key, claim in claims.items() if not claim.fresh}
    taken = await each(take, older.items(), limit=_TAKE_OVERS_AT_A_TIME)
    return {key: claim.owner for (key, claim), ours in zip(older.items(), taken, strict=True) if not ours}


def keys_of(person: Recipient) -> dict[str, str]:
    """Return the keys of everything that only one recipient can have and that *person* has, with the path of each."""
    keys = {}
    if EMAIL in person.values:
        keys[email.key_of(person.values[EMAIL])] = EMAIL_PATH
    if person.entra_id is not None:
        keys[entra_key(person.entra_id)] = ENTRA_PATH
    return keys
