"""Find the recipient that each person of a wave is, or shall become, and claim what must be unique.

By Entra object id, else by the e-mail address of a recipient that no Entra user is linked to, else a new one whose
id is derived from the Entra id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.directory import MemberState
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.ids import recipient_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.directory import Member, Recipient
    from sync_core.domain.entra import EntraUser
    from sync_core.domain.ids import EntraUserId, RecipientId, WorkspaceId
    from sync_core.flows.services import Services
    from sync_core.ports import Claim, Stored

#  A claim whose recipient does not carry the address may be somebody's who is about to be stored. A run stores
#  people within seconds of claiming for them and never after its lease, so an older claim was left by a killed run.
CLAIM_SETTLES = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Seen:
    """A user whom the run saw, with the mark of their values and their row of the member index, if any."""

    user: EntraUser
    fingerprint: str
    member: Member | None

    @property
    def known_as(self) -> RecipientId | None:
        is_member = self.member is not None and self.member.state is MemberState.MEMBER
        return self.member.recipient if is_member and self.member is not None else None


@dataclass(frozen=True, slots=True)
class Left:
    """A member whom the run did not see, or whom the options leave out, and why."""

    member: Member
    reason: str


@dataclass(frozen=True, slots=True)
class Located:
    """*recipient*: who it is; *held*: as stored, None for somebody new.

    *email_problem*: why the address cannot be theirs; *blocked_by*: who has it.
    """

    intent: Seen | Left
    recipient: RecipientId
    held: Stored[Recipient] | None
    email_problem: str = ""
    blocked_by: RecipientId | None = None


async def locate(
    services: Services,
    workspace: WorkspaceId,
    intents: Sequence[Seen | Left],
    *,
    import_new: bool,
    leaving_address: AbstractSet[RecipientId] = frozenset(),
) -> list[Located]:
    """Locate everybody of *intents* who is, or may become, a recipient; the others are left out of the answer.

    *import_new*: whether somebody unknown becomes a recipient. *leaving_address*: recipients who are about to give
    up the address they have, because all of them move at once.
    """
    left = [intent for intent in intents if isinstance(intent, Left)]
    seen = [intent for intent in intents if isinstance(intent, Seen)]
    owners = await _owners_by_entra_id(services, workspace, seen, import_new=import_new)
    ids = {intent.user.id: intent.known_as or _owner_of(owners, intent.user.id) for intent in seen}
    just_claimed = {claim.owner for claim in owners.values() if claim.fresh}
    known = {intent.member.recipient for intent in left} | {one for one in ids.values() if one is not None}
    held = await services.people.people(workspace, sorted(known - just_claimed))
    misled = [intent for intent in seen if _is_anothers(_held(held, ids[intent.user.id]), intent)]
    if misled:
        owners |= await _own_recipients(services, workspace, misled)
        own = {intent.user.id: _owner_of(owners, intent.user.id) for intent in misled}
        held |= await services.people.people(workspace, sorted(one for one in own.values() if one is not None))
        ids |= own
    if not import_new:
        ids = {user: one if _is_here(_held(held, one)) else None for user, one in ids.items()}
    book = _AddressBook(services, workspace, owners, leaving_address)
    candidates = [(intent, ids[intent.user.id], _held(held, ids[intent.user.id])) for intent in seen]
    found = [Located(intent, intent.member.recipient, held.get(intent.member.recipient)) for intent in left]
    return found + await book.settle(candidates)


async def _owners_by_entra_id(
    services: Services, workspace: WorkspaceId, seen: Sequence[Seen], *, import_new: bool
) -> dict[str, Claim]:
    joiners = [intent.user.id for intent in seen if intent.known_as is None]
    if not import_new:
        return await services.identities.owners(workspace, [entra_key(user) for user in joiners])
    wanted = {entra_key(user): recipient_of(user) for user in joiners}
    return await services.identities.claim(workspace, wanted, at=services.clock.now())


async def _own_recipients(services: Services, workspace: WorkspaceId, misled: Sequence[Seen]) -> dict[str, Claim]:
    """Claim, for users whose claim leads to somebody else's recipient, the one that is derived from their id.

    Two users wanted one hand-made recipient at the same moment, or a run was killed before it linked one of them.
    """
    now, identities = services.clock.now(), services.identities
    wanted = {entra_key(intent.user.id): recipient_of(intent.user.id) for intent in misled}
    for key, claim in (await identities.claim(workspace, wanted, at=now)).items():
        if claim.owner != wanted[key]:
            await identities.take_over(workspace, key, owner=wanted[key], claim=claim, at=now)
    owners = await identities.owners(workspace, list(wanted))
    return {key: claim for key, claim in owners.items() if claim.owner == wanted[key]}


Candidate = tuple[Seen, "RecipientId | None", "Stored[Recipient] | None"]


class _AddressBook:
    """Settles to whom each e-mail address of a wave belongs, the first who wants it before the next."""

    def __init__(
        self,
        services: Services,
        workspace: WorkspaceId,
        by_entra_id: Mapping[str, Claim],
        leaving: AbstractSet[RecipientId],
    ) -> None:
        self._services = services
        self._workspace = workspace
        self._by_entra_id = by_entra_id
        self._leaving = leaving
        self._linked: set[RecipientId] = set()

    async def settle(self, candidates: Sequence[Candidate]) -> list[Located]:
        """Return everybody who is or may become a recipient, with what is wrong with their address, if anything."""
        claims = await self._claims([one for one in candidates if _changes_address(one)])
        contested = {claims[key].owner for one in candidates if (key := self._contested(one, claims)) is not None}
        holders = await self._services.people.people(self._workspace, sorted(contested))
        settled = [await self._settle_one(one, claims, holders) for one in candidates]
        return [located for located in settled if located is not None]

    async def _claims(self, candidates: Sequence[Candidate]) -> dict[str, Claim]:
        wanted: dict[str, RecipientId] = {}
        for intent, recipient, _ in candidates:
            if recipient is not None:
                wanted.setdefault(_address_key(intent), recipient)
        unknown = [_address_key(intent) for intent, recipient, _ in candidates if recipient is None]
        claims = await self._services.identities.claim(self._workspace, wanted, at=self._services.clock.now())
        return {**await self._services.identities.owners(self._workspace, unknown), **claims}

    def _contested(self, candidate: Candidate, claims: Mapping[str, Claim]) -> str | None:
        """Return the key of the candidate's new address where somebody else has it."""
        intent, recipient, _ = candidate
        if not _changes_address(candidate):
            return None
        key = _address_key(intent)
        return key if key in claims and claims[key].owner != recipient else None

    async def _settle_one(
        self, candidate: Candidate, claims: Mapping[str, Claim], holders: Mapping[RecipientId, Stored[Recipient]]
    ) -> Located | None:
        intent, recipient, held = candidate
        key = self._contested(candidate, claims)
        if key is None:
            return None if recipient is None else await self._confirm(candidate, recipient, claims)
        holder = holders.get(claims[key].owner)
        if holder is not None and _carries(holder.value, intent) and self._may_link(candidate, holder.value):
            return await self._link(intent, holder)
        if recipient is None:
            return None
        if await self._take_address(key, recipient, claims[key], carried=_carries_any(holder, intent)):
            return Located(intent, recipient, held)
        return Located(intent, recipient, held, email.TAKEN, claims[key].owner)

    async def _confirm(self, candidate: Candidate, recipient: RecipientId, claims: Mapping[str, Claim]) -> Located:
        """Renew a claim that is ours from before, so that nobody takes it for one that a killed run has left."""
        intent, _, held = candidate
        claim = claims.get(_address_key(intent)) if _changes_address(candidate) else None
        if claim is not None and not claim.fresh:
            key, now = _address_key(intent), self._services.clock.now()
            identities = self._services.identities
            if not await identities.take_over(self._workspace, key, owner=recipient, claim=claim, at=now):
                return Located(intent, recipient, held, email.TAKEN, recipient)
        return Located(intent, recipient, held)

    def _may_link(self, candidate: Candidate, holder: Recipient) -> bool:
        _, _, held = candidate
        is_new = held is None or held.value.deleted
        return is_new and holder.entra_id is None and holder.id not in self._linked

    async def _link(self, intent: Seen, holder: Stored[Recipient]) -> Located | None:
        """Make the hand-made recipient who has the address this user's; the claim decides between two users."""
        key, recipient, now = entra_key(intent.user.id), holder.value.id, self._services.clock.now()
        claim = self._by_entra_id.get(key)
        if claim is None:
            claimed = await self._services.identities.claim(self._workspace, {key: recipient}, at=now)
            linked = claimed[key].owner == recipient
        else:
            identities = self._services.identities
            linked = await identities.take_over(self._workspace, key, owner=recipient, claim=claim, at=now)
        if not linked:
            return None
        self._linked.add(recipient)
        return Located(intent, recipient, holder)

    async def _take_address(self, key: str, recipient: RecipientId, claim: Claim, *, carried: bool) -> bool:
        """Take an address over from a recipient who does not carry it, or is about to give it up."""
        now = self._services.clock.now()
        abandoned = not carried and now - claim.claimed_at > CLAIM_SETTLES
        if not abandoned and claim.owner not in self._leaving:
            return False
        return await self._services.identities.take_over(self._workspace, key, owner=recipient, claim=claim, at=now)


def entra_key(user: EntraUserId) -> str:
    return f"entra:{user}"


def _owner_of(owners: Mapping[str, Claim], user: EntraUserId) -> RecipientId | None:
    claim = owners.get(entra_key(user))
    return None if claim is None else claim.owner


def _held(held: Mapping[RecipientId, Stored[Recipient]], recipient: RecipientId | None) -> Stored[Recipient] | None:
    return None if recipient is None else held.get(recipient)


def _is_anothers(held: Stored[Recipient] | None, intent: Seen) -> bool:
    return held is not None and held.value.entra_id not in {None, intent.user.id}


def _is_here(held: Stored[Recipient] | None) -> bool:
    return held is not None and not held.value.deleted


def _address_key(intent: Seen) -> str:
    return email.key_of(intent.user.values[EMAIL])


def _changes_address(candidate: Candidate) -> bool:
    """Tell whether a usable address is new for the recipient."""
    intent, _, held = candidate
    if email.problem_of(intent.user.values.get(EMAIL)):
        return False
    return held is None or held.value.deleted or not _carries(held.value, intent)


def _carries(recipient: Recipient, intent: Seen) -> bool:
    address = recipient.values.get(EMAIL)
    return address is not None and email.key_of(address) == _address_key(intent)


def _carries_any(holder: Stored[Recipient] | None, intent: Seen) -> bool:
    return holder is not None and _is_here(holder) and _carries(holder.value, intent)
