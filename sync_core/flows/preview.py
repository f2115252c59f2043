"""Preview: the same engine, over services that remember what would be stored instead of storing it.

The run's own record and journal are real, so a preview can be read like a run. People, member index, identities,
group details, connection and events stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.flows.packed import packed, unpacked
from sync_core.ports import MAX_ROWS_PER_READ, Claim, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime

    from sync_core import ports
    from sync_core.domain.directory import LinkedGroup, Member, Recipient
    from sync_core.domain.events import ChangeEvent
    from sync_core.domain.glance import Glance
    from sync_core.domain.ids import EntraGroupId, GroupId, RecipientId, WorkspaceId
    from sync_core.domain.outlines import Outline
    from sync_core.domain.runs import RunSummary
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services


def recording(services: Services) -> Services:
    """Return *services* that read what is there and store nothing of the directory."""
    return replace(
        services,
        workspaces=_UntouchedConnection(services.workspaces),
        people=_RecordedPeople(services.people),
        identities=_RecordedIdentities(services.identities),
        members=_UntouchedMembers(services.members),
        groups=_UntouchedGroups(services.groups),
        events=_NobodyTold(),
    )


class _RecordedPeople:
    """People as they are, with those on top who would have been changed."""

    def __init__(self, real: ports.People) -> None:
        self._real = real
        #  A large group under new options is everybody in it: some 600 bytes each, not some thousand.
        self._changed: dict[RecipientId, bytes] = {}

    async def people(
        self, workspace: WorkspaceId, recipients: Sequence[RecipientId]
    ) -> dict[RecipientId, Stored[Recipient]]:
        there = await self._real.people(workspace, [one for one in recipients if one not in self._changed])
        return there | {one: unpacked(self._changed[one]) for one in recipients if one in self._changed}

    def all(self, workspace: WorkspaceId) -> AsyncIterator[Recipient]:
        return self._real.all(workspace)

    def outlines(
        self, workspace: WorkspaceId, *, after: RecipientId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[Outline]:
        return self._real.outlines(workspace, after=after, at_a_time=at_a_time)

    async def write(self, workspace: WorkspaceId, writes: Sequence[ports.RecipientWrite]) -> None:  # noqa: ARG002
        for write in writes:
            #  Marks prove what was stored, of which there is nothing here; 50 of them would be most of a person.
            person = replace(write.recipient, runs=())
            self._changed[person.id] = packed(Stored(person, write.etag or ""))


class _RecordedIdentities:
    """Identities as they are, with those on top that would have changed hands."""

    def __init__(self, real: ports.Identities) -> None:
        self._real = real
        self._claims: dict[str, Claim | None] = {}

    async def owners(self, workspace: WorkspaceId, keys: Sequence[str]) -> dict[str, Claim]:
        there = await self._real.owners(workspace, [key for key in keys if key not in self._claims])
        ours = {key: claim for key in keys if (claim := self._claims.get(key)) is not None}
        return there | {key: replace(claim, fresh=False) for key, claim in ours.items()}

    async def claim(
        self, workspace: WorkspaceId, wanted: Mapping[str, RecipientId], *, at: datetime
    ) -> dict[str, Claim]:
        claims = await self.owners(workspace, list(wanted))
        for key, recipient in wanted.items():
            if key not in claims:
                claims[key] = self._claims[key] = Claim(recipient, fresh=True, claimed_at=at, etag="")
        return claims

    async def take_over(
        self,
        workspace: WorkspaceId,  # noqa: ARG002
        key: str,
        *,
        owner: RecipientId,
        claim: Claim,
        at: datetime,
    ) -> bool:
        self._claims[key] = replace(claim, owner=owner, claimed_at=at)
        return True

    async def release(
        self, workspace: WorkspaceId, released: Mapping[str, RecipientId], *, claimed_before: datetime
    ) -> None:
        for key, claim in (await self.owners(workspace, list(released))).items():
            if claim.owner == released[key] and claim.claimed_at < claimed_before:
                self._claims[key] = None


class _UntouchedMembers:
    def __init__(self, real: ports.Members) -> None:
        self._real = real

    def index(self, workspace: WorkspaceId, group: GroupId, *, spread: bool) -> AsyncIterator[Member]:
        return self._real.index(workspace, group, spread=spread)

    def in_order(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        *,
        spread: bool,
        after: RecipientId | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[Member]:
        return self._real.in_order(workspace, group, spread=spread, after=after, at_a_time=at_a_time)

    async def save(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        *,
        spread: bool,
        changed: Sequence[Member],
        gone: Sequence[RecipientId] = (),
    ) -> None:
        """Keep the index as it is."""

    async def row(
        self, workspace: WorkspaceId, group: GroupId, recipient: RecipientId, *, spread: bool
    ) -> Member | None:
        return await self._real.row(workspace, group, recipient, spread=spread)

    async def forget(
        self, workspace: WorkspaceId, group: GroupId, recipients: Sequence[RecipientId], *, spread: bool
    ) -> None:
        """Keep the fingerprints as they are."""


class _UntouchedGroups:
    """Groups as they are; the last run that lists show stays the last one that did something."""

    def __init__(self, real: ports.Groups) -> None:
        self._real = real

    async def group(self, workspace: WorkspaceId, group: GroupId) -> Stored[LinkedGroup] | None:
        return await self._real.group(workspace, group)

    def all(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[tuple[LinkedGroup, RunSummary | None]]:
        return self._real.all(workspace, after=after, at_a_time=at_a_time)

    async def last_run(self, workspace: WorkspaceId, group: GroupId) -> RunSummary | None:
        return await self._real.last_run(workspace, group)

    def glances(self, workspace: WorkspaceId) -> AsyncIterator[tuple[LinkedGroup, Glance]]:
        return self._real.glances(workspace)

    async def glance(self, workspace: WorkspaceId, group: GroupId) -> Glance:
        return await self._real.glance(workspace, group)

    async def add(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:  # noqa: ARG002
        return False

    async def linked_to(self, workspace: WorkspaceId, entra_group: EntraGroupId) -> GroupId | None:
        return await self._real.linked_to(workspace, entra_group)

    async def last_generation(self, workspace: WorkspaceId, group: GroupId) -> int:
        return await self._real.last_generation(workspace, group)

    def ever_linked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        return self._real.ever_linked()

    def half_unlinked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        return self._real.half_unlinked()

    async def mark_unlinking(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:  # noqa: ARG002
        return False

    async def remove(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """Keep the link."""

    async def save_details(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """Keep the details as they are."""

    async def save_presence(
        self, workspace: WorkspaceId, group: GroupId, *, missing_since: date | None, is_gone: bool
    ) -> None:
        """Leave it to a real run to say so."""

    async def change_glance(self, workspace: WorkspaceId, group: GroupId, *, before: Glance, after: Glance) -> None:
        """Leave the last real run in the lists."""


class _UntouchedConnection:
    """Workspaces as they are; what a refusal says of the connection, a real run will say and tell the platform."""

    def __init__(self, real: ports.Workspaces) -> None:
        self.all = real.all
        self.connections = real.connections
        self.workspace = real.workspace
        self.connection = real.connection
        self.rulebook = real.rulebook
        self.managed_by = real.managed_by
        self.save_workspace = real.save_workspace
        self.put_connection = real.put_connection
        self.put_rulebook = real.put_rulebook
        self.save_rulebook = real.save_rulebook

    async def save_connection(self, workspace: WorkspaceId, connection: Connection, *, etag: str | None) -> str:  # noqa: ARG002
        return etag or ""


class _NobodyTold:
    async def publish(self, events: Sequence[ChangeEvent]) -> None:
        """Tell nobody: nothing has changed."""
