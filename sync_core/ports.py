"""What the flows need from the outside, in the flows' words.

Every method that reaches storage or Entra ID raises `TryAgainLater` where it is busy or cannot be reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime, timedelta

    from sync_core.domain.connection_trials import ConnectionTrial
    from sync_core.domain.directory import LinkedGroup, Member, Recipient
    from sync_core.domain.entra import EntraGroup, EntraUser, GroupsPage, MembersPage
    from sync_core.domain.events import ChangeEvent
    from sync_core.domain.glance import Glance
    from sync_core.domain.holds import HeldPerson, Hold
    from sync_core.domain.ids import EntraGroupId, EntraUserId, GroupId, RecipientId, RunId, TenantId, WorkspaceId
    from sync_core.domain.journal import JournalPage, PageSummary
    from sync_core.domain.nights import Night
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.outlines import Outline
    from sync_core.domain.runs import Run, RunSummary
    from sync_core.domain.schedule import Schedule
    from sync_core.domain.state import GroupState
    from sync_core.domain.workspaces import Connection, Rulebook, Workspace

T = TypeVar("T")

MAX_ROWS_PER_READ = 1000
"""Table Storage answers a query with at most 1,000 rows."""


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """A value as it was read, with the ETag that a later write must name."""

    value: T
    etag: str


def value_of(found: Stored[T] | None) -> T | None:
    return None if found is None else found.value


def etag_of(found: Stored[T] | None) -> str | None:
    """Return what a write must name to follow *found*: its ETag, None where there was no row."""
    return None if found is None else found.etag


class Clock(Protocol):
    """The product's clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""


class Workspaces(Protocol):
    """Customers: plan, connection to Entra, field settings and sync options."""

    async def workspace(self, workspace: WorkspaceId) -> Stored[Workspace] | None: ...

    async def save_workspace(
        self, workspace: Workspace, *, read: Stored[Workspace] | None, connection: Stored[Connection] | None = None
    ) -> str:
        """Store what follows *read* (None: it must not exist yet); return the new ETag.

        *connection*: stored over the one with its ETag; both are stored, or none.

        Raises:
            RowConflict: somebody else changed one of them.
        """

    def managed_by(
        self, tenant: TenantId, *, after: WorkspaceId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[Workspace]:
        """Yield the workspaces behind *after* that the tenant manages, in order of their ids.

        Read *at_a_time*, as far as they are asked for.
        """

    def all(self) -> AsyncIterator[WorkspaceId]:
        """Yield every workspace, in no order that means anything."""

    def connections(self) -> AsyncIterator[tuple[WorkspaceId, Stored[Connection]]]:
        """Yield the connection of every workspace that has one, in no order that means anything."""

    async def connection(self, workspace: WorkspaceId) -> Stored[Connection] | None: ...

    async def put_connection(self, workspace: WorkspaceId, connection: Connection) -> None: ...

    async def save_connection(self, workspace: WorkspaceId, connection: Connection, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: somebody else changed the connection.
        """

    async def rulebook(self, workspace: WorkspaceId) -> Stored[Rulebook]:
        """Return the field settings and sync options, the defaults (not confirmed) where none were saved."""

    async def put_rulebook(self, workspace: WorkspaceId, rulebook: Rulebook) -> None: ...

    async def save_rulebook(self, workspace: WorkspaceId, rulebook: Rulebook, *, etag: str) -> str:
        """Store by the ETag that `rulebook` returned, empty where nothing was saved; return the new one.

        Raises:
            RowConflict: somebody else saved other rules.
        """


class Groups(Protocol):
    """A workspace's linked groups, each with the summary of its last run."""

    async def group(self, workspace: WorkspaceId, group: GroupId) -> Stored[LinkedGroup] | None: ...

    def all(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[tuple[LinkedGroup, RunSummary | None]]:
        """Yield the workspace's linked groups behind *after* with their last runs, in order of their ids.

        Read *at_a_time*, as far as they are asked for.
        """

    async def last_run(self, workspace: WorkspaceId, group: GroupId) -> RunSummary | None: ...

    def glances(self, workspace: WorkspaceId) -> AsyncIterator[tuple[LinkedGroup, Glance]]:
        """Yield all of the workspace's linked groups with their syncs in short, in order of their ids."""

    async def glance(self, workspace: WorkspaceId, group: GroupId) -> Glance:
        """Return the group's syncs in short; of a group that is not linked there is nothing to tell."""

    async def change_glance(self, workspace: WorkspaceId, group: GroupId, *, before: Glance, after: Glance) -> None:
        """Store what differs; the rest stays as others may have left it meanwhile.

        A group that was unlinked stays unlinked.
        """

    async def add(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        """Link a group; False, and nothing stored, where it is linked or its Entra group is, to any of the workspace.

        False as well where its generation is not newer than the last one.
        """

    async def linked_to(self, workspace: WorkspaceId, entra_group: EntraGroupId) -> GroupId | None:
        """Return the workspace's group that is linked to *entra_group*."""

    async def last_generation(self, workspace: WorkspaceId, group: GroupId) -> int:
        """Return the generation of the group's link, or of its last one; 0 where it was never linked."""

    def half_unlinked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield every group of every workspace that is marked and still linked."""

    async def mark_unlinking(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        """Say that the group's link is being ended; False where it is not linked as *group* says any more."""

    async def remove(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """End the group's link, and free its Entra group for another; the generation is remembered.

        What is not linked as *group* says any more is left alone.
        """

    def ever_linked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield every group of every workspace that is or was linked, in no order that means anything."""

    async def save_details(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """Store name, description and member count; the summary of the last run stays as it is."""

    async def save_presence(
        self, workspace: WorkspaceId, group: GroupId, *, missing_since: date | None, is_gone: bool
    ) -> None:
        """Store since when Entra says that the group is not there, and whether that was confirmed."""


class Schedules(Protocol):
    """What people set, one row per group, and the due slots that a night reads."""

    async def schedule(self, workspace: WorkspaceId, group: GroupId) -> Stored[Schedule] | None:
        """Return the schedule, a deleted one included (its revision goes on counting)."""

    def all(self, workspace: WorkspaceId) -> AsyncIterator[tuple[GroupId, Schedule, str]]:
        """Yield (group, schedule, ETag) of every schedule that is not deleted, in order of the group ids."""

    def everywhere(self) -> AsyncIterator[tuple[WorkspaceId, GroupId, Schedule]]:
        """Yield every schedule of every workspace that is on, in no order that means anything."""

    async def mend_slot(self, workspace: WorkspaceId, group: GroupId, schedule: Schedule) -> bool:
        """Switch on the due slot of a schedule that is on, where it is missing or off; tell whether it was.

        A slot that was changed for a later revision stays as it is.
        """

    async def save(
        self, workspace: WorkspaceId, group: GroupId, schedule: Schedule, *, read: Stored[Schedule] | None
    ) -> str:
        """Store the next revision together with its due slot, in the order that no crash can break; return the ETag.

        *read*: what the change was decided on.

        Raises:
            RowConflict: somebody else changed it first.
        """

    def due(
        self, slot: str, *, after: tuple[WorkspaceId, GroupId] | None = None
    ) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield the groups whose slot is on, in key order, starting behind *after*."""


class Nights(Protocol):
    """How far the fan-out of each night has come."""

    async def night(self, night: date) -> Stored[Night] | None: ...

    async def last_complete(self, *, before: date) -> date | None:
        """Return the newest complete night before *before*, looking back 400 days."""

    async def save(self, night: Night, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: another firing stored it first.
        """


class Runs(Protocol):
    """Run records, newest first."""

    async def run(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> Stored[Run] | None: ...

    async def save(self, workspace: WorkspaceId, group: GroupId, run: Run, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: it was changed or made by somebody else.
        """

    def newest_first(
        self, workspace: WorkspaceId, group: GroupId, *, after: RunId | None = None
    ) -> AsyncIterator[Run]: ...

    def since(self, workspace: WorkspaceId, group: GroupId, moment: datetime) -> AsyncIterator[Run]:
        """Yield the runs that were due or asked for after *moment*, newest first."""

    def older_than(self, workspace: WorkspaceId, group: GroupId, moment: datetime) -> AsyncIterator[RunId]:
        """Yield the runs that were due or asked for before *moment*, newest first."""

    async def delete(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> None:
        """Delete the record; one that is already gone stays gone."""


class GroupStates(Protocol):
    """One row per group for what runs hand on to each other: the lease above all."""

    def all(self) -> AsyncIterator[tuple[WorkspaceId, GroupId, Stored[GroupState]]]:
        """Yield the state of every group of every workspace, in no order that means anything."""

    async def state(self, workspace: WorkspaceId, group: GroupId) -> Stored[GroupState] | None: ...

    async def save(self, workspace: WorkspaceId, group: GroupId, state: GroupState, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: somebody else changed it.
        """


class Journal(Protocol):
    """What each run changed, written before the people themselves."""

    async def write(self, workspace: WorkspaceId, group: GroupId, run: RunId, pages: Sequence[JournalPage]) -> None:
        """Store up to 100 pages, replacing pages of the same name."""

    def summaries(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> AsyncIterator[PageSummary]:
        """Yield each page's counts without its entries."""

    async def page(self, workspace: WorkspaceId, group: GroupId, run: RunId, name: str) -> JournalPage | None: ...

    def pages(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, *, after: str | None = None
    ) -> AsyncIterator[JournalPage]:
        """Yield the pages behind the one named *after*, attempt by attempt."""

    async def drop(self, workspace: WorkspaceId, group: GroupId, run: RunId, names: Sequence[str]) -> None:
        """Delete pages whose change was never stored."""

    async def erase(self, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
        """Delete up to *at_most* pages of the run; return how many: fewer where none are left."""


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


class Holds(Protocol):
    """Held removals: the frozen list of a run, one row per person, and what was decided."""

    async def hold(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> Stored[Hold] | None: ...

    async def save(self, workspace: WorkspaceId, group: GroupId, hold: Hold, *, etag: str | None) -> str:
        """Store by ETag (None: whatever is there is replaced: it was left by a killed attempt); return the new ETag.

        Raises:
            RowConflict: somebody else changed it.
        """

    async def freeze(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, *, attempt: str, people: Sequence[HeldPerson]
    ) -> None:
        """Store one row per person, any number; a row that an earlier attempt left is replaced."""

    async def decide(
        self, workspace: WorkspaceId, group: GroupId, hold: Hold, *, people: Sequence[HeldPerson], etag: str
    ) -> str:
        """Store the verdict about everybody on the list (there is somebody), and *hold* last; return its new ETag.

        Cut off in between, the hold is as it was but for its ETag, and verdicts that are there mean nothing yet.

        Raises:
            RowConflict: somebody else changed the hold, or decides about it at the same time.
        """

    def people(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        run: RunId,
        *,
        attempt: str,
        after: RecipientId | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[HeldPerson]:
        """Yield the people whom that attempt froze, in order of their recipient ids, starting behind *after*.

        Read *at_a_time*, as far as they are asked for.
        """

    async def person(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, recipient: RecipientId, *, attempt: str
    ) -> HeldPerson | None:
        """Return one of the people whom that attempt froze, None where it did not freeze them."""

    async def erase(self, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
        """Delete up to *at_most* rows of the run's list; return how many: fewer where none are left."""

    async def mark_group(self, workspace: WorkspaceId, group: GroupId) -> None:
        """Say that the group may have a list that waits, so that `marked` finds it; again renews the mark."""

    async def mark(self, workspace: WorkspaceId, group: GroupId) -> str | None:
        """Return the ETag of the group's mark, None where it has none."""

    async def unmark_group(self, workspace: WorkspaceId, group: GroupId, *, etag: str) -> None:
        """Take the mark away; one that was renewed since *etag* was read stays."""

    def marked(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[GroupId]:
        """Yield the workspace's marked groups in order of their ids, starting behind *after*.

        Read *at_a_time*, as far as they are asked for.
        """


class Events(Protocol):
    """The queue on which the platform is told of changes."""

    async def publish(self, events: Sequence[ChangeEvent]) -> None:
        """Send all of *events*, packed into as few messages as their size allows; at least once each."""


class Orders(Protocol):
    """The queue of orders."""

    async def send(self, order: SyncOrder, *, delay: timedelta | None = None) -> None: ...

    async def poison(self, text: str, *, reason: str) -> None:
        """Put a message that can never be carried out on the poison queue, with its reason and without expiry."""


class ConnectionTrials(Protocol):
    """The queue of trials: whether a connection works that an administrator has just consented to."""

    async def send(self, trial: ConnectionTrial, *, delay: timedelta) -> None: ...

    async def poison(self, text: str, *, reason: str) -> None:
        """Put a message that can never be carried out on the poison queue, with its reason and without expiry."""


class Entra(Protocol):
    """Entra ID, read through Microsoft Graph.

    Raises:
        EntraRefused: Entra says no for the whole tenant.
        GroupGone: the group does not exist.
        TryAgainLater: throttled or unreachable for longer than one run should wait. A partial read is never
            returned as a whole one: a short list would look like departures.
    """

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup: ...

    async def check(self, tenant: TenantId) -> None:
        """Find out, as cheaply as can be, whether groups and users of the tenant may be read.

        Signs in anew: a token says what was consented to when it was given out, and lives for an hour.
        """

    async def find_groups(
        self, tenant: TenantId, *, search: str, at_most: int, after: str | None = None
    ) -> GroupsPage:
        """Return a page of the tenant's groups, or of those in whose names words begin as those of *search* do.

        *after*: `GroupsPage.next_after` of the page before, for the same search and number. An index answers, which
        can lag behind.

        Raises:
            EntraRefused: as above; and ``request-refused`` where *after* is none of Entra's, or too old.
        """

    def members(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> AsyncIterator[MembersPage]:
        """Yield the group's members page by page; ends only behind the last page."""

    async def count_users(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> int:
        """Return how many user accounts Entra counts in the group (an index that can lag behind)."""

    async def user(self, tenant: TenantId, user: EntraUserId) -> EntraUser | None:
        """Return one user; None where Entra has nobody of this id, be they deleted for a while or for good."""


Cell = str | int | float | bool | bytes
"""What one property of a row can hold. An int may need 64 bits; times are ISO 8601 text."""

MAX_ROWS_PER_WRITE = 100
"""Table Storage takes at most 100 rows in one transaction, all of one partition."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as it was read. *etag* is opaque: it only ever goes back into a write."""

    partition: str
    key: str
    etag: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One row of a transaction.

    ``insert``: the row must not exist. ``replace`` and ``merge``: it must exist, with *etag* unless that is
    ``*``. ``upsert`` (merges into what is there, keeps other properties) and ``put`` (replaces the row):
    whatever is there. ``delete``: it must exist, with *etag* unless that is ``*``.
    """

    kind: Literal["insert", "replace", "merge", "upsert", "put", "delete"]
    key: str
    cells: Mapping[str, Cell]
    etag: str = "*"


class TableStore(Protocol):
    """Rows with ETags; the one place where transactions, sizes and storage errors are dealt with.

    Every method raises `TryAgainLater` when storage is busy or unreachable.
    """

    async def get(self, table: str, partition: str, key: str) -> StoredRow | None:
        """Return the row, or None where there is none."""

    def query(
        self,
        table: str,
        partition: str,
        *,
        after: str | None = None,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[StoredRow]:
        """Yield the partition's rows in ascending key order, read *at_a_time*: whoever wants few says how few.

        *after* < key, *first* <= key, key < *below*. With *select*, only these properties are read.
        """

    def scan(
        self,
        table: str,
        *,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
    ) -> AsyncIterator[StoredRow]:
        """Yield the rows of all partitions, in no order that means anything, read 1,000 at a time.

        *first* <= key, key < *below*; *select* as in `query`. Storage looks at every row of the table: for work that
        is done seldom.
        """

    async def write(self, table: str, partition: str, rows: Sequence[RowWrite]) -> list[str]:
        """Store all *rows* or none; return their new ETags in order (empty text for a deleted row).

        1 to 100 rows, no key twice.

        Raises:
            RowConflict: a condition did not hold; its index names the first such row. A repeat of a request
                whose answer was lost looks the same: read and compare before deciding.
            ValueError: more rows, a larger row, or a larger property than Table Storage takes.
        """


class SigningKeys(Protocol):
    """The keys that sign our callers' tokens, as the sign-in service publishes them."""

    async def key(self, kid: str) -> Mapping[str, Any] | None:
        """Return the RSA key called *kid* as JSON Web Key (RFC 7517), None where none is published.

        However many unknown ids are asked for, the service is asked only now and then.

        Raises:
            TryAgainLater: no key set can be had at all. Keys that were had once are kept.
        """
