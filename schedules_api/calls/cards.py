"""The calls that give and take a card by hand."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.calls.one_person import NOT_THERE, expected_revision, shown, telling_the_current_etag
from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.shapes.recipients import RecipientAnswer
from sync_core.flows.edit_people import give_card, take_card

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery


async def give(call: Call[NoQuery, None]) -> Reply:
    revision = await expected_revision(call)
    async with telling_the_current_etag(call):
        stored = await give_card(
            call.services, call.workspace, call.recipient, call.group, by=call.caller.id, revision=revision
        )
    return await shown(call, call.recipient, status=HTTPStatus.OK if stored.change is None else HTTPStatus.CREATED)


async def take(call: Call[NoQuery, None]) -> Reply:
    revision = await expected_revision(call)
    async with telling_the_current_etag(call):
        await take_card(
            call.services, call.workspace, call.recipient, call.group, by=call.caller.id, revision=revision
        )
    return Reply(status=HTTPStatus.NO_CONTENT)


ROUTES = (
    Route(
        "card",
        "api/workspaces/{workspaceId}/recipients/{recipientId}/cards/{groupId}",
        {
            "PUT": Operation(
                run=give,
                id="giveCard",
                summary="Give the person a card in the group by hand.",
                description="No sync takes such a card away. Where there is one already, nothing changes. A card "
                "that a sync gave stays the sync's: 409 `follows-entra`.",
                access=Access.MANAGE,
                conditions=True,
                answers={HTTPStatus.OK: RecipientAnswer, HTTPStatus.CREATED: RecipientAnswer},
                problems=NOT_THERE | {"group-not-linked", "follows-entra", "too-many-groups", "recipient-changed"},
            ),
            "DELETE": Operation(
                run=take,
                id="takeCard",
                summary="End a card that was given by hand.",
                description="Where there is none, nothing changes. Who is in the group in Entra ID too gets one from "
                "the next sync.",
                access=Access.MANAGE,
                conditions=True,
                answers={HTTPStatus.NO_CONTENT: None},
                problems=NOT_THERE | {"group-not-linked", "follows-entra", "recipient-changed"},
            ),
        },
    ),
)
