"""Carry out what was decided about held removals, checked against a fresh read of Entra.

The frozen list is the most that can happen: who is approved and still planned goes, who is rejected stays, who was
not decided stays held, and who was approved but is not planned any more is told of and left alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.holds import HeldKind, Verdict
from sync_core.domain.journal import OUTDATED, JournalEntry
from sync_core.flows.apply_people import Deactivations
from sync_core.flows.take_out import UNDECIDED, TakenOut, forget_refused, frozen, who_goes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.holds import HeldPerson, Removal
    from sync_core.domain.options import SyncOptions
    from sync_core.flows.apply_people import PeopleApplier
    from sync_core.flows.locate_people import Left

NOT_WANTED_ANY_MORE = "not-wanted-any-more"

_DEACTIVATIONS = {
    Verdict.APPROVED: Deactivations.APPLY,
    Verdict.REJECTED: Deactivations.REJECT,
    Verdict.UNDECIDED: Deactivations.HOLD,
}


async def carry_out_decision(
    applier: PeopleApplier,
    options: SyncOptions,
    left: Sequence[Left],
    *,
    decided: Mapping[Removal, HeldPerson],
    complete: bool,
) -> TakenOut:
    """Apply what was *decided* of what is planned now; return who still waits, and who was not to go any more.

    Not *complete*: nobody is taken out, and everybody who was to be goes on waiting.
    """
    leaving = {one.member.recipient: one for one in (who_goes(options, left) if complete else [])}
    put_off = dict(applier.outcome.put_off)
    planned = [_judged(one, decided) for one in frozen(list(leaving.values()), put_off)]
    for verdict, deactivations in _DEACTIVATIONS.items():
        seen = [put_off[one.recipient] for one in _of(planned, HeldKind.DEACTIVATION, verdict)]
        await applier.apply(seen, deactivations, settled=True)
    await forget_refused(applier, left, complete=complete)
    approved = [leaving[one.recipient] for one in _of(planned, HeldKind.REMOVAL, Verdict.APPROVED)]
    await applier.apply(approved, Deactivations.APPLY)
    await applier.keep([leaving[one.recipient] for one in _of(planned, HeldKind.REMOVAL, Verdict.REJECTED)])
    held = [one for one in planned if one.verdict is Verdict.UNDECIDED]
    if complete:
        await _tell_outdated(applier, decided, planned)
    else:
        removals = [one for one in decided.values() if one.kind is HeldKind.REMOVAL]
        held += [replace(one, verdict=Verdict.UNDECIDED) for one in removals]
    return TakenOut(len(planned), tuple(held), UNDECIDED if held else "")


async def _tell_outdated(
    applier: PeopleApplier, decided: Mapping[Removal, HeldPerson], planned: Sequence[HeldPerson]
) -> None:
    """Tell of those who were approved and are not to go any more, unless this run has taken them out already."""
    wanted = {one.removal for one in planned}
    gone_by = [one for one in decided.values() if one.verdict is Verdict.APPROVED and one.removal not in wanted]
    done = await applier.taken_out_before(gone_by)
    await applier.note(
        [
            JournalEntry(one.recipient, one.entra_id, OUTDATED, NOT_WANTED_ANY_MORE)
            for one in gone_by
            if one.recipient not in done
        ]
    )


def _judged(planned: HeldPerson, decided: Mapping[Removal, HeldPerson]) -> HeldPerson:
    verdict = decided[planned.removal].verdict if planned.removal in decided else Verdict.UNDECIDED
    return replace(planned, verdict=verdict)


def _of(planned: Sequence[HeldPerson], kind: HeldKind, verdict: Verdict) -> list[HeldPerson]:
    return [one for one in planned if one.kind is kind and one.verdict is verdict]
