"""The product's settings: read once from the environment, checked, and frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync_core.domain.errors import SettingError
from sync_core.domain.ids import is_guid

if TYPE_CHECKING:
    from collections.abc import Mapping

MIDNIGHT_UTC = "0 0 0 * * *"
PUBLIC_GRAPH = "https://graph.microsoft.com/v1.0"
PUBLIC_AUTHORITY = "https://login.microsoftonline.com"
LOCAL_URL = "http://localhost:7071"

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CREDENTIALS = ("ENTRA_MANAGED_IDENTITY_CLIENT_ID", "ENTRA_CERTIFICATE_PATH", "ENTRA_CLIENT_SECRET")
#  The host reads the expression itself; this only finds a forgotten or broken one before it does.
_SCHEDULE_FIELD = re.compile(r"[0-9A-Za-z*/,-]+")
_SCHEDULE_LENGTHS = (5, 6)
_LONGEST_LEASE_SECONDS = 3600
#  Held removals wait for a week, and what they are decided by must not go before.
_HISTORY_DAYS = range(8, 3651)
#  learn.microsoft.com, "Access token claims reference": an audience is an app's id or its id URI.
_APP_ID_URI = re.compile(r"api://[A-Za-z0-9._~/-]+")
#  RFC 6068, as far as one address goes: what is written to it is the portal's to add.
_MAIL_TO = re.compile(r"mailto:[A-Za-z0-9.!#$%'*+/=^_`{|}~-]+@[A-Za-z0-9.-]+")
_SWITCH = {"true": True, "false": False}
_USUAL_REQUESTS, _MOST_REQUESTS = 600, 1_000_000


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where tables and queues are: a *connection_string*, or the two addresses with an identity.

    *client_id* names a user-assigned managed identity; without it the host's own identity is used.
    """

    connection_string: str | None = field(default=None, repr=False)
    queue_service_uri: str | None = None
    table_service_uri: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class EntraSettings:
    """Who we are to the customers' tenants: exactly one of the last three is set."""

    client_id: str
    graph_base_url: str = PUBLIC_GRAPH
    authority: str = PUBLIC_AUTHORITY
    managed_identity_client_id: str | None = None
    certificate_path: str | None = None
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Whose calls the HTTP functions take.

    *audiences*: what a token may be made out to. *authority*: who signs tokens. *platform_tenant_id* and
    *platform_client_ids*: the apps that may act as the platform, none where they are not set.
    *platform_signs_in*: the platform's own sign-in is on, and its word about who calls is to be believed.
    *requests_per_minute*: of one caller, in each instance.
    """

    audiences: frozenset[str]
    authority: str = PUBLIC_AUTHORITY
    platform_tenant_id: str | None = None
    platform_client_ids: frozenset[str] = frozenset()
    platform_signs_in: bool = False
    requests_per_minute: int = _USUAL_REQUESTS


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set.

    *history*: how long runs are remembered. *public_url*: where browsers reach the app, without a slash at its end.
    *support_url*: where people are helped, None where nobody has said. *development*: a developer's machine, the only
    place with a *clock_offset*.
    """

    storage: StorageSettings
    entra: EntraSettings
    api: ApiSettings
    sync_schedule: str = MIDNIGHT_UTC
    run_lease: timedelta = timedelta(seconds=90)
    history: timedelta = timedelta(days=90)
    clock_offset: timedelta = timedelta(0)
    public_url: str = LOCAL_URL
    support_url: str | None = None
    development: bool = False


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings that *environ* holds; an empty or blank value counts as not set.

    Raises:
        SettingError: for the first setting that is missing or wrong. It never repeats a value.
    """
    given = {name: text for name, value in environ.items() if (text := value.strip())}
    return Settings(
        storage=_storage(given),
        entra=_entra(given),
        api=_api(given),
        sync_schedule=_schedule(given),
        run_lease=_run_lease(given),
        history=_history(given),
        clock_offset=_clock_offset(given),
        public_url=_public_url(given),
        support_url=_support_url(given),
        development=_is_development(given),
    )


def _storage(given: Mapping[str, str]) -> StorageSettings:
    addresses = ("SyncStorage__queueServiceUri", "SyncStorage__tableServiceUri")
    if "SyncStorage" in given:
        if surplus := [name for name in addresses if name in given]:
            raise SettingError(surplus[0], "is set beside SyncStorage; keep one of the two")
        return StorageSettings(connection_string=_connection_string(given["SyncStorage"]))
    if not any(name in given for name in addresses):
        raise SettingError(
            "SyncStorage", f"is missing; set a connection string, or {' and '.join(addresses)} for an identity"
        )
    queue, table = (_address(given, name) for name in addresses)
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


def _entra(given: Mapping[str, str]) -> EntraSettings:
    chosen = [name for name in _CREDENTIALS if name in given]
    if len(chosen) != 1:
        problem = "is missing; set it or one of" if not chosen else "must stand alone; set only one of"
        raise SettingError(chosen[0] if chosen else _CREDENTIALS[-1], f"{problem} {', '.join(_CREDENTIALS)}")
    return EntraSettings(
        client_id=_guid(given, "ENTRA_CLIENT_ID"),
        graph_base_url=_address(given, "GRAPH_BASE_URL", PUBLIC_GRAPH),
        authority=_address(given, "ENTRA_AUTHORITY", PUBLIC_AUTHORITY, loopback=False),
        managed_identity_client_id=_guid(given, chosen[0]) if chosen[0] == _CREDENTIALS[0] else None,
        certificate_path=given.get("ENTRA_CERTIFICATE_PATH"),
        client_secret=given.get("ENTRA_CLIENT_SECRET"),
    )


def _api(given: Mapping[str, str]) -> ApiSettings:
    tenant, clients = _platform(given)
    return ApiSettings(
        audiences=_audiences(given),
        authority=_address(given, "API_AUTHORITY", PUBLIC_AUTHORITY, loopback=False),
        platform_tenant_id=tenant,
        platform_client_ids=clients,
        platform_signs_in=_platform_signs_in(given),
        requests_per_minute=_requests_per_minute(given),
    )


def _audiences(given: Mapping[str, str]) -> frozenset[str]:
    name = "API_AUDIENCE"
    audiences = _list(given, name)
    if not audiences:
        raise SettingError(name, "is missing; set the API's client id (or its api:// URI), several with commas")
    if not all(is_guid(audience) or _APP_ID_URI.fullmatch(audience) for audience in audiences):
        raise SettingError(name, "must be client ids or api:// URIs, separated by commas")
    return frozenset(audience.lower() if is_guid(audience) else audience for audience in audiences)


def _platform(given: Mapping[str, str]) -> tuple[str | None, frozenset[str]]:
    """Return the platform's tenant and apps; one without the other would let nobody in, or look as if it did."""
    names = ("PLATFORM_TENANT_ID", "PLATFORM_CLIENT_IDS")
    if not any(name in given for name in names):
        return None, frozenset()
    if missing := [name for name in names if name not in given]:
        raise SettingError(missing[0], f"is missing; set both or neither of {' and '.join(names)}")
    tenant, clients = _guid(given, names[0]).lower(), _list(given, names[1])
    if not clients or not all(map(is_guid, clients)):
        raise SettingError(names[1], "must be client ids, separated by commas")
    return tenant, frozenset(client.lower() for client in clients)


def _platform_signs_in(given: Mapping[str, str]) -> bool:
    """Tell whether it is on and to be believed.

    The platform itself sets WEBSITE_AUTH_ENABLED: learn.microsoft.com, "Environment variables and app settings in
    Azure App Service".
    """
    trusted = _SWITCH.get(given.get("TRUST_PLATFORM_AUTH", "false").lower())
    if trusted is None:
        raise SettingError("TRUST_PLATFORM_AUTH", "can only be true or false")
    return trusted and given.get("WEBSITE_AUTH_ENABLED", "").lower() == "true"


def _requests_per_minute(given: Mapping[str, str]) -> int:
    number = _whole_number(given, "API_REQUESTS_PER_MINUTE", _USUAL_REQUESTS, unit="requests")
    if not 1 <= number <= _MOST_REQUESTS:
        raise SettingError("API_REQUESTS_PER_MINUTE", f"must be between 1 and {_MOST_REQUESTS}")
    return number


def _schedule(given: Mapping[str, str]) -> str:
    text = given.get("SYNC_SCHEDULE", MIDNIGHT_UTC)
    fields = text.split()
    if len(fields) not in _SCHEDULE_LENGTHS or not all(map(_SCHEDULE_FIELD.fullmatch, fields)):
        raise SettingError("SYNC_SCHEDULE", f"is no schedule of five or six fields, such as {MIDNIGHT_UTC}")
    return text


def _run_lease(given: Mapping[str, str]) -> timedelta:
    seconds = _whole_number(given, "RUN_LEASE_SECONDS", 90)
    if not 1 <= seconds <= _LONGEST_LEASE_SECONDS:
        raise SettingError("RUN_LEASE_SECONDS", f"must be between 1 and {_LONGEST_LEASE_SECONDS}")
    return timedelta(seconds=seconds)


def _history(given: Mapping[str, str]) -> timedelta:
    days = _whole_number(given, "HISTORY_DAYS", 90, unit="days")
    if days not in _HISTORY_DAYS:
        raise SettingError("HISTORY_DAYS", f"must be between {_HISTORY_DAYS[0]} and {_HISTORY_DAYS[-1]}")
    return timedelta(days=days)


def _clock_offset(given: Mapping[str, str]) -> timedelta:
    seconds = _whole_number(given, "SYNC_CLOCK_OFFSET", 0)
    if seconds and not _is_development(given):
        raise SettingError(
            "SYNC_CLOCK_OFFSET", "is for a developer's machine alone (AZURE_FUNCTIONS_ENVIRONMENT=Development)"
        )
    try:
        return timedelta(seconds=seconds)
    except OverflowError as exc:
        raise SettingError("SYNC_CLOCK_OFFSET", "is further away than a clock can go") from exc


def _public_url(given: Mapping[str, str]) -> str:
    """Return where browsers reach the app.

    The platform sets WEBSITE_HOSTNAME (learn.microsoft.com, "Environment variables and app settings in Azure App
    Service"), and Core Tools set it to the local host and its port, where there is no TLS.
    """
    if "PUBLIC_URL" in given:
        address = _address(given, "PUBLIC_URL")
        if urlsplit(address).path:
            raise SettingError("PUBLIC_URL", "must end behind the host, such as https://host")
        return address
    host = given.get("WEBSITE_HOSTNAME")
    if host is None:
        return LOCAL_URL
    scheme = "http" if host.partition(":")[0] in _LOOPBACK else "https"
    return _address({"WEBSITE_HOSTNAME": f"{scheme}://{host}"}, "WEBSITE_HOSTNAME")


def _support_url(given: Mapping[str, str]) -> str | None:
    name = "SUPPORT_URL"
    text = given.get(name)
    if text is None or _MAIL_TO.fullmatch(text):
        return text
    if text.lower().startswith("mailto:"):
        raise SettingError(name, "must name one address behind mailto:, and nothing else")
    return _address(given, name, loopback=False)


def _is_development(given: Mapping[str, str]) -> bool:
    """Tell a developer's machine from an app in Azure, where the platform itself sets WEBSITE_INSTANCE_ID."""
    return given.get("AZURE_FUNCTIONS_ENVIRONMENT") == "Development" and "WEBSITE_INSTANCE_ID" not in given


def _whole_number(given: Mapping[str, str], name: str, default: int, *, unit: str = "seconds") -> int:
    if (text := given.get(name)) is None:
        return default
    try:
        return int(text)
    except ValueError as exc:
        raise SettingError(name, f"must be a whole number of {unit}") from exc


def _list(given: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(part for text in given.get(name, "").split(",") if (part := text.strip()))


def _guid(given: Mapping[str, str], name: str) -> str:
    if (text := given.get(name)) is None:
        raise SettingError(name, "is missing")
    if not is_guid(text):
        raise SettingError(name, "must be an id such as 00000000-0000-0000-0000-000000000000")
    return text


def _address(given: Mapping[str, str], name: str, default: str | None = None, *, loopback: bool = True) -> str:
    """Return the address without a slash at its end. *loopback*: plain http will do on this machine."""
    if (text := given.get(name, default)) is None:
        raise SettingError(name, "is missing")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise SettingError(name, "is no address") from exc
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise SettingError(name, "must be an address such as https://host/path, without user or query")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http" and host in _LOOPBACK):
        raise SettingError(name, "must begin with https://")
    return text.rstrip("/")
