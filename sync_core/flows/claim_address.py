"""Claim an e-mail address for one person, outside a group's run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.field_settings import EMAIL
from sync_core.flows.locate_people import CLAIM_SETTLES

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId, WorkspaceId
    from sync_core.flows.services import Services
    from sync_core.ports import Claim, Stored


async def claim_address(
    services: Services, workspace: WorkspaceId, address: str, *, recipient: RecipientId, adopt: str | None = None
) -> RecipientId | None:
    """Return whose *address* is now: *recipient*'s, or None where somebody else has it.

    *adopt*: where whoever claimed the address was never stored and has an id that begins like this, that id is
    returned instead: the same thing was begun before and cut off.
    """
    key, now = email.key_of(address), services.clock.now()
    claim = (await services.identities.claim(workspace, {key: recipient}, at=now))[key]
    if claim.fresh:
        return recipient
    owner = claim.owner
    if owner != recipient:
        holder = (await services.people.people(workspace, [owner])).get(owner)
        if adopt is not None and holder is None and owner.startswith(adopt):
            recipient = owner
        elif _carries(holder, key) or not _is_abandoned(services, claim):
            return None
    #  Renewed, so that nobody takes it for one that was left behind.
    renewed = await services.identities.take_over(workspace, key, owner=recipient, claim=claim, at=now)
    return recipient if renewed else None


def _carries(holder: Stored[Recipient] | None, key: str) -> bool:
    if holder is None or holder.value.deleted:
        return False
    address = holder.value.values.get(EMAIL)
    return address is not None and email.key_of(address) == key


def _is_abandoned(services: Services, claim: Claim) -> bool:
    return services.clock.now() - claim.claimed_at > CLAIM_SETTLES
