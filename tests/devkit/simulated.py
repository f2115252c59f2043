"""A small tenant in a running simulator, and an app that may read it."""

from __future__ import annotations

import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from devkit.entra_simulator.control import SimulatorControl
from devkit.entra_simulator.server import RunningSimulator, running_simulator
from devkit.tenants.tenant_file import TenantFile, tenant_from_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from pathlib import Path

    from devkit.entra_simulator.tokens import TokenSigner

TENANT = "5f1d2c3b-0000-4000-8000-000000000001"
CLIENT = "9a7e6d5c-0000-4000-8000-000000000002"
SECRET = "not a secret"
ROLES = ("GroupMember.Read.All", "User.Read.All")
EVENTUAL = {"ConsistencyLevel": "eventual"}


def tenant_of(
    users: Iterable[dict[str, Any]] = (),
    groups: Iterable[dict[str, Any]] = (),
    others: Iterable[dict[str, Any]] = (),
) -> TenantFile:
    content = {"users": list(users), "groups": list(groups), "directoryObjects": list(others)}
    return tenant_from_json(content)


def user(name: str, **properties: Any) -> dict[str, Any]:
    return {"id": name, "displayName": f"The {name}", **properties}


def group(name: str, *members: str, **properties: Any) -> dict[str, Any]:
    """Return a group; a member is the id of a user or group, or one of another kind: ``device:x``."""
    return {
        "id": name,
        "displayName": f"Group {name}",
        "members": [_member(member) for member in members],
        **properties,
    }


def _member(text: str) -> dict[str, str]:
    kind, colon, name = text.partition(":")
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": name} if colon else {"id": text}


@dataclass(frozen=True, slots=True)
class Simulated:
    """A running simulator with one way to read it, as an app with all the permissions the product asks for."""

    server: RunningSimulator
    control: SimulatorControl
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.server.url

    async def load(self, *groups: dict[str, Any], users: str = "", others: Iterable[dict[str, Any]] = ()) -> None:
        """Load a tenant with *groups* and, as named in one text, *users*."""
        await self.load_file(tenant_of([user(name) for name in users.split()], groups, others))

    async def load_file(self, content: TenantFile) -> None:
        await self.control.load_tenant(TENANT, content, consents={CLIENT: ROLES})

    def token(self, *roles: str) -> str:
        signer = self.server.simulation.signer
        return signer.issue(tenant_id=TENANT, client_id=CLIENT, roles=roles or ROLES)

    async def get(
        self, path: str, *, roles: tuple[str, ...] = (), headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Read *path* below `/v1.0`, or a whole link, with a token that carries *roles*."""
        url = path if path.startswith("https:") else f"{self.url}/v1.0{path}"
        authorization = {"Authorization": f"Bearer {self.token(*roles)}"}
        return await self.http.get(url, headers={**authorization, **(headers or {})})

    async def pages(self, path: str) -> list[list[dict[str, Any]]]:
        """Read all pages from *path* on."""
        found, link = [], path
        while link:
            answer = await self.get(link)
            answer.raise_for_status()
            found.append(answer.json()["value"])
            link = answer.json().get("@odata.nextLink", "")
        return found

    async def ask_token(self, tenant_id: str = TENANT, **form: str) -> httpx.Response:
        """Ask for a token with the app's secret; *form* replaces fields."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": "https://graph.microsoft.com/.default",
        }
        return await self.http.post(f"{self.url}/{tenant_id}/oauth2/v2.0/token", data={**fields, **form})


@asynccontextmanager
async def simulated(folder: Path, signer: TokenSigner) -> AsyncIterator[Simulated]:
    """Serve a simulator with one app registered and no tenant."""
    async with (
        running_simulator(folder, signer=signer) as server,
        SimulatorControl(server.url, server.authority_file) as control,
    ):
        trust = ssl.create_default_context(cafile=str(server.authority_file))
        async with httpx.AsyncClient(verify=trust, trust_env=False) as http:
            await control.register_app(CLIENT, secrets=[SECRET])
            yield Simulated(server, control, http)
