"""Start and stop the simulator: one HTTPS server on 127.0.0.1."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from devkit.entra_simulator import admin_consent, graph_groups, graph_members, graph_users, token_endpoint
from devkit.entra_simulator.certificates import make_certificates
from devkit.entra_simulator.control_api import answer_misfits, control_routes
from devkit.entra_simulator.exchange import (
    answer_refusals,
    identify_and_record,
    refuse_as_not_simulated,
    script_faults,
)
from devkit.entra_simulator.simulation import SIMULATION, Simulation
from devkit.entra_simulator.tokens import TokenSigner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_ADDRESS = "127.0.0.1"
#  A tenant of some 100,000 people is loaded in one request.
_LARGEST_BODY = 1024**3


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """*url* serves Graph and tokens alike; *authority_file* is the PEM file to trust it by."""

    url: str
    authority_file: Path
    simulation: Simulation


@asynccontextmanager
async def running_simulator(
    folder: Path, *, port: int = 0, signer: TokenSigner | None = None
) -> AsyncIterator[RunningSimulator]:
    """Serve a simulator without tenants until the block ends; 0 takes a free port.

    *folder* receives the certificates of this start. The *signer* of another start keeps its tokens good here.

    Raises:
        OSError: the port is taken, or the folder cannot be written.
    """
    certificates = make_certificates(folder)
    listener = socket.create_server((_ADDRESS, port))
    simulation = Simulation(f"https://{_ADDRESS}:{listener.getsockname()[1]}", signer or TokenSigner())
    runner = web.AppRunner(_application(simulation), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, ssl_context=certificates.server).start()
        yield RunningSimulator(simulation.url, certificates.authority, simulation)
    finally:
        await _stop(runner)
        listener.close()


async def _stop(runner: web.AppRunner) -> None:
    """Stop serving and leave no socket open: a polite TLS farewell would outlive the caller's event loop."""
    connections = runner.server.connections if runner.server else []
    transports = [connection.transport for connection in connections]
    await runner.cleanup()
    for transport in transports:
        if transport is not None:
            transport.abort()
    await asyncio.sleep(0)


def _application(simulation: Simulation) -> web.Application:
    middlewares = [identify_and_record, answer_refusals, script_faults, answer_misfits]
    application = web.Application(middlewares=middlewares, client_max_size=_LARGEST_BODY)
    application[SIMULATION] = simulation
    application.add_routes([*control_routes(), *_token_routes(), *_graph_routes()])
    application.router.add_route("*", "/{unknown:.*}", refuse_as_not_simulated)
    return application


def _token_routes() -> list[web.RouteDef]:
    return [
        web.get("/{tenant}/v2.0/.well-known/openid-configuration", token_endpoint.openid_configuration),
        web.get("/{tenant}/discovery/v2.0/keys", token_endpoint.signing_keys),
        web.post("/{tenant}/oauth2/v2.0/token", token_endpoint.issue_token),
        web.get("/{tenant}/v2.0/adminconsent", admin_consent.show_consent),
        web.post("/{tenant}/v2.0/adminconsent", admin_consent.answer_consent),
    ]


def _graph_routes() -> list[web.RouteDef]:
    """Route by id; other names in an id's place, such as `$count` or a principal name, are not simulated."""
    group, user = "/v1.0/groups/{group:[A-Za-z0-9-]+}", "/v1.0/users/{user:[A-Za-z0-9-]+}"
    members = group + "/{members:members|transitiveMembers}"
    users = members + "/{cast:microsoft\\.graph\\.user|graph\\.user}"
    return [
        web.get("/v1.0/groups/delta", refuse_as_not_simulated),
        web.get("/v1.0/users/delta", refuse_as_not_simulated),
        web.get("/v1.0/users", graph_users.list_users, allow_head=False),
        web.get(user, graph_users.get_user, allow_head=False),
        web.get("/v1.0/groups", graph_groups.list_groups, allow_head=False),
        web.get(group, graph_groups.get_group, allow_head=False),
        web.get(members, graph_members.list_members, allow_head=False),
        web.get(members + "/$count", graph_members.count_members, allow_head=False),
        web.get(users, graph_members.list_member_users, allow_head=False),
        web.get(users + "/$count", graph_members.count_member_users, allow_head=False),
    ]
