"""Let a scripted fault befall a request."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from devkit.entra_simulator.changes import apply_mutations
from devkit.entra_simulator.errors import GraphRefusal
from devkit.entra_simulator.rendering import without_values
from devkit.entra_simulator.simulation import SIMULATION, Simulation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from devkit.entra_simulator.faults import Effect

    Answer = Callable[[], Awaitable[web.StreamResponse]]

_CODES = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    410: "resyncRequired",
    429: "TooManyRequests",
    503: "serviceNotAvailable",
}


async def suffer(request: web.Request, effect: Effect, answer: Answer) -> web.StreamResponse:
    """Carry out *effect*; *answer* gives the true answer where the effect wants it.

    Raises:
        GraphRefusal: the effect is a status without a body of its own.
    """
    await asyncio.sleep(effect.delay_seconds)
    _change_tenant(request.app[SIMULATION], effect)
    if effect.drop == "before":
        return _dropped(request)
    if effect.status is not None:
        return _scripted(effect, effect.status)
    true_answer = await answer()
    if effect.drop == "midway":
        return await _cut_midway(request, true_answer)
    return _altered(true_answer, effect)


def _change_tenant(simulation: Simulation, effect: Effect) -> None:
    if effect.tenant is not None:
        apply_mutations(simulation.tenants[effect.tenant], effect.mutations, now=simulation.now())


def _dropped(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=200)


async def _cut_midway(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Announce the whole body, send half of it, and hang up."""
    whole = _body_of(answer)
    cut = web.StreamResponse(status=answer.status, headers=answer.headers)
    cut.content_length = len(whole)
    await cut.prepare(request)
    await cut.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return cut


def _scripted(effect: Effect, status: int) -> web.Response:
    if effect.body is None:
        code = _CODES.get(status, "UnknownError")
        raise GraphRefusal(status, code, "A scripted fault.", headers=effect.headers)
    if isinstance(effect.body, str):
        return web.Response(status=status, text=effect.body, headers=effect.headers)
    return web.json_response(effect.body, status=status, headers=effect.headers)


def _altered(answer: web.StreamResponse, effect: Effect) -> web.StreamResponse:
    if not isinstance(answer, web.Response) or answer.status != web.HTTPOk.status_code:
        return answer
    if answer.content_type != "text/plain":
        answer.body = json.dumps(_altered_json(json.loads(_body_of(answer)), effect)).encode()
    elif effect.count is not None:
        answer.text = str(effect.count)
    return answer


def _altered_json(body: dict[str, Any], effect: Effect) -> dict[str, Any]:
    if effect.end_early:
        body.pop("@odata.nextLink", None)
    if effect.count is not None and "@odata.count" in body:
        body["@odata.count"] = effect.count
    if "value" in body:
        kept = body["value"][: len(body["value"]) - effect.lose_items]
        body["value"] = [without_values(item) for item in kept] if effect.nulls else kept
    return body


def _body_of(answer: web.StreamResponse) -> bytes:
    body = answer.body if isinstance(answer, web.Response) else b""
    return body if isinstance(body, bytes) else b""
