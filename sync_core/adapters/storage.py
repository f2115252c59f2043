"""What the table and queue clients share: the transport, the patience, and when to try again later."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.request import getproxies

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.transport import AioHttpTransport

from sync_core.domain.errors import TryAgainLater

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BUSY = frozenset({408, 429, 500, 502, 503, 504})
PAUSE = timedelta(seconds=30)

_CONNECT_SECONDS = 5
#  Table Storage ends a request by itself after 30 seconds: learn.microsoft.com, "Query timeout and pagination".
_ANSWER_SECONDS = 35


class StorageRefused(RuntimeError):
    """Storage answered with an error that the product never meets where it is set up; *status* is that of HTTP."""

    def __init__(self, what: str, *, status: int) -> None:
        super().__init__(what)
        self.status = status


def refusal_in_words(error: BaseException) -> str | None:
    """Return what a person is told who asked storage and was refused; None where *error* says something else."""
    if not isinstance(error, AzureError | StorageRefused):
        return None
    status = error.status if isinstance(error, StorageRefused) else getattr(error, "status_code", None)
    if status is None and isinstance(error, ClientAuthenticationError):
        return "Nobody is signed in to Azure here: run `az login` first."
    return _IN_WORDS.get(status, f"Storage answered what nobody expected (HTTP {status}).")


_FORBIDDEN = (
    "Storage refuses: whoever is signed in needs the roles Storage Table Data Contributor and Storage Queue Data "
    "Contributor on the account (HTTP {})."
)
_IN_WORDS: Mapping[int | None, str] = {
    401: _FORBIDDEN.format(401),
    403: _FORBIDDEN.format(403),
    404: "This storage account holds no tables or queues of the product: another one was meant (HTTP 404).",
}


def storage_transport() -> AioHttpTransport:
    """Return a transport with one session of its own.

    Whether there are proxies is looked up here, once: aiohttp would do it again for every request, which takes as
    long as a small request itself.
    """
    return AioHttpTransport(
        use_env_settings=bool(getproxies().keys() & {"http", "https"}),
        connection_timeout=_CONNECT_SECONDS,
        read_timeout=_ANSWER_SECONDS,
    )


@contextmanager
def busy_means_later() -> Iterator[None]:
    """Turn the SDK's errors that pass by themselves into `TryAgainLater`; let all others through."""
    try:
        yield
    except ClientAuthenticationError:
        raise
    except (ServiceRequestError, ServiceResponseError, IncompleteReadError) as error:
        raise TryAgainLater("storage cannot be reached", after=PAUSE) from error
    except HttpResponseError as error:
        if error.status_code in BUSY:
            raise storage_is_busy(error.status_code) from error
        raise


def storage_is_busy(status: int) -> TryAgainLater:
    return TryAgainLater(f"storage is busy (HTTP {status})", after=PAUSE)
