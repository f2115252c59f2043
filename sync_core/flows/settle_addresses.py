"""At the end of a read: try again whoever wanted an address that somebody else had then.

People rename: Ada takes over Grace's address and Grace gets a new one, or the two swap. Whether that works depends
on who comes first in the read, and must not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.flows.apply_people import Deactivations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.ids import RecipientId
    from sync_core.flows.apply_people import PeopleApplier
    from sync_core.flows.locate_people import Seen


async def settle_addresses(applier: PeopleApplier) -> list[Seen]:
    """Apply the blocked people again until nobody moves any more; return who is still blocked."""
    return await _settle(applier, Deactivations.PUT_OFF)


async def settle_the_rest(applier: PeopleApplier, blocked: Sequence[Seen], deactivations: Deactivations) -> None:
    """Try *blocked* once more, now that who left has given up their address; the rest become warnings."""
    await applier.apply(blocked, deactivations)
    still = await _settle(applier, deactivations)
    await applier.apply(still, deactivations, settled=True)


async def _settle(applier: PeopleApplier, deactivations: Deactivations) -> list[Seen]:
    waiting = _take_blocked(applier)
    while waiting:
        intents = [intent for intent, _ in waiting.values()]
        leaving = moving_together({person: holder for person, (_, holder) in waiting.items()})
        await applier.apply(intents, deactivations, leaving_address=leaving)
        left = _take_blocked(applier)
        if len(left) == len(waiting):
            return intents
        waiting = left
    return []


def moving_together(blocked_by: Mapping[RecipientId, RecipientId]) -> frozenset[RecipientId]:
    """Return those who can all take their new address at once, because every holder moves with them.

    *blocked_by*: person -> who has the address that the person wants.
    """
    moving = set(blocked_by)
    while stuck := {person for person in moving if blocked_by[person] not in moving}:
        moving -= stuck
    return frozenset(moving)


def _take_blocked(applier: PeopleApplier) -> dict[RecipientId, tuple[Seen, RecipientId]]:
    blocked, applier.outcome.blocked = applier.outcome.blocked, {}
    return blocked
