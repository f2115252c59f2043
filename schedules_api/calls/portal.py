"""The portal: its one page, the files that page loads, and what it is told about this installation.

These addresses are for browsers; the API's description does not name them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, File, Operation, Reply, Route
from schedules_api.portal_files import PortalFiles
from schedules_api.preconditions import conditions_in
from schedules_api.problems import Problem
from schedules_api.shapes.portal import AnyQuery, PortalConfig
from sync_core.wiring import VERSION

if TYPE_CHECKING:
    from schedules_api.operations import Call

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_CONFIG = "config.json"


class Portal:
    """Answers with *files*."""

    def __init__(self, files: PortalFiles) -> None:
        self._files = files

    async def show(self, call: Call[AnyQuery, None]) -> Reply:
        path = call.request.route_params.get("path", "")
        if path == _CONFIG:
            return Reply(PortalConfig(support_url=call.settings.support_url, version=VERSION))
        file = self._files.at(path)
        if file is None:
            raise Problem("file-not-found", "The portal has no such file.")
        #  Asked about each time, and sent again only where it has changed: a new version is seen at once.
        headers = {"Cache-Control": "no-cache", "ETag": file.etag}
        if file.is_page:
            headers["Content-Security-Policy"] = PAGE_POLICY
        if not conditions_in(call.request.headers).hold_for(file.etag):
            return Reply(File(b"", file.media), status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Reply(File(file.content, file.media), headers=headers)


def routes() -> tuple[Route, ...]:
    """Return the portal's address, which takes in all that is below it."""
    show = Operation(
        run=Portal(PortalFiles()).show,
        id="getPortal",
        summary="Show the portal.",
        access=Access.ANYBODY,
        answers={HTTPStatus.OK: None, HTTPStatus.NOT_MODIFIED: None},
        query=AnyQuery,
        media=("text/html",),
        problems=frozenset({"file-not-found"}),
    )
    #  One page loads many files, and many people can share an address.
    return (Route("portal", "portal/{*path}", {"GET": show}, counted=False),)
