"""Live through one midnight: fire the timer, wait until every order is carried out, collect what happened."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from devkit.demo_workspace import WORKSPACE
from devkit.errors import DevkitError
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.domain.runs import RunState, night_run_id
from sync_core.domain.schedule import midnight_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from devkit.stack import Insight, Stack
    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import GroupId, RunId
    from sync_core.domain.runs import Run, RunSummary
    from sync_core.domain.schedule import Schedule

#  The timer fires a moment after midnight, never before.
_AFTER_MIDNIGHT = timedelta(seconds=5)

_POLL_SECONDS = 0.15

#  Longer than any wait that the product prescribes itself between two attempts.
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class GroupNight:
    """A linked group in one night. *run*: None where none was due, or the order was never carried out."""

    group: LinkedGroup
    schedule: Schedule
    due: bool
    run: Run | None

    @property
    def state(self) -> RunState:
        return RunState.QUEUED if self.run is None else self.run.state

    @property
    def seconds(self) -> float | None:
        """How long the run took, None while it goes on."""
        if self.run is None or self.run.started_at is None or self.run.ended_at is None:
            return None
        return (self.run.ended_at - self.run.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class NightResult:
    """What one night did. *poison*: messages put aside so far; *graph_requests*: served in this night."""

    night: date
    enqueued: int
    groups: tuple[GroupNight, ...]
    poison: int
    graph_requests: int

    @property
    def due(self) -> list[GroupNight]:
        return [group for group in self.groups if group.due]


def offset_to(night: date) -> timedelta:
    """Return how far the product's clock must be moved for it to be just past the midnight that begins *night*."""
    return midnight_of(night) + _AFTER_MIDNIGHT - datetime.now(UTC)


async def live_through(
    stack: Stack, insight: Insight, night: date, *, tell: Callable[[str], None] = lambda _: None
) -> NightResult:
    """Fire the midnight timer of a host whose clock says *night*, and wait; *tell* is handed how far it is.

    Raises:
        DevkitError: a process ended, the timer was not taken, or nothing moved for ten minutes.
    """
    await stack.control.forget_requests()
    ended = asyncio.ensure_future(stack.process_ended())
    living = asyncio.ensure_future(_fire_and_wait(stack, insight, night, tell))
    try:
        await asyncio.wait({ended, living}, return_when=asyncio.FIRST_COMPLETED)
        if not living.done():
            raise ended.result()
        return living.result()
    finally:
        ended.cancel()
        living.cancel()


async def _fire_and_wait(stack: Stack, insight: Insight, night: date, tell: Callable[[str], None]) -> NightResult:
    await fire_midnight(stack.url)
    await until_done(insight, night, tell=tell)
    return await look_back(stack, insight, night)


async def fire_midnight(url: str) -> None:
    """Call the timer function through the host's admin route.

    Raises:
        DevkitError: the host did not take the call.
    """
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        answer = await http.post(f"{url}/admin/functions/enqueue_due", json={})
    if answer.status_code != httpx.codes.ACCEPTED:
        raise DevkitError(f"The functions host answered {answer.status_code} to firing the midnight timer.")


async def until_done(insight: Insight, night: date, *, tell: Callable[[str], None] = lambda _: None) -> None:
    """Wait until all orders of *night* are sent and carried out.

    Raises:
        DevkitError: nothing moved for ten minutes.
    """
    before, moved = (-1, -1, -1), time.monotonic()
    while True:
        due, over, depth, complete = await _standing(insight, night)
        if complete and depth == 0:
            return
        if (due, over, depth) != before:
            before, moved = (due, over, depth), time.monotonic()
            tell(f"{over} of {due} due groups are done")
        if time.monotonic() - moved > _PATIENCE_SECONDS:
            raise DevkitError(f"Nothing has moved for {_PATIENCE_SECONDS / 60:.0f} minutes: {due - over} not done.")
        await asyncio.sleep(_POLL_SECONDS)


async def until_over(insight: Insight, group: GroupId, run: RunId) -> Run:
    """Wait until a run has ended and its orders are off the queue; return it.

    Raises:
        DevkitError: it has not ended after ten minutes.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = await insight.services.runs.run(WORKSPACE, group, run)
        if found is not None and found.value.is_over and await insight.queues.depth(GROUP_SYNCS) == 0:
            return found.value
        await asyncio.sleep(_POLL_SECONDS)
    raise DevkitError(f"Run {run} has not ended after {_PATIENCE_SECONDS / 60:.0f} minutes.")


async def look_back(stack: Stack, insight: Insight, night: date) -> NightResult:
    """Return what storage, the queues and the simulator say of *night*."""
    found = await insight.services.nights.night(night)
    routes = (await stack.control.requests())["byRoute"]
    return NightResult(
        night=night,
        enqueued=0 if found is None else found.value.total,
        groups=tuple([await _with_run(insight, one, night) for one in await _groups(insight, night)]),
        poison=await insight.queues.depth(GROUP_SYNCS_POISON),
        graph_requests=sum(count for route, count in routes.items() if "/v1.0/" in route),
    )


async def _standing(insight: Insight, night: date) -> tuple[int, int, int, bool]:
    """Return how many groups are due, how many of their runs are over, messages queued, and whether all were sent."""
    found = await insight.services.nights.night(night)
    if found is None or found.value.completed_at is None:
        return 0, 0, 0, False
    depth = await insight.queues.depth(GROUP_SYNCS)
    last = {group.id: summary async for group, summary in insight.services.groups.all(WORKSPACE)}
    due = [group.group for group in await _groups(insight, night) if group.due]
    return len(due), sum(_is_over(group, last[group.id], night) for group in due), depth, True


def _is_over(group: LinkedGroup, last: RunSummary | None, night: date) -> bool:
    return last is not None and last.id == night_run_id(night, generation=group.generation)


async def _groups(insight: Insight, night: date) -> list[GroupNight]:
    linked = {group.id: group async for group, _ in insight.services.groups.all(WORKSPACE)}
    return [
        GroupNight(linked[group], schedule, _is_due(linked[group], schedule, night), None)
        async for group, schedule, _ in insight.services.schedules.all(WORKSPACE)
        if group in linked
    ]


def _is_due(group: LinkedGroup, schedule: Schedule, night: date) -> bool:
    """Tell whether the group syncs; one that Entra has deleted is paused by the system."""
    return schedule.is_on and schedule.cadence.is_due(night) and not group.is_gone


async def _with_run(insight: Insight, one: GroupNight, night: date) -> GroupNight:
    run = night_run_id(night, generation=one.group.generation)
    found = await insight.services.runs.run(WORKSPACE, one.group.id, run)
    return GroupNight(one.group, one.schedule, one.due, None if found is None else found.value)
