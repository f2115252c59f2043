"""Who we are to the customers' tenants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync_core.domain.errors import SettingError
from sync_core.settings.values import address, guid

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC_GRAPH = "https://graph.microsoft.com/v1.0"
PUBLIC_AUTHORITY = "https://login.microsoftonline.com"

_CREDENTIALS = ("ENTRA_MANAGED_IDENTITY_CLIENT_ID", "ENTRA_CERTIFICATE_PATH", "ENTRA_CLIENT_SECRET")


@dataclass(frozen=True, slots=True)
class EntraSettings:
    """Who we are to the customers' tenants: exactly one of the last three is set."""

    client_id: str
    graph_base_url: str = PUBLIC_GRAPH
    authority: str = PUBLIC_AUTHORITY
    managed_identity_client_id: str | None = None
    certificate_path: str | None = None
    client_secret: str | None = field(default=None, repr=False)


def entra(given: Mapping[str, str]) -> EntraSettings:
    chosen = [name for name in _CREDENTIALS if name in given]
    if len(chosen) != 1:
        problem = "is missing; set it or one of" if not chosen else "must stand alone; set only one of"
        raise SettingError(chosen[0] if chosen else _CREDENTIALS[-1], f"{problem} {', '.join(_CREDENTIALS)}")
    return EntraSettings(
        client_id=guid(given, "ENTRA_CLIENT_ID"),
        graph_base_url=address(given, "GRAPH_BASE_URL", PUBLIC_GRAPH),
        authority=address(given, "ENTRA_AUTHORITY", PUBLIC_AUTHORITY, loopback=False),
        managed_identity_client_id=guid(given, chosen[0]) if chosen[0] == _CREDENTIALS[0] else None,
        certificate_path=given.get("ENTRA_CERTIFICATE_PATH"),
        client_secret=given.get("ENTRA_CLIENT_SECRET"),
    )
