"""The product's settings: read once from the environment, checked, and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.settings import addresses, api, entra, storage, telemetry, work
from sync_core.settings.addresses import LOCAL_URL
from sync_core.settings.api import ApiSettings
from sync_core.settings.entra import EntraSettings
from sync_core.settings.storage import StorageSettings
from sync_core.settings.telemetry import TelemetrySettings
from sync_core.settings.work import MIDNIGHT_UTC

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "MIDNIGHT_UTC",
    "ApiSettings",
    "EntraSettings",
    "Settings",
    "StorageSettings",
    "TelemetrySettings",
    "read_settings",
]


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
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
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
        storage=storage.storage(given),
        entra=entra.entra(given),
        api=api.api(given),
        telemetry=telemetry.telemetry(given),
        sync_schedule=work.schedule(given),
        run_lease=work.run_lease(given),
        history=work.history(given),
        clock_offset=work.clock_offset(given),
        public_url=addresses.public_url(given),
        support_url=addresses.support_url(given),
        development=work.is_development(given),
    )
