"""Control a running simulator from another process."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Self

import httpx

from devkit.tenants.tenant_file import TenantFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from devkit.tenants.mutations import Mutation
    from devkit.tenants.tenant_file import TenantFile


class ControlRefused(Exception):
    """The simulator cannot do what was asked; the text is its sentence."""


class SimulatorControl:
    """A client of the control API, to be used as an async context manager."""

    def __init__(self, url: str, authority_file: Path) -> None:
        context = ssl.create_default_context(cafile=str(authority_file))
        self._http = httpx.AsyncClient(base_url=f"{url}/_simulator", verify=context, trust_env=False, timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def load_tenant(
        self, tenant_id: str, tenant: TenantFile, *, consents: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Load or replace a tenant; *consents* are the application permissions by client id."""
        granted = {client: {"roles": list(roles)} for client, roles in (consents or {}).items()}
        body = {"tenant": tenant.to_json(), "consents": granted}
        await self._send("PUT", f"/tenants/{tenant_id}", body)

    async def read_tenant(self, tenant_id: str) -> dict[str, Any]:
        """Return the tenant as it is now, in the shape of its file."""
        return dict(await self._send("GET", f"/tenants/{tenant_id}"))

    async def delete_tenant(self, tenant_id: str) -> None:
        await self._send("DELETE", f"/tenants/{tenant_id}")

    async def apply(self, tenant_id: str, mutations: Sequence[Mutation]) -> None:
        """Apply *mutations* in order.

        Raises:
            TenantFileError: one does not fit the tenant; the sentence names where it was written.
        """
        answer = await self._http.post(
            f"/tenants/{tenant_id}/mutations", json=[mutation.to_json() for mutation in mutations]
        )
        problem = answer.json() if answer.status_code == httpx.codes.BAD_REQUEST else {}
        if "index" in problem:
            raise TenantFileError(f"{mutations[problem['index']].place}: {problem['problem']}")
        _check(answer)

    async def register_app(
        self,
        client_id: str,
        *,
        secrets: Iterable[str] = (),
        trusted_keys: Iterable[Mapping[str, str]] = (),
        redirect_uris: Iterable[str] | None = None,
        permissions: Iterable[str] | None = None,
    ) -> None:
        """Register an app with *secrets* that never expire, or replace what it has.

        *permissions*: the application permissions that it asks admins for. Where they or the *redirect_uris* are
        None, those that it has stay.
        """
        body: dict[str, Any] = {
            "secrets": [{"value": value} for value in secrets],
            "trustedKeys": list(trusted_keys),
        }
        if redirect_uris is not None:
            body["redirectUris"] = list(redirect_uris)
        if permissions is not None:
            body["permissions"] = list(permissions)
        await self._send("PUT", f"/apps/{client_id}", body)

    async def expire_secret(self, client_id: str, secret: str, *, expires: str) -> None:
        """Leave the app with one secret that expires at the ISO 8601 time *expires*."""
        await self._send("PUT", f"/apps/{client_id}", {"secrets": [{"value": secret, "expires": expires}]})

    async def consent(self, tenant_id: str, client_id: str, roles: Iterable[str]) -> None:
        await self._send("PUT", f"/tenants/{tenant_id}/consents/{client_id}", {"roles": list(roles)})

    async def revoke_consent(self, tenant_id: str, client_id: str) -> None:
        await self._send("DELETE", f"/tenants/{tenant_id}/consents/{client_id}")

    async def delay_consents(self, *, seconds: int) -> None:
        """Let what is consented to on the page from now on take effect so much later, by the simulated clock."""
        await self._send("PUT", "/consent-delay", {"seconds": seconds})

    async def assign_app_roles(self, tenant_id: str, client_id: str, roles: Iterable[str], *, api: str) -> None:
        """Assign an app its *roles* at the API whose client id is *api*, for tokens that it asks for itself."""
        await self._send("PUT", f"/tenants/{tenant_id}/app-roles/{client_id}/{api}", {"roles": list(roles)})

    async def mint_token(
        self,
        tenant_id: str,
        *,
        audience: str,
        roles: Iterable[str],
        person: str | None = None,
        service: str | None = None,
        life: timedelta | None = None,
        issued: datetime | None = None,
    ) -> str:
        """Return a token for an API, for a *person* by name or a *service* by client id: one of the two.

        Whatever *roles* are named are in it; nobody is asked. *issued*: now, or another time, aware.
        """
        given = {
            "person": person,
            "service": service,
            "lifetimeSeconds": None if life is None else round(life.total_seconds()),
            "issued": None if issued is None else issued.isoformat(),
        }
        named = {name: value for name, value in given.items() if value is not None}
        body = {"audience": audience, "roles": list(roles), **named}
        return str((await self._send("POST", f"/tenants/{tenant_id}/tokens", body))["access_token"])

    async def set_clock(self, *, offset_seconds: int) -> None:
        await self._send("PUT", "/clock", {"offsetSeconds": offset_seconds})

    async def requests(self) -> dict[str, Any]:
        """Return the statistics: `count`, `resourceUnits`, `byRoute`, `byStatus`, `recent`."""
        return dict(await self._send("GET", "/requests"))

    async def forget_requests(self) -> None:
        await self._send("DELETE", "/requests")

    async def add_fault(self, fault: Mapping[str, Any]) -> None:
        """Script a fault; its fields are those of `devkit.entra_simulator.faults`."""
        await self._send("POST", "/faults", dict(fault))

    async def faults(self) -> list[dict[str, Any]]:
        """Return how often each scripted fault matched and struck."""
        return list(await self._send("GET", "/faults"))

    async def clear_faults(self) -> None:
        await self._send("DELETE", "/faults")

    async def _send(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._http.request(method, path, json=body)
        _check(answer)
        return answer.json() if answer.content else None


def _check(answer: httpx.Response) -> None:
    if answer.status_code == httpx.codes.BAD_REQUEST:
        raise ControlRefused(answer.json()["problem"])
    answer.raise_for_status()
