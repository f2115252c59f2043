"""The calls about the connection to Entra ID."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.calls.consent_callback import CALLBACK
from schedules_api.operations import Access, Link, Operation, Reply, Route
from schedules_api.shapes.connection import (
    ConnectionAnswer,
    ConsentLinkAnswer,
    connection_answer,
    consent_link_answer,
)
from sync_core.flows.manage_connection import disconnect, start_connection
from sync_core.flows.show_connection import show_connection
from sync_core.wiring import consent_page

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery


async def show(call: Call[NoQuery, None]) -> Reply:
    return Reply(connection_answer(await show_connection(call.services, call.workspace)))


async def start(call: Call[NoQuery, None]) -> Reply:
    workspace, settings = call.workspace, call.settings
    link = await start_connection(call.services, workspace, by=call.caller.id)
    #  Never from the request: who sends a Host header of their own must not choose where Entra ID leads to.
    address = consent_page(
        settings, tenant=link.tenant, redirect_uri=f"{settings.public_url}/{CALLBACK}", state=link.state
    )
    return Reply(
        consent_link_answer(link, consent_url=address),
        HTTPStatus.CREATED,
        {"Location": f"/api/workspaces/{workspace}/connection"},
    )


async def end(call: Call[NoQuery, None]) -> Reply:
    await disconnect(call.services, call.workspace, by=call.caller.id)
    return Reply(status=HTTPStatus.NO_CONTENT)


ROUTES: tuple[Route, ...] = (
    Route(
        "connection",
        "api/workspaces/{workspaceId}/connection",
        {
            "GET": Operation(
                run=show,
                id="getConnection",
                summary="Show the connection to Entra ID.",
                access=Access.READ,
                answers={HTTPStatus.OK: ConnectionAnswer},
            ),
            "POST": Operation(
                run=start,
                id="startConnection",
                summary="Connect Entra ID: get the link for an administrator's consent.",
                description=(
                    "The link works once, for one hour, and is told here alone; asking again ends the one before. "
                    "A connection that is in use goes on as it is until the consent was given and found to work."
                ),
                access=Access.MANAGE,
                answers={HTTPStatus.CREATED: ConsentLinkAnswer},
                problems=frozenset({"tenant-not-set", "tenant-mismatch"}),
                links=(Link("getConnection"), Link("endConnection")),
            ),
            "DELETE": Operation(
                run=end,
                id="endConnection",
                summary="Disconnect Entra ID. Groups, schedules and people stay; runs are skipped.",
                access=Access.MANAGE,
                answers={HTTPStatus.NO_CONTENT: None},
            ),
        },
    ),
)
