"""The calls about people: find them, make one, look at one, change one, sync one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.calls import cards, timeline
from schedules_api.calls.one_person import (
    NOT_THERE,
    expected_revision,
    shown,
    standing_of,
    telling_the_current_etag,
)
from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.preconditions import etag_header
from schedules_api.shapes.recipients import (
    NEW_RECIPIENT,
    PERSON_SYNC_ORDER,
    RECIPIENT_CHANGE,
    PersonSyncAnswer,
    RecipientAnswer,
    RecipientsAnswer,
    RecipientsQuery,
    summary_answer,
    sync_answer,
)
from sync_core.domain.ids import RecipientId, is_id
from sync_core.flows.edit_people import add_recipient, edit_recipient
from sync_core.flows.explain_person import MOST_GROUPS_LOOKED_INTO
from sync_core.flows.find_people import MOST_LOOKED_AT, find_people
from sync_core.flows.sync_person import sync_person

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.recipients import NewRecipient, PersonSyncOrder, RecipientChange

_LIST = "recipients"


async def show_all(call: Call[RecipientsQuery, None]) -> Reply:
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_id(after):
        raise bad_token()
    page = await find_people(
        call.services,
        call.workspace,
        call.query.wanted,
        limit=call.query.limit,
        after=None if after is None else RecipientId(after),
    )
    return Reply(
        RecipientsAnswer(
            recipients=[summary_answer(person) for person in page.people],
            continuation_token=token_behind(page.next_after, of=_LIST),
        )
    )


async def add(call: Call[NoQuery, NewRecipient]) -> Reply:
    stored = await add_recipient(call.services, call.workspace, values=call.body.values, by=call.caller.id)
    made = stored.person.id
    location = f"/api/workspaces/{call.workspace}/recipients/{made}"
    return await shown(call, made, status=HTTPStatus.CREATED, location=location)


async def show(call: Call[NoQuery, None]) -> Reply:
    return await shown(call, call.recipient)


async def change(call: Call[NoQuery, RecipientChange]) -> Reply:
    revision = await expected_revision(call)
    async with telling_the_current_etag(call):
        await edit_recipient(
            call.services,
            call.workspace,
            call.recipient,
            values=call.body.values,
            status=call.body.wanted_status,
            by=call.caller.id,
            revision=revision,
        )
    return await shown(call, call.recipient)


async def sync(call: Call[NoQuery, PersonSyncOrder]) -> Reply:
    result = await sync_person(call.services, call.workspace, call.recipient, call.body.wanted, by=call.caller.id)
    after = await standing_of(call, call.recipient)
    return Reply(sync_answer(result, after), headers=etag_header(after.person.revision if after.person else None))


_RECIPIENTS = "api/workspaces/{workspaceId}/recipients"
_VALUES = frozenset({"field-unknown", "value-malformed", "email-malformed", "email-missing"})
_MADE = {"recipientId": "$response.body#/recipientId"}

ROUTES = (
    Route(
        "recipients",
        _RECIPIENTS,
        {
            "GET": Operation(
                run=show_all,
                id="listRecipients",
                summary="Find people, or show all of them.",
                description="In an order that never changes, so that nobody is missed or shown twice. One answer "
                f"looks through {MOST_LOOKED_AT} people at the most: a page can be short or empty and still have a "
                "`continuationToken`; go on until there is none.",
                access=Access.READ,
                query=RecipientsQuery,
                answers={HTTPStatus.OK: RecipientsAnswer},
            ),
            "POST": Operation(
                run=add,
                id="addRecipient",
                summary="Make a person by hand.",
                description="No sync takes away who was made by hand. The e-mail address is what keeps a repeated "
                "request from making a second person: it answers 409 `email-taken`, and nothing is changed.",
                access=Access.MANAGE,
                body=JsonBody(
                    NEW_RECIPIENT,
                    examples={"person": {"values": {"email": "ada@example.com", "name": "Ada Lovelace"}}},
                ),
                answers={HTTPStatus.CREATED: RecipientAnswer},
                problems=_VALUES | {"email-taken", "person-too-large"},
                links=(
                    Link("getRecipient", _MADE),
                    Link("changeRecipient", _MADE),
                    Link("getTimeline", _MADE),
                    Link("giveCard", _MADE),
                ),
            ),
        },
    ),
    Route(
        "recipient",
        _RECIPIENTS + "/{recipientId}",
        {
            "GET": Operation(
                run=show,
                id="getRecipient",
                summary="Show one person: values and what decides about each, status, groups and cards.",
                description="Who was deleted answers 410 `recipient-deleted`; the timeline tells why. Somebody whom "
                "no sync could take in is shown with `takenIn` false and the reason, and has no ETag. Beside the "
                f"groups that gave a card, the first {MOST_GROUPS_LOOKED_INTO} linked ones are looked into.",
                access=Access.READ,
                answers={HTTPStatus.OK: RecipientAnswer},
                problems=NOT_THERE,
            ),
            "PATCH": Operation(
                run=change,
                id="changeRecipient",
                summary="Change values and status by hand, all or nothing.",
                description="What follows Entra ID cannot be changed here: 409 `follows-entra`. A value that is so "
                "already is no change. Who is made inactive by hand stays so until made active by hand.",
                access=Access.MANAGE,
                body=JsonBody(
                    RECIPIENT_CHANGE,
                    examples={"title": {"values": {"jobTitle": "Analyst"}}, "pause": {"status": "inactive"}},
                ),
                conditions=True,
                answers={HTTPStatus.OK: RecipientAnswer},
                problems=NOT_THERE
                | _VALUES
                | {"follows-entra", "email-taken", "person-too-large", "recipient-changed"},
            ),
        },
    ),
    *timeline.ROUTES,
    Route(
        "personSync",
        _RECIPIENTS + "/{recipientId}/sync",
        {
            "POST": Operation(
                run=sync,
                id="syncRecipient",
                summary="Sync this one person now.",
                description="No membership changes and nobody is deleted. Each step says what it did; one that could "
                "not be done, because Entra ID refuses for instance, is `failed` with its reason and the answer is "
                "still 200.",
                access=Access.MANAGE,
                body=JsonBody(PERSON_SYNC_ORDER, examples={"all": {"scope": "full"}}),
                answers={HTTPStatus.OK: PersonSyncAnswer},
                problems=NOT_THERE
                | {"recipient-changed", "plan-required", "not-connected", "settings-not-confirmed"},
            )
        },
    ),
    *cards.ROUTES,
)
