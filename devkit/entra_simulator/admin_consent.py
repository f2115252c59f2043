"""The admin consent endpoint: a page on which the admin of a tenant accepts what an app asks for, or does not.

Sources: learn.microsoft.com, "Admin consent on the Microsoft identity platform" and "Redirect URI (reply URL)
restrictions and limitations". Nobody signs in here: whoever answers is taken for the admin of the tenant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import web

from devkit.entra_simulator.consent_page import ACCEPT, CANCEL, consent_page, error_page
from devkit.entra_simulator.errors import TokenRefusal
from devkit.entra_simulator.resources import resource_in
from devkit.entra_simulator.simulation import SIMULATION
from devkit.entra_simulator.token_endpoint import ANY_TENANT
from devkit.entra_simulator.tokens import GRAPH_AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.entra_simulator.apps import App
    from devkit.entra_simulator.simulation import Simulation

_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
#  A page of the simulator loads nothing and runs no script.
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}


class _NoRedirect(Exception):
    """The request is not one that may be answered to its redirect URI; the text is for the person at the browser."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for. *tenants*: those whose admin can answer. *state* is None where none was given."""

    app: App
    redirect_uri: str
    scope: str
    state: str | None
    tenants: tuple[str, ...]

    @property
    def fields(self) -> dict[str, str]:
        """What the form sends again with the answer."""
        fields = {"client_id": self.app.client_id, "redirect_uri": self.redirect_uri, "scope": self.scope}
        return fields if self.state is None else {**fields, "state": self.state}


async def show_consent(request: web.Request) -> web.Response:
    try:
        asked = _asked(request, dict(request.query))
    except _NoRedirect as refusal:
        return _page(error_page(str(refusal)), status=400)
    return _page(consent_page(asked.app, tenants=asked.tenants, fields=asked.fields))


async def answer_consent(request: web.Request) -> web.Response:
    """Take what the form sends: its fields, ``decision`` and, where several could be meant, ``tenant``."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    try:
        asked = _asked(request, form)
        answer = _carry_out(request.app[SIMULATION], asked, form)
    except _NoRedirect as refusal:
        return _page(error_page(str(refusal)), status=400)
    state = {} if asked.state is None else {"state": asked.state}
    return _redirect(asked.redirect_uri, {"admin_consent": "True", **answer, **state})


def _carry_out(simulation: Simulation, asked: _Asked, form: Mapping[str, str]) -> Mapping[str, str]:
    """Grant what was accepted; return what the redirect tells."""
    decision = form.get("decision")
    if decision == CANCEL:
        denied = "AADSTS65004: The resource owner or authorization server denied the request."
        return {"error": "access_denied", "error_description": denied}
    if decision != ACCEPT:
        raise _NoRedirect(f"The decision must be '{ACCEPT}' or '{CANCEL}'.")
    tenant_id = _chosen(asked, form.get("tenant"))
    simulation.grants.consent(tenant_id, asked.app.client_id, asked.app.permissions, now=simulation.now())
    granted = " ".join(f"{GRAPH_AUDIENCE}/{permission}" for permission in asked.app.permissions)
    return {"tenant": tenant_id, "scope": granted}


def _asked(request: web.Request, fields: Mapping[str, str]) -> _Asked:
    simulation, tenant = request.app[SIMULATION], request.match_info["tenant"]
    client_id, redirect_uri = fields.get("client_id", ""), fields.get("redirect_uri", "")
    if client_id not in simulation.apps:
        raise _NoRedirect(f"AADSTS700016: Application with identifier '{client_id}' was not found.")
    app = simulation.apps[client_id]
    if not any(_is_same_address(redirect_uri, registered) for registered in app.redirect_uris):
        raise _NoRedirect(f"AADSTS50011: The redirect URI '{redirect_uri}' is not registered for '{client_id}'.")
    tenants = tuple(sorted(simulation.tenants)) if tenant in ANY_TENANT else (tenant,)
    if not tenants or tenants[0] not in simulation.tenants:
        raise _NoRedirect(f"AADSTS90002: Tenant '{tenant}' not found.")
    _check_scope(fields.get("scope", ""), simulation)
    return _Asked(app, redirect_uri, fields["scope"], fields.get("state"), tenants)


def _check_scope(scope: str, simulation: Simulation) -> None:
    """Application permissions can be asked for by `/.default` alone."""
    try:
        resource_in(scope, simulation)
    except TokenRefusal as refusal:
        raise _NoRedirect(f"AADSTS{refusal.number}: {refusal.message}") from refusal


def _chosen(asked: _Asked, tenant_id: str | None) -> str:
    if tenant_id is None and len(asked.tenants) == 1:
        return asked.tenants[0]
    if tenant_id not in asked.tenants:
        raise _NoRedirect("Choose the tenant that you are the admin of.")
    return tenant_id


def _is_same_address(asked: str, registered: str) -> bool:
    """Compare exactly; on this machine the port may be another (RFC 8252, section 7.3)."""
    if asked == registered:
        return True
    try:
        one, other = urlsplit(asked), urlsplit(registered)
        hosts, _ = {one.hostname, other.hostname}, one.port
    except ValueError:
        return False
    same_host = one.scheme == "http" and len(hosts) == 1 and hosts <= _LOOPBACK and one.username is None
    return same_host and one._replace(netloc="") == other._replace(netloc="")


def _redirect(address: str, answer: Mapping[str, str]) -> web.Response:
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(answer))))
    return web.Response(status=303, headers={"Location": urlunsplit(parts._replace(query=query)), **_PAGE_HEADERS})


def _page(html: str, *, status: int = 200) -> web.Response:
    return web.Response(text=html, content_type="text/html", status=status, headers=_PAGE_HEADERS)
