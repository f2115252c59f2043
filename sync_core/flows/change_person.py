"""Store one person's change that no group's run makes: an edit by hand, or a sync on demand.

The order is that of a run (see `store_people`), under a record of its own: record, journal page, the person's row
naming the page, addresses given up, the platform, the record closed. What was cut off in between is finished by
`finish_changes`. The groups' fingerprints are forgotten before the person is stored, so that a kill cannot keep the
next read from looking, and again behind it, against a run that was just putting one down.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.errors import RowConflict, SyncRefused, TryAgainLater
from sync_core.domain.journal import PEOPLE, JournalEntry, JournalPage, mark_of, page_name
from sync_core.domain.planning import ChangeKind, PersonChange, differences, marked
from sync_core.domain.presence import present
from sync_core.domain.runs import Counts, Run, RunState, Trigger, manual_run_id
from sync_core.flows.store_people import address_given_up
from sync_core.flows.tell_changes import tell_changes
from sync_core.ports import RecipientWrite, etag_of, value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import GroupId, RecipientId, WorkspaceId
    from sync_core.flows.services import Services

    Decide = Callable[[Recipient | None], Awaitable[PersonChange | None]]

#  Runs and other people can push each other back; each try reads afresh, so this many means trouble.
_TRIES = 5

_SOON = timedelta(seconds=5)

_GROUPS_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class PersonStored:
    """*person*: as stored now; *change*: what was changed, None where everything was so already."""

    person: Recipient
    change: PersonChange | None


async def change_person(
    services: Services, workspace: WorkspaceId, recipient: RecipientId, decide: Decide, *, by: str
) -> PersonStored:
    """Store what *decide* makes of the person; it is asked again where somebody else was faster.

    *decide* gets the person as stored, tombstones too, None where there is none; None from it leaves all as it is.

    Raises:
        SyncRefused: by *decide*; ``recipient-not-found``, ``recipient-deleted``: *decide* wants nobody there;
            ``person-too-large``: more than a row can hold.
        TryAgainLater: others kept changing the same person.
    """
    for _ in range(_TRIES):
        found = (await services.people.people(workspace, [recipient])).get(recipient)
        change = await decide(value_of(found))
        if change is None:
            return PersonStored(present(value_of(found)), None)
        after = await _PersonWriter(services, workspace, change, by=by).store(etag=etag_of(found))
        if after is not None:
            return PersonStored(after, change)
    raise TryAgainLater("others kept changing the same person", after=_SOON)


class _PersonWriter:
    """Stores one change under a record of its own."""

    def __init__(self, services: Services, workspace: WorkspaceId, change: PersonChange, *, by: str) -> None:
        now, attempt = services.clock.now(), services.new_token()
        run = manual_run_id(now, request=attempt)
        self._services = services
        self._workspace = workspace
        self._change = change
        self._run = Run(
            id=run, trigger=Trigger.MANUAL, state=RunState.RUNNING, attempt=attempt, attempts=1, started_at=now
        )
        self._page = page_name(attempt, 1)
        self._after = marked(replace(change.after, fingerprint=""), mark_of(PEOPLE, run, self._page))
        self._entry = entry_of(change, self._after, by=by)

    async def store(self, *, etag: str | None) -> Recipient | None:
        """Return the person as stored, None where somebody else changed it since it was read."""
        services, workspace, run = self._services, self._workspace, self._run.id
        record = await self._open()
        await self._forget_fingerprints()
        await services.journal.write(workspace, PEOPLE, run, [JournalPage(self._page, (self._entry,))])
        writing_since = services.clock.now()
        try:
            await services.people.write(workspace, [RecipientWrite(self._after, etag)])
        except RowConflict:
            if not await self._is_stored():
                await self._undone(record)
                return None
        except ValueError as exc:
            await self._undone(record)
            raise SyncRefused("person-too-large", "This is more than can be kept of one person.") from exc
        await self._forget_fingerprints()
        old = address_given_up(self._change)
        if old is not None:
            released = {email.key_of(old): self._after.id}
            await services.identities.release(workspace, released, claimed_before=writing_since)
        await tell_changes(services, workspace, PEOPLE, self._run.id, [self._entry])
        await close_change(services, workspace, self._run, self._entry, etag=record)
        return self._after

    async def _open(self) -> str:
        runs = self._services.runs
        try:
            return await runs.save(self._workspace, PEOPLE, self._run, etag=None)
        except RowConflict:
            found = await runs.run(self._workspace, PEOPLE, self._run.id)
            if found is None or found.value != self._run:
                raise
            return found.etag  # our own write, repeated by the storage client because its answer was lost

    async def _is_stored(self) -> bool:
        """Tell whether our own write landed: the storage client repeats one whose answer was lost."""
        found = await self._services.people.people(self._workspace, [self._after.id])
        mark = mark_of(PEOPLE, self._run.id, self._page)
        return self._after.id in found and mark in found[self._after.id].value.runs

    async def _undone(self, record: str) -> None:
        await self._services.journal.drop(self._workspace, PEOPLE, self._run.id, [self._page])
        await close_change(self._services, self._workspace, self._run, None, etag=record)

    async def _forget_fingerprints(self) -> None:
        before = self._change.before
        groups = set(self._after.cards) | set(() if before is None else before.cards)

        async def forget(group: GroupId) -> None:
            await forget_fingerprint(self._services, self._workspace, group, self._after.id)

        await each(forget, sorted(groups), limit=_GROUPS_AT_A_TIME)


async def forget_fingerprint(
    services: Services, workspace: WorkspaceId, group: GroupId, recipient: RecipientId
) -> None:
    """Let the group's next read look at the person again."""
    state = await services.states.state(workspace, group)
    if state is not None and state.value.spread is not None:
        await services.members.forget(workspace, group, [recipient], spread=state.value.spread)


def entry_of(change: PersonChange, after: Recipient, *, by: str) -> JournalEntry:
    changes = differences(change.before, after)
    return JournalEntry(after.id, after.entra_id, change.kind.value, change.reason, changes, after.revision, by)


async def close_change(
    services: Services, workspace: WorkspaceId, run: Run, entry: JournalEntry | None, *, etag: str
) -> None:
    """Close the record of a change, unless it is closed; *entry*: what was stored, None for nothing."""
    counts = Counts() if entry is None else replace(Counts(), **{ChangeKind(entry.kind).value: 1})
    state = RunState.CANCELLED if entry is None else RunState.SUCCEEDED
    ended = replace(run, counts=counts).ended(state, at=services.clock.now())
    with suppress(RowConflict):
        await services.runs.save(workspace, PEOPLE, ended, etag=etag)
