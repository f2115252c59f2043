"""Apply what was planned for people, in waves: journal, people, member index, each safe to be cut off.

The order of effects is what makes a killed run harmless:

1. *identities* are claimed, so that nobody is made twice and no address belongs to two;
2. the *journal* page is stored: what is about to change, with the old values;
3. the *people* of that page are stored in one transaction, each row naming the page: that is the commit;
4. the *member index* says what was applied, so that the next read passes over these people;
5. addresses that nobody carries any more are released.

Cut off between 2 and 3, the page has no witness and is dropped when the run is closed; between 3 and 5, the next
read finds the people as they should be and only mends the index.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from sync_core.domain import email
from sync_core.domain.directory import Member, MemberState
from sync_core.domain.errors import RowConflict, TryAgainLater
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.ids import nibble_of
from sync_core.domain.journal import REFUSED, JournalEntry, JournalPage, mark_of, page_name
from sync_core.domain.planning import (
    PersonPlan,
    differences,
    marked,
    plan_left,
    plan_seen,
    without_deactivation,
)
from sync_core.flows.locate_people import Left, Located, Seen, locate
from sync_core.ports import MAX_ROWS_PER_WRITE, RecipientWrite, etag_of, value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import GroupId, RecipientId
    from sync_core.domain.planning import PersonChange, Rules
    from sync_core.flows.claim_run import ClaimedRun
    from sync_core.flows.services import Services

T = TypeVar("T")

#  16 partitions of up to 100 people each: what fills whole transactions on average.
WAVE = 1600

#  Transactions in flight at once.
_SIDE_BY_SIDE = 8

#  Two groups that share people can push each other back; each round reads afresh, so this many means trouble.
_ROUNDS = 8


class Deactivations(Enum):
    """What to do with somebody who would become inactive."""

    PUT_OFF = "until the removal guard was asked"
    APPLY = "as planned"
    HOLD = "leave the person active, apply the rest"


@dataclass(slots=True)
class Outcome:
    """What the waves of one run have done so far.

    *put_off*: would become inactive, see `Deactivations`. *blocked*: somebody else has their address, and who.
    *warnings*: reason per recipient. *joined* and *gone*: rows of the member index.
    """

    changed: Counter[str] = field(default_factory=Counter)
    put_off: list[Seen] = field(default_factory=list)
    blocked: dict[RecipientId, tuple[Seen, RecipientId]] = field(default_factory=dict)
    warnings: dict[RecipientId, str] = field(default_factory=dict)
    joined: int = 0
    gone: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Planned:
    """A located person, the plan for them, and whether a part of it is held back by the removal guard."""

    located: Located
    plan: PersonPlan
    held_back: bool = False


class PeopleApplier:
    """Applies intents in waves for one claimed run."""

    def __init__(self, services: Services, claimed: ClaimedRun, rules: Rules, *, spread: bool) -> None:
        self._services = services
        self._claimed = claimed
        self._workspace = claimed.order.workspace
        self._rules = rules
        self._spread = spread
        self.outcome = Outcome()

    async def apply(
        self,
        intents: Sequence[Seen | Left],
        deactivations: Deactivations,
        *,
        settled: bool = False,
        leaving_address: AbstractSet[RecipientId] = frozenset(),
    ) -> None:
        """Apply all of *intents*; who was changed by somebody else meanwhile is read and planned afresh.

        *settled*: an address that somebody else has is now a warning; before, its owner may still move, so the
        person waits in `Outcome.blocked`. *leaving_address*: see `locate`.

        Raises:
            LeaseLost: the group is another run's now; nothing more was changed.
            TryAgainLater: others kept changing the same people.
        """
        for wave in batched(intents, WAVE):
            await self._apply_wave(wave, deactivations, leaving_address, settled=settled)

    async def _apply_wave(
        self,
        wave: Sequence[Seen | Left],
        deactivations: Deactivations,
        leaving: AbstractSet[RecipientId],
        *,
        settled: bool,
    ) -> None:
        for _ in range(_ROUNDS):
            await self._claimed.lease.renew()
            import_new = self._rules.options.import_new_users
            located = await locate(
                self._services, self._workspace, wave, import_new=import_new, leaving_address=leaving
            )
            planned = [
                self._planned(person, deactivations) for person in located if settled or not self._waits(person)
            ]
            wave = await self._store([person for person in planned if person is not None])
            if not wave:
                return
        raise TryAgainLater("other runs kept changing the same people", after=self._services.lease)

    def _waits(self, person: Located) -> bool:
        if person.blocked_by is None or isinstance(person.intent, Left):
            return False
        self.outcome.blocked[person.recipient] = (person.intent, person.blocked_by)
        return True

    def _planned(self, person: Located, deactivations: Deactivations) -> _Planned | None:
        plan = self._plan(person)
        change = plan.change
        if change is None or isinstance(person.intent, Left) or not change.deactivates:
            return _Planned(person, plan)
        if deactivations is Deactivations.PUT_OFF:
            self.outcome.put_off.append(person.intent)
            return None
        if deactivations is Deactivations.HOLD:
            return _Planned(person, replace(plan, change=without_deactivation(change)), held_back=True)
        return _Planned(person, plan)

    def _plan(self, person: Located) -> PersonPlan:
        held, intent = value_of(person.held), person.intent
        if isinstance(intent, Left):
            return plan_left(held, rules=self._rules, reason=intent.reason)
        return plan_seen(
            intent.user, held, recipient=person.recipient, rules=self._rules, email_problem=person.email_problem
        )

    async def _store(self, planned: Sequence[_Planned]) -> Sequence[Seen | Left]:
        """Store one wave in the order of effects; return whom somebody else changed meanwhile."""
        pages = {self._next_page(): chunk for chunk in _chunks(planned)}
        await self._write_journal(planned, pages)
        writing_since = self._services.clock.now()
        refused = await self._write_people(pages)
        lost = {person for name in refused for person in pages[name]}
        self._claimed.doubtful |= refused
        done = [person for person in planned if person not in lost]
        await self._write_members(done)
        await self._release_addresses(done, claimed_before=writing_since)
        self._count(done)
        return [person.located.intent for person in lost]

    def _next_page(self) -> str:
        self.outcome.pages += 1
        return page_name(self._claimed.run.value.attempt, self.outcome.pages)

    async def _write_journal(self, planned: Sequence[_Planned], pages: Mapping[str, Sequence[_Planned]]) -> None:
        journal = [JournalPage(name, tuple(_entry(person) for person in chunk)) for name, chunk in pages.items()]
        news = [_refusal(person) for person in planned if _has_new_warning(person)]
        journal += [JournalPage(self._next_page(), tuple(part)) for part in batched(news)]
        order, run = self._claimed.order, self._claimed.run.value
        for part in batched(journal):
            await self._services.journal.write(order.workspace, order.group, run.id, part)

    async def _write_people(self, pages: Mapping[str, Sequence[_Planned]]) -> set[str]:
        """Store each page's people in one transaction; return the pages that were refused."""

        async def write(page: tuple[str, Sequence[_Planned]]) -> str | None:
            name, chunk = page
            mark = mark_of(self._claimed.order.group, self._claimed.run.value.id, name)
            writes = [
                RecipientWrite(self._after(person, change, mark), etag_of(person.located.held))
                for person in chunk
                if (change := person.plan.change) is not None
            ]
            try:
                await self._services.people.write(self._workspace, writes)
            except RowConflict:
                return name
            return None

        written = await each(write, pages.items(), limit=_SIDE_BY_SIDE)
        return {name for name in written if name is not None}

    def _after(self, person: _Planned, change: PersonChange, mark: str) -> Recipient:
        return marked(replace(change.after, fingerprint=_fingerprint(person)), mark)

    async def _write_members(self, done: Sequence[_Planned]) -> None:
        group = self._claimed.order.group
        rows = [(person.located.intent.member, _member_after(person, group)) for person in done]
        changed = [after for before, after in rows if after is not None and after != before]
        gone = [before.recipient for before, after in rows if before is not None and not _same_key(before, after)]
        if changed or gone:
            await self._services.members.save(self._workspace, group, spread=self._spread, changed=changed, gone=gone)
        self.outcome.joined += sum(_is_member(after) and not _is_member(before) for before, after in rows)
        self.outcome.gone += sum(_is_member(before) and not _is_member(after) for before, after in rows)

    async def _release_addresses(self, done: Sequence[_Planned], *, claimed_before: datetime) -> None:
        released = {
            email.key_of(old): person.located.recipient
            for person in done
            if person.plan.change is not None and (old := _address_given_up(person.plan.change)) is not None
        }
        if released:
            await self._services.identities.release(self._workspace, released, claimed_before=claimed_before)

    def _count(self, done: Sequence[_Planned]) -> None:
        for person in done:
            if person.plan.change is not None:
                self.outcome.changed[person.plan.change.kind] += 1
            self.outcome.warnings.pop(person.located.recipient, None)
            if person.plan.warning:
                self.outcome.warnings[person.located.recipient] = person.plan.warning


def _chunks(planned: Sequence[_Planned]) -> Iterator[Sequence[_Planned]]:
    """Yield the people who change, at most 100 of one partition at a time."""
    by_nibble: defaultdict[str, list[_Planned]] = defaultdict(list)
    for person in planned:
        if person.plan.change is not None:
            by_nibble[nibble_of(person.located.recipient)].append(person)
    for people in by_nibble.values():
        yield from batched(people)


def batched(items: Sequence[T], size: int = MAX_ROWS_PER_WRITE) -> Iterator[Sequence[T]]:
    """Yield *items* in order, at most *size* at a time (itertools has it from Python 3.12 on)."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _entry(person: _Planned) -> JournalEntry:
    change = person.plan.change
    if change is None:
        raise ValueError("a person without a change has no journal entry")
    after = change.after
    kind = change.kind.value
    return JournalEntry(after.id, after.entra_id, kind, change.reason, differences(change.before, after))


def _refusal(person: _Planned) -> JournalEntry:
    intent = person.located.intent
    entra_id = intent.user.id if isinstance(intent, Seen) else intent.member.entra_id
    return JournalEntry(person.located.recipient, entra_id, REFUSED, person.plan.warning)


def _has_new_warning(person: _Planned) -> bool:
    member = person.located.intent.member
    return bool(person.plan.warning) and (member is None or member.reason != person.plan.warning)


def _fingerprint(person: _Planned) -> str:
    """Return the mark to remember; none where something is left to do, so that the next run looks again."""
    intent = person.located.intent
    if isinstance(intent, Left) or person.plan.warning or person.plan.outdated or person.held_back:
        return ""
    return intent.fingerprint


def _member_after(person: _Planned, group: GroupId) -> Member | None:
    """Return the person's row of the member index as it must be now, None for no row."""
    intent, plan = person.located.intent, person.plan
    if isinstance(intent, Left):
        return intent.member if plan.outdated else None
    held = value_of(person.located.held)
    has_card = held is not None and group in held.cards
    refused = plan.change is None and not has_card
    return Member(
        recipient=person.located.recipient,
        entra_id=intent.user.id,
        fingerprint=_fingerprint(person),
        state=MemberState.REFUSED if refused else MemberState.MEMBER,
        reason=plan.warning,
    )


def _is_member(row: Member | None) -> bool:
    return row is not None and row.state is MemberState.MEMBER


def _same_key(before: Member, after: Member | None) -> bool:
    return after is not None and after.recipient == before.recipient


def _address_given_up(change: PersonChange) -> str | None:
    """Return the address that the person had and has no more."""
    old = None if change.before is None else change.before.values.get(EMAIL)
    new = None if change.after.deleted else change.after.values.get(EMAIL)
    if old is None or (new is not None and email.key_of(new) == email.key_of(old)):
        return None
    return old
