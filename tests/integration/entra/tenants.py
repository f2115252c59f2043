"""Tenants for the tests of the reader, made on the spot, and what a read of one brought."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from devkit.entra_simulator.apps import App, Secret
from devkit.entra_simulator.faults import fault_from_json
from devkit.entra_simulator.tenant import Tenant
from devkit.tenants.tenant_file import tenant_from_json
from sync_core.adapters.entra.client import GraphClients
from sync_core.adapters.entra.credentials import AppIdentity
from sync_core.adapters.entra.patience import Patience
from sync_core.adapters.entra.reader import GraphEntra
from sync_core.domain.ids import EntraGroupId, TenantId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devkit.entra_simulator.server import RunningSimulator
    from sync_core.domain.entra import MembersPage

MARKS = [
    #  All tests share the simulator's event loop.
    pytest.mark.asyncio(loop_scope="session"),
    #  The SDK's own modules warn of each other while they are imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
]

SECRET = "a secret of the simulator"
PERMISSIONS = ("User.Read.All", "GroupMember.Read.All")


def new_id() -> str:
    return str(uuid.uuid4())


def person(number: int = 1, **properties: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "displayName": f"Person {number}",
        "givenName": "Person",
        "surname": str(number),
        "userPrincipalName": f"person{number}@contoso.example",
        "mail": f"person{number}@contoso.example",
        "accountEnabled": True,
        "userType": "Member",
        "businessPhones": [],
        **properties,
    }


def member(kind: str, entity: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": entity["id"]}


def group(members: Sequence[dict[str, Any]] = (), **properties: Any) -> dict[str, Any]:
    return {"id": new_id(), "displayName": "Sales", "description": None, "members": list(members), **properties}


@dataclass
class Rig:
    """One customer's tenant in the simulator and our reader of it, which never really sleeps."""

    simulator: RunningSimulator
    tenant: TenantId = field(default_factory=lambda: TenantId(new_id()))
    client_id: str = field(default_factory=new_id)
    slept: list[float] = field(default_factory=list)
    clients: GraphClients = field(init=False)

    def __post_init__(self) -> None:
        self.simulator.simulation.apps[self.client_id] = App(self.client_id, (Secret(SECRET),))
        self.sign_in_with(client_secret=SECRET)

    def sign_in_with(self, *, graph_base_url: str | None = None, **proof: str) -> None:
        app = AppIdentity(
            client_id=self.client_id,
            authority=self.simulator.url,
            ca_file=str(self.simulator.authority_file),
            **proof,
        )
        self.clients = GraphClients(
            app,
            graph_base_url=graph_base_url or f"{self.simulator.url}/v1.0",
            version="1.2.3",
            budget=Patience(tries=4, waiting=120),
            sleep=self._sleep,
            jitter=lambda: 0.0,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    @property
    def entra(self) -> GraphEntra:
        return GraphEntra(self.clients)

    def load(self, *groups: dict[str, Any], users: Sequence[dict[str, Any]] = (), **more: Any) -> EntraGroupId:
        """Put people and groups into the tenant, consented to; return the first group's id."""
        content = {"users": list(users), "groups": list(groups), **more}
        self.simulator.simulation.tenants[self.tenant] = Tenant(self.tenant, tenant_from_json(content))
        self.consent(*PERMISSIONS)
        return EntraGroupId(groups[0]["id"])

    def consent(self, *permissions: str) -> None:
        self.simulator.simulation.consents[self.tenant] = {self.client_id: permissions}

    def fault(self, path: str, **fault: Any) -> None:
        self.simulator.simulation.faults.faults.append(fault_from_json({"path": path, **fault}))

    def asked(self, path: str) -> int:
        """Return how many requests came whose path holds *path*."""
        return sum(path in request.path for request in self.simulator.simulation.log.recent)

    async def read(self, group: EntraGroupId, *, nested: bool = False) -> list[MembersPage]:
        return [page async for page in self.entra.members(self.tenant, group, nested=nested)]
