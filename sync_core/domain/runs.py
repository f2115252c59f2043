"""A run: one sync of one group, its states, and what a delivery of its order may do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.ids import RunId
from sync_core.domain.schedule import midnight_of

if TYPE_CHECKING:
    from sync_core.domain.entra import ReadProof


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    SUCCEEDED_WITH_WARNINGS = "succeeded-with-warnings"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.RETRYING})

SYNCED_STATES = frozenset({RunState.SUCCEEDED, RunState.SUCCEEDED_WITH_WARNINGS})


class Phase(StrEnum):
    """Where a run is, in the order in which it goes through them."""

    READING = "reading"
    REMOVING = "removing"
    CLOSING = "closing"


class Trigger(StrEnum):
    NIGHT = "night"
    MANUAL = "manual"


class Mode(StrEnum):
    """What a run does. All of them hold the group's lease, keep a record and have a journal.

    ``preview``: everything a sync does but storing it. ``decision``: a sync that also carries out what was decided
    about held removals. ``undo``: puts back what another run changed. ``unlink``: ends what syncs gave the group.
    """

    SYNC = "sync"
    PREVIEW = "preview"
    DECISION = "decision"
    UNDO = "undo"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True)
class Counts:
    """People of one run. *read*: user accounts seen; *refused*: could not be taken in; *held*: wait for a person."""

    read: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    refused: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run ended as it did: a stable *code* and a sentence for people that tells the fix."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """The record of one run. All times are aware UTC; *attempt* is the token of the delivery that works on it.

    *about*: the run whose held removals were decided, or that is undone. *cancel_asked_at*: when somebody asked it to
    stop; it does so at its next sign of life, or has ended before.
    """

    id: RunId
    trigger: Trigger
    state: RunState
    night: date | None = None
    mode: Mode = Mode.SYNC
    about: RunId | None = None
    generation: int = 1
    attempt: str = ""
    attempts: int = 0
    phase: Phase | None = None
    counts: Counts = field(default_factory=Counts)
    proof: ReadProof | None = None
    reason: Reason | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    heartbeat: datetime | None = None
    ended_at: datetime | None = None
    cancel_asked_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state not in OPEN_STATES

    def ended(self, state: RunState, *, at: datetime, reason: Reason | None = None) -> Run:
        return replace(self, state=state, ended_at=at, reason=reason, phase=None, heartbeat=at)

    def cancel_asked(self, at: datetime | None) -> Run:
        """Return the run with the wish to cancel it; the first wish stays."""
        return replace(self, cancel_asked_at=self.cancel_asked_at or at)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a group keeps of its last run, for lists."""

    id: RunId
    state: RunState
    counts: Counts
    reason: Reason | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


_RUN_ID = re.compile(r"(?P<time>\d{8}T\d{6}Z)-[A-Za-z0-9-]{1,40}", re.ASCII)
_DIGITS = str.maketrans("0123456789", "9876543210")
_TIME = "%Y%m%dT%H%M%SZ"


def night_run_id(night: date, *, generation: int) -> RunId:
    """Return the one id that a night's run of a group can have, however often it is asked for."""
    return RunId(f"{midnight_of(night).strftime(_TIME)}-night-{generation}")


def manual_run_id(requested_at: datetime, *, request: str, mode: Mode = Mode.SYNC) -> RunId:
    """Return the id of a run that was asked for; *request* makes it one of its own."""
    word = "manual" if mode is Mode.SYNC else mode.value
    return RunId(f"{requested_at.astimezone(UTC).strftime(_TIME)}-{word}-{request}")


def time_of(run: RunId) -> datetime:
    """Return when the run was due or asked for, aware UTC.

    Raises:
        ValueError: *run* is no run id.
    """
    return datetime.strptime(run.partition("-")[0], _TIME).replace(tzinfo=UTC)


def is_run_id(text: str) -> bool:
    return _RUN_ID.fullmatch(text) is not None


def row_key_of(run: RunId) -> str:
    """Return the key that sorts newer runs before older ones: the digits of its time, complemented."""
    time, separator, rest = run.partition("-")
    return time.translate(_DIGITS) + separator + rest


def row_key_at(moment: datetime) -> str:
    """Return what lies between the keys of runs that were due or asked for after *moment* and of those before."""
    return row_key_of(RunId(moment.astimezone(UTC).strftime(_TIME)))


def run_id_of(row_key: str) -> RunId:
    return RunId(row_key_of(RunId(row_key)))
