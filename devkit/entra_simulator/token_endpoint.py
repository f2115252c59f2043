"""The OpenID documents of a tenant and its token endpoint.

Sources: learn.microsoft.com, "OAuth 2.0 client credentials flow on the Microsoft identity platform" and "Microsoft
Entra authentication and authorization error codes".
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from devkit.entra_simulator.api_tokens import Service, Validity, api_claims, issuer_of
from devkit.entra_simulator.assertions import check_assertion
from devkit.entra_simulator.errors import TokenRefusal
from devkit.entra_simulator.resources import granted_roles, resource_in
from devkit.entra_simulator.simulation import SIMULATION, Simulation
from devkit.entra_simulator.tokens import GRAPH_AUDIENCE, LIFE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devkit.entra_simulator.apps import App

ANY_TENANT = {"common", "organizations"}
_NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


async def openid_configuration(request: web.Request) -> web.Response:
    simulation, tenant_id = request.app[SIMULATION], request.match_info["tenant"]
    _expect_tenant(simulation, tenant_id, error="invalid_tenant")
    authority = f"{simulation.url}/{tenant_id}"
    return _json(
        {
            "issuer": _issuer(simulation, tenant_id),
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{authority}/oauth2/v2.0/token",
            "jwks_uri": f"{authority}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "private_key_jwt",
                "client_secret_basic",
            ],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        }
    )


async def signing_keys(request: web.Request) -> web.Response:
    simulation = request.app[SIMULATION]
    tenant_id = request.match_info["tenant"]
    _expect_tenant(simulation, tenant_id, error="invalid_tenant")
    return _json(simulation.signer.public_keys(issuer=_issuer(simulation, tenant_id)))


async def issue_token(request: web.Request) -> web.Response:
    simulation, tenant_id = request.app[SIMULATION], request.match_info["tenant"]
    form = {name: str(value) for name, value in (await request.post()).items()}
    if form.get("grant_type") != "client_credentials":
        raise TokenRefusal(400, "unsupported_grant_type", 70003, "The simulator issues app-only tokens only.")
    if tenant_id in ANY_TENANT or tenant_id not in simulation.tenants:
        raise _no_tenant(tenant_id, "invalid_request")
    resource = resource_in(form.get("scope", ""), simulation)
    app = _app(simulation, tenant_id, form.get("client_id", ""))
    roles = granted_roles(simulation, tenant_id, app.client_id, resource=resource)
    _check_credential(simulation, tenant_id, app, form)
    token = _app_only_token(simulation, tenant_id, app, resource=resource, roles=roles)
    life = int(LIFE.total_seconds())
    return _json(
        {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}, _NO_STORE
    )


def _issuer(simulation: Simulation, tenant_id: str) -> str:
    """Return whose tokens they are; those of no tenant in particular have a gap to be filled in, as Entra's own."""
    return issuer_of(simulation.url, "{tenantid}" if tenant_id in ANY_TENANT else tenant_id)


def _expect_tenant(simulation: Simulation, tenant_id: str, *, error: str) -> None:
    if tenant_id not in ANY_TENANT and tenant_id not in simulation.tenants:
        raise _no_tenant(tenant_id, error)


def _no_tenant(tenant_id: str, error: str) -> TokenRefusal:
    message = f"Tenant '{tenant_id}' not found. Check to make sure you have the correct tenant ID."
    return TokenRefusal(400, error, 90002, message)


def _app(simulation: Simulation, tenant_id: str, client_id: str) -> App:
    if client_id not in simulation.apps:
        message = f"Application with identifier '{client_id}' was not found in the directory '{tenant_id}'."
        raise TokenRefusal(400, "unauthorized_client", 700016, message)
    return simulation.apps[client_id]


def _app_only_token(simulation: Simulation, tenant_id: str, app: App, *, resource: str, roles: Iterable[str]) -> str:
    """Return a token for Graph in version 1.0, as Graph's own are, and for every other API in version 2.0."""
    if resource == GRAPH_AUDIENCE:
        return simulation.signer.issue(tenant_id=tenant_id, client_id=app.client_id, roles=roles)
    claims = api_claims(
        Service(app.client_id),
        authority=simulation.url,
        tenant_id=tenant_id,
        audience=resource,
        roles=roles,
        valid=Validity.from_now(),
    )
    return simulation.signer.sign(claims)


def _check_credential(simulation: Simulation, tenant_id: str, app: App, form: Mapping[str, str]) -> None:
    if "client_assertion" in form:
        endpoint = f"{simulation.url}/{tenant_id}/oauth2/v2.0/token"
        check_assertion(form["client_assertion"], app, token_endpoint=endpoint)
    elif "client_secret" in form:
        _check_secret(simulation, app, form["client_secret"])
    else:
        message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise TokenRefusal(401, "invalid_client", 7000218, message)


def _check_secret(simulation: Simulation, app: App, given: str) -> None:
    matching = [secret for secret in app.secrets if hmac.compare_digest(secret.value.encode(), given.encode())]
    if not matching:
        message = f"Invalid client secret provided for app '{app.client_id}'."
        raise TokenRefusal(401, "invalid_client", 7000215, message)
    if all(secret.expires is not None and secret.expires <= simulation.now() for secret in matching):
        message = f"The provided client secret keys for app '{app.client_id}' are expired."
        raise TokenRefusal(401, "invalid_client", 7000222, message)


def _json(body: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, headers=headers, dumps=json.dumps)
