"""Schedules in Table Storage, each change together with its due slot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.adapters.cells import flag_in, number_in, text_in, time_cell, time_in
from sync_core.adapters.rows import expected
from sync_core.adapters.tables.due_slots import DueSlots
from sync_core.adapters.tables.names import SCHEDULES
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.schedule import DAILY_SLOT, Cadence, Schedule
from sync_core.ports import Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sync_core.ports import Cell, TableStore


class TableSchedules:
    """Implements `sync_core.ports.Schedules`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store
        self._slots = DueSlots(store)

    async def schedule(self, workspace: WorkspaceId, group: GroupId) -> Stored[Schedule] | None:
        row = await self._store.get(SCHEDULES, workspace, group)
        return None if row is None else Stored(_schedule_in(row.cells), row.etag)

    async def all(self, workspace: WorkspaceId) -> AsyncIterator[tuple[GroupId, Schedule, str]]:
        async for row in self._store.query(SCHEDULES, workspace):
            schedule = _schedule_in(row.cells)
            if not schedule.deleted:
                yield GroupId(row.key), schedule, row.etag

    async def everywhere(self) -> AsyncIterator[tuple[WorkspaceId, GroupId, Schedule]]:
        async for row in self._store.scan(SCHEDULES):
            schedule = _schedule_in(row.cells)
            if schedule.is_on:
                yield WorkspaceId(row.partition), GroupId(row.key), schedule

    async def mend_slot(self, workspace: WorkspaceId, group: GroupId, schedule: Schedule) -> bool:
        return await self._slots.mend(schedule.cadence.slot, workspace, group, revision=schedule.revision)

    async def save(
        self, workspace: WorkspaceId, group: GroupId, schedule: Schedule, *, read: Stored[Schedule] | None
    ) -> str:
        """Store *schedule* as the revision after the one in *read*, whatever revision it says itself.

        A slot is switched on before and off after the schedule says so: whatever happens between two writes,
        or to a writer that is too late, the slot of a schedule that is on is on.
        """
        revision = 1 if read is None else read.value.revision + 1
        slot = schedule.cadence.slot if schedule.is_on else None
        if slot is not None:
            await self._slots.switch_on(slot, workspace, group, revision=revision)
        etag = await self._put(workspace, group, replace(schedule, revision=revision), read=read)
        if read is not None and read.value.cadence.slot != slot:
            await self._slots.switch_off(read.value.cadence.slot, workspace, group, revision=revision)
        return etag

    def due(
        self, slot: str, *, after: tuple[WorkspaceId, GroupId] | None = None
    ) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        return self._slots.due(slot, after=after)

    async def _put(
        self, workspace: WorkspaceId, group: GroupId, schedule: Schedule, *, read: Stored[Schedule] | None
    ) -> str:
        write = expected(group, _schedule_cells(schedule), etag=None if read is None else read.etag)
        try:
            [etag] = await self._store.write(SCHEDULES, workspace, [write])
        except RowConflict:
            found = await self.schedule(workspace, group)
            if found is None or found.value != schedule:
                raise
            return found.etag  # our own write, repeated by the storage client because its answer was lost
        return etag


def _schedule_cells(schedule: Schedule) -> dict[str, Cell]:
    return {
        "slot": schedule.cadence.slot,
        "enabled": schedule.enabled,
        "revision": schedule.revision,
        "deleted": schedule.deleted,
        "changedAt": time_cell(schedule.changed_at),
    }


def _schedule_in(cells: Mapping[str, Cell]) -> Schedule:
    return Schedule(
        cadence=_cadence_of(text_in(cells, "slot")),
        enabled=flag_in(cells, "enabled"),
        revision=number_in(cells, "revision"),
        deleted=flag_in(cells, "deleted"),
        changed_at=time_in(cells, "changedAt"),
    )


def _cadence_of(slot: str) -> Cadence:
    """Return the cadence that lies in *slot*."""
    if slot == DAILY_SLOT:
        return Cadence("daily")
    return Cadence("weekly", int(slot.removeprefix("weekly-")) - 1)
