"""The API's description of itself: its OpenAPI document, and a page that shows it to people."""

from __future__ import annotations

import json
from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api import viewer
from schedules_api.openapi.document import document_of
from schedules_api.operations import Access, Operation, Reply, Route, Text
from schedules_api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery

_HTML = "text/html"
_KEPT_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}
#  The viewer writes styles into its elements, and draws its icons from data.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def show(call: Call[NoQuery, None], *, text: Callable[[], str]) -> Reply:
    """Answer with the document, which *text* writes."""
    del call
    return Reply(Text(text(), "application/json"), headers=_KEPT_FOR_AN_HOUR)


async def show_page(_: Call[NoQuery, None]) -> Reply:
    return Reply(Text(viewer.PAGE, _HTML), headers=_KEPT_FOR_AN_HOUR | {"Content-Security-Policy": _PAGE_POLICY})


async def show_file(call: Call[NoQuery, None]) -> Reply:
    name = call.request.route_params.get("file", "")
    text = viewer.file(name)
    if text is None:
        raise Problem("file-not-found", "The viewer has no such file, or is not installed here.")
    mimetype = "text/css" if name.endswith(".css") else "text/javascript"
    return Reply(Text(text, mimetype), headers=_KEPT_FOR_AN_HOUR)


def routes(sections: Callable[[], Mapping[str, Sequence[Route]]]) -> tuple[Route, ...]:
    """Return the addresses that describe *sections*, which are asked for when somebody wants to know."""

    @cache
    def text() -> str:
        return json.dumps(document_of(sections()), ensure_ascii=False)

    document = Operation(
        run=partial(show, text=text),
        id="getOpenApiDocument",
        summary="Describe this API as an OpenAPI 3.1 document.",
        access=Access.ANYBODY,
        answers={HTTPStatus.OK: None},
        media=("application/json",),
    )
    page = Operation(
        run=show_page,
        id="getDocumentation",
        summary="Show this description as a page.",
        access=Access.ANYBODY,
        answers={HTTPStatus.OK: None},
        media=("text/html",),
    )
    file = Operation(
        run=show_file,
        id="getDocumentationFile",
        summary="A file of that page.",
        access=Access.ANYBODY,
        answers={HTTPStatus.OK: None},
        media=("text/css", "text/javascript"),
        problems=frozenset({"file-not-found"}),
    )
    return (
        Route("openapi", "api/openapi.json", {"GET": document}),
        Route("docs", "api/docs", {"GET": page}),
        Route("docs-file", "api/docs/{file}", {"GET": file}),
    )
