"""Tell what unlinking a group would do, before anybody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.unlinking import effect_of, most_of, unlink_rules
from sync_core.flows.list_members import members_behind
from sync_core.flows.show_groups import require_group

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.unlinking import UnlinkEffect
    from sync_core.flows.services import Services

MOST_COUNTED = 1000
"""So many members are looked at one by one; of a larger group, only the most that can happen is told."""


async def foresee_unlink(services: Services, workspace: WorkspaceId, group: GroupId) -> UnlinkEffect:
    """Return what unlinking the group would do to its members and their cards, as things stand.

    Raises:
        SyncRefused: ``group-not-linked``.
    """
    linked = await require_group(services, workspace, group)
    rulebook = (await services.workspaces.rulebook(workspace)).value
    members = await members_behind(services, workspace, group, after=None, at_most=MOST_COUNTED + 1)
    if len(members) > MOST_COUNTED:
        return most_of(max(linked.members, len(members)), rulebook.options)
    people = await services.people.people(workspace, [member.recipient for member in members])
    return effect_of((stored.value for stored in people.values()), unlink_rules(group, rulebook))
