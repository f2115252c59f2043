"""Read a group's people from Entra ID, apply joiners and changes as they come, and prove who was seen.

Nobody is taken out here: the caller does that, and only with the proof in hand.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sync_core.domain.directory import Member, MemberState
from sync_core.domain.entra import ReadProof
from sync_core.domain.fingerprint import fingerprint_of, rules_fingerprint
from sync_core.domain.runs import Counts, Phase
from sync_core.flows.apply_people import WAVE, Deactivations, PeopleApplier
from sync_core.flows.locate_people import Left, Seen
from sync_core.flows.record_run import record_progress
from sync_core.telemetry.catalogue import READ_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.entra import EntraUser, MembersPage
    from sync_core.domain.ids import EntraUserId
    from sync_core.domain.planning import Rules
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services

#  Fewer people seen than counted: the count's index may lag, or a page may have been lost. One more look tells.
_READINGS = 2

_LEFT = "left-in-entra"
_GUEST = "guest-left-out"


class GroupReading:
    """One full read of a group, with what it has seen so far."""

    def __init__(self, services: Services, claimed: ClaimedRun, rules: Rules, applier: PeopleApplier) -> None:
        self._services = services
        self._claimed = claimed
        self._rules = rules
        self._applier = applier
        #  What a killed run of an older link has left in the index says nothing to this one.
        self._mark = rules_fingerprint(rules.options, rules.settings) + claimed.group.generation.to_bytes(4)
        self._index: Mapping[EntraUserId, Member] = {}
        self._seen: set[EntraUserId] = set()
        self._guests: set[EntraUserId] = set()
        self._others: Counter[str] = Counter()
        self._pages = 0
        self._waiting: list[Seen] = []

    async def read(self, index: Mapping[EntraUserId, Member]) -> ReadProof:
        """Read until the proof is complete or a second reading did not complete it; return the proof."""
        with self._services.telemetry.span(READ_GROUP):
            proof = await self._read(index)
            self._services.telemetry.note(
                pages=proof.pages, users=proof.users, counted=proof.counted, complete=proof.complete
            )
        return proof

    async def _read(self, index: Mapping[EntraUserId, Member]) -> ReadProof:
        self._index = index
        counted = 0
        for reading in range(1, _READINGS + 1):
            await self._read_once()
            counted = await self._count()
            if len(self._seen) < counted:
                counted = await self._count()
            if len(self._seen) >= counted:
                return self._proof(counted, complete=True, readings=reading)
        return self._proof(counted, complete=False, readings=_READINGS)

    def who_left(self) -> list[Left]:
        """Return the members whom the read did not see, and those whom the options leave out."""
        return [
            Left(member, _GUEST if member.entra_id in self._guests else _LEFT)
            for member in self._index.values()
            if member.entra_id not in self._seen or member.entra_id in self._guests
        ]

    @property
    def known(self) -> int:
        """How many of those seen the directory knows of: taken in, refused with a reason, or left out by the options.

        To be asked when everybody is stored.
        """
        left_out = self._guests | (self._applier.outcome.left_out - self._index.keys())
        indexed = sum(user in self._index for user in self._seen - left_out)
        return len(left_out) + indexed + self._applier.stored.new

    @property
    def counts(self) -> Counts:
        """How the run stands, for the people who watch it; the journal has the final word."""
        changed = self._applier.stored.changed
        return Counts(
            read=len(self._seen),
            added=changed["added"],
            updated=changed["updated"],
            removed=changed["removed"],
            refused=len(self._applier.outcome.warnings),
        )

    async def _read_once(self) -> None:
        self._others.clear()
        group, tenant = self._claimed.group.entra_id, self._claimed.tenant
        nested = self._rules.options.include_nested_groups
        async for page in self._services.entra.members(tenant, group, nested=nested):
            self._pages += 1
            self._take(page)
            if len(self._waiting) >= WAVE:
                await self._flush()
            if await self._claimed.lease.keep():
                await self.report(Phase.READING)
        await self._flush()

    async def report(self, phase: Phase, *, proof: ReadProof | None = None) -> None:
        """Tell the people who watch the run how far it is."""
        await record_progress(self._services, self._claimed, phase=phase, counts=self.counts, proof=proof)

    def _take(self, page: MembersPage) -> None:
        self._others.update(page.others)
        for user in page.users:
            if user.id not in self._seen:
                self._seen.add(user.id)
                self._take_user(user)

    def _take_user(self, user: EntraUser) -> None:
        if user.guest and not self._rules.options.include_guests:
            self._guests.add(user.id)
            return
        member = self._index.get(user.id)
        mark = fingerprint_of(user, self._mark)
        if member is None or member.fingerprint != mark or member.state is not MemberState.MEMBER:
            self._waiting.append(Seen(user, mark, member))

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        await self._applier.apply(waiting, Deactivations.PUT_OFF)

    async def _count(self) -> int:
        group, tenant = self._claimed.group.entra_id, self._claimed.tenant
        return await self._services.entra.count_users(tenant, group, nested=self._rules.options.include_nested_groups)

    def _proof(self, counted: int, *, complete: bool, readings: int) -> ReadProof:
        return ReadProof(self._pages, len(self._seen), counted, complete, dict(self._others), readings)
