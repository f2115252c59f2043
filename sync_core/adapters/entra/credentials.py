"""Who we are to a customer's tenant, as an azure-identity credential."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sync_core.adapters.entra import clouds
from sync_core.domain.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential

    from sync_core.domain.ids import TenantId

#  The SDK's own are five minutes each, longer than any run's lease.
_CONNECT_SECONDS, _READ_SECONDS = 15, 30


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """Our multi-tenant app registration, with exactly one of the three ways to prove that we are it.

    *ca_file*: certificates to trust instead of the machine's own, for a sign-in service behind a private one.
    """

    client_id: str
    authority: str
    managed_identity_client_id: str | None = None
    certificate_path: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    ca_file: str | None = None


def credential_for(app: AppIdentity, tenant: TenantId) -> AsyncTokenCredential:
    """Return a new credential, with an empty token cache, for one customer's *tenant*.

    Raises:
        SettingError: the certificate cannot be read.
    """
    from azure.identity.aio import CertificateCredential, ClientSecretCredential  # noqa: PLC0415 (loaded late)

    options = _options(app)
    if app.managed_identity_client_id is not None:
        return FederatedCredential(app, tenant, managed_identity=app.managed_identity_client_id)
    if app.certificate_path is not None:
        try:
            return CertificateCredential(tenant, app.client_id, app.certificate_path, **options)
        except (OSError, ValueError) as exc:
            raise SettingError("ENTRA_CERTIFICATE_PATH", "names no certificate with a private key in PEM") from exc
    if app.client_secret is None:
        raise ValueError("an app identity needs a managed identity, a certificate or a secret")
    return ClientSecretCredential(tenant, app.client_id, app.client_secret, **options)


def _options(app: AppIdentity) -> dict[str, Any]:
    options: dict[str, Any] = {
        "authority": app.authority,
        #  Retries have one owner, the client.
        "retry_total": 0,
        "connection_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
    }
    return options if app.ca_file is None else {**options, "connection_verify": app.ca_file}


class FederatedCredential:
    """A managed identity that vouches for the app registration, so that there is no secret to keep.

    azure-identity calls for the assertion synchronously; so the managed identity's token is fetched (it caches
    its own) before every call that could need it.
    """

    def __init__(self, app: AppIdentity, tenant: TenantId, *, managed_identity: str) -> None:
        from azure.identity.aio import ClientAssertionCredential, ManagedIdentityCredential  # noqa: PLC0415 (as above)

        self._scope = clouds.exchange_scope(app.authority)
        self._managed_identity = ManagedIdentityCredential(client_id=managed_identity)
        self._assertion = ""
        self._app = ClientAssertionCredential(tenant, app.client_id, lambda: self._assertion, **_options(app))

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self._assertion = (await self._managed_identity.get_token(self._scope)).token
        return await self._app.get_token(*scopes, **options)

    async def close(self) -> None:
        await self._app.close()
        await self._managed_identity.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class RenewableCredential:
    """A credential whose cached token can be thrown away, which azure-identity itself has no way to do.

    One call at a time: groups that start together then share one token instead of each asking for one.
    """

    def __init__(self, build: Callable[[], AsyncTokenCredential]) -> None:
        self._build = build
        self._current = build()
        self._latest = ""
        self._turn = asyncio.Lock()

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        async with self._turn:
            token = await self._current.get_token(*scopes, **options)
            self._latest = token.token
            return token

    async def renew(self, *, refused: str) -> None:
        """Start over with an empty cache, unless a newer token than the *refused* one was had meanwhile."""
        async with self._turn:
            if refused == self._latest:
                await self._start_over()

    async def forget(self) -> None:
        """Start over with an empty cache, whatever the latest token is good for."""
        async with self._turn:
            await self._start_over()

    async def _start_over(self) -> None:
        left, self._current, self._latest = self._current, self._build(), ""
        await left.close()

    async def close(self) -> None:
        await self._current.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
