"""Show a workspace's linked groups, all of them page by page or one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.domain.text_search import holds, words_of
from sync_core.ports import MAX_ROWS_PER_READ, value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.runs import RunSummary
    from sync_core.flows.services import Services

MOST_LOOKED_AT = 5000
"""So many groups are read for one page: a search that finds few of many must not take its time with one answer."""

_READS_AT_A_TIME = 32


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """A linked group as people see it. *has_schedule*: be it on or paused."""

    group: LinkedGroup
    last_run: RunSummary | None
    has_schedule: bool


@dataclass(frozen=True, slots=True)
class GroupsShown:
    """*next_after*: behind which group the next page begins, None at the end; an empty page can have a next one."""

    groups: tuple[GroupStatus, ...]
    next_after: GroupId | None = None


async def list_groups(
    services: Services, workspace: WorkspaceId, *, search: str = "", limit: int, after: GroupId | None = None
) -> GroupsShown:
    """Return up to *limit* groups behind *after*, in order of their ids, in which every word of *search* is found.

    It is looked for in name and description.
    """
    words = words_of(search)
    found: list[tuple[LinkedGroup, RunSummary | None]] = []
    last, looked_at, goes_on = after, 0, False
    at_a_time = MAX_ROWS_PER_READ if words else limit + 1
    async for group, last_run in services.groups.all(workspace, after=after, at_a_time=at_a_time):
        if goes_on := len(found) == limit or looked_at == MOST_LOOKED_AT:
            break
        last, looked_at = group.id, looked_at + 1
        if holds(words, group.name, group.description):
            found.append((group, last_run))

    async def complete(one: tuple[LinkedGroup, RunSummary | None]) -> GroupStatus:
        return await _status(services, workspace, *one)

    shown = await each(complete, found, limit=_READS_AT_A_TIME)
    return GroupsShown(tuple(shown), last if goes_on else None)


async def show_group(services: Services, workspace: WorkspaceId, group: GroupId) -> GroupStatus:
    """Return one linked group.

    Raises:
        SyncRefused: ``group-not-linked``.
    """
    linked = await require_group(services, workspace, group)
    return await _status(services, workspace, linked, await services.groups.last_run(workspace, group))


async def require_group(services: Services, workspace: WorkspaceId, group: GroupId) -> LinkedGroup:
    """Return the linked group.

    Raises:
        SyncRefused: ``group-not-linked``.
    """
    linked = value_of(await services.groups.group(workspace, group))
    if linked is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    return linked


async def _status(
    services: Services, workspace: WorkspaceId, group: LinkedGroup, last_run: RunSummary | None
) -> GroupStatus:
    schedule = value_of(await services.schedules.schedule(workspace, group.id))
    return GroupStatus(group, last_run, has_schedule=schedule is not None and not schedule.deleted)
