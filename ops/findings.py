"""What of a night needs a look. The limits are those of the alerts, and each finding is an alert's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from ops.words import count, span
from sync_core.domain.runs import OPEN_STATES, RunState
from sync_core.domain.schedule import midnight_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sync_core.domain.backlog import Backlog
    from sync_core.domain.nights import Night

ENQUEUED_WITHIN = timedelta(minutes=15)
OLDEST = timedelta(minutes=30)
FAILED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Glance:
    """The night at *now*. *due*: groups whose schedule is due now. *runs*: how many of tonight's are in each state.

    *queues*: with their poison. *holds*: lists that wait for a decision. *failed_connections*: workspaces whose
    tenant refuses.
    """

    now: datetime
    tonight: date
    night: Night | None
    due: int
    queues: Sequence[Backlog]
    runs: Mapping[RunState, int] = field(default_factory=dict)
    holds: int = 0
    failed_connections: int = 0

    @property
    def enqueued(self) -> int:
        return 0 if self.night is None else self.night.total

    @property
    def without_run(self) -> int:
        """Orders that were sent and have no run (yet)."""
        return max(self.enqueued - sum(self.runs.values()), 0)

    @property
    def carried_out(self) -> int:
        """Runs that have come to an end of their own."""
        left_out = OPEN_STATES | {RunState.SKIPPED, RunState.CANCELLED}
        return sum(number for state, number in self.runs.items() if state not in left_out)


@dataclass(frozen=True, slots=True)
class Finding:
    """*alert*: its name, and that of its page in docs/runbook.md."""

    alert: str
    sentence: str


def findings(glance: Glance) -> list[Finding]:
    """Return what needs a look, the most pressing first; an empty list where all is well."""
    found = (_night(glance), *map(_waiting, glance.queues), _poison(glance), _failed(glance), *_of_people(glance))
    return [finding for finding in found if finding is not None]


def _night(glance: Glance) -> Finding | None:
    is_complete = glance.night is not None and glance.night.completed_at is not None
    if is_complete or not glance.due or glance.now - midnight_of(glance.tonight) < ENQUEUED_WITHIN:
        return None
    said = "was not begun" if glance.night is None else "was begun and not finished"
    due = count(glance.due, "group is", "groups are")
    return Finding("night-missing", f"The night {glance.tonight} {said}, and {due} due.")


def _waiting(queue: Backlog) -> Finding | None:
    if queue.oldest <= OLDEST:
        return None
    return Finding("oldest-order-waits", f"A message on {queue.queue} has waited for {span(queue.oldest)}.")


def _poison(glance: Glance) -> Finding | None:
    poison = sum(queue.poison for queue in glance.queues)
    return Finding("poison-not-empty", f"{count(poison, 'message')} put aside as poison.") if poison else None


def _failed(glance: Glance) -> Finding | None:
    failed = glance.runs.get(RunState.FAILED, 0)
    if not failed or failed < FAILED_SHARE * glance.carried_out:
        return None
    return Finding("runs-fail", f"{failed:,} of tonight's {glance.carried_out:,} runs failed.")


def _of_people(glance: Glance) -> tuple[Finding | None, Finding | None]:
    """Return what a customer's people have to do something about."""
    refused, held = glance.failed_connections, glance.holds
    connections = f"{count(refused, 'connection has', 'connections have')} failed."
    lists = f"{count(held, 'list waits', 'lists wait')} for a decision about held removals."
    return (
        Finding("consent-lost", connections) if refused else None,
        Finding("holds-wait", lists) if held else None,
    )
