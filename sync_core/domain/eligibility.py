"""Whether an order that was delivered may start its run, as things stand now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.domain.plans import refusal_of
from sync_core.domain.runs import Mode, Reason, RunState
from sync_core.domain.schedule import Cadence
from sync_core.domain.workspaces import ConnectionStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import TenantId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.schedule import Schedule
    from sync_core.domain.workspaces import Connection, Rulebook, Workspace

GROUP_GONE = "group-gone"

#  These put back or end what syncs did, which must be possible when Entra is out of reach.
NEED_NO_ENTRA = frozenset({Mode.UNDO, Mode.UNLINK})

_NOT_CONNECTED = {
    None: "The workspace is not connected to Entra ID. Connect it in the integration settings.",
    ConnectionStatus.PENDING: "The connection to Entra ID waits for an administrator's consent.",
    ConnectionStatus.DISCONNECTED: "The workspace was disconnected from Entra ID. Connect it again.",
}

UNLINKING = Reason("unlinking", "The group is being unlinked from Entra ID.")

UNLINKED = Reason("unlinked", "The group was unlinked from Entra ID.")

GONE = Reason(GROUP_GONE, "The group is not in Entra ID any more, so its schedule is paused by the system.")

_RELINKED = Reason("relinked", "This was asked for before the group was unlinked and linked again.")

#  What every plan that syncs at all includes; a sync asked for by hand is no daily one, whatever the schedule says.
_LEAST = Cadence("weekly", 0)

#  What a person did is no news to that person; the list goes on showing the last run that meant something.
QUIET_SKIPS = frozenset(
    {"schedule-paused", "schedule-deleted", "not-due", GROUP_GONE, UNLINKING.code, UNLINKED.code, _RELINKED.code}
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is stored about a group when an order for it is delivered."""

    group: LinkedGroup
    workspace: Workspace | None
    connection: Connection | None
    schedule: Schedule | None
    rulebook: Rulebook

    @property
    def tenant(self) -> TenantId:
        """The connected tenant.

        Raises:
            SyncRefused: the workspace is not connected.
        """
        if self.connection is None:
            raise SyncRefused("not-connected", _NOT_CONNECTED[None])
        return self.connection.tenant


@dataclass(frozen=True, slots=True)
class Ending:
    state: RunState
    reason: Reason | None


def why_not(order: SyncOrder, around: Circumstances, *, now: datetime, started: bool) -> Ending | None:
    """Return how the run ends without going on, or None where it may go on.

    A schedule that is paused or deleted lets a run that has *started* finish.
    """
    ended = link_reason(around.group, order.mode, generation=order.generation)
    if ended is not None:
        return Ending(RunState.CANCELLED if started else RunState.SKIPPED, ended)
    reason = None if started else _schedule_reason(order, around)
    if reason is None and now > order.not_after and order.mode is not Mode.UNLINK:
        return Ending(
            RunState.FAILED, Reason("too-late", "The sync did not get its turn in time; the next one will.")
        )
    if reason is None and order.mode not in NEED_NO_ENTRA:
        reason = workspace_reason(around, cadence=_cadence(order, around))
    if reason is None:
        return None
    return Ending(RunState.FAILED if started else RunState.SKIPPED, reason)


def link_reason(group: LinkedGroup, mode: Mode, *, generation: int | None = None) -> Reason | None:
    """Return what the group's link says against a run, None for nothing.

    *generation*: of the link that the run was meant for, None for any.
    """
    if generation not in {None, group.generation}:
        return _RELINKED
    return UNLINKING if group.unlinking and mode is not Mode.UNLINK else None


def workspace_reason(around: Circumstances, *, cadence: Cadence = _LEAST) -> Reason | None:
    """Return what keeps the workspace from syncing at *cadence*, None where nothing does.

    A failed connection does not: whether it works again is found out by trying.
    """
    reason = sync_reason(around.workspace, around.connection, cadence=cadence)
    if reason is not None:
        return reason
    if around.rulebook.confirmed_at is None:
        return Reason("settings-not-confirmed", "Confirm the field settings once before the first sync.")
    return None


def sync_reason(
    workspace: Workspace | None, connection: Connection | None, *, cadence: Cadence = _LEAST
) -> Reason | None:
    """Return what keeps a workspace from syncing at *cadence* whatever its settings, None where nothing does."""
    plan = refusal_of("" if workspace is None else workspace.plan, cadence)
    if plan is not None:
        return Reason(plan.code, plan.reason)
    status = None if connection is None else connection.status
    return Reason("not-connected", _NOT_CONNECTED[status]) if status in _NOT_CONNECTED else None


def why_paused(around: Circumstances, schedule: Schedule) -> Reason | None:
    """Return why no night would sync by *schedule* although it is on, None where one would."""
    reason = link_reason(around.group, Mode.SYNC) or workspace_reason(around, cadence=schedule.cadence)
    return GONE if reason is None and around.group.is_gone else reason


def _schedule_reason(order: SyncOrder, around: Circumstances) -> Reason | None:
    """Judge a night's order by the schedule as it is now; one that was asked for by hand needs none."""
    schedule = around.schedule
    if order.night is None:
        return None
    if schedule is None or schedule.deleted:
        return Reason("schedule-deleted", "The schedule was deleted.")
    if not schedule.enabled:
        return Reason("schedule-paused", "The schedule is paused.")
    if not any(schedule.cadence.is_due(night) for night in order.covers or (order.night,)):
        return Reason("not-due", "The schedule was changed and is not due tonight.")
    if around.group.is_gone:
        return GONE
    return None


def _cadence(order: SyncOrder, around: Circumstances) -> Cadence:
    return _LEAST if order.night is None or around.schedule is None else around.schedule.cadence
