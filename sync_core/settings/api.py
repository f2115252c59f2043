"""Whose calls the HTTP functions take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.errors import SettingError
from sync_core.domain.ids import is_guid
from sync_core.settings.entra import PUBLIC_AUTHORITY
from sync_core.settings.values import address, guid, list_of, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

#  learn.microsoft.com, "Access token claims reference": an audience is an app's id or its id URI.
_APP_ID_URI = re.compile(r"api://[A-Za-z0-9._~/-]+")
_SWITCH = {"true": True, "false": False}
_USUAL_REQUESTS, _MOST_REQUESTS = 600, 1_000_000


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


def api(given: Mapping[str, str]) -> ApiSettings:
    tenant, clients = _platform(given)
    return ApiSettings(
        audiences=_audiences(given),
        authority=address(given, "API_AUTHORITY", PUBLIC_AUTHORITY, loopback=False),
        platform_tenant_id=tenant,
        platform_client_ids=clients,
        platform_signs_in=_platform_signs_in(given),
        requests_per_minute=_requests_per_minute(given),
    )


def _audiences(given: Mapping[str, str]) -> frozenset[str]:
    name = "API_AUDIENCE"
    audiences = list_of(given, name)
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
    tenant, clients = guid(given, names[0]).lower(), list_of(given, names[1])
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
    number = whole_number(given, "API_REQUESTS_PER_MINUTE", _USUAL_REQUESTS, unit="requests")
    if not 1 <= number <= _MOST_REQUESTS:
        raise SettingError("API_REQUESTS_PER_MINUTE", f"must be between 1 and {_MOST_REQUESTS}")
    return number
