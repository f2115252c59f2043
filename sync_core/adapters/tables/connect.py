"""How the store of one storage account is put together: address, credential, retries, one transport for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core import AsyncPipelineClient
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    AsyncRetryPolicy,
    HeadersPolicy,
    UserAgentPolicy,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.data.tables.aio import TableServiceClient

from sync_core.adapters.storage import storage_transport
from sync_core.adapters.tables.signing import SignWithAccountKey
from sync_core.adapters.tables.store import AzureTableStore
from sync_core.telemetry import NO_TELEMETRY

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from sync_core.telemetry import Telemetry

_SCOPE = "https://storage.azure.com/.default"
_HEADERS = {
    "x-ms-version": "2019-02-02",
    "DataServiceVersion": "3.0",
    "MaxDataServiceVersion": "3.0;NetFx",
    "Accept": "application/json;odata=minimalmetadata",
}
#  In seconds: at once, after 0.4 and after 0.8.
_RETRIES: dict[str, Any] = {"retry_total": 3, "retry_backoff_factor": 0.2}


def open_table_store(
    *,
    connection_string: str | None = None,
    endpoint: str | None = None,
    credential: AsyncTokenCredential | None = None,
    prefix: str = "",
    telemetry: Telemetry = NO_TELEMETRY,
) -> AzureTableStore:
    """Return the store of one storage account; nothing is sent yet. Close it at the end.

    Takes a *connection_string* with an account key, or the table service's *endpoint* and a token *credential*,
    which stays its owner's to close. *prefix* goes before every table's name.
    """
    sign: SignWithAccountKey | AsyncBearerTokenCredentialPolicy[HttpRequest, AsyncHttpResponse]
    options = {"transport": storage_transport(), **_RETRIES}
    if connection_string is not None:
        service = TableServiceClient.from_connection_string(connection_string, **options)
        sign = _sign_with_key(service.credential)
    elif endpoint is not None and credential is not None:
        service = TableServiceClient(endpoint, credential=credential, **options)
        sign = AsyncBearerTokenCredentialPolicy(credential, _SCOPE)
    else:
        raise ValueError("a table store needs a connection string, or an endpoint and a credential")
    client = AsyncPipelineClient[HttpRequest, AsyncHttpResponse](
        service.url,
        transport=options["transport"],
        policies=[HeadersPolicy(_HEADERS), UserAgentPolicy(), AsyncRetryPolicy(**_RETRIES), sign],
    )
    return AzureTableStore(service=service, client=client, prefix=prefix, telemetry=telemetry)


def _sign_with_key(credential: object) -> SignWithAccountKey:
    if not isinstance(credential, AzureNamedKeyCredential):
        raise ValueError("the connection string of a table store needs an account key")  # noqa: TRY004  a setting
    return SignWithAccountKey(credential)
