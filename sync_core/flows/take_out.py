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

    from sync_core.domain.options import SyncOptions
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
    put_off = tuple(applier.outcome.put_off.values())
    why = why_held(options.removal_guard, leaving=len(leaving) + len(put_off), members=members)
    await applier.apply(put_off, Deactivations.HOLD if why else Deactivations.APPLY, settled=True)
    if complete:
        await applier.apply([one for one in left if one.member.state is MemberState.REFUSED], Deactivations.APPLY)
    if why is not None:
        return Held(len(leaving) + len(put_off), why)
    await applier.apply(leaving, Deactivations.APPLY)
    return None


def _who_goes(options: SyncOptions, left: Sequence[Left]) -> list[Left]:
    if options.when_user_leaves_group is OnLeave.KEEP:
        return []
    return [one for one in left if one.member.state is MemberState.MEMBER]
