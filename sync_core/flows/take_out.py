"""Take out who left, if the read was proved complete and the removal guard has nothing against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState
from sync_core.domain.guard import why_held
from sync_core.domain.holds import HeldKind, HeldPerson
from sync_core.domain.options import OnLeave
from sync_core.flows.apply_people import Deactivations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.holds import Removal
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.options import RemovalGuard, SyncOptions
    from sync_core.flows.apply_people import PeopleApplier
    from sync_core.flows.locate_people import Left, Seen

DISABLED = "disabled-in-entra"

UNDECIDED = "These people were not decided yet."


@dataclass(frozen=True, slots=True)
class TakenOut:
    """*held*: who waits for a decision, and *why*; nobody where it is empty. *wanted*: how many were to go at all."""

    wanted: int
    held: tuple[HeldPerson, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the removal guard counts by. *members*: in the group before the run; *gone*: taken out by it already.

    A run that is taken over is one run: what its earlier attempts added or took out makes no difference.
    """

    members: int
    gone: int = 0


async def take_out(
    applier: PeopleApplier,
    options: SyncOptions,
    left: Sequence[Left],
    *,
    guarded: Guarded,
    complete: bool,
    waiting: AbstractSet[Removal] = frozenset(),
) -> TakenOut:
    """Take out everybody of *left*, and deactivate who was put off, or hold them all.

    Not *complete*: nobody is taken out, whatever was seen. *waiting*: who is on a list that nobody has decided
    about; they go on waiting, however few are left of them.
    """
    leaving = who_goes(options, left) if complete else []
    put_off = applier.outcome.put_off
    wanted = frozen(leaving, put_off)
    why = _why_held(applier, options.removal_guard, leaving=len(leaving), guarded=guarded)
    kept_waiting = waiting if options.removal_guard.enabled else frozenset()
    held = [one for one in wanted if why is not None or one.removal in kept_waiting]
    staying = {one.recipient for one in held}
    deactivated = [seen for recipient, seen in put_off.items() if recipient not in staying]
    left_active = [seen for recipient, seen in put_off.items() if recipient in staying]
    await applier.apply(deactivated, Deactivations.APPLY, settled=True)
    await applier.apply(left_active, Deactivations.HOLD, settled=True)
    await forget_refused(applier, left, complete=complete)
    await applier.apply([one for one in leaving if one.member.recipient not in staying], Deactivations.APPLY)
    return TakenOut(len(wanted), tuple(held), (why or UNDECIDED) if held else "")


def _why_held(applier: PeopleApplier, guard: RemovalGuard, *, leaving: int, guarded: Guarded) -> str | None:
    """Ask the guard about those who were in the group before, and about all who would be deactivated.

    Somebody known from another group can be deactivated by the run that first sees them here: this group had nobody
    to lose yet, so the share is that of its members now.
    """
    put_off = applier.outcome.put_off.values()
    newcomers = sum(one.known_as is None for one in put_off)
    now = guarded.members + applier.stored.joined + newcomers
    wanted = leaving + len(put_off) - newcomers
    going = guarded.gone + wanted if wanted else 0
    return why_held(guard, leaving=going, members=guarded.members) or why_held(
        guard, leaving=len(put_off), members=now
    )


async def forget_refused(applier: PeopleApplier, left: Sequence[Left], *, complete: bool) -> None:
    """Drop the rows of people who were never taken in and are gone from the group."""
    if complete:
        gone = [one for one in left if one.member.state is MemberState.REFUSED]
        await applier.apply(gone, Deactivations.APPLY)


def who_goes(options: SyncOptions, left: Sequence[Left]) -> list[Left]:
    """Return those of *left* whom the options let go; who is kept by a decision stays."""
    if options.when_user_leaves_group is OnLeave.KEEP:
        return []
    return [one for one in left if one.member.state is MemberState.MEMBER]


def frozen(leaving: Sequence[Left], put_off: Mapping[RecipientId, Seen]) -> list[HeldPerson]:
    removals = [
        HeldPerson(one.member.recipient, one.member.entra_id, HeldKind.REMOVAL, one.reason) for one in leaving
    ]
    deactivations = [
        HeldPerson(recipient, seen.user.id, HeldKind.DEACTIVATION, DISABLED) for recipient, seen in put_off.items()
    ]
    return removals + deactivations
