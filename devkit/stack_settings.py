"""The settings with which the product runs on this machine: every name that `func start` would take, too."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from devkit.child import PROJECT
from devkit.functions_host.local_settings import read_local_settings
from sync_core.settings import MIDNIGHT_UTC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CLIENT_ID = "5c4e1f0a-3b7d-4c58-9a66-0d1e2f3a4b5c"
CLIENT_SECRET = "a-secret-of-the-simulator"  # noqa: S105  it opens nothing but the simulator
#  What reading groups and their people needs: learn.microsoft.com, "List group members" and "Get user".
PERMISSIONS = ("User.Read.All", "GroupMember.Read.All")

#  The platform's own tenant, in which nobody but its service is, and that service.
PLATFORM_TENANT_ID = "b8c0d7e2-1f43-4a6b-8d95-3c2e1a0f9b87"
PLATFORM_CLIENT_ID = "e3a91c54-6d20-4f7e-b1c8-5a4d3e2f1b06"
PLATFORM_CLIENT_SECRET = "a-secret-of-the-platform"  # noqa: S105  as the other one

#  With them the product believes the local host's sign-in, as it would the platform's.
SIGN_IN = {"TRUST_PLATFORM_AUTH": "true", "WEBSITE_AUTH_ENABLED": "true"}

#  They would contradict ours: storage by identity, another proof of who we are.
_CONTRADICTIONS = (
    "SyncStorage__queueServiceUri",
    "SyncStorage__tableServiceUri",
    "SyncStorage__credential",
    "SyncStorage__clientId",
    "ENTRA_MANAGED_IDENTITY_CLIENT_ID",
    "ENTRA_CERTIFICATE_PATH",
)
#  What may be set otherwise.
_DEFAULTS = {"FUNCTIONS_WORKER_RUNTIME": "python", "SYNC_SCHEDULE": MIDNIGHT_UTC}
_HERE = "127.0.0.1,localhost"
_PROXY_EXCEPTIONS = ("NO_PROXY", "no_proxy")


def stack_settings(*, connection_string: str, entra_url: str, authority_file: Path) -> dict[str, str]:
    """Return what points the product at our storage emulator and our Entra simulator."""
    return {
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "AzureWebJobsStorage": connection_string,
        "SyncStorage": connection_string,
        "ENTRA_AUTHORITY": entra_url,
        "GRAPH_BASE_URL": f"{entra_url}/v1.0",
        "ENTRA_CLIENT_ID": CLIENT_ID,
        "ENTRA_CLIENT_SECRET": CLIENT_SECRET,
        "API_AUDIENCE": CLIENT_ID,
        "API_AUTHORITY": entra_url,
        "PLATFORM_TENANT_ID": PLATFORM_TENANT_ID,
        "PLATFORM_CLIENT_IDS": PLATFORM_CLIENT_ID,
        "SUPPORT_URL": "mailto:support@contoso.example",
        "SSL_CERT_FILE": str(authority_file),
    }


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return the environment to run in: *ours* over this process's own over local.settings.json.

    Raises:
        DevkitError: local.settings.json cannot be used.
    """
    file = PROJECT / "local.settings.json"
    theirs = {**_DEFAULTS, **(read_local_settings(file) if file.is_file() else {}), **os.environ}
    exceptions = {name: ",".join(filter(None, (theirs.get(name), _HERE))) for name in _PROXY_EXCEPTIONS}
    kept = {name: value for name, value in theirs.items() if name not in _CONTRADICTIONS}
    return kept | exceptions | dict(ours)


def settings_document(ours: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings as local.settings.json holds them, all that `func start` needs."""
    return {"IsEncrypted": False, "Values": {**_DEFAULTS, **ours}}


@contextmanager
def in_environment(environ: Mapping[str, str]) -> Iterator[None]:
    """Let this process trust the simulator and spare it the proxy, as the processes of the stack do."""
    names = ("SSL_CERT_FILE", *_PROXY_EXCEPTIONS)
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: environ[name] for name in names})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
