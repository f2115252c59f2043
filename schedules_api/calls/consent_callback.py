"""The call that Entra ID leads an administrator's browser to, with or without a consent."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.consent_result import PAGE_HEADERS, page, result_of, unusable
from schedules_api.operations import Access, Operation, Reply, Route, Text
from schedules_api.problems import kind_of
from schedules_api.shapes.connection import CallbackQuery, ConnectionAnswer, connection_answer
from sync_core.domain.errors import SyncRefused
from sync_core.flows.finish_consent import finish_consent
from sync_core.flows.show_connection import shown

if TYPE_CHECKING:
    import azure.functions as func

    from schedules_api.consent_result import Result
    from schedules_api.operations import Call

CALLBACK = "api/connection/callback"
HTML = "text/html"


async def finish(call: Call[CallbackQuery, None]) -> Reply:
    """Use the link, and show what became of it: a page to a browser, JSON to everybody else."""
    if call.request.method == "HEAD":
        #  What looks at links in advance must not use them up.
        return Reply(Text("", HTML))
    query = call.query
    try:
        connection = await finish_consent(
            call.services, state=query.state, tenant=query.tenant, granted=query.is_granted
        )
    except SyncRefused as refusal:
        if not _is_browser(call.request):
            raise
        return _shown(unusable(refusal.reason), kind_of(refusal.code).status)
    became = shown(connection, now=call.services.clock.now())
    return _shown(result_of(became)) if _is_browser(call.request) else Reply(connection_answer(became))


def _is_browser(request: func.HttpRequest) -> bool:
    return HTML in request.headers.get("Accept", "").lower()


def _shown(result: Result, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(Text(page(result), HTML), status, PAGE_HEADERS)


ROUTES: tuple[Route, ...] = (
    Route(
        "consentCallback",
        CALLBACK,
        {
            "GET": Operation(
                run=finish,
                id="finishConsent",
                summary="Take an administrator's answer; Entra ID leads the browser here.",
                description=(
                    "Browsers, which accept text/html, get a page to read. The `state` is the proof: it belongs to "
                    "one link, which works once and for an hour."
                ),
                access=Access.ANYBODY,
                query=CallbackQuery,
                answers={HTTPStatus.OK: ConnectionAnswer},
                problems=frozenset({"consent-link-unknown", "consent-link-used", "consent-link-expired"}),
                media=(HTML,),
            )
        },
    ),
)
