"""The control API under `/_simulator/`: it needs no token, as the simulator listens on loopback only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from devkit.entra_simulator.apps import app_from_json, roles_from_json
from devkit.entra_simulator.changes import MutationRefused, apply_mutations
from devkit.entra_simulator.faults import fault_from_json
from devkit.entra_simulator.minting import minted_from_json, whole_number_in
from devkit.entra_simulator.request_log import RequestLog
from devkit.entra_simulator.simulation import SIMULATION
from devkit.entra_simulator.tenant import Tenant
from devkit.tenants.checks import Misfit, expect_field, expect_id, expect_list, expect_object
from devkit.tenants.mutations import mutation_from_json
from devkit.tenants.tenant_file import sentence_about, tenant_from_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from devkit.tenants.mutations import Mutation

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FURTHEST = 10 * 366 * 86_400


def control_routes() -> list[web.RouteDef]:
    return [
        web.put("/_simulator/tenants/{tenant}", put_tenant),
        web.get("/_simulator/tenants/{tenant}", get_tenant),
        web.delete("/_simulator/tenants/{tenant}", delete_tenant),
        web.post("/_simulator/tenants/{tenant}/mutations", post_mutations),
        web.put("/_simulator/tenants/{tenant}/consents/{client}", put_consent),
        web.delete("/_simulator/tenants/{tenant}/consents/{client}", delete_consent),
        web.put("/_simulator/tenants/{tenant}/app-roles/{client}/{resource}", put_app_roles),
        web.post("/_simulator/tenants/{tenant}/tokens", post_token),
        web.put("/_simulator/consent-delay", put_consent_delay),
        web.put("/_simulator/apps/{client}", put_app),
        web.get("/_simulator/clock", get_clock),
        web.put("/_simulator/clock", put_clock),
        web.get("/_simulator/requests", get_requests),
        web.delete("/_simulator/requests", delete_requests),
        web.get("/_simulator/faults", get_faults),
        web.post("/_simulator/faults", post_faults),
        web.delete("/_simulator/faults", delete_faults),
    ]


@web.middleware
async def answer_misfits(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 400 with one sentence to what a control call got wrong."""
    try:
        return await handler(request)
    except Misfit as misfit:
        return _wrong(sentence_about(misfit))
    except MutationRefused as refusal:
        return _wrong(refusal.problem, index=refusal.index)


async def put_tenant(request: web.Request) -> web.Response:
    """Load or replace a tenant: ``{"tenant": {...}, "consents": {clientId: {"roles": [...]}}}``."""
    simulation, body = request.app[SIMULATION], await _body(request)
    tenant_id = expect_id(request.match_info["tenant"], ())
    content = tenant_from_json(expect_field(body, "tenant", ()))
    consents = expect_object(body.get("consents", {}), ("consents",))
    granted = {client: roles_from_json(consent) for client, consent in consents.items()}
    simulation.tenants[tenant_id] = Tenant(tenant_id, content)
    for client, roles in granted.items():
        simulation.grants.replace(tenant_id, client, roles)
    return _done()


async def get_tenant(request: web.Request) -> web.Response:
    return web.json_response(_tenant(request).to_file().to_json())


async def delete_tenant(request: web.Request) -> web.Response:
    simulation, tenant_id = request.app[SIMULATION], _tenant(request).tenant_id
    del simulation.tenants[tenant_id]
    simulation.grants.forget_tenant(tenant_id)
    return _done()


async def post_mutations(request: web.Request) -> web.Response:
    """Apply a list of mutations in order; a refused one is named by its `index`, those before it stay."""
    tenant, listed = _tenant(request), expect_list(await _json(request), ())
    mutations = [_mutation(value, index) for index, value in enumerate(listed)]
    apply_mutations(tenant, mutations, now=request.app[SIMULATION].now())
    return _done()


async def put_consent(request: web.Request) -> web.Response:
    """Grant an app its application permissions: ``{"roles": [...]}``. Tokens issued before keep theirs."""
    roles = roles_from_json(await _json(request))
    request.app[SIMULATION].grants.replace(_tenant(request).tenant_id, request.match_info["client"], roles)
    return _done()


async def delete_consent(request: web.Request) -> web.Response:
    request.app[SIMULATION].grants.revoke(_tenant(request).tenant_id, request.match_info["client"])
    return _done()


async def put_app_roles(request: web.Request) -> web.Response:
    """Assign an app its roles at an API that is registered here, by the API's client id: ``{"roles": [...]}``."""
    key = (_tenant(request).tenant_id, request.match_info["client"], request.match_info["resource"])
    request.app[SIMULATION].grants.app_roles[key] = roles_from_json(await _json(request))
    return _done()


async def post_token(request: web.Request) -> web.Response:
    """Issue a token for an API to anybody; see `minted_from_json`."""
    minted = minted_from_json(await _json(request), _tenant(request), request.app[SIMULATION])
    return web.json_response({"access_token": minted})


async def put_consent_delay(request: web.Request) -> web.Response:
    """Let what is consented to from now on take effect so much later, by the simulated clock: ``{"seconds": 60}``."""
    seconds = whole_number_in(await _body(request), "seconds", least=0, most=_FURTHEST)
    request.app[SIMULATION].grants.delay = timedelta(seconds=seconds)
    return _done()


async def put_app(request: web.Request) -> web.Response:
    """Register an app, or replace its secrets and trusted keys; see `app_from_json`."""
    apps, client_id = request.app[SIMULATION].apps, request.match_info["client"]
    apps[client_id] = app_from_json(client_id, await _json(request), known=apps.get(client_id))
    return _done()


async def get_clock(request: web.Request) -> web.Response:
    simulation = request.app[SIMULATION]
    offset = int(simulation.clock_offset.total_seconds())
    return web.json_response({"offsetSeconds": offset, "now": simulation.now().isoformat()})


async def put_clock(request: web.Request) -> web.Response:
    offset = whole_number_in(await _body(request), "offsetSeconds", least=-_FURTHEST, most=_FURTHEST)
    request.app[SIMULATION].clock_offset = timedelta(seconds=offset)
    return _done()


async def get_requests(request: web.Request) -> web.Response:
    return web.json_response(request.app[SIMULATION].log.to_json())


async def delete_requests(request: web.Request) -> web.Response:
    request.app[SIMULATION].log = RequestLog()
    return _done()


async def get_faults(request: web.Request) -> web.Response:
    return web.json_response(request.app[SIMULATION].faults.to_json())


async def post_faults(request: web.Request) -> web.Response:
    """Add one fault; see `devkit.entra_simulator.faults` for its fields."""
    simulation, fault = request.app[SIMULATION], fault_from_json(await _json(request))
    if fault.effect.tenant is not None and fault.effect.tenant not in simulation.tenants:
        raise Misfit(("tenant",), f"there is no tenant '{fault.effect.tenant}'")
    simulation.faults.faults.append(fault)
    return _done()


async def delete_faults(request: web.Request) -> web.Response:
    request.app[SIMULATION].faults.faults.clear()
    return _done()


def _mutation(value: Any, index: int) -> Mutation:
    try:
        return mutation_from_json(value, place=f"[{index}]")
    except Misfit as misfit:
        raise MutationRefused(sentence_about(misfit), index=index) from misfit


def _tenant(request: web.Request) -> Tenant:
    tenant_id = request.match_info["tenant"]
    if tenant_id not in request.app[SIMULATION].tenants:
        raise Misfit((), f"there is no tenant '{tenant_id}'")
    return request.app[SIMULATION].tenants[tenant_id]


async def _body(request: web.Request) -> dict[str, Any]:
    return expect_object(await _json(request), ())


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError as failure:
        raise Misfit((), "the body is not JSON") from failure


def _wrong(problem: str, **more: int) -> web.Response:
    return web.json_response({"problem": problem, **more}, status=400)


def _done() -> web.Response:
    return web.Response(status=204)
