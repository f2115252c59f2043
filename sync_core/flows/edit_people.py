"""People made and edited by hand, and the cards that are given to them by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.editing import (
    cleaned,
    email_refused,
    plan_added,
    plan_card_given,
    plan_card_taken,
    plan_edited,
)
from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.ids import RecipientId
from sync_core.domain.presence import present
from sync_core.flows.change_person import change_person
from sync_core.flows.claim_address import claim_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.directory import Recipient, Status
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.planning import PersonChange
    from sync_core.flows.change_person import PersonStored
    from sync_core.flows.services import Services

#  What the ids of people begin with who were made by hand.
_MADE_BY_HAND = "p-"


async def add_recipient(
    services: Services, workspace: WorkspaceId, *, values: Mapping[str, str | None], by: str
) -> PersonStored:
    """Make a person by hand; one who was begun to be made and cut off is completed. *by*: an id of who asks.

    Raises:
        SyncRefused: ``field-unknown``, ``value-malformed``, ``email-missing``, ``email-malformed``, ``email-taken``,
            ``person-too-large``.
    """
    rulebook = (await services.workspaces.rulebook(workspace)).value
    clean = cleaned({EMAIL: None, **values}, rulebook.settings)
    wanted = RecipientId(_MADE_BY_HAND + services.new_token())
    recipient = await _claim(services, workspace, clean, recipient=wanted, adopt=_MADE_BY_HAND)

    async def decide(held: Recipient | None) -> PersonChange:
        if held is not None:
            raise email_refused(email.TAKEN)
        return plan_added(recipient, clean)

    return await change_person(services, workspace, recipient, decide, by=by)


async def edit_recipient(
    services: Services,
    workspace: WorkspaceId,
    recipient: RecipientId,
    *,
    values: Mapping[str, str | None] | None = None,
    status: Status | None = None,
    by: str,
    revision: int | None = None,
) -> PersonStored:
    """Change *values* (None or blank empties one) and the *status* by hand, all or nothing.

    *revision*: what the person must still be at, None where any will do. Who is made inactive by hand stays so until
    made active by hand.

    Raises:
        SyncRefused: as `add_recipient`; ``recipient-not-found``, ``recipient-deleted``; ``recipient-changed``:
            another revision; ``follows-entra``: it names what.
    """
    rulebook = (await services.workspaces.rulebook(workspace)).value
    clean = cleaned(values or {}, rulebook.settings)

    async def decide(held: Recipient | None) -> PersonChange | None:
        person = _expected(held, revision)
        change = plan_edited(person, values=clean, status=status, rulebook=rulebook)
        if change is not None and change.after.values.get(EMAIL) != person.values.get(EMAIL):
            await _claim(services, workspace, clean, recipient=recipient)
        return change

    return await change_person(services, workspace, recipient, decide, by=by)


async def give_card(
    services: Services,
    workspace: WorkspaceId,
    recipient: RecipientId,
    group: GroupId,
    *,
    by: str,
    revision: int | None = None,
) -> PersonStored:
    """Give the person a card in a linked group by hand; no sync takes it away.

    Raises:
        SyncRefused: ``group-not-linked``, ``recipient-not-found``, ``recipient-deleted``, ``recipient-changed``,
            ``too-many-groups``; ``follows-entra``: a sync gave the person a card there.
    """
    linked = await services.groups.group(workspace, group)
    if linked is None or linked.value.unlinking:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    options = (await services.workspaces.rulebook(workspace)).value.options

    async def decide(held: Recipient | None) -> PersonChange | None:
        return plan_card_given(_expected(held, revision), group, options=options)

    return await change_person(services, workspace, recipient, decide, by=by)


async def take_card(
    services: Services,
    workspace: WorkspaceId,
    recipient: RecipientId,
    group: GroupId,
    *,
    by: str,
    revision: int | None = None,
) -> PersonStored:
    """End a card that was given by hand. Who is in the group in Entra too gets one from the next sync.

    Raises:
        SyncRefused: ``recipient-not-found``, ``recipient-deleted``, ``recipient-changed``; ``follows-entra``: the
            card is a sync's.
    """
    options = (await services.workspaces.rulebook(workspace)).value.options

    async def decide(held: Recipient | None) -> PersonChange | None:
        return plan_card_taken(_expected(held, revision), group, options=options)

    return await change_person(services, workspace, recipient, decide, by=by)


async def _claim(
    services: Services,
    workspace: WorkspaceId,
    values: Mapping[str, str | None],
    *,
    recipient: RecipientId,
    adopt: str | None = None,
) -> RecipientId:
    address = values[EMAIL]
    owner = None
    if address is not None:
        owner = await claim_address(services, workspace, address, recipient=recipient, adopt=adopt)
    if owner is None:
        raise email_refused(email.TAKEN)
    return owner


def _expected(held: Recipient | None, revision: int | None) -> Recipient:
    person = present(held)
    if revision not in {None, person.revision}:
        raise SyncRefused("recipient-changed", "This person was changed meanwhile; look again.")
    return person
