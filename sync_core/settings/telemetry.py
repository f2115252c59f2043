"""Where spans, numbers and events go."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync_core.domain.errors import SettingError
from sync_core.telemetry import Destination

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL_NAME = "scheduled-syncs"
_CONNECTION = "APPLICATIONINSIGHTS_CONNECTION_STRING"
_SIGN_IN = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"
_KEY = re.compile(r"InstrumentationKey=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_AS_AN_IDENTITY = re.compile(r"(?i:(ClientId=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12};)?Authorization)=AAD")


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """*service_name* and *instance*: by which the pages of Application Insights tell apps and machines apart."""

    destination: Destination = Destination.NONE
    connection_string: str | None = field(default=None, repr=False)
    service_name: str = _USUAL_NAME
    instance: str = ""


def telemetry(given: Mapping[str, str]) -> TelemetrySettings:
    """Return where telemetry goes: to Application Insights where that is named and nothing else is said."""
    return TelemetrySettings(
        destination=_destination(given),
        connection_string=_connection_string(given),
        service_name=given.get("OTEL_SERVICE_NAME") or given.get("WEBSITE_SITE_NAME") or _USUAL_NAME,
        #  Set by the platform: learn.microsoft.com, "Environment variables and app settings in Azure App Service".
        instance=given.get("WEBSITE_INSTANCE_ID", ""),
    )


def _destination(given: Mapping[str, str]) -> Destination:
    usual = Destination.AZURE_MONITOR if _CONNECTION in given else Destination.NONE
    try:
        chosen = Destination(given.get("TELEMETRY", usual).lower())
    except ValueError as exc:
        raise SettingError("TELEMETRY", f"can only be {', '.join(Destination)}") from exc
    if chosen is Destination.AZURE_MONITOR and _CONNECTION not in given:
        raise SettingError(_CONNECTION, "is missing; set it, or TELEMETRY to something else")
    return chosen


def _connection_string(given: Mapping[str, str]) -> str | None:
    text = given.get(_CONNECTION)
    if text is not None and not any(_KEY.fullmatch(part) for part in text.split(";")):
        raise SettingError(_CONNECTION, "must name an InstrumentationKey, as the portal shows it")
    #  The exporter reads it by itself, and would go on without signing in where it does not understand it.
    sign_in = given.get(_SIGN_IN)
    if text is not None and sign_in is not None and not _AS_AN_IDENTITY.fullmatch(sign_in):
        raise SettingError(
            _SIGN_IN, "must be Authorization=AAD, with ClientId=<client id>; before it where one is meant"
        )
    return text
