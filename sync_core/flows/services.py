"""Everything that the flows reach the outside through, handed to them as one value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync_core import ports
    from sync_core.telemetry import EventLog, Telemetry


@dataclass(frozen=True, slots=True)
class Services:
    """*lease*: how long a run may go without a sign of life. *run_time*: after so long a run hands itself on.

    *history*: how long run records and journals are kept. *new_token*: returns a random id, never the same twice.
    *new_secret*: returns 256 random bits in URL-safe base64, which nobody can guess.
    """

    clock: ports.Clock
    workspaces: ports.Workspaces
    groups: ports.Groups
    schedules: ports.Schedules
    nights: ports.Nights
    runs: ports.Runs
    states: ports.GroupStates
    journal: ports.Journal
    identities: ports.Identities
    people: ports.People
    members: ports.Members
    holds: ports.Holds
    events: ports.Events
    orders: ports.Orders
    trials: ports.ConnectionTrials
    backlogs: ports.Backlogs
    entra: ports.Entra
    signing_keys: ports.SigningKeys
    log: EventLog
    telemetry: Telemetry
    new_token: Callable[[], str]
    new_secret: Callable[[], str]
    lease: timedelta = timedelta(seconds=90)
    run_time: timedelta = timedelta(minutes=25)
    history: timedelta = timedelta(days=90)
