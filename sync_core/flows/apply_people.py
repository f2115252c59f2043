"""Plan and store, in waves, for the people whom a run saw and for those who left."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from sync_core.domain.directory import Member, MemberState, Status
from sync_core.domain.errors import TryAgainLater
from sync_core.domain.holds import HeldKind
from sync_core.domain.journal import KEPT, REFUSED, JournalEntry, mark_of
from sync_core.domain.planning import PersonPlan, plan_left, plan_seen, without_deactivation
from sync_core.flows.batched import batched
from sync_core.flows.locate_people import Left, Located, Seen, locate
from sync_core.flows.store_people import PeopleStore, PersonWork
from sync_core.ports import etag_of, value_of
from sync_core.telemetry.catalogue import APPLY_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.directory import Recipient
    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.ids import EntraUserId, GroupId, RecipientId
    from sync_core.domain.planning import Rules
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services

#  16 partitions of up to 100 people each: what fills whole transactions on average.
WAVE = 1600

KEPT_BY_DECISION = "kept-by-decision"

#  Two groups that share people can push each other back; each round reads afresh, so this many means trouble.
_ROUNDS = 8


class Deactivations(Enum):
    """What to do with somebody who would become inactive."""

    PUT_OFF = "until the removal guard was asked"
    APPLY = "as planned"
    HOLD = "leave the person active, apply the rest, look again in the next run"
    REJECT = "leave the person active, by decision, until Entra says something new of them"


@dataclass(slots=True)
class Outcome:
    """What the waves of one run came to, beside what was stored.

    *put_off*: would become inactive, see `Deactivations`. *blocked*: somebody else has their address, and who.
    *warnings*: reason per recipient. *left_out*: unknown here, and the options import nobody new.
    """

    put_off: dict[RecipientId, Seen] = field(default_factory=dict)
    blocked: dict[RecipientId, tuple[Seen, RecipientId]] = field(default_factory=dict)
    warnings: dict[RecipientId, str] = field(default_factory=dict)
    left_out: set[EntraUserId] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A located person and the plan for them. *partly*: what became of a deactivation that is not carried out."""

    located: Located
    plan: PersonPlan
    partly: Deactivations | None = None


class PeopleApplier:
    """Applies intents in waves for one claimed run."""

    def __init__(self, services: Services, claimed: ClaimedRun, rules: Rules, *, spread: bool) -> None:
        self._services = services
        self._claimed = claimed
        self._rules = rules
        self._store = PeopleStore(services, claimed, spread=spread)
        self.outcome = Outcome()
        self.stored = self._store.stored

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
            with self._services.telemetry.span(APPLY_PEOPLE, people=len(wave)):
                await self._apply_wave(wave, deactivations, leaving_address, settled=settled)

    async def keep(self, left: Sequence[Left]) -> None:
        """Let people who left stay by decision: nothing of theirs changes but their row of the member index."""
        for part in batched(left, WAVE):
            await self._claimed.lease.renew()
            await self._store.store([_kept(one.member) for one in part])

    async def note(self, entries: Sequence[JournalEntry]) -> None:
        """Tell of people in the journal to whom nothing was done."""
        await self._store.note(entries)

    async def taken_out_before(self, held: Sequence[HeldPerson]) -> set[RecipientId]:
        """Return those of *held* whom this run, in an earlier attempt, has taken out as the list says."""
        order, wanted = self._claimed.order, {one.recipient: one.kind for one in held}
        mark = mark_of(order.group, self._claimed.run.value.id, page="")
        people = await self._services.people.people(order.workspace, list(wanted))
        return {
            recipient
            for recipient, found in people.items()
            if any(run.startswith(mark) for run in found.value.runs) and self._is_out(found.value, wanted[recipient])
        }

    def _is_out(self, person: Recipient, kind: HeldKind) -> bool:
        if kind is HeldKind.REMOVAL:
            return self._rules.group not in person.cards
        return person.status is Status.INACTIVE

    async def _apply_wave(
        self,
        wave: Sequence[Seen | Left],
        deactivations: Deactivations,
        leaving: AbstractSet[RecipientId],
        *,
        settled: bool,
    ) -> None:
        workspace, import_new = self._claimed.order.workspace, self._rules.options.import_new_users
        for _ in range(_ROUNDS):
            await self._claimed.lease.renew()
            located = await locate(self._services, workspace, wave, import_new=import_new, leaving_address=leaving)
            self._take_left_out(wave, located)
            now = [person for person in located if settled or not self._waits(person)]
            planned = [self._planned(person, deactivations) for person in now]
            works = {_work(person, self._rules.group): person for person in planned if person is not None}
            lost = await self._store.store(list(works))
            self._take_warnings([person for work, person in works.items() if work not in lost])
            wave = [works[work].located.intent for work in lost]
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
            self.outcome.put_off[person.recipient] = person.intent
            return None
        if deactivations is Deactivations.APPLY:
            return _Planned(person, plan)
        return _Planned(person, replace(plan, change=without_deactivation(change)), partly=deactivations)

    def _plan(self, person: Located) -> PersonPlan:
        held, intent = value_of(person.held), person.intent
        if isinstance(intent, Left):
            return plan_left(held, rules=self._rules, reason=intent.reason)
        return plan_seen(
            intent.user, held, recipient=person.recipient, rules=self._rules, email_problem=person.email_problem
        )

    def _take_left_out(self, wave: Sequence[Seen | Left], located: Sequence[Located]) -> None:
        if not self._rules.options.import_new_users:
            there = {id(person.intent) for person in located}
            self.outcome.left_out |= {
                intent.user.id for intent in wave if isinstance(intent, Seen) and id(intent) not in there
            }

    def _take_warnings(self, done: Sequence[_Planned]) -> None:
        for person in done:
            self.outcome.warnings.pop(person.located.recipient, None)
            if person.plan.warning:
                self.outcome.warnings[person.located.recipient] = person.plan.warning


def _work(person: _Planned, group: GroupId) -> PersonWork:
    return PersonWork(
        recipient=person.located.recipient,
        etag=etag_of(person.located.held),
        change=person.plan.change,
        fingerprint=_fingerprint(person),
        before=person.located.intent.member,
        after=_member_after(person, group),
        note=_note(person),
    )


def _kept(member: Member) -> PersonWork:
    after = replace(member, state=MemberState.KEPT, fingerprint="", reason=KEPT_BY_DECISION)
    note = JournalEntry(member.recipient, member.entra_id, KEPT, KEPT_BY_DECISION)
    return PersonWork(member.recipient, None, None, before=member, after=after, note=note)


def _note(person: _Planned) -> JournalEntry | None:
    """Return what the journal tells of the person beside a change: each reason once, when it is new."""
    intent, reason = person.located.intent, _reason(person)
    if not reason or (intent.member is not None and intent.member.reason == reason):
        return None
    entra_id = intent.user.id if isinstance(intent, Seen) else intent.member.entra_id
    return JournalEntry(person.located.recipient, entra_id, KEPT if reason == KEPT_BY_DECISION else REFUSED, reason)


def _reason(person: _Planned) -> str:
    return person.plan.warning or (KEPT_BY_DECISION if person.partly is Deactivations.REJECT else "")


def _fingerprint(person: _Planned) -> str:
    """Return the mark to remember; none where something is left to do, so that the next run looks again."""
    intent, plan = person.located.intent, person.plan
    if isinstance(intent, Left) or plan.warning or plan.outdated or person.partly is Deactivations.HOLD:
        return ""
    return intent.fingerprint


def _member_after(person: _Planned, group: GroupId) -> Member | None:
    """Return the person's row of the member index as it must be now, None for no row."""
    intent, plan = person.located.intent, person.plan
    if isinstance(intent, Left):
        return intent.member if plan.outdated else None
    held = value_of(person.located.held)
    refused = plan.change is None and (held is None or group not in held.cards)
    return Member(
        recipient=person.located.recipient,
        entra_id=intent.user.id,
        fingerprint=_fingerprint(person),
        state=MemberState.REFUSED if refused else MemberState.MEMBER,
        reason=_reason(person),
    )
