"""What is kept of people: who is who, recipients with their cards, members of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sync_core.ports.rows import MAX_ROWS_PER_READ

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from sync_core.domain.directory import Member, Recipient
    from sync_core.domain.ids import GroupId, RecipientId, WorkspaceId
    from sync_core.domain.outlines import Outline
    from sync_core.ports.stored import Stored


@dataclass(frozen=True, slots=True)
class Claim:
    """Who owns an identity. *fresh*: the call itself made the claim."""

    owner: RecipientId
    fresh: bool
    claimed_at: datetime
    etag: str


class Identities(Protocol):
    """Which recipient an Entra user or an e-mail address belongs to; each belongs to one at the most."""

    async def claim(
        self, workspace: WorkspaceId, wanted: Mapping[str, RecipientId], *, at: datetime
    ) -> dict[str, Claim]:
        """Claim each key for its recipient where nobody owns it, and return every key's owner.

        Keys are ``entra:{id}`` and what `email.key_of` returns.
        """

    async def owners(self, workspace: WorkspaceId, keys: Sequence[str]) -> dict[str, Claim]:
        """Return the owners of those keys that have one."""

    async def take_over(
        self, workspace: WorkspaceId, key: str, *, owner: RecipientId, claim: Claim, at: datetime
    ) -> bool:
        """Give *key* to *owner*; False where the claim is neither the one that was read nor *owner*'s by now."""

    async def release(
        self, workspace: WorkspaceId, released: Mapping[str, RecipientId], *, claimed_before: datetime
    ) -> None:
        """Free each key that still belongs to the recipient named with it, unless it was claimed since.

        A claim of the seconds before counts as made since: hosts' clocks differ.
        """


@dataclass(frozen=True, slots=True)
class RecipientWrite:
    """One recipient to store. *etag*: of the row as it was read, None for a recipient that must not exist yet."""

    recipient: Recipient
    etag: str | None


class People(Protocol):
    """Recipients with their cards."""

    async def people(
        self, workspace: WorkspaceId, recipients: Sequence[RecipientId]
    ) -> dict[RecipientId, Stored[Recipient]]:
        """Return those of *recipients* that exist, tombstones of deleted ones included."""

    def all(self, workspace: WorkspaceId) -> AsyncIterator[Recipient]:
        """Yield every recipient of the workspace but the deleted ones, in no order that means anything."""

    def outlines(
        self, workspace: WorkspaceId, *, after: RecipientId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[Outline]:
        """Yield the outline of every recipient, tombstones included, in an order that never changes.

        Starting behind *after*, be there such a recipient or not. Read *at_a_time*, as far as they are asked for.
        """

    async def write(self, workspace: WorkspaceId, writes: Sequence[RecipientWrite]) -> None:
        """Store all of *writes* or none: at most 100, all of one nibble of their ids.

        Raises:
            RowConflict: somebody changed or made one of them since it was read.
            ValueError: a recipient is larger than a row can be.
        """


class Members(Protocol):
    """A group's member index."""

    def index(self, workspace: WorkspaceId, group: GroupId, *, spread: bool) -> AsyncIterator[Member]:
        """Yield the index, in no order that means anything. *spread*: the index lies in 16 partitions, not one."""

    def in_order(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        *,
        spread: bool,
        after: RecipientId | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[Member]:
        """Yield the index behind *after*, whether or not it has such a row, in an order that never changes.

        Read *at_a_time*, as far as it is asked for.
        """

    async def save(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        *,
        spread: bool,
        changed: Sequence[Member],
        gone: Sequence[RecipientId] = (),
    ) -> None:
        """Store and delete rows, any number; a row that is already gone stays gone."""

    async def row(
        self, workspace: WorkspaceId, group: GroupId, recipient: RecipientId, *, spread: bool
    ) -> Member | None: ...

    async def forget(
        self, workspace: WorkspaceId, group: GroupId, recipients: Sequence[RecipientId], *, spread: bool
    ) -> None:
        """Empty the fingerprints of those of *recipients* who have a row, so that the next read looks at them."""
