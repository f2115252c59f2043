"""Carry out what was decided about held removals, checked against a fresh read of Entra.

The frozen list is the most that can happen: who is approved and still planned goes, who is rejected stays, who was
not decided stays held, and who was approved but is not planned any more is told of and left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.holds import Verdict
from sync_core.domain.journal import OUTDATED, JournalEntry
from sync_core.flows.apply_people import Deactivations
from sync_core.flows.take_out import TakenOut, forget_refused, frozen, who_goes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.options import SyncOptions
    from sync_core.flows.apply_people import PeopleApplier
    from sync_core.flows.locate_people import Left

_UNDECIDED = "These people were not decided yet."
NOT_WANTED_ANY_MORE = "not-wanted-any-more"


async def carry_out_decision(
    applier: PeopleApplier,
    options: SyncOptions,
    left: Sequence[Left],
    *,
    decided: Mapping[RecipientId, HeldPerson],
    complete: bool,
) -> TakenOut:
    """Apply what was *decided* of what is planned now; return who still waits, and who was not to go any more.

    Not *complete*: nobody is taken out, and everybody who was to be goes on waiting.
    """
    leaving = who_goes(options, left) if complete else []
    put_off = dict(applier.outcome.put_off)

    def verdict(recipient: RecipientId) -> Verdict:
        return decided[recipient].verdict if recipient in decided else Verdict.UNDECIDED

    for judged, deactivations in (
        (Verdict.APPROVED, Deactivations.APPLY),
        (Verdict.REJECTED, Deactivations.REJECT),
        (Verdict.UNDECIDED, Deactivations.HOLD),
    ):
        seen = [one for recipient, one in put_off.items() if verdict(recipient) is judged]
        await applier.apply(seen, deactivations, settled=True)
    await forget_refused(applier, left, complete=complete)
    by_verdict = {judged: [one for one in leaving if verdict(one.member.recipient) is judged] for judged in Verdict}
    await applier.apply(by_verdict[Verdict.APPROVED], Deactivations.APPLY)
    await applier.keep(by_verdict[Verdict.REJECTED])
    planned = put_off.keys() | {one.member.recipient for one in leaving}
    outdated = [one for one in decided.values() if one.verdict is Verdict.APPROVED and one.recipient not in planned]
    if complete:
        await applier.note(
            [JournalEntry(one.recipient, one.entra_id, OUTDATED, NOT_WANTED_ANY_MORE) for one in outdated]
        )
    waiting = {recipient: one for recipient, one in put_off.items() if verdict(recipient) is Verdict.UNDECIDED}
    held = frozen(by_verdict[Verdict.UNDECIDED], waiting) if complete else list(decided.values())
    return TakenOut(len(planned), tuple(held), _UNDECIDED if held else "")
