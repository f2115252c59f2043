"""What every Graph read has in common: who calls, in which tenant, and how answers are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from devkit.entra_simulator.errors import GraphRefusal
from devkit.entra_simulator.paging import cut_page
from devkit.entra_simulator.simulation import SIMULATION, Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devkit.entra_simulator.queries import Query
    from devkit.entra_simulator.tenant import Tenant
    from devkit.entra_simulator.tokens import Caller

RESOURCE_UNITS = "x-ms-resource-unit"
_FEW = 20
_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


@dataclass(frozen=True, slots=True)
class GraphCall:
    """*eventual*: the caller accepts an index that may lag, which advanced queries demand."""

    request: web.Request
    simulation: Simulation
    caller: Caller
    tenant: Tenant
    eventual: bool

    def context(self, what: str) -> str:
        return f"{self.simulation.url}/v1.0/$metadata#{what}"

    def path_id(self, name: str) -> str:
        return self.request.match_info[name]


def open_call(request: web.Request) -> GraphCall:
    """Check the token of *request*.

    Raises:
        GraphRefusal: 401.
    """
    simulation = request.app[SIMULATION]
    caller = simulation.signer.check(request.headers.get("Authorization"))
    tenant = simulation.tenants.get(caller.tenant_id)
    if tenant is None:
        raise GraphRefusal(401, "InvalidAuthenticationToken", "The token's tenant does not exist.")
    eventual = request.headers.get("ConsistencyLevel", "").lower() == "eventual"
    return GraphCall(request, simulation, caller, tenant, eventual)


def answer_collection(
    call: GraphCall,
    query: Query,
    *,
    context: str,
    base_units: int,
    ids: Sequence[str],
    wanted: Callable[[str], bool],
    write: Callable[[str], dict[str, Any]],
    count: Callable[[], int],
) -> web.Response:
    """Answer one page of *ids*; *count* is asked on the first page only, where Graph gives `@odata.count`."""
    tokens, collection = call.simulation.page_tokens, call.request.path
    after = tokens.read(collection, query.skip_token) if query.skip_token is not None else None
    page = cut_page(ids, after=after, size=query.page_size, wanted=wanted)
    body: dict[str, Any] = {"@odata.context": call.context(context)}
    if query.count and call.eventual and after is None:
        body["@odata.count"] = count()
    if page.last is not None:
        body["@odata.nextLink"] = _next_link(call, tokens.make(collection, after=page.last))
    body["value"] = [write(object_id) for object_id in page.ids]
    return answer_json(body, resource_units(base_units, query))


def answer_json(body: dict[str, Any], units: int) -> web.Response:
    headers = {"Content-Type": _JSON, "OData-Version": "4.0", RESOURCE_UNITS: str(units)}
    return web.Response(body=json.dumps(body).encode(), headers=headers)


def answer_count(count: int) -> web.Response:
    """Answer a `$count` segment: the number as plain text."""
    return web.Response(text=str(count), headers={"OData-Version": "4.0", RESOURCE_UNITS: "1"})


def resource_units(base: int, query: Query) -> int:
    """Return the cost of a read.

    Source: learn.microsoft.com, "Microsoft Graph service-specific throttling limits", identity and access.
    """
    cheaper = (query.select is not None) + (query.top is not None and query.top < _FEW)
    return max(1, base - cheaper)


def selected(noun: str, query: Query) -> str:
    return noun if query.select is None else f"{noun}({','.join(query.select)})"


def _next_link(call: GraphCall, token: str) -> str:
    relative = call.request.rel_url.update_query({"$skiptoken": token})
    return f"{call.simulation.url}{relative}"
