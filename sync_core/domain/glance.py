"""What a group's own row tells of its syncs, so that a list of many groups has to look nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sync_core.domain.runs import SYNCED_STATES, Mode, RunState, RunSummary, time_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from sync_core.domain.ids import RunId
    from sync_core.domain.runs import Run

#  Lists tell of what syncs a group; previews and what ends or undoes something have their own records.
SHOWN_MODES = frozenset({Mode.SYNC, Mode.DECISION})


@dataclass(frozen=True, slots=True)
class RunMark:
    """A run that waits or works. *since*: when it was asked for, put off, or taken up by its last delivery."""

    run: RunId
    since: datetime


@dataclass(frozen=True, slots=True)
class Glance:
    """A group's syncs in short. All times are aware UTC.

    *last*: the last one that ended and is news. *settled*: where that one was cancelled, the last one that was not.
    *succeeded_at*: when one last went through. *night*: the last night whose run has ended, whether or not it is
    news. *queued* and *running*: marks that the runs leave; what they mean by now `schedule_state` decides.
    """

    last: RunSummary | None = None
    settled: RunSummary | None = None
    succeeded_at: datetime | None = None
    night: date | None = None
    queued: RunMark | None = None
    running: RunMark | None = None

    @property
    def outcome(self) -> RunSummary | None:
        """The last sync that came to an end of its own: a cancelled one says nothing of how the group stands."""
        if self.last is not None and self.last.state is RunState.CANCELLED:
            return self.settled
        return self.last

    def is_superseded(self, run: RunId) -> bool:
        """Tell whether a newer run than *run* is shown as the last one already."""
        return self.last is not None and time_of(self.last.id) > time_of(run)

    def after(self, run: Run, *, is_news: bool) -> Glance:
        """Return the glance once *run* has ended; one that is no news only stops being at work."""
        over = replace(
            self,
            queued=_unless_of(run.id, self.queued),
            running=_unless_of(run.id, self.running),
            night=max((night for night in (run.night, self.night) if night is not None), default=None),
        )
        if not is_news or self.is_superseded(run.id):
            return over
        return replace(
            over,
            last=summary_of(run),
            settled=self.outcome if run.state is RunState.CANCELLED else None,
            succeeded_at=run.ended_at if run.state in SYNCED_STATES else self.succeeded_at,
        )


NOTHING = Glance()


def summary_of(run: Run) -> RunSummary:
    return RunSummary(run.id, run.state, run.counts, run.reason, run.started_at, run.ended_at)


def _unless_of(run: RunId, mark: RunMark | None) -> RunMark | None:
    return None if mark is not None and mark.run == run else mark
