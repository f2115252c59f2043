"""Take out who left, if the read was proved complete and the removal guard has nothing against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState
from sync_core.domain.guard import why_held
from sync_core.domain.options import OnLeave
from sync_core.flows.apply_people import Deactivations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.options import RemovalGuard, SyncOptions
    from sync_core.flows.apply_people import PeopleApplier
    from sync_core.flows.locate_people import Left


@dataclass(frozen=True, slots=True)
class Held:
    """*people* removals and deactivations wait for a decision."""

    people: int
    why: str


async def take_out(
    applier: PeopleApplier, options: SyncOptions, left: Sequence[Left], *, members: int, complete: bool
) -> Held | None:
    """Take out everybody of *left*, and deactivate who was put off; return what was held instead, if anything.

    *members*: how many were in the group before. Not *complete*: nobody is taken out, whatever was seen.
    """
    leaving = _who_goes(options, left) if complete else []
    put_off = tuple(applier.outcome.put_off)
    why = _why_held(applier, options.removal_guard, leaving=len(leaving), members=members)
    await applier.apply(put_off, Deactivations.HOLD if why else Deactivations.APPLY, settled=True)
    if complete:
        await applier.apply([one for one in left if one.member.state is MemberState.REFUSED], Deactivations.APPLY)
    if why is not None:
        return Held(len(leaving) + len(put_off), why)
    await applier.apply(leaving, Deactivations.APPLY)
    return None


def _why_held(applier: PeopleApplier, guard: RemovalGuard, *, leaving: int, members: int) -> str | None:
    """Ask the guard about those who were in the group before, and about all who would be deactivated.

    Somebody known from another group can be deactivated by the run that first sees them here: this group had nobody
    to lose yet, so the share is that of its members now.
    """
    put_off = len(applier.outcome.put_off)
    newcomers = sum(one.known_as is None for one in applier.outcome.put_off)
    now = members + applier.outcome.joined + newcomers
    return why_held(guard, leaving=leaving + put_off - newcomers, members=members) or why_held(
        guard, leaving=put_off, members=now
    )


def _who_goes(options: SyncOptions, left: Sequence[Left]) -> list[Left]:
    if options.when_user_leaves_group is OnLeave.KEEP:
        return []
    return [one for one in left if one.member.state is MemberState.MEMBER]
