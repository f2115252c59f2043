"""One tenant's msgraph-sdk client: sends one request, once, and returns the raw answer.

Imported when the first request is made and not before: the SDK takes a while to load.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, cast

import httpx
from azure.core.exceptions import AzureError
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import ParametersNameDecodingHandler
from kiota_http.middleware.options import ParametersNameDecodingHandlerOption, ResponseHandlerOption
from kiota_http.observability_options import ObservabilityOptions
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from sync_core.adapters.entra import clouds, credentials, failures

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from sync_core.adapters.entra.credentials import AppIdentity
    from sync_core.domain.ids import TenantId

_CONNECT_SECONDS = 15
#  A page of 999 members takes Graph some seconds; the SDK's own 100 would hold a whole run up, five times over.
_READ_SECONDS = 60


class Connections:
    """The pool of connections that all tenants share."""

    def __init__(self, *, ca_file: str | None) -> None:
        self._trust = _trust(ca_file)
        self.pool = self.fresh()

    def fresh(self) -> httpx.AsyncClient:
        """Return a client without connections, with no retries and no redirects of the SDK's."""
        client = httpx.AsyncClient(
            verify=self._trust,
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
        )
        return KiotaClientFactory.create_with_custom_middleware([ParametersNameDecodingHandler()], client=client)

    async def close(self) -> None:
        await self.pool.aclose()


class TenantSession:
    """One tenant's credential and SDK client over shared *connections*."""

    def __init__(
        self,
        app: AppIdentity,
        tenant: TenantId,
        *,
        graph_base_url: str,
        connections: Connections,
        user_agent: str,
    ) -> None:
        self._credential = credentials.RenewableCredential(lambda: credentials.credential_for(app, tenant))
        self._base_url = graph_base_url
        self._connections = connections
        self._user_agent = user_agent
        self._provider = AzureIdentityAuthenticationProvider(
            self._credential,
            scopes=[clouds.graph_scope(graph_base_url)],
            allowed_hosts=[httpx.URL(graph_base_url).host],
        )
        self._adapter = self._adapter_over(connections.pool)
        self._graph = GraphServiceClient(request_adapter=self._adapter)

    async def send(
        self, ask: Callable[[GraphServiceClient], RequestInformation], *, fresh_connection: bool
    ) -> httpx.Response:
        """Send the request once; whatever status Graph answers with comes back.

        Raises:
            Hiccup: no answer, or no token, that the next try may have.
            EntraRefused: the sign-in service says no.
        """
        request = self._complete(ask(self._graph))
        try:
            if not fresh_connection:
                return await _raw(self._adapter, request)
            async with self._connections.fresh() as client:
                return await _raw(self._adapter_over(client), request)
        except AzureError as exc:
            raise failures.of_sign_in(exc) from exc
        except (httpx.RequestError, httpx.InvalidURL) as exc:
            raise failures.Hiccup("Microsoft Graph cannot be reached") from exc

    async def sign_in_again(self, refused: httpx.Response) -> None:
        """Forget the token with which the *refused* answer was asked for."""
        _, _, token = refused.request.headers.get("Authorization", "").partition(" ")
        await self._credential.renew(refused=token)

    async def forget_token(self) -> None:
        await self._credential.forget()

    async def close(self) -> None:
        await self._credential.close()

    def _adapter_over(self, client: httpx.AsyncClient) -> GraphRequestAdapter:
        adapter = GraphRequestAdapter(self._provider, client=client)
        adapter.base_url = self._base_url
        #  Otherwise every span would carry the full URL.
        adapter.observability_options = ObservabilityOptions(include_euii_attributes=False)
        return adapter

    def _complete(self, request: RequestInformation) -> RequestInformation:
        request.headers.add("x-ms-throttle-priority", "Low")
        request.headers.add("client-request-id", str(uuid.uuid4()))
        request.headers.add("User-Agent", self._user_agent)
        request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        return request


def follow(link: str) -> RequestInformation:
    """Return the request for a link of Graph's, which goes out as it came."""
    request = RequestInformation(Method.GET)
    request.url = link
    request.headers.add("Accept", "application/json")
    request.add_request_options([ParametersNameDecodingHandlerOption(enable=False)])
    return request


async def _raw(adapter: GraphRequestAdapter, request: RequestInformation) -> httpx.Response:
    #  With the native handler set, the SDK hands the answer through whatever type is asked for.
    return cast("httpx.Response", await adapter.send_primitive_async(request, "bytes", None))


def _trust(ca_file: str | None) -> SSLContext:
    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
