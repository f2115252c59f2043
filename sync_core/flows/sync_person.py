"""Sync one person on demand, and show each step; no membership changes, nobody is deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.editing import plan_cards_up
from sync_core.domain.eligibility import workspace_reason
from sync_core.domain.errors import EntraRefused, SyncRefused
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.journal import PEOPLE
from sync_core.domain.on_demand import (
    PersonSync,
    Scope,
    Step,
    StepName,
    cards_step,
    done,
    failed,
    fields_step,
    person_sync,
    skipped,
)
from sync_core.domain.planning import PersonPlan, Rules, plan_known
from sync_core.domain.presence import present
from sync_core.flows.change_person import change_person
from sync_core.flows.circumstances import circumstances
from sync_core.flows.claim_address import claim_address
from sync_core.flows.connection_health import note_refused
from sync_core.ports import value_of

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.eligibility import Circumstances
    from sync_core.domain.entra import EntraUser
    from sync_core.domain.ids import EntraUserId, RecipientId, WorkspaceId
    from sync_core.domain.planning import PersonChange
    from sync_core.flows.change_person import PersonStored
    from sync_core.flows.services import Services

_ON_DEMAND = "on-demand"

_NO_USER = (
    "Entra ID has no such user any more: deleted there, for a while or for good. Nothing was changed; the next sync "
    "of each group takes that in."
)
_OUTDATED = "A later read of Entra ID has already decided about this person."
_EMAIL_KEPT = "The e-mail address stays: the one in Entra ID is missing, malformed or another person's."


async def sync_person(
    services: Services, workspace: WorkspaceId, recipient: RecipientId, scope: Scope, *, by: str
) -> PersonSync:
    """Sync one person now; what cannot be done is a failed step. *by*: an id of who asks.

    Raises:
        SyncRefused: ``recipient-not-found``, ``recipient-deleted``; ``recipient-changed``: unlinked or taken out
            meanwhile; or what keeps the workspace from syncing: ``plan-required``, ``not-connected``,
            ``settings-not-confirmed``.
        TryAgainLater: Entra or storage is out of reach, or others kept changing the person.
    """
    held = present(value_of((await services.people.people(workspace, [recipient])).get(recipient)))
    if held.entra_id is None:
        text = "This person is not linked to an Entra user."
        return person_sync(held, failed(StepName.MATCHED, text, code="not-linked"))
    matched = done(StepName.MATCHED, "Linked to this Entra user by its object id.")
    around = await _circumstances(services, workspace, held)
    if around is None:
        text = "This person is in no linked group, so no sync covers them."
        return person_sync(held, matched, failed(StepName.IN_SCOPE, text, code="in-no-group"))
    if scope is Scope.CARDS:
        return await _push(services, workspace, held, matched, by=by)
    puller = _Puller(services, workspace, around, scope, by=by)
    return await puller.pull(held, held.entra_id, matched)


async def _circumstances(services: Services, workspace: WorkspaceId, held: Recipient) -> Circumstances | None:
    """Return those of a linked group that the person has a card in, None where there is none."""
    for group in sorted(held.cards):
        around = await circumstances(services, workspace, group)
        if around is not None and not around.group.unlinking:
            reason = workspace_reason(around)
            if reason is not None:
                raise SyncRefused(reason.code, reason.text)
            return around
    return None


async def _push(services: Services, workspace: WorkspaceId, held: Recipient, matched: Step, *, by: str) -> PersonSync:
    async def decide(person: Recipient | None) -> PersonChange | None:
        return _marked(plan_cards_up(_still(person, held)))

    stored = await change_person(services, workspace, held.id, decide, by=by)
    asked = [skipped(name, "Not asked for.") for name in (StepName.FOUND, StepName.IN_SCOPE, StepName.FIELDS)]
    return person_sync(stored.person, matched, *asked, cards_step(stored.change, stored.person))


class _Puller:
    """Pulls one person's profile from Entra, and brings the cards up to it where that was asked for."""

    def __init__(
        self, services: Services, workspace: WorkspaceId, around: Circumstances, scope: Scope, *, by: str
    ) -> None:
        options = replace(around.rulebook.options, update_cards=scope is Scope.FULL)
        self._services = services
        self._workspace = workspace
        self._around = around
        self._by = by
        self._rules = Rules(PEOPLE, options, around.rulebook.settings, read_at=services.clock.now())
        self._plan = PersonPlan(None)

    async def pull(self, held: Recipient, entra_id: EntraUserId, matched: Step) -> PersonSync:
        user = await self._find(entra_id)
        if isinstance(user, Step):
            return person_sync(held, matched, user)
        found = done(StepName.FOUND, "Entra ID has this user.")
        if user.guest and not self._rules.options.include_guests:
            text = "The user is a guest, and the sync options leave guests out."
            return person_sync(held, matched, found, failed(StepName.IN_SCOPE, text, code="guest-left-out"))
        stored = await self._apply(held, user)
        fields = self._fields(stored)
        return person_sync(
            stored.person, matched, found, _in_scope(user), fields, cards_step(stored.change, stored.person)
        )

    async def _find(self, entra_id: EntraUserId) -> EntraUser | Step:
        try:
            user = await self._services.entra.user(self._around.tenant, entra_id)
        except EntraRefused as refused:
            await note_refused(self._services, self._workspace, refused)
            return failed(StepName.FOUND, refused.reason, code=refused.code)
        return failed(StepName.FOUND, _NO_USER, code="not-in-entra") if user is None else user

    async def _apply(self, held: Recipient, user: EntraUser) -> PersonStored:
        async def decide(person: Recipient | None) -> PersonChange | None:
            now = _still(person, held)
            problem = await self._email_problem(now, user)
            self._plan = plan_known(user, now, rules=self._rules, email_problem=problem)
            return _marked(self._plan.change)

        return await change_person(self._services, self._workspace, held.id, decide, by=self._by)

    async def _email_problem(self, person: Recipient, user: EntraUser) -> str:
        address, old = user.values.get(EMAIL), person.values.get(EMAIL)
        if address is None or email.problem_of(address):
            return ""  # the plan says so itself
        if old is not None and email.key_of(old) == email.key_of(address):
            return ""
        owner = await claim_address(self._services, self._workspace, address, recipient=person.id)
        return email.TAKEN if owner is None else ""

    def _fields(self, stored: PersonStored) -> Step:
        if self._plan.outdated:
            return skipped(StepName.FIELDS, _OUTDATED, code="outdated")
        step = fields_step(stored.change)
        warning = self._plan.warning
        return replace(step, text=f"{step.text} {_EMAIL_KEPT}", code=warning) if warning else step


def _in_scope(user: EntraUser) -> Step:
    disabled = user.enabled is False
    text = "In a linked group; disabled in Entra ID." if disabled else "In a linked group and enabled in Entra ID."
    return done(StepName.IN_SCOPE, text)


def _still(person: Recipient | None, held: Recipient) -> Recipient:
    """Return the person as stored now, if what was looked up for *held* still goes for them."""
    if person is None or person.deleted or person.entra_id != held.entra_id or not person.cards:
        raise SyncRefused("recipient-changed", "This person was changed meanwhile; look again.")
    return person


def _marked(change: PersonChange | None) -> PersonChange | None:
    return None if change is None else replace(change, reason=_ON_DEMAND)
