"""Where tables and queues are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync_core.domain.errors import SettingError
from sync_core.settings.values import address

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where tables and queues are: a *connection_string*, or the two addresses with an identity.

    *client_id* names a user-assigned managed identity; without it the host's own identity is used.
    """

    connection_string: str | None = field(default=None, repr=False)
    queue_service_uri: str | None = None
    table_service_uri: str | None = None
    client_id: str | None = None


def storage(given: Mapping[str, str]) -> StorageSettings:
    addresses = ("SyncStorage__queueServiceUri", "SyncStorage__tableServiceUri")
    if "SyncStorage" in given:
        if surplus := [name for name in addresses if name in given]:
            raise SettingError(surplus[0], "is set beside SyncStorage; keep one of the two")
        return StorageSettings(connection_string=_connection_string(given["SyncStorage"]))
    if not any(name in given for name in addresses):
        raise SettingError(
            "SyncStorage", f"is missing; set a connection string, or {' and '.join(addresses)} for an identity"
        )
    queue, table = (address(given, name) for name in addresses)
    credential = given.get("SyncStorage__credential")
    if credential not in {None, "managedidentity"}:
        raise SettingError("SyncStorage__credential", "can only be managedidentity")
    return StorageSettings(
        queue_service_uri=queue, table_service_uri=table, client_id=given.get("SyncStorage__clientId")
    )


def _connection_string(text: str) -> str:
    parts = [part for part in text.split(";") if part]
    if not all("=" in part for part in parts):
        raise SettingError("SyncStorage", "is no storage connection string (Name=Value;Name=Value;...)")
    return text
