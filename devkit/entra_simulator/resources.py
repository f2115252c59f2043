"""Which resource a scope asks for: Graph, or an API that is registered here; and what an app was granted there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.entra_simulator.errors import TokenRefusal
from devkit.entra_simulator.tokens import GRAPH_AUDIENCE

if TYPE_CHECKING:
    from devkit.entra_simulator.simulation import Simulation


def resource_in(scope: str, simulation: Simulation) -> str:
    """Return the audience of what ``{resource}/.default`` names: Graph's, or the client id of an app.

    An app is named by its client id or by its id URI, ``api://{client id}``.

    Raises:
        TokenRefusal: it is no such scope, or there is no such resource.
    """
    named, suffix, rest = scope.strip().partition("/.default")
    if not suffix or rest:
        message = f"The provided value for scope {scope} is not valid: it must end in /.default."
        raise TokenRefusal(400, "invalid_scope", 1002012, message)
    if named in {GRAPH_AUDIENCE, simulation.url}:
        return GRAPH_AUDIENCE
    client_id = named.removeprefix("api://")
    if client_id not in simulation.apps:
        raise _no_resource(named)
    return client_id


def granted_roles(simulation: Simulation, tenant_id: str, client_id: str, *, resource: str) -> tuple[str, ...]:
    """Return what *client_id* may do at *resource* in the tenant, as of now.

    Raises:
        TokenRefusal: the tenant does not know the app, or not the resource.
    """
    if not simulation.grants.is_known(tenant_id, client_id):
        message = f"The client application {client_id} is missing service principal in the tenant {tenant_id}."
        raise TokenRefusal(401, "invalid_client", 7000229, message)
    if resource == GRAPH_AUDIENCE:
        return simulation.grants.graph_roles(tenant_id, client_id, now=simulation.now())
    if not simulation.grants.is_known(tenant_id, resource):
        raise _no_resource(resource)
    return simulation.grants.app_roles.get((tenant_id, client_id, resource), ())


def _no_resource(name: str) -> TokenRefusal:
    return TokenRefusal(
        400, "invalid_resource", 500011, f"The resource principal named {name} was not found in the tenant."
    )
