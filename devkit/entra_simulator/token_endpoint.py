"""The OpenID documents of a tenant and its token endpoint.

Sources: learn.microsoft.com, "OAuth 2.0 client credentials flow on the Microsoft identity platform" and "Microsoft
Entra authentication and authorization error codes".
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from devkit.entra_simulator.assertions import check_assertion
from devkit.entra_simulator.errors import TokenRefusal
from devkit.entra_simulator.simulation import SIMULATION, Simulation
from devkit.entra_simulator.tokens import GRAPH_AUDIENCE, LIFE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.entra_simulator.apps import App

_ANY_TENANT = {"common", "organizations"}
_NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


async def openid_configuration(request: web.Request) -> web.Response:
    simulation, tenant_id = request.app[SIMULATION], request.match_info["tenant"]
    _expect_tenant(simulation, tenant_id, error="invalid_tenant")
    issuer = "{tenantid}" if tenant_id in _ANY_TENANT else tenant_id
    authority = f"{simulation.url}/{tenant_id}"
    return _json(
        {
            "issuer": f"{simulation.url}/{issuer}/v2.0",
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
    _expect_tenant(simulation, request.match_info["tenant"], error="invalid_tenant")
    return _json(simulation.signer.public_keys())


async def issue_token(request: web.Request) -> web.Response:
    simulation, tenant_id = request.app[SIMULATION], request.match_info["tenant"]
    form = {name: str(value) for name, value in (await request.post()).items()}
    if form.get("grant_type") != "client_credentials":
        raise TokenRefusal(400, "unsupported_grant_type", 70003, "The simulator issues app-only tokens only.")
    if tenant_id in _ANY_TENANT or tenant_id not in simulation.tenants:
        raise _no_tenant(tenant_id, "invalid_request")
    _check_scope(form.get("scope", ""), simulation)
    app = _app(simulation, tenant_id, form.get("client_id", ""))
    roles = _granted(simulation, tenant_id, app)
    _check_credential(simulation, tenant_id, app, form)
    token = simulation.signer.issue(tenant_id=tenant_id, client_id=app.client_id, roles=roles)
    life = int(LIFE.total_seconds())
    return _json(
        {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}, _NO_STORE
    )


def _expect_tenant(simulation: Simulation, tenant_id: str, *, error: str) -> None:
    if tenant_id not in _ANY_TENANT and tenant_id not in simulation.tenants:
        raise _no_tenant(tenant_id, error)


def _no_tenant(tenant_id: str, error: str) -> TokenRefusal:
    message = f"Tenant '{tenant_id}' not found. Check to make sure you have the correct tenant ID."
    return TokenRefusal(400, error, 90002, message)


def _check_scope(scope: str, simulation: Simulation) -> None:
    resource, suffix, rest = scope.strip().partition("/.default")
    if not suffix or rest:
        message = f"The provided value for scope {scope} is not valid: it must end in /.default."
        raise TokenRefusal(400, "invalid_scope", 1002012, message)
    if resource not in {GRAPH_AUDIENCE, simulation.url}:
        message = f"The resource principal named {resource} was not found in the tenant."
        raise TokenRefusal(400, "invalid_resource", 500011, message)


def _app(simulation: Simulation, tenant_id: str, client_id: str) -> App:
    if client_id not in simulation.apps:
        message = f"Application with identifier '{client_id}' was not found in the directory '{tenant_id}'."
        raise TokenRefusal(400, "unauthorized_client", 700016, message)
    return simulation.apps[client_id]


def _granted(simulation: Simulation, tenant_id: str, app: App) -> tuple[str, ...]:
    roles = simulation.consents.get(tenant_id, {}).get(app.client_id)
    if roles is None:
        message = f"The client application {app.client_id} is missing service principal in the tenant {tenant_id}."
        raise TokenRefusal(401, "invalid_client", 7000229, message)
    return roles


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
